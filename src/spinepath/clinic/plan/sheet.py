"""A plan as its page and letters show it: each technique with its level, its consent and the reason behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Consent, Override, Plan
from spinepath.clinic.plan import consents
from spinepath.engine.assess import Assessment
from spinepath.engine.content import Measure, Phase, Preset, ReviewGate, Technique
from spinepath.engine.words import level_words, value_words


@dataclass(frozen=True)
class Line:
    """One technique of a plan. `technique` is None when the knowledge base no longer has it."""

    place: int
    technique: Technique | None
    level: str
    most_level: str
    phase: Phase | None
    by_hand: bool
    consent: Consent | None
    override: Override | None


@dataclass(frozen=True)
class Goal:
    """A goal with its measure, where it stands now and where it should be."""

    says: str
    measure: Measure | None
    target: str
    now: str


@dataclass(frozen=True)
class Sheet:
    """All of a plan in words."""

    lines: list[Line]
    goals: list[Goal]
    preset: Preset | None
    gates: list[ReviewGate]
    daily: list[Phase]
    home: list[Phase]

    @property
    def active(self) -> list[Line]:
        """What the person does."""
        return [line for line in self.lines if not line.by_hand]

    @property
    def by_hand(self) -> list[Line]:
        """What the therapist does."""
        return [line for line in self.lines if line.by_hand]

    @property
    def unsigned(self) -> list[Line]:
        """What waits for a signature."""
        return [line for line in self.by_hand if line.consent is None]


def sheet_of(plan: Plan, found: Assessment) -> Sheet:
    """The plan in words, with the consents that count now."""
    base = knowledge()
    signed = consents.valid(plan)
    reasons = {row.technique: row for row in plan.overrides.select_related("member")}
    at_home = sorted((one for one in base.phases.values() if one.part_of == "home"), key=lambda one: one.order)
    return Sheet(
        lines=[_line(place, one, signed, reasons) for place, one in enumerate(plan.techniques)],
        goals=[_goal(goal, found) for goal in plan.goals],
        preset=base.presets.get(plan.preset),
        gates=[base.review_gates[gate["id"]] for gate in plan.gates if gate.get("id") in base.review_gates],
        daily=[phase for phase in at_home if phase.go_on_when is None],
        home=[phase for phase in at_home if phase.go_on_when is not None],
    )


def _line(place: int, one: dict[str, Any], signed: dict[str, Consent], reasons: dict[str, Override]) -> Line:
    base = knowledge()
    technique = base.techniques.get(one["id"])
    return Line(
        place=place,
        technique=technique,
        level=level_in_words(technique, one.get("level")),
        most_level=level_in_words(technique, one.get("most_level")),
        phase=base.phases.get(one.get("phase", "")),
        by_hand=technique is not None and base.is_hands_on(technique.id),
        consent=signed.get(one["id"]),
        override=reasons.get(one["id"]),
    )


def level_in_words(technique: Technique | None, level: str | None) -> str:
    """A level of the technique's scale with what it means; empty without one, as written where the scale has none."""
    if technique is None or technique.scale is None or not level:
        return level or ""
    found = [one for one in knowledge().scales[technique.scale].levels if one.id == level]
    return level_words(found[0]) if found else level


def _goal(goal: dict[str, str], found: Assessment) -> Goal:
    base = knowledge()
    measure = base.measures.get(goal.get("measure", ""))
    value = found.values.get(measure.fact) if measure and measure.fact else None
    now = value_words(base, base.facts[measure.fact], value) if measure and measure.fact and value is not None else ""
    return Goal(says=goal.get("says", ""), measure=measure, target=goal.get("target", ""), now=now)
