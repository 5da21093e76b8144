"""From a preset of the knowledge base and the limits of an assessment to a course that can be booked."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor

import msgspec

from spinepath.booking import faults
from spinepath.booking.course import Bounds, Course, Gate, Had
from spinepath.engine.content import Preset


def bounds_in(limits: Mapping[str, float]) -> Bounds:
    """The limits of an assessment that concern booking; those that bound something else are passed over."""
    return Bounds(**{name: limits[name] for name in Bounds.__struct_fields__ if name in limits})


def course_of(
    preset: Preset,
    limits: Mapping[str, float],
    had: Had,
    *,
    id: str,  # noqa: A002  the field's name
    person: str,
    sessions: int | None = None,
    minutes: int | None = None,
    minutes_first: int | None = None,
    gates: tuple[Gate, ...] = (),
    skills: frozenset[str] = frozenset(),
    equipment: frozenset[str] = frozenset(),
) -> Course:
    """The course of a preset within the limits of an assessment.

    Of the preset and the limits the stricter one counts. Without `sessions` it has as many as they leave, without
    `minutes` the shortest of the preset. The days liked spread the sessions evenly over the weeks. Limits that are
    passed by what is asked for stay in `bounds`, and `propose` refuses with them. Raises FaultyBooking for a preset
    whose rule for weekends is not known, and for one that leaves no session.
    """
    bounds = bounds_in(limits)
    weeks = preset.weeks_most if bounds.weeks_most is None else min(preset.weeks_most, bounds.weeks_most)
    count = _left(preset, bounds, had) if sessions is None else sessions
    least, most = int(preset.days_between[0]), int(preset.days_between[-1])
    course = Course(
        id=id,
        person=person,
        sessions=count,
        minutes=int(preset.minutes[0]) if minutes is None else minutes,
        minutes_first=minutes_first,
        days_between=(least, most),
        days_liked=_evenly(weeks, count + len(had.days or ()), max(least, int(bounds.days_between_least or 0)), most),
        # in_course refuses what it does not know
        weekends=preset.weekends,  # type: ignore[arg-type]
        gates=gates,
        skills=skills,
        equipment=equipment,
        bounds=msgspec.structs.replace(bounds, weeks_most=weeks),
        had=had,
    )
    faults.refuse(faults.in_course(course))
    return course


def _left(preset: Preset, bounds: Bounds, had: Had) -> int:
    """How many sessions preset and limits leave. Unknown counts take nothing away here; `totals` refuses them."""
    done = len(had.days or ())
    left = [preset.sessions[-1] - done]
    if bounds.sessions_most is not None:
        left.append(bounds.sessions_most - done)
    if bounds.sessions_episode_most is not None and had.sessions_episode is not None:
        left.append(bounds.sessions_episode_most - had.sessions_episode)
    return int(min(left))


def _evenly(weeks: float, sessions: int, least: int, most: int) -> tuple[int, int]:
    """The days between that spread so many sessions over so many weeks, as near as the bounds allow."""
    even = 7 * weeks / max(sessions, 1)
    most = max(least, most)
    return min(max(floor(even), least), most), min(max(ceil(even), least), most)
