"""May this technique be done for this person now? Asked when a plan is saved, at consent, and whenever it is used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from spinepath.clinic.advice import clock_of, judge, knowledge, values_of
from spinepath.clinic.models import Episode
from spinepath.engine.evaluate import Outcome

Standing = Literal["offered", "restricted", "overridden", "undecided", "excluded", "not_known"]


class Override(Protocol):
    """What a decision to do a restricted technique nevertheless says of it."""

    technique: str
    rules: list[str]


@dataclass(frozen=True)
class Allowed:
    """Where a technique stands, and the rules because of which it stands there. True when it may be done."""

    standing: Standing
    because: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.standing in ("offered", "overridden")


def allowed(outcome: Outcome, technique: str, overrides: Iterable[Override] = ()) -> Allowed:
    """May the technique be done as the rules stand?

    Offered ones may, with the care that their rules ask for. A restricted one may when an override names every rule
    that restricts it now. What is excluded or undecided may not, whatever anybody wrote; neither may one that the
    knowledge base does not know.
    """
    offer = outcome.techniques.get(technique)
    if offer is None:
        return Allowed("not_known")
    if offer.status in ("excluded", "undecided"):
        return Allowed(offer.status, offer.because)
    base = knowledge()
    if base.is_hands_on(technique) and not base.dispositions[outcome.disposition].offers_care:
        return Allowed("undecided", offer.because)
    restricting = restricting_rules(outcome, technique)
    if not restricting:
        return Allowed("offered", offer.because)
    covered = any(one.technique == technique and set(restricting) <= set(one.rules) for one in overrides)
    return Allowed("overridden" if covered else "restricted", restricting)


def restricting_rules(outcome: Outcome, technique: str) -> tuple[str, ...]:
    """The rules that fire and restrict the technique; an override must name all of them."""
    names, rules = knowledge().names_of[technique], knowledge().rules
    because = outcome.techniques[technique].because
    return tuple(rule for rule in because if not names.isdisjoint(rules[rule].then.restrict))


def outcome_as_signed(episode: Episode, now: datetime | None = None) -> Outcome:
    """What the rules would say once the person had signed today for what asks for a signature of the day.

    A technique that only waits for its signature can be planned and signed for; it is done by the outcome as it is.
    """
    now = clock_of(episode, now)
    found = values_of(episode, now)
    asked = [entry.fact for entry in knowledge().own_records.values() if entry.tells == "consent_today"]
    return judge({**found, **{fact: True for fact in asked if found.get(fact) is None}})
