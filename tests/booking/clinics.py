"""Small clinics, courses and wishes: some to read, some drawn at random."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from hypothesis import strategies as st

from spinepath.booking.clinic import Clinic, Hours, Period, Room, Session, Therapist
from spinepath.booking.course import Bounds, Course, Gate, Had, Wishes
from spinepath.booking.diary import Diary

MONDAY = date(2026, 3, 2)
WORKING = (1, 2, 3, 4, 5)


def day(number: int) -> date:
    """The day so many days after the first Monday."""
    return MONDAY + timedelta(days=number)


def hours(start: int, end: int, weekdays: tuple[int, ...] = WORKING) -> Hours:
    return Hours(start=time(start), end=time(end % 24), weekdays=weekdays)


def therapist(name: str = "anna", **more: Any) -> Therapist:
    return Therapist(**{"id": name, "shifts": (hours(8, 12),), "sex": "female", **more})


def clinic(*therapists: Therapist, rooms: tuple[Room, ...] = (Room(id="one"),), **more: Any) -> Clinic:
    given = {"zone": "Europe/Berlin", "grid": 10, "opening": (hours(8, 18),), **more}
    return Clinic(therapists=therapists or (therapist(),), rooms=rooms, **given)


def course(**more: Any) -> Course:
    given = {"id": "c", "person": "p", "sessions": 3, "minutes": 30, "days_between": (2, 4), "had": Had(days=())}
    return Course(**{**given, **more})


def session(name: str = "s", on: int = 0, start: str = "08:00", **more: Any) -> Session:
    """A session of another person, so many days after the first Monday."""
    given = {"course": "other", "person": "somebody", "number": 1, "minutes": 30, "therapist": "anna", "room": "one"}
    return Session(**{"id": name, "day": day(on), "start": time.fromisoformat(start), **given, **more})


def diary(of: Clinic | None = None, *sessions: Session, days: int = 28) -> Diary:
    return Diary(of or clinic(), MONDAY, day(days - 1), sessions)


# drawn at random: an hour or two a day, a few days, so that every course can be looked at

DAYS = 11
_WEEKDAYS = st.sets(st.integers(1, 7), min_size=3).map(lambda found: tuple(sorted(found)))
_CLOCK = st.sampled_from([time(9), time(9, 15), time(9, 30), time(10)])
_END = st.sampled_from([time(10), time(10, 15), time(10, 30)])
_DAY = st.integers(0, DAYS - 1).map(day)


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    start, end = draw(_CLOCK), draw(_END)
    dated = draw(st.integers(0, 5)) == 0
    return Hours(
        start=start,
        end=end if end > start else time(11),
        weekdays=draw(rarely(_WEEKDAYS, (1, 2, 3, 4, 5, 6, 7))),
        first=draw(_DAY) if dated else None,
    )


@st.composite
def some_period(draw: st.DrawFn) -> Period:
    first = draw(st.integers(0, DAYS - 1))
    last = day(first + draw(st.integers(0, 3)))
    if draw(st.booleans()):
        return Period(first=day(first), last=last)
    return Period(first=day(first), last=last, start=time(9, 20), end=draw(_END))


def rarely(strategy: st.SearchStrategy[Any], otherwise: Any) -> st.SearchStrategy[Any]:
    return st.integers(0, 5).flatmap(lambda chance: strategy if chance == 0 else st.just(otherwise))


@st.composite
def clinics(draw: st.DrawFn) -> Clinic:
    skills = st.sets(st.sampled_from(["hands", "needles"])).map(frozenset)
    therapists = [
        Therapist(
            id=name,
            shifts=tuple(draw(st.lists(some_hours(), min_size=1, max_size=2))),
            extra=draw(rarely(st.just((Period(first=day(2), last=day(3), start=time(9), end=time(10)),)), ())),
            away=tuple(draw(rarely(st.lists(some_period(), max_size=1), []))),
            skills=draw(rarely(skills, frozenset({"hands", "needles"}))),
            sex=draw(st.sampled_from(["female", "male", None])),
        )
        for name in ("anna", "boris", "carla")[: draw(st.integers(1, 3))]
    ]
    rooms = [
        Room(
            id=name,
            equipment=draw(st.sampled_from([frozenset(), frozenset({"table"})])),
            closed=tuple(draw(rarely(st.lists(some_period(), max_size=1), []))),
        )
        for name in ("one", "two")[: draw(st.integers(1, 2))]
    ]
    closures = tuple(draw(rarely(st.lists(some_period(), max_size=1), [])))
    opening = (Hours(start=time(9), end=time(11)),)
    return Clinic(
        zone="Europe/Berlin",
        grid=15,
        opening=opening,
        closures=closures,
        therapists=tuple(therapists),
        rooms=tuple(rooms),
        weekend=draw(st.sampled_from([(6, 7), (5, 6)])),
    )


@st.composite
def booked(draw: st.DrawFn, of: Clinic) -> list[Session]:
    """Sessions of others, and now and then of the same person; they may even lie on each other."""
    return [
        Session(
            id=f"booked{number}",
            course="other",
            person=draw(st.sampled_from(["p", "q", "r"])),
            number=1,
            day=draw(_DAY),
            start=draw(st.sampled_from([time(9), time(9, 10), time(9, 30), time(10)])),
            minutes=draw(st.sampled_from([15, 20, 30])),
            therapist=draw(st.sampled_from([one.id for one in of.therapists])),
            room=draw(st.sampled_from([one.id for one in of.rooms])),
            status=draw(st.sampled_from(["booked", "booked", "held", "done", "missed", "cancelled"])),
        )
        for number in range(draw(st.integers(0, 8)))
    ]


@st.composite
def courses(draw: st.DrawFn) -> Course:
    least = draw(st.integers(1, 3))
    most = least + draw(st.integers(0, 2))
    liked = draw(st.none() | st.integers(least, most).map(lambda gap: (gap, gap)))
    had = draw(rarely(st.sets(st.integers(-9, -1), min_size=1, max_size=3), ()))
    return Course(
        id="c",
        person="p",
        sessions=draw(st.integers(1, 4)),
        minutes=draw(st.sampled_from([15, 20, 30])),
        minutes_first=draw(st.sampled_from([None, None, 45])),
        days_between=(least, most),
        days_liked=liked,
        weekends=draw(st.sampled_from(["count as days", "count as days", "do not count"])),
        rest_after=draw(rarely(st.dictionaries(st.integers(1, 4), st.integers(2, 4), max_size=2), {})),
        gates=draw(rarely(st.just((Gate(after_sessions=2), Gate(after_days=5))), ())),
        skills=draw(rarely(st.just(frozenset({"needles"})), frozenset())),
        equipment=draw(rarely(st.just(frozenset({"table"})), frozenset())),
        bounds=Bounds(
            weeks_most=draw(st.sampled_from([None, None, 0.5, 0.75, 1.0, 1.25, 1.5])),
            sessions_per_week_most=draw(st.sampled_from([None, None, 1, 2, 3])),
            days_between_least=draw(rarely(st.integers(1, 3), None)),
            days_between_courses_least=draw(rarely(st.just(14), None)),
        ),
        had=Had(
            days=tuple(day(number) for number in sorted(had)),
            last_course_ended=draw(st.sampled_from(["never", day(-10), day(-12)])),
            therapist=draw(rarely(st.just("anna"), None)),
        ),
    )


@st.composite
def wishes(draw: st.DrawFn, of: Clinic) -> Wishes:
    names = st.sampled_from([one.id for one in of.therapists])
    return Wishes(
        weekdays=draw(rarely(_WEEKDAYS, (1, 2, 3, 4, 5, 6, 7))),
        hours=tuple(draw(rarely(st.lists(some_hours(), max_size=2), []))),
        hours_liked=tuple(draw(rarely(st.lists(some_hours(), max_size=1), []))),
        therapists=frozenset(draw(rarely(st.sets(names, min_size=1), ()))),
        therapists_liked=frozenset(draw(rarely(st.sets(names, min_size=1), ()))),
        therapist_sex=draw(rarely(st.just("female"), None)),
        same_therapist=draw(rarely(st.just(True), False)),
        absences=tuple(draw(rarely(st.lists(some_period(), max_size=1), []))),
        earliest=draw(rarely(_DAY, None)),
        starts_by=draw(rarely(_DAY, None)),
    )
