"""Each measure is due at its moments, once, and no longer when it was taken."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.measuring import Moment, read_moment
from spinepath.follow.schedule import Story, due, facts_of

BASE = load_cached(default_folder())
BEGUN = date(2026, 3, 2)
LEG_PAIN = next(name for name, one in BASE.measures.items() if {"baseline", "6 weeks", "every visit"} <= set(one.when))
LATE = next(name for name, one in BASE.measures.items() if "6 weeks" in one.when and "every visit" not in one.when)


def after(days: int) -> date:
    return BEGUN + timedelta(days=days)


def due_of(measure: str, days: int, measured: tuple[int, ...] = (), **story: object) -> list[str]:
    told = Story(begun=BEGUN, **story)  # type: ignore[arg-type]
    found = due(BASE, told, {measure: [after(day) for day in measured]}, after(days))
    return [one.moment for one in found if one.measure == measure]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("baseline", Moment(kind="baseline")),
        ("every visit", Moment(kind="visit")),
        ("session 4", Moment(kind="session", sessions=4)),
        ("6 weeks", Moment(kind="after", days=42)),
        ("12 months", Moment(kind="after", days=365)),
        ("every 14 days", Moment(kind="every", days=14)),
        ("now and then", None),
        ("0 weeks", None),
    ],
)
def test_moments_are_read(written: str, read: Moment | None) -> None:
    assert read_moment(written) == read


def test_every_measure_has_facts_and_moments() -> None:
    for measure in BASE.measures.values():
        assert facts_of(BASE, measure)
        assert measure.when


def test_what_was_never_measured_is_due_from_the_first_day() -> None:
    assert due_of(LEG_PAIN, 0) == ["baseline"]
    assert due_of(LEG_PAIN, 1, (0,)) == []


def test_at_a_visit_what_was_not_measured_today_is_due() -> None:
    assert due_of(LEG_PAIN, 3, (0,), visit=True) == ["every visit"]
    assert due_of(LEG_PAIN, 3, (0, 3), visit=True) == []


def test_six_weeks_are_settled_by_a_measurement_near_them_and_not_by_an_older_one() -> None:
    assert due_of(LATE, 41, (0, 14)) == []
    assert due_of(LATE, 42, (0, 14)) == ["6 weeks"]
    assert due_of(LATE, 60, (0, 14)) == ["6 weeks"]
    assert due_of(LATE, 42, (0, 14, 35)) == []


def test_only_the_last_moment_that_has_come_waits() -> None:
    assert due_of(LATE, 90, (0,)) == ["12 weeks"]


def test_a_session_that_was_had_makes_its_measures_due() -> None:
    counted = next(name for name, one in BASE.measures.items() if "session 4" in one.when)
    had = tuple(after(day) for day in (1, 4, 7, 10))
    assert "session 4" in due_of(counted, 10, (0,), sessions=had)
    assert due_of(counted, 9, (0,), sessions=had) == []
    assert due_of(counted, 11, (0, 10), sessions=had) == []


@given(
    today=st.integers(0, 500),
    measured=st.lists(st.integers(0, 500), max_size=8),
    sessions=st.lists(st.integers(0, 120), max_size=12),
)
def test_each_measure_is_due_at_most_once_never_in_the_future_and_not_when_taken_today(
    today: int, measured: list[int], sessions: list[int]
) -> None:
    story = Story(begun=BEGUN, sessions=tuple(after(day) for day in sorted(sessions)), visit=True)
    days = {name: [after(day) for day in measured] for name in BASE.measures}
    found = due(BASE, story, days, after(today))
    assert len({one.measure for one in found}) == len(found)
    assert all(one.since <= after(today) for one in found)
    taken = {name: [*rows, after(today)] for name, rows in days.items()}
    assert due(BASE, story, taken, after(today)) == ()
