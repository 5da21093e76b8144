"""How much the person had already: does another course, of so many sessions, keep within what is allowed?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from spinepath.booking.course import Course
from spinepath.booking.rules import Rule


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A total that would be passed, or cannot be told. `most` is allowed; `count` would be reached, None is unknown."""

    rule: Rule
    most: float | None = None
    count: float | None = None


def refusals(course: Course) -> Iterator[Refusal]:
    """Why the course must not be booked at all, whatever the diary says. An unknown count refuses when it is bounded.

    The days had in this course must always be known: spacing and gates rest on them.
    """
    had, bounds = course.had, course.bounds
    if had.days is None:
        yield Refusal(rule="course_unknown")
    elif bounds.sessions_most is not None and len(had.days) + course.sessions > bounds.sessions_most:
        yield Refusal(rule="course_full", most=bounds.sessions_most, count=len(had.days) + course.sessions)
    if bounds.sessions_episode_most is not None:
        if had.sessions_episode is None:
            yield Refusal(rule="episode_unknown", most=bounds.sessions_episode_most)
        elif had.sessions_episode + course.sessions > bounds.sessions_episode_most:
            reached = had.sessions_episode + course.sessions
            yield Refusal(rule="episode_full", most=bounds.sessions_episode_most, count=reached)
    if bounds.courses_year_most is not None:
        if had.courses_year is None:
            yield Refusal(rule="year_unknown", most=bounds.courses_year_most)
        elif had.courses_year > bounds.courses_year_most:
            yield Refusal(rule="year_full", most=bounds.courses_year_most, count=had.courses_year)
    if bounds.days_between_courses_least is not None and had.last_course_ended is None:
        yield Refusal(rule="last_course_unknown")
    longest = max(course.minutes, course.minutes_first or 0 if had.days == () else 0)
    if bounds.session_minutes_most is not None and longest > bounds.session_minutes_most:
        yield Refusal(rule="session_minutes", most=bounds.session_minutes_most, count=longest)


def earliest_after_last_course(course: Course) -> date | None:
    """The first day on which a session may be after the course before; None when nothing binds."""
    least, ended = course.bounds.days_between_courses_least, course.had.last_course_ended
    if least is None or not isinstance(ended, date):
        return None
    return ended + timedelta(days=int(-(-least // 1)))


def is_held(course: Course, number: int, day: date, first: date) -> bool:
    """Does the session stand behind a gate that nobody has released? `first` is the course's first day."""
    return any(
        gate.released_by is None
        and (
            (gate.after_sessions is not None and number > gate.after_sessions)
            or (gate.after_days is not None and (day - first).days >= gate.after_days)
        )
        for gate in course.gates
    )
