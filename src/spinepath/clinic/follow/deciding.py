"""Deciding by name: releasing what is held, ending a course with all that belongs to it, beginning anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import advice, audit
from spinepath.clinic.book import diary, gates
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Course, Episode, Hold, Member, Session, Task
from spinepath.clinic.record import Author, add, holds_of
from spinepath.engine.page_parts import page_part

REASON_LEAST, REASON_MOST = 10, 2000


class NotDecided(Exception):
    """Nothing was changed; `faults` are (field, text)."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        super().__init__(len(faults))
        self.faults = faults


def clean_reason(text: str, field: str) -> str:
    """The reason as it is kept. Raises NotDecided when it is none."""
    reason = text.replace("\x00", "").strip()
    if not REASON_LEAST <= len(reason) <= REASON_MOST:
        says = _("Write the reason, in %(least)s to %(most)s letters.")
        raise NotDecided([(field, says % {"least": REASON_LEAST, "most": REASON_MOST})])
    return reason


def _refuse_while_dangerous(episode: Episode, field: str) -> None:
    base = advice.knowledge()
    firm = advice.firm(advice.outcome_of(episode))
    if not base.dispositions[firm].offers_care:
        says = _("The advice is “%(name)s” for certain. Bookings stay held until a new finding changes that.")
        raise NotDecided([(field, says % {"name": base.dispositions[firm].name})])


@transaction.atomic
def release_hold(hold: Hold, reason: str, member: Member) -> Hold:
    """Let the bookings go on, by name. Raises NotDecided without a reason or while a danger is certain.

    A hold that is released already stays with whom it was.
    """
    lock_episodes(hold.episode_id)
    hold = Hold.objects.select_related("episode__clinic", "episode__person").get(pk=hold.pk)
    if hold.released_at is not None:
        return hold
    reason = clean_reason(reason, "because")
    _refuse_while_dangerous(hold.episode, "because")
    hold.released_at, hold.released_by, hold.released_because = timezone.now(), member, reason
    hold.save(update_fields=["released_at", "released_by", "released_because"])
    episode = hold.episode
    _settle(episode, Task.Kind.HOLD, member)
    audit.note(episode.clinic, member.name, audit.CHANGE, "hold", episode=episode, detail="released")
    _reviewed(episode, member)
    _go_on(episode)
    return hold


@transaction.atomic
def release_gate(course: Course, place: int, reason: str, member: Member) -> None:
    """Decide a review of the course, by name: what waits behind it is booked. Raises NotDecided."""
    reason = clean_reason(reason, "because")
    episode = course.episode
    lock_episodes(episode.pk)
    _refuse_while_dangerous(episode, "because")
    _reviewed(episode, member)
    gates.release(course, place, member, reason)
    _settle(episode, Task.Kind.GATE, member)


@transaction.atomic
def go_on(episode: Episode, holds: Collection[int], places: Collection[int], reason: str, member: Member) -> None:
    """Let the course go on, by name: the holds and reviews that were shown are one decision, all or none.

    `places` are those of reviews in the course that runs. Raises NotDecided.
    """
    lock_episodes(episode.pk)
    course = Course.objects.filter(episode=episode, ended_at=None).order_by("-made_at").first()
    found = list(Hold.objects.filter(episode=episode, pk__in=holds))
    gates_of_course = len(course.gates) if course else 0
    unknown = len(found) != len(set(holds)) or any(not 0 <= place < gates_of_course for place in places)
    if unknown or not (found or places):
        raise NotDecided([("", _("What was to be released was not found. Look at the page again."))])
    clean_reason(reason, "because")
    for hold in found:
        release_hold(hold, reason, member)
    for place in sorted(set(places)):
        if course is not None:
            release_gate(course, place, reason, member)


def _reviewed(episode: Episode, member: Member) -> None:
    """That a named clinician looked at the course counts for the rules; sign-off of a danger does not come from it."""
    records = page_part(advice.knowledge(), "review_decided").records
    add(episode, {str(fact): str(value) for fact, value in records.items()}, Author.of(member), occasion="follow")


