"""Small counts are hidden, so that nobody can be recognised in a report: the one gate for every published number.

Three steps, each for one way in which a number could be worked out again:

* `join` makes a table coarser: neighbours are taken together until every number is 0 or at least `LEAST`. What is left
  is exact, and so is every sum and difference of it.
* `shown` hides within one line whose total is known: the small numbers, and beside them the smallest that is not, so
  that what is missing from the total is never small and never one number alone.
* Everything that is published is rounded to `STEP`. A page holds many tables of the same people; somebody who knows the
  rules could else subtract one from another.

Zero is published: that there is nobody tells of nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NewType

LEAST = 5
"""Counts from 1 up to below this are never published."""

STEP = 5
"""Published counts are rounded to the nearest multiple of this. It divides `LEAST`, so none falls below it."""

Published = NewType("Published", int)
"""A rounded count of people that may be shown to everybody. Only this module makes one."""

Shown = Published | None
"""A count as it is published; None where it is hidden."""


def is_small(people: int) -> bool:
    """May this count not be published?"""
    return 0 < people < LEAST


def alone(people: int) -> Shown:
    """A count that is part of no published total."""
    return None if is_small(people) else _rounded(people)


def shown(line: Sequence[int]) -> tuple[Shown, ...]:
    """The counts of a line whose total is known, which together make up that total.

    Where none is small, all are shown. Where no count is large enough to stand beside the small ones, all are hidden,
    the zeros too. Every count of a line must be given, also one that is not printed: it could be subtracted.
    """
    small = {place for place, people in enumerate(line) if is_small(people)}
    if not small:
        return tuple(map(_rounded, line))
    large = [place for place, people in enumerate(line) if people >= LEAST]
    if not large:
        return (None,) * len(line)
    hidden = small | {min(large, key=line.__getitem__)}
    return tuple(None if place in hidden else _rounded(people) for place, people in enumerate(line))


Groups = tuple[range, ...]
"""Which neighbours are taken together, from first to last."""


def join(table: Sequence[Sequence[int]]) -> tuple[Groups, Groups]:
    """Which neighbouring rows and which neighbouring columns are taken together, so that no count is small.

    A row or column with a small count is joined to that neighbour which has fewer people; rows and columns take turns
    so that as many are left of one as of the other. The people of the whole table must not be few.
    """
    rows, columns = _each(len(table)), _each(len(table[0]))
    while place := _small_in(together(table, rows, columns)):
        if len(rows) > len(columns):
            _join_one(rows, place[0], [sum(line) for line in table])
        elif len(columns) > 1:
            _join_one(columns, place[1], [sum(line) for line in zip(*table, strict=True)])
        else:
            raise ValueError("too few people to publish anything")
    return tuple(rows), tuple(columns)


def together(table: Sequence[Sequence[int]], rows: Sequence[range], columns: Sequence[range]) -> list[list[int]]:
    """The table with these rows and columns taken together."""
    return [[sum(table[row][column] for row in r for column in c) for c in columns] for r in rows]


def _each(number: int) -> list[range]:
    return [range(place, place + 1) for place in range(number)]


def _small_in(table: Sequence[Sequence[int]]) -> tuple[int, int] | None:
    places = ((row, column) for row, line in enumerate(table) for column, people in enumerate(line) if is_small(people))
    return next(places, None)


def _join_one(groups: list[range], place: int, people: Sequence[int]) -> None:
    """Join the group at this place to the neighbour that has fewer people."""
    beside = [other for other in (place - 1, place + 1) if 0 <= other < len(groups)]
    first = min(place, min(beside, key=lambda other: sum(people[one] for one in groups[other])))
    groups[first : first + 2] = [range(groups[first].start, groups[first + 1].stop)]


def published(counts: Sequence[int]) -> tuple[Published, ...]:
    """Counts of a table that was joined. Raises ValueError where one is small."""
    if any(map(is_small, counts)):
        raise ValueError("a small count was about to be published")
    return tuple(map(_rounded, counts))


def total(counts: Sequence[Published]) -> Published:
    """Several published counts together."""
    return Published(sum(counts))


def running(counts: Sequence[int]) -> list[int]:
    """Where each count begins when they are laid end to end, and where the last one ends."""
    return list(accumulate(counts, initial=0))


def share_words(part: Published, whole: int) -> str:
    """A published count as a share of another in whole percent: "12%"; what is rounded away is named."""
    if not part or not whole:
        return "0%"
    percent = 100 * part / whole
    if percent < 1:
        return "under 1%"
    return "over 99%" if 99 < percent < 100 else f"{percent:.0f}%"


def _rounded(people: int) -> Published:
    return Published((people + STEP // 2) // STEP * STEP)
