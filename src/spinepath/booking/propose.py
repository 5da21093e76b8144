"""A whole course at once: the best proposal there is, or the clash that prevents every one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import islice
from typing import Literal

import msgspec

from spinepath.booking import clash, faults, totals
from spinepath.booking.clash import Clash
from spinepath.booking.clinic import Session
from spinepath.booking.course import NO_WISHES, Course, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.options import Search, Weights
from spinepath.booking.search import Path, best, cheapest
from spinepath.booking.setting import layers_of, problem_of
from spinepath.booking.slots import clock_of

Aim = Literal["best", "earliest", "same_therapist", "liked_hours", "even", "next_best"]

USUAL = Weights()
_MUCH = 1000


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """All sessions of a course, placed; nothing is booked yet. `cost` is by the weights, `aim` what it is best at."""

    sessions: tuple[Session, ...]
    cost: int
    aim: Aim = "best"


def propose(diary: Diary, course: Course, wishes: Wishes = NO_WISHES, weights: Weights = USUAL) -> Proposal | Clash:
    """The cheapest course that keeps every bound and every wish; all of its sessions, or the clash.

    No other course that keeps them costs less by the weights. What is unknown of the person and bounded is a clash too.
    The diary is not changed. Raises FaultyBooking when course or wishes mean nothing.
    """
    search = asked(diary, course, wishes, weights)
    refused = tuple(totals.refusals(course))
    if refused:
        return Clash(course=course.id, refusals=refused)
    problem, layers, furthest = layers_of(problem_of(search), wishes.same_therapist)
    path = best(problem, layers)
    if path is None:
        return clash.explain(search, problem, layers, furthest)
    return Proposal(sessions=sessions_on(search, path), cost=path.cost)


def asked(diary: Diary, course: Course, wishes: Wishes, weights: Weights) -> Search:
    """The question to the diary. Raises FaultyBooking."""
    faults.refuse([*faults.in_course(course), *faults.in_wishes(wishes, diary.clinic)])
    return Search(diary, course, wishes, weights)


def alternatives(
    diary: Diary, course: Course, wishes: Wishes = NO_WISHES, weights: Weights = USUAL, count: int = 5
) -> tuple[Proposal, ...] | Clash:
    """Up to `count` proposals that differ: the best, those best at one thing, and the next best ones.

    No two have the same sessions. Each aim takes a proposal that no other beats at it; `cost` is by the usual weights
    for the best and the next best, by the weights of the aim for the others.
    """
    first = propose(diary, course, wishes, weights)
    if isinstance(first, Clash):
        return first
    found = [first]
    for aim, turned, wanted in _aims(wishes, weights):
        other = propose(diary, course, wanted, turned)
        if isinstance(other, Proposal):
            _keep(found, msgspec.structs.replace(other, aim=aim), count)
    search = asked(diary, course, wishes, weights)
    problem, layers, _ = layers_of(problem_of(search), wishes.same_therapist)
    for path in islice(cheapest(problem, layers), 2 * count):
        _keep(found, Proposal(sessions=sessions_on(search, path), cost=path.cost, aim="next_best"), count)
    return tuple(found)


def _aims(wishes: Wishes, weights: Weights) -> Iterable[tuple[Aim, Weights, Wishes]]:
    replace = msgspec.structs.replace
    yield "earliest", replace(weights, late_day=_MUCH), wishes
    yield "same_therapist", weights, replace(wishes, same_therapist=True)
    yield "liked_hours", replace(weights, other_hours=_MUCH), wishes
    yield "even", replace(weights, spacing_day=_MUCH), wishes


def _keep(found: list[Proposal], other: Proposal, count: int) -> None:
    if len(found) < count and all(other.sessions != one.sessions for one in found):
        found.append(other)


def sessions_on(search: Search, path: Path, ids: Sequence[str] = ()) -> tuple[Session, ...]:
    """The sessions of a course that was found; `ids` when they are known, else new ones."""
    course, diary = search.course, search.diary
    had = sorted(course.had.days or ())
    days = [diary.first + timedelta(days=day) for day in path.days]
    first = had[0] if had else days[0]
    found = []
    for place, (day, option) in enumerate(zip(days, path.options, strict=True)):
        number = len(had) + place + 1
        found.append(
            Session(
                id=ids[place] if ids else new_id(diary, course, number),
                course=course.id,
                person=course.person,
                number=number,
                day=day,
                start=clock_of(option.start, diary.grid),
                minutes=search.minutes(place),
                therapist=diary.clinic.therapists[option.therapist].id,
                room=diary.clinic.rooms[option.room].id,
                status="held" if totals.is_held(course, number, day, first) else "booked",
            )
        )
    return tuple(found)


def new_id(diary: Diary, course: Course, number: int) -> str:
    """An id for a session that no session of the diary has had."""
    name, again = f"{course.id}-{number}", 1
    while name in diary.sessions:
        again += 1
        name = f"{course.id}-{number}-{again}"
    return name
