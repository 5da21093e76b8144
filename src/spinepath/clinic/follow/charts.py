"""A number over time as a Vega-Lite chart: its line, the smallest change that counts, and the expected curve."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic.follow.course import Line

# colours that differ for every kind of sight, and in grey; the line has points, the bands have patterns of their own
_LINE, _EXPECTED, _UNCHANGED = "#0b5563", "#c9a227", "#5b6b73"


def chart_of(line: Line) -> dict[str, Any]:
    """The chart as data. Everything that it shows stands in the table beside it too."""
    first = line.points[0]
    values = [{"day": _day(point.at), "value": point.value, "what": line.fact.name} for point in line.points]
    last = max(line.points[-1].at, first.at + timedelta(weeks=6))
    layers: list[dict[str, Any]] = []
    if line.expected:
        layers.append(_expected(line, last))
    if line.smallest is not None and line.measure.better != "normal is best":
        layers.append(_unchanged(line))
    layers.append(
        {
            "data": {"values": values},
            "mark": {"type": "line", "point": {"size": 70, "filled": True}, "color": _LINE, "strokeWidth": 3},
            "encoding": {
                "x": _x(),
                "y": _y(line),
                "tooltip": [{"field": "day", "type": "temporal"}, {"field": "value"}],
            },
        }
    )
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"{line.measure.name}: {line.fact.name}",
        "width": "container",
        "height": 190,
        "background": "transparent",
        "layer": layers,
        "config": {
            "axis": {"labelFontSize": 13, "titleFontSize": 13, "grid": True, "gridColor": "#e3e8e7"},
            "view": {"stroke": None},
        },
    }


def _day(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M:%S")


def _x() -> dict[str, Any]:
    return {
        "field": "day",
        "type": "temporal",
        "title": None,
        "axis": {"format": "%d %b", "labelOverlap": True, "labelSeparation": 10, "tickCount": 6},
    }


def _y(line: Line) -> dict[str, Any]:
    domain = {"scale": {"domain": [line.measure.least, line.measure.most]}} if line.measure.most is not None else {}
    return {"field": "value", "type": "quantitative", "title": line.fact.unit, **domain}


def _expected(line: Line, last: Any) -> dict[str, Any]:
    first = line.points[0].at
    rows = [
        {"day": _day(first + timedelta(weeks=band.weeks)), "least": band.least, "most": band.most}
        for band in line.expected
    ]
    until = _day(last)
    return {
        "data": {"values": rows},
        "mark": {"type": "area", "color": _EXPECTED, "opacity": 0.35, "clip": True},
        "encoding": {
            "x": {**_x(), "scale": {"domain": [_day(first), until]}},
            "y": {"field": "least", "type": "quantitative", "title": line.fact.unit},
            "y2": {"field": "most"},
        },
    }


def _unchanged(line: Line) -> dict[str, Any]:
    first, smallest = line.points[0], line.smallest or 0
    edges = [first.value - smallest, first.value + smallest]
    least, most = line.measure.least, line.measure.most
    shown = [edge for edge in edges if (least is None or edge >= least) and (most is None or edge <= most)]
    rows = [{"edge": edge} for edge in shown]
    return {
        "data": {"values": rows},
        "mark": {"type": "rule", "color": _UNCHANGED, "strokeDash": [6, 4], "strokeWidth": 1.5},
        "encoding": {"y": {"field": "edge", "type": "quantitative"}},
    }


def summary_of(line: Line) -> str:
    """The chart in one sentence."""
    judged = line.judged
    words = {
        "better": _("better by a change that counts"),
        "worse": _("worse by a change that counts"),
        "no clear change": _("no change that counts yet"),
        "not judged": _("shown, not judged"),
    }
    if len(line.points) < 2:
        return _("first record %(now)s") % {"now": f"{judged.now:g}"}
    told = {"first": f"{judged.first:g}", "now": f"{judged.now:g}", "verdict": words[judged.verdict]}
    return _("from %(first)s to %(now)s: %(verdict)s") % told
