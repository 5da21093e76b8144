"""A mended course keeps its spacing and moves as little as possible."""

from __future__ import annotations

from datetime import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.booking.change import cancel
from spinepath.booking.clash import Clash
from spinepath.booking.clinic import Period, Room, Session
from spinepath.booking.course import Bounds, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.faults import FaultyBooking
from spinepath.booking.propose import Proposal
from spinepath.booking.repair import Repair, repair
from tests.booking.clinics import DAYS, clinic, course, day, diary, session, therapist
from tests.booking.questions import Asked, questions


def where(one: Session) -> tuple[object, ...]:
    return one.day, one.start, one.therapist, one.room


@settings(max_examples=60)
@given(questions(), st.data())
def test_as_few_as_possible_move_and_the_rest_is_untouched(asked: Asked, data: st.DataObject) -> None:
    answer = asked.answer()
    if not isinstance(answer, Proposal):
        return
    lost = data.draw(st.sets(st.sampled_from([one.id for one in answer.sessions]), min_size=1))
    away = Period(first=day(data.draw(st.integers(0, DAYS - 1))), last=day(DAYS - 1))
    wish = msgspec.structs.replace(asked.wishes, starts_by=None, earliest=None)
    if data.draw(st.booleans()):
        wish = msgspec.structs.replace(wish, absences=(*wish.absences, away))
    asked = msgspec.structs.replace(
        asked, wishes=wish, course=msgspec.structs.replace(asked.course, minutes_first=None)
    )
    book = asked.diary.with_changes(answer.sessions)
    found = repair(book, asked.course, lost, wish, asked.weights)
    before = {one.id: where(one) for one in answer.sessions if one.id not in lost}
    ways = [
        sum((one.day, one.start, one.therapist) in {each[:3] for each in before.values()} for one in way)
        for way in asked.every()
    ]
    if isinstance(found, Clash):
        assert not ways
        return
    assert asked.keeps_everything(found.sessions)
    assert len(found.sessions) == len(answer.sessions)
    assert {one.id: where(one) for one in found.sessions if one.id not in found.moved}.items() <= before.items()
    assert len(found.sessions) - len(found.moved) == max(ways)


def three(*more: Session) -> Diary:
    of_course = [
        session(f"c{place}", number, course="c", person="p", number=place) for place, number in enumerate((0, 2, 4), 1)
    ]
    of = clinic(therapist(), therapist("boris"), rooms=(Room(id="one"), Room(id="two")))
    return diary(of, *of_course, *more)


def test_a_lost_session_is_given_by_somebody_else_on_the_same_day() -> None:
    away = Period(first=day(2), last=day(2))
    anna = therapist(away=(away,))
    book = three()
    of = msgspec.structs.replace(book.clinic, therapists=(anna, therapist("boris")))
    book = Diary(of, day(0), day(27), book.sessions.values())
    found = repair(book, course(), ["c2"])
    assert isinstance(found, Repair)
    assert found.moved == {"c2"}
    assert [(one.id, one.day, one.therapist) for one in found.sessions] == [
        ("c1", day(0), "anna"),
        ("c2", day(2), "boris"),
        ("c3", day(4), "anna"),
    ]


def test_a_missed_session_gets_a_successor_and_stays_in_the_record() -> None:
    book = three()
    book = book.with_changes(cancel(book, course(), "c1", "missed").sessions)
    found = repair(book, course(), ["c1"], Wishes(absences=(Period(first=day(0), last=day(1)),)))
    assert isinstance(found, Repair)
    assert [(one.id in ("c2", "c3"), one.day) for one in found.sessions] == [
        (True, day(2)),
        (True, day(4)),
        (False, day(7)),
    ]
    assert "c1" not in found.moved
    assert {one.number for one in found.sessions} == {1, 2, 3}


def test_what_was_agreed_outside_the_wishes_stays() -> None:
    absence = Period(first=day(2), last=day(2), start=time(8), end=time(9))
    found = repair(three(), course(), ["c2"], Wishes(weekdays=(3,), absences=(absence,)))
    assert isinstance(found, Repair)
    assert found.moved == {"c2"}
    assert [(one.day, one.start) for one in found.sessions] == [(day(0), time(8)), (day(2), time(9)), (day(4), time(8))]


def test_after_soreness_the_next_ones_move_back() -> None:
    sore = course(bounds=Bounds(days_between_least=3))
    found = repair(three(), sore, ["c3"])
    assert isinstance(found, Repair)
    assert all((two.day - one.day).days >= 3 for one, two in zip(found.sessions, found.sessions[1:], strict=False))
    assert len(found.moved) == 2


def test_where_nothing_can_be_done_the_clash_is_told() -> None:
    wish = Wishes(absences=(Period(first=day(1), last=day(27)),))
    found = repair(three(), course(), ["c3"], wish)
    assert isinstance(found, Clash)
    assert found.session == 2
    assert [one.rules for one in found.relaxing] == [("absence",)]


def test_other_ids_are_refused() -> None:
    for lost in ([], ["nobody"]):
        with pytest.raises(FaultyBooking, match="lost"):
            repair(three(), course(), lost)
