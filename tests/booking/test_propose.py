"""A proposal keeps every bound and wish, none is cheaper, and a clash means that there is none."""

from __future__ import annotations

from datetime import time
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.booking.clash import Clash
from spinepath.booking.clinic import Room
from spinepath.booking.course import Bounds, Course, Gate, Had
from spinepath.booking.faults import FaultyBooking
from spinepath.booking.options import Weights
from spinepath.booking.propose import Proposal, alternatives, propose
from tests.booking.clinics import clinic, course, day, diary, hours, session
from tests.booking.clinics import therapist as somebody
from tests.booking.clinics import wishes as some_wishes
from tests.booking.questions import Asked, questions


@given(questions())
def test_a_proposal_keeps_everything_and_costs_what_it_says(asked: Asked) -> None:
    answer = asked.answer()
    if isinstance(answer, Proposal):
        assert len(answer.sessions) == asked.course.sessions
        assert asked.keeps_everything(answer.sessions)
        assert answer.cost == asked.cost(answer.sessions)


@settings(max_examples=25)
@given(questions())
def test_no_course_is_cheaper_and_a_clash_is_real(asked: Asked) -> None:
    answer, every = asked.answer(), asked.every()
    if isinstance(answer, Clash):
        assert not every
    else:
        assert answer.cost == min(asked.cost(sessions) for sessions in every)


@given(questions(), st.data())
def test_another_constraint_never_lowers_the_cost(asked: Asked, data: st.DataObject) -> None:
    wish = msgspec.structs.replace(
        asked.wishes,
        **data.draw(
            st.sampled_from(
                [
                    {"weekdays": tuple(one for one in asked.wishes.weekdays if one != 3)},
                    {"absences": (*asked.wishes.absences, *data.draw(some_wishes(asked.clinic)).absences)},
                    {"same_therapist": True},
                    {"starts_by": min(asked.wishes.starts_by or day(5), day(5))},
                    {"earliest": max(asked.wishes.earliest or day(3), day(3))},
                    {
                        "therapists": frozenset({"anna"}) & (asked.wishes.therapists or {"anna"})
                        or asked.wishes.therapists
                    },
                ]
            )
        ),
    )
    bounds = msgspec.structs.replace(asked.course.bounds, weeks_most=min(asked.course.bounds.weeks_most or 1, 1))
    narrow = msgspec.structs.replace(asked.course, bounds=bounds)
    before = asked.answer()
    for stricter in (
        propose(asked.diary, asked.course, wish, asked.weights),
        propose(asked.diary, narrow, asked.wishes, asked.weights),
    ):
        if isinstance(before, Clash):
            assert isinstance(stricter, Clash)
        elif isinstance(stricter, Proposal):
            assert stricter.cost >= before.cost


@given(questions())
def test_alternatives_differ_and_keep_everything(asked: Asked) -> None:
    found = alternatives(asked.diary, asked.course, asked.wishes, asked.weights, count=4)
    if isinstance(found, Clash):
        assert isinstance(asked.answer(), Clash)
    else:
        assert 1 <= len(found) <= 4
        assert len({one.sessions for one in found}) == len(found)
        assert all(asked.keeps_everything(one.sessions) for one in found)
        assert found[0] == asked.answer()


@settings(max_examples=40)
@given(questions())
def test_a_way_out_is_one_and_each_part_of_it_is_needed(asked: Asked) -> None:
    answer = asked.answer()
    if isinstance(answer, Proposal) or answer.refusals:
        return
    for way in answer.relaxing:
        moved = {"room_taken", "therapist_taken"} & set(way.rules)
        if not moved:
            again = msgspec.structs.replace(asked, wishes=way.wishes)
            assert isinstance(again.answer(), Proposal)


# by hand


def test_three_sessions_with_a_day_of_rest_between_them() -> None:
    found = propose(diary(), course())
    assert isinstance(found, Proposal)
    assert [one.day for one in found.sessions] == [day(0), day(2), day(4)]
    assert [one.start for one in found.sessions] == [time(8)] * 3
    assert [one.status for one in found.sessions] == ["booked"] * 3


