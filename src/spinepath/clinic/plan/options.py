"""What can be put into a plan now: techniques with their levels and reasons, courses, measures for goals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from spinepath.booking.presets import bounds_in
from spinepath.clinic.advice import knowledge
from spinepath.clinic.plan.allowed import Allowed, Override, allowed
from spinepath.engine.conditions import facts_in
from spinepath.engine.content import Measure, Phase, Preset, ScaleLevel, Technique
from spinepath.engine.entries import Rule
from spinepath.engine.evaluate import Outcome
from spinepath.plan.package import Package, choice_of, draft_package, limits_in_force

PRESETS_NEVER = ("contradicted",)
"""Courses with this verdict are shown and cannot be chosen."""

PRESETS_USUAL = ("default", "supported")
_SHARED_FROM = 3


@dataclass(frozen=True)
class Option:
    """A technique as it can be chosen now: where it stands, why, and the levels that the limits leave open."""

    technique: Technique
    standing: Allowed
    levels: tuple[ScaleLevel, ...]
    is_graded: bool
    rules: tuple[Rule, ...]
    phases: tuple[Phase, ...]

    @property
    def id(self) -> str:
        """The technique's id."""
        return self.technique.id

    @property
    def is_above_limits(self) -> bool:
        """Does even its lowest level lie above the limits?"""
        return self.is_graded and not self.levels

    @property
    def can_be_chosen(self) -> bool:
        """May it be put into a draft? A restricted one may, and then waits for a named reason."""
        return self.standing.standing in ("offered", "overridden", "restricted") and not self.is_above_limits

    @property
    def is_restricted(self) -> bool:
        """Does it need a named reason, given already or not?"""
        return self.standing.standing in ("restricted", "overridden")


