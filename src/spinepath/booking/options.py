"""Where one session could be on each day: for every therapist the best start and room, with its cost.

What a session costs by itself does not depend on the other sessions of its course. So one option is enough for each
day and therapist, and the search has only to choose days and therapists.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import msgspec

from spinepath.booking.course import Course, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.slots import barred, length_in_slots, row, slots_taken, starts, weekly


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """What a proposal costs; the best one costs least. Whole numbers of 0 or more, a clinic's own choice.

    For each day until the first session, each day by which a spacing misses the days liked, each change of therapist,
    each session with a therapist who is not liked or outside the hours liked, and each idle slot that a session leaves
    between itself and the therapist's other sessions of that day. When a course is mended: for each day that a session
    in a new place is away from the nearest one lost, and when it is at another time than that one.
    """

    late_day: int = 3
    spacing_day: int = 5
    change: int = 10
    other_therapist: int = 8
    other_hours: int = 4
    idle_slot: int = 1
    moved_day: int = 25
    moved_time: int = 5


class Option(NamedTuple):
    """The best place for a session on one day with one therapist; `idle` is what of the cost depends on others."""

    cost: int
    therapist: int
    start: int
    room: int
    idle: int


Options = list[tuple[Option, ...]]
"""The options of each day of the diary."""


class Search:
    """What is asked of the diary for one course: the course, the wishes, and what follows from them for every day."""

    def __init__(self, diary: Diary, course: Course, wishes: Wishes, weights: Weights) -> None:
        self.diary, self.course, self.wishes, self.weights = diary, course, wishes, weights
        self.therapists = [
            place
            for place, one in enumerate(diary.clinic.therapists)
            if course.skills <= one.skills
            and (not wishes.therapists or one.id in wishes.therapists)
            and (wishes.therapist_sex is None or one.sex == wishes.therapist_sex)
        ]
        self.rooms = [place for place, room in enumerate(diary.clinic.rooms) if course.equipment <= room.equipment]

    @cached_property
    def possible(self) -> list[int]:
        """The slots of each day at which the person can be there."""
        diary, wishes = self.diary, self.wishes
        found = weekly(wishes.hours, diary.dates, diary.grid) if wishes.hours else [~0] * diary.days
        for number, day in enumerate(diary.dates):
            if day.isoweekday() not in wishes.weekdays or (wishes.earliest is not None and day < wishes.earliest):
                found[number] = 0
            elif wishes.absences:
                found[number] &= ~barred(wishes.absences, day, diary.grid)
        for number, taken in self.taken:
            found[number] &= ~taken
        return found

    @cached_property
    def taken(self) -> list[tuple[int, int]]:
        """Days of the diary and slots at which the person has another session."""
        diary = self.diary
        return [
            (number, slots_taken(one.start, one.minutes, diary.grid))
            for one in diary.of_person(self.course.person)
            if one.takes_place and 0 <= (number := (one.day - diary.first).days) < diary.days
        ]

    @cached_property
    def liked(self) -> list[int]:
        """The slots of each day that the person likes best."""
        hours, diary = self.wishes.hours_liked, self.diary
        return weekly(hours, diary.dates, diary.grid) if hours else [~0] * diary.days

    @cached_property
    def first_options(self) -> Options:
        """The options of the first session to book."""
        begins = self.course.had.days == () and self.course.minutes_first is not None
        return self._options(self.course.minutes_first or 0) if begins else self.other_options

    @cached_property
    def other_options(self) -> Options:
        """The options of every other session."""
        return self._options(self.course.minutes)

    def minutes(self, place: int) -> int:
        """How long the session is that is booked as the `place`-th, from 0."""
        begins = place == 0 and self.course.had.days == ()
        return self.course.minutes_first or self.course.minutes if begins else self.course.minutes

    def _options(self, minutes: int) -> Options:
        length = length_in_slots(minutes, self.diary.grid)
        return [self._of_day(day, length) for day in range(self.diary.days)]

    def _of_day(self, day: int, length: int) -> tuple[Option, ...]:
        diary, possible = self.diary, self.possible[day]
        if not possible & diary.opening[day]:
            return ()
        rooms = [(room, starts(diary.vacant[room][day], length)) for room in self.rooms]
        anywhere = 0
        for _, begins in rooms:
            anywhere |= begins
        found = []
        for therapist in self.therapists if anywhere else ():
            begins = starts(diary.free[therapist][day] & possible, length) & anywhere
            if begins:
                cost, start, idle = self._best_start(day, therapist, begins, length)
                bit = 1 << start
                room = next(room for room, free in rooms if free & bit)
                found.append(Option(cost + self._other_therapist(therapist), therapist, start, room, idle))
        return tuple(found)

    def option_at(self, day: int, therapist: int, start: int, minutes: int) -> Option | None:
        """The option of just this start, when it is free."""
        diary, length = self.diary, length_in_slots(minutes, self.diary.grid)
        taken = row(start, start + length)
        rooms = [room for room in self.rooms if not taken & ~diary.vacant[room][day]]
        if therapist not in self.therapists or not rooms or taken & ~(diary.free[therapist][day] & self.possible[day]):
            return None
        cost, _, idle = self._best_start(day, therapist, 1 << start, length)
        return Option(cost + self._other_therapist(therapist), therapist, start, rooms[0], idle)

    def _other_therapist(self, therapist: int) -> int:
        liked = self.wishes.therapists_liked
        named = self.diary.clinic.therapists[therapist].id
        return self.weights.other_therapist if liked and named not in liked else 0

    def _best_start(self, day: int, therapist: int, begins: int, length: int) -> tuple[int, int, int]:
        duty = self.diary.on_duty[therapist][day]
        busy = duty & ~self.diary.free[therapist][day]
        liked = begins & starts(self.liked[day], length) if self.wishes.hours_liked else begins
        idle, outside = self.weights.idle_slot, self.weights.other_hours
        found = [(idle * lost, start, idle * lost) for lost, start in _least_idle(liked, busy, duty, length)]
        left = _least_idle(begins & ~liked, busy, duty, length) if liked != begins else []
        found += [(idle * lost + outside, start, idle * lost) for lost, start in left]
        return min(found)


def _least_idle(begins: int, busy: int, duty: int, length: int) -> list[tuple[int, int]]:
    """For the starts before, between and after what is booked: the idle slots left at best, and the earliest start.

    Among the starts before, the latest leaves least; idle slots count only where the therapist is on duty.
    """
    if not begins:
        return []
    if not busy:
        return [(0, _lowest(begins))]
    first, last = _lowest(busy), busy.bit_length()
    found = []
    before = begins & row(0, first)
    if before:
        start = before.bit_length() - 1
        found.append(((duty & row(start + length, first)).bit_count(), start))
    between = begins & row(first, last)
    if between:
        found.append((0, _lowest(between)))
    after = begins >> last
    if after:
        start = last + _lowest(after)
        found.append(((duty & row(last, start)).bit_count(), start))
    return found


def _lowest(slots: int) -> int:
    return (slots & -slots).bit_length() - 1
