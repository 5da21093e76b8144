"""Why the advice is what it is, why a technique is not offered, and what would change the advice.

`why` gives a set of known facts that forces the disposition by itself and loses that power when any one of them is
taken out. `would_change` gives the fewest new answers that lead to another disposition.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Iterator
from itertools import product

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
    fired = [knowledge.rules[name] for name in outcome.fired]
    firm = strictest(knowledge, fired)
    if firm != outcome.disposition:
        return ()
    deciding = [reasons(knowledge, rule.when, values, True) for rule in fired if rule.then.at_least == firm]
    likely = min(deciding, key=lambda facts: (len(facts), sorted(facts)), default=frozenset[str]())
    if knowledge.dispositions[firm].offers_care:
        likely |= _all_settled(knowledge, values)
    needed = _needed(knowledge, likely, values, firm)
    return tuple(Because(fact=name, value=values[name]) for name in knowledge.facts if name in needed)


def _all_settled(knowledge: Knowledge, values: Values) -> frozenset[str]:
    """What it takes that care may begin: every danger answered."""
    watched = [rule for rule in knowledge.rules.values() if rule.then.at_least]
    return frozenset().union(
        *(reasons(knowledge, rule.when, values, truth(rule.when, values) is True) for rule in watched)
    )


def _needed(knowledge: Knowledge, likely: Collection[str], values: Values, firm: str) -> set[str]:
    """The likely facts, or else all that are known, without those that can be spared."""
    kept = set(likely)
    # where care is not offered anyway, what is left open cannot be what forces it
    when_open = knowledge.mildest_without_care if knowledge.dispositions[firm].offers_care else ""
    trial = _Trial(knowledge, complete(knowledge, {name: values[name] for name in kept}), when_open)
    if trial.present != firm:
        kept = {name for name in knowledge.asked_facts if values.get(name) is not None}
        kept |= {name for name in knowledge.compared_facts if values.get(name)}
        trial = _Trial(knowledge, complete(knowledge, {name: values[name] for name in kept}), when_open)
    to_try = [name for name in knowledge.facts if name in kept]
    while to_try:
        let_go: set[str] = set()  # rules that may no longer make other facts necessary
        for fact in to_try:
            without: dict[str, Value] = {fact: _unasked(knowledge, fact, trial.values)}
            if trial.stays(without):
                trial.keep(without)
                kept.discard(fact)
                let_go |= knowledge.asking.intersection(knowledge.rules_about[fact])
        to_try = [name for name in to_try if name in kept and not let_go.isdisjoint(knowledge.rules_about[name])]
    return kept


def _unasked(knowledge: Knowledge, fact: str, values: Values) -> Value:
    """The value that a fact has when nobody gives it."""
    number = knowledge.compared_facts.get(fact)
    if number is not None and values.get(number) is not None:
        return 0
    return knowledge.defaults.get(fact)


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
            return _behind(knowledge, fact, values) if wanted else frozenset()
        case Confirmed(part):
            return reasons(knowledge, part, values, True) if wanted else frozenset()
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
    change. Several answers at once are looked for where together they let go of every rule that holds the
    disposition. Empty when it would take more than MOST_CHANGES answers.
    """
    trial = _Trial(knowledge, complete(knowledge, found), knowledge.mildest_without_care)
    for number in range(1, MOST_CHANGES + 1):
        changes: dict[str, Change] = {}
        for answers in trial.single_answers(changes) if number == 1 else trial.releasing(number, changes):
            disposition = trial.disposition(answers)
            if disposition != outcome.disposition:
                changes.setdefault(disposition, Change(answers=answers, disposition=disposition))
            if len(changes) == len(knowledge.ladder) - 1:
                break
        if changes:
            return tuple(changes[name] for name in knowledge.ladder if name in changes)
    return ()


Answers = dict[str, Value]


