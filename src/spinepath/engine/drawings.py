"""How the findings of an image are drawn: which answer is which part of a spine seen from the side and from above.

Written in the knowledge base, so that another region or another word of a report needs no Python. The words on the
right of each mapping are those that the drawing knows; an answer that is not named is not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from spinepath.engine.entries import Entry, Word

if TYPE_CHECKING:
    from spinepath.engine.faults import FaultList
    from spinepath.engine.knowledge import Knowledge

Shape = Literal["flat", "bulge", "wide_base", "narrow_base", "loose", "into_bone"]
Zone = Literal["centre", "recess", "foramen", "outside", "front"]
Side = Literal["left", "right", "both", "middle"]
Way = Literal["up", "down"]
_MOST_NARROW = 3


class SpineDrawing(Entry, frozen=True, kw_only=True):
    """A stretch of spine, and the choices that say what is drawn on it.

    `vertebrae` are named from the top. `levels` give for each answer the vertebrae above the discs it means. Each of
    the other keys names a fact and its answers: `shapes` for `shape`, and so on; `narrowings` count from 0 (none) to 3.
    """

    name: str
    vertebrae: tuple[str, ...]
    level: Word
    levels: dict[Word, tuple[Word, ...]]
    shape: Word
    shapes: dict[Word, Shape]
    zone: Word
    zones: dict[Word, Zone]
    side: Word
    sides: dict[Word, Side]
    narrowing: Word | None = None
    narrowings: dict[Word, int] = {}
    migration: Word | None = None
    migrations: dict[Word, Way] = {}

    example: ClassVar[str] = (
        "- id: drawing.lumbar\n  name: Lower back\n  vertebrae: [L4, L5, S1]\n  level: disc_level\n"
        "  levels: {L4_L5: L4}\n  shape: disc_shape\n  shapes: {bulge: bulge}\n  zone: disc_zone\n"
        "  zones: {central: centre}\n  side: disc_side\n  sides: {left: left}"
    )

    def chosen(self) -> tuple[tuple[Word, dict[Word, object]], ...]:
        """Each fact that is drawn, with the answers that have a part of the drawing."""
        pairs: tuple[tuple[Word | None, Mapping[Word, object]], ...] = (
            (self.level, self.levels),
            (self.shape, self.shapes),
            (self.zone, self.zones),
            (self.side, self.sides),
            (self.narrowing, self.narrowings),
            (self.migration, self.migrations),
        )
        return tuple((name, dict(answers)) for name, answers in pairs if name is not None)


def check_drawings(knowledge: Knowledge, faults: FaultList) -> None:
    """Adds a fault for every answer that the fact does not have, and for every disc without a vertebra."""
    for drawing in knowledge.drawings.values():
        for name, answers in drawing.chosen():
            fact = knowledge.facts[name]
            for word in answers:
                if word not in fact.values:
                    cause = f"{drawing.id} draws the answer {word}, which {name} does not have."
                    faults.add(drawing.place, cause, f"{name} has: {', '.join(fact.values) or 'no words'}.")
        for word, degree in drawing.narrowings.items():
            if not 0 <= degree <= _MOST_NARROW:
                faults.add(drawing.place, f"{drawing.id} narrows {word} by {degree}.", f"Write 0 to {_MOST_NARROW}.")
        for word, above in drawing.levels.items():
            if not set(above) <= set(drawing.vertebrae[:-1]):
                cause = f"{drawing.id} puts {word} below a vertebra that has no other under it."
                faults.add(drawing.place, cause, f"Name one of: {', '.join(drawing.vertebrae[:-1])}.")


DRAWING_SECTIONS: dict[str, type[Entry]] = {"drawings": SpineDrawing}
