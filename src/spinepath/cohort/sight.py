"""What a circuit can see of each fact: its given planes, and the literals of the questions that rules ask of it.

Three kinds of plane are given. `known` and `yes` are the bitmaps that Arrow keeps anyway: which values are there, and
which yes/no values are yes. `compared` is made of a column of numbers or of a choice's codes. Wherever `known` does not
hold, the other two mean nothing.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Container
from typing import Literal as OneOf

import msgspec

from spinepath.backends.formulas import All, Any, Atom, Formula, IsAnswer, IsKnown, IsNumber, IsWord
from spinepath.backends.formulas import Count as AtLeast
from spinepath.backends.program import Program
from spinepath.cohort.circuit import NO, YES, Circuit, Literal

Reached = OneOf[">=", ">", "="]
_HOLDS = {">=": operator.ge, ">": operator.gt, "=": operator.eq}


class Known(msgspec.Struct, frozen=True):
    """The plane that tells for whom the column has a value."""

    fact: str


class Yes(msgspec.Struct, frozen=True):
    """The plane of a yes/no column's values."""

    fact: str


class Compared(msgspec.Struct, frozen=True):
    """The plane that tells where a column of numbers stands in this relation to a number."""

    fact: str
    sign: Reached
    number: float


class Word(msgspec.Struct, frozen=True):
    """The plane that tells where a choice is this word."""

    fact: str
    word: str


class Sight:
    """The literals of the atoms of one program.

    A fact that has no column among `given` is unknown everywhere; the columns of those in `whole` hold whole numbers.
    """

    def __init__(self, circuit: Circuit, program: Program, given: Container[str], whole: Container[str] = ()) -> None:
        self.circuit = circuit
        self.inputs = {one.fact: one for one in program.inputs}
        self._given, self._whole = given, whole
        self._worked_out: dict[str, tuple[Literal, Literal]] = {}
        self._seen: dict[Formula, Literal] = {}
        for one in program.definitions:
            self._worked_out[one.fact] = (self.of(one.yes), self.of(one.no))

    def of(self, formula: Formula) -> Literal:
        """The literal that holds exactly where the formula does."""
        if formula not in self._seen:
            self._seen[formula] = self._of(formula)
        return self._seen[formula]

    def _of(self, formula: Formula) -> Literal:
        match formula:
            case All(parts):
                return self.circuit.every(map(self.of, parts))
            case Any(parts):
                return self.circuit.some(map(self.of, parts))
            case AtLeast(number, parts):
                return self.circuit.at_least(number, [self.of(part) for part in parts])
        return self._atom(formula)

    def _atom(self, atom: Atom) -> Literal:
        match atom:
            case IsKnown(fact, known):
                return self.known(fact) ^ (not known)
            case IsAnswer(fact, yes, or_unknown):
                return self.answer(fact, not yes) ^ 1 if or_unknown else self.answer(fact, yes)
            case IsWord(fact, words, others, or_unknown):
                return self.among(fact, others) ^ 1 if or_unknown else self.among(fact, words)
            case IsNumber(fact, sign, number, or_unknown):
                found = self._number(fact, sign, number)
                return self.circuit.without(self.known(fact), found) ^ 1 if or_unknown else found
        raise TypeError(f"not an atom: {atom!r}")

    # what is known of a fact

    def known(self, fact: str) -> Literal:
        """Is the fact known? A policy always is; a compared number wherever the one is that it compares."""
        if fact in self._worked_out:
            return self.circuit.some(self._worked_out[fact])
        given = self.inputs[fact]
        if given.compares is not None:
            return self.known(given.compares)
        return YES if given.default is not None else self._column(fact)

    def _column(self, fact: str) -> Literal:
        """Has the column a value?"""
        return self.circuit.input(Known(fact)) if fact in self._given else NO

    def answer(self, fact: str, yes: bool) -> Literal:
        """Is the yes/no fact known to be this?"""
        if fact in self._worked_out:
            return self._worked_out[fact][0 if yes else 1]
        column = self._column(fact)
        is_yes = self._where(column, Yes(fact))
        default = self.inputs[fact].default
        found = is_yes if yes else self.circuit.without(column, is_yes)
        return self._or_default(column, found, default is yes) if default is not None else found

    def among(self, fact: str, words: tuple[str, ...]) -> Literal:
        """Is the choice known to be one of these words?"""
        return self.circuit.some(self.word(fact, word) for word in words)

    def word(self, fact: str, word: str) -> Literal:
        """Is the choice known to be this word?"""
        column = self._column(fact)
        default = self.inputs[fact].default
        return self._or_default(column, self._where(column, Word(fact, word)), default == word)

    def _number(self, fact: str, sign: str, number: float) -> Literal:
        match sign:
            case ">=" | ">" | "=":
                return self._reached(fact, sign, number)
        opposite: Reached = {"<": ">=", "<=": ">", "!=": "="}[sign]  # type: ignore[assignment]
        return self.circuit.without(self.known(fact), self._reached(fact, opposite, number))

    def _reached(self, fact: str, sign: Reached, number: float) -> Literal:
        given, column = self.inputs[fact], self._column(fact)
        found = self._compared(fact, sign, number)
        if given.compares is None:
            default = given.default
            return self._or_default(column, found, default is not None and _HOLDS[sign](default, number))
        # nothing to compare it with: it has not changed
        without = self._or_default(column, found, _HOLDS[sign](0, number))
        return self.circuit.every((self.known(fact), without))

    def _compared(self, fact: str, sign: Reached, number: float) -> Literal:
        """In a column of whole numbers "more than 3" is "at least 4": two questions become one."""
        if fact in self._whole and math.isfinite(number):
            if sign == "=" and number != int(number):
                return NO
            whole = math.floor(number) + 1 if sign == ">" else math.ceil(number)
            return self._where(self._column(fact), Compared(fact, "=" if sign == "=" else ">=", whole))
        return self._where(self._column(fact), Compared(fact, sign, number))

    def _where(self, column: Literal, key: Yes | Compared | Word) -> Literal:
        return NO if column == NO else self.circuit.every((column, self.circuit.input(key)))

    def _or_default(self, column: Literal, found: Literal, default_holds: bool) -> Literal:
        """What holds of the column's values, and of the default where it has none."""
        return self.circuit.without(column, found) ^ 1 if default_holds else found
