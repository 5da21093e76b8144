"""A change counts from the smallest meaningful one on, in the direction of the measure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.conditions import Value
from spinepath.engine.content import Change, Measure
from spinepath.engine.page_parts import page_part
from spinepath.follow.change import expected_curve, judge, smallest_points
from spinepath.follow.repeat import next_course

BASE = load_cached(default_folder())


def measure(better: str = "lower", **change: float) -> Measure:
    return Measure(
        id="m",  # type: ignore[arg-type]
        name="m",
        measures="m",
        better=better,  # type: ignore[arg-type]
        scoring="",
        change=Change(**change),  # type: ignore[arg-type]
        licence="",
        embed="text",
        state="project",
    )


@pytest.mark.parametrize(
    ("first", "now", "verdict"),
    [(6, 4, "better"), (6, 5, "no clear change"), (6, 8, "worse"), (3, 2, "better"), (0, 1, "no clear change")],
)
def test_points_or_percent_are_enough(first: float, now: float, verdict: str) -> None:
    assert judge(measure(smallest_points=2, smallest_percent=30), first, now).verdict == verdict


def test_a_higher_number_is_better_where_the_measure_says_so() -> None:
    assert judge(measure("higher", smallest_points=2), 3, 6).verdict == "better"
    assert judge(measure("higher", smallest_points=2), 6, 3).verdict == "worse"


def test_without_a_smallest_change_the_error_of_measurement_counts_and_without_any_nothing_is_judged() -> None:
    assert judge(measure(error_of_measurement=5.7), 60, 50).verdict == "better"
    assert judge(measure(error_of_measurement=5.7), 60, 56).verdict == "no clear change"
    assert judge(measure(), 6, 0).verdict == "not judged"
    assert judge(measure("normal is best", smallest_points=1), 2, 0).verdict == "not judged"


def test_a_score_can_be_success() -> None:
    assert judge(measure(success_score=6.5), 14, 6).success is True
    assert judge(measure("higher", success_score=5), 0, 4).success is False
    assert judge(measure(smallest_points=2), 6, 1).success is None


@given(first=st.floats(0.5, 100), now=st.floats(0.5, 100), better=st.sampled_from(["lower", "higher"]))
def test_better_and_worse_are_never_the_same_way_round(first: float, now: float, better: str) -> None:
    one = measure(better, smallest_points=2, smallest_percent=30)
    there, back = judge(one, first, now), judge(one, now, first)
    assert there.gain == -back.gain
    assert not (there.verdict == back.verdict == "better")
    if first == now:
        assert there.verdict == "no clear change"


@given(first=st.floats(0.5, 100))
def test_a_change_of_the_smallest_points_is_never_unclear(first: float) -> None:
    one = measure(smallest_points=2, smallest_percent=30)
    points = smallest_points(one, first)
    assert points is not None
    assert judge(one, first, first + points * 1.000001).verdict == "worse"


def test_a_curve_begins_with_the_first_record_and_falls() -> None:
    named = next(iter(BASE.curves.values())).measures[0]
    curve = expected_curve(BASE, named, 8)
    assert (curve[0].least, curve[0].most) == (8, 8)
    assert curve[1].least < 8
    assert expected_curve(BASE, "nothing", 8) == ()


COUNT = next(one.fact for one in BASE.own_records.values() if one.tells == "courses_of_year")
SINCE = next(one.fact for one in BASE.own_records.values() if one.tells == "days_since_course_ended")


def course_after(count: float | None, days: float | None = None, **more: Value) -> tuple[bool, int, int]:
    values: dict[str, Value] = {name: value for name, value in ((COUNT, count), (SINCE, days)) if value is not None}
    found = next_course(BASE, {**values, **more})
    return found.allowed, len(found.forbidding), len(found.wanting)


def test_another_course_needs_a_count_a_pause_and_what_the_rules_want() -> None:
    asked = dict.fromkeys(page_part(BASE, "repeat_course").facts, True)
    assert course_after(None)[0] is False  # nobody knows how many there were
    assert course_after(1, 30)[0] is False  # not examined anew
    assert course_after(1, 30, **asked) == (True, 0, 0)
    assert course_after(1, 5, **asked)[0] is False  # too soon
    assert course_after(3, 30, **asked)[0] is False  # a fourth
