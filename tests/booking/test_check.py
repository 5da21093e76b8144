"""Whether a session may be somewhere, rule by rule, and against the plain form."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.booking.check import Broken, check
from spinepath.booking.clinic import Hours, Period, Room, Session
from spinepath.booking.course import Bounds, Course, Gate, Had, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.propose import Proposal
from spinepath.booking.rules import CLINICAL
from tests.booking import plain
from tests.booking.clinics import DAYS, clinic, course, day, diary, hours, session, therapist
from tests.booking.questions import Asked, questions


@given(questions())
def test_what_was_proposed_breaks_no_rule(asked: Asked) -> None:
    answer = asked.answer()
    if isinstance(answer, Proposal):
        book = asked.diary.with_changes(answer.sessions)
        therapists = {asked.course.had.therapist} - {None}
        if not (asked.wishes.same_therapist and therapists):
            assert [check(book, asked.course, one, asked.wishes) for one in answer.sessions] == [[]] * len(
                answer.sessions
            )


@given(questions(), st.data())
def test_a_move_is_clear_just_when_the_plain_form_says_so(asked: Asked, data: st.DataObject) -> None:
    answer = asked.answer()
    if not isinstance(answer, Proposal):
        return
    one = data.draw(st.sampled_from(answer.sessions))
    moved = msgspec.structs.replace(
        one,
        day=day(data.draw(st.integers(0, DAYS - 1))),
        start=data.draw(st.sampled_from([time(9), time(9, 15), time(9, 20), time(10), time(10, 45)])),
        therapist=data.draw(st.sampled_from([each.id for each in asked.clinic.therapists])),
        room=data.draw(st.sampled_from([each.id for each in asked.clinic.rooms])),
        status="held",
    )
    book = asked.diary.with_changes(answer.sessions)
    broken = check(book, msgspec.structs.replace(asked.course, minutes_first=None), moved, asked.wishes)
    others = [each for each in answer.sessions if each.id != one.id]
    days = [each.day for each in others]
    course_now = [*others, moved]
    course_now.sort(key=lambda each: (each.day, each.start))
    lies = moved.day not in days and plain.lies_well(asked.clinic, asked.course, asked.wishes, course_now, whole=True)
    alone = plain.may_take_place(asked.clinic, [*asked.booked, *others], asked.course, asked.wishes, moved)
    # the spacing of others among themselves, without the session, is not its business
    neighbours = [each for each in broken if each.rule in ("days_least", "days_most")]
    if alone and lies:
        assert not [each for each in broken if each.rule != "same_therapist"]
    elif not alone:
        assert broken
    elif not neighbours and not broken:
        before = [each for each in course_now if each.day < moved.day]
        after = [each for each in course_now if each.day > moved.day]
        assert before
        assert after


def rules(found: list[Broken]) -> list[str]:
    return [one.rule for one in found]


PLACES: list[tuple[dict[str, Any], str]] = [
    ({"day": day(-1)}, "outside_diary"),
    ({"day": day(400)}, "outside_diary"),
    ({"start": time(9, 5)}, "off_grid"),
    ({"day": day(5)}, "closed"),
    ({"start": time(13)}, "shift"),
    ({"start": time(11, 40)}, "shift"),
    ({"therapist": "nobody"}, "unknown_therapist"),
    ({"room": "nowhere"}, "unknown_room"),
    ({"start": time(10), "room": "two"}, "room_closed"),
]


@pytest.mark.parametrize(("change", "rule"), PLACES, ids=[rule for _, rule in PLACES])
def test_where_the_clinic_cannot(change: dict[str, Any], rule: str) -> None:
    closed = Period(first=day(0), last=day(30))
    of = clinic(rooms=(Room(id="one"), Room(id="two", closed=(closed,))))
    one = session("mine", 0, "09:00", course="c", person="p")
    found = rules(check(diary(of), course(), msgspec.structs.replace(one, **change)))
    assert rule in found
    assert not set(found) & CLINICAL


def test_two_at_once_are_told_with_the_other_session() -> None:
    of = clinic(therapist(), therapist("boris"), rooms=(Room(id="one"), Room(id="two")))
    others = (
        session("same_hands", 0, "09:10", room="two"),
        session("same_room", 0, "09:20", therapist="boris"),
        session("same_person", 0, "08:40", therapist="boris", room="two", person="p"),
        session("not_any_more", 0, "09:00", status="cancelled"),
        session("just_after", 0, "09:30"),
    )
    found = check(diary(of, *others), course(), session("mine", 0, "09:00", course="c", person="p"))
    assert [(one.rule, one.other) for one in found] == [
        ("person_taken", "same_person"),
        ("therapist_taken", "same_hands"),
        ("room_taken", "same_room"),
    ]


def test_skill_and_equipment_cannot_be_set_aside() -> None:
    asked = course(skills=frozenset({"needles"}), equipment=frozenset({"table"}))
    found = check(diary(), asked, session("mine", 0, "09:00", course="c", person="p"))
    assert rules(found) == ["skill", "equipment"]
    assert all(one.is_clinical for one in found)


WISHES: list[tuple[Wishes, str]] = [
    (Wishes(weekdays=(2,)), "weekday"),
    (Wishes(hours=(hours(10, 12),)), "hours"),
    (Wishes(therapists=frozenset({"boris"})), "therapist"),
    (Wishes(therapist_sex="male"), "therapist_sex"),
    (Wishes(earliest=day(1)), "earliest"),
    (Wishes(starts_by=day(-1)), "starts_by"),
    (Wishes(absences=(Period(first=day(0), last=day(0), start=time(9, 15), end=time(9, 20)),)), "absence"),
]


@pytest.mark.parametrize(("wish", "rule"), WISHES, ids=[rule for _, rule in WISHES])
def test_what_the_person_wishes(wish: Wishes, rule: str) -> None:
    found = check(diary(), course(), session("mine", 0, "09:00", course="c", person="p"), wish)
    assert rules(found) == [rule]
    assert not found[0].is_clinical


def ahead(*days: int) -> list[Session]:
    return [session(f"c{number}", number, course="c", person="p") for number in days]


LATE = course(had=Had(days=(day(-9),), last_course_ended=day(-10)), bounds=Bounds(days_between_courses_least=20))
COURSES: list[tuple[Course, int, list[str]]] = [
    (course(), 4, []),
    (course(), 3, ["days_least"]),
    (course(), 2, ["days_least"]),
    (course(), 7, ["days_most"]),
    (course(rest_after={1: 5}), 4, ["days_least"]),
    (course(bounds=Bounds(days_between_least=3)), 4, ["days_least"]),
    (course(bounds=Bounds(sessions_per_week_most=1)), 4, ["week_limit"]),
    (course(bounds=Bounds(weeks_most=0.25)), 4, ["course_length"]),
    (course(bounds=Bounds(sessions_most=1)), 4, ["course_full"]),
    (course(bounds=Bounds(courses_year_most=3)), 4, ["year_unknown"]),
    (course(gates=(Gate(after_sessions=1),)), 4, ["gate"]),
    (course(gates=(Gate(after_days=2),)), 4, ["gate"]),
    (course(gates=(Gate(after_days=2, released_by="Dr Who"),)), 4, []),
    (course(had=Had(days=(day(1),))), 4, []),
    (
        LATE,
        4,
        ["between_courses"],
    ),
]


@pytest.mark.parametrize(("asked", "number", "expected"), COURSES)
def test_the_others_of_the_course_bind(asked: Course, number: int, expected: list[str]) -> None:
    book = diary(clinic(), *ahead(2), days=28)
    wanted = session("mine", number, course="c", person="p", start="10:00")
    found = check(book, asked, wanted)
    assert rules(found) == expected
    assert all(one.is_clinical for one in found)


def test_a_day_on_which_the_clock_changes_has_no_hour_in_which_it_does() -> None:
    night = Hours(start=time(0), end=time(6))
    sunday = date(2026, 3, 29)
    of = clinic(therapist(shifts=(night,)), opening=(night,))
    book = Diary(of, sunday, sunday)
    for start, free in (
        (time(1, 30), True),
        (time(1, 40), False),
        (time(2), False),
        (time(2, 50), False),
        (time(3), True),
    ):
        wanted = session("mine", course="c", person="p")
        wanted = msgspec.structs.replace(wanted, day=sunday, start=start)
        assert (not check(book, course(), wanted)) == free


def test_in_autumn_the_hour_that_comes_twice_is_left_out() -> None:
    night = Hours(start=time(0), end=time(6))
    sunday = date(2026, 10, 25)
    book = Diary(clinic(therapist(shifts=(night,)), opening=(night,)), sunday, sunday)
    open_minutes = [minute for minute in range(0, 360, 10) if book.free[0][0] >> (minute // 10) & 1]
    assert open_minutes == [*range(0, 120, 10), *range(180, 360, 10)]
