"""A therapist is away: which courses are hit, how they can be mended, and all of it at once."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from django.db import transaction
from django.utils import timezone

from spinepath.booking import clinic as booking
from spinepath.booking.absence import Replanned, lost_to_absence, replan
from spinepath.booking.clinic import Period
from spinepath.booking.many import Request
from spinepath.clinic import audit
from spinepath.clinic.book import asking, changes, diary, writing
from spinepath.clinic.models import Away, Clinic, Course, Member, Session, Task

ROUNDS = 20


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
            "episode__person", "episode__clinic", "plan"
        )
    }
    requests = {key: _request(row, now, around.therapists) for key, row in rows.items()}
    # what is over of today is neither lost nor moved
    passed = [one.id for one in around.on_day(now.date()) if one.is_ahead and not _is_to_come(one, now)]
    around = around.with_changes((), passed)
    return Preview(away, dict(lost), rows, replan(around, name, away, requests, rounds=ROUNDS), now)


def _is_to_come(one: booking.Session, now: datetime) -> bool:
    return (one.day, one.start) > (now.date(), now.time().replace(tzinfo=None))


def _request(row: Course, now: datetime, therapists: object) -> Request:
    known = asking.known_of(row.episode, now)
    wishes = asking.wishes_of(row, therapists)  # type: ignore[arg-type]
    return asking.course_booked(known, row), wishes


@transaction.atomic
def accept(clinic: Clinic, therapist: Member, away: Period, why: str, seen: str, member: Member) -> Preview | None:
    """Enter the absence and mend every course as it was seen. None, and nothing is written, when it is not so any more.

    What cannot be mended is cancelled, and a task is made for each such course.
    """
    writing.lock(clinic)
    found = preview(clinic, therapist, away)
    if found.mark != seen:
        return None
    Away.objects.create(
        member=therapist, first=away.first, last=away.last, start=away.start, end=away.end, why=why[:200]
    )
    for name, one in found.answer.repairs.items():
        moved = [session for session in one.sessions if session.id in one.moved]
        writing.put(found.rows[name], moved, member, "the therapist is away", found.now)
    for name in found.answer.clashes:
        _without_place(found, name, member)
    audit.note(clinic, member.name, audit.ADD, "absence", detail=f"{len(found.lost)} courses")
    return found


def _without_place(found: Preview, name: str, member: Member) -> None:
    row = found.rows[name]
    ended = [msgspec.structs.replace(one, status="cancelled") for one in found.lost[name]]
    writing.put(row, ended, member, "the therapist is away", found.now)
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


def courses_hit(clinic: Clinic, therapist: Member, first: date, last: date) -> int:
    """How many courses have a session ahead with this therapist between two days."""
    rows = Session.objects.filter(clinic=clinic, therapist=therapist, day__gte=first, day__lte=last)
    return rows.filter(status__in=diary.AHEAD).values("course").distinct().count()
