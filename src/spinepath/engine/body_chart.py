"""The body on which a person shows where it hurts: views, regions that can be chosen, and kinds of pain.

Written in the knowledge base, so that another region or kind of pain needs no Python.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

import msgspec

from spinepath.engine.entries import Entry, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spinepath.engine.faults import FaultList
    from spinepath.engine.knowledge import Knowledge

_OUTLINE = re.compile(r"[MLHVCSQTAZmlhvcsqtaz0-9 ,.\-]+")

MOST_KINDS = 4
"""So many patterns can be told apart on one body."""


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the body as drawn: `path` is an outline in the words of SVG."""

    id: Word
    name: str
    path: str


class View(msgspec.Struct, frozen=True, kw_only=True):
    """The body from one side, on a sheet of `width` by `height`. `lines` are drawn and cannot be chosen."""

    id: Word
    name: str
    width: int
    height: int
    regions: tuple[Region, ...]
    lines: tuple[str, ...] = ()
    left: str
    right: str


class PainKind(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is felt. Each has its own colour and pattern, by its place in the list."""

    id: Word
    name: str


class BodyChart(Entry, frozen=True, kw_only=True):
    """A body chart. `ask` is what the person is asked to do; the first of the kinds is chosen at the start."""

    name: str
    ask: str
    hint: str
    kinds: tuple[PainKind, ...]
    views: tuple[View, ...]

    @property
    def regions(self) -> Iterator[Region]:
        """The regions of all views."""
        return (region for view in self.views for region in view.regions)

    example: ClassVar[str] = (
        "- id: body\n  name: Pain drawing\n  ask: Show where it hurts.\n  hint: ...\n"
        "  kinds: [{id: pain, name: Pain}]\n"
        "  views:\n    - {id: back, name: Back, width: 200, height: 400, left: Left, right: Right, regions: [\n"
        "        {id: low_back_left, name: Low back left, path: M 0 0 h 9 v 9 z}]}"
    )


def check_body_charts(knowledge: Knowledge, faults: FaultList) -> None:
    """Adds a fault for every region that stands twice, and for every outline that is none."""
    for chart in knowledge.body_charts.values():
        if not 1 <= len(chart.kinds) <= MOST_KINDS:
            faults.add(chart.place, f"{chart.id} has {len(chart.kinds)} kinds.", f"Give 1 to {MOST_KINDS}.")
        for what, names in (
            ("region", [region.id for region in chart.regions]),
            ("kind", [kind.id for kind in chart.kinds]),
            ("view", [view.id for view in chart.views]),
        ):
            for name in sorted({name for name in names if names.count(name) > 1}):
                faults.add(chart.place, f"{chart.id} has the {what} {name} twice.", "Give each its own id.")
        for name, outlines in (
            *((region.id, (region.path,)) for region in chart.regions),
            *((view.id, view.lines) for view in chart.views),
        ):
            if not all(_OUTLINE.fullmatch(outline) for outline in outlines):
                act = "Write a path as SVG does: M 0 0 L 9 9 z."
                faults.add(chart.place, f"The outline of {name} is no path.", act)


BODY_CHART_SECTIONS: dict[str, type[Entry]] = {"body_charts": BodyChart}
