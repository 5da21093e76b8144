"""Small changes to what is booked: move one session, cancel one, note that somebody did not come, mend the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone

from spinepath.booking import change
from spinepath.booking import clinic as booking
from spinepath.booking.check import Broken, is_clear
from spinepath.booking.clash import Clash
from spinepath.booking.course import Course as Asked
from spinepath.booking.course import Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.places import Places
from spinepath.booking.repair import Repair, repair
from spinepath.booking.rules import WISHES, Rule
from spinepath.clinic import advice
from spinepath.clinic.book import asking, diary, fitting, writing
from spinepath.clinic.models import Course, Member, Session

MAY_SET_ASIDE: frozenset[Rule] = frozenset({*WISHES, "shift"})
"""What the desk may set aside when those concerned agree. Double bookings and clinical rules stand."""


class Stale(Exception):
    """Nothing was changed: somebody else changed the session in the meantime."""


class NotPossible(ValueError):
    """Nothing was changed; `why` is a word for it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Refused(Exception):
    """Nothing was changed: the new place breaks rules."""

    def __init__(self, broken: tuple[Broken, ...]) -> None:
        super().__init__(f"{len(broken)} rules")
        self.broken = broken

    @property
    def may_be_set_aside(self) -> bool:
        """Is there nothing among them that always stands?"""
        return all(one.rule in MAY_SET_ASIDE for one in self.broken)


@dataclass(frozen=True)
class Place:
    """Where a session could be. Without `room` any room that fits and is free."""

    day: date
    start: time
    therapist: str
    room: str | None = None


@dataclass(frozen=True)
class Booked:
    """A course as it is booked: its row, the same for the engine, the wishes, and the diary around it."""

    row: Course
    course: Asked
    wishes: Wishes
    diary: Diary
    now: datetime

    def session(self, key: str) -> booking.Session:
        """The session with this key."""
        return self.diary.sessions[key]


def booked(row: Course, now: datetime | None = None, days: tuple[date, date] | None = None) -> Booked:
    """The course with the diary around it, as it is now; when `days` are named, what others booked on them alone."""
    now = advice.clock_of(row.episode, now)
    return _booked(row, now, diary.diary_of(row.episode.clinic, now, course=row, days=days))


def _booked(row: Course, now: datetime, around: Diary) -> Booked:
    known = asking.known_of(row.episode, now)
    course = asking.course_booked(known, row)
    wishes = asking.wishes_of(row, [diary.therapist_id(one.pk) for one in diary.treating(row.episode.clinic)])
    return Booked(row, course, msgspec.structs.replace(wishes, starts_by=None), around, now)


def _now_locked(session: Session, version: int) -> Session:
    """The session as it is under the lock. Raises Stale, and NotPossible for one that is over."""
    writing.lock(session.episode)
    now = Session.objects.select_related(
        "course__episode__person", "course__episode__clinic", "course__plan", "clinic"
    ).get(pk=session.pk)
    if now.version != version:
        raise Stale
    if now.status not in diary.AHEAD:
        raise NotPossible("over")
    if diary.begun().filter(session=now).exists():
        raise NotPossible("begun")
    return now


def move(session: Session, version: int, to: Place, member: Member, *, set_aside: bool = False) -> Session:
    """Move a session. Raises Stale, NotPossible, or Refused with every rule in the way."""
    try:
        with transaction.atomic():
            row = _now_locked(session, version)
            found = booked(row.course, days=(to.day, to.day))
            moved = placed(found, row.key, to)
            if (moved.day, moved.start) <= (found.now.date(), found.now.time().replace(tzinfo=None)):
                raise NotPossible("past")
            aside = MAY_SET_ASIDE if set_aside else frozenset()
            answer = change.move(found.diary, found.course, moved, found.wishes, aside)
            if isinstance(answer, tuple):
                raise Refused(answer)
            because = "moved" + (", although a wish or the hours stood against it" if set_aside else "")
            writing.put(row.course, answer.sessions, member, because, found.now)
            fitting.settle([row.key], member)
    except IntegrityError:
        raise Stale from None
    return Session.objects.get(pk=session.pk)


