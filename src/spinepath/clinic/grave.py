"""What forbids care for certain: the disposition with the rules that ask for it. One place, so that pages agree."""

from __future__ import annotations

from dataclasses import dataclass

from spinepath.clinic import advice
from spinepath.engine.content import Disposition
from spinepath.engine.entries import Rule
from spinepath.engine.evaluate import Outcome


@dataclass(frozen=True)
class Grave:
    """A disposition under which nobody is treated by hand, and the rules that fire for it."""

    disposition: Disposition
    rules: tuple[Rule, ...]

    @property
    def is_danger(self) -> bool:
        """Does it stop everything else, and not only ask for a test first?"""
        return self.disposition.holds


def grave(outcome: Outcome) -> Grave | None:
    """What forbids care for certain; None while care is offered or only answers are missing."""
    base = advice.knowledge()
    firm = advice.firm(outcome)
    if base.dispositions[firm].offers_care:
        return None
    fired = (base.rules[name] for name in outcome.fired)
    return Grave(base.dispositions[firm], tuple(rule for rule in fired if rule.then.at_least == firm))
