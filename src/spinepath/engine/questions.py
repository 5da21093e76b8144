"""What to ask next, and why: only what can still change what the reader is about to do.

The order: what does not wait for another answer, then what could reveal the strictest disposition, then what is
cheapest to find out, then what settles most open rules, then the order of the screens.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from spinepath.engine.conditions import And, Condition, Confirmed, Known, Values, parts_of, truth
from spinepath.engine.entries import Rule
from spinepath.engine.evaluate import Outcome, complete, strictest
from spinepath.engine.knowledge import Knowledge

_COST = ("ask", "look_up", "examine", "measure", "image")


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A fact worth finding out: why it is asked, how bad it could be, and the rules it helps to settle.

    A fact that `waits` matters only after another answer ("since when?" after "is there any?").
    """

    fact: str
    why: str
    could_be: str
    rules: tuple[str, ...]
    waits: bool


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
    settled_by: dict[str, dict[str, None]] = {}
    ready: set[str] = set()
    for name, status in outcome.rules.items():
        rule = knowledge.rules[name]
        if status == "open" and _matters(knowledge, rule, firm, outcome):
            found_in_rule = undecided(knowledge, rule.when, values)
        elif status == "fires":
            found_in_rule = _releases(knowledge, rule, firm, values)
        else:
            continue
        for fact, waits in found_in_rule:
            settled_by.setdefault(fact, {})[name] = None
            if not waits:
                ready.add(fact)
    asks = [_ask(knowledge, fact, tuple(rules), fact not in ready) for fact, rules in settled_by.items()]
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
    taken = knowledge.takes_away[rule.id]
    return bool(taken) and any(
        offer.status != "excluded" and not taken.isdisjoint(knowledge.names_of[name])
        for name, offer in outcome.techniques.items()
    )


Waiting = Iterator[tuple[str, bool]]
"""Facts that a condition waits for, each with whether another answer should come first."""


def _releases(knowledge: Knowledge, rule: Rule, firm: str, values: Values) -> Waiting:
    """What could still be confirmed so that a rule that fires, and decides, would let go."""
    if rule.then.at_least == firm and truth(rule.when, values, settled=True) is None:
        yield from _unconfirmed(knowledge, rule.when, values)


def _unconfirmed(knowledge: Knowledge, condition: Condition, values: Values) -> Waiting:
    if isinstance(condition, Confirmed):
        yield from undecided(knowledge, condition.part, values)
    for part in parts_of(condition):
        yield from _unconfirmed(knowledge, part, values)


def undecided(knowledge: Knowledge, condition: Condition, values: Values, waits: bool = False) -> Waiting:
    """The found-out facts that an unknown condition waits for; none when it is decided already.

    In `a and b` the facts of b wait for those of a: if a turns out to be no, nobody need be asked about b.
    """
    if isinstance(condition, (Known, Confirmed)) or truth(condition, values) is not None:
        return
    for part in parts_of(condition):
        found = tuple(undecided(knowledge, part, values, waits))
        yield from found
        waits = waits or (isinstance(condition, And) and bool(found))
    fact = getattr(condition, "fact", None)
    derivation = knowledge.facts[fact].worked_out if fact else None
    if fact and derivation is None:
        yield fact, waits
    elif derivation is not None and derivation.when is not None:
        yield from undecided(knowledge, derivation.when, values, waits)
    elif fact:
        yield from ((asked, waits) for asked in knowledge.asked_behind[fact])


def _ask(knowledge: Knowledge, fact: str, rules: tuple[str, ...], waits: bool) -> Ask:
    entry = knowledge.facts[fact]
    return Ask(
        fact=fact,
        why=entry.why_we_ask or f"It decides: {knowledge.rules[rules[0]].says.therapist}",
        could_be=strictest(knowledge, (knowledge.rules[name] for name in rules)),
        rules=rules,
        waits=waits,
    )


def _order(knowledge: Knowledge, ask: Ask, position: int) -> tuple[float, ...]:
    question = knowledge.question_of.get(ask.fact)
    return (
        ask.waits,
        -knowledge.strictness[ask.could_be],
        _COST.index(knowledge.facts[ask.fact].obtained),
        -len(ask.rules),
        question.order if question else float("inf"),
        position,
    )
