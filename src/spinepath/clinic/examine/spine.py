"""A drawing of what an image shows: a stretch of spine from the side, and one disc from above.

Which answer is which part stands in the knowledge base (`drawings`); here is only geometry. From the side the front of
the person is on the left of the page; from above, as on a scan, the person's left is on the right of the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from spinepath.clinic import advice
from spinepath.engine.conditions import Value
from spinepath.engine.drawings import SpineDrawing
from spinepath.engine.entries import Word
from spinepath.engine.values import NotAValue, read_value
from spinepath.engine.words import value_words

# one disc from the side, in its own frame: the back of the person is at positive x

_WIDE, _HIGH, _GAP = 62.0, 31.0, 13.0
_TILT_TOP, _TILT_BOTTOM = 16.0, -38.0
_BACK = _WIDE / 2

_SHIFT = {"up": -15.0, "down": 15.0}


@dataclass(frozen=True)
class Bone:
    """A vertebra from the side: where it stands, how it tilts, its name."""

    name: str
    x: float
    y: float
    tilt: float
    is_last: bool

    @property
    def name_x(self) -> float:
        """Where its name is written: before it."""
        return self.x - _WIDE / 2 - 12


@dataclass(frozen=True)
class Part:
    """Something of a drawing that can be chosen: `picks` are the answers that choose it, `says` its name."""

    key: str
    says: str
    picks: str
    group: str
    path: str
    transform: str
    chosen: bool


@dataclass(frozen=True)
class Spine:
    """A whole drawing. `words` say in a line what it shows; empty when nothing is known."""

    key: str
    name: str
    words: str
    bones: tuple[Bone, ...]
    discs: tuple[Part, ...]
    others: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...]
    canal: str
    zones: tuple[Part, ...]
    bump: str
    bump_class: str
    narrowing: int
    height: float


def drawings_for(facts: tuple[str, ...], values: Mapping[str, Value]) -> list[Spine]:
    """The drawings that show facts among these, as they stand in `values`."""
    base = advice.knowledge()
    wanted = set(facts)
    return [draw(one, values) for one in base.drawings.values() if wanted & {name for name, _ in one.chosen()}]


def values_typed(typed: Mapping[str, str]) -> dict[str, Value]:
    """What was chosen in a form, as far as it can be read; for a drawing while somebody chooses."""
    base = advice.knowledge()
    found: dict[str, Value] = {}
    for name in {name for drawing in base.drawings.values() for name, _ in drawing.chosen()}:
        try:
            found[name] = read_value(base.facts[name], str(typed.get(name) or "unknown"))
        except NotAValue:
            found[name] = None
    return found


def draw(drawing: SpineDrawing, values: Mapping[str, Value]) -> Spine:
    """The drawing with what is known; what is unknown is not drawn."""
    bones = tuple(_bones(drawing))
    chosen = _above(drawing, values)
    shape = _word(drawing.shapes, values.get(drawing.shape))
    shift = _word(drawing.migrations, values.get(drawing.migration or ""))
    degree = _word(drawing.narrowings, values.get(drawing.narrowing or ""))
    zone = _word(drawing.zones, values.get(drawing.zone))
    side = _word(drawing.sides, values.get(drawing.side))
    bump = _BUMPS.get(shape, "")
    turned = "scale(-1 1)" if zone == "front" else ""
    moved = f"translate(0 {_SHIFT.get(shift, 0):g})" if shape in ("narrow_base", "loose") else ""
    marks = tuple((bump, f"{_place(bones, name)} {turned} {moved}".strip()) for name in chosen if bump)
    return Spine(
        key=drawing.id.replace(".", "-"),
        name=drawing.name,
        words=_words(drawing, values),
        bones=bones,
        discs=tuple(_discs(drawing, bones, values)),
        others=tuple(_discs_without_words(drawing, bones)),
        marks=marks,
        canal=_canal(bones),
        zones=tuple(_zones(drawing, zone, side)),
        bump=" ".join(_from_above(shape, place) for place in _places(zone, side)) if shape else "",
        bump_class=(shape or "none").replace("_", "-"),
        narrowing=int(degree or 0),
        height=bones[-1].y + _HIGH + 28,
    )


def _word(answers: Mapping[Word, object], value: Value) -> str:
    """What the drawing knows for a value; empty when it is unknown or not drawn."""
    return {str(word): str(part) for word, part in answers.items()}.get(str(value), "")


def _words(drawing: SpineDrawing, values: Mapping[str, Value]) -> str:
    base = advice.knowledge()
    known = [(base.facts[name], values.get(name)) for name, _ in drawing.chosen()]
    return "; ".join(f"{fact.name}: {value_words(base, fact, value)}" for fact, value in known if value is not None)


# from the side


def _bones(drawing: SpineDrawing) -> Iterator[Bone]:
    count = len(drawing.vertebrae)
    x, y = 118.0, 46.0
    for place, name in enumerate(drawing.vertebrae):
        tilt = _TILT_TOP + (_TILT_BOTTOM - _TILT_TOP) * place / max(count - 1, 1)
        yield Bone(name=name, x=round(x, 1), y=round(y, 1), tilt=round(tilt, 1), is_last=place == count - 1)
        next_tilt = tilt + (_TILT_BOTTOM - _TILT_TOP) / max(count - 1, 1) / 2
        x -= math.sin(math.radians(next_tilt)) * (_HIGH + _GAP)
        y += math.cos(math.radians(next_tilt)) * (_HIGH + _GAP)


def _place(bones: tuple[Bone, ...], above: str) -> str:
    """Where the disc under a vertebra stands, as a transformation."""
    place = [bone.name for bone in bones].index(above)
    one, two = bones[place], bones[place + 1]
    x, y, tilt = (one.x + two.x) / 2, (one.y + two.y) / 2, (one.tilt + two.tilt) / 2
    return f"translate({x:.1f} {y:.1f}) rotate({tilt:.1f})"


def _above(drawing: SpineDrawing, values: Mapping[str, Value]) -> tuple[str, ...]:
    return tuple(str(name) for name in {**drawing.levels}.get(str(values.get(drawing.level)), ()))  # type: ignore[call-overload]


def _discs(drawing: SpineDrawing, bones: tuple[Bone, ...], values: Mapping[str, Value]) -> Iterator[Part]:
    fact = advice.knowledge().facts[drawing.level]
    chosen = _above(drawing, values)
    for word, above in drawing.levels.items():
        if len(above) == 1:
            yield Part(
                key=str(word),
                says=fact.values[word],
                picks=urlencode({str(drawing.level): word}),
                group=drawing.level,
                path=_DISC,
                transform=_place(bones, above[0]),
                chosen=above[0] in chosen,
            )


def _discs_without_words(drawing: SpineDrawing, bones: tuple[Bone, ...]) -> Iterator[tuple[str, str]]:
    """Discs that no answer names; they are only there to be seen."""
    named = {name for above in drawing.levels.values() if len(above) == 1 for name in above}
    for bone in bones[:-1]:
        if bone.name not in named:
            yield _DISC, _place(bones, bone.name)


_DISC = (
    f"M{2 - _BACK} -6 Q0 -8 {_BACK - 2} -6 Q{_BACK + 2} 0 {_BACK - 2} 6 "
    f"Q0 8 {2 - _BACK} 6 Q{-_BACK - 2} 0 {2 - _BACK} -6Z"
)
_BUMPS = {
    "bulge": f"M{_BACK - 4} -6 Q{_BACK + 7} 0 {_BACK - 4} 6Z",
    "wide_base": f"M{_BACK - 4} -7 Q{_BACK + 15} 0 {_BACK - 4} 7Z",
    "narrow_base": (
        f"M{_BACK - 4} -3 L{_BACK + 3} -3 C{_BACK + 3} -13 {_BACK + 18} -11 {_BACK + 18} 0 "
        f"C{_BACK + 18} 11 {_BACK + 3} 13 {_BACK + 3} 3 L{_BACK - 4} 3Z"
    ),
    "loose": (
        f"M{_BACK + 6} 0 C{_BACK + 5} -9 {_BACK + 17} -11 {_BACK + 18} 0 C{_BACK + 18} 9 {_BACK + 6} 10 {_BACK + 6} 0Z"
    ),
    "into_bone": "M-11 -5 C-11 -20 11 -20 11 -5Z",
}


def _canal(bones: tuple[Bone, ...]) -> str:
    """The line along which the canal runs, behind the vertebrae."""
    points = []
    for bone in bones:
        angle = math.radians(bone.tilt)
        points.append((bone.x + math.cos(angle) * (_BACK + 15), bone.y + math.sin(angle) * (_BACK + 15)))
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)


# from above: the disc is an ellipse, its zones are pieces of a ring around it; angles count from the back

_X, _Y, _RX, _RY, _RING = 150.0, 104.0, 86.0, 62.0, 1.36
_ARCS = {"centre": (-16.0, 16.0), "recess": (16.0, 44.0), "foramen": (44.0, 76.0), "outside": (76.0, 112.0)}
_FRONT = (112.0, 248.0)
_SIGN = {"left": 1, "right": -1}


def _zones(drawing: SpineDrawing, zone: str, side: str) -> Iterator[Part]:
    facts = advice.knowledge().facts
    words = facts[drawing.zone].values
    sides = {part: word for word, part in drawing.sides.items()}
    for word, part in drawing.zones.items():
        for one in ("left", "right") if part in ("recess", "foramen", "outside") else ("middle",):
            answers = {str(drawing.zone): str(word)}
            names = [words[word]]
            if one in sides and part != "front":
                answers[drawing.side] = str(sides[one])
                names.append(facts[drawing.side].values[sides[one]])
            yield Part(
                key=f"{part}-{one}",
                says=", ".join(names),
                picks=urlencode(answers),
                group=f"{drawing.zone}-{drawing.side}",
                path=_ring(*_arc(part, one)),
                transform="",
                chosen=part == zone and (one == "middle" or side in (one, "both", "")),
            )


def _arc(zone: str, side: str) -> tuple[float, float]:
    if zone == "front":
        return _FRONT
    start, end = _ARCS[zone]
    return (start, end) if side != "right" else (-end, -start)


def _point(angle: float, out: float) -> tuple[float, float]:
    """A point at an angle from the back, positive towards the person's left, `out` times as far as the rim."""
    turned = math.radians(angle)
    return _X + math.sin(turned) * _RX * out, _Y + math.cos(turned) * _RY * out


