"""That made-up people can be drawn: names lead somewhere, chances are chances, and every value fits its fact."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from spinepath.engine.conditions import Condition, facts_in
from spinepath.engine.entries import Fact, Sourced, State, Word
from spinepath.engine.faults import FaultList, nearest
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.language import FactType, NotACondition, Vocabulary, can_be_named, parse
from spinepath.engine.populations import WAYS, Cause, Gap, Share, Shown, Tendency, Trait
from spinepath.engine.values import NotAValue, read_value

_SURENESS = {"verified": 0, "secondary": 1, "recalled": 2, "project": 3}
_CLOSE = 1e-6
_KIND_OF_WAY = {"chance": "yes_no", "words": "choice", "normal": "number", "lognormal": "number", "uniform": "number"}


def vocabulary(knowledge: Knowledge) -> Vocabulary:
    """The names that conditions of lines may use: facts that are found out, causes, traits, groups and numbers."""
    types = {name: fact_type(knowledge.facts[name]) for name in knowledge.asked_facts}
    types |= {name: FactType("yes_no") for name in knowledge.causes}
    types |= {name: fact_type(trait.as_fact()) for name, trait in knowledge.traits.items()}
    groups: dict[str, tuple[str, ...]] = {
        group.id: group.facts for group in knowledge.groups.values() if set(group.facts) <= set(types)
    }
    return Vocabulary(types, groups, {number.id: number.value for number in knowledge.numbers.values()})


def fact_type(fact: Fact) -> FactType:
    """What the language must know of a fact."""
    return FactType(fact.answer, tuple(fact.values), fact.least, fact.most)


def fact_or_trait(knowledge: Knowledge, name: str) -> Fact:
    """The fact of this name, or the trait or cause as if it were one."""
    if name in knowledge.facts:
        return knowledge.facts[name]
    if name in knowledge.traits:
        return knowledge.traits[name].as_fact()
    return Fact(id=knowledge.causes[name].id, name=knowledge.causes[name].name, state="project")


def lines_of(knowledge: Knowledge) -> Iterator[tuple[str, str | None, Shown | Share, Sourced]]:
    """Every line in the order in which it counts: what it draws, its tendency's condition, the line and its entry."""
    for cause in knowledge.causes.values():
        yield from ((cause.id, cause.only, share, cause) for share in cause.share)
    for tendency in knowledge.tendencies.values():
        for shown in tendency.shows:
            yield from ((name, tendency.when, shown, tendency) for name in shown.facts)


def check_populations(knowledge: Knowledge, faults: FaultList) -> None:
    """Adds a fault for everything that would keep made-up people from being drawn."""
    _Look(knowledge, faults).at_all()


