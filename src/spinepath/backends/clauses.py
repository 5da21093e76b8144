"""Charts in which everything is answered, as clauses for a SAT solver.

A yes/no fact is one variable, a choice has one for each word, and a number two for each bound of the rules: "reaches
it" and "passes it"; more of a number no rule can see. A clause is a list of literals of which one must hold. A literal
is the number of a variable, or minus that number for its opposite.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from itertools import combinations, pairwise
from typing import Any

from spinepath.backends.formulas import All, Atom, Count, Formula, IsAnswer, IsKnown, IsNumber, IsWord
from spinepath.backends.formulas import Any as Some
from spinepath.engine.knowledge import Knowledge

TRUE = 1
"""The literal that always holds."""

Reader = Callable[[Any], tuple[int, ...]]
"""Gives the literals that hold where a fact has a value, which must be one that the fact can have."""


class Clauses:
    """Collects clauses about whole charts of one knowledge base. A fact that no formula names has no variable."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.found: list[list[int]] = [[TRUE]]
        self._knowledge = knowledge
        self._last = TRUE
        self._yes: dict[str, int] = {}
        self._words: dict[str, dict[str, int]] = {}
        self._bounds: dict[str, dict[float, tuple[int, int]]] = {}

    def new(self) -> int:
        """A variable of its own."""
        self._last += 1
        return self._last

    def add(self, *literals: int) -> None:
        """One of the literals must hold."""
        self.found.append(list(literals))

    # formulas

    def if_holds(self, literal: int, formula: Formula) -> None:
        """Where the literal holds, the formula does; nothing is said of where it does not."""
        match formula:
            case All(parts):
                for part in parts:
                    self.if_holds(literal, part)
            case Some(parts):
                self.add(-literal, *(self._only_where(part) for part in parts))
            case Count(number, parts):
                self._if_at_least(literal, number, [self._only_where(part) for part in parts])
            case _:
                self.add(-literal, self._only_where(formula))

    def _only_where(self, formula: Formula) -> int:
        """A literal that holds only where the formula does, and may hold wherever it does."""
        if isinstance(formula, (All, Some, Count)):
            literal = self.new()
            self.if_holds(literal, formula)
            return literal
        return self._atom(formula)

    def _if_at_least(self, literal: int, number: int, literals: list[int]) -> None:
        """Counted from the left: `counts[n]` holds only where n of the literals so far do."""
        counts = [TRUE] + [-TRUE] * number
        for one in literals:
            before, counts = counts, [TRUE, *(self.new() for _ in range(number))]
            for n in range(1, number + 1):
                self.add(-counts[n], before[n], one)
                self.add(-counts[n], before[n], before[n - 1])
        self.add(-literal, counts[number])

    def _atom(self, atom: Atom) -> int:
        """In a whole chart everything is known."""
        match atom:
            case IsKnown(_, known):
                return TRUE if known else -TRUE
            case IsAnswer(fact, yes):
                return self.yes(fact) if yes else -self.yes(fact)
            case IsWord(fact, words):
                literal = self.new()
                self.add(-literal, *(self.words(fact)[word] for word in words))
                return literal
            case IsNumber(fact, sign, number):
                reaches, passes = self.bounds(fact)[number]
                if sign in ("=", "!="):
                    return self._exactly(reaches, passes, sign == "=")
                return {">=": reaches, ">": passes, "<": -reaches, "<=": -passes}[sign]
        raise TypeError(f"not an atom: {atom!r}")

    def _exactly(self, reaches: int, passes: int, wanted: bool) -> int:
        literal = self.new()
        if wanted:
            self.add(-literal, reaches)
            self.add(-literal, -passes)
        else:
            self.add(-literal, -reaches, passes)
        return literal

    # facts

    def yes(self, fact: str) -> int:
        """The fact is yes."""
        if fact not in self._yes:
            self._yes[fact] = self.new()
        return self._yes[fact]

    def words(self, fact: str) -> dict[str, int]:
        """For each word of the choice the literal that says it; exactly one holds."""
        if fact not in self._words:
            words: dict[str, int] = {word: self.new() for word in self._knowledge.facts[fact].values}
            self._words[fact] = words
            self.add(*words.values())
            for one, other in combinations(words.values(), 2):
                self.add(-one, -other)
        return self._words[fact]

    def bounds(self, fact: str) -> dict[float, tuple[int, int]]:
        """For each bound of the number, lowest first, the literals "reaches it" and "passes it"."""
        if fact not in self._bounds:
            bounds = {bound: (self.new(), self.new()) for bound in self._knowledge.bounds_of[fact]}
            self._bounds[fact] = bounds
            least, most = self._knowledge.facts[fact].least, self._knowledge.facts[fact].most
            for bound, (reaches, passes) in bounds.items():
                self.add(-passes, reaches)
                if least is not None and least >= bound:
                    self.add(passes if least > bound else reaches)
                if most is not None and most <= bound:
                    self.add(-reaches if most < bound else -passes)
            for (_, passes), (reaches, _) in pairwise(bounds.values()):
                self.add(-reaches, passes)
        return self._bounds[fact]

    def readers(self) -> dict[str, Reader]:
        """For each fact that has variables, what gives the literals that hold where it has a value."""
        found: dict[str, Reader] = {}
        for fact, literal in self._yes.items():
            found[fact] = {True: (literal,), False: (-literal,)}.__getitem__
        for fact, words in self._words.items():
            found[fact] = {word: (literal,) for word, literal in words.items()}.__getitem__
        return found | {fact: _Places(bounds).of for fact, bounds in self._bounds.items()}


class _Places:
    """Where a number lies among bounds: the literals of the nearest, from which those of the others follow."""

    def __init__(self, bounds: dict[float, tuple[int, int]]) -> None:
        self._bounds = tuple(bounds)
        literals = tuple(bounds.values())
        above = [(), *((passes,) for _, passes in literals)]
        below = [*((-reaches,) for reaches, _ in literals), ()]
        self._between = [(*low, *high) for low, high in zip(above, below, strict=True)]
        self._on = [(reaches, -passes) for reaches, passes in literals]

    def of(self, number: float) -> tuple[int, ...]:
        """The literals that hold for this number."""
        place = bisect_left(self._bounds, number)
        if place < len(self._bounds) and self._bounds[place] == number:
            return self._on[place]
        return self._between[place]
