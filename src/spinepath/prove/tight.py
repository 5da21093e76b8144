"""Are the bounds tight: is there, for every open chart, a way to answer the rest that reaches each end?

Kleene logic judges each rule on its own. It is looser than the truth only where the unknown answers of one fact would
have to serve two ends at once, as when every grade of a slip leads to a limit of its own. Facts that have one answer
under which none of them matters cannot do that; for the rest the solver looks for an open chart and the proof collects
ways of answering, until no chart is left or one is found that no answers serve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product

from spinepath.backends.formulas import Formula, opposite
from spinepath.engine.conditions import Value
from spinepath.prove.bench import MOST_PATIENTS, Bench, Finding
from spinepath.prove.chart import AnyChart
from spinepath.prove.literals import answer_making_all, answers, literals
from spinepath.prove.meaning import Meaning
from spinepath.prove.patients import Answers, Complaint
from spinepath.prove.solver import TRUE, Bit, NotDecided, Search, every, no, some
from spinepath.prove.statements import NotTight, Obligation

MOST_WAYS = 5000


class Filled(AnyChart):
    """An open chart with every unknown filled in: a complete chart that agrees with it on all that is known."""

    def __init__(self, of: AnyChart, fill: Mapping[str, Value], name: str) -> None:
        self.of = of
        self.fill = fill
        super().__init__(of.ground, name)

    def known(self, fact: str) -> Bit:  # noqa: ARG002
        """Everything is."""
        return TRUE

    def says_yes(self, fact: str) -> Bit:
        """As known, else as filled in."""
        return self._filled(fact, self.of.says_yes(fact), self.fill.get(fact) is True)

    def says(self, fact: str, word: str) -> Bit:
        """As known, else as filled in."""
        return self._filled(fact, self.of.says(fact, word), self.fill.get(fact) == word)

    def reaches(self, fact: str, bound: float) -> Bit:
        """As known, else as filled in."""
        return self._filled(fact, self.of.reaches(fact, bound), float(self.fill.get(fact) or 0) >= bound)

    def passes(self, fact: str, bound: float) -> Bit:
        """As known, else as filled in."""
        return self._filled(fact, self.of.passes(fact, bound), float(self.fill.get(fact) or 0) > bound)

    def _filled(self, fact: str, given: Bit, otherwise: bool) -> Bit:
        known = self.of.known(fact)
        return some((no(known), given)) if otherwise else every((known, given))

    @cached_property
    def sound(self) -> tuple[Bit, ...]:
        """Nothing of its own."""
        return ()


class Ends:
    """Which facts stand in the way of a tight bound, and how all others are best filled in, together.

    A fact is contested when no answer makes everything `wanted` that the formulas say of it.
    """

    def __init__(self, bench: Bench, search: Search, formulas: list[Formula], wanted: bool) -> None:
        said = literals(bench.ground, formulas)
        ways = {name: answer_making_all(bench.ground, name, found, wanted) for name, found in said.items()}
        self.contested = tuple(name for name, found in ways.items() if not found)
        whole = bench.later
        best = [
            whole.chart.bit_of(one if wanted else opposite(one))
            for name, found in said.items()
            if name not in self.contested
            for one in found
        ]
        witness = search.find(whole.chart.complete, *best)
        if witness is None:
            raise NotDecided
        self.fill: dict[str, Value] = whole.chart.values(witness)


Loose = tuple[Answers, Complaint, tuple[str, ...]]
"""A chart whose bounds are not tight, what to say of it, and the rules that stand in each other's way."""


def tight(bench: Bench, obligation: Obligation) -> Finding:
    """Both ends of the bounds can be reached, except where a named fact is unknown."""
    entries = bench.statements.not_tight
    look = _Look(bench, obligation)
    faults = [
        f"{one.id} is named as not tight, but the bounds are tight there." for one in entries if not look.is_loose(one)
    ]
    found = [*look.lower_end(), *_upper_end(bench, obligation)]
    faults += [f"Not tight: {', '.join(rules)} cannot all let go, though each could." for _, _, rules in found]
    patients = [bench.patient(values, complaint) for values, complaint, _ in found[:MOST_PATIENTS]]
    notes = [f"{entry.why} Rules: {', '.join(_looking_at(bench, entry.fact))}." for entry in entries]
    return Finding(faults=tuple(faults), patients=tuple(patients), notes=tuple(notes))


def _looking_at(bench: Bench, fact: str) -> tuple[str, ...]:
    """The rules with a disposition that the fact can decide."""
    return tuple(name for name in bench.knowledge.deciding if name in bench.knowledge.rules_about[fact])