class _Look:
    def __init__(self, knowledge: Knowledge, faults: FaultList) -> None:
        self.knowledge, self.faults = knowledge, faults
        self.names = vocabulary(knowledge)
        self.needs: dict[str, set[str]] = {}

    def at_all(self) -> None:
        for trait in self.knowledge.traits.values():
            self.hidden(trait)
        for cause in self.knowledge.causes.values():
            self.hidden(cause)
            self.condition(cause.only, cause.place)
            for share in cause.share:
                self.chance(share.chance, share.place)
                self.line(cause.id, cause.only, share, cause)
        for tendency in self.knowledge.tendencies.values():
            self.condition(tendency.when, tendency.place)
            for shown in tendency.shows:
                self.shown(shown, tendency)
        for gap in self.knowledge.gaps.values():
            self.gap(gap)
        for population in self.knowledge.populations.values():
            for chance in population.shares.values():
                self.chance(chance, population.place)
        for one in self.knowledge.impossibles.values():
            self.condition(one.when, one.place)
        self.circles()

    # parts

    def hidden(self, entry: Cause | Trait) -> None:
        if not can_be_named(entry.id):
            self.faults.add(entry.place, f"No condition can name {entry.id}.", "Use letters, digits and _ only.")
        if isinstance(entry, Trait) and (entry.answer == "choice") != bool(entry.values):
            self.faults.add(entry.place, f"{entry.id} is a {entry.answer}.", "A choice has values, nothing else has.")

    def shown(self, shown: Shown, tendency: Tendency) -> None:
        self.known(shown.facts, self.drawable, "fact or trait that can be drawn", shown.place)
        if len(shown.ways) != 1:
            act = f"Use one of: {', '.join(WAYS)}."
            self.faults.add(shown.place, f"The line draws in {len(shown.ways)} ways.", act)
            return
        for name in shown.facts:
            self.line(name, tendency.when, shown, tendency)
            if name in self.drawable:
                self.way(name, shown.ways[0], shown)
        if shown.by and not shown.normal:
            act = "Write  normal: [mean, spread]."
            self.faults.add(shown.place, "Only normal can be moved by another number.", act)

    def line(self, name: str, outer: str | None, line: Shown | Share, entry: Sourced) -> None:
        self.honest(line.state or entry.state, line.source or entry.source, line.place)
        needs = self.needs.setdefault(name, set())
        for written in (outer, line.when):
            found = self.condition(written, line.place)
            needs.update(facts_in(found) if found is not None else ())
        if isinstance(line, Shown):
            needs.update(line.by, (line.same_as,) if line.same_as else ())

    def way(self, name: str, way: str, shown: Shown) -> None:
        kind = self.names.facts[name]
        wanted = _KIND_OF_WAY.get(way, kind.answer)
        if wanted != kind.answer:
            self.faults.add(shown.place, f"{name} is a {kind.answer}, not drawn by {way}.", "Draw it another way.")
        elif problem := self.problem(name, way, shown, kind):
            self.faults.add(shown.place, f"{name}: {problem}", "Correct the line.")

    def problem(self, name: str, way: str, shown: Shown, kind: FactType) -> str | None:
        """What is wrong with a way of drawing that fits the fact's kind of answer."""
        match way:
            case "chance":
                return None if 0 <= (shown.chance or 0) <= 1 else "a chance lies between 0 and 1."
            case "words":
                return _words_problem(shown.words, kind)
            case "value":
                return self.value_problem(name, shown)
            case "same_as":
                return self.copy_problem(shown.same_as or "", kind)
            case "unknown":
                return "a trait is always known." if name in self.knowledge.traits else None
        pair = shown.normal or shown.lognormal or shown.uniform
        others = [other for other in shown.by if self.type_of(other) != "number"]
        if len(pair) != 2 or shown.step <= 0 or others:
            return "two numbers are needed, a step above 0, and numbers for  by."
        if shown.uniform:
            return None if pair[0] <= pair[1] else "the least stands first."
        if shown.lognormal:
            return None if pair[0] > 0 and pair[1] >= 1 else "the median is above 0, the factor at least 1."
        return None if pair[1] >= 0 else "the spread is not below 0."

    def value_problem(self, name: str, shown: Shown) -> str | None:
        try:
            known = read_value(fact_or_trait(self.knowledge, name), shown.value or "") is not None
        except NotAValue as problem:
            return problem.cause
        return None if known else "write  unknown: yes."

    def copy_problem(self, other: str, kind: FactType) -> str | None:
        found = self.names.facts.get(other)
        if found is None or found.answer != kind.answer:
            return f"{other} is nothing of the same kind."
        fits = set(found.words) <= set(kind.words) and _within(found, kind)
        return None if fits else f"{other} can be what this cannot be."

    def gap(self, gap: Gap) -> None:
        self.chance(gap.chance, gap.place)
        self.condition(gap.when, gap.place)
        self.known(gap.facts, self.knowledge.asked_facts, "fact that is found out", gap.place)
        ways = {fact.obtained for fact in self.knowledge.facts.values()}
        self.known(gap.obtained, sorted(ways), "way of finding out", gap.place)

    # what is common

    @cached_property
    def drawable(self) -> frozenset[str]:
        return frozenset((*self.knowledge.asked_facts, *self.knowledge.traits))

    def type_of(self, name: str) -> str | None:
        found = self.names.facts.get(name)
        return found.answer if found else None

    def known(self, names: Iterable[str], among: Collection[str], what: str, place: str) -> None:
        for name in names:
            if name not in among:
                self.faults.add(place, f"{name} is no {what}.", nearest(name, among, "Correct or remove the name."))

    def chance(self, chance: float, place: str) -> None:
        if not 0 <= chance <= 1:
            self.faults.add(place, f"{chance:g} is no chance.", "Write a number from 0 to 1, 0.04 for 4 percent.")

    def condition(self, written: str | None, place: str) -> Condition | None:
        if written is None:
            return None
        try:
            return parse(written, self.names)
        except NotACondition as problem:
            self.faults.add(place, problem.cause, problem.act)
            return None

    def honest(self, state: State, sources: Iterable[str], place: str) -> None:
        """A line is not surer than its sources."""
        sources = list(sources)
        self.known(sources, self.knowledge.sources, "source", place)
        states = [self.knowledge.sources[name].state for name in sources if name in self.knowledge.sources]
        if _SURENESS[state] < min((_SURENESS[one] for one in states), default=3):
            act = "Lower the state, or name a better source."
            self.faults.add(place, f"The line says {state} but rests on less.", act)

    def circles(self) -> None:
        if not self.faults and (name := first_in_circle(self.needs)):
            self.faults.add("populations", f"{name} is drawn from itself.", "Break the circle.")


def _words_problem(words: Mapping[Word, float], kind: FactType) -> str | None:
    strange = sorted(set(words) - set(kind.words))
    if strange:
        return f"{', '.join(strange)} is none of its words."
    if min(words.values()) < 0 or abs(sum(words.values()) - 1) > _CLOSE:
        return "the shares of its words do not add up to 1."
    return None


def _within(inner: FactType, outer: FactType) -> bool:
    if outer.answer != "number":
        return True
    low, high = outer.least, outer.most
    above = low is None or (inner.least is not None and inner.least >= low)
    return above and (high is None or (inner.most is not None and inner.most <= high))


def first_in_circle(needs: Mapping[str, Iterable[str]]) -> str | None:
    """A name that needs itself, directly or through others; None when there is none."""
    order = drawn_in_order(needs)
    return None if order is not None else next(iter(set(needs) - set(_settled(needs))), None)


def drawn_in_order(needs: Mapping[str, Iterable[str]]) -> tuple[str, ...] | None:
    """The names, each after those it needs and otherwise in the order given; None when there is a circle."""
    order = _settled(needs)
    return order if len(order) == len(needs) else None


def _settled(needs: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    waiting = {name: {other for other in others if other in needs} for name, others in needs.items()}
    order: list[str] = []
    while ready := [name for name, others in waiting.items() if not others]:
        order += ready
        for name in ready:
            del waiting[name]
        for others in waiting.values():
            others.difference_update(ready)
    return tuple(order)