def _ring(start: float, end: float) -> str:
    """A piece of the ring between two angles."""
    steps = max(4, int(abs(end - start) / 8))
    angles = [start + (end - start) * step / steps for step in range(steps + 1)]
    rim = [_point(angle, 1.03) for angle in angles] + [_point(angle, _RING) for angle in reversed(angles)]
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in rim) + "Z"


def _places(zone: str, side: str) -> list[float]:
    """The angles at which something stands out."""
    if zone == "front":
        return [180.0]
    if zone not in _ARCS:
        return []
    middle = sum(_ARCS[zone]) / 2 if zone != "centre" else 9.0
    if zone == "centre" and side not in ("left", "right"):
        return [0.0]
    return [_SIGN[one] * middle for one in ("left", "right") if side in (one, "both")]


def _from_above(shape: str, angle: float) -> str:
    """What stands out of the rim at an angle, by its shape."""
    halves, out, neck = {
        "bulge": (38.0, 1.12, 0.0),
        "wide_base": (20.0, 1.26, 0.0),
        "narrow_base": (13.0, 1.36, 5.0),
        "loose": (10.0, 1.42, -1.0),
    }.get(shape, (0.0, 0.0, 0.0))
    if not halves:
        return ""
    if neck < 0:
        return _blob(angle, 1.16, out, halves)
    inner = neck or halves
    (x1, y1), (x2, y2) = _point(angle - inner, 0.97), _point(angle + inner, 0.97)
    (a, b), (c, d) = _point(angle - halves, out), _point(angle + halves, out)
    return f"M{x1:.1f} {y1:.1f} C{a:.1f} {b:.1f} {c:.1f} {d:.1f} {x2:.1f} {y2:.1f}Z"


def _blob(angle: float, inner: float, outer: float, halves: float) -> str:
    middle = (inner + outer) / 2
    points = [
        _point(angle, inner),
        _point(angle + halves, middle),
        _point(angle, outer),
        _point(angle - halves, middle),
    ]
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = points
    return f"M{x0:.1f} {y0:.1f} Q{x1:.1f} {y1:.1f} {x2:.1f} {y2:.1f} Q{x3:.1f} {y3:.1f} {x0:.1f} {y0:.1f}Z"
