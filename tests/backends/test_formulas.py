"""Conditions as ordinary formulas: each holds exactly where the condition has the wanted truth value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.backends.formulas import (
    ALWAYS,
    NEVER,
    All,
    Any,
    Atom,
    Count,
    Formula,
    IsAnswer,
    IsKnown,
    IsNumber,
    IsWord,
    atoms_in,
    counted,
    every,
    formula,
    opposite,
    some,
)
from spinepath.engine.conditions import Condition, Values, truth, walk
from tests.backends.generated import GIVEN, charts, conditions
from tests.engine.charts import Chart
from tests.engine.small import small

KNOWLEDGE = msgspec.structs.replace(small(), facts=GIVEN)
COMPARE = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    ">=": lambda one, other: one >= other,
    ">": lambda one, other: one > other,
}


def holds(of: Formula, values: Values) -> bool:
    """What a formula says, in the plainest words."""
    match of:
        case All(parts):
            return all(holds(part, values) for part in parts)
        case Any(parts):
            return any(holds(part, values) for part in parts)
        case Count(number, parts):
            return sum(holds(part, values) for part in parts) >= number
        case IsKnown(fact, known):
            return (values.get(fact) is not None) is known
    value = values.get(of.fact)
    if value is None:
        return of.or_unknown
    match of:
        case IsAnswer(_, yes):
            return value is yes
        case IsWord(_, words):
            return value in words
        case IsNumber(_, sign, number):
            return bool(COMPARE[sign](value, number))


@given(conditions(), charts, st.booleans(), st.booleans())
def test_a_formula_holds_exactly_where_the_condition_is_as_wanted(
    condition: Condition, chart: Chart, wanted: bool, settled: bool
) -> None:
    found = formula(KNOWLEDGE, condition, wanted, settled=settled)
    assert holds(found, chart) is (truth(condition, chart, settled=settled) is wanted)


@given(conditions(), charts, st.booleans(), st.booleans())
def test_the_opposite_holds_exactly_where_the_formula_does_not(
    condition: Condition, chart: Chart, wanted: bool, settled: bool
) -> None:
    found = formula(KNOWLEDGE, condition, wanted, settled=settled)
    assert holds(opposite(found), chart) is not holds(found, chart)
    assert opposite(opposite(found)) == found


def with_parts(of: Formula) -> Iterator[Formula]:
    yield of
    if isinstance(of, (All, Any, Count)):
        for part in of.parts:
            yield from with_parts(part)


def test_every_kind_of_node_is_generated() -> None:
    """Otherwise the comparisons of the back ends would say nothing of it."""
    nodes: set[type] = set()
    formulas: set[type] = set()
    or_unknown: set[tuple[type, bool]] = set()

    @settings(max_examples=200)
    @given(conditions(), st.booleans())
    def look(condition: Condition, wanted: bool) -> None:
        found = formula(KNOWLEDGE, condition, wanted)
        nodes.update(type(node) for node in walk(condition))
        formulas.update(type(node) for node in with_parts(found))
        or_unknown.update((type(atom), getattr(atom, "or_unknown", False)) for atom in atoms_in(found))

    look()
    assert nodes == set(get_args(Condition))
    assert formulas == {*get_args(Atom), All, Any, Count}
    assert {(kind, True) for kind in (IsAnswer, IsNumber, IsWord)} <= or_unknown


def test_joined_formulas_have_their_shortest_form() -> None:
    one, two, three = IsAnswer("a", True), IsAnswer("b", True), IsAnswer("c", False)
    assert every((one, one)) == one
    assert every((All((one, two)), three, ALWAYS)) == All((one, two, three))
    assert every((one, NEVER)) == NEVER
    assert every(()) == ALWAYS
    assert some((one, one)) == one
    assert some((Any((one, two)), three, NEVER)) == Any((one, two, three))
    assert some((one, ALWAYS)) == ALWAYS
    assert some(()) == NEVER


def test_counting_leaves_out_what_is_decided() -> None:
    one, two, three = IsAnswer("a", True), IsAnswer("b", True), IsAnswer("c", False)
    assert counted(2, (one, two, three)) == Count(2, (one, two, three))
    assert counted(2, (one, one, three)) == Count(2, (one, one, three)), "the same part twice counts twice"
    assert counted(2, (one, ALWAYS, three)) == Any((one, three))
    assert counted(2, (one, NEVER, three)) == All((one, three))
    assert counted(1, (ALWAYS,)) == ALWAYS
    assert counted(2, (one, NEVER)) == NEVER


def test_a_number_and_its_opposite_meet_at_the_bound() -> None:
    atom = IsNumber("pain", "<=", 3.0)
    assert opposite(atom) == IsNumber("pain", ">", 3.0, or_unknown=True)
    assert opposite(IsKnown("pain", True)) == IsKnown("pain", False)
    assert opposite(IsWord("place", ("leg",), ("back",))) == IsWord("place", ("back",), ("leg",), or_unknown=True)
