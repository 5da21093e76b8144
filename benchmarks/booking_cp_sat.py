"""A yardstick for booking: CP-SAT chooses for each course one regular weekly pattern, or none.

A pattern has one therapist and one time of day; its days between repeat with the week. So it can express much less than
our search, but the solver looks at all patterns at once. Idle slots are counted afterwards, not minimised.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from typing import NamedTuple

from ortools.sat.python import cp_model

from spinepath.booking.course import Course
from spinepath.booking.diary import Diary
from spinepath.booking.many import Request, idle_slots
from spinepath.booking.options import Option, Search, Weights
from spinepath.booking.propose import sessions_on
from spinepath.booking.search import Path
from spinepath.booking.setting import begins, spacing_of
from spinepath.booking.slots import length_in_slots, row, starts

UNBOOKED = 1000
"""What a session without a place costs the solver; far more than any session with one."""


class Result(NamedTuple):
    """How many courses were booked, and what they and the idle slots cost."""

    booked: int
    cost: int


class Column(NamedTuple):
    """A course on one pattern."""

    request: int
    cost: int
    therapist: int
    start: int
    length: int
    days: tuple[int, ...]


def weekly_columns(diary: Diary, wanted: Sequence[Request], weights: Weights, limit: float) -> Result:
    """The best choice of patterns that the solver finds in `limit` seconds."""
    searches = [Search(diary, course, wishes, weights) for course, wishes in wanted]
    columns = [column for number, search in enumerate(searches) for column in _columns(number, search)]
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in columns]
    by_request, by_slot, by_room = defaultdict(list), defaultdict(list), defaultdict(list)
    for column, variable in zip(columns, chosen, strict=True):
        by_request[column.request].append(variable)
        for day in column.days:
            for slot in range(column.start, column.start + column.length):
                by_slot[column.therapist, day, slot].append(variable)
                by_room[day, slot].append(variable)
    for variables in (*by_request.values(), *by_slot.values()):
        model.add_at_most_one(variables)
    for variables in by_room.values():
        model.add(sum(variables) <= len(diary.rooms))
    saved = [UNBOOKED * len(column.days) - column.cost for column in columns]
    model.maximize(sum(worth * variable for worth, variable in zip(saved, chosen, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Result(0, 0)
    taken = [column for column, variable in zip(columns, chosen, strict=True) if solver.value(variable)]
    return _result(diary, searches, taken, weights)


def _columns(number: int, search: Search) -> Iterator[Column]:
    course, diary, weights = search.course, search.diary, search.weights
    spacing, length = spacing_of(search), length_in_slots(course.minutes, diary.grid)
    every = row(0, 24 * 60 // diary.grid)
    aligned = sum(1 << slot for slot in range(0, 24 * 60 // diary.grid, length))
    for days in dict.fromkeys(_days(course, begins(search))):
        if days[-1] >= diary.days:
            continue
        cost = weights.late_day * days[0]
        cost += sum(spacing.cost(one, other) for one, other in pairwise(days))
        for therapist in search.therapists:
            free = every
            for day in days:
                free &= starts(diary.free[therapist][day] & search.possible[day], length)
            for start in range(free.bit_length()):
                if free & aligned & 1 << start:
                    yield Column(number, cost, therapist, start, length, days)


def _days(course: Course, first: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Series of days whose distances repeat every week."""
    least, most = course.days_between
    weeks = [one for size in (1, 2, 3) for one in product(range(least, most + 1), repeat=size) if sum(one) == 7]
    for start, week in product(first, weeks):
        days = [start]
        while len(days) < course.sessions:
            days.append(days[-1] + week[(len(days) - 1) % len(week)])
        yield tuple(days)


def _result(diary: Diary, searches: Sequence[Search], taken: Sequence[Column], weights: Weights) -> Result:
    full = diary.with_changes(())
    for column in taken:
        rooms = [
            next(room for room in range(len(diary.rooms)) if _is_vacant(full, room, day, column)) for day in column.days
        ]
        options = tuple(Option(0, column.therapist, column.start, room, 0) for room in rooms)
        for session in sessions_on(searches[column.request], Path(0, column.days, options)):
            full.add(session)
    idle = sum(
        idle_slots(full, therapist, day) for therapist in range(len(full.therapists)) for day in range(full.days)
    )
    return Result(len(taken), sum(column.cost for column in taken) + weights.idle_slot * idle)


def _is_vacant(diary: Diary, room: int, day: int, column: Column) -> bool:
    return not row(column.start, column.start + column.length) & ~diary.vacant[room][day]
