"""A chart without unknowns, for languages that have none: what every other engine is given.

Each fact is one value, and "unknown" is a value like any other: -1 for yes (1) or no (0), far below every number, the
empty word. What is worked out is given too, so that the others are spared it. Every question about a fact is then one
comparison or two, and a formula means the same in every language that can say "and", "or" and compare.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import combinations
from typing import Generic, NamedTuple, TypeVar

from spinepath.backends.formulas import (
    All,
    Any,
    Atom,
    Count,
    Formula,
    IsAnswer,
    IsKnown,
    IsNumber,
    IsWord,
    Sign,
    atoms_in,
    opposite,
)
from spinepath.backends.program import Program
from spinepath.engine.conditions import Value, Values

Flag = int | float | str
Flags = dict[str, Flag]
Written = TypeVar("Written")

UNKNOWN: dict[str, Flag] = {"yes_no": -1, "number": -1e9, "choice": ""}


class Pair(NamedTuple):
    """One rule: it fires where `fires` holds, is open where only `possible` holds, and else is clear."""

    possible: Formula
    fires: Formula


class Facts:
    """The facts that the rules of a program ask for, under short names, and their kinds."""

    def __init__(self, program: Program) -> None:
        self.pairs = [Pair(opposite(rule.clear), rule.fires) for rule in program.rules]
        asked = {atom.fact for pair in self.pairs for formula in pair for atom in atoms_in(formula)}
        kinds = {one.fact: one.kind for one in program.inputs} | {one.fact: "yes_no" for one in program.definitions}
        self.kinds = {fact: kind for fact, kind in kinds.items() if fact in asked}
        self.names = {fact: f"f{place}" for place, fact in enumerate(self.kinds)}

    def flags(self, values: Values) -> Flags:
        """A chart that is complete with what is worked out, without unknowns."""
        return {name: _flag(self.kinds[fact], values.get(fact)) for fact, name in self.names.items()}


def _flag(kind: str, value: Value) -> Flag:
    if value is None:
        return UNKNOWN[kind]
    return value if isinstance(value, str) else int(value) if kind == "yes_no" else float(value)


class Language(ABC, Generic[Written]):
    """How formulas are written in one language."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @abstractmethod
    def every(self, parts: Sequence[Written]) -> Written: ...

    @abstractmethod
    def some(self, parts: Sequence[Written]) -> Written: ...

    @abstractmethod
    def compare(self, name: str, sign: Sign, flag: Flag) -> Written: ...

    def pairs(self) -> list[tuple[Written, Written]]:
        """Each rule: when it can still be true, and when it fires."""
        return [(self.write(pair.possible), self.write(pair.fires)) for pair in self.facts.pairs]

    def write(self, formula: Formula) -> Written:
        match formula:
            case All(()):
                return self.some(self._either())
            case All(parts):
                return self.every([self.write(part) for part in parts])
            case Any(parts):
                return self._some([self.write(part) for part in parts])
            case Count(number, parts):  # few languages can count: some set of so many of them
                return self.some([self.every(chosen) for chosen in combinations(map(self.write, parts), number)])
        return self._atom(formula, self.facts.names[formula.fact], UNKNOWN[self.facts.kinds[formula.fact]])

    def _some(self, parts: Sequence[Written]) -> Written:
        return self.some(parts) if parts else self.every(self._either())

    def _either(self) -> list[Written]:
        """Two opposites, because not every language knows "always" and "never"."""
        fact, name = next(iter(self.facts.names.items()))
        unknown = UNKNOWN[self.facts.kinds[fact]]
        return [self.compare(name, "=", unknown), self.compare(name, "!=", unknown)]

    def _atom(self, atom: Atom, name: str, unknown: Flag) -> Written:
        match atom:
            case IsKnown(_, known):
                return self.compare(name, "!=" if known else "=", unknown)
            case IsAnswer(_, yes, or_unknown):
                return self.compare(name, "!=", int(not yes)) if or_unknown else self.compare(name, "=", int(yes))
            case IsWord(_, words, _, or_unknown):
                allowed = (*words, unknown) if or_unknown else words
                return self._some([self.compare(name, "=", word) for word in allowed])
            case IsNumber(_, sign, number, or_unknown):
                compared = self.compare(name, sign, float(number))
                if or_unknown == (sign in ("<", "<=", "!=")):  # what is unknown lies below, so this says all
                    return compared
                if or_unknown:
                    return self.some([compared, self.compare(name, "=", unknown)])
                return self.every([compared, self.compare(name, "!=", unknown)])
        raise TypeError(f"not an atom: {atom!r}")


class Text(Language[str]):
    """A language in which formulas are lines of text."""

    def __init__(self, facts: Facts, conjunction: str, disjunction: str) -> None:
        super().__init__(facts)
        self.conjunction, self.disjunction = conjunction, disjunction

    def every(self, parts: Sequence[str]) -> str:
        return f"({self.conjunction.join(parts)})"

    def some(self, parts: Sequence[str]) -> str:
        return f"({self.disjunction.join(parts)})"

    def compare(self, name: str, sign: Sign, flag: Flag) -> str:
        return f"{name} {'==' if sign == '=' else sign} {flag!r}"

    def all_rules(self) -> str:
        """All rules as one list: 2 for each that fires, 1 where it is open, 0 where it is clear."""
        return f"[{', '.join(f'{possible} ? ({fires} ? 2 : 1) : 0' for possible, fires in self.pairs())}]"