def _go_on(episode: Episode) -> None:
    """What was held and lies ahead is booked again, as far as no review holds it; what has passed is cancelled."""
    if holds_of(episode.pk):
        return
    rows = Session.objects.filter(episode=episode, status=Session.Status.HELD)
    rows.filter(day__lt=timezone.localdate()).exclude(pk__in=diary.begun().values("session")).update(
        status=Session.Status.CANCELLED, version=F("version") + 1, changed_because="held over its day"
    )
    gates.settle_all(episode.pk, timezone.localtime())


def _settle(episode: Episode, kind: str, member: Member) -> None:
    Task.objects.filter(episode=episode, kind=kind, settled_at=None).update(
        settled_at=timezone.now(), settled_by=member
    )


# the end of an episode


@transaction.atomic
def discharge(episode: Episode, form: Mapping[str, str], member: Member) -> Episode:
    """End the episode: what was given, whether goals are reached, a summary. Raises NotDecided.

    What belongs to a discharge is given, or somebody writes why it could not be. What is still booked is cancelled.
    """
    lock_episodes(episode.pk)
    episode = Episode.objects.select_related("clinic", "person").get(pk=episode.pk)
    if not episode.is_open:
        return episode
    base = advice.knowledge()
    part = page_part(base, "discharge")
    answers: dict[str, str] = {str(name): form.get(f"f-{name}", "") for name in part.facts}
    unsaid = _("%(name)s: choose yes or no.")
    faults = [
        (f"f-{name}", unsaid % {"name": base.facts[name].name})
        for name, said in answers.items()
        if said not in ("yes", "no")
    ]
    summary = form.get("summary", "").replace("\x00", "").strip()
    why_not = form.get("why_not", "").replace("\x00", "").strip()
    if not 1 <= len(summary) <= 8000:
        faults.append(("summary", _("Write the closing summary, in at most 8000 letters.")))
    missing = [name for name in part.facts[1:] if answers[name] == "no"]
    if missing and not REASON_LEAST <= len(why_not) <= REASON_MOST:
        faults.append(("why_not", _("Something was not given. Give it now, or write why it could not be given.")))
    if faults:
        raise NotDecided(faults)
    # a course that has ended is not held because of what its last day did not measure
    Course.objects.filter(episode=episode, ended_at=None).update(ended_at=timezone.now())
    add(episode, answers, Author.of(member), occasion="follow")
    return _close(episode, {"summary": summary, "why_not": why_not, "answers": answers}, member)


def _close(episode: Episode, said: dict[str, Any], member: Member) -> Episode:
    now = timezone.now()
    base = advice.knowledge()
    ahead = Session.objects.filter(episode=episode, status__in=["booked", "held"])
    ahead.exclude(pk__in=diary.begun().values("session")).update(
        status=Session.Status.CANCELLED, version=F("version") + 1, changed_because="episode closed"
    )
    Task.objects.filter(episode=episode, settled_at=None).exclude(kind=Task.Kind.FOLLOW_UP).update(
        settled_at=now, settled_by=member
    )
    home = sorted((one for one in base.phases.values() if one.part_of == "home"), key=lambda one: one.order)
    episode.closing = {
        **said,
        "by": member.name,
        "at": now.isoformat(),
        "knowledge": base.version,
        "home": [one.id for one in home],
        "safety_net": [line for name in page_part(base, "discharge").topics for line in base.topics[name].says],
    }
    episode.stage, episode.closed_at = Episode.Stage.CLOSED, now
    episode.save(update_fields=["closing", "stage", "closed_at"])
    audit.note(episode.clinic, member.name, audit.CHANGE, "episode", episode=episode, detail="closed")
    return episode


@transaction.atomic
def begin_anew(episode: Episode, member: Member) -> Episode:
    """A new episode for the same person: nothing but what lasts is taken over. An open one that exists is used."""
    lock_episodes(episode.pk)
    later = Episode.objects.filter(person_id=episode.person_id, opened_at__gt=episode.closed_at or episode.opened_at)
    found = later.exclude(stage=Episode.Stage.CLOSED).order_by("-opened_at").first()
    if found is not None or episode.is_open:
        return found or episode
    made = Episode.objects.create(
        person=episode.person,
        clinic=episode.clinic,
        complaint=episode.complaint,
        therapist=episode.therapist,
        opened_at=timezone.now(),
    )
    audit.note(episode.clinic, member.name, audit.ADD, "episode", episode=made)
    return made
