"""Small changes to a course that is booked: move one session, cancel one, release a gate. The diary is left as it is.

Each gives the sessions as they stand afterwards, those of the course that change with it too; the caller stores them.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from spinepath.booking import faults, totals
from spinepath.booking.check import Broken, check
from spinepath.booking.clinic import Session, Status
from spinepath.booking.course import NO_WISHES, Course, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.rules import Rule
from spinepath.engine.faults import Fault


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions that are not as before, as they stand now."""

    sessions: tuple[Session, ...]


def move(
    diary: Diary,
    course: Course,
    moved: Session,
    wishes: Wishes = NO_WISHES,
    set_aside: frozenset[Rule] = frozenset(),
) -> Changed | tuple[Broken, ...]:
    """Put a session of the course where `moved` says, or tell every rule in the way.

    The desk may set rules of the clinic and wishes aside; clinical ones stand. Whether the session is held is worked
    out from its new place, and so are the numbers of the others. Raises FaultyBooking for a session that is not ahead.
    """
    _ahead(diary, course, moved.id)
    others = [one for one in diary.of_course(course.id, course.person) if one.is_ahead and one.id != moved.id]
    placed = {one.id: one for one in renumbered(course, [*others, moved])}
    broken = check(diary, course, placed[moved.id], wishes)
    standing = tuple(one for one in broken if one.is_clinical or one.rule not in set_aside)
    if standing:
        return standing
    return Changed(sessions=_differing(diary, placed.values()))


def cancel(diary: Diary, course: Course, session_id: str, status: Status = "cancelled") -> Changed:
    """Take a session out: cancelled, or missed when the person did not come. The others move up in number.

    Raises FaultyBooking for a session that is not ahead, or for another status.
    """
    if status not in ("cancelled", "missed"):
        faults.refuse([Fault("status", "It does not end a session.", "Write `cancelled` or `missed`.")])
    gone = _ahead(diary, course, session_id)
    others = [one for one in diary.of_course(course.id, course.person) if one.is_ahead and one.id != session_id]
    ended = msgspec.structs.replace(gone, status=status)
    return Changed(sessions=(ended, *_differing(diary, renumbered(course, others))))


def release(diary: Diary, course: Course) -> Changed:
    """What changes when gates of the course have been released, by `released_by` of each: held sessions are booked."""
    ahead = [one for one in diary.of_course(course.id, course.person) if one.is_ahead]
    return Changed(sessions=_differing(diary, renumbered(course, ahead)))


def renumbered(course: Course, ahead: Iterable[Session]) -> tuple[Session, ...]:
    """The sessions ahead in the order of their days, with number and hold as they follow from it."""
    had = sorted(course.had.days or ())
    ordered = sorted(ahead, key=lambda one: (one.day, one.start, one.id))
    first = min([*had, *(one.day for one in ordered)], default=None)
    found = []
    for number, one in enumerate(ordered, start=len(had) + 1):
        held = first is not None and totals.is_held(course, number, one.day, first)
        found.append(msgspec.structs.replace(one, number=number, status="held" if held else "booked"))
    return tuple(found)


def _differing(diary: Diary, sessions: Iterable[Session]) -> tuple[Session, ...]:
    return tuple(one for one in sessions if diary.sessions.get(one.id) != one)


def _ahead(diary: Diary, course: Course, session_id: str) -> Session:
    session = diary.sessions.get(session_id)
    if session is None or not session.is_ahead or (session.course, session.person) != (course.id, course.person):
        faults.refuse(
            [Fault("session", "It is no session of this course that is still to come.", "Choose one that is.")]
        )
    assert session is not None  # noqa: S101  refuse has raised
    return session