class Options:
    """Everything that can be chosen as the rules stand, in the order in which to consider it."""

    def __init__(self, outcome: Outcome, overrides: Iterable[Override] = ()) -> None:
        self.outcome = outcome
        self.base = knowledge()
        self.overrides = list(overrides)
        self.limits = limits_in_force(self.base, outcome)

    @cached_property
    def package(self) -> Package | None:
        """The package that the rules leave room for; None while care must not begin."""
        return draft_package(self.base, self.outcome)

    @cached_property
    def all(self) -> dict[str, Option]:
        """Every technique that has a place in a session or at home, by id."""
        order = {name: place for place, name in enumerate(self.outcome.preferred)}
        ranked = sorted(
            (one for one in self.base.techniques.values() if one.phases),
            key=lambda one: (order.get(one.id, len(order)), _OFFERS.index(one.offer)),
        )
        return {one.id: self._option(one) for one in ranked}

    def _option(self, technique: Technique) -> Option:
        choice = choice_of(self.base, technique, self.limits)
        standing = allowed(self.outcome, technique.id, self.overrides)
        return Option(
            technique=technique,
            standing=standing,
            levels=choice.levels,
            is_graded=choice.is_graded,
            rules=tuple(self.base.rules[name] for name in self.outcome.techniques[technique.id].because),
            phases=tuple(self.base.phases[name] for name in technique.phases),
        )

    @cached_property
    def core(self) -> list[Option]:
        """Always inside: exercise and education, as far as the rules allow them."""
        return [one for one in self.all.values() if one.technique.offer == "core" and self.is_open(one)]

    def is_open(self, one: Option) -> bool:
        """Can it be done without anybody's reason?"""
        return one.can_be_chosen and one.standing.standing == "offered"

    @property
    def offered(self) -> list[Option]:
        """What can be added freely; with care where rules say so."""
        return [one for one in self.all.values() if self.is_open(one) and one.technique.offer != "core"]

    @property
    def restricted(self) -> list[Option]:
        """What needs a named reason."""
        return [one for one in self.all.values() if one.is_restricted and one.can_be_chosen]

    @property
    def above_limits(self) -> list[Option]:
        """What begins above the limits of today."""
        standings = ("offered", "overridden", "restricted")
        return [one for one in self.all.values() if one.is_above_limits and one.standing.standing in standings]

    @property
    def undecided(self) -> list[Option]:
        """What waits for answers."""
        return [one for one in self.all.values() if one.standing.standing == "undecided"]

    @property
    def excluded(self) -> list[Option]:
        """What the findings forbid."""
        return [one for one in self._excluded() if not self.is_off_here(one)]

    @property
    def cannot(self) -> list[tuple[str, list[Option]]]:
        """What cannot be chosen, by why; without what is switched off here."""
        groups = [
            (_("Undecided: answers are missing"), self.undecided),
            (_("Not now: even the lowest level lies above the limits"), self.above_limits),
            (_("Excluded, without override"), self.excluded),
        ]
        return [(title, rows) for title, rows in groups if rows]

    @property
    def off_here(self) -> list[Option]:
        """What the clinic has not switched on."""
        return [one for one in self._excluded() if self.is_off_here(one)]

    def _excluded(self) -> list[Option]:
        return [one for one in self.all.values() if one.standing.standing == "excluded"]

    def is_off_here(self, one: Option) -> bool:
        """Is it a policy of the clinic that excludes it?"""
        facts = self.base.facts
        return any(
            all(facts[name].who == "clinic" and facts[name].default is not None for name in facts_in(rule.when))
            for rule in one.rules
        )

    # the course

    @property
    def sessions_most(self) -> int | None:
        """The ceiling of sessions now; None for none."""
        most = bounds_in(self.limits).sessions_most
        return None if most is None else int(most)

    @property
    def minutes_most(self) -> int:
        """The longest session: the limit, or else the longest of all courses."""
        most = bounds_in(self.limits).session_minutes_most
        return int(most if most is not None else max(one.minutes[-1] for one in self.base.presets.values()))

    @property
    def minutes_least(self) -> int:
        """The shortest session of all courses."""
        return int(min(one.minutes[0] for one in self.base.presets.values()))

    def sessions_within(self, preset: Preset) -> int:
        """How many sessions the course can have at most now."""
        most = int(preset.sessions[-1])
        return most if self.sessions_most is None else min(most, self.sessions_most)

    def why_not_preset(self, preset: Preset) -> str:
        """Why a course cannot be chosen now: `verdict`, `ceiling`; empty when it can."""
        if preset.verdict in PRESETS_NEVER:
            return "verdict"
        return "ceiling" if int(preset.sessions[0]) > self.sessions_within(preset) else ""

    @property
    def presets(self) -> list[tuple[Preset, str, int]]:
        """Every course with why it cannot be chosen now (empty: it can) and how many sessions it may have at most.

        The one that is proposed stands first, then those that can be chosen.
        """
        proposed = self.package.preset.id if self.package and self.package.preset else ""
        rows = [(one, self.why_not_preset(one), self.sessions_within(one)) for one in self.base.presets.values()]
        return sorted(rows, key=lambda row: (row[0].id != proposed, bool(row[1])))

    @property
    def preset_groups(self) -> list[tuple[str, list[tuple[Preset, int]]]]:
        """The courses that can be chosen: the proposed and the usual ones, then what is rarely right."""
        proposed = self.package.preset.id if self.package and self.package.preset else ""
        can = [(one, most) for one, why, most in self.presets if not why]
        usual = [row for row in can if row[0].id == proposed or row[0].verdict in PRESETS_USUAL]
        return [("", usual), (_("Other courses, rarely right"), [row for row in can if row not in usual])]

    @cached_property
    def shared_rules(self) -> list[Rule]:
        """Rules that ask for care with three techniques or more: said once, not beside each."""
        open_ones = [one for one in self.all.values() if one.can_be_chosen]
        counts = Counter(rule.id for one in open_ones for rule in one.rules)
        return [self.base.rules[name] for name, count in counts.items() if count >= _SHARED_FROM]

    def gates(self, preset: Preset, sessions: int) -> list[dict[str, object]]:
        """The reviews that lie within so many sessions of the course."""
        days = int(preset.weeks_most * 7)
        return [
            {"id": gate.id, "after_sessions": gate.after_sessions, "after_days": gate.after_days}
            for gate in self.base.review_gates.values()
            if (gate.after_sessions is not None and gate.after_sessions <= sessions)
            or (gate.after_days is not None and gate.after_days <= days)
        ]


_OFFERS = ("core", "package", "conditional", "comfort", "off")


def measures() -> list[Measure]:
    """The measures in which a goal can be set: numbers with a range."""
    usable = (one for one in knowledge().measures.values() if one.embed != "keep_out")
    return [one for one in usable if one.least is not None and one.most is not None and one.fact in knowledge().facts]
