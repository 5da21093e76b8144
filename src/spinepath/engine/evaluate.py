"""What the rules say about one patient: plain on purpose, because this file *is* the meaning.

Every faster or exported form of the rules is compared with what stands here. Reading order: `evaluate`, then
`_disposition`, then `_technique`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from spinepath.engine.conditions import Value, Values, truth
from spinepath.engine.entries import Rule
from spinepath.engine.knowledge import Knowledge

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
        how = knowledge.facts[name].worked_out
        assert how is not None
        if how.when is not None:
            values[name] = truth(how.when, values)
        elif values.get(name) is None:
            compared = values.get(how.fall_of or how.rise_of or "")
            values[name] = None if compared is None else 0
    return values


def evaluate(knowledge: Knowledge, found: Values) -> Outcome:
    """What do the rules say for these values?

    `found` maps facts to values; a fact that is missing or None is unknown. An unknown never counts as "no": a rule
    whose condition is unknown is `open`, and if it says `if_unknown: settle` nobody is treated by hand until it is
    settled. Clinical source: none of its own; every clinical statement comes from the rules.
    """
    values = complete(knowledge, found)
    rules: dict[str, Status] = {}
    certain: list[Rule] = []
    possible: list[Rule] = []
    for name, rule in knowledge.rules.items():
        now = truth(rule.when, values)
        rules[name] = "open" if now is None else "fires" if now else "clear"
        in_the_end = truth(rule.when, values, settled=True)
        if in_the_end is True:
            certain.append(rule)
        if in_the_end is not False:
            possible.append(rule)
    fired = [rule for name, rule in knowledge.rules.items() if rules[name] == "fires"]
    disposition = _disposition(knowledge, fired, _blocking(knowledge, rules))
    reading = _reading(knowledge, fired)
    return Outcome(
        disposition=disposition,
        least=strictest(knowledge, certain),
        most=strictest(knowledge, possible),
        rules=rules,
        techniques={
            name: _technique(knowledge, name, fired, rules) for name in knowledge.techniques
        },
        needs=_gathered(need for rule in fired for need in rule.then.need),
        limits=_limits(knowledge, fired),
        preferred=_gathered(name for rule in fired for name in rule.then.prefer),
        reading=reading,
        held=any(rule.then.hold for rule in fired),
    )


def strictest(knowledge: Knowledge, rules: Iterable[Rule]) -> str:
    """The strictest disposition these rules ask for; the mildest there is when they ask for none."""
    asked = (rule.then.at_least for rule in rules if rule.then.at_least)
    return max(asked, key=knowledge.strictness.__getitem__, default=knowledge.ladder[0])


def _blocking(knowledge: Knowledge, rules: dict[str, Status]) -> list[Rule]:
    """The open rules whose answer must be known before anybody is treated by hand."""
    return [
        rule
        for name, rule in knowledge.rules.items()
        if rules[name] == "open" and rule.if_unknown == "settle" and rule.then.at_least
    ]


def _disposition(knowledge: Knowledge, fired: list[Rule], blocking: list[Rule]) -> str:
    """The strictest that fires; open questions alone already forbid treatment until they are answered."""
    found = strictest(knowledge, fired)
    if not blocking:
        return found
    return max(found, knowledge.mildest_without_care, key=knowledge.strictness.__getitem__)


def _technique(knowledge: Knowledge, name: str, fired: list[Rule], rules: dict[str, Status]) -> Offer:
    """Excluded before undecided before restricted before offered: the first that has a reason counts."""
    technique_class = knowledge.techniques[name].technique_class
    names = knowledge.names_of[name]
    firm = strictest(knowledge, fired)
    barring = _barring(knowledge, technique_class, firm, fired)
    excluding = [rule.id for rule in fired if not names.isdisjoint(rule.then.exclude)]
    open_about_it = list(_open_about(knowledge, name, rules))
    restricting = [rule.id for rule in fired if not names.isdisjoint(rule.then.restrict)]
    cautioning = [rule.id for rule in fired if not names.isdisjoint(rule.then.caution)]
    ways: tuple[tuple[TechniqueStatus, list[str]], ...] = (
        ("excluded", [*barring, *excluding]),
        ("undecided", open_about_it),
        ("restricted", [*restricting, *cautioning]),
    )
    for status, because in ways:
        if because and (status != "restricted" or restricting):
            return Offer(technique_class=technique_class, status=status, because=_gathered(because))
    return Offer(technique_class=technique_class, status="offered", because=_gathered(cautioning))


def _barring(knowledge: Knowledge, technique_class: str, firm: str, fired: list[Rule]) -> list[str]:
    """The rules whose disposition leaves no room for this class of technique."""
    if technique_class not in knowledge.dispositions[firm].bars:
        return []
    return [rule.id for rule in fired if rule.then.at_least == firm]


def _open_about(knowledge: Knowledge, technique: str, rules: dict[str, Status]) -> Iterator[str]:
    """The open rules that could still take the technique away."""
    names = knowledge.names_of[technique]
    hands_on = knowledge.is_hands_on(technique)
    for name, rule in knowledge.rules.items():
        if rules[name] == "open" and rule.if_unknown == "settle":
            takes_away = (*rule.then.exclude, *rule.then.restrict, *rule.then.caution)
            if (hands_on and rule.then.at_least) or not names.isdisjoint(takes_away):
                yield name


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