def test_the_week_has_a_bound_on_any_seven_days() -> None:
    every_day = somebody(shifts=(hours(8, 12, (1, 2, 3, 4, 5, 6, 7)),))
    of = clinic(every_day, opening=(hours(8, 18, (1, 2, 3, 4, 5, 6, 7)),))
    found = propose(diary(of), course(sessions=6, days_liked=(2, 2), bounds=Bounds(sessions_per_week_most=3)))
    assert isinstance(found, Proposal)
    assert [(one.day - day(0)).days for one in found.sessions] == [0, 2, 4, 7, 9, 11]


def test_weekends_count_unless_the_preset_says_otherwise() -> None:
    only = clinic(somebody(shifts=(hours(8, 12, (1, 4)),)))
    assert isinstance(propose(diary(only), course(days_between=(2, 3))), Clash)
    assert isinstance(propose(diary(only), course(days_between=(2, 3), weekends="do not count")), Proposal)


def test_three_weeks_are_twenty_one_days_with_the_first_and_the_last() -> None:
    weekly = course(days_between=(7, 7), bounds=Bounds(weeks_most=3))
    assert isinstance(propose(diary(days=56), weekly), Proposal)
    four = propose(diary(days=56), msgspec.structs.replace(weekly, sessions=4))
    assert isinstance(four, Clash)
    assert four.session == 4
    assert four.removed[0].rule == "course_length"


def test_the_length_of_a_course_costs_what_the_cheapest_days_would_save() -> None:
    """Without the bound they would lie as they are liked; with it they lie closer, but no closer than need be."""
    liked = course(sessions=4, days_between=(2, 7), days_liked=(7, 7), bounds=Bounds(weeks_most=2))
    found = propose(diary(), liked)
    assert isinstance(found, Proposal)
    days = [(one.day - day(0)).days for one in found.sessions]
    assert days[-1] - days[0] <= 13
    assert found.cost == 5 * (3 * 7 - (days[-1] - days[0])) + 3 * days[0]


def working(*weekdays: int) -> dict[str, Any]:
    return {"shifts": (hours(8, 12, weekdays),)}


EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


def days_of(found: Proposal | Clash) -> list[int]:
    assert isinstance(found, Proposal)
    return [(one.day - day(0)).days for one in found.sessions]


def test_a_course_that_began_too_early_does_not_hide_one_that_begins_later() -> None:
    """From Monday, Thursday is reached first; only from Tuesday is it early enough for Saturday."""
    of = clinic(somebody(**working(1, 2, 4, 6)), opening=(hours(8, 18, EVERY_DAY),))
    found = propose(diary(of, days=7), course(days_between=(2, 3), bounds=Bounds(weeks_most=0.75)))
    assert days_of(found) == [1, 3, 5]


def test_a_day_later_is_better_than_a_change_of_therapist() -> None:
    of = clinic(
        somebody(**working(1, 2, 3, 4, 6)),
        somebody("boris", **working(5)),
        rooms=(Room(id="one"), Room(id="two")),
        opening=(hours(8, 18, EVERY_DAY),),
    )
    asked = course(days_between=(2, 2))
    assert days_of(propose(diary(of, days=7), asked)) == [1, 3, 5]
    assert days_of(propose(diary(of, days=7), asked, weights=Weights(late_day=11))) == [0, 2, 4]


def test_the_days_had_in_the_course_count_for_its_week_its_length_and_its_rest() -> None:
    had = Had(days=(day(-4), day(-2)))
    of = course(sessions=1, had=had, bounds=Bounds(sessions_per_week_most=2, days_between_least=3))
    found = propose(diary(), of)
    assert isinstance(found, Proposal)
    assert [(one.number, one.day) for one in found.sessions] == [(3, day(3))]
    short = msgspec.structs.replace(of, bounds=Bounds(weeks_most=1, days_between_least=6))
    assert isinstance(propose(diary(), short), Clash)


def test_sessions_behind_a_gate_are_held_until_it_is_released() -> None:
    gates = (Gate(after_sessions=2), Gate(after_days=14, released_by="Dr Who"))
    found = propose(diary(), course(sessions=4, gates=gates))
    assert isinstance(found, Proposal)
    assert [one.status for one in found.sessions] == ["booked", "booked", "held", "held"]


