"""People drawn from the model, a block at a time; person i is the same whatever else is asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinepath.engine.conditions import Condition
from spinepath.population.model import Drawn, Line, Model
from spinepath.population.people import Bools, Column, Index, People
from spinepath.population.streams import Stream, normal_places

BLOCK = 131_072
"""People in one block. Another number would draw other people."""


class Block(NamedTuple):
    """People from `start` on: what is true of them, and for each fact what of it their charts do not say."""

    start: int
    people: People
    missing: dict[str, Bools]


def draw(model: Model, seed: int, block: int) -> Block:
    """One whole block of people."""
    people = People(BLOCK, model.words)
    reach = _Reach(people)
    for drawn in model.drawn:
        people.columns[drawn.name] = _column(drawn, reach, Stream(seed, block, drawn.name))
    return Block(block * BLOCK, people, _missing(model, reach, seed, block))


class _Reach:
    """Whom a line reaches. What entries ask for is asked once in a block."""

    def __init__(self, people: People) -> None:
        self.people = people
        self._found: dict[Condition, Index] = {}

    def of(self, outer: Condition | None, when: Condition | None) -> Index | None:
        """The places of the people for whom both hold; None for everybody."""
        among = None if outer is None else self._once(outer)
        if when is None:
            return among
        if among is None:
            return self._once(when)
        return among[self.people.holds(when, among)]

    def _once(self, condition: Condition) -> Index:
        if condition not in self._found:
            self._found[condition] = np.flatnonzero(self.people.holds(condition, None))
        return self._found[condition]


def _column(drawn: Drawn, reach: _Reach, stream: Stream) -> Column:
    column = _everybody(drawn, 0, drawn.hidden)
    for line in drawn.lines:
        whom = reach.of(line.outer, line.when)
        if whom is None:
            column = _everybody(drawn, *_values(line, reach.people, slice(None), BLOCK, stream))
        elif len(whom):
            column.values[whom], column.known[whom] = _values(line, reach.people, whom, len(whom), stream)
    return column


def _everybody(drawn: Drawn, values: Any, known: Any) -> Column:
    """A column of its own, that later lines may write on."""
    if not isinstance(values, np.ndarray):
        values = np.full(BLOCK, values, drawn.kind)
    return Column(values, np.array(known) if isinstance(known, np.ndarray) else np.full(BLOCK, known))


def _values(line: Line, people: People, where: Any, count: int, stream: Stream) -> tuple[Any, Any]:
    """The values that a line draws for so many people, and whether they are known."""
    shown = line.shown
    if shown.chance is not None:
        return stream.yes(shown.chance, count), True
    if shown.value is not None:
        return line.constant, True
    if shown.unknown:
        return 0, False
    if shown.same_as is not None:
        return _copied(line, people, shown.same_as, where)
    places = stream.places(count)
    if shown.by:
        mean = shown.normal[0] + sum(people.columns[name].values[where] * per for name, per in shown.by.items())
        return line.on_grid(mean + shown.normal[1] * normal_places()[places]), True
    return line.places[places], True


def _copied(line: Line, people: People, name: str, where: Any) -> tuple[NDArray[Any], Bools]:
    values, known = people.columns[name]
    if line.words:  # a word stands at another place in another list
        values = np.array([line.words.index(word) for word in people.words[name]])[values]
    return values[where].astype(line.kind), known[where]


def _missing(model: Model, reach: _Reach, seed: int, block: int) -> dict[str, Bools]:
    missing: dict[str, Bools] = {}
    for hole in model.holes:
        lost = Stream(seed, block, hole.name).yes(hole.chance, BLOCK)
        if hole.when is not None:
            lost &= reach.people.holds(hole.when, None)
        for fact in hole.facts:
            missing[fact] = missing[fact] | lost if fact in missing else lost
    return missing
