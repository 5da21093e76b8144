"""An assessment in the order in which a therapist needs it: what to do, why, what to ask, what would change it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from spinepath.clinic.advice import firm, knowledge
from spinepath.clinic.templatetags.spinepath import value_words
from spinepath.engine.assess import Assessment
from spinepath.engine.conditions import Value
from spinepath.engine.content import Disposition, Investigation, Range
from spinepath.engine.entries import Fact, Rule
from spinepath.engine.evidence import Source
from spinepath.engine.words import (
    finding_words,
    first_sentence,
    limit_words,
    said_once,
    sources_of,
    who_and_when,
)
from spinepath.plan.package import limits_in_force


@dataclass(frozen=True)
class Question:
    """Something still to be found out: how it is asked, why, and on which step's page."""

    fact: Fact
    why: str

    @property
    def step(self) -> str:
        """The page on which it is answered."""
        return "ask" if self.fact.who == "patient" else "examine"


@dataclass(frozen=True)
class Answer:
    """A fact with its value in words, and whose word it is."""

    fact: Fact
    value: str
    whose: str = ""


@dataclass(frozen=True)
class Change:
    """Answers that would lead elsewhere, and where."""

    answers: tuple[Answer, ...]
    disposition: Disposition


class Telling:
    """An assessment for a page or a letter."""

    def __init__(self, found: Assessment) -> None:
        self.found = found
        self.outcome = found.outcome
        self.base = knowledge()
        self.fired = [self.base.rules[name] for name in self.outcome.fired]

    @property
    def disposition(self) -> Disposition:
        """What is to be done now."""
        return self.base.dispositions[self.outcome.disposition]

    @property
    def interval(self) -> tuple[Disposition, Disposition] | None:
        """Between which it lies once everything is answered; None when it is sure."""
        least, most = self.outcome.least, self.outcome.most
        return None if least == most else (self.base.dispositions[least], self.base.dispositions[most])

    @property
    def is_grave(self) -> bool:
        """Does a rule fire that rules care out, for more than an answer that is still open?"""
        strictness = self.base.strictness
        return strictness[firm(self.outcome)] > strictness[self.base.mildest_without_care]

    @cached_property
    def deciding(self) -> list[Rule]:
        """The rules that decide, without those that a wider one among them covers."""
        rules = [rule for rule in self.fired if rule.then.at_least == self.outcome.disposition]
        ids = {rule.id for rule in rules}
        return [rule for rule in rules if rule.contained_in not in ids]

    @property
    def answered(self) -> int:
        """How many of the facts that can decide are known."""
        known = self.found.values
        return sum(bool(rules) and known.get(fact) is not None for fact, rules in self.base.decided_by.items())

    @cached_property
    def why(self) -> list[Answer]:
        """The answers that alone lead here."""
        return [self.answer(one.fact, one.value) for one in self.found.why]

    def answer(self, name: str, value: Value) -> Answer:
        """A fact and its value in words, with who found it and when."""
        fact, stand = self.base.facts[name], self.found.standings.get(name)
        said = value_words(name, value)
        whose = who_and_when(stand.decided_by) if stand is not None and stand.decided_by is not None else ""
        return Answer(fact, said, whose)

    @cached_property
    def acts(self) -> tuple[str, ...]:
        """What to do now."""
        told = [] if self.disposition.offers_care else [rule.then.tell for rule in self.deciding if rule.then.tell]
        return said_once((*self.disposition.actions, *told))

    @cached_property
    def questions(self) -> list[Question]:
        """What is still to be found out, what matters most first."""
        return [Question(self.base.facts[ask.fact], first_sentence(ask.why)) for ask in self.found.questions]

    @cached_property
    def needs(self) -> list[Investigation]:
        """Tests and opinions that the rules ask for."""
        return [self.base.investigations[name] for name in self.outcome.needs]

    @cached_property
    def limits(self) -> list[str]:
        """The limits in force, as sentences."""
        found = limits_in_force(self.base, self.outcome)
        return [limit_words(self.base, name, value) for name, value in found.items()]

    @cached_property
    def advice(self) -> list[tuple[str, Rule]]:
        """What the rules tell, the strictest first."""
        rules: dict[str, Rule] = {}
        for rule in sorted(self.fired, key=self._weight, reverse=True):
            if rule.then.tell:
                rules.setdefault(rule.then.tell, rule)
        return [(text, rules[text]) for text in said_once(rules)]

    def _weight(self, rule: Rule) -> tuple[int, ...]:
        then = rule.then
        level = self.base.strictness[then.at_least] if then.at_least else -1
        return level, *map(bool, (then.hold, then.exclude, then.restrict, then.caution, then.limit))

    @cached_property
    def patient(self) -> tuple[str, ...]:
        """What to say to the patient."""
        own = [rule.says.patient for rule in self.deciding if rule.says.patient]
        return said_once(own or [self.disposition.says.patient or ""])

    @cached_property
    def changes(self) -> list[Change]:
        """What would change the advice."""
        facts = self.base.facts
        return [
            Change(
                tuple(Answer(facts[name], value_words(name, value)) for name, value in change.answers.items()),
                self.base.dispositions[change.disposition],
            )
            for change in self.found.would_change
        ]

    @cached_property
    def disagreements(self) -> list[tuple[Fact, tuple[str, ...]]]:
        """Facts about which sources disagree, with what each says."""
        return [
            (self.base.facts[name], tuple(finding_words(self.base, one) for one in stand.disagreeing))
            for name, stand in self.found.standings.items()
            if stand.disagreeing
        ]

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """What the decision rests on."""
        return sources_of(self.base, self.deciding)

    @property
    def signed_off(self) -> str:
        """Who signed the knowledge base off."""
        return next((release.signed_off for release in self.base.releases.values()), "nobody yet")


def range_words(bounds: Range, between: str = " to ") -> str:
    """One number, or the least and the most."""
    return between.join(f"{part:g}" for part in dict.fromkeys(bounds))


def names(entries: Iterable[object]) -> str:
    """Entries by name, in one line."""
    return ", ".join(str(getattr(one, "name", "")) for one in entries)
