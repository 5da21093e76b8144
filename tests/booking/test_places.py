"""Where a session could be instead: always what the rules say, gone through one by one for every time and room."""

from __future__ import annotations

from datetime import date, time

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from spinepath.booking.check import check
from spinepath.booking.clinic import Clinic, Session
from spinepath.booking.course import NO_WISHES, Course, Gate, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.places import Places
from spinepath.booking.slots import clock_of
from tests.booking.clinics import DAYS, booked, clinic, clinics, course, courses, day, diary, session, wishes

PLANNED = course(sessions=3, days_between=(2, 9))


def planned(*more: Session) -> Diary:
    of_course = [session(f"c{place}", place * 2 - 2, course="c", person="p", number=place) for place in (1, 2, 3)]
    return diary(clinic(), *of_course, *more)


def test_a_place_that_somebody_else_has_is_not_offered() -> None:
    book = planned(session("other", 2, "10:00"))
    offered = Places(book, PLANNED, book.sessions["c2"], NO_WISHES).on(day(2), "anna")
    assert time(9) in offered
    assert time(10) not in offered


def test_on_a_day_of_rest_there_is_none() -> None:
    book = planned()
    places = Places(book, PLANNED, book.sessions["c2"], NO_WISHES)
    assert places.on(day(2), "anna")
    assert places.on(day(1), "anna") == places.on(day(3), "anna") == {}


def test_nobody_can_be_found_outside_the_diary_or_with_a_stranger() -> None:
    book = planned()
    places = Places(book, PLANNED, book.sessions["c2"], NO_WISHES)
    assert places.on(day(-1), "anna") == places.on(day(500), "anna") == places.on(day(2), "nobody") == {}


def test_a_place_behind_a_gate_is_one() -> None:
    book = planned()
    gated = course(sessions=3, days_between=(2, 9), gates=(Gate(after_sessions=1),))
    assert Places(book, gated, book.sessions["c2"], NO_WISHES).on(day(2), "anna")


@given(st.data())
def test_what_is_offered_is_what_the_rules_allow(data: st.DataObject) -> None:
    of = data.draw(clinics())
    asked, wished = data.draw(courses()), data.draw(wishes(of))
    own = [data.draw(placed(of, number)) for number in range(data.draw(st.integers(1, 3)))]
    book = Diary(of, day(0), day(DAYS - 1), [*data.draw(booked(of)), *own])
    places, on = Places(book, asked, own[0], wished), data.draw(st.integers(0, DAYS - 1).map(day))
    for one in of.therapists:
        offered = places.on(on, one.id)
        assert offered == one_by_one(book, asked, own[0], wished, on, one.id)
        assert list(offered) == sorted(offered)


@st.composite
def placed(draw: st.DrawFn, of: Clinic, number: int) -> Session:
    on, clock = draw(st.integers(0, DAYS - 1)), draw(st.sampled_from(["09:00", "09:10", "10:00"]))
    who, room = draw(st.sampled_from(of.therapists)).id, draw(st.sampled_from(of.rooms)).id
    more = {"minutes": draw(st.sampled_from([15, 20, 30])), "therapist": who, "room": room}
    return session(f"c{number}", on, clock, course="c", person="p", number=number + 1, **more)


def one_by_one(book: Diary, asked: Course, moved: Session, wished: Wishes, on: date, therapist: str) -> dict[time, str]:
    found = {}
    for clock in (clock_of(slot, book.grid) for slot in range(24 * 60 // book.grid)):
        for room in sorted(book.clinic.rooms, key=lambda room: room.id != moved.room):
            there = msgspec.structs.replace(moved, day=on, start=clock, therapist=therapist, room=room.id)
            if all(broken.rule == "gate" for broken in check(book, asked, there, wished)):
                found[clock] = room.id
                break
    return found
