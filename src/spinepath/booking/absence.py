"""A therapist is away: every course that loses sessions is mended, and nobody else is touched.

Courses are mended one after the other, exactly; then some are taken out and mended again in another order, and what is
not worse is kept. It can be stopped after any number of rounds, and the same seed gives the same answer. What each
course would cost if the others were not there is a bound: where the answer reaches it, nothing better exists.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from random import Random

import msgspec

from spinepath.booking import faults
from spinepath.booking.clash import Clash
from spinepath.booking.clinic import Period, Session
from spinepath.booking.diary import Diary
from spinepath.booking.many import Request
from spinepath.booking.options import Weights
from spinepath.booking.propose import USUAL
from spinepath.booking.repair import Damage, Repair, damage_of, mend
from spinepath.booking.slots import slots_taken, slots_touched
from spinepath.engine.faults import Fault


class Replanned(msgspec.Struct, frozen=True, kw_only=True):
    """After an absence: the courses mended, by id, and the clash of each that cannot be mended as things stand.

    `cost` is that of the courses mended, `bound` what those that can be mended at all cost at least. `hopeless` are
    those that could not be mended even if the others were not there.
    """

    repairs: dict[str, Repair]
    clashes: dict[str, Clash]
    hopeless: frozenset[str]
    cost: int
    bound: int
    rounds: int

    @property
    def is_best(self) -> bool:
        """Is it proved that nothing better exists?"""
        return self.cost == self.bound and set(self.clashes) == self.hopeless


def lost_to_absence(diary: Diary, therapist: str, away: Period) -> tuple[Session, ...]:
    """The sessions ahead that the therapist cannot give because of the absence."""
    days = [away.first + timedelta(days=number) for number in range((away.last - away.first).days + 1)]
    given = [one for day in days for one in diary.on_day(day) if one.therapist == therapist and one.is_ahead]
    return tuple(one for one in given if _is_touched(diary, one, away))


def _is_touched(diary: Diary, session: Session, away: Period) -> bool:
    if away.start is None or away.end is None:
        return True
    gone = slots_touched(away.start, away.end, diary.grid)
    return bool(slots_taken(session.start, session.minutes, diary.grid) & gone)


def with_absence(diary: Diary, therapist: str, away: Period) -> Diary:
    """The diary of a clinic in which the therapist is away as well. Raises FaultyBooking for somebody unknown."""
    if therapist not in diary.therapists:
        faults.refuse([Fault("therapist", "Nobody with this id works here.", "Choose from the list.")])
    people = tuple(
        msgspec.structs.replace(one, away=(*one.away, away)) if one.id == therapist else one
        for one in diary.clinic.therapists
    )
    clinic = msgspec.structs.replace(diary.clinic, therapists=people)
    return Diary(clinic, diary.first, diary.last, diary.sessions.values())


def replan(
    diary: Diary,
    therapist: str,
    away: Period,
    requests: Mapping[str, Request],
    weights: Weights = USUAL,
    *,
    rounds: int = 50,
    seed: int = 0,
) -> Replanned:
    """Mend every course that loses sessions because a therapist is away; `requests` has course and wishes by id.

    As many courses as possible are mended, with as few sessions moved as possible; nobody else is touched. Idle slots
    are not counted. The diary is not changed. Raises FaultyBooking when a course that loses sessions is not given.
    """
    lost = lost_to_absence(diary, therapist, away)
    missing = {one.course for one in lost} - set(requests)
    if missing:
        faults.refuse(
            [Fault("requests", f"{len(missing)} courses that lose sessions are not given.", "Give them all.")]
        )
    without_idle = msgspec.structs.replace(weights, idle_slot=0)
    after = with_absence(diary, therapist, away)
    damages = {}
    for name in sorted({one.course for one in lost}):
        course, wishes = requests[name]
        damages[name] = damage_of(after, course, [one.id for one in lost if one.course == name], wishes)
    planning = _Planning(after, damages, without_idle, Random(seed))  # noqa: S311  chance, not secrecy
    done = planning.run(rounds)
    return Replanned(
        repairs={name: one for name, one in planning.answers.items() if isinstance(one, Repair)},
        clashes={name: one for name, one in planning.answers.items() if isinstance(one, Clash)},
        hopeless=planning.hopeless,
        cost=planning.score()[1],
        bound=planning.bound,
        rounds=done,
    )


class _Planning:
    """The work of `replan`: a diary without what stood of the courses hit, and an answer for each of them."""

    def __init__(self, diary: Diary, damages: Mapping[str, Damage], weights: Weights, chance: Random) -> None:
        self.damages, self.weights, self.chance = damages, weights, chance
        gone = [one.id for damage in damages.values() for one in (*damage.standing, *damage.lost)]
        self.diary = diary.with_changes((), gone)
        # alone in the diary each course costs least; together they cannot cost less than the sum
        self.alone = {name: mend(self.diary, damage, weights) for name, damage in damages.items()}
        self.answers: dict[str, Repair | Clash] = {}

    @property
    def hopeless(self) -> frozenset[str]:
        """The courses that have no place even alone."""
        return frozenset(name for name, one in self.alone.items() if isinstance(one, Clash))

    @property
    def bound(self) -> int:
        """The least that the courses that can be mended at all cost together."""
        return sum(one.cost for one in self.alone.values() if isinstance(one, Repair))

    def score(self) -> tuple[int, int]:
        """How many courses are not mended, and what the others cost."""
        costs = [one.cost for one in self.answers.values() if isinstance(one, Repair)]
        return sum(isinstance(one, Clash) for one in self.answers.values()), sum(costs)

    def run(self, rounds: int) -> int:
        """Everything that stands is written in first, so that courses that can stay do; then mended in turn."""
        for damage in self.damages.values():
            for one in damage.standing:
                self.diary.add(one)
        for name, damage in self.damages.items():
            for one in damage.standing:
                self.diary.remove(one.id)
            self._mend(name)
        for done in range(rounds):
            if self.score() == (len(self.hopeless), self.bound):
                return done
            self._round()
        return rounds

    def _mend(self, name: str) -> None:
        answer = mend(self.diary, self.damages[name], self.weights)
        self.answers[name] = answer
        for one in self._standing(name, answer):
            self.diary.add(one)

    def _standing(self, name: str, answer: Repair | Clash) -> tuple[Session, ...]:
        return answer.sessions if isinstance(answer, Repair) else self.damages[name].standing

    def _round(self) -> None:
        before, old = self.score(), dict(self.answers)
        worse = [name for name, one in self.answers.items() if self._is_worse(name, one)]
        others = sorted(set(self.answers) - set(worse))
        chosen = [*worse, *self.chance.sample(others, min(len(others), self.chance.randint(1, 6)))]
        self._replace(chosen, {})
        self.chance.shuffle(chosen)
        for name in chosen:
            self._mend(name)
        if self.score() > before:
            self._replace(chosen, old)

    def _is_worse(self, name: str, answer: Repair | Clash) -> bool:
        alone = self.alone[name]
        return isinstance(alone, Repair) and (isinstance(answer, Clash) or answer.cost > alone.cost)

    def _replace(self, names: Collection[str], answers: Mapping[str, Repair | Clash]) -> None:
        for name in names:
            for one in self._standing(name, self.answers[name]):
                self.diary.remove(one.id)
        for name in names:
            if name in answers:
                self.answers[name] = answers[name]
                for one in self._standing(name, answers[name]):
                    self.diary.add(one)