class _Trial:
    """Tries answers out on complete values, looking only at the rules that they touch.

    `when_open` is the disposition to which a danger leads that nobody has settled; empty when to none. `present` is the
    disposition for the values as they are.
    """

    def __init__(self, knowledge: Knowledge, values: Answers, when_open: str) -> None:
        self.knowledge = knowledge
        self.values = values
        self.when_open = when_open
        self.leads_to = {name: self._leads_to(name, values) for name in knowledge.deciding}
        self.standing = Counter(self.leads_to.values())
        self.present = self._strictest(self.standing)
        self.levels = {name: self._may_lead_to(name) for name in knowledge.deciding}

    def _may_lead_to(self, name: str) -> tuple[str, ...]:
        rule = self.knowledge.rules[name]
        when_open = self.when_open if rule.if_unknown == "settle" else ""
        return tuple(level for level in (rule.then.at_least, when_open) if level)

    def disposition(self, change: Answers) -> str:
        """What the disposition becomes with these answers."""
        values = changed(self.knowledge, self.values, change)
        standing = self.standing.copy()
        for name in self._touched(change):
            standing[self.leads_to[name]] -= 1
            standing[self._leads_to(name, values)] += 1
        return self._strictest(standing)

    def may_lead_elsewhere(self, facts: Iterable[str], told: Container[str]) -> bool:
        """Could other answers to these lead to a disposition that is not the present one nor `told`?

        Looks at no condition.
        """
        now, strictness = self.present, self.knowledge.strictness
        touched = self._touched(facts)
        holding = sum(self.leads_to[name] == now for name in touched)
        if now != self.knowledge.ladder[0] and holding == self.standing[now]:
            return True  # they may let go of all that holds it
        levels = {level for name in touched for level in self.levels[name]}
        return any(level not in told and strictness[level] > strictness[now] for level in levels)

    def stays(self, change: Answers) -> bool:
        """Is the disposition the same with these answers?"""
        now, strictness = self.present, self.knowledge.strictness
        values = changed(self.knowledge, self.values, change)
        lost = 0
        for name in self._touched(change):
            level = self._leads_to(name, values)
            if level and strictness[level] > strictness[now]:
                return False
            lost += (self.leads_to[name] == now) - (level == now)
        return now == self.knowledge.ladder[0] or self.standing[now] > lost

    def keep(self, change: Answers) -> None:
        """Makes these answers part of the values."""
        self.values = changed(self.knowledge, self.values, change)
        for name in self._touched(change):
            self.leads_to[name] = self._leads_to(name, self.values)
        self.standing = Counter(self.leads_to.values())
        self.present = self._strictest(self.standing)

    def single_answers(self, told: Container[str]) -> Iterator[Answers]:
        """Other answers to one question that may lead elsewhere, what is unknown first: it needs only an answer."""
        facts = [fact for fact, rules in self.knowledge.decided_by.items() if rules]
        for fact in sorted(facts, key=lambda fact: self.values.get(fact) is not None):
            if self.may_lead_elsewhere((fact,), told):
                for answer in self._other_answers(fact):
                    yield {fact: answer}

    def releasing(self, number: int, told: Container[str]) -> Iterator[Answers]:
        """Sets of `number` answers that together can let go of every rule that holds the disposition where it is."""
        now, strictness = self.present, self.knowledge.strictness
        held = [name for name, level in self.leads_to.items() if level and strictness[level] >= strictness[now]]
        sure = now == self.knowledge.mildest_without_care  # an open question would hold it there as well
        ways = [
            ways_out(self.knowledge, self.knowledge.rules[name].when, self.values, MOST_CHANGES, sure=sure)
            for name in held
        ]
        position = {name: place for place, name in enumerate(self.knowledge.facts)}
        for facts in sorted(sorted(way, key=position.__getitem__) for way in _together(ways, len(ways), MOST_CHANGES)):
            if len(facts) == number and self.may_lead_elsewhere(facts, told):
                for answers in product(*(self._other_answers(fact) for fact in facts)):
                    yield dict(zip(facts, answers, strict=True))

    def _other_answers(self, fact: str) -> list[Value]:
        if self.knowledge.facts[fact].fixed and self.values.get(fact) is not None:
            return []  # nobody becomes younger
        now = _as_seen(self.knowledge, fact, self.values.get(fact))
        answers = telling_answers(self.knowledge, fact)
        return [answer for answer in answers if _as_seen(self.knowledge, fact, answer) != now]

    def _touched(self, facts: Iterable[str]) -> dict[str, None]:
        rules = self.knowledge.rules_about
        return {name: None for fact in facts for name in rules[fact] if name in self.leads_to}

    def _leads_to(self, name: str, values: Values) -> str:
        """The disposition to which a rule leads with these values; empty when to none."""
        rule = self.knowledge.rules[name]
        found = truth(rule.when, values)
        if found is None:
            return self.when_open if rule.if_unknown == "settle" else ""
        return (rule.then.at_least or "") if found else ""

    def _strictest(self, standing: Counter[str]) -> str:
        levels = [level for level, number in standing.items() if level and number > 0]
        return max(levels, key=self.knowledge.strictness.__getitem__, default=self.knowledge.ladder[0])


