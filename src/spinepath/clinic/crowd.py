"""A crowd: a clinic with many made-up people, findings and sessions, to measure pages with. Never in a real clinic."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
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
_FULL = 50
"""The record of every so manieth person holds everything that can be asked."""


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
    yield from _in_batches("plans", _plans())
    yield from _in_batches("courses", _courses())
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
        member = Member.objects.create(clinic=clinic, user=user, name=f"Therapist {number}", role="therapist")
        for weekday in range(1, 6):
            Shift.objects.create(member=member, weekday=weekday, start=time(8), end=time(16))
        found.append(member)
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
            stage=stages[number % len(stages)] if number % 10 == 0 else Episode.Stage.CLOSED,
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
    """One for everybody, on an assessment that is kept once for all: plans are not what is measured."""
    anybody = Episode.objects.order_by("pk")[0]
    member = anybody.therapist
    assert member is not None  # noqa: S101  made above
    kept = advice.keep_assessment(anybody, "plan", member)
    preset = next(iter(advice.knowledge().presets))
    for pk in Episode.objects.order_by("pk").values_list("pk", flat=True).iterator():
        yield Plan(
            episode_id=pk, assessment=kept, status="agreed", preset=preset, sessions=6, minutes=30, made_by=member
        )


def _courses() -> Iterator[Course]:
    ended = timezone.now()
    rows = Plan.objects.order_by("pk").values_list("pk", "episode_id", "made_by_id", "episode__stage").iterator()
    for pk, episode, member, stage in rows:
        over = ended if stage == Episode.Stage.CLOSED else None
        yield Course(plan_id=pk, episode_id=episode, asked={}, made_by_id=member, ended_at=over)


def _sessions(clinic: Clinic, members: list[Member], rooms: list[Room], people: int, count: int) -> Iterator[Session]:
    courses = list(Course.objects.order_by("pk").values_list("pk", "episode_id"))
    today = timezone.localdate()
    for number, (day, start, place) in enumerate(_slots(today, len(members), count)):
        course, episode = courses[number * 7919 % people]
        done = day < today
        yield Session(
            clinic=clinic,
            course_id=course,
            episode_id=episode,
            number=number % 12 + 1,
            day=day,
            start=start,
            minutes=30,
            therapist=members[place],
            room=rooms[place],
            status="done" if done else "booked",
        )


def _slots(today: date, members: int, count: int) -> Iterator[tuple[date, time, int]]:
    """Half hours of working days and of today, for each therapist: from eight weeks ahead backwards until enough."""
    made: int = 0
    day = today + timedelta(weeks=8)
    while made < count:
        if day.isoweekday() <= 5 or day == today:
            for half, place in itertools.product(range(16), range(members)):
                if made < count:
                    made += 1
                    yield day, (datetime.combine(day, time(8)) + timedelta(minutes=30 * half)).time(), place
        day -= timedelta(days=1)


def size() -> dict[str, Any]:
    """How many of what there is."""
    kinds = (Person, KeptFinding, Session)
    return {kind.__name__: kind._default_manager.count() for kind in kinds}