class _Look:
    """The look for open charts that no answers lead down to their lower bound."""

    def __init__(self, bench: Bench, obligation: Obligation) -> None:
        self.bench = bench
        self.charts = bench.search(obligation)
        self.ways = bench.search(obligation, two=True)
        self.ends = Ends(bench, self.ways, [form.certain for form in bench.now.forms.values() if form.level], False)
        self.fillings: list[Meaning] = []

    def is_loose(self, entry: NotTight) -> bool:
        """Is there really such a chart where this entry says so, and no other one?"""
        others = [no(self.bench.now.is_true(one.when)) for one in self.bench.statements.not_tight if one is not entry]
        here = [self.bench.now.is_true(entry.when), *others]
        return any(self.without_a_way(level, here) is not None for level in range(1, len(self.bench.knowledge.ladder)))

    def lower_end(self) -> Iterator[Loose]:
        """Such charts that no entry explains."""
        among = [no(self.bench.now.is_true(entry.when)) for entry in self.bench.statements.not_tight]
        for level in range(1, len(self.bench.knowledge.ladder)):
            for _ in range(MOST_PATIENTS):
                values = self.without_a_way(level, among)
                if values is None:
                    break
                rules = self.in_the_way(values, level)
                yield values, _complaint(self.bench, self.ends), rules
                among.append(no(_all_open(self.bench, rules)))

    def without_a_way(self, level: int, among: list[Bit]) -> Answers | None:
        """A chart whose every completion asks for the disposition, though its lower bound does not."""
        meaning, whole = self.bench.now, self.bench.later
        while True:
            reached = [filling.firm(level) for filling in self.fillings]
            witness = self.charts.find(no(meaning.least(level)), *among, *reached)
            if witness is None:
                return None
            values = meaning.chart.values(witness)
            way = self.ways.find(whole.chart.complete, whole.chart.contains(values), no(whole.firm(level)))
            if way is None:
                return values
            answered = whole.chart.values(way)
            fill = {**self.ends.fill, **{name: answered[name] for name in self.ends.contested}}
            self.fillings.append(_filled(self.bench, fill))
            self.charts.know(self.fillings[-1].sound)

    def in_the_way(self, values: Answers, level: int) -> tuple[str, ...]:
        """The fewest rules of which always one fires, however the rest is answered, though each can go either way."""
        whole = self.bench.later
        given = [whole.chart.complete, whole.chart.contains(values)]
        rules = [
            name for name, form in whole.forms.items() if form.level and self.bench.strictness(form.level) >= level
        ]
        for rule in list(rules):
            without = [name for name in rules if name != rule]
            if not self.ways.can(*given, *(no(whole.fires(name)) for name in without)):
                rules = without
        return tuple(rules)


def _filled(bench: Bench, fill: Mapping[str, Value]) -> Meaning:
    """The meaning of the open chart with its unknowns filled in; each filling is made once."""
    key = ", ".join(f"{name} {fill[name]}" for name in sorted(fill))
    kept: dict[str, Meaning] = bench.__dict__.setdefault("fillings", {})
    if key not in kept:
        kept[key] = Meaning(Filled(bench.now.chart, fill, f"filled {len(kept)}"))
    return kept[key]


def _all_open(bench: Bench, rules: tuple[str, ...]) -> Bit:
    """The rules can each still go either way."""
    meaning = bench.now
    return every([no(bit) for rule in rules for bit in (meaning.certain(rule), meaning.impossible(rule))])


def _complaint(bench: Bench, ends: Ends) -> Complaint:
    """By trying out every way of answering the contested facts, the others answered as well as can be."""

    def complaint(_: Answers, values: Answers) -> str | None:
        least = bench.outcome(values).least
        open_facts = [name for name in ends.contested if values.get(name) is None]
        choices = [list(answers(bench.ground, name)) for name in open_facts]
        reached: list[str] = []
        for number, way in enumerate(product(*choices)):
            if number > MOST_WAYS:
                return None
            outcome = bench.outcome({**ends.fill, **values, **dict(zip(open_facts, way, strict=True))})
            if outcome.disposition == least:
                return None
            reached.append(outcome.disposition)
        mildest = min(reached, key=bench.strictness)
        return f"The lower bound is {least}, but every answer leads to {mildest} or stricter."

    return complaint


# the upper end


def _upper_end(bench: Bench, obligation: Obligation) -> Iterator[Loose]:
    """Charts in which a rule can no longer fire, however the rest is answered, though it counts as possible."""
    meaning, whole = bench.now, bench.later
    ways = bench.search(obligation, two=True)
    for rule in _with_contested_facts(bench):
        ends = Ends(bench, ways, [meaning.forms[rule].certain], True)
        if not ends.contested:  # one way of answering makes everything in it true
            continue
        search = bench.search(obligation)
        search.add([no(meaning.impossible(rule))])
        for way in product(*(answers(bench.ground, name) for name in ends.contested)):
            filled = _filled(bench, {**ends.fill, **dict(zip(ends.contested, way, strict=True))})
            search.know(filled.sound)
            search.add([no(filled.fires(rule))])
        while (witness := search.find()) is not None:
            values = meaning.chart.values(witness)
            if not ways.can(whole.chart.complete, whole.chart.contains(values), whole.fires(rule)):
                yield values, _never_fires(bench, rule, ends), (rule,)
            search.add([no(meaning.chart.contains(values))])


def _with_contested_facts(bench: Bench) -> Iterator[str]:
    """The rules with a disposition of which it is not plain that answers can make everything in them true at once."""
    for rule, form in bench.now.forms.items():
        said = literals(bench.ground, [form.certain]) if form.level else {}
        plain = all(answer_making_all(bench.ground, name, found, True) for name, found in said.items())
        if not plain or not bench.knowledge.compared_facts.keys().isdisjoint(said):
            yield rule


def _never_fires(bench: Bench, rule: str, ends: Ends) -> Complaint:
    def complaint(_: Answers, values: Answers) -> str | None:
        open_facts = [name for name in ends.contested if values.get(name) is None]
        if bench.outcome(values).rules[rule] != "open":
            return None
        for way in product(*(answers(bench.ground, name) for name in open_facts)):
            answered = {**ends.fill, **values, **dict(zip(open_facts, way, strict=True))}
            if bench.outcome(answered).rules[rule] == "fires":
                return None
        return f"The rule {rule} counts as open, but no answers make it fire."

    return complaint
