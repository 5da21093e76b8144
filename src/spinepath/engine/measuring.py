"""When a measure is due, and how it usually goes on: the moments that `when` names, and expected curves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec

from spinepath.engine.entries import Entry, Sourced, Word

if TYPE_CHECKING:
    from spinepath.engine.faults import FaultList
    from spinepath.engine.knowledge import Knowledge

_FIXED = {
    "baseline": "baseline",
    "every visit": "visit",
    "after a change": "change",
    "message after a session": "message",
}
_COUNTED = re.compile(r"(?:(session) ([1-9]\d?)|([1-9]\d?) (weeks|months)|(every) ([1-9]\d?) days)")
_DAYS_IN_MONTH = 365.25 / 12


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """A moment at which a measure is due: its kind, and a number of sessions or days where it counts them."""

    kind: Literal["baseline", "visit", "change", "message", "session", "after", "every"]
    sessions: int = 0
    days: int = 0


def read_moment(written: str) -> Moment | None:
    """The moment as written in `when` of a measure; None when it is none."""
    if written in _FIXED:
        return Moment(kind=_FIXED[written])  # type: ignore[arg-type]
    found = _COUNTED.fullmatch(written)
    if found is None:
        return None
    session, number, count, unit, _every, days = found.groups()
    if session:
        return Moment(kind="session", sessions=int(number))
    if unit:
        return Moment(kind="after", days=round(int(count) * (7 if unit == "weeks" else _DAYS_IN_MONTH)))
    return Moment(kind="every", days=int(days))


class CurvePoint(msgspec.Struct, frozen=True, kw_only=True):
    """So many weeks after the first record, so much of it is usually left: least and most, in percent."""

    weeks: float
    left: tuple[float, ...]


class Curve(Sourced, frozen=True, kw_only=True):
    """How measures usually go on, as a share of the first record. It describes groups, never one person."""

    name: str
    measures: tuple[Word, ...]
    points: tuple[CurvePoint, ...]
    says: str

    example: ClassVar[str] = (
        "- id: curve.leg_pain\n  name: Leg pain\n  measures: [measure.leg_pain]\n  says: ...\n  state: project\n"
        "  points: [{weeks: 0, left: [100, 100]}, {weeks: 12, left: [20, 40]}]"
    )


def check_measuring(knowledge: Knowledge, faults: FaultList) -> None:
    """Adds a fault for every moment that cannot be read, and for every curve that runs back."""
    act = "Write baseline, every visit, after a change, message after a session, session 4, 6 weeks or every 14 days."
    for measure in knowledge.measures.values():
        for written in measure.when:
            if read_moment(written) is None:
                faults.add(measure.place, f"{measure.id} is due {written!r}, which is no moment.", act)
    for curve in knowledge.curves.values():
        weeks = [point.weeks for point in curve.points]
        if weeks != sorted(set(weeks)) or any(len(point.left) != 2 for point in curve.points):
            faults.add(curve.place, f"{curve.id} does not run forward.", "Give weeks in order, left as [least, most].")


MEASURING_SECTIONS: dict[str, type[Entry]] = {"curves": Curve}
