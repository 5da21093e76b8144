"""What the rules say about one patient: plain on purpose, because this file *is* the meaning.

Every faster or exported form of the rules is compared with what stands here. Reading order: `evaluate`, then
`_disposition`, then `_offer`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from spinepath.engine.conditions import Truth, Value, Values, truth
from spinepath.engine.entries import Rule
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.values import refuse_strange

Status = Literal["fires", "clear", "open"]
TechniqueStatus = Literal["offered", "restricted", "excluded", "undecided"]


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Where a technique stands, and the rules because of which it stands there."""

    technique_class: str
    status: TechniqueStatus
    because: tuple[str, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules say.

    `disposition` is what to act on now. `least` and `most` bound what it can become once everything is answered.
    `rules` has the status of every rule as things stand. `needs`, `limits`, `preferred` and `told` gather the other
    effects of the rules that fire; `reading` and `held` judge a course under way.
    """

    disposition: str
    least: str
    most: str
    rules: dict[str, Status]
    techniques: dict[str, Offer]
    needs: tuple[str, ...]
    limits: dict[str, float]
    preferred: tuple[str, ...]
    reading: str | None
    held: bool

    def with_status(self, status: Status) -> tuple[str, ...]:
        """The rules with this status, in the order of the knowledge base."""
        return tuple(name for name, found in self.rules.items() if found == status)

    @property
    def fired(self) -> tuple[str, ...]:
        return self.with_status("fires")

    @property
    def open(self) -> tuple[str, ...]:
        return self.with_status("open")


def complete(knowledge: Knowledge, found: Values) -> dict[str, Value]:
    """The values found, with the policies' defaults and every fact that is worked out.

    Facts that compare a number with its earlier findings are given by `findings.py`. Where only the number itself is
    given, there is nothing to compare it with: it has fallen and risen by 0. Where it is unknown, so are they.
    """
    values: dict[str, Value] = {**knowledge.defaults, **found}
    for name in knowledge.worked_out_order:
        values[name] = _worked_out(knowledge, name, values)
    return values


def _worked_out(knowledge: Knowledge, name: str, values: Values) -> Value:
    how = knowledge.facts[name].worked_out
    if how is not None and how.when is not None:
        return truth(how.when, values)
    if values.get(knowledge.compared_facts[name]) is None:
        return None
    given = values.get(name)
    return 0 if given is None else given


def changed(knowledge: Knowledge, values: Values, answers: Values) -> dict[str, Value]:
    """Complete values with some answers replaced, and everything worked out from those."""
    result = {**values, **answers}
    for answered in answers:
        for name in knowledge.worked_out_from[answered]:
            result[name] = _worked_out(knowledge, name, result)
    return result


def evaluate(knowledge: Knowledge, found: Values) -> Outcome:
    """What do the rules say for these values?

    `found` maps facts to values; a fact that is missing or None is unknown. An unknown never counts as "no": a rule
    whose condition is unknown is `open`, and if it says `if_unknown: settle` nobody is treated by hand until it is
    settled. Raises NotAValue for a name that is no fact and for a value of another kind than its fact's. Clinical
    source: none of its own; every clinical statement comes from the rules.
    """
    refuse_strange(knowledge.facts, found)
    values = complete(knowledge, found)
    status = {name: _status(truth(rule.when, values)) for name, rule in knowledge.rules.items()}
    in_the_end = {**status, **_when_all_is_answered(knowledge, values)}
    fired = [rule for name, rule in knowledge.rules.items() if status[name] == "fires"]
    unsettled = [
        rule for name, rule in knowledge.rules.items() if status[name] == "open" and rule.if_unknown == "settle"
    ]
    disposition = _disposition(knowledge, fired, unsettled)
    return Outcome(
        disposition=disposition,
        least=strictest(knowledge, (rule for name, rule in knowledge.rules.items() if in_the_end[name] == "fires")),
        most=strictest(knowledge, (rule for name, rule in knowledge.rules.items() if in_the_end[name] != "clear")),
        rules=status,
        techniques=_offers(knowledge, fired, unsettled),
        needs=_gathered(need for rule in fired for need in rule.then.need),
        limits=_limits(knowledge, fired),
        preferred=_gathered(name for rule in fired for name in rule.then.prefer),
        reading=_reading(knowledge, fired),
        held=knowledge.dispositions[disposition].holds or any(rule.then.hold for rule in fired),
    )


def _status(found: Truth) -> Status:
    return "open" if found is None else "fires" if found else "clear"


def _when_all_is_answered(knowledge: Knowledge, values: Values) -> dict[str, Status]:
    """What is already sure of the rules that look at what has been confirmed: `open` where it can go either way."""
    return {name: _status(truth(knowledge.rules[name].when, values, settled=True)) for name in sorted(knowledge.asking)}


def strictest(knowledge: Knowledge, rules: Iterable[Rule]) -> str:
    """The strictest disposition these rules ask for; the mildest there is when they ask for none."""
    asked = (rule.then.at_least for rule in rules if rule.then.at_least)
    return max(asked, key=knowledge.strictness.__getitem__, default=knowledge.ladder[0])


def _disposition(knowledge: Knowledge, fired: list[Rule], unsettled: list[Rule]) -> str:
    """The strictest that fires; unanswered questions about danger alone already forbid treatment by hand."""
    found = strictest(knowledge, fired)
    if not any(rule.then.at_least for rule in unsettled):
        return found
    return max(found, knowledge.mildest_without_care, key=knowledge.strictness.__getitem__)


def _offers(knowledge: Knowledge, fired: list[Rule], unsettled: list[Rule]) -> dict[str, Offer]:
    firm = strictest(knowledge, fired)
    return {name: _offer(knowledge, name, firm, fired, unsettled) for name in knowledge.techniques}


def _offer(knowledge: Knowledge, name: str, firm: str, fired: list[Rule], unsettled: list[Rule]) -> Offer:
    """Excluded before undecided before restricted before offered: the first that has a reason counts."""
    technique_class = knowledge.techniques[name].technique_class
    names = knowledge.names_of[name]
    touching = [rule for rule in fired if not names.isdisjoint(knowledge.takes_away[rule.id])]
    excluding = [rule.id for rule in touching if not names.isdisjoint(rule.then.exclude)]
    restricting = [rule.id for rule in touching if not names.isdisjoint(rule.then.restrict)]
    cautioning = [rule.id for rule in touching if not names.isdisjoint(rule.then.caution)]
    if barring := _barring(knowledge, names, firm, fired) + excluding:
        return Offer(technique_class=technique_class, status="excluded", because=_gathered(barring))
    if waiting := _waiting_for(knowledge, name, unsettled):
        return Offer(technique_class=technique_class, status="undecided", because=_gathered(waiting))
    status: TechniqueStatus = "restricted" if restricting else "offered"
    return Offer(technique_class=technique_class, status=status, because=_gathered((*restricting, *cautioning)))


def _barring(knowledge: Knowledge, names: frozenset[str], firm: str, fired: list[Rule]) -> list[str]:
    """The rules whose disposition leaves no room for the classes to which a technique and its parts belong."""
    if names.isdisjoint(knowledge.dispositions[firm].bars):
        return []
    return [rule.id for rule in fired if rule.then.at_least == firm]


def _waiting_for(knowledge: Knowledge, technique: str, unsettled: list[Rule]) -> list[str]:
    """The unsettled rules that could still take the technique away."""
    names = knowledge.names_of[technique]
    hands_on = knowledge.is_hands_on(technique)
    return [
        rule.id
        for rule in unsettled
        if (hands_on and rule.then.at_least) or not names.isdisjoint(knowledge.takes_away[rule.id])
    ]


def _limits(knowledge: Knowledge, fired: list[Rule]) -> dict[str, float]:
    """For each quantity the strictest bound that any fired rule sets."""
    bounds: dict[str, float] = {}
    for rule in fired:
        for name, value in rule.then.limit.items():
            stricter = min if knowledge.limits[name].stricter == "lower" else max
            bounds[name] = stricter(bounds.get(name, value), value)
    return {name: bounds[name] for name in knowledge.limits if name in bounds}


def _reading(knowledge: Knowledge, fired: list[Rule]) -> str | None:
    """The gravest reading that any fired rule gives the course."""
    readings = (rule.then.reading for rule in fired if rule.then.reading)
    return max(readings, key=lambda name: knowledge.readings[name].order, default=None)


def _gathered(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
