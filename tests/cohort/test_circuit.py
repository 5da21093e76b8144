"""A circuit means the same before and after pairs are shared, and when it runs as NumPy."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.cohort.circuit import NO, YES, Circuit, Literal
from spinepath.cohort.circuit_text import FUNCTION, CircuitText
from spinepath.cohort.judge import _NAMES

INPUTS = 5
EVERY_WAY = [tuple(bool(way >> place & 1) for place in range(INPUTS)) for way in range(2**INPUTS)]
"""Every way in which the inputs can be: one bit of a word for each."""


def holds(circuit: Circuit, literal: Literal, given: tuple[bool, ...]) -> bool:
    """What the literal means, worked out anew each time."""
    node = circuit.nodes[literal >> 1]
    parts = (holds(circuit, part, given) for part in node.parts)
    match node.kind:
        case "nothing":
            found = False
        case "input":
            found = given[node.key]  # type: ignore[index]
        case "and":
            found = all(parts)
        case "or":
            found = any(parts)
        case "xor":
            found = sum(parts) == 1
    return found ^ bool(literal & 1)


Step = tuple[str, tuple[tuple[int, bool], ...], int]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.tuples(
        st.sampled_from(["every", "some", "at_least", "without"]),
        st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=5).map(tuple),
        st.integers(0, 4),
    ),
    min_size=1,
    max_size=25,
)


def built(steps: list[Step]) -> tuple[Circuit, list[Literal], list[Callable[[tuple[bool, ...]], bool]]]:
    """A circuit, its literals, and what each must mean."""
    circuit = Circuit()
    literals = [circuit.input(place) for place in range(INPUTS)]
    meanings: list[Callable[[tuple[bool, ...]], bool]] = [
        lambda given, place=place: given[place] for place in range(INPUTS)
    ]  # type: ignore[misc]
    for kind, chosen, number in steps:
        places = [(place % len(literals), turned) for place, turned in chosen]
        parts = [literals[place] ^ turned for place, turned in places]

        def values(given: tuple[bool, ...], places: list[tuple[int, bool]] = places) -> list[bool]:
            return [meanings[place](given) ^ turned for place, turned in places]

        match kind:
            case "every":
                literals.append(circuit.every(parts))
                meanings.append(lambda given, values=values: all(values(given)))  # type: ignore[misc]
            case "some":
                literals.append(circuit.some(parts))
                meanings.append(lambda given, values=values: any(values(given)))  # type: ignore[misc]
            case "at_least":
                literals.append(circuit.at_least(number, parts))
                meanings.append(lambda given, values=values, number=number: sum(values(given)) >= number)  # type: ignore[misc]
            case "without":
                whole = circuit.some(parts)
                literals.append(circuit.without(whole, circuit.every((whole, *parts[:1]))))
                meanings.append(lambda given, values=values: any(values(given)) and not all(values(given)[:1]))  # type: ignore[misc]
    return circuit, literals, meanings


@given(STEPS, st.booleans())
def test_it_means_what_was_asked(steps: list[Step], shared: bool) -> None:
    circuit, literals, meanings = built(steps)
    if shared:
        circuit.share()
    for given_values in EVERY_WAY:
        assert [holds(circuit, one, given_values) for one in literals] == [
            meaning(given_values) for meaning in meanings
        ]


@given(STEPS, st.data())
def test_as_numpy_it_says_the_same(steps: list[Step], data: st.DataObject) -> None:
    circuit, literals, meanings = built(steps)
    places = data.draw(st.lists(st.integers(0, len(literals) - 1), unique=True, min_size=1))
    turned = [data.draw(st.booleans()) for _ in places]
    wanted = dict.fromkeys(literals[place] ^ turn for place, turn in zip(places, turned, strict=True))
    rows = {literal: row for row, literal in enumerate(wanted)}
    circuit.share()
    apart = data.draw(st.booleans())
    text = CircuitText(circuit, tuple(rows), lambda node: f"columns[{node.key}].copy()" if apart else None)
    names = dict(_NAMES)
    exec(text.source, names)  # noqa: S102
    planes = [
        np.array([sum(given[place] << way for way, given in enumerate(EVERY_WAY))], np.uint64)
        for place in range(INPUTS)
    ]
    kept = [plane.copy() for plane in planes]
    out = list(np.full((len(rows), 1), 99, np.uint64))
    room = list(np.full((text.room, 1), 77, np.uint64))
    names[FUNCTION]([planes[node.key] for node in text.inputs], planes, [], None, out, room)
    for place, turn in zip(places, turned, strict=True):
        word = int(out[rows[literals[place] ^ turn]][0])
        found = [bool(word >> way & 1) for way in range(len(EVERY_WAY))]
        assert found == [meanings[place](given) ^ turn for given in EVERY_WAY], text.source
    assert planes == kept


@pytest.mark.parametrize("number", range(-1, 7))
@pytest.mark.parametrize("of", range(6))
def test_at_least_so_many(number: int, of: int) -> None:
    circuit = Circuit()
    found = circuit.at_least(number, [circuit.input(place) for place in range(of)])
    for given_values in product((False, True), repeat=of):
        assert holds(circuit, found, given_values) == (sum(given_values) >= number)


def test_the_same_question_is_one_node() -> None:
    circuit = Circuit()
    one, other = circuit.input("one"), circuit.input("other")
    assert circuit.every((one, other)) == circuit.every((other, one, YES))
    assert circuit.some((one ^ 1, other ^ 1)) == circuit.every((one, other)) ^ 1
    assert circuit.every((one, one ^ 1)) == NO
    assert circuit.without(one, circuit.without(one, one)) == one


def test_a_pair_that_stands_in_several_nodes_is_worked_out_once() -> None:
    circuit = Circuit()
    literals = [circuit.input(place) for place in range(6)]
    wanted = [circuit.every((literals[0], literals[1], other)) for other in literals[2:]]
    circuit.share()
    text = CircuitText(circuit, wanted, lambda node: None)
    assert text.source.count("and_(") == 5


def test_a_pair_that_stands_beside_its_own_node_is_left_there() -> None:
    """Else the node would be made of that other node alone, and share its plane without knowing it."""
    circuit = Circuit()
    one, other, third = (circuit.input(place) for place in range(3))
    both = circuit.every((one, other))
    wanted = [
        circuit.every((one, other, both)),
        both,
        *(circuit.every((one, other, third, more)) for more in (both, circuit.input(3), circuit.input(4))),
    ]
    circuit.share()
    assert all(len(node.parts) != 1 for node in circuit.nodes)
    assert [holds(circuit, literal, (True,) * 5) for literal in wanted] == [True] * 5
    assert [holds(circuit, literal, (True, True, False, True, True)) for literal in wanted] == [True, True] + [
        False
    ] * 3


def test_what_a_step_has_used_is_kept_for_the_next() -> None:
    """The first part of a long node is used once by it, however many parts follow."""
    circuit = Circuit()
    inputs = [circuit.input(place) for place in range(4)]
    wanted = [circuit.every(inputs[:3]), circuit.every((inputs[0], inputs[3]))]
    text = CircuitText(circuit, wanted, lambda node: f"columns[{node.key}].copy()")
    names = dict(_NAMES)
    exec(text.source, names)  # noqa: S102
    out = list(np.zeros((2, 1), np.uint64))
    names[FUNCTION]([], [np.array([7], np.uint64)] * 4, [], None, out, [])
    assert [int(plane[0]) for plane in out] == [7, 7]
