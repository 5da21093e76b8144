"""Mistakes in a clinic, a course or wishes: found all together, before anything is booked.

Places name the entry and its key, never what is in the record of a person.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from spinepath.booking.clinic import EVERY_DAY, Clinic, Hours, Period, Session
from spinepath.booking.course import Course, Wishes
from spinepath.engine.faults import Fault, Faulty

GRIDS = (5, 10, 15)

MOST = 1000
"""More sessions, or days from one to the next, are a slip of the pen; the search would not end."""

MOST_BOUND = 100_000
"""No bound is a larger number; no year is reached that a calendar does not have."""


class FaultyBooking(Faulty):
    """A clinic, a course, wishes or sessions cannot be used."""


def refuse(faults: Iterable[Fault]) -> None:
    """Raise FaultyBooking when there are faults."""
    found = tuple(faults)
    if found:
        raise FaultyBooking(found)


def in_clinic(clinic: Clinic) -> Iterator[Fault]:
    """What is wrong with the clinic."""
    if clinic.grid not in GRIDS:
        yield Fault("clinic.grid", "Sessions cannot begin on this grid.", "Write 5, 10 or 15 minutes.")
    try:
        ZoneInfo(clinic.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Fault("clinic.zone", "No such time zone is installed.", "Write a name such as Europe/Berlin.")
    yield from _hours("clinic.opening", clinic.opening)
    yield from _periods("clinic.closures", clinic.closures)
    yield from _weekdays("clinic.weekend", clinic.weekend)
    yield from _twice("clinic.therapists", (one.id for one in clinic.therapists))
    yield from _twice("clinic.rooms", (one.id for one in clinic.rooms))
    for therapist in clinic.therapists:
        place = f"clinic.therapists.{therapist.id}"
        yield from _hours(f"{place}.shifts", therapist.shifts)
        yield from _periods(f"{place}.extra", therapist.extra)
        yield from _periods(f"{place}.away", therapist.away)
        if any(period.start is None or period.end is None for period in therapist.extra):
            yield Fault(f"{place}.extra", "Additional work has no hours.", "Write start and end.")
    for room in clinic.rooms:
        yield from _periods(f"clinic.rooms.{room.id}.closed", room.closed)


def in_course(course: Course) -> Iterator[Fault]:
    """What is wrong with the course."""
    if course.sessions < 1:
        yield Fault("course.sessions", "There is nothing to book.", "Write 1 or more.")
    if course.sessions > MOST:
        yield Fault("course.sessions", "Nobody can have so many sessions.", f"Write {MOST} or fewer.")
    if course.minutes < 1 or (course.minutes_first is not None and course.minutes_first < 1):
        yield Fault("course.minutes", "A session takes no time.", "Write how many minutes it takes.")
    for place, (few, many) in (("days_between", course.days_between), ("days_liked", course.days_liked or (1, 1))):
        if not 1 <= few <= many <= MOST:
            act = f"Write the least, from 1, and then the most, up to {MOST}."
            yield Fault(f"course.{place}", "It is no range of days.", act)
    if course.weekends not in ("count as days", "do not count"):
        yield Fault("course.weekends", "The rule is not known.", "Write `count as days` or `do not count`.")
    if any(gate.after_sessions is None and gate.after_days is None for gate in course.gates):
        yield Fault("course.gates", "A gate stands nowhere.", "Write after_sessions or after_days.")
    for name in course.bounds.__struct_fields__:
        if not 0 <= (getattr(course.bounds, name) or 0) <= MOST_BOUND:  # nor a NaN
            yield Fault(f"course.bounds.{name}", "It is no number that bounds.", f"Write 0 to {MOST_BOUND}.")
    if course.had.days is not None and len(set(course.had.days)) != len(course.had.days):
        yield Fault("course.had.days", "A day stands twice.", "Write each session's day once.")


def in_wishes(wishes: Wishes, clinic: Clinic) -> Iterator[Fault]:
    """What is wrong with the wishes. A therapist who does not work here is a mistake, not a wish."""
    yield from _weekdays("wishes.weekdays", wishes.weekdays)
    yield from _hours("wishes.hours", wishes.hours)
    yield from _hours("wishes.hours_liked", wishes.hours_liked)
    yield from _periods("wishes.absences", wishes.absences)
    known = {one.id for one in clinic.therapists}
    if not (wishes.therapists | wishes.therapists_liked) <= known:
        yield Fault("wishes.therapists", "A therapist is named who is not at this clinic.", "Choose from the list.")


def in_sessions(sessions: Iterable[Session]) -> Iterator[Fault]:
    """What is wrong with the sessions by themselves; whether they fit the clinic is for `check` to say."""
    sessions = tuple(sessions)
    yield from _twice("sessions", (one.id for one in sessions))
    if any(one.minutes < 1 for one in sessions):
        yield Fault("sessions", "A session takes no time.", "Write how many minutes it takes.")


def _hours(place: str, hours: Iterable[Hours]) -> Iterator[Fault]:
    for number, one in enumerate(hours):
        yield from _weekdays(f"{place}.{number}", one.weekdays)
        if one.end != time.min and one.end <= one.start:
            yield Fault(f"{place}.{number}", "The end is not after the start.", "Midnight at the end is 00:00.")


def _periods(place: str, periods: Iterable[Period]) -> Iterator[Fault]:
    for number, one in enumerate(periods):
        if one.last < one.first:
            yield Fault(f"{place}.{number}", "The last day is before the first.", "Change them round.")
        if (one.start is None) != (one.end is None):
            yield Fault(
                f"{place}.{number}", "Only one of start and end is given.", "Write both, or none for whole days."
            )
        elif one.start is not None and one.end is not None and one.end != time.min and one.end <= one.start:
            yield Fault(f"{place}.{number}", "The end is not after the start.", "Midnight at the end is 00:00.")


def _weekdays(place: str, weekdays: Iterable[int]) -> Iterator[Fault]:
    if not set(weekdays) <= set(EVERY_DAY):
        yield Fault(place, "A weekday is not a number from 1 to 7.", "1 is Monday, 7 is Sunday.")


def _twice(place: str, ids: Iterable[str]) -> Iterator[Fault]:
    twice = [name for name, times in Counter(ids).items() if times > 1]
    yield from (Fault(place, f"{name} stands twice.", "Give each its own id.") for name in twice)
