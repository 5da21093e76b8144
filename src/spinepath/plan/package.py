"""A draft of the package to offer: exercise and advice always, hands-on care only where the rules allow it."""

from __future__ import annotations

import msgspec

from spinepath.engine.content import Phase, Preset, Technique
from spinepath.engine.evaluate import Outcome
from spinepath.engine.knowledge import Knowledge

_BY_OFFER = ("core", "package", "conditional", "comfort", "off")


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """What to offer: the active core, techniques by hand in the order to consider them, the course, the home part."""

    core: tuple[Technique, ...]
    by_hand: tuple[Technique, ...]
    preset: Preset | None
    session: tuple[Phase, ...]
    home: tuple[Phase, ...]


def draft_package(knowledge: Knowledge, outcome: Outcome) -> Package | None:
    """The package that the rules leave room for; None while care must not begin.

    Nothing that is restricted, undecided or excluded is in it. Techniques that the rules prefer come first, then those
    with the better standing in the catalogue.
    """
    if not knowledge.dispositions[outcome.disposition].offers_care:
        return None
    offered = [
        knowledge.techniques[name]
        for name, offer in outcome.techniques.items()
        if offer.status == "offered" and knowledge.techniques[name].offer != "off"
    ]
    offered.sort(key=lambda technique: _rank(technique, outcome))
    treatments = [technique for technique in offered if technique.phases]
    return Package(
        core=tuple(technique for technique in treatments if not knowledge.is_hands_on(technique.id)),
        by_hand=tuple(technique for technique in treatments if knowledge.is_hands_on(technique.id)),
        preset=_preset(knowledge, outcome),
        session=_phases(knowledge, "session"),
        home=_phases(knowledge, "home"),
    )


def _rank(technique: Technique, outcome: Outcome) -> tuple[int, int]:
    preferred = outcome.preferred.index(technique.id) if technique.id in outcome.preferred else len(outcome.preferred)
    return preferred, _BY_OFFER.index(technique.offer)


def _preset(knowledge: Knowledge, outcome: Outcome) -> Preset | None:
    preferred = [name for name in outcome.preferred if name in knowledge.presets]
    by_default = [name for name, preset in knowledge.presets.items() if preset.verdict == "default"]
    return next((knowledge.presets[name] for name in (*preferred, *by_default)), None)


def _phases(knowledge: Knowledge, part: str) -> tuple[Phase, ...]:
    phases = [phase for phase in knowledge.phases.values() if phase.part_of == part]
    return tuple(sorted(phases, key=lambda phase: phase.order))
