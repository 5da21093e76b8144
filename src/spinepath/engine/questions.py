"""What to ask next, and why: only what can still change what the reader is about to do.

The order: what does not wait for another answer, then what could reveal the strictest disposition, then what is
cheapest to find out, then what settles most open rules, then the order of the screens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from spinepath.engine.conditions import And, Condition, Confirmed, Known, Not, Values, parts_of, truth
from spinepath.engine.entries import Rule
from spinepath.engine.evaluate import Outcome, TechniqueStatus, complete, strictest
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
    for name, fact, waits in (
        *_settling(knowledge, firm, values, outcome),
        *_releasing(knowledge, firm, values, fired),
    ):
        settled_by.setdefault(fact, {})[name] = None
        if not waits:
            ready.add(fact)
    asks = [_ask(knowledge, fact, tuple(rules), fact not in ready) for fact, rules in settled_by.items()]
    position = {name: place for place, name in enumerate(knowledge.facts)}
    return tuple(sorted(asks, key=lambda ask: _order(knowledge, ask, position[ask.fact])))


def _matters(knowledge: Knowledge, rule: Rule, firm: str, still_there: frozenset[str]) -> bool:
    """Could this open rule make advice stricter, or take away a technique that is still there?

    Where care is not offered, only what is stricter matters: nobody is kept with questions about techniques then.
    """
    if rule.if_unknown != "settle":
        return False
    level = rule.then.at_least
    if not knowledge.dispositions[firm].offers_care:
        return level is not None and knowledge.strictness[level] > knowledge.strictness[firm]
    return bool(level) or not still_there.isdisjoint(knowledge.takes_away[rule.id])


def _still_there(knowledge: Knowledge, techniques: Iterable[tuple[str, TechniqueStatus]]) -> frozenset[str]:
    """The names by which rules can take away something that is not excluded yet."""
    return frozenset().union(*(knowledge.names_of[name] for name, status in techniques if status != "excluded"))


Waiting = Iterator[tuple[str, bool]]
"""Facts that a condition waits for, each with whether another answer should come first."""

RuleWaiting = Iterator[tuple[str, str, bool]]
"""The same, each with the rule to which the condition belongs."""


def _settling(knowledge: Knowledge, firm: str, values: Values, outcome: Outcome) -> RuleWaiting:
    """What must be answered so that the rules that are open and matter are no longer open."""
    still_there = _still_there(knowledge, ((name, offer.status) for name, offer in outcome.techniques.items()))
    for name in outcome.open:
        rule = knowledge.rules[name]
        if _matters(knowledge, rule, firm, still_there):
            yield from ((name, fact, waits) for fact, waits in undecided(knowledge, rule.when, values))


def _releasing(knowledge: Knowledge, firm: str, values: Values, fired: list[Rule]) -> RuleWaiting:
    """What could be answered or confirmed so that every rule that decides would let go; nothing if one cannot."""
    holding = [rule for rule in fired if rule.then.at_least == firm]
    if not any(truth(rule.when, values, settled=True) is True for rule in holding):
        for rule in holding:
            yield from ((rule.id, fact, waits) for fact, waits in _unconfirmed(knowledge, rule.when, values, True))


def _unconfirmed(knowledge: Knowledge, condition: Condition, values: Values, now: bool) -> Waiting:
    """What is not confirmed in those parts because of which the condition is true (or false) now."""
    if isinstance(condition, Confirmed):
        yield from undecided(knowledge, condition.part, values)
    if isinstance(condition, Known) and values.get(condition.fact) is None:
        yield from ((asked, False) for asked in knowledge.asked_behind[condition.fact] if values.get(asked) is None)
    for part in parts_of(condition):
        wanted = now is not isinstance(condition, Not)
        if truth(part, values) is wanted:
            yield from _unconfirmed(knowledge, part, values, wanted)


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


def cost_of(knowledge: Knowledge, fact: str) -> int:
    """What it takes to find the fact out: 0 to ask, more to look up, examine, measure, and most to take an image."""
    return _COST.index(knowledge.facts[fact].obtained)


def _order(knowledge: Knowledge, ask: Ask, position: int) -> tuple[float, ...]:
    question = knowledge.question_of.get(ask.fact)
    return (
        ask.waits,
        -knowledge.strictness[ask.could_be],
        cost_of(knowledge, ask.fact),
        -len(ask.rules),
        question.order if question else float("inf"),
        position,
    )
