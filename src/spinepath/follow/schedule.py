"""Which measures are due on a day, by the moments that the knowledge base gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from spinepath.engine.content import Measure
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.measuring import Moment, read_moment


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What of an episode decides when something is due: its first day, the days of the sessions had, and whether it
    is under care today.

    `visit` says that the person is here today.
    """

    begun: date
    sessions: tuple[date, ...] = ()
    visit: bool = False
    is_open: bool = True


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A measure that is due, the moment it is due for as written in the knowledge base, and since when."""

    measure: str
    moment: str
    since: date


def facts_of(knowledge: Knowledge, measure: Measure) -> tuple[str, ...]:
    """The facts that a measure consists of: one, or those of its group; none for a measure without any."""
    if measure.fact in knowledge.groups:
        return knowledge.groups[measure.fact].facts
    return (measure.fact,) if measure.fact else ()


def due(knowledge: Knowledge, story: Story, measured: Mapping[str, Sequence[date]], today: date) -> tuple[Due, ...]:
    """The measures that are due `today`, those that wait longest first; each once.

    `measured` has the days on which each measure was taken; a measure that is missing was never taken. A moment is
    settled by a measurement nearer to it than to the moment before.
    """
    found: list[Due] = []
    for measure in knowledge.measures.values():
        days = sorted(day for day in measured.get(measure.id, ()) if day <= today)
        waiting = [one for one in _due(measure, story, days, today) if one.since <= today]
        if waiting:
            found.append(max(waiting, key=lambda one: one.since))
    return tuple(sorted(found, key=lambda one: one.since))


def _due(measure: Measure, story: Story, days: Sequence[date], today: date) -> list[Due]:
    moments = [(written, moment) for written in measure.when if (moment := read_moment(written)) is not None]
    found = [
        Due(measure=measure.id, moment=written, since=since)
        for written, moment in moments
        if (since := _since(moment, story, days, today)) is not None
    ]
    return found + _after(measure, moments, story, days, today)


def _since(moment: Moment, story: Story, days: Sequence[date], today: date) -> date | None:
    """The day since which a moment waits; None when it does not."""
    last = days[-1] if days else None
    had = [day for day in story.sessions if day <= today]
    if moment.kind == "baseline":
        return None if days else story.begun
    if moment.kind == "visit":
        return today if story.visit and last != today else None
    if moment.kind == "session":
        day = had[moment.sessions - 1] if len(had) >= moment.sessions else None
        return day if day is not None and (last is None or last < day) else None
    if moment.kind == "message":
        day = had[-1] if had and had[-1] < today else None
        return day + timedelta(days=1) if day is not None and (last is None or last <= day) else None
    if moment.kind == "every" and story.is_open and last is not None:
        day = last + timedelta(days=moment.days)
        return day if day <= today else None
    return None


def _after(
    measure: Measure, moments: Sequence[tuple[str, Moment]], story: Story, days: Sequence[date], today: date
) -> list[Due]:
    """The last of the moments counted from the first day that has come, unless it is settled."""
    counted = sorted((moment.days, written) for written, moment in moments if moment.kind == "after")
    for (before, _), (after, written) in reversed(list(pairwise([(0, ""), *counted]))):
        day = story.begun + timedelta(days=after)
        if day <= today:
            opens = story.begun + timedelta(days=(before + after) / 2)
            settled = any(one >= opens for one in days)
            return [] if settled else [Due(measure=measure.id, moment=written, since=day)]
    return []
