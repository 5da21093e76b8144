"""Whose advice changes from one knowledge version to another: per rule, loosened and tightened apart, as patients.

The solver looks for a patient whose advice differs; the patient is then made as small as it can be and stay an example,
by the plain evaluator. What the solver finds and the evaluator does not confirm is never shown.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from spinepath.engine.conditions import Condition, Or, Value, facts_in
from spinepath.engine.entries import Rule
from spinepath.engine.evaluate import Outcome, evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.prove.chart import AnyChart, Ground
from spinepath.prove.meaning import Meaning
from spinepath.prove.solver import Bit, NotDecided, Search, Witness, every, no, some

Way = Literal["loosened", "tightened"]
_RANK = {"offered": 0, "restricted": 1, "undecided": 2, "excluded": 3}


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest patient found whose advice changes in one way, and what changes for them."""

    values: dict[str, Value]
    changes: tuple[str, ...]


class RuleChange(msgspec.Struct, frozen=True, kw_only=True):
    """What the change of one rule does; `rule` is None for all changes together.

    Without an example there is provably no patient for it, unless `undecided` names the way.
    """

    rule: str | None
    kind: Literal["added", "removed", "changed", "all together"]
    loosened: Example | None = None
    tightened: Example | None = None
    undecided: tuple[Way, ...] = ()


def differences(before: Knowledge, after: Knowledge, seconds: float) -> Iterator[RuleChange]:
    """The changes of all rules together, and then of each rule that differs, taken back on its own.

    `seconds` bounds each search. A rule that cannot be taken back because the facts it named are gone is left to the
    first answer.
    """
    yield _compared(before, after, None, "all together", seconds)
    for rule, kind in changed_rules(before, after):
        taken_back = _taken_back(before, after, rule)
        if taken_back is not None:
            yield _compared(taken_back, after, rule, kind, seconds)


def changed_rules(before: Knowledge, after: Knowledge) -> Iterator[tuple[str, Literal["added", "removed", "changed"]]]:
    """The rules that mean or do something else now, in the order of the newer knowledge, removed ones last."""
    for name, rule in after.rules.items():
        was = before.rules.get(name)
        if was is None:
            yield name, "added"
        elif _acts(was) != _acts(rule):
            yield name, "changed"
    yield from ((name, "removed") for name in before.rules if name not in after.rules)


def _acts(rule: Rule) -> tuple[object, ...]:
    return (rule.when, rule.then, rule.if_unknown)


def _taken_back(before: Knowledge, after: Knowledge, rule: str) -> Knowledge | None:
    """The newer knowledge with one rule as it was; None where it cannot be written there any more."""
    was = before.rules.get(rule)
    if was is None:
        return after.with_rule(msgspec.structs.replace(after.rules[rule], when=Or(())))
    return after.with_rule(was) if all(fact in after.facts for fact in facts_in(was.when)) else None


def _compared(
    before: Knowledge,
    after: Knowledge,
    rule: str | None,
    kind: Literal["added", "removed", "changed", "all together"],
    seconds: float,
) -> RuleChange:
    pair = _Pair(before, after)
    found: dict[Way, Example | None] = {}
    undecided: list[Way] = []
    ways: tuple[Way, ...] = ("loosened", "tightened")
    for way in ways:
        try:
            found[way] = pair.example(way, seconds)
        except NotDecided:
            undecided.append(way)
    return RuleChange(
        rule=rule,
        kind=kind,
        loosened=found.get("loosened"),
        tightened=found.get("tightened"),
        undecided=tuple(undecided),
    )


def nobody_differs(before: Knowledge, after: Knowledge, seconds: float) -> bool:
    """Is it proved that both versions give everybody the same disposition and techniques?"""
    pair = _Pair(before, after)
    try:
        return pair.witness(("loosened", "tightened"), seconds) is None
    except NotDecided:
        return False


