"""No published count is small, and none that is small can be worked out from what is published."""

from __future__ import annotations

from itertools import product

import pytest
import z3
from hypothesis import given, settings
from hypothesis import strategies as some

from spinepath.cohort.suppression import (
    LEAST,
    STEP,
    alone,
    is_small,
    join,
    published,
    share_words,
    shown,
    together,
)

COUNTS = some.one_of(some.integers(0, 2 * LEAST), some.sampled_from([0, 1, 50, 1000, 10_000_000]))
LINES = some.one_of(
    some.lists(COUNTS, min_size=2, max_size=7),
    some.lists(some.integers(0, LEAST - 1), min_size=2, max_size=7),
)


def whole(counts: list[int]) -> bool:
    return sum(counts) >= LEAST


@given(COUNTS)
def test_a_count_alone_is_hidden_when_small_and_rounded_when_not(people: int) -> None:
    if is_small(people):
        assert alone(people) is None
    else:
        assert alone(people) % STEP == 0
        assert abs(alone(people) - people) <= STEP // 2
        assert people == 0 or alone(people) >= LEAST


@given(LINES.filter(whole))
def test_what_a_line_hides_could_be_large(line: list[int]) -> None:
    hidden = [place for place, people in enumerate(shown(line)) if people is None]
    missing = sum(line[place] for place in hidden)
    for place in hidden:
        assert line[place] > 0 or len(hidden) == len(line)
        # the others are at least 1 where zeros are published
        others = 0 if len(hidden) == len(line) else len(hidden) - 1
        assert missing - others >= LEAST
        assert len(hidden) > 1
    assert not any(is_small(people) for place, people in enumerate(line) if place not in hidden)


@given(LINES)
def test_a_line_without_small_counts_is_shown_whole(line: list[int]) -> None:
    line = [0 if is_small(people) else people for people in line]
    assert None not in shown(line)


TABLES = some.integers(1, 6).flatmap(
    lambda width: some.lists(some.lists(COUNTS, min_size=width, max_size=width), min_size=1, max_size=6)
)


@given(TABLES.filter(lambda table: whole([sum(line) for line in table])))
def test_a_joined_table_and_its_totals_have_no_small_count(table: list[list[int]]) -> None:
    rows, columns = join(table)
    assert [place for group in rows for place in group] == list(range(len(table)))
    assert [place for group in columns for place in group] == list(range(len(table[0])))
    found = together(table, rows, columns)
    assert not any(is_small(people) for line in found for people in line)
    assert not any(is_small(sum(line)) for line in (*found, *zip(*found, strict=True)))


@given(TABLES)
def test_a_table_without_small_counts_is_not_joined(table: list[list[int]]) -> None:
    table = [[0 if is_small(people) else people for people in line] for line in table]
    rows, columns = join(table)
    assert (len(rows), len(columns)) == (len(table), len(table[0]))


def test_too_few_people_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="too few"):
        join([[1, 0], [0, 2]])
    with pytest.raises(ValueError, match="small count"):
        published([LEAST - 1])


CUBES = some.one_of(some.lists(some.integers(0, most), min_size=18, max_size=18) for most in (1, 3, 8))
"""People by disposition (3), band (3) and sex (2)."""


@settings(max_examples=60, deadline=None)
@given(CUBES.filter(whole))
def test_tables_of_the_same_people_cannot_be_subtracted_from_each_other(cube: list[int]) -> None:
    """A solver that knows every exact count behind the page finds other people for each small count."""
    places = list(product(range(3), range(3), range(2)))
    unknown = {place: z3.Int(f"x{place}") for place in places}
    true = dict(zip(places, cube, strict=True))
    solver = z3.Solver()
    solver.add([one >= 0 for one in unknown.values()])

    def cells(levels: range, groups: range, axis: int) -> list[tuple[int, int, int]]:
        return [place for place in places if place[0] in levels and place[axis] in groups]

    def publish(members: list[tuple[int, int, int]]) -> None:
        solver.add(z3.Sum([unknown[place] for place in members]) == sum(true[place] for place in members))

    by_level = [sum(true[place] for place in places if place[0] == level) for level in range(3)]
    _, rungs = join([by_level])
    for rung in rungs:
        publish(cells(rung, range(3), 1))
    for axis, size in ((1, 3), (2, 2)):
        table = [
            [sum(true[place] for place in cells(rung, range(one, one + 1), axis)) for rung in rungs]
            for one in range(size)
        ]
        groups, joined = join(table)
        for group, levels in product(groups, joined):
            publish(cells(range(rungs[levels.start].start, rungs[levels.stop - 1].stop), group, axis))
    queries = [cells(range(level, level + 1), range(3), 1) for level in range(3)]
    for axis, size in ((1, 3), (2, 2)):
        queries += [cells(range(3), range(one, one + 1), axis) for one in range(size)]
        queries += [
            cells(range(level, level + 1), range(one, one + 1), axis) for level, one in product(range(3), range(size))
        ]
    for members in queries:
        people = sum(true[place] for place in members)
        if is_small(people):
            assert solver.check(z3.Sum([unknown[place] for place in members]) != people) == z3.sat


def test_shares_name_what_is_rounded_away() -> None:
    five, most = published([5, 995])
    assert [share_words(five, 1000), share_words(most, 1000)] == ["under 1%", "over 99%"]
    assert [share_words(five, 5), share_words(published([0])[0], 5), share_words(five, 0)] == ["100%", "0%", "0%"]
