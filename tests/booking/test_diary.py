"""A changed diary and the one it was made from do not touch each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spinepath.booking.clinic import Session
from spinepath.booking.diary import Diary
from tests.booking.clinics import clinic, day, session, therapist

HERE = clinic(therapist(), therapist("ben"))

sessions = st.builds(
    session,
    st.sampled_from("abcdef"),
    st.integers(0, 6),
    person=st.sampled_from(["p", "q"]),
    therapist=st.sampled_from(["anna", "ben"]),
)


def told(book: Diary) -> tuple[object, ...]:
    """All that a diary tells."""
    on_days = [book.on_day(day(number)) for number in range(7)]
    return book.free, book.vacant, dict(book.sessions), on_days, book.of_person("p"), book.of_person("q")


def made_anew(found: dict[str, Session]) -> Diary:
    return Diary(HERE, day(0), day(6), found.values())


@given(st.lists(sessions, unique_by=lambda one: one.id), st.lists(sessions, max_size=6), st.data())
def test_changes_show_in_the_copy_alone(booked: list[Session], changes: list[Session], data: st.DataObject) -> None:
    first = Diary(HERE, day(0), day(6), booked)
    before = told(made_anew({one.id: one for one in booked}))
    second = first.with_changes(())
    for one in changes:
        if one.id in second.sessions:
            second.remove(one.id)
        second.add(one)
    gone = data.draw(st.sets(st.sampled_from(sorted(second.sessions)))) if second.sessions else set()
    third = second.with_changes((), gone)
    assert told(first) == before
    assert told(second) == told(made_anew(second.sessions))
    assert told(third) == told(made_anew({name: one for name, one in second.sessions.items() if name not in gone}))