def placed(found: Booked, key: str, to: Place) -> booking.Session:
    """The session at another place. Its room stays when it can, else another that fits and is free."""
    was = found.session(key)
    there = msgspec.structs.replace(was, day=to.day, start=to.start, therapist=to.therapist, room=to.room or was.room)
    if to.room is not None:
        return there
    rooms = sorted(found.diary.clinic.rooms, key=lambda room: room.id != was.room)
    fitting = [
        msgspec.structs.replace(there, room=room.id) for room in rooms if found.course.equipment <= room.equipment
    ]
    without = found.diary.with_changes((), [key])
    return next((one for one in fitting if is_clear(without, one)), there)


def end(session: Session, version: int, status: booking.Status, member: Member, because: str) -> None:
    """Cancel a session ahead, or note that the person did not come. Raises Stale and NotPossible."""
    with transaction.atomic():
        row = _now_locked(session, version)
        now = timezone.localtime()
        if status == "missed" and (row.day, row.start) > (now.date(), now.time().replace(tzinfo=None)):
            raise NotPossible("not yet")
        found = booked(row.course, now)
        answer = change.cancel(found.diary, found.course, row.key, status)
        writing.put(row.course, answer.sessions, member, because or status, now)


# free times, for those who choose from a list


def free_places(row: Course, key: str, therapist: str, days: list[date]) -> list[Place]:
    """Where a session could be with a therapist without breaking anything: day by day, one for each half hour.

    It reads what matters to that: of other people the times of this therapist, and the rooms on days that are left.
    """
    if not days:
        return []
    now = advice.clock_of(row.episode)
    found = _booked(row, now, diary.diary_for(row, now, therapist, (min(days), max(days))))
    if left := sorted({one.day for one in free_places_in(found, key, therapist, days)}):
        found.diary.take_rooms(diary.rooms_taken(row, left))
    return list(free_places_in(found, key, therapist, left))


def free_places_in(found: Booked, key: str, therapist: str, days: Iterable[date]) -> Iterator[Place]:
    """The same in a diary that is there. Where that knows nothing of the rooms of others, there may be too many."""
    was, last = found.session(key), None
    places = Places(found.diary, found.course, was, found.wishes)
    for day in days:
        for clock, room in places.on(day, therapist).items():
            half_hour = (day, clock.hour, clock.minute // 30)
            if half_hour != last and (day, clock, therapist) != (was.day, was.start, was.therapist):
                yield Place(day, clock, therapist, room)
            last = half_hour


# mending


def unsettled(row: Course, now: datetime) -> list[Session]:
    """Sessions that are over and of which nobody has said whether they were given."""
    until = (now.date(), now.time().replace(tzinfo=None))
    return [one for one in diary.rows_of(row) if one.status in diary.AHEAD and (one.day, one.start) <= until]


def mended(found: Booked, lost: list[str]) -> Repair | Clash:
    """The course with places for what was lost, moving as few of the others as possible."""
    return repair(found.diary, found.course, lost, found.wishes)


def mend(row: Course, seen: str, member: Member) -> bool:
    """Write the mended course when it is still as it was `seen` (its mark); else nothing, and False."""
    with transaction.atomic():
        writing.lock(row.episode)
        lost = writing.missing(row)
        found = booked(row)
        answer = mended(found, lost) if lost and not unsettled(row, found.now) else None
        if not isinstance(answer, Repair) or mark_of(answer.sessions) != seen:
            return False
        writing.put(row, [one for one in answer.sessions if one.id in answer.moved], member, "mended", found.now)
    return True


def mark_of(sessions: tuple[booking.Session, ...]) -> str:
    """A mark that is the same for the same places."""
    import hashlib

    told = sorted((one.day.isoformat(), one.start.isoformat(), one.therapist, one.room, one.id) for one in sessions)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]
