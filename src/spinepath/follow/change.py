"""What a change of a measure is worth: against its smallest meaningful change, and against the expected curve."""

from __future__ import annotations

from typing import Literal

import msgspec

from spinepath.engine.content import Measure
from spinepath.engine.knowledge import Knowledge

Verdict = Literal["better", "worse", "no clear change", "not judged"]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A change since the first record: `gain` in points and in percent of the first, above 0 for better.

    `success` tells whether the score is one that counts as success; None where no score does.
    """

    first: float
    now: float
    gain: float
    percent: float | None
    verdict: Verdict
    success: bool | None


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected so many weeks after the first record: from `least` to `most`, in the measure's own points."""

    weeks: float
    least: float
    most: float


def judge(measure: Measure, first: float, now: float) -> Judged:
    """Is `now` better or worse than `first` by a change that counts?

    A change counts from the smallest meaningful points or percent on; where neither is known, from the error of
    measurement on. A measure without any of them, or whose middle is best, is not judged.
    """
    gain = first - now if measure.better == "lower" else now - first
    percent = None if first == 0 else 100 * gain / abs(first)
    return Judged(
        first=first,
        now=now,
        gain=gain,
        percent=percent,
        verdict=_verdict(measure, gain, percent),
        success=_success(measure, now),
    )


def smallest_points(measure: Measure, first: float) -> float | None:
    """The fewest points that count as a change from `first`; None where none are known."""
    change = measure.change
    points = [] if change.smallest_points is None else [change.smallest_points]
    if change.smallest_percent is not None and first:
        points.append(abs(first) * change.smallest_percent / 100)
    return min(points, default=change.error_of_measurement)


def _verdict(measure: Measure, gain: float, percent: float | None) -> Verdict:
    change = measure.change
    if measure.better == "normal is best":
        return "not judged"
    bounds = [(gain, change.smallest_points), (percent, change.smallest_percent)]
    known = [(value, least) for value, least in bounds if value is not None and least is not None]
    if not known and change.error_of_measurement is not None:
        known = [(gain, change.error_of_measurement)]
    if not known:
        return "not judged"
    if any(value >= least for value, least in known):
        return "better"
    return "worse" if any(value <= -least for value, least in known) else "no clear change"


def _success(measure: Measure, now: float) -> bool | None:
    score = measure.change.success_score
    if score is None or measure.better == "normal is best":
        return None
    return now <= score if measure.better == "lower" else now >= score


def expected_curve(knowledge: Knowledge, measure: str, first: float) -> tuple[Band, ...]:
    """How the measure usually goes on from `first`; empty where the knowledge base has no curve of it."""
    curve = next((one for one in knowledge.curves.values() if measure in one.measures), None)
    if curve is None:
        return ()
    return tuple(
        Band(weeks=point.weeks, least=first * point.left[0] / 100, most=first * point.left[1] / 100)
        for point in curve.points
    )