def test_a_gate_after_days_holds_from_that_day_on() -> None:
    found = propose(diary(), course(sessions=4, gates=(Gate(after_days=4),)))
    assert isinstance(found, Proposal)
    assert [one.status for one in found.sessions] == ["booked", "booked", "held", "held"]


def test_the_first_session_may_be_longer() -> None:
    found = propose(diary(), course(minutes_first=60))
    assert isinstance(found, Proposal)
    assert [one.minutes for one in found.sessions] == [60, 30, 30]


def test_a_traction_table_is_looked_for() -> None:
    of = clinic(rooms=(Room(id="one"), Room(id="two", equipment=frozenset({"table"}))))
    found = propose(diary(of), course(equipment=frozenset({"table"})))
    assert isinstance(found, Proposal)
    assert {one.room for one in found.sessions} == {"two"}


def test_force_needs_more_days() -> None:
    found = propose(diary(), course(rest_after={1: 3}, days_liked=(2, 2)))
    assert isinstance(found, Proposal)
    assert [(one.day - day(0)).days for one in found.sessions][:2] in ([0, 3], [1, 4])


@pytest.mark.parametrize(
    ("bounds", "had", "rule"),
    [
        (Bounds(), Had(), "course_unknown"),
        (Bounds(sessions_most=2), Had(days=()), "course_full"),
        (Bounds(sessions_episode_most=20), Had(days=()), "episode_unknown"),
        (Bounds(sessions_episode_most=20), Had(days=(), sessions_episode=18), "episode_full"),
        (Bounds(courses_year_most=3), Had(days=()), "year_unknown"),
        (Bounds(courses_year_most=3), Had(days=(), courses_year=4), "year_full"),
        (Bounds(days_between_courses_least=14), Had(days=()), "last_course_unknown"),
        (Bounds(session_minutes_most=20), Had(days=()), "session_minutes"),
    ],
)
def test_what_was_had_refuses_and_unknown_refuses_too(bounds: Bounds, had: Had, rule: str) -> None:
    found = propose(diary(), course(bounds=bounds, had=had))
    assert isinstance(found, Clash)
    assert [one.rule for one in found.refusals] == [rule]


def test_at_the_bound_nothing_is_refused() -> None:
    bounds = Bounds(sessions_most=3, sessions_episode_most=20, courses_year_most=3, days_between_courses_least=14)
    had = Had(days=(), sessions_episode=17, courses_year=3, last_course_ended=day(-14))
    assert isinstance(propose(diary(), course(bounds=bounds, had=had)), Proposal)


def test_the_same_question_has_the_same_answer() -> None:
    of = clinic(somebody(), somebody("boris"), rooms=(Room(id="one"), Room(id="two")))
    answers = [propose(diary(of), course(sessions=6)) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    ("course_", "place"),
    [
        (course(sessions=0), "course.sessions"),
        (course(sessions=1_000_000), "course.sessions"),
        (course(days_between=(1, 1_000_000)), "course.days_between"),
        (course(days_liked=(5, 2)), "course.days_liked"),
        (course(bounds=Bounds(weeks_most=float("nan"))), "course.bounds.weeks_most"),
        (course(bounds=Bounds(weeks_most=float("inf"))), "course.bounds.weeks_most"),
        (course(bounds=Bounds(sessions_most=-1)), "course.bounds.sessions_most"),
        (course(bounds=Bounds(days_between_courses_least=1e7)), "course.bounds.days_between_courses_least"),
        (course(days_between=(3, 2)), "course.days_between"),
        (course(minutes=0), "course.minutes"),
        (course(weekends="sometimes"), "course.weekends"),
        (course(gates=(Gate(),)), "course.gates"),
    ],
)
def test_a_course_that_means_nothing_is_refused_by_name(course_: Course, place: str) -> None:
    with pytest.raises(FaultyBooking) as refused:
        propose(diary(), course_)
    assert [fault.place for fault in refused.value.faults] == [place]


def test_the_diary_is_left_as_it_was() -> None:
    book = diary(clinic(), session())
    before = ([list(row) for row in book.free], dict(book.sessions))
    propose(book, course())
    assert before == (book.free, book.sessions)
