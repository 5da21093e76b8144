"""Beginning a session: everything that must be so is looked at once more, under a lock, when the button is pressed.

What the page showed may be hours old; another window, the person's own link or a midnight may have changed it since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from spinepath.clinic import advice
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Episode, Member, Note, Plan, Session
from spinepath.clinic.plan import consents
from spinepath.clinic.plan.allowed import allowed
from spinepath.clinic.record import holds_of
from spinepath.clinic.treat import closing, notes
from spinepath.clinic.treat.rescreen import stop_signs
from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import Outcome


class NotNow(Exception):
    """The session cannot begin as things stand: another day, held, or care by hand is not offered."""


class NotBegun(Exception):
    """The session has not begun; `faults` are (field, text)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(len(faults))
        self.faults = faults


@transaction.atomic
def begin(session: Session, form: Mapping[str, str], member: Member, before: Mapping[Any, Any]) -> Note:
    """Begin with what the person agrees to today. A second time changes nothing. Raises NotNow and NotBegun.

    Who begins is who treats: what needs a skill that this member has not is not agreed to. `before` are the numbers
    that are compared with those after the session.
    """
    lock_episodes(session.episode_id)
    note = Note.objects.filter(session=session).first()
    if note is not None and note.consent:
        return note
    now = advice.clock_of(session.episode)
    values = _values_by(session.episode, member, now)
    outcome = advice.judge(values)
    if not _can_begin(session, outcome, now):
        raise NotNow
    plan = notes.plan_of(session)
    faults, agreed = _read(plan, outcome, form)
    if "none_so_far" not in form:
        faults.append(("none_so_far", _("Look at the stop signs and tick that there is none so far.")))
    elif any(values.get(name) is True for name in stop_signs()):
        says = _("A stop sign was told today. Look at it; if it was a mistake, correct that answer first.")
        faults.append(("none_so_far", says))
    if faults:
        raise NotBegun(faults)
    note = closing.begin(session, agreed, member)
    if not note.before:
        note.before = dict(before)
        note.save(update_fields=["before"])
    return note


def _values_by(episode: Episode, member: Member, now: datetime) -> dict[str, Value]:
    """What is known now, with the skills of the member who treats, whoever was booked."""
    values = advice.values_of(episode, now)
    skills = [entry for entry in advice.knowledge().own_records.values() if entry.tells == "therapist_has_skill"]
    return {**values, **{entry.fact: set(entry.skills) <= set(member.skills) for entry in skills}}


def _can_begin(session: Session, outcome: Outcome, now: datetime) -> bool:
    row = Session.objects.select_related("episode").get(pk=session.pk)
    return (
        row.episode.is_open
        and row.status == Session.Status.BOOKED
        and row.day == now.date()
        and advice.knowledge().dispositions[outcome.disposition].offers_care
        and not holds_of(row.episode_id)
    )


def _read(plan: Plan, outcome: Outcome, form: Mapping[str, Any]) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """What is wrong, by field, and what was said to each technique done by hand for which a signature counts."""
    base, signed = advice.knowledge(), consents.valid(plan)
    faults: list[tuple[str, str]] = []
    agreed: dict[str, str] = {}
    for name in consents.wanted(plan):
        field, called = f"agrees-{name}", {"name": base.techniques[name].name}
        said = form.get(field, "")
        if said == "no":
            agreed[name] = "no"
        elif name not in signed:
            continue  # without a signature it is not done; signing the note asks about it
        elif said != "yes":
            faults.append((field, _("%(name)s: ask again today and tick the answer.") % called))
        elif not allowed(outcome, name, plan.overrides.all()):
            says = _("%(name)s is not allowed as things stand, or not with your skills. Choose “not today”.")
            faults.append((field, says % called))
        else:
            agreed[name] = "yes"
    return faults, agreed
