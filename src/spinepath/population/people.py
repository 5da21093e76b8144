"""A block of made-up people: a column for each name, and for whom a condition holds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinepath.engine.conditions import And, AtLeast, Compare, Condition, In, Is, Known, Not, Or

Bools = NDArray[np.bool_]
Index = NDArray[np.intp]

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}


class Column(NamedTuple):
    """One value for each person: yes or no, a number, or the place of a word; `known` is false where it has none."""

    values: NDArray[Any]
    known: Bools


class People:
    """The columns of a block of people drawn so far; `words` are those of each choice, in the order of their places."""

    def __init__(self, count: int, words: Mapping[str, tuple[str, ...]]) -> None:
        self.count = count
        self.columns: dict[str, Column] = {}
        self.words = words

    def holds(self, condition: Condition, among: Index | None) -> Bools:
        """Is the condition true of these people (of all without `among`)? What somebody has not got is not true."""

        def of(part: Condition) -> Bools:
            return self.holds(part, among)

        match condition:
            case Is(fact):
                return self._true_of(fact, among, lambda values: values)
            case Compare(fact, sign, number):
                return self._true_of(fact, among, lambda values: _SIGNS[sign](values, number))
            case In(fact, words):
                table = np.array([word in words for word in self.words[fact]])
                return self._true_of(fact, among, lambda values: table[values])
            case Known(fact):
                known = self.columns[fact].known
                return known if among is None else known[among]
            case Not(part):
                return ~of(part)
            case And(parts):
                return reduce(np.logical_and, [of(part) for part in parts])
            case Or(parts):
                return reduce(np.logical_or, [of(part) for part in parts])
            case AtLeast(number, parts):
                return np.asarray(sum(of(part).astype(np.int8) for part in parts) >= number)
        return of(condition.part)  # confirmed: what is drawn is true or not

    def _true_of(self, name: str, among: Index | None, test: Callable[[NDArray[Any]], Any]) -> Bools:
        values, known = self.columns[name]
        if among is not None:
            values, known = values[among], known[among]
        found: Bools = test(values) & known
        return found
