"""Why the advice is what it is, why a technique is not offered, and what would change the advice.

`why` gives a set of known facts that forces the disposition by itself and loses that power when any one of them is
taken out. `would_change` gives the fewest new answers that lead to another disposition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import combinations, product

import msgspec

from spinepath.engine.conditions import (
    And,
    AtLeast,
    Compare,
    Condition,
    Confirmed,
    In,
    Is,
    Known,
    Not,
    Or,
    Value,
    Values,
    truth,
)
from spinepath.engine.entries import Rule
from spinepath.engine.evaluate import Outcome, changed, complete, strictest
from spinepath.engine.knowledge import Knowledge

MOST_CHANGES = 3
"""Changes of more answers than this are not looked for: nobody can act on them."""


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """A known fact on which the disposition rests."""

    fact: str
    value: Value


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """New answers, and the disposition they would lead to."""

    answers: dict[str, Value]
    disposition: str


# why


def why(knowledge: Knowledge, found: Values, outcome: Outcome) -> tuple[Because, ...]:
    """Known facts that alone force the disposition, none of which can be spared.

    Empty where the disposition rests on what is *not* known: with nothing answered it would be the same.
    """
    values = complete(knowledge, found)
    rules = {name: knowledge.rules[name] for name in outcome.rules}
    fired = [rules[name] for name in outcome.fired]
    firm = strictest(knowledge, fired)
    if firm != outcome.disposition:
        return ()
    if knowledge.dispositions[firm].offers_care:
        needed: Collection[str] = _all_settled(knowledge, firm, fired, values)
    else:
        sets = [reasons(knowledge, rule.when, values, True) for rule in fired if rule.then.at_least == firm]
        needed = min(sets, key=lambda facts: (len(facts), sorted(facts)))
    return tuple(Because(fact=name, value=values[name]) for name in knowledge.facts if name in needed)


def _all_settled(knowledge: Knowledge, firm: str, fired: list[Rule], values: Values) -> set[str]:
    """What it takes that care may begin: every danger answered, and what sets the limits."""
    kept: set[str] = set()
    watched = [rule for rule in knowledge.rules.values() if rule.then.at_least and rule.if_unknown == "settle"]
    deciding = [rule for rule in fired if rule.then.at_least == firm]
    if firm != knowledge.ladder[0]:
        deciding.sort(key=lambda rule: len(reasons(knowledge, rule.when, values, True)))
        kept |= reasons(knowledge, deciding[0].when, values, True)
    for rule in watched:
        kept |= reasons(knowledge, rule.when, values, truth(rule.when, values) is True)
    known = complete(knowledge, {name: values[name] for name in kept})
    for fact in [name for name in knowledge.facts if name in kept]:
        if _can_be_spared(knowledge, fact, known, firm):
            kept.discard(fact)
            known = changed(knowledge, known, {fact: None})
    return kept


def _can_be_spared(knowledge: Knowledge, fact: str, kept: Values, firm: str) -> bool:
    """Would the kept facts without this one still force the disposition?"""
    without = changed(knowledge, kept, {fact: None})
    affected = [knowledge.rules[name] for name in knowledge.rules_about[fact] if knowledge.rules[name].then.at_least]
    if any(rule.if_unknown == "settle" and truth(rule.when, without) is None for rule in affected):
        return False
    if all(rule.then.at_least != firm for rule in affected):
        return True
    return firm == knowledge.ladder[0] or any(
        rule.then.at_least == firm and truth(rule.when, without) is True for rule in knowledge.rules.values()
    )


def reasons(knowledge: Knowledge, condition: Condition, values: Values, wanted: bool) -> frozenset[str]:
    """Few found-out facts whose values alone give the condition the wanted truth, which it must have."""
    match condition:
        case Is(fact) | Compare(fact) | In(fact):
            return _behind(knowledge, fact, values)
        case Not(part):
            return reasons(knowledge, part, values, not wanted)
        case And(parts):
            return _joint(knowledge, parts, values, wanted, len(parts) if wanted else 1)
        case Or(parts):
            return _joint(knowledge, parts, values, wanted, 1 if wanted else len(parts))
        case AtLeast(number, parts):
            return _joint(knowledge, parts, values, wanted, number if wanted else len(parts) - number + 1)
        case Known(fact):
            return frozenset((fact,)) if wanted else frozenset()
        case Confirmed(part):
            sure = truth(part, values)
            return frozenset() if sure is None else reasons(knowledge, part, values, sure)
    raise TypeError(f"not a condition: {condition!r}")


def _joint(
    knowledge: Knowledge, parts: tuple[Condition, ...], values: Values, wanted: bool, number: int
) -> frozenset[str]:
    """The facts behind the `number` parts that have the wanted truth with the fewest facts."""
    fitting = [part for part in parts if truth(part, values) is wanted]
    sets = sorted((reasons(knowledge, part, values, wanted) for part in fitting), key=len)
    return frozenset().union(*sets[:number])


def _behind(knowledge: Knowledge, fact: str, values: Values) -> frozenset[str]:
    """The given facts behind the value of one fact. Policies are known anyway."""
    entry = knowledge.facts[fact]
    if entry.default is not None and knowledge.defaults[fact] == values[fact]:
        return frozenset()
    if fact in knowledge.compared_facts:
        number = knowledge.compared_facts[fact]
        return frozenset((number, fact) if values[fact] else (number,))
    if entry.worked_out is None or entry.worked_out.when is None:
        return frozenset((fact,))
    return reasons(knowledge, entry.worked_out.when, values, values[fact] is True)


# why not


def why_not(outcome: Outcome) -> dict[str, tuple[str, ...]]:
    """For each technique that is not offered, the rules that stand against it."""
    return {name: offer.because for name, offer in outcome.techniques.items() if offer.status != "offered"}


# what would change it


def would_change(knowledge: Knowledge, found: Values, outcome: Outcome) -> tuple[Change, ...]:
    """The fewest new answers that lead to another disposition: one example for each that so few can reach.

    Answering what is unknown counts as a change, as does answering otherwise; policies are not the patient's to
    change. Empty when it would take more than MOST_CHANGES answers.
    """
    trial = _Trial(knowledge, found, outcome)
    facts = trial.facts_that_matter()
    for number in range(1, MOST_CHANGES + 1):
        changes: dict[str, Change] = {}
        for chosen in combinations(facts if number == 1 else trial.facts_that_decide(), number):
            for answers in product(*(trial.other_answers(fact) for fact in chosen)):
                change = dict(zip(chosen, answers, strict=True))
                disposition = trial.disposition(change)
                if disposition != outcome.disposition:
                    changes.setdefault(disposition, Change(answers=change, disposition=disposition))
            if len(changes) == len(knowledge.ladder) - 1:
                break
        if changes:
            return tuple(changes[name] for name in knowledge.ladder if name in changes)
    return ()


class _Trial:
    """Tries answers out, looking only at the rules that they touch."""

    def __init__(self, knowledge: Knowledge, found: Values, outcome: Outcome) -> None:
        self.knowledge = knowledge
        self.values = complete(knowledge, found)
        self.outcome = outcome
        self.deciding = {name for name, rule in knowledge.rules.items() if rule.then.at_least}
        self.touched = {
            fact: self.deciding.intersection(knowledge.rules_about[fact])
            for fact in knowledge.asked_facts
            if knowledge.facts[fact].default is None
        }
        self.standing = Counter(self._kind(name, outcome.rules[name]) for name in self.deciding)

    def facts_that_matter(self) -> list[str]:
        """Found-out facts that rules with a disposition speak of, what is unknown first: it needs only an answer.

        Policies are left out; they are not the patient's to change.
        """
        facts = [fact for fact, rules in self.touched.items() if rules]
        return sorted(facts, key=lambda fact: self.values.get(fact) is not None)

    def facts_that_decide(self) -> list[str]:
        """Found-out facts in the rules that hold the disposition where it is."""
        strictness = self.knowledge.strictness
        holding = {
            name
            for name in self.deciding
            if self.outcome.rules[name] == "fires"
            and strictness[self._level(name)] >= strictness[self.outcome.disposition]
        }
        return [fact for fact in self.facts_that_matter() if not holding.isdisjoint(self.touched[fact])]

    def other_answers(self, fact: str) -> tuple[Value, ...]:
        now = self.values.get(fact)
        return tuple(answer for answer in telling_answers(self.knowledge, fact) if answer != now)

    def disposition(self, change: dict[str, Value]) -> str:
        """What the disposition becomes with these answers."""
        values = changed(self.knowledge, self.values, change)
        standing = self.standing.copy()
        for name in set().union(*(self.touched[fact] for fact in change)):
            standing[self._kind(name, self.outcome.rules[name])] -= 1
            found = truth(self.knowledge.rules[name].when, values)
            standing[self._kind(name, "open" if found is None else "fires" if found else "clear")] += 1
        levels = {level for level, number in standing.items() if level and number > 0}
        return max(levels, key=self.knowledge.strictness.__getitem__, default=self.knowledge.ladder[0])

    def _kind(self, rule: str, status: str) -> str:
        """The disposition a rule with this status leads to; empty when to none."""
        if status == "fires":
            return self._level(rule)
        open_question = status == "open" and self.knowledge.rules[rule].if_unknown == "settle"
        return self.knowledge.mildest_without_care if open_question else ""

    def _level(self, rule: str) -> str:
        return self.knowledge.rules[rule].then.at_least or ""


def telling_answers(knowledge: Knowledge, fact: str) -> tuple[Value, ...]:
    """One answer for every way in which the rules can see this fact: enough to try them all out."""
    entry = knowledge.facts[fact]
    if entry.answer == "yes_no":
        return (True, False)
    if entry.answer == "choice":
        return tuple(entry.values)
    bounds = knowledge.bounds_of.get(fact, ())
    edges = sorted({*_neighbours(bounds), entry.least or 0, entry.most or 0})
    low, high = entry.least or 0, entry.most or 0
    return tuple(edge for edge in edges if low <= edge <= high)


def _neighbours(bounds: Iterable[float]) -> Iterator[float]:
    for bound in bounds:
        yield from (bound - 1, bound, bound + 1)
