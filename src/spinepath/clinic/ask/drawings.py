"""The pain drawing: what the board shows, what somebody drew on it, and how it is kept.

A drawing is regions of the body chart and free strokes, each with a kind of pain. No rule decides by it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import audit
from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Drawing, Episode
from spinepath.clinic.record import Author
from spinepath.engine.body_chart import BodyChart, PainKind, Region, View

_MOST_STROKES = 200
_MOST_POINTS = 400
_MOST_TEXT = 400_000


@dataclass
class Drawn:
    """What is drawn: `(region, kind)` pairs, strokes `{view, kind, points}`, and what is wrong with what was sent."""

    regions: list[tuple[str, str]] = field(default_factory=list)
    strokes: list[dict[str, Any]] = field(default_factory=list)
    fault: str = ""

    @property
    def is_empty(self) -> bool:
        """Is there nothing on it?"""
        return not self.regions and not self.strokes


def chart() -> BodyChart:
    """The body chart of the knowledge base."""
    return next(iter(knowledge().body_charts.values()))


def drawn_in(drawing: Drawing | None) -> Drawn:
    """What a kept drawing shows of the chart in use; parts that it no longer has are left out."""
    if drawing is None:
        return Drawn()
    regions, kinds, views = _known()
    pairs = [(one["region"], one["kind"]) for one in drawing.regions]
    return Drawn(
        regions=[pair for pair in pairs if pair[0] in regions and pair[1] in kinds],
        strokes=[one for one in drawing.strokes if one["view"] in views and one["kind"] in kinds],
    )


def _known() -> tuple[set[str], set[str], dict[str, View]]:
    body = chart()
    return {one.id for one in body.regions}, {one.id for one in body.kinds}, {one.id: one for one in body.views}


# reading


def read(sent: Mapping[str, Any]) -> Drawn:
    """What somebody sent: ticked `region:kind` pairs and the strokes as JSON. Anything else is left out or a fault."""
    regions, kinds, views = _known()
    ticked = sent.getlist("felt") if hasattr(sent, "getlist") else []
    pairs = [tuple(one.split(":", 1)) for one in ticked if ":" in one]
    drawn = Drawn(regions=list(dict.fromkeys((one, kind) for one, kind in pairs if one in regions and kind in kinds)))
    written = sent.get("strokes", "") or "[]"
    try:
        if len(written) > _MOST_TEXT:
            raise ValueError
        drawn.strokes = [_stroke(one, kinds, views) for one in _list(json.loads(written), _MOST_STROKES)]
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError):
        drawn.fault = _("The lines could not be read. What you chose is kept below; draw the lines again.")
    if drawn.is_empty and not drawn.fault:
        drawn.fault = _("Nothing is drawn. Choose where you feel something, or go on without a drawing.")
    return drawn


def _stroke(one: Any, kinds: set[str], views: dict[str, View]) -> dict[str, Any]:
    if one["kind"] not in kinds or one["view"] not in views:
        raise ValueError
    view = views[one["view"]]
    points = [_point(point, view) for point in _list(one["points"], _MOST_POINTS)]
    if len(points) < 2:
        raise ValueError
    return {"view": view.id, "kind": one["kind"], "points": points}


def _point(point: Any, view: View) -> list[float]:
    across, down = (round(float(number), 1) for number in _list(point, 2))
    if not (0 <= across <= view.width and 0 <= down <= view.height):
        raise ValueError
    return [across, down]


def _list(found: Any, most: int) -> list[Any]:
    if not isinstance(found, list) or len(found) > most:
        raise ValueError
    return found


@transaction.atomic
def keep(episode: Episode, drawn: Drawn, author: Author) -> None:
    """Add the drawing to the record; the same again is nothing new."""
    regions = [{"region": region, "kind": kind} for region, kind in drawn.regions]
    last = Drawing.objects.filter(episode=episode, source=author.source).first()
    if last is not None and (last.regions, last.strokes) == (regions, drawn.strokes):
        return
    Drawing.objects.create(
        episode=episode, at=timezone.now(), source=author.source, by=author.by, regions=regions, strokes=drawn.strokes
    )
    audit.note(episode.clinic, author.actor, audit.ADD, "drawing", episode=episode)


# showing


@dataclass(frozen=True)
class Part:
    """A region on the board, with the kinds that are felt there."""

    region: Region
    felt: tuple[str, ...]
    kinds: tuple[PainKind, ...]

    @property
    def says(self) -> str:
        """The region and what is felt there."""
        names = ", ".join(kind.name for kind in self.kinds if kind.id in self.felt)
        return f"{self.region.name}: {names}" if names else self.region.name


@dataclass(frozen=True)
class Side:
    """The body from one side, its regions, and its strokes as `(kind, path)`."""

    view: View
    parts: tuple[Part, ...]
    strokes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Board:
    """All that the template draws."""

    chart: BodyChart
    sides: tuple[Side, ...]
    strokes: str

    @property
    def felt(self) -> list[tuple[PainKind, list[str]]]:
        """In words: each kind with the regions where it is felt."""
        parts = [part for side in self.sides for part in side.parts]
        told = [(kind, [part.region.name for part in parts if kind.id in part.felt]) for kind in self.chart.kinds]
        return [(kind, names) for kind, names in told if names]

    @property
    def lines(self) -> int:
        """How many free strokes there are."""
        return sum(len(side.strokes) for side in self.sides)


def board(drawn: Drawn) -> Board:
    """The board with this drawing on it."""
    body = chart()
    felt: dict[str, list[str]] = {}
    for region, kind in drawn.regions:
        felt.setdefault(region, []).append(kind)
    sides = tuple(
        Side(
            view=view,
            parts=tuple(Part(region, tuple(felt.get(region.id, ())), body.kinds) for region in view.regions),
            strokes=tuple((one["kind"], _path(one["points"])) for one in drawn.strokes if one["view"] == view.id),
        )
        for view in body.views
    )
    return Board(chart=body, sides=sides, strokes=json.dumps(drawn.strokes))


def _path(points: list[list[float]]) -> str:
    return "M " + " L ".join(f"{across:g} {down:g}" for across, down in points)
