"""How long an interview can be, whatever is answered, and how soon an emergency ends it.

Every screen is shown at most once: what was shown counts as answered, even by "I do not know", and is not asked again.
So no interview is longer than the number of screens on which anything can be asked.

Before an emergency is known, one of its rules is open and waits for an answer that waits for no other one. Such
questions come before all that wait; the patient's come first, and of those the ones that could reveal an emergency. So
an emergency that patients can tell of is found within the patient's screens that ask about emergencies, and any other
within all of the patient's screens and the clinician's that ask about emergencies. Random walks must stay inside.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from spinepath.engine.cases import values_of
from spinepath.engine.conditions import And, AtLeast, Condition, Confirmed, Known, Not, parts_of, truth
from spinepath.engine.entries import Rule
from spinepath.engine.evaluate import complete
from spinepath.engine.screens import Walk, next_screen, reader_of
from spinepath.prove.bench import Bench, Finding
from spinepath.prove.literals import answers
from spinepath.prove.patients import Answers
from spinepath.prove.statements import Obligation


class Bounds:
    """The most screens of any interview, of one that ends in an emergency, and of one that the patient reveals.

    They hold under every policy; those `as_shipped` while the policies are as the knowledge base sets them.
    """

    def __init__(self, bench: Bench, *, as_shipped: bool = False) -> None:
        self.bench = bench
        at_first = complete(bench.knowledge, {})
        rules = [rule for rule in bench.knowledge.rules.values() if is_asked_about(bench, rule)]
        if as_shipped:
            rules = [rule for rule in rules if truth(rule.when, at_first) is not False]
        grave = [rule for rule in rules if rule.then.at_least == bench.knowledge.ladder[-1]]
        self.askable = {
            fact
            for rule in rules
            for fact in _asked_for(bench, rule.when, inside=bool(rule.then.at_least) and rule not in grave)
        }
        telling = {fact for rule in grave for fact in _asked_for(bench, rule.when, inside=False)}
        self.screens = self._screens(self.askable)
        patients = self._screens(fact for fact in self.askable if reader_of(bench.knowledge, fact) == "patient")
        examined = self._screens(fact for fact in telling if reader_of(bench.knowledge, fact) == "clinician")
        told = self._screens(fact for fact in telling if reader_of(bench.knowledge, fact) == "patient")
        self.most = len(self.screens)
        self.most_for_patients = len(patients)
        self.most_until_emergency = len(patients | examined)
        self.most_until_told = len(told)
        self.told_rules = {rule.id for rule in grave if self._is_told(rule)}
        self.odd = [rule.id for rule in grave if rule.if_unknown != "settle" or _hides(bench, rule.when)]

    def _screens(self, facts: Iterable[str]) -> set[str]:
        """The screens on which these facts are asked; a fact without one stands alone."""
        questions = self.bench.knowledge.question_of
        return {questions[fact].id if fact in questions else fact for fact in facts}

    def _is_told(self, rule: Rule) -> bool:
        facts = _asked_for(self.bench, rule.when, inside=False)
        return all(reader_of(self.bench.knowledge, fact) == "patient" for fact in facts)


def is_asked_about(bench: Bench, rule: Rule) -> bool:
    """Can the rule lead to a question: because it is to be settled, or because it could still let go?"""
    effect = bool(rule.then.at_least or bench.knowledge.takes_away[rule.id])
    return effect and (rule.if_unknown == "settle" or bool(rule.then.at_least))


def _asked_for(bench: Bench, condition: Condition, *, inside: bool) -> Iterator[str]:
    """The facts that can be asked about because of a condition; with `inside` also those that it waits to confirm."""
    if isinstance(condition, (Known, Confirmed)) and not inside:
        return
    fact = getattr(condition, "fact", None)
    if fact is not None:
        derivation = bench.knowledge.facts[fact].worked_out
        if derivation is not None and derivation.when is not None:
            yield from _asked_for(bench, derivation.when, inside=inside)
        else:
            behind = bench.knowledge.asked_behind[fact]
            yield from (one for one in behind if one not in bench.knowledge.defaults)
    for part in parts_of(condition):
        yield from _asked_for(bench, part, inside=inside)


def _hides(bench: Bench, condition: Condition, negated: bool = False) -> bool:
    """Could the condition become true by an answer that waits for another one? Only a denied `and` lets that happen."""
    if isinstance(condition, (Known, Confirmed)):
        return False
    if negated and (isinstance(condition, And) or (isinstance(condition, AtLeast) and condition.number > 1)):
        return True
    fact = getattr(condition, "fact", None)
    derivation = bench.knowledge.facts[fact].worked_out if fact is not None else None
    if derivation is not None and derivation.when is not None and _hides(bench, derivation.when, negated):
        return True
    negated = negated is not isinstance(condition, Not)
    return any(_hides(bench, part, negated) for part in parts_of(condition))


def interview_ends(bench: Bench, obligation: Obligation) -> Finding:
    """Every interview ends within a stated number of screens, and one that finds an emergency within a smaller one."""
    bounds = Bounds(bench)
    faults = [f"{name} is an emergency whose questions may come late." for name in bounds.odd]
    walks = [_interview(bench, start, answers) for start, answers in _people(bench, obligation.charts)]
    for one in walks:
        faults += _too_long(bench, bounds, one)
    longest = max(len(one.screens) for one in walks)
    emergencies = [len(one.screens) for one in walks if one.outcome.disposition == bench.knowledge.ladder[-1]]
    shipped = Bounds(bench, as_shipped=True)
    notes = (
        f"At most {bounds.most} screens under any policy, {shipped.most} under those as shipped; "
        f"{bounds.most_for_patients} of them the patient's.",
        f"At most {bounds.most_until_emergency} until an emergency is found, whatever reveals it.",
        f"At most {bounds.most_until_told} until one is found that the patient's own answers reveal.",
        f"{len(walks)} walks: the longest had {longest}, the longest to an emergency {max(emergencies, default=0)}.",
    )
    return Finding(faults=tuple(faults), notes=notes)


def _too_long(bench: Bench, bounds: Bounds, found: Walk) -> Iterator[str]:
    """What a real interview does that the argument says it cannot."""
    shown = [screen.question or screen.facts[0] for screen in found.screens]
    if len(set(shown)) < len(shown):
        yield f"A screen was shown twice: {', '.join(shown)}."
    if len(shown) > bounds.most or not bounds.screens.issuperset(shown):
        yield f"An interview had {len(shown)} screens: {', '.join(shown)}."
    if found.outcome.disposition != bench.knowledge.ladder[-1]:
        return
    fired = [
        name for name in found.outcome.fired if bench.knowledge.rules[name].then.at_least == bench.knowledge.ladder[-1]
    ]
    told = bounds.told_rules.issuperset(fired)
    most = bounds.most_until_told if told else bounds.most_until_emergency
    if len(shown) > most:
        yield f"{', '.join(fired)} was found after {len(shown)} screens, not {most}."


def _interview(bench: Bench, start: Answers, answers: Answers) -> Walk:
    """The interview of somebody who answers so, and "I do not know" to the rest, under the policies in `start`."""
    values, answered, screens = dict(start), set[str](), []
    while (screen := next_screen(bench.knowledge, values, answered=answered)) is not None:
        screens.append(screen)
        answered.update(screen.facts)
        values.update({fact: answers[fact] for fact in screen.facts if answers.get(fact) is not None})
    return Walk(screens=tuple(screens), outcome=bench.outcome(values))


def _people(bench: Bench, number: int) -> Iterator[tuple[Answers, Answers]]:
    """People who make an interview long: they know nothing, or only what reveals one emergency, or answer by chance.

    With each the policies under which they are asked.
    """
    all_on: Answers = dict.fromkeys(bench.knowledge.defaults, True)
    yield {}, {}
    yield all_on, {}
    chance = random.Random(number)  # noqa: S311 - the same walks every time
    grave = [rule for rule in bench.knowledge.rules.values() if rule.then.at_least == bench.knowledge.ladder[-1]]
    for rule in chance.sample(grave, min(len(grave), number // 2)):
        given = next((case for case in rule.cases if case.expect.this_rule != "clear"), rule.cases[0])
        yield {}, {name: value for name, value in values_of(bench.knowledge, given).items() if name in given.given}
    facts = [name for name in bench.knowledge.asked_facts if name not in bench.knowledge.defaults]
    for _ in range(number - number // 2):
        some_facts = chance.sample(facts, chance.randrange(len(facts)))
        yield all_on, {name: chance.choice(list(answers(bench.ground, name))) for name in some_facts}
