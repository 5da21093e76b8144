"""The model of made-up people, ready to draw: every name after those it needs, every line with its conditions read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from spinepath.engine.conditions import Condition, facts_in
from spinepath.engine.entries import Fact, Word
from spinepath.engine.faults import nearest
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.language import parse
from spinepath.engine.population_links import drawn_in_order, fact_or_trait, lines_of, vocabulary
from spinepath.engine.populations import Share, Shown
from spinepath.engine.values import read_value
from spinepath.population.streams import FINE, normal_places


class NoModel(Exception):
    """The knowledge base has no such population; the message says what it has."""


class Line(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One way of drawing a name, for those for whom both conditions hold (None: for all).

    `outer` is the condition of the entry, which many lines share; `when` the line's own.
    """

    name: str
    outer: Condition | None
    when: Condition | None
    shown: Shown
    fact: Fact
    kind: str
    words: tuple[str, ...]

    @cached_property
    def constant(self) -> Any:
        """The value that all of them have: yes or no, a number, or the place of a word."""
        value = read_value(self.fact, self.shown.value or "")
        return self.words.index(str(value)) if self.fact.answer == "choice" else value

    @cached_property
    def places(self) -> NDArray[Any]:
        """The value that stands at each of `FINE` equally likely places."""
        shown = self.shown
        if shown.words:
            ends = np.rint(np.cumsum([shown.words.get(Word(word), 0.0) for word in self.words]) * FINE)
            return np.searchsorted(ends, np.arange(FINE), side="right").astype(self.kind)
        if shown.uniform:
            least, most = shown.uniform
            return self.on_grid(least + (most - least) * (np.arange(FINE) + 0.5) / FINE)
        if shown.lognormal:
            median, factor = shown.lognormal
            return self.on_grid(median * factor ** normal_places())
        return self.on_grid(shown.normal[0] + shown.normal[1] * normal_places())

    def on_grid(self, numbers: NDArray[np.float64]) -> NDArray[Any]:
        """The numbers in whole steps, and none outside the range of the fact."""
        per_unit = 1 / self.shown.step
        steps = np.rint(numbers * per_unit)
        exact = steps / round(per_unit) if self.shown.step < 1 else steps * self.shown.step
        return np.clip(exact, self.fact.least, self.fact.most).astype(self.kind)


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """A name and how it is drawn; `kind` is NumPy's type of its values, `words` those of a choice in their places.

    A `hidden` one, a cause or a trait, is known of everybody: where no line applies it is no, 0 or the first word.
    """

    name: str
    hidden: bool
    kind: str
    words: tuple[str, ...]
    lines: tuple[Line, ...]


class Hole(msgspec.Struct, frozen=True, kw_only=True):
    """Facts whose answers are missing together, with this chance, for those for whom `when` holds; `name` seeds it."""

    name: str
    chance: float
    when: Condition | None
    facts: tuple[str, ...]


class Model:
    """The people of one population. Raises NoModel when the knowledge base has no population of this name."""

    def __init__(self, knowledge: Knowledge, population: str) -> None:
        if population not in knowledge.populations:
            names = tuple(knowledge.populations)
            act = nearest(population, names, f"There are: {', '.join(names) or 'none'}.")
            raise NoModel(f"There is no population {population!r}. {act}")
        self.knowledge = knowledge
        self.population = knowledge.populations[population]
        self._names = vocabulary(knowledge)
        self.drawn = self._in_order()
        self.named = {one.name: one for one in self.drawn}
        self.words = {one.name: one.words for one in self.drawn}
        self.facts = tuple(name for name in knowledge.asked_facts if name in self.named)
        self.hidden = tuple(name for name in (*knowledge.causes, *knowledge.traits) if name in self.named)
        self.holes = tuple(self._holes())

    def _in_order(self) -> tuple[Drawn, ...]:
        lines: dict[str, list[tuple[str | None, Shown]]] = {}
        for name, outer, line, _ in lines_of(self.knowledge):
            if name not in self.population.shares:
                lines.setdefault(name, []).append((outer, _as_shown(line)))
        for name, chance in self.population.shares.items():
            lines[name] = [(self.knowledge.causes[name].only, Shown(facts=(name,), chance=chance))]
        found = {name: self._drawn(name, written) for name, written in lines.items()}
        order = drawn_in_order({name: set(_needs(one)) for name, one in found.items()})
        return tuple(found[name] for name in order or ())

    def _drawn(self, name: str, written: list[tuple[str | None, Shown]]) -> Drawn:
        fact = fact_or_trait(self.knowledge, name)
        words = tuple(map(str, fact.values))
        kind = _kind(fact, [shown for _, shown in written])
        lines = (
            Line(
                name=name,
                outer=self.condition(outer),
                when=self.condition(shown.when),
                shown=shown,
                fact=fact,
                kind=kind,
                words=words,
            )
            for outer, shown in written
        )
        return Drawn(name=name, hidden=name not in self.knowledge.facts, kind=kind, words=words, lines=tuple(lines))

    def condition(self, written: str | None) -> Condition | None:
        """The condition as a tree; it may name facts, causes and traits."""
        return None if written is None else parse(written, self._names)

    def _holes(self) -> Iterator[Hole]:
        screen_of = self.knowledge.question_of
        for gap in self.knowledge.gaps.values():
            chosen: dict[str, list[str]] = {}
            for name in self.facts:
                screen = screen_of[name].id if name in screen_of else name
                named = name in gap.facts or screen in gap.questions
                if named or self.knowledge.facts[name].obtained in gap.obtained:
                    together = {"fact": name, "screen": screen, "person": ""}[gap.together]
                    chosen.setdefault(together, []).append(name)
            for together, facts in chosen.items():
                name, when = f"{gap.id}/{together}", self.condition(gap.when)
                yield Hole(name=name, chance=gap.chance, when=when, facts=tuple(facts))


def _as_shown(line: Shown | Share) -> Shown:
    return line if isinstance(line, Shown) else Shown(facts=(), chance=line.chance, when=line.when)


def _needs(drawn: Drawn) -> Iterator[str]:
    for line in drawn.lines:
        for condition in (line.outer, line.when):
            yield from facts_in(condition) if condition is not None else ()
        yield from line.shown.by
        if line.shown.same_as:
            yield line.shown.same_as


def _kind(fact: Fact, lines: list[Shown]) -> str:
    """The smallest type of NumPy's that holds every value the lines can draw exactly."""
    if fact.answer == "yes_no":
        return "bool"
    if fact.answer == "choice":
        return "int8"
    if any(shown.step % 1 for shown in lines):
        return "float64"
    far = max(abs(fact.least or 0), abs(fact.most or 0))
    return next(kind for kind in ("int8", "int16", "int32", "int64") if far <= np.iinfo(kind).max)
