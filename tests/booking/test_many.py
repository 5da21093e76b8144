"""A whole clinic: nothing is booked twice, what is left out has no place, more rounds never make it worse."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.booking.clash import Clash
from spinepath.booking.clinic import Clinic, Room, Session
from spinepath.booking.course import Bounds, Course, Had, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.faults import FaultyBooking
from spinepath.booking.many import Booked, book_many
from spinepath.booking.options import Weights
from spinepath.booking.propose import propose
from tests.booking import plain
from tests.booking.clinics import DAYS, booked, clinic, clinics, course, courses, day, diary, therapist
from tests.booking.clinics import wishes as some_wishes


class Crowd(msgspec.Struct):
    """Some people who want a course at the same clinic."""

    clinic: Clinic
    booked: list[Session]
    requests: list[tuple[Course, Wishes]]

    @property
    def diary(self) -> Diary:
        return Diary(self.clinic, day(0), day(DAYS - 1), self.booked)


@st.composite
def crowds(draw: st.DrawFn) -> Crowd:
    of = draw(clinics())
    named = [
        (msgspec.structs.replace(draw(courses()), id=f"c{number}", person=f"p{number}"), draw(some_wishes(of)))
        for number in range(draw(st.integers(1, 6)))
    ]
    return Crowd(of, draw(booked(of)), named)


@given(crowds(), st.integers(0, 3))
def test_every_course_is_booked_by_the_rules_or_has_no_place(crowd: Crowd, seed: int) -> None:
    found = book_many(crowd.diary, crowd.requests, rounds=4, seed=seed)
    by_course: dict[str, list[Session]] = {}
    for one in found.sessions:
        by_course.setdefault(one.course, []).append(one)
    everything = [*crowd.booked, *found.sessions]
    for one_course, wish in crowd.requests:
        assert (one_course.id in by_course) != (one_course.id in found.clashes)
        mine = by_course.get(one_course.id, [])
        others = [one for one in everything if one.course != one_course.id]
        assert all(plain.may_take_place(crowd.clinic, others, one_course, wish, one) for one in mine)
        assert not mine or plain.lies_well(crowd.clinic, one_course, wish, mine, whole=True)
    now = crowd.diary.with_changes(found.sessions)
    assert all(isinstance(propose(now, *one), Clash) for one in crowd.requests if one[0].id in found.clashes)


def score(crowd: Crowd, found: Booked) -> tuple[int, int]:
    unbooked = sum(one.sessions for one, _ in crowd.requests if one.id in found.clashes)
    return unbooked, found.cost


@settings(max_examples=25)
@given(crowds())
def test_more_rounds_are_never_worse_and_a_seed_repeats_itself(crowd: Crowd) -> None:
    few, more, again = (book_many(crowd.diary, crowd.requests, rounds=rounds, seed=7) for rounds in (0, 6, 6))
    assert score(crowd, more) <= score(crowd, few)
    assert more == again


@settings(max_examples=25)
@given(crowds())
def test_the_cost_is_that_of_all_courses_and_idle_slots(crowd: Crowd) -> None:
    weights = Weights()
    found = book_many(crowd.diary, crowd.requests, weights, rounds=3)
    apart = msgspec.structs.replace(weights, idle_slot=0)
    costs = 0
    for one, wish in crowd.requests:
        mine = [each for each in found.sessions if each.course == one.id]
        if mine:
            costs += plain.cost(crowd.clinic, day(0), [], one, wish, apart, mine)
    now = [one for one in (*crowd.booked, *found.sessions) if one.takes_place]
    assert found.cost == costs + sum(
        _idle(crowd.clinic, now, name, on) for name in crowd.diary.therapists for on in range(DAYS)
    )


def _idle(of: Clinic, sessions: list[Session], name: str, on: int) -> int:
    """Grid steps on duty, without a session, between the first and the last one of the day."""
    who = next(one for one in of.therapists if one.id == name)
    duty = [
        minute
        for minute in range(0, 1440, of.grid)
        if all(plain.on_duty(of, who, day(on), minute + more) for more in (0, 5, 10))
    ]
    mine = [one for one in sessions if one.therapist == name and one.day == day(on)]
    taken = {minute for minute in duty for one in mine if minute in plain.on_grid(one, of.grid)}
    return len([minute for minute in duty if taken and min(taken) < minute < max(taken) and minute not in taken])


def test_a_course_that_greedy_booking_leaves_out_is_let_in() -> None:
    """Who can come at any time takes the only hour of who cannot, until they are ruined and recreated."""
    of = clinic(therapist(), therapist("boris"), rooms=(Room(id="one"), Room(id="two")))
    free = course(id="free", person="a", sessions=3, minutes=240)
    bound = course(id="bound", person="b", sessions=3, minutes=240)
    wishes = [(free, Wishes()), (bound, Wishes(therapists=frozenset({"anna"}), weekdays=(1, 3, 5), starts_by=day(0)))]
    assert not book_many(diary(of), wishes, rounds=20).clashes


def test_who_had_too_much_is_told_so() -> None:
    had = Had(days=(), courses_year=9)
    found = book_many(diary(), [(course(had=had, bounds=Bounds(courses_year_most=3)), Wishes())])
    assert [one.rule for one in found.clashes["c"].refusals] == ["year_full"]


def test_a_course_that_stands_twice_is_refused() -> None:
    with pytest.raises(FaultyBooking, match="twice"):
        book_many(diary(), [(course(), Wishes())] * 2)
