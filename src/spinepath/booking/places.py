"""Where could a session of a booked course be instead? All times of a day at once, as `check` finds them one by one."""

from __future__ import annotations

from datetime import date, time

import msgspec

from spinepath.booking.check import check
from spinepath.booking.clinic import Session
from spinepath.booking.course import Course, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.options import Search, Weights
from spinepath.booking.slots import clock_of, length_in_slots, starts


class Places:
    """The places for one session of a course in a diary; where it is now is thought away."""

    def __init__(self, diary: Diary, course: Course, session: Session, wishes: Wishes) -> None:
        self._diary, self._course, self._session, self._wishes = diary, course, session, wishes
        self._around = diary.with_changes((), [session.id])
        self._search = Search(self._around, course, wishes, Weights())
        own = diary.rooms.get(session.room)
        self._rooms = sorted(self._search.rooms, key=lambda room: room != own)

    def on(self, day: date, therapist: str) -> dict[time, str]:
        """The times at which nothing but a gate stands against it, each with a room: its own where that is free."""
        number, row = (day - self._around.first).days, self._around.therapists.get(therapist)
        if row not in self._search.therapists or not 0 <= number < self._around.days:
            return {}
        found = self._free(number, row)
        if not found:
            return {}
        # the rules that are left bind the day: what holds for one time of it holds for all
        clock, room = next(iter(found.items()))
        there = msgspec.structs.replace(self._session, day=day, start=clock, therapist=therapist, room=room)
        broken = check(self._diary, self._course, there, self._wishes)
        return found if all(one.rule == "gate" for one in broken) else {}

    def _free(self, day: int, therapist: int) -> dict[time, str]:
        """The times at which therapist, person and a room are free, in order."""
        around, length = self._around, length_in_slots(self._session.minutes, self._around.grid)
        begins = starts(around.free[therapist][day] & self._search.possible[day], length)
        found: dict[int, str] = {}
        for room in self._rooms if begins else ():
            here = begins & starts(around.vacant[room][day], length)
            begins &= ~here
            name = around.clinic.rooms[room].id
            found |= {slot: name for slot in range(here.bit_length()) if here >> slot & 1}
        return {clock_of(slot, around.grid): found[slot] for slot in sorted(found)}
