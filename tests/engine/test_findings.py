"""What counts of what was observed: freshness, disagreement, growth, and the comparison with what was before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.conditions import Value
from spinepath.engine.findings import Finding, Origin, Standing, is_fresh, moment, standing, standings, values_at
from tests.engine.small import small

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
MOSCOW = timezone(timedelta(hours=3))


def seen(fact: str, value: Value, *, days: float = 0, source: Origin = "patient", by: str | None = None) -> Finding:
    """A finding made so many days before now."""
    return Finding(fact=fact, value=value, at=NOW - timedelta(days=days), source=source, by=by)


def counts(*findings: Finding, at: datetime = NOW) -> Standing:
    return standing(small().facts[findings[0].fact], list(findings), at)


def values(*findings: Finding, at: datetime = NOW) -> dict[str, Value]:
    return values_at(small(), findings, at)


# moments


@pytest.mark.parametrize(
    ("written", "end_of_day", "expected"),
    [
        ("2026-03-10", False, datetime(2026, 3, 10, tzinfo=UTC)),
        ("2026-03-10", True, datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC)),
        ("20260310", True, datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC)),
        ("2026-W11-2", True, datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC)),
        ("2026-03-10T12:30", True, datetime(2026, 3, 10, 12, 30, tzinfo=UTC)),
        ("2026-03-10T12:30+03:00", False, datetime(2026, 3, 10, 12, 30, tzinfo=MOSCOW)),
        ("2026-03-10 12:30:15Z", False, datetime(2026, 3, 10, 12, 30, 15, tzinfo=UTC)),
    ],
)
def test_moments_are_days_or_times_in_utc_unless_a_zone_is_written(
    written: str, end_of_day: bool, expected: datetime
) -> None:
    found = moment(written, end_of_day=end_of_day)
    assert found == expected
    assert found.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    "written", ["", "today", "10.3.2026", "2026-02-30", "2026-03-10T25:00", "0001-01-01", "9999-12-31"]
)
def test_what_is_no_moment_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        moment(written)


# freshness


@pytest.mark.parametrize(
    ("at", "as_of", "fresh"),
    [
        (datetime(2026, 3, 10, 0, 0, tzinfo=UTC), datetime(2026, 3, 10, 23, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 9, 23, 59, tzinfo=UTC), datetime(2026, 3, 10, 0, 0, tzinfo=UTC), False),
        # 22:30 in London is already the next day in Moscow
        (datetime(2026, 3, 9, 22, 30, tzinfo=UTC), datetime(2026, 3, 10, 9, 0, tzinfo=MOSCOW), True),
        (datetime(2026, 3, 9, 20, 30, tzinfo=UTC), datetime(2026, 3, 10, 9, 0, tzinfo=MOSCOW), False),
        (datetime(2026, 3, 10, 1, 0, tzinfo=MOSCOW), datetime(2026, 3, 10, 9, 0, tzinfo=UTC), False),
    ],
)
def test_of_this_session_means_the_same_calendar_day_where_the_assessment_is_made(
    at: datetime, as_of: datetime, fresh: bool
) -> None:
    finding = Finding(fact="fever", value=False, at=at, source="patient")
    assert is_fresh(small().facts["fever"], finding, as_of) is fresh


@pytest.mark.parametrize(("days", "fresh"), [(0, True), (6.99, True), (7, True), (7.0001, False), (400, False)])
def test_days_are_counted_to_the_second(days: float, fresh: bool) -> None:
    assert is_fresh(small().facts["numbness"], seen("numbness", True, days=days), NOW) is fresh


def test_some_facts_stay_fresh_always() -> None:
    assert is_fresh(small().facts["brittle_bones"], seen("brittle_bones", True, days=20_000), NOW)


def test_a_stale_finding_reads_as_unknown_and_is_still_shown() -> None:
    old = seen("fever", False, days=1)
    assert counts(old) == Standing(value=None, stale=(old,))
    assert values(old) == {}


def test_a_fresh_finding_counts_beside_stale_ones() -> None:
    old, new = seen("fever", True, days=1), seen("fever", False)
    found = counts(new, old)
    assert (found.value, found.decided_by, found.stale, found.disagreeing) == (False, new, (old,), ())


def test_what_was_found_later_is_left_out() -> None:
    later = seen("fever", True, days=-1)
    assert standings(small(), [later, seen("pain", 3)], NOW).keys() == {"pain"}
    assert values(later, seen("fever", False)) == {"fever": False}


def test_facts_without_findings_have_no_standing() -> None:
    assert standings(small(), [], NOW) == {}


# the newest, and I do not know


def test_the_newest_answer_of_a_source_counts() -> None:
    assert counts(seen("brittle_bones", True, days=9), seen("brittle_bones", False, days=2)).value is False


def test_i_do_not_know_counts_as_unknown() -> None:
    unknown = seen("fever", None)
    assert counts(unknown) == Standing(value=None, decided_by=unknown)
    assert values(unknown) == {}


def test_i_do_not_know_takes_back_what_the_same_person_said_before() -> None:
    assert counts(seen("brittle_bones", False, days=9), seen("brittle_bones", None)).value is None


def test_what_another_source_knows_stands_although_somebody_does_not_know() -> None:
    found = counts(seen("brittle_bones", True, days=9, source="record"), seen("brittle_bones", None))
    assert found.value is True


# disagreement


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(
    ("fact", "harmless", "danger"), [("brittle_bones", False, True), ("seen_by_doctor", True, False)]
)
def test_where_sources_disagree_the_more_dangerous_answer_counts(
    fact: str, harmless: Value, danger: Value, order: tuple[int, int]
) -> None:
    both = (seen(fact, danger, days=9, source="record"), seen(fact, harmless, days=1))
    found = counts(*(both[place] for place in order))
    assert (found.value, found.decided_by, found.disagreeing) == (danger, both[0], (both[1],))


def test_of_choices_too() -> None:
    neck, back = seen("place_of_pain", "upper_neck", days=5, source="record"), seen("place_of_pain", "back")
    assert counts(neck, back).value == "upper_neck"


def test_where_no_answer_is_the_more_dangerous_one_nothing_is_known() -> None:
    both = (seen("place_of_pain", "leg", days=5, source="record"), seen("place_of_pain", "back"))
    found = counts(*both)
    assert (found.value, found.decided_by, found.disagreeing) == (None, None, both)


def test_of_numbers_the_newest_counts() -> None:
    assert counts(seen("age_years", 70, days=9, source="record"), seen("age_years", 60)).value == 60


def test_of_numbers_seen_at_once_the_one_who_measured_counts() -> None:
    assert counts(seen("pain", 3), seen("pain", 8, source="device"), seen("pain", 5, source="clinician")).value == 5


def test_a_clinician_settles_what_was_said_before() -> None:
    found = counts(seen("brittle_bones", True, days=9), seen("brittle_bones", False, days=2, source="clinician"))
    assert (found.value, found.disagreeing) == (False, ())


def test_a_clinician_who_does_not_know_settles_nothing() -> None:
    found = counts(seen("brittle_bones", True, days=9), seen("brittle_bones", None, source="clinician"))
    assert found.value is True


def test_what_is_said_after_the_clinician_counts_again() -> None:
    found = counts(
        seen("brittle_bones", True, days=9),
        seen("brittle_bones", False, days=5, source="clinician"),
        seen("brittle_bones", True, days=1),
    )
    assert found.value is True
    assert len(found.disagreeing) == 1


def test_a_clinician_who_speaks_at_the_same_moment_has_not_settled_it_yet() -> None:
    found = counts(seen("brittle_bones", True), seen("brittle_bones", False, source="clinician"))
    assert found.value is True
    assert len(found.disagreeing) == 1


# growing numbers


def test_a_growing_number_is_larger_by_the_time_that_has_passed() -> None:
    assert values(seen("since_days", 10, days=5)) == {"since_days": 15}
    assert values(seen("since_days", 10, days=5), at=NOW + timedelta(days=1, hours=12)) == {"since_days": 16}


def test_the_finding_itself_is_not_changed_by_growing() -> None:
    found = counts(seen("since_days", 10, days=5))
    assert found.decided_by is not None
    assert found.decided_by.value == 10


# comparison with earlier findings


@pytest.mark.parametrize(
    ("history", "fall", "rise"),
    [
        ([5], 0, 0),
        ([5, 5], 0, 0),
        ([8, 4], 50, 0),
        ([8, 2, 6], 25, 4),
        ([8, 6, 7], 12.5, 1),
        ([4, 8], 0, 4),
        ([0, 3], 0, 3),
        ([3, 2, 1], 66.7, 0),
        ([10, 0], 100, 0),
    ],
)
def test_numbers_are_compared_with_their_first_and_their_best_finding(
    history: list[int], fall: float, rise: float
) -> None:
    days = range(len(history) - 1, -1, -1)
    found = values(*(seen("pain", number, days=day) for number, day in zip(history, days, strict=True)))
    assert found == {"pain": history[-1], "pain_fall": fall, "pain_rise": rise}


def test_stale_numbers_are_history_but_not_the_present() -> None:
    assert values(seen("pain", 8, days=3)) == {}
    assert values(seen("pain", 8, days=3), seen("pain", 6))["pain_fall"] == 25


def test_where_the_number_is_unknown_nothing_is_compared() -> None:
    assert values(seen("pain", 8, days=3), seen("pain", None)) == {}


def test_the_fall_and_the_rise_stay_inside_their_range() -> None:
    base = msgspec.structs.replace(small())
    base.facts = {**base.facts, "pain_rise": msgspec.structs.replace(base.facts["pain_rise"], most=2)}
    found = values_at(base, [seen("pain", 1, days=3), seen("pain", 9)], NOW)
    assert found["pain_rise"] == 2


def test_a_fall_in_points_since_the_highest_is_told_in_points() -> None:
    base = msgspec.structs.replace(small())
    how = msgspec.structs.replace(base.facts["pain_fall"].worked_out, since="extreme", as_percent=False)  # type: ignore[arg-type]
    base.facts = {**base.facts, "pain_fall": msgspec.structs.replace(base.facts["pain_fall"], worked_out=how)}
    history = [seen("pain", 4, days=3), seen("pain", 9, days=2), seen("pain", 6)]
    assert values_at(base, history, NOW)["pain_fall"] == 3


# the order of findings

_findings = st.builds(
    seen,
    st.sampled_from(["fever", "brittle_bones", "pain", "place_of_pain", "since_days", "seen_by_doctor"]),
    st.none(),
    days=st.sampled_from([-1, 0, 0.25, 1, 5, 8, 30]),
    source=st.sampled_from(get_args(Origin)),
).flatmap(
    lambda finding: st.builds(
        lambda value: msgspec.structs.replace(finding, value=value), st.sampled_from(_possible(finding.fact))
    )
)


def _possible(fact: str) -> list[Value]:
    entry = small().facts[fact]
    by_answer: dict[str, list[Value]] = {"yes_no": [True, False], "number": [0, 3, 8], "choice": list(entry.values)}
    return [None, *by_answer[entry.answer]]


@given(st.lists(_findings, max_size=12, unique_by=lambda one: (one.fact, one.at, one.source)), st.randoms())
def test_the_order_of_findings_does_not_matter(findings: list[Finding], shuffler) -> None:
    shuffled = findings.copy()
    shuffler.shuffle(shuffled)
    assert values(*findings) == values(*shuffled)
    assert standings(small(), findings, NOW) == standings(small(), shuffled, NOW)


@given(st.lists(_findings, max_size=12))
def test_an_unknown_is_never_read_as_an_answer(findings: list[Finding]) -> None:
    for fact, value in values(*findings).items():
        if fact in small().asked_facts:
            said = [finding.value for finding in findings if finding.fact == fact and finding.at <= NOW]
            assert value in said or fact == "since_days"


@given(_findings)
def test_the_same_finding_twice_counts_like_once(finding: Finding) -> None:
    once, twice = counts(finding), counts(finding, finding)
    assert (once.value, once.decided_by) == (twice.value, twice.decided_by)
    assert (set(once.stale), once.disagreeing) == (set(twice.stale), twice.disagreeing)


# dangers that last


def lasting(*findings: Finding) -> Standing:
    fact = msgspec.structs.replace(small().facts["fever"], lasting=True, fresh_for="7 days")
    return standing(fact, list(findings), NOW)


def test_a_lasting_danger_never_becomes_too_old() -> None:
    assert lasting(seen("fever", True, days=900)).value is True
    assert counts(seen("fever", True, days=900)).value is None


def test_a_lasting_danger_outlives_what_the_same_person_says_later() -> None:
    assert lasting(seen("fever", True, days=900), seen("fever", False)).value is True
    assert lasting(seen("fever", True, days=900), seen("fever", None)).value is True


def test_a_clinicians_newer_word_settles_a_lasting_danger() -> None:
    settled = lasting(seen("fever", True, days=900), seen("fever", False, days=1, source="clinician"))
    assert settled.value is False
    again = lasting(seen("fever", False, days=1, source="clinician"), seen("fever", True))
    assert again.value is True


def test_what_is_no_danger_does_not_last() -> None:
    assert lasting(seen("fever", False, days=8)).value is None


# how far back changes are looked for


def fall(*findings: Finding, days: float | None) -> Value:
    """How far pain fell, looking back within `since_days`."""
    base = small()
    fact = base.facts["pain_fall"]
    assert fact.worked_out is not None
    within = msgspec.structs.replace(fact.worked_out, within="since_days", as_percent=False)
    facts = {**base.facts, "pain_fall": msgspec.structs.replace(fact, worked_out=within)}
    given = (*findings, *(() if days is None else (seen("since_days", days),)))
    return values_at(msgspec.structs.replace(base, facts=facts), given, NOW)["pain_fall"]


def test_a_window_begins_with_what_stood_on_its_first_day() -> None:
    course = (seen("pain", 9, days=50), seen("pain", 6, days=12), seen("pain", 8, days=5), seen("pain", 4))
    assert fall(*course, days=None) == 5
    assert fall(*course, days=10) == 2
    assert fall(*course, days=12) == 2
    assert fall(*course, days=5) == 4
    assert fall(*course, days=0) == 0
    assert fall(*course, days=900) == 5
