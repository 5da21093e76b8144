"""Moving, cancelling and releasing sessions: what changes with them, and what stands in the way."""

from __future__ import annotations

from datetime import time

import msgspec
import pytest

from spinepath.booking.change import Changed, cancel, move, release
from spinepath.booking.clinic import Session
from spinepath.booking.course import Course, Gate, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.faults import FaultyBooking
from tests.booking.clinics import clinic, course, day, diary, session

GATED = course(sessions=3, gates=(Gate(after_sessions=2),))


def planned(*more: Session) -> Diary:
    of_course = [
        session(f"c{place}", number, course="c", person="p", number=place, status="held" if place == 3 else "booked")
        for place, number in enumerate((0, 2, 4), start=1)
    ]
    return diary(clinic(), *of_course, *more)


def to(book: Diary, name: str, number: int, start: time = time(8)) -> Session:
    return msgspec.structs.replace(book.sessions[name], day=day(number), start=start)


def test_a_session_is_moved_and_nothing_else_changes() -> None:
    book = planned()
    found = move(book, GATED, to(book, "c2", 2, time(10)))
    assert isinstance(found, Changed)
    assert [(one.id, one.start, one.status) for one in found.sessions] == [("c2", time(10), "booked")]


def test_what_is_in_the_way_is_told_and_nothing_is_moved() -> None:
    book = planned(session("other", 2, "10:00"))
    found = move(book, GATED, to(book, "c2", 2, time(10)))
    assert isinstance(found, tuple)
    assert [(one.rule, one.other) for one in found] == [("therapist_taken", "other"), ("room_taken", "other")]
    assert book.sessions["c2"].start == time(8)


def test_a_wish_can_be_set_aside_but_no_rest_day() -> None:
    book, mornings_off = planned(), Wishes(weekdays=(1, 2, 5))
    assert isinstance(move(book, GATED, to(book, "c2", 2, time(9)), mornings_off), tuple)
    assert isinstance(move(book, GATED, to(book, "c2", 2, time(9)), mornings_off, frozenset({"weekday"})), Changed)
    found = move(book, GATED, to(book, "c2", 3), set_aside=frozenset({"days_least"}))
    assert isinstance(found, tuple)
    assert [one.rule for one in found] == ["days_least"]


def test_a_session_that_moves_behind_a_gate_is_held() -> None:
    book = planned()
    free = course(sessions=3, days_between=(2, 9), gates=(Gate(after_sessions=2),))
    found = move(book, free, to(book, "c1", 8))
    assert isinstance(found, Changed)
    assert {one.id: (one.number, one.status) for one in found.sessions} == {
        "c2": (1, "booked"),
        "c3": (2, "booked"),
        "c1": (3, "held"),
    }


def test_after_a_cancellation_the_others_move_up() -> None:
    found = cancel(planned(), GATED, "c1")
    assert {one.id: (one.number, one.status) for one in found.sessions} == {
        "c1": (1, "cancelled"),
        "c2": (1, "booked"),
        "c3": (2, "booked"),
    }


def test_a_released_gate_books_what_was_held() -> None:
    released = course(sessions=3, gates=(Gate(after_sessions=2, released_by="Dr Who"),))
    assert [(one.id, one.status) for one in release(planned(), released).sessions] == [("c3", "booked")]
    assert release(planned(), GATED).sessions == ()


@pytest.mark.parametrize(
    ("asked", "name"), [(GATED, "nobody"), (course(id="another"), "c1"), (course(person="q"), "c1")]
)
def test_only_sessions_of_the_course_that_are_ahead_change(asked: Course, name: str) -> None:
    with pytest.raises(FaultyBooking, match="to come"):
        cancel(planned(), asked, name)


def test_a_session_that_was_given_cannot_be_cancelled() -> None:
    book = planned().with_changes([session("c1", 0, course="c", person="p", status="done")])
    with pytest.raises(FaultyBooking, match="to come"):
        cancel(book, GATED, "c1", "missed")
    with pytest.raises(FaultyBooking, match="status"):
        cancel(book, GATED, "c2", "done")
