"""A crowd: a clinic with many made-up people, findings and sessions, to measure pages with. Never in a real clinic."""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import models, transaction
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.demo import PASSWORD, make_clinic
from spinepath.clinic.models import (
    Clinic,
    Course,
    Episode,
    KeptFinding,
    Member,
    Person,
    Plan,
    Room,
    Session,
    Shift,
)
from spinepath.clinic.models.people import searchable
from spinepath.engine.chart_file import written_in

_GIVEN = ("Helen", "Omar", "Ingrid", "Jun", "Maria", "Pavel", "Aisha", "Tomás", "Ольга", "Noah", "Lena", "Kofi")
_FAMILY = ("Marsh", "Haddad", "Berg", "Sato", "Silva", "Novak", "Khan", "García", "Иванова", "Weber", "Lind", "Mensah")
_SYLLABLES = (
    "an",
    "bel",
    "cor",
    "den",
    "el",
    "fer",
    "gol",
    "har",
    "is",
    "jor",
    "kel",
    "lam",
    "mor",
    "nes",
    "ol",
    "per",
)
_TREATING = 24
_BATCH = 5000
_OPEN = 10
"""The episode of every so manieth person is open."""
_FULL = 50
"""The record of every so manieth person holds everything that can be asked."""
_COURSES = 2
"""So many courses has everybody, one after the other."""
_REST = 2
"""At least so many days are between two sessions of a course."""


def make_crowd(people: int, findings: int, sessions: int) -> Iterator[str]:
    """Fill an empty database. Tells how far it is."""
    if Person.objects.exists():
        yield "There are people in this database. A crowd is made in an empty one only: name another SPINEPATH_DATA."
        return
    advice.keep_knowledge()
    drawn = random.Random(1)  # noqa: S311  made-up people need no secret
    clinic = make_clinic("Crowded Clinic")
    members, rooms = _many_members(clinic), _many_rooms(clinic)
    yield from _in_batches("people", _people(clinic, people, drawn))
    yield from _in_batches("episodes", _episodes(clinic, members))
    yield from _in_batches("findings", _findings(people, findings))
    yield from _in_batches("plans", itertools.chain.from_iterable(_plans() for _course in range(_COURSES)))
    yield from _in_batches("courses", _courses(people))
    yield from _in_batches("sessions", _sessions(clinic, members, rooms, people, sessions))


def _in_batches(called: str, rows: Iterable[models.Model]) -> Iterator[str]:
    count = 0
    rows = iter(rows)
    while batch := list(itertools.islice(rows, _BATCH)):
        with transaction.atomic():
            type(batch[0])._default_manager.bulk_create(batch)
        count += len(batch)
    yield f"{count:,} {called}"


def _many_members(clinic: Clinic) -> list[Member]:
    found = [member for member in Member.objects.filter(clinic=clinic) if member.treats]
    for number in range(len(found), _TREATING):
        user = User.objects.create_user(f"therapist{number}", password=PASSWORD)
        found.append(Member.objects.create(clinic=clinic, user=user, name=f"Therapist {number}", role="therapist"))
    Shift.objects.filter(member__in=found).delete()
    Shift.objects.bulk_create(
        Shift(member=member, weekday=weekday, start=time(8), end=time(17))
        for member in found
        for weekday in range(1, 6)
    )
    return found


def _many_rooms(clinic: Clinic) -> list[Room]:
    for number in range(Room.objects.filter(clinic=clinic).count(), _TREATING):
        Room.objects.create(clinic=clinic, name=f"Room {number + 1}")
    return list(Room.objects.filter(clinic=clinic))


def _people(clinic: Clinic, count: int, drawn: random.Random) -> Iterator[Person]:
    sexes = ("female", "male")
    for number in range(count):
        family = drawn.choice(_FAMILY) + "".join(drawn.choices(_SYLLABLES, k=2))
        person = Person(
            clinic=clinic,
            family_name=family,
            given_name=drawn.choice(_GIVEN),
            birth_date=date(1935, 1, 1) + timedelta(days=drawn.randrange(25_000)),
            sex=sexes[number % 2],
            phone=f"+49 170 {number:07d}",
        )
        person.search = searchable(f"{person.family_name} {person.given_name}")
        person.digits = "".join(letter for letter in person.phone if letter.isdigit())
        yield person


def _episodes(clinic: Clinic, members: list[Member]) -> Iterator[Episode]:
    now = timezone.now()
    stages = [stage for stage in Episode.Stage.values if stage != Episode.Stage.CLOSED]
    mildest = advice.knowledge().ladder
    for number, pk in enumerate(Person.objects.order_by("pk").values_list("pk", flat=True).iterator()):
        yield Episode(
            person_id=pk,
            clinic=clinic,
            complaint="Pain from the back into the leg",
            therapist=members[number % len(members)],
            stage=stages[number % len(stages)] if number % _OPEN == 0 else Episode.Stage.CLOSED,
            disposition=mildest[number % len(mildest)],
            opened_at=now - timedelta(days=number % 1500),
        )


