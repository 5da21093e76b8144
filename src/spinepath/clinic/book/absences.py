"""A therapist is away: which courses are hit, how they can be mended, and all of it at once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

import msgspec
from django.db import transaction
from django.utils import timezone

from spinepath.booking import clinic as booking
from spinepath.booking.absence import Replanned, lost_to_absence, replan
from spinepath.booking.check import check
from spinepath.booking.clinic import Period
from spinepath.booking.many import Request
from spinepath.clinic import audit
from spinepath.clinic.book import asking, changes, diary, fitting, writing
from spinepath.clinic.locks import lock_clinic, lock_episodes
from spinepath.clinic.models import Away, Clinic, Course, Member, Session, Task

ROUNDS = 20
BECAUSE = "the therapist is away"


@dataclass(frozen=True)
class Preview:
    """What would become of the courses: by course row, and a mark that is the same for the same answer."""

    away: Period
    lost: dict[str, list[booking.Session]]
    rows: dict[str, Course]
    answer: Replanned
    now: datetime

    @property
    def mark(self) -> str:
        """Changes when anything in the answer does."""
        told = [
            (name, changes.mark_of(one.sessions), sorted(one.moved))
            for name, one in sorted(self.answer.repairs.items())
        ]
        return hashlib.sha256(repr([told, sorted(self.answer.clashes), sorted(self.lost)]).encode()).hexdigest()[:24]


def preview(clinic: Clinic, therapist: Member, away: Period, now: datetime | None = None) -> Preview:
    """How the courses that lose sessions would be mended; nothing is written."""
    now = now or timezone.localtime()
    around = diary.diary_of(clinic, now)
    name = diary.therapist_id(therapist.pk)
    ahead = [one for one in lost_to_absence(around, name, away) if _is_to_come(one, now)]
    lost: dict[str, list[booking.Session]] = defaultdict(list)
    for one in ahead:
        lost[one.course].append(one)
    rows = {
        row.key: row
        for row in Course.objects.filter(key__in=list(lost), episode__clinic=clinic).select_related(
            "episode__person", "episode__clinic", "episode__therapist", "plan"
        )
    }
    known = asking.known_of_many([row.episode for row in rows.values()], now)
    requests: dict[str, Request] = {
        key: (asking.course_booked(known[row.episode_id], row), asking.wishes_of(row, around.therapists))
        for key, row in rows.items()
    }
    # what is over of today is neither lost nor moved
    passed = [one.id for one in around.on_day(now.date()) if one.is_ahead and not _is_to_come(one, now)]
    around = around.with_changes((), passed)
    return Preview(away, dict(lost), rows, replan(around, name, away, requests, rounds=ROUNDS), now)


def _is_to_come(one: booking.Session, now: datetime) -> bool:
    return (one.day, one.start) > (now.date(), now.time().replace(tzinfo=None))


@transaction.atomic
def accept(clinic: Clinic, therapist: Member, away: Period, why: str, seen: str, member: Member) -> Preview | None:
    """Enter the absence and mend every course as it was seen. None, and nothing is written, when it is not so any more.

    What cannot be mended is cancelled, and a task is made for each such course.
    """
    lock_clinic(clinic.pk)
    found = preview(clinic, therapist, away)
    if found.mark != seen:
        return None
    lock_episodes(*(row.episode_id for row in found.rows.values()))
    Away.objects.create(
        member=therapist, first=away.first, last=away.last, start=away.start, end=away.end, why=why[:200]
    )
    for name, one in found.answer.repairs.items():
        moved = [session for session in one.sessions if session.id in one.moved]
        writing.put(found.rows[name], moved, member, BECAUSE, found.now)
    for name in found.answer.clashes:
        _without_place(found, name, member)
    audit.note(clinic, member.name, audit.ADD, "absence", detail=f"{len(found.lost)} courses")
    return found


def _without_place(found: Preview, name: str, member: Member) -> None:
    row = found.rows[name]
    ended = [msgspec.structs.replace(one, status="cancelled") for one in found.lost[name]]
    writing.put(row, ended, member, BECAUSE, found.now)
    Task.objects.get_or_create(
        episode=row.episode,
        kind=Task.Kind.CLASH,
        about=name,
        settled_at=None,
        defaults={
            "clinic": row.episode.clinic,
            "says": f"{len(ended)} sessions have lost their place, and no other was found.",
            "due": found.now.date(),
        },
    )


def withdraw(away: Away, member: Member) -> list[Session] | None:
    """Take an absence back that was a mistake; it stays with who did so and when. None when somebody did so before.

    What was moved because of it stays where people were told to come. What was cancelled for want of a place comes back
    where nothing stands in its way; those sessions are given, and the tasks that have become needless are settled.
    """
    clinic = member.clinic
    with fitting.watched(clinic, member):
        rows = Away.objects.filter(pk=away.pk, member__clinic=clinic)
        if not rows.update(withdrawn_at=timezone.now(), withdrawn_by=member):
            return None
        cancelled = _cancelled_by(away)
        lock_episodes(*(row.episode_id for row in cancelled))
        audit.note(clinic, member.name, audit.CHANGE, "absence", key=str(away.pk), detail="withdrawn")
        return [one for row, keys in cancelled.items() for one in _back(row, keys, member)]


def _cancelled_by(away: Away) -> dict[Course, list[str]]:
    """The sessions that it left without a place and that are to come, by their courses."""
    now = timezone.localtime()
    rows = Session.objects.filter(
        therapist=away.member_id, status=Session.Status.CANCELLED, changed_because=BECAUSE, day__gte=now.date()
    ).filter(day__gte=away.first, day__lte=away.last)
    found: dict[Course, list[str]] = defaultdict(list)
    for one in rows.select_related("course__episode__person", "course__episode__clinic", "course__plan"):
        found[one.course].append(one.key)
    return found


def _back(row: Course, keys: list[str], member: Member) -> list[Session]:
    lacking = set(writing.missing(row))
    came = []
    for key in keys:
        around = changes.booked(row)
        there = msgspec.structs.replace(around.session(key), status="held")
        if key not in lacking or not _is_to_come(there, around.now):
            continue
        if all(one.rule == "gate" for one in check(around.diary, around.course, there, around.wishes)):
            writing.put(row, [there], member, "the therapist is not away after all", around.now)
            came.append(key)
    return list(Session.objects.filter(key__in=came).select_related("episode__person").order_by("day", "start"))
