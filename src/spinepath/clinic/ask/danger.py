"""What a person must be told at once, and what they can say to those who help: all of it from the knowledge base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from spinepath.clinic import advice
from spinepath.clinic.models import Episode
from spinepath.engine.conditions import Value, facts_in
from spinepath.engine.content import Disposition
from spinepath.engine.entries import Fact, Rule
from spinepath.engine.evaluate import complete
from spinepath.engine.explain import reasons
from spinepath.engine.findings import Standing
from spinepath.engine.words import said_once, value_words


@dataclass(frozen=True)
class Told:
    """One finding in plain words, and when it was found."""

    says: str
    at: datetime | None


@dataclass(frozen=True)
class Danger:
    """A disposition that stops everything else, the rules that ask for it, and the findings that lead to it."""

    disposition: Disposition
    rules: tuple[Rule, ...]
    told: tuple[Told, ...]
    since: tuple[Told, ...]
    is_emergency: bool

    @property
    def names(self) -> frozenset[str]:
        """By what it is known again: the same rules are the same danger."""
        return frozenset(rule.id for rule in self.rules)

    @property
    def says(self) -> tuple[str, ...]:
        """To the person, each sentence once."""
        return said_once(rule.says.patient for rule in self.rules if rule.says.patient)


def danger_of(episode: Episode, now: datetime | None = None) -> Danger | None:
    """What stops the questions now; None while nothing does."""
    now = advice.clock_of(episode, now)
    knowledge = advice.knowledge()
    outcome = advice.outcome_of(episode, now)
    firm = advice.firm(outcome)
    disposition = knowledge.dispositions[firm]
    if disposition.offers_care or not disposition.holds:
        return None
    rules = tuple(knowledge.rules[name] for name in outcome.fired if knowledge.rules[name].then.at_least == firm)
    whole = complete(knowledge, advice.values_of(episode, now))
    named = {asked for rule in rules for fact in facts_in(rule.when) for asked in knowledge.asked_behind.get(fact, ())}
    behind = {fact for rule in rules for fact in reasons(knowledge, rule.when, whole, True)}
    behind |= {name for name in named if isinstance(whole.get(name), bool)}
    stands = advice.standings_of(episode, now)
    told = [fact for name, fact in knowledge.facts.items() if name in behind and _alarms(fact, whole)]
    grows = [fact for fact in knowledge.facts.values() if fact.grows and fact.ask and not fact.fixed]
    return Danger(
        disposition=disposition,
        rules=rules,
        told=tuple(_told(fact, whole, stands) for fact in told),
        since=tuple(_told(fact, whole, stands) for fact in grows if fact.id in stands and whole[fact.id] is not None),
        is_emergency=firm == knowledge.ladder[-1],
    )


def _alarms(fact: Fact, values: Mapping[str, Value]) -> bool:
    """Is this an answer worth saying? What was asked and is not there need not be."""
    value = values.get(fact.id)
    if isinstance(value, bool):
        return ("yes" if value else "no") in (("yes",) if fact.danger is None else fact.danger)
    return value is not None


def _told(fact: Fact, values: Mapping[str, Value], stands: Mapping[str, Standing]) -> Told:
    value = values[fact.id]
    decided = stands[fact.id].decided_by if fact.id in stands else None
    if value is True:
        says = fact.item or fact.name
    else:
        says = f"{fact.ask or fact.name} {value_words(advice.knowledge(), fact, value)}"
    return Told(says=says, at=decided.at if decided else None)