class _Pair:
    """One open chart seen by two knowledge versions."""

    def __init__(self, before: Knowledge, after: Knowledge) -> None:
        self.before, self.after = before, after
        self.old = Meaning(AnyChart(Ground(before, _conditions(after)), "patient"), label="before")
        self.new = Meaning(AnyChart(Ground(after, _conditions(before)), "patient"), label="after")

    def example(self, way: Way, seconds: float) -> Example | None:
        """The smallest patient found for whom advice changes this way; None when there is provably none."""
        witness = self.witness((way,), seconds)
        if witness is None:
            return self._other_effects(way)
        values = {**self.old.chart.values(witness), **self.new.chart.values(witness)}
        return self._smallest(values, way)

    def witness(self, ways: tuple[Way, ...], seconds: float) -> Witness | None:
        """Somebody whose disposition or techniques change in one of these ways; None when there is provably nobody."""
        differs: list[Bit] = []
        for way in ways:
            milder, stricter = (self.new, self.old) if way == "loosened" else (self.old, self.new)
            differs += (*self._dispositions(milder, stricter), *self._techniques(milder, stricter))
        return Search(seconds, self.old.sound, self.new.sound).find(some(differs))

    def _dispositions(self, milder: Meaning, stricter: Meaning) -> Iterator[Bit]:
        for level in range(1, min(len(self.before.ladder), len(self.after.ladder))):
            yield every((stricter.disposition(level), no(milder.disposition(level))))

    def _techniques(self, milder: Meaning, stricter: Meaning) -> Iterator[Bit]:
        for name in self.before.techniques:
            if name in self.after.techniques:
                yield every((stricter.excluded(name), no(milder.excluded(name))))
                yield every((no(stricter.to_be_had(name)), milder.to_be_had(name)))
                yield every((no(stricter.offered(name)), milder.offered(name)))

    def _other_effects(self, way: Way) -> Example | None:
        """Where no disposition and no technique changes, a limit or a hold still may, wherever its rule fires."""
        for name, _ in changed_rules(self.before, self.after):
            for knowledge, meaning in ((self.before, self.old), (self.after, self.new)):
                if name not in knowledge.rules:
                    continue
                witness = Search(5, self.old.sound, self.new.sound).find(meaning.fires(name))
                if witness is not None:
                    values = {**self.old.chart.values(witness), **self.new.chart.values(witness)}
                    if any(True for _ in self.changes(values, way)):
                        return self._smallest(values, way)
        return None

    def changes(self, values: dict[str, Value], way: Way) -> Iterator[str]:
        """What changes this way for the patient with these values, in words of ids."""
        before, after = self._outcomes(values)
        yield from advice_changes(self.after, before, after, way)

    def _outcomes(self, values: dict[str, Value]) -> tuple[Outcome, Outcome]:
        return (
            evaluate(self.before, {name: value for name, value in values.items() if name in self.before.facts}),
            evaluate(self.after, {name: value for name, value in values.items() if name in self.after.facts}),
        )

    def _smallest(self, values: dict[str, Value], way: Way) -> Example:
        """The patient without every answer that is not needed for advice to change this way."""
        kept = dict(values)
        if not any(True for _ in self.changes(kept, way)):
            raise AssertionError("the solver and the plain evaluator disagree about a patient")
        defaults = {**self.before.defaults, **self.after.defaults}
        size = len(kept) + 1
        while len(kept) < size:  # an answer may be needed only until another is gone
            size = len(kept)
            for name in tuple(kept):
                without = {other: kept[other] for other in kept if other != name}
                if kept[name] == defaults.get(name) or any(True for _ in self.changes(without, way)):
                    kept = without
        for name, value in kept.items():
            if isinstance(value, float):
                kept = self._rounded(kept, name, value, way)
        return Example(values=kept, changes=tuple(self.changes(kept, way)))

    def _rounded(self, values: dict[str, Value], name: str, value: float, way: Way) -> dict[str, Value]:
        """The same patient with a whole number, where one does as well."""
        for whole in (math.floor(value), math.ceil(value)):
            if any(True for _ in self.changes({**values, name: whole}, way)):
                return {**values, name: whole}
        return values


def _conditions(knowledge: Knowledge) -> tuple[Condition, ...]:
    """Every condition, so that both versions tell numbers apart at the same bounds."""
    worked_out = (fact.worked_out.when for fact in knowledge.facts.values() if fact.worked_out)
    return (*(rule.when for rule in knowledge.rules.values()), *(when for when in worked_out if when is not None))


def advice_changes(knowledge: Knowledge, before: Outcome, after: Outcome, way: Way) -> Iterator[str]:
    """What of one patient's advice is loosened (or tightened): disposition, techniques, limits, the hold."""
    loosened = way == "loosened"
    stricter, milder = (before, after) if loosened else (after, before)

    def told(what: str, strict: object, mild: object) -> str:
        return f"{what}: {strict} → {mild}" if loosened else f"{what}: {mild} → {strict}"

    strictness = knowledge.strictness
    if strictness.get(milder.disposition, 0) < strictness.get(stricter.disposition, 0):
        yield told("disposition", stricter.disposition, milder.disposition)
    for name, offer in stricter.techniques.items():
        other = milder.techniques.get(name)
        if other is not None and _RANK[other.status] < _RANK[offer.status]:
            yield told(name, offer.status, other.status)
    for name, value in stricter.limits.items():
        bound = milder.limits.get(name)
        lower = name in knowledge.limits and knowledge.limits[name].stricter == "lower"
        if bound is None or (bound > value if lower else bound < value):
            yield told(f"limit {name}", f"{value:g}", "none" if bound is None else f"{bound:g}")
    if stricter.held and not milder.held:
        yield told("course", "held", "not held")


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How the advice of a set of patients changes: how many loosened and tightened, and from what to what."""

    patients: int
    loosened: int
    tightened: int
    dispositions: dict[str, int]


def counts(before: Knowledge, after: Knowledge, charts: Iterable[dict[str, Value]]) -> Counts:
    """Both versions over the same patients. Facts that a version does not know are left out for it."""
    total = Counter[str]()
    moves = Counter[str]()
    for values in charts:
        old = evaluate(before, {name: value for name, value in values.items() if name in before.facts})
        new = evaluate(after, {name: value for name, value in values.items() if name in after.facts})
        total["patients"] += 1
        total["loosened"] += any(True for _ in advice_changes(after, old, new, "loosened"))
        total["tightened"] += any(True for _ in advice_changes(after, old, new, "tightened"))
        if old.disposition != new.disposition:
            moves[f"{old.disposition} → {new.disposition}"] += 1
    return Counts(
        patients=total["patients"],
        loosened=total["loosened"],
        tightened=total["tightened"],
        dispositions=dict(moves.most_common()),
    )


def as_json(changes: Iterable[RuleChange], found: Counts | None) -> dict[str, Any]:
    """The differences as plain data for machines."""
    return {"changes": msgspec.to_builtins(list(changes)), "counts": msgspec.to_builtins(found)}
