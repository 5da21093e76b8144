"""The course to book, what bounds it, what was had before, and what the person wishes.

Every number comes from the caller, who has it from the knowledge base: a preset and the limits of an assessment.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from spinepath.booking.clinic import EVERY_DAY, Hours, Period

Weekends = Literal["count as days", "do not count"]


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The limits that concern booking, by the names they have in the knowledge base; None bounds nothing."""

    sessions_most: float | None = None
    sessions_episode_most: float | None = None
    sessions_per_week_most: float | None = None
    weeks_most: float | None = None
    days_between_least: float | None = None
    days_between_courses_least: float | None = None
    courses_year_most: float | None = None
    session_minutes_most: float | None = None


class Had(msgspec.Struct, frozen=True, kw_only=True):
    """What the person had before. None is unknown, and an unknown count that is bounded refuses the booking.

    `days` are the days of the sessions of this course, done already; `sessions_episode` counts all courses of the
    episode with this one, `courses_year` those of the last twelve months with this one.
    """

    days: tuple[date, ...] | None = None
    sessions_episode: int | None = None
    courses_year: int | None = None
    last_course_ended: date | Literal["never"] | None = None
    therapist: str | None = None


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """A review after so many sessions, or so many days after the first one, whichever comes first.

    Sessions behind it are held until a clinician by name has released it.
    """

    after_sessions: int | None = None
    after_days: int | None = None
    released_by: str | None = None


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions to book for one person: `sessions` counts those that are still to come.

    `days_between` is the least and the most from one session to the next, `days_liked` the best (none: all are as
    good). `rest_after` gives more days of least distance after the session of that number. `skills` and `equipment`
    are the ids that each session needs.
    """

    id: str
    person: str
    sessions: int
    minutes: int
    minutes_first: int | None = None
    days_between: tuple[int, int]
    days_liked: tuple[int, int] | None = None
    weekends: Weekends = "count as days"
    rest_after: dict[int, int] = {}
    gates: tuple[Gate, ...] = ()
    skills: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()
    bounds: Bounds = Bounds()
    had: Had = Had()


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """When and with whom the person can come. Empty means: no matter.

    `hours` are all the hours possible, `hours_liked` the best of them; `therapists` are the only ones wanted,
    `therapists_liked` the best. `starts_by` is the last day for the first session.
    """

    weekdays: tuple[int, ...] = EVERY_DAY
    hours: tuple[Hours, ...] = ()
    hours_liked: tuple[Hours, ...] = ()
    therapists: frozenset[str] = frozenset()
    therapists_liked: frozenset[str] = frozenset()
    therapist_sex: str | None = None
    same_therapist: bool = False
    absences: tuple[Period, ...] = ()
    earliest: date | None = None
    starts_by: date | None = None


NO_WISHES = Wishes()
