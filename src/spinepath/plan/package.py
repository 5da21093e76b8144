"""A draft of the package to offer: exercise and advice always, hands-on care only where the rules allow it."""

from __future__ import annotations

import msgspec

from spinepath.engine.content import Phase, Preset, ScaleLevel, Technique
from spinepath.engine.evaluate import Outcome
from spinepath.engine.knowledge import Knowledge

_BY_OFFER = ("core", "package", "conditional", "comfort", "off")


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A technique with the levels of its scale that are open to it now, from where to start to the highest.

    None are open to a graded technique that begins above the limits.
    """

    technique: Technique
    levels: tuple[ScaleLevel, ...] = ()

    @property
    def is_graded(self) -> bool:
        """Has the technique a scale and a level to start at?"""
        return self.technique.scale is not None and self.technique.start_level is not None


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """What to offer: the active core, techniques by hand in the order to consider them, the course, the home part.

    `limits` are the bounds that count for what may be done; techniques that begin above them are left out and named in
    `above_limits`. `daily` belongs to every day at home, whatever the step; `home` are the steps, in order.
    """

    core: tuple[Choice, ...]
    by_hand: tuple[Choice, ...]
    above_limits: tuple[Technique, ...]
    limits: dict[str, float]
    preset: Preset | None
    session: tuple[Phase, ...]
    daily: tuple[Phase, ...]
    home: tuple[Phase, ...]


def draft_package(knowledge: Knowledge, outcome: Outcome) -> Package | None:
    """The package that the rules leave room for; None while care must not begin.

    Nothing that is restricted, undecided or excluded is in it, and nothing that cannot be done within the limits.
    Techniques that the rules prefer come first, then those with the better standing in the catalogue.
    """
    if not knowledge.dispositions[outcome.disposition].offers_care:
        return None
    limits = limits_in_force(knowledge, outcome)
    choices = [choice_of(knowledge, technique, limits) for technique in _treatments(knowledge, outcome)]
    possible = [choice for choice in choices if choice.levels or not choice.is_graded]
    at_home = _phases(knowledge, "home")
    return Package(
        core=tuple(choice for choice in possible if not knowledge.is_hands_on(choice.technique.id)),
        by_hand=tuple(choice for choice in possible if knowledge.is_hands_on(choice.technique.id)),
        above_limits=tuple(choice.technique for choice in choices if choice not in possible),
        limits=limits,
        preset=_preset(knowledge, outcome),
        session=_phases(knowledge, "session"),
        daily=tuple(phase for phase in at_home if phase.go_on_when is None),
        home=tuple(phase for phase in at_home if phase.go_on_when is not None),
    )


def limits_in_force(knowledge: Knowledge, outcome: Outcome) -> dict[str, float]:
    """The limits without those that bound only what must not be done anyway."""
    open_names = {
        name
        for technique, offer in outcome.techniques.items()
        if offer.status != "excluded"
        for name in knowledge.names_of[technique]
    }
    return {
        name: value
        for name, value in outcome.limits.items()
        if not knowledge.limits[name].classes or not open_names.isdisjoint(knowledge.limits[name].classes)
    }


def _treatments(knowledge: Knowledge, outcome: Outcome) -> list[Technique]:
    offered = [knowledge.techniques[name] for name, offer in outcome.techniques.items() if offer.status == "offered"]
    treatments = [technique for technique in offered if technique.offer != "off" and technique.phases]
    return sorted(treatments, key=lambda technique: _rank(technique, outcome))


def _rank(technique: Technique, outcome: Outcome) -> tuple[int, int]:
    preferred = outcome.preferred.index(technique.id) if technique.id in outcome.preferred else len(outcome.preferred)
    return preferred, _BY_OFFER.index(technique.offer)


def choice_of(knowledge: Knowledge, technique: Technique, limits: dict[str, float]) -> Choice:
    """The technique with the levels that the limits leave to it.

    The highest level with leg signs bounds everybody, because nothing here tells who has none.
    """
    if technique.scale is None or technique.start_level is None:
        return Choice(technique=technique)
    levels = knowledge.scales[technique.scale].levels
    places = {level.id: place for place, level in enumerate(levels)}
    highest = technique.most_level_with_leg_signs or levels[-1].id
    bounds = (int(value) - 1 for name, value in limits.items() if _bounds(knowledge, name, technique))
    most = min((places[highest], *bounds))
    return Choice(technique=technique, levels=levels[places[technique.start_level] : max(most, -1) + 1])


def _bounds(knowledge: Knowledge, limit: str, technique: Technique) -> bool:
    """Does the limit count levels of the technique's scale, and is it about its classes?"""
    kind = knowledge.limits[limit]
    about_it = not kind.classes or not knowledge.names_of[technique.id].isdisjoint(kind.classes)
    return kind.scale == technique.scale and about_it


def _preset(knowledge: Knowledge, outcome: Outcome) -> Preset | None:
    preferred = [name for name in outcome.preferred if name in knowledge.presets]
    by_default = [name for name, preset in knowledge.presets.items() if preset.verdict == "default"]
    return next((knowledge.presets[name] for name in (*preferred, *by_default)), None)


def _phases(knowledge: Knowledge, part: str) -> tuple[Phase, ...]:
    phases = [phase for phase in knowledge.phases.values() if phase.part_of == part]
    return tuple(sorted(phases, key=lambda phase: phase.order))
