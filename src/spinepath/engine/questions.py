"""What to ask next, and why: only what can still change what the reader is about to do.

The order: what could reveal the strictest disposition, then what is cheapest to find out, then what settles most
open rules, then the order of the screens.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from spinepath.engine.conditions import Condition, Confirmed, Known, Values, parts_of, truth
from spinepath.engine.entries import Rule
from spinepath.engine.evaluate import Outcome, complete, strictest
from spinepath.engine.knowledge import Knowledge

_COST = ("ask", "look_up", "examine", "measure", "image")


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A fact worth finding out: why it is asked, how bad it could be, and the rules it helps to settle."""

    fact: str
    why: str
    could_be: str
    rules: tuple[str, ...]


def questions(knowledge: Knowledge, found: Values, outcome: Outcome) -> tuple[Ask, ...]:
    """The unknown facts that can still change the disposition or a technique, in the order to ask them.

    Empty when nothing unknown can matter any more, and as soon as the strictest disposition is certain enough to act
    on: a person who must go now is not kept with questions.
    """
    values = complete(knowledge, found)
    fired = [knowledge.rules[name] for name in outcome.fired]
    firm = strictest(knowledge, fired)
    if firm == knowledge.ladder[-1]:
        return ()
    settled_by: dict[str, list[str]] = {}
    for name, status in outcome.rules.items():
        rule = knowledge.rules[name]
        if status == "open" and _matters(knowledge, rule, firm, outcome):
            facts = undecided(knowledge, rule.when, values)
        elif status == "fires":
            facts = _releases(knowledge, rule, firm, values)
        else:
            continue
        for fact in dict.fromkeys(facts):
            settled_by.setdefault(fact, []).append(name)
    asks = [_ask(knowledge, fact, rules) for fact, rules in settled_by.items()]
    position = {name: place for place, name in enumerate(knowledge.facts)}
    return tuple(sorted(asks, key=lambda ask: _order(knowledge, ask, position[ask.fact])))


def _matters(knowledge: Knowledge, rule: Rule, firm: str, outcome: Outcome) -> bool:
    """Could this open rule change the disposition, or take away a technique that is still there?"""
    if rule.if_unknown != "settle":
        return False
    level = rule.then.at_least
    care = knowledge.dispositions[firm].offers_care
    if level and (care or knowledge.strictness[level] > knowledge.strictness[firm]):
        return True
    touched = {*rule.then.exclude, *rule.then.restrict, *rule.then.caution}
    return any(
        offer.status != "excluded" and not touched.isdisjoint(knowledge.names_of[name])
        for name, offer in outcome.techniques.items()
    )


def _releases(knowledge: Knowledge, rule: Rule, firm: str, values: Values) -> Iterator[str]:
    """What could still be confirmed so that a rule that fires, and decides, would let go."""
    if rule.then.at_least != firm or truth(rule.when, values, settled=True) is not None:
        return
    yield from _unconfirmed(knowledge, rule.when, values)


def _unconfirmed(knowledge: Knowledge, condition: Condition, values: Values) -> Iterator[str]:
    if isinstance(condition, Confirmed):
        yield from undecided(knowledge, condition.part, values)
    for part in parts_of(condition):
        yield from _unconfirmed(knowledge, part, values)


def undecided(knowledge: Knowledge, condition: Condition, values: Values) -> Iterator[str]:
    """The found-out facts that an unknown condition waits for; none when it is decided already."""
    if isinstance(condition, (Known, Confirmed)) or truth(condition, values) is not None:
        return
    for part in parts_of(condition):
        yield from undecided(knowledge, part, values)
    fact = getattr(condition, "fact", None)
    if fact is None:
        return
    derivation = knowledge.facts[fact].worked_out
    if derivation is None:
        yield fact
    elif derivation.when is not None:
        yield from undecided(knowledge, derivation.when, values)
    else:
        yield from knowledge.asked_behind(fact)


def _ask(knowledge: Knowledge, fact: str, rules: list[str]) -> Ask:
    entry = knowledge.facts[fact]
    return Ask(
        fact=fact,
        why=entry.why_we_ask or f"It decides: {knowledge.rules[rules[0]].says.therapist}",
        could_be=strictest(knowledge, (knowledge.rules[name] for name in rules)),
        rules=tuple(rules),
    )


def _order(knowledge: Knowledge, ask: Ask, position: int) -> tuple[float, ...]:
    question = knowledge.question_of.get(ask.fact)
    return (
        -knowledge.strictness[ask.could_be],
        _COST.index(knowledge.facts[ask.fact].obtained),
        -len(ask.rules),
        question.order if question else float("inf"),
        position,
    )