def _findings(people: int, count: int) -> Iterator[KeptFinding]:
    written = written_in(advice.knowledge(), "nothing_found")
    facts = advice.knowledge().facts
    all_of = [(name, value) for name, value in written.items() if facts[name].worked_out is None]
    some = max((count - people // _FULL * len(all_of)) // max(people - people // _FULL, 1), 1)
    rows = Episode.objects.order_by("pk").values_list("pk", "opened_at").iterator()
    for number, (pk, opened) in enumerate(rows):
        is_full = number % _FULL == 0
        at = timezone.now() if is_full else opened
        for name, value in all_of if is_full else all_of[:some]:
            yield KeptFinding(episode_id=pk, fact=name, value=value, at=at, source="clinician", by="Anna Berg")


def _plans() -> Iterator[Plan]:
    """One for everybody, on an assessment that is kept for all of them: plans are not what is measured."""
    anybody = Episode.objects.order_by("pk")[0]
    member = anybody.therapist
    assert member is not None  # noqa: S101  made above
    kept = advice.keep_assessment(anybody, "plan", member)
    preset = next(iter(advice.knowledge().presets))
    for pk in Episode.objects.order_by("pk").values_list("pk", flat=True).iterator():
        yield Plan(
            episode_id=pk, assessment=kept, status="agreed", preset=preset, sessions=6, minutes=30, made_by=member
        )


def _courses(people: int) -> Iterator[Course]:
    """One for each plan; only the last of an open episode still runs."""
    ended = timezone.now()
    rows = Plan.objects.order_by("pk").values_list("pk", "episode_id", "made_by_id", "episode__stage").iterator()
    for number, (pk, episode, member, stage) in enumerate(rows):
        runs = stage != Episode.Stage.CLOSED and number >= people * (_COURSES - 1)
        over = None if runs else ended
        yield Course(plan_id=pk, episode_id=episode, asked={}, made_by_id=member, ended_at=over)


def _sessions(clinic: Clinic, members: list[Member], rooms: list[Room], people: int, count: int) -> Iterator[Session]:
    """As many of each course, two to four days apart; back from the last, as `_slots` are."""
    today, courses, made = timezone.localdate(), _order_of_courses(people), 0
    going: list[deque[_Going]] = [deque() for _ in members]
    for day, start, place in _slots(today, len(members)):
        if made == count:
            return
        one = _next(going[place], day, courses, -(-count // (people * _COURSES)))
        if one is None:
            continue
        made += 1
        yield Session(
            clinic=clinic,
            course_id=one.course,
            episode_id=one.episode,
            number=one.left + 1,
            day=day,
            start=start,
            minutes=30,
            therapist=members[place],
            room=rooms[place],
            status="done" if day < today else "booked",
        )


@dataclass
class _Going:
    """A course whose last sessions are made: the day of the earliest of them, and how many come before it."""

    course: int
    episode: int
    day: date
    left: int


def _next(going: deque[_Going], day: date, courses: Iterator[tuple[int, int]], each: int) -> _Going | None:
    """The course of a therapist that has a session on this day: the one that waits longest, or a new one."""
    if going and (going[0].day - day).days >= _REST:
        one = going.popleft()
    elif (new := next(courses, None)) is not None:
        one = _Going(*new, day, each)
    else:
        return None
    one.day, one.left = day, one.left - 1
    if one.left:
        going.append(one)
    return one


def _order_of_courses(people: int) -> Iterator[tuple[int, int]]:
    """Course and episode: the last courses before those had before, those of open episodes first.

    Full records come sooner, so that many have sessions ahead.
    """
    drawn = random.Random(2)  # noqa: S311  made-up people need no secret
    courses = list(Course.objects.order_by("pk").values_list("pk", "episode_id"))
    keyed = []
    for number, one in enumerate(courses):
        before, person = _COURSES - 1 - number // people, number % people
        chance = drawn.random() / (1 if person % _FULL else 2)
        keyed.append((before, person % _OPEN > 0, chance, one))
    return (one for *_order, one in sorted(keyed))


def _slots(today: date, members: int) -> Iterator[tuple[date, time, int]]:
    """Half hours of working days and of today, for each therapist: from eight weeks ahead backwards, without end.

    Two of a day stay free, at other times with each therapist and on each day.
    """
    day = today + timedelta(weeks=8)
    while True:
        if day.isoweekday() <= 5 or day == today:
            for half, place in itertools.product(range(18), range(members)):
                if (half + place + day.toordinal()) % 9:
                    yield day, time(8 + half // 2, 30 * (half % 2)), place
        day -= timedelta(days=1)


def size() -> dict[str, Any]:
    """How many of what there is."""
    kinds = (Person, KeptFinding, Session)
    return {kind.__name__: kind._default_manager.count() for kind in kinds}
