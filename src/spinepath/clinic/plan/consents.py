"""Consent to one technique: what is told before, the signature, how long it counts, and taking it back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import audit, prepared
from spinepath.clinic.advice import knowledge
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Consent, Member, Override, Plan
from spinepath.clinic.plan.allowed import allowed, outcome_as_signed
from spinepath.clinic.plan.refused import Refused
from spinepath.engine.content import TechniqueClass, Topic

_POINTS_MOST = 6000
_SIZE = 1000.0  # the pad's coordinates run from 0 to this


def classes_of(technique: str) -> list[TechniqueClass]:
    """The classes to which a technique and its parts belong."""
    base = knowledge()
    return [found for name, found in base.classes.items() if name in base.names_of[technique]]


def told_for(technique: str) -> list[Topic]:
    """What the person reads before agreeing: of the technique's classes first, then what holds for all."""
    base = knowledge()
    own = [name for found in classes_of(technique) for name in found.told]
    linked = {name for found in base.classes.values() for name in found.told}
    for_all = [
        topic.id
        for topic in base.topics.values()
        if topic.kind == "consent" and topic.reader == "patient" and topic.id not in linked
    ]
    return [base.topics[name] for name in dict.fromkeys([*own, *for_all])]


def harms_for(technique: str) -> list[Topic]:
    """What is known of harm, for the therapist who is asked."""
    names = [name for found in classes_of(technique) for name in found.harms]
    return [knowledge().topics[name] for name in dict.fromkeys(names)]


def days_for(technique: str) -> int:
    """For how many days a signature counts, 1 for the day itself: the strictest of the technique's classes."""
    return min((found.consent_days for found in classes_of(technique) if found.consent_days), default=1)


def valid(plan: Plan, now: datetime | None = None) -> dict[str, Consent]:
    """The consents that count now, by technique.

    What was signed before anybody wrote the reason to do a restricted technique nevertheless does not count for it:
    the person was not told then.
    """
    now = now or timezone.now()
    rows = prepared.rows(
        lambda episode, now: (
            Consent.objects.filter(episode=episode, withdrawn_at=None, expires_at__gt=now)
            .select_related("witness")
            .order_by("given_at")
        ),
        plan.episode_id,
        now,
    )
    told = _told_from(plan)
    return {row.technique: row for row in rows if row.given_at >= told(row)}


def _told_from(plan: Plan) -> Callable[[Consent], datetime]:
    """From when on a signature counts: since the reason of this plan was first written in the episode."""
    reasons = {(row.technique, tuple(row.rules)) for row in plan.overrides.all()}
    since: dict[str, datetime] = {}
    if reasons:
        for row in Override.objects.filter(plan__episode_id=plan.episode_id).order_by("-at"):
            if (row.technique, tuple(row.rules)) in reasons:
                since[row.technique] = row.at
    return lambda consent: since.get(consent.technique, consent.given_at)


def wanted(plan: Plan) -> list[str]:
    """The techniques of a plan that need a signature: all that are done by hand."""
    return [one["id"] for one in plan.techniques if one["id"] in knowledge().techniques and _by_hand(one["id"])]


def _by_hand(technique: str) -> bool:
    return knowledge().is_hands_on(technique)


@transaction.atomic
def give(plan: Plan, technique: str, signed_name: str, strokes: Any, agrees: bool, member: Member) -> Consent:
    """Keep a consent. Raises Refused when the technique is not of the plan or not allowed now, or a part is missing.

    Signing twice on one page keeps one.
    """
    lock_episodes(plan.episode_id)
    plan = Plan.objects.get(pk=plan.pk)
    if technique not in [one["id"] for one in plan.techniques] or plan.status == Plan.Status.REPLACED:
        raise Refused({"": _("This technique is not in the plan any more. Look at the plan again.")})
    outcome = outcome_as_signed(plan.episode)
    if not allowed(outcome, technique, plan.overrides.all()):
        says = _("The rules do not allow this technique now, so nobody can consent to it.")
        raise Refused({"": says}, by_rules=True)
    faults = _faults(signed_name, agrees)
    if faults:
        raise Refused(faults)
    now = timezone.localtime()
    same = valid(plan, now).get(technique)
    if same and same.signed_name == signed_name.strip() and now - same.given_at < timedelta(seconds=30):
        return same
    made = Consent.objects.create(
        episode=plan.episode,
        plan=plan,
        technique=technique,
        told=[{"id": topic.id, "says": list(topic.says)} for topic in told_for(technique)],
        signed_name=signed_name.strip(),
        signature=strokes,
        witness=member,
        given_at=now,
        expires_at=_end_of_day(now, days_for(technique)),
    )
    audit.note(plan.episode.clinic, member.name, audit.ADD, "consent", key=plan.key, episode=plan.episode)
    return made


def _faults(signed_name: str, agrees: bool) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not agrees:
        faults["agrees"] = _("Tick that you agree, or leave the page: nothing is kept then.")
    if not signed_name.strip():
        faults["signed_name"] = _("Write your name.")
    elif len(signed_name.strip()) > 200 or "\x00" in signed_name:
        faults["signed_name"] = _("Write your name in at most 200 letters.")
    return faults


def _end_of_day(now: datetime, days: int) -> datetime:
    return (now + timedelta(days=days - 1)).replace(hour=23, minute=59, second=59, microsecond=0)


@transaction.atomic
def withdraw(consent: Consent, member: Member) -> None:
    """Take a consent back, at once and without a reason. A second time changes nothing."""
    done = Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
    if done:
        key = consent.plan.key
        audit.note(consent.episode.clinic, member.name, audit.CHANGE, "consent", key=key, episode=consent.episode)


# the signature as drawn


def read_strokes(written: str) -> list[list[list[float]]]:
    """The strokes of a signature from the form; nothing for what is none. Raises Refused for more than a name needs."""
    if not written.strip():
        return []
    try:
        found = json.loads(written)
        strokes = [[_point(point) for point in stroke] for stroke in found]
    except (ValueError, TypeError, RecursionError, OverflowError):
        raise Refused({"pad": _("The drawn signature could not be read. Clear it and sign again.")}) from None
    if sum(map(len, strokes)) > _POINTS_MOST:
        raise Refused({"pad": _("The drawn signature is too long. Clear it and sign again.")})
    return [stroke for stroke in strokes if stroke]


def _point(point: Any) -> list[float]:
    x, y = point
    if not all(isinstance(part, (int, float)) and 0 <= part <= _SIZE for part in (x, y)):
        raise ValueError
    return [round(float(x), 1), round(float(y), 1)]


def as_lines(strokes: Iterable[Iterable[Iterable[float]]]) -> list[str]:
    """The strokes as the points of SVG lines."""
    return [" ".join(",".join(f"{part:g}" for part in point) for point in stroke) for stroke in strokes]
