"""Many courses at once: a whole clinic.

Ruin and recreate: some courses are taken out and put in again in another order, each as well as it can be; what is not
worse is kept. It can be stopped after any number of rounds, and the same seed gives the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import msgspec

from spinepath.booking import faults, totals
from spinepath.booking.clash import Clash
from spinepath.booking.clinic import Session
from spinepath.booking.course import Course, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.options import Search, Weights
from spinepath.booking.propose import USUAL, asked, propose, sessions_on
from spinepath.booking.search import best
from spinepath.booking.setting import layers_of, problem_of, spacing_of
from spinepath.booking.spacing import Spacing
from spinepath.engine.faults import Fault

Request = tuple[Course, Wishes]

# which courses a round takes out, and in which order they come back; chosen by benchmarks/booking.py
_FEW = 3, 6
_SEVERAL = 3, 10
_ANYWHERE = 0.2
_HARDEST_FIRST = 0.5


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """A whole clinic booked: the sessions of all courses that have a place, and the clash of each that has none.

    `cost` is that of all the courses, with every idle slot between sessions of the diary counted once; `rounds` were
    done.
    """

    sessions: tuple[Session, ...]
    clashes: dict[str, Clash]
    cost: int
    rounds: int


class _Place(NamedTuple):
    """Where a course was put, and its cost without idle slots."""

    sessions: tuple[Session, ...]
    cost: int


def book_many(
    diary: Diary, requests: Sequence[Request], weights: Weights = USUAL, *, rounds: int = 100, seed: int = 0
) -> Booked:
    """Book as many courses as possible, each wholly or not at all, and then as cheaply as possible.

    Stops early when nothing is left to gain. The diary is not changed. Raises FaultyBooking for a course that stands
    twice, or that means nothing.
    """
    if len({course.id for course, _ in requests}) != len(requests):
        faults.refuse([Fault("requests", "A course stands twice.", "Give each its own id.")])
    for course, wishes in requests:
        asked(diary, course, wishes, weights)
    booking = _Booking(diary.with_changes(()), requests, weights, Random(seed))  # noqa: S311  chance, not secrecy
    done = booking.run(rounds)
    clashes = {}
    for name in sorted(booking.waiting):
        answer = propose(booking.diary, *booking.requests[name], weights)
        if isinstance(answer, Clash):
            clashes[name] = answer
    sessions = tuple(one for place in booking.places.values() for one in place.sessions)
    return Booked(sessions=sessions, clashes=clashes, cost=booking.cost(), rounds=done)


class _Booking:
    """The work of `book_many`: a diary that changes, the courses in it and those that wait."""

    def __init__(self, diary: Diary, requests: Sequence[Request], weights: Weights, chance: Random) -> None:
        self.diary, self.weights, self.chance = diary, weights, chance
        self.requests = {course.id: (course, wishes) for course, wishes in requests}
        self.places: dict[str, _Place] = {}
        self.waiting = {name for name, (course, _) in self.requests.items() if not any(totals.refusals(course))}
        self._refused = set(self.requests) - self.waiting
        self._spacings: dict[str, Spacing] = {}

    def run(self, rounds: int) -> int:
        """Put all in, the hardest first; then `rounds` rounds of ruin and recreate. Returns the rounds done."""
        self._put_in(sorted(self.waiting, key=self._hardness))
        self.waiting |= self._refused
        for done in range(rounds):
            if not self.places or (self.cost() == 0 and self.waiting <= self._refused):
                return done
            self._round()
        return rounds

    def cost(self) -> int:
        """The cost of all courses that are in, and of every idle slot of the diary."""
        return sum(place.cost for place in self.places.values()) + self.weights.idle_slot * self._idle_slots()

    def _idle_slots(self) -> int:
        return sum(
            idle_slots(self.diary, therapist, day)
            for therapist in range(len(self.diary.therapists))
            for day in range(self.diary.days)
        )

    def _hardness(self, name: str) -> tuple[int, int, str]:
        course, wishes = self.requests[name]
        return -course.sessions * course.minutes, len(wishes.weekdays), name

    def _round(self) -> None:
        before = (self._unbooked(), self.cost())
        out = self._chosen()
        old = {name: self.places[name] for name in out}
        for name in out:
            self._take_out(name)
        waited = sorted(self.waiting - self._refused - set(out))
        self.chance.shuffle(waited)
        order = [*waited, *self.chance.sample(out, len(out))]
        if waited and self.chance.random() < _HARDEST_FIRST:
            order.sort(key=self._hardness)
        self._put_in(order)
        if (self._unbooked(), self.cost()) > before:
            for name in order:
                if name in self.places:
                    self._take_out(name)
            for name, place in old.items():
                self._put(name, place)

    def _unbooked(self) -> int:
        return sum(self.requests[name][0].sessions for name in self.waiting)

    def _chosen(self) -> list[str]:
        """Some courses to take out: a few of all; or, while one waits, those that begin when it would like to."""
        waiting = sorted(self.waiting - self._refused)
        if not waiting or self.chance.random() < _ANYWHERE:
            few = min(len(self.places), self.chance.randint(*_FEW))
            return self.chance.sample(sorted(self.places), few)
        wishes = self.requests[self.chance.choice(waiting)][1]
        wanted = max(wishes.earliest or self.diary.first, self.diary.first)
        near = sorted(self.places, key=lambda name: (abs((self.places[name].sessions[0].day - wanted).days), name))
        several = min(len(self.places), self.chance.randint(*_SEVERAL))
        return self.chance.sample(near[: 3 * several], several)

    def _put_in(self, order: Sequence[str]) -> None:
        for name in order:
            search = Search(self.diary, *self.requests[name], self.weights)
            if name not in self._spacings:
                self._spacings[name] = spacing_of(search)
            problem, layers, _ = layers_of(problem_of(search, self._spacings[name]), search.wishes.same_therapist)
            path = best(problem, layers)
            if path is not None:
                cost = path.cost - sum(option.idle for option in path.options)
                self._put(name, _Place(sessions_on(search, path), cost))

    def _put(self, name: str, place: _Place) -> None:
        self.places[name] = place
        self.waiting.discard(name)
        for session in place.sessions:
            self.diary.add(session)

    def _take_out(self, name: str) -> None:
        for session in self.places.pop(name).sessions:
            self.diary.remove(session.id)
        self.waiting.add(name)


def idle_slots(diary: Diary, therapist: int, day: int) -> int:
    """The free slots between the first and the last session of a therapist's day."""
    duty, free = diary.on_duty[therapist][day], diary.free[therapist][day]
    busy = duty & ~free
    if not busy:
        return 0
    lowest = busy & -busy
    return (free & ((1 << busy.bit_length()) - lowest)).bit_count()
