"""A value as written: what it is for its fact, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.conditions import Value
from spinepath.engine.values import NotAValue, grown, read_value, refuse_strange, write_value
from tests.engine.charts import Base
from tests.engine.small import small

TODAY = date(2026, 3, 1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(fact: str, written: str, on: date | None = None) -> Value:
    return read_value(small().facts[fact], written, on)


@pytest.mark.parametrize(
    ("fact", "written", "expected"),
    [
        ("fever", "yes", True),
        ("fever", "no", False),
        ("fever", "unknown", None),
        ("fever", "  yes ", True),
        ("age_years", "40", 40),
        ("age_years", "40 years", 40),
        ("age_years", "40.0", 40),
        ("age_years", "0", 0),
        ("age_years", "120", 120),
        ("age_years", "unknown", None),
        ("pain", "2.5", 2.5),
        ("place_of_pain", "leg", "leg"),
        ("place_of_pain", "lumbar", "back"),
        ("place_of_pain", "Low  Back", "back"),
        ("place_of_pain", "unknown", None),
        ("since_days", "2026-02-19", 10),
        ("since_days", "2026-03-01", 0),
        ("since_days", "10 days", 10),
    ],
)
def test_what_is_written_is_read_for_its_fact(fact: str, written: str, expected: Value) -> None:
    value = read(fact, written, TODAY)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("fact", "written", "words"),
    [
        ("fever", "true", "fever cannot be this. true and false are not answers here. Write yes, no or unknown."),
        ("fever", "False", "true and false are not answers here."),
        ("fever", "Yes", "fever cannot be this. Write yes, no or unknown."),
        ("fever", "", "fever cannot be this. Write yes, no or unknown."),
        ("fever", "1", "fever cannot be this."),
        ("age_years", "yes", "age_years cannot be this. Write a number (years), or unknown."),
        ("age_years", "40,5", "age_years cannot be this."),
        ("age_years", "1e2", "age_years cannot be this."),
        ("age_years", "٤", "age_years cannot be this."),
        ("age_years", "9" * 400, "Write a number (years), or unknown."),
        ("age_years", "40 days", "age_years is given in another unit. Give it in years."),
        ("age_years", "121", "age_years is outside 0 to 120 years. Correct the number, or write unknown."),
        ("age_years", "-1", "age_years is outside 0 to 120 years."),
        ("age_years", "2026-01-01", "age_years cannot be this."),
        ("place_of_pain", "lag", "place_of_pain cannot be this. Did you mean leg?"),
        ("place_of_pain", "q", "place_of_pain cannot be this. Write one of: back, leg, upper_neck, unknown."),
        ("since_days", "2026-03-02", "since_days is dated in the future. Give a date up to 2026-03-01."),
        ("since_days", "2026-02-30", "since_days is not a date. Write year-month-day, for example 2026-11-22."),
        ("since_days", "1900-01-01", "since_days is outside 0 to 4000 days."),
    ],
)
def test_what_is_no_value_of_the_fact_is_refused_with_what_can_be_written(fact: str, written: str, words: str) -> None:
    with pytest.raises(NotAValue) as problem:
        read(fact, written, TODAY)
    assert words in str(problem.value)
    assert problem.value.act


@pytest.mark.parametrize(
    ("unit", "born", "on", "expected"),
    [
        ("years", "1961-11-23", "2026-11-22", 64),
        ("years", "1961-11-23", "2026-11-23", 65),
        ("years", "2000-02-29", "2026-02-28", 25),
        ("years", "2000-02-29", "2026-03-01", 26),
        ("months", "2026-01-31", "2026-02-28", 0),
        ("months", "2026-01-31", "2026-03-31", 2),
        ("weeks", "2026-01-01", "2026-01-14", 1),
    ],
)
def test_a_year_is_over_on_its_day(unit: str, born: str, on: str, expected: int) -> None:
    fact = msgspec.structs.replace(small().facts["age_years"], grows=True, unit=unit)
    assert read_value(fact, born, date.fromisoformat(on)) == expected


def test_where_no_day_is_known_a_date_is_refused() -> None:
    with pytest.raises(NotAValue, match=r"since_days is given as a date\. Give it as a number of days here\."):
        read("since_days", "2026-02-19")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("fever", "yes", "fever cannot be this value (str). Give True, False or None."),
        ("fever", 1, "fever cannot be this value (int)."),
        ("fever", np.True_, "Give True, False or None."),
        ("age_years", float("nan"), "age_years cannot be this value (float). Give a number (years), or None."),
        ("age_years", True, "age_years cannot be this value (bool)."),
        ("age_years", "40", "age_years cannot be this value (str)."),
        (
            "place_of_pain",
            "Leg",
            "(str). Give one of back, leg, upper_neck, or None.",
        ),
        ("place_of_pain", ["leg"], "place_of_pain cannot be this value (list)."),
        ("fevr", True, "There is no fact fevr. Did you mean fever?"),
    ],
)
def test_a_value_that_its_fact_cannot_have_is_not_read_as_no(name: str, value: Any, words: str) -> None:
    with pytest.raises(NotAValue) as problem:
        refuse_strange(small().facts, {"fever": True, name: value})
    assert words in str(problem.value)


def test_what_a_fact_can_be_passes() -> None:
    found: dict[str, Any] = {
        "since_days": 10**400,
        "fever": False,
        "numbness": None,
        "age_years": 40,
        "pain": np.float64(2.5),
        "place_of_pain": "leg",
    }
    refuse_strange(small().facts, found)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "yes"),
        (False, "no"),
        (None, "unknown"),
        ("leg", "leg"),
        (7, "7"),
        (7.0, "7"),
        (2.5, "2.5"),
        (0.00001, "0.00001"),
        (-0.000025, "-0.000025"),
        (1234567.25, "1234567.25"),
        (100000000000000.0, "100000000000000"),
    ],
)
def test_values_are_written_as_people_write_them(value: Value, written: str) -> None:
    assert write_value(value) == written


@given(st.data())
def test_what_is_written_reads_back(base: Base, data: st.DataObject) -> None:
    fact = data.draw(st.sampled_from(base.knowledge.asked_facts))
    value = data.draw(st.sampled_from((None, *base.answers(fact))))
    assert read_value(base.knowledge.facts[fact], write_value(value)) == value


@given(st.decimals(0, 10, places=6))
def test_no_digit_of_a_number_is_lost(number) -> None:
    value = float(number)
    assert read("pain", write_value(value)) == value


@pytest.mark.parametrize(
    ("unit", "value", "days", "expected"),
    [
        ("days", 10, 0, 10),
        ("days", 10, 0.9, 10),
        ("days", 10, 1, 11),
        ("days", 3999, 30, 4000),
        ("weeks", 2, 6.9, 2),
        ("weeks", 2, 7, 3),
        ("months", 1, 30, 1),
        ("months", 1, 31, 2),
        ("years", 3, 364, 3),
        ("years", 3, 365, 4),
        ("days", None, 10, None),
    ],
)
def test_a_growing_number_grows_by_whole_units_and_not_above_its_range(
    unit: str, value: Value, days: float, expected: Value
) -> None:
    fact = msgspec.structs.replace(small().facts["since_days"], unit=unit)
    assert grown(fact, value, NOON, NOON + timedelta(days=days)) == expected


def test_the_day_on_which_a_year_is_over_is_that_of_the_clock_on_the_wall() -> None:
    fact = msgspec.structs.replace(small().facts["since_days"], unit="years")
    born, late = datetime(1961, 11, 23, tzinfo=UTC), datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert grown(fact, 0, born, late) == 64
    assert grown(fact, 0, born, late.astimezone(timezone(timedelta(hours=1)))) == 65


def test_other_numbers_do_not_grow() -> None:
    assert grown(small().facts["age_years"], 40, NOON, NOON + timedelta(days=4000)) == 40


def test_a_growing_number_without_an_upper_end_just_grows() -> None:
    fact = msgspec.structs.replace(small().facts["since_days"], most=None)
    assert grown(fact, 3999, NOON, NOON + timedelta(days=30)) == 4029
