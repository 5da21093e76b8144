"""Questions to small clinics, drawn at random, with what the plain forms say of them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from hypothesis import strategies as st

from spinepath.booking.clash import Clash
from spinepath.booking.clinic import Clinic, Session
from spinepath.booking.course import Course, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.options import Weights
from spinepath.booking.propose import Proposal, propose
from tests.booking import plain
from tests.booking.clinics import DAYS, booked, clinics, courses, day
from tests.booking.clinics import wishes as some_wishes

WEIGHTS = st.builds(
    Weights,
    late_day=st.integers(0, 3),
    spacing_day=st.integers(0, 5),
    change=st.integers(0, 10),
    other_therapist=st.integers(0, 8),
    other_hours=st.integers(0, 6),
    idle_slot=st.integers(0, 3),
)


class Asked(msgspec.Struct):
    """One question to a small clinic."""

    clinic: Clinic
    booked: list[Session]
    course: Course
    wishes: Wishes
    weights: Weights

    @property
    def diary(self) -> Diary:
        return Diary(self.clinic, day(0), day(DAYS - 1), self.booked)

    def answer(self) -> Proposal | Clash:
        return propose(self.diary, self.course, self.wishes, self.weights)

    def every(self) -> list[list[Session]]:
        found = plain.every_course(self.clinic, day(0), day(DAYS - 1), self.booked, self.course, self.wishes)
        return list(found)

    def cost(self, sessions: Iterable[Session]) -> int:
        return plain.cost(self.clinic, day(0), self.booked, self.course, self.wishes, self.weights, list(sessions))

    def keeps_everything(self, sessions: Iterable[Session]) -> bool:
        sessions = list(sessions)
        alone = all(plain.may_take_place(self.clinic, self.booked, self.course, self.wishes, one) for one in sessions)
        return alone and plain.lies_well(self.clinic, self.course, self.wishes, sessions, whole=True)


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    of = draw(clinics())
    return Asked(of, draw(booked(of)), draw(courses()), draw(some_wishes(of)), draw(WEIGHTS))