Ways = frozenset[frozenset[str]]
"""Sets of found-out facts; other answers to all facts of one set may do what is wanted."""

_DONE: Ways = frozenset((frozenset(),))
_NEVER: Ways = frozenset()


def ways_out(
    knowledge: Knowledge, condition: Condition, values: Values, most: int, wanted: bool = False, sure: bool = False
) -> Ways:
    """Which facts, at most so many, must be answered otherwise for the condition to be `wanted`, or at least unknown?

    With `sure` unknown is not enough. Policies and comparisons with earlier findings are not there to be changed.
    """

    def within(part: Condition, wanted: bool = wanted, sure: bool = sure) -> Ways:
        return ways_out(knowledge, part, values, most, wanted, sure)

    found = truth(condition, values)
    if found is wanted or (found is None and not sure):
        return _DONE
    match condition:
        case Not(part):
            return within(part, not wanted)
        case And(parts):
            return _together([within(part) for part in parts], len(parts) if wanted else 1, most)
        case Or(parts):
            return _together([within(part) for part in parts], 1 if wanted else len(parts), most)
        case AtLeast(number, parts):
            return _together([within(part) for part in parts], number if wanted else len(parts) - number + 1, most)
        case Confirmed(part):
            return within(part, wanted, wanted)
        case Is(fact) | Compare(fact) | In(fact) | Known(fact):
            derivation = knowledge.facts[fact].worked_out
            if derivation is not None and derivation.when is not None:
                return within(derivation.when)
            return frozenset((frozenset((fact,)),)) if fact in knowledge.decided_by else _NEVER
    raise TypeError(f"not a condition: {condition!r}")


def _together(ways: list[Ways], number: int, most: int) -> Ways:
    """The sets of facts that do what is wanted for that many of the parts at once."""
    undone = [way for way in ways if not way & _DONE]
    number -= len(ways) - len(undone)
    if number <= 0:
        return _DONE
    reached: list[set[frozenset[str]]] = [{frozenset()}, *(set() for _ in range(number))]
    for way in undone:
        for place in range(number, 0, -1):
            joined = (before | more for before in reached[place - 1] for more in way)
            reached[place].update(facts for facts in joined if len(facts) <= most)
    return frozenset(reached[number])


def telling_answers(knowledge: Knowledge, fact: str) -> tuple[Value, ...]:
    """One answer for every way in which the rules can see this fact: enough to try them all out."""
    entry = knowledge.facts[fact]
    if entry.answer == "yes_no":
        return (True, False)
    if entry.answer == "choice":
        return tuple(entry.values)
    low, high = entry.least or 0, entry.most or 0
    around = [number for bound in knowledge.bounds_of.get(fact, ()) for number in (bound - 1, bound, bound + 1)]
    seen: dict[object, float] = {}
    for number in (*around, low, high):
        if low <= number <= high:
            seen.setdefault(_as_seen(knowledge, fact, number), number)
    return tuple(sorted(seen.values()))


def _as_seen(knowledge: Knowledge, fact: str, value: Value) -> object:
    """The value as the rules see it: a number only by where it lies among those it is compared with."""
    if value is None or knowledge.facts[fact].answer != "number":
        return value
    return tuple((value > bound) - (value < bound) for bound in knowledge.bounds_of.get(fact, ()))  # type: ignore[operator]
