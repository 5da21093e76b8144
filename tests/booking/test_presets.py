"""The presets and limits of the real knowledge base become courses that can be booked."""

from __future__ import annotations

import msgspec
import pytest

from spinepath.booking.clash import Clash
from spinepath.booking.course import Bounds, Had
from spinepath.booking.faults import FaultyBooking
from spinepath.booking.presets import bounds_in, course_of
from spinepath.booking.propose import Proposal, propose
from spinepath.engine.evaluate import evaluate
from spinepath.engine.knowledge import Knowledge
from tests.booking.clinics import day, diary

NEW = Had(days=(), sessions_episode=0, courses_year=1, last_course_ended="never")


def limits_of(real: Knowledge) -> dict[str, float]:
    return dict(evaluate(real, {"consent_given": True, "sessions_course": 0}).limits)


def test_every_preset_that_the_limits_leave_room_for_can_be_booked(real: Knowledge) -> None:
    limits = limits_of(real)
    for preset in real.presets.values():
        asked = course_of(preset, limits, NEW, id="c", person="p")
        assert asked.sessions <= limits["sessions_most"]
        found = propose(diary(days=70), asked)
        if isinstance(found, Clash):
            # a preset may be so spread out that the stricter bound on weeks leaves fewer sessions
            fewer = msgspec.structs.replace(asked, sessions=int(preset.sessions[0]))
            assert preset.days_between[0] >= 7
            found = propose(diary(days=70), fewer)
        assert isinstance(found, Proposal)
        days = [one.day for one in found.sessions]
        assert (days[-1] - days[0]).days < 7 * limits["weeks_most"]


def test_a_preset_that_asks_for_more_than_the_limits_is_refused_with_the_limit(real: Knowledge) -> None:
    limits = limits_of(real)
    preset = max(real.presets.values(), key=lambda one: one.sessions[0])
    asked = course_of(preset, limits, NEW, id="c", person="p", sessions=int(preset.sessions[0]))
    found = propose(diary(days=99), asked)
    assert isinstance(found, Clash)
    assert [one.rule for one in found.refusals] == ["course_full", "episode_full"][: len(found.refusals)]
    assert found.refusals[0].most == limits["sessions_most"]


def test_unknown_counts_refuse_with_the_limits_of_everybody(real: Knowledge) -> None:
    preset = next(one for one in real.presets.values() if one.verdict == "default")
    found = propose(diary(), course_of(preset, limits_of(real), Had(days=()), id="c", person="p"))
    assert isinstance(found, Clash)
    assert {one.rule for one in found.refusals} == {"episode_unknown", "year_unknown", "last_course_unknown"}


def test_no_limit_about_time_or_number_is_passed_over(real: Knowledge) -> None:
    """A limit in these units that booking does not know would be broken without anybody noticing."""
    about_booking = {"sessions", "weeks", "days", "courses", "minutes"}
    ids = {name for name, kind in real.limits.items() if kind.unit in about_booking}
    assert ids == set(Bounds.__struct_fields__)


def test_limits_about_something_else_are_passed_over() -> None:
    assert bounds_in({"weeks_most": 3, "effort_most": 1}) == Bounds(weeks_most=3)


def test_the_stricter_bound_counts_and_sessions_had_are_taken_off(real: Knowledge) -> None:
    preset = next(one for one in real.presets.values() if one.verdict == "default")
    had = msgspec.structs.replace(NEW, days=(day(-5), day(-2)), sessions_episode=2)
    limits = {"sessions_most": 5.0, "weeks_most": 2.0, "days_between_least": 3.0}
    asked = course_of(preset, limits, had, id="c", person="p")
    assert asked.sessions == 3
    assert asked.bounds.weeks_most == 2
    assert asked.days_liked == (3, 3)
    assert (
        course_of(preset, {**limits, "weeks_most": 99.0}, had, id="c", person="p").bounds.weeks_most
        == preset.weeks_most
    )


def test_a_rule_for_weekends_that_nobody_knows_is_refused(real: Knowledge) -> None:
    preset = msgspec.structs.replace(next(iter(real.presets.values())), weekends="count twice")
    with pytest.raises(FaultyBooking, match="weekends"):
        course_of(preset, {}, NEW, id="c", person="p")


def test_where_nothing_is_left_there_is_no_course(real: Knowledge) -> None:
    preset = next(iter(real.presets.values()))
    had = msgspec.structs.replace(NEW, days=tuple(day(-2 * number) for number in range(1, 7)))
    with pytest.raises(FaultyBooking, match="nothing to book"):
        course_of(preset, {"sessions_most": 6.0}, had, id="c", person="p")
