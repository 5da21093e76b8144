"""A therapist is away: who is hit is mended, who is not is left alone, and the bound is one."""

from __future__ import annotations

from datetime import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.booking.absence import lost_to_absence, replan, with_absence
from spinepath.booking.clinic import Period, Room
from spinepath.booking.course import Wishes
from spinepath.booking.faults import FaultyBooking
from spinepath.booking.many import book_many
from spinepath.booking.options import Weights
from spinepath.booking.repair import MOVED
from tests.booking import plain
from tests.booking.clinics import DAYS, clinic, course, day, diary, session, therapist
from tests.booking.test_many import Crowd, crowds


@given(crowds(), st.integers(0, DAYS - 1), st.integers(0, 3))
def test_courses_are_mended_by_the_rules_and_nobody_else_moves(crowd: Crowd, on: int, seed: int) -> None:
    planned = book_many(crowd.diary, crowd.requests, rounds=2).sessions
    # others in the diary belong to no course that is given; those who are hit are only those planned here
    book = crowd.diary.with_changes(planned, [one.id for one in crowd.booked])
    away = Period(first=day(on), last=day(min(on + 1, DAYS - 1)))
    requests = {one.id: (one, wish) for one, wish in crowd.requests}
    found = replan(book, "anna", away, requests, rounds=3, seed=seed)
    hit = {one.course for one in planned if one.therapist == "anna" and away.first <= one.day <= away.last}
    assert set(found.repairs) | set(found.clashes) == hit
    after = with_absence(book, "anna", away)
    stays = [one for one in planned if one.course not in hit]
    lost = {one.id for one in lost_to_absence(book, "anna", away)}
    kept = [one for one in planned if one.course in found.clashes and one.id not in lost]
    new = [one for answer in found.repairs.values() for one in answer.sessions]
    for name, answer in found.repairs.items():
        asked, wish = requests[name]
        wish = msgspec.structs.replace(wish, starts_by=None)
        others = [one for one in (*stays, *kept, *new) if one.course != name]
        assert all(plain.may_take_place(after.clinic, others, asked, wish, one) for one in answer.sessions)
        assert plain.lies_well(after.clinic, asked, wish, list(answer.sessions), whole=True)
        before = {one.id: one for one in planned}
        same = [one for one in answer.sessions if one.id not in answer.moved]
        assert all(
            (one.day, one.start, one.room) == (before[one.id].day, before[one.id].start, before[one.id].room)
            for one in same
        )
    assert found.hopeless <= set(found.clashes)
    if not found.clashes:
        assert found.bound <= found.cost
    assert found == replan(book, "anna", away, requests, rounds=3, seed=seed)


def test_a_colleague_takes_over_at_the_same_time_and_it_is_proved_to_be_best() -> None:
    of = clinic(therapist(), therapist("boris"), rooms=(Room(id="one"), Room(id="two")))
    mine = [session(f"c{on}", on, "10:00", course="c", person="p") for on in (0, 2, 4)]
    book = diary(of, *mine, session("other", 2, "09:00", therapist="boris", room="two"))
    away = Period(first=day(2), last=day(2))
    found = replan(book, "anna", away, {"c": (course(), Wishes())}, Weights())
    assert found.is_best
    assert found.repairs["c"].moved == {"c2"}
    assert found.repairs["c"].cost == MOVED + 2 * Weights().change
    assert [(one.day, one.start, one.therapist) for one in found.repairs["c"].sessions] == [
        (day(0), time(10), "anna"),
        (day(2), time(10), "boris"),
        (day(4), time(10), "anna"),
    ]
    assert "c2" in book.sessions
    assert book.sessions["c2"].therapist == "anna"


def test_two_who_want_the_same_place_are_tried_in_both_orders() -> None:
    """Boris has one hour left; only one of the two cannot come on another day."""
    of = clinic(
        therapist(), therapist("boris", shifts=(therapist().shifts[0],)), rooms=(Room(id="one"), Room(id="two"))
    )
    busy = [
        session(f"b{n}", 2, start, therapist="boris", room="two", minutes=30)
        for n, start in enumerate(("08:00", "08:30", "09:00", "09:30", "10:30", "11:00", "11:30"))
    ]
    first = [session(f"a{on}", on, "08:00", course="a", person="a") for on in (0, 2, 4)]
    second = [session(f"z{on}", on, "09:00", course="z", person="z") for on in (0, 2, 4)]
    away = Period(first=day(2), last=day(2))
    only_then = Wishes(weekdays=(1, 3, 5), absences=(Period(first=day(5), last=day(27)),))
    requests = {
        "a": (course(id="a", person="a", days_between=(2, 7)), Wishes()),
        "z": (course(id="z", person="z", days_between=(2, 7)), only_then),
    }
    found = replan(diary(of, *busy, *first, *second), "anna", away, requests, rounds=20)
    assert not found.clashes
    assert [one.therapist for one in found.repairs["z"].sessions] == ["anna", "boris", "anna"]


def test_half_a_day_away_hits_only_its_sessions() -> None:
    book = diary(
        clinic(), session("early", 0, "08:00"), session("late", 0, "10:00"), session("gone", 0, "10:30", status="done")
    )
    away = Period(first=day(0), last=day(0), start=time(8), end=time(9))
    assert [one.id for one in lost_to_absence(book, "anna", away)] == ["early"]
    whole = Period(first=day(0), last=day(0))
    assert [one.id for one in lost_to_absence(book, "anna", whole)] == ["early", "late"]


def test_a_course_that_is_hit_must_be_given() -> None:
    book = diary(clinic(), session("early", 0, "08:00"))
    with pytest.raises(FaultyBooking, match="not given"):
        replan(book, "anna", Period(first=day(0), last=day(0)), {})
    with pytest.raises(FaultyBooking, match="Nobody"):
        replan(book, "nobody", Period(first=day(0), last=day(0)), {})
