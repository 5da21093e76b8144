"""The diary: a clinic's days as rows of free slots, for every therapist and every room, with what is booked.

It answers quickly where something fits. It trusts what it is given: whether a session may be where it is, `check` says.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from spinepath.booking import faults
from spinepath.booking.clinic import Clinic, Session, Therapist
from spinepath.booking.slots import DAY_MINUTES, barred, granted, real_slots, row, slots_taken, weekly
from spinepath.engine.faults import Fault


class Diary:
    """A clinic from `first` to `last` day, with its sessions. Days are counted from 0, the first.

    `on_duty[therapist][day]` and `usable[room][day]` are the slots before anything is booked; `free` and `vacant` are
    what is left of them. Sessions before or after these days are kept, but take no place. Raises FaultyBooking.
    """

    def __init__(self, clinic: Clinic, first: date, last: date, sessions: Iterable[Session] = ()) -> None:
        sessions = tuple(sessions)
        faults.refuse([*faults.in_clinic(clinic), *faults.in_sessions(sessions)])
        if last < first:
            faults.refuse([Fault("diary.last", "The last day is before the first.", "Change them round.")])
        self.clinic, self.first, self.last = clinic, first, last
        self.grid = clinic.grid
        self.days = (last - first).days + 1
        self.therapists = {one.id: place for place, one in enumerate(clinic.therapists)}
        self.rooms = {one.id: place for place, one in enumerate(clinic.rooms)}
        self.dates = [first + timedelta(days=number) for number in range(self.days)]
        zone, whole = ZoneInfo(clinic.zone), row(0, DAY_MINUTES // clinic.grid)
        self.real = [real_slots(day, zone, clinic.grid) for day in self.dates]
        self.opening = [
            slots & real & ~barred(clinic.closures, day, self.grid)
            for slots, real, day in zip(
                weekly(clinic.opening, self.dates, self.grid), self.real, self.dates, strict=True
            )
        ]
        self.shifts = [self._shifts(one) for one in clinic.therapists]
        self.not_closed = [
            [whole & ~barred(room.closed, day, self.grid) for day in self.dates] for room in clinic.rooms
        ]
        self.on_duty = [[a & b for a, b in zip(shift, self.opening, strict=True)] for shift in self.shifts]
        self.usable = [[a & b for a, b in zip(room, self.opening, strict=True)] for room in self.not_closed]
        self.free = [list(slots) for slots in self.on_duty]
        self.vacant = [list(slots) for slots in self.usable]
        self.sessions: dict[str, Session] = {}
        self._of_person: dict[str, dict[str, Session]] = {}
        self._on_day: dict[date, dict[str, Session]] = {}
        for session in sessions:
            self.sessions[session.id] = session
            self._of_person.setdefault(session.person, {})[session.id] = session
            self._on_day.setdefault(session.day, {})[session.id] = session
            self._take(session)

    def _shifts(self, therapist: Therapist) -> list[int]:
        found = weekly(therapist.shifts, self.dates, self.grid)
        for number, day in enumerate(self.dates) if therapist.extra or therapist.away else ():
            found[number] |= granted(therapist.extra, day, self.grid)
            found[number] &= ~barred(therapist.away, day, self.grid)
        return found

    def take_rooms(self, taken: Iterable[tuple[str, date, Iterable[tuple[time, int]]]]) -> None:
        """Write in that others have these rooms: each with the day, and the times from which for how many minutes.

        For sessions of which nothing else matters: the rooms are taken, but `check` cannot name by what.
        """
        masks: dict[tuple[time, int], int] = {}
        for name, on, times in taken:
            room, day = self.rooms.get(name), (on - self.first).days
            if room is None or not 0 <= day < self.days:
                continue
            slots = 0
            for one in times:
                if one not in masks:
                    masks[one] = slots_taken(*one, self.grid)
                slots |= masks[one]
            self.usable[room][day] &= ~slots
            self.vacant[room][day] &= ~slots

    # what is booked

    def add(self, session: Session) -> None:
        """Write a session in. One that takes place takes its slots; slots outside the hours were never free."""
        self.sessions[session.id] = session
        # in new mappings: copies of a diary share those that nobody has changed
        self._of_person[session.person] = {**self._of_person.get(session.person, {}), session.id: session}
        self._on_day[session.day] = {**self._on_day.get(session.day, {}), session.id: session}
        self._take(session)

    def remove(self, session_id: str) -> Session:
        """Strike a session out and free its slots, except where others lie too."""
        session = self.sessions.pop(session_id)
        self._of_person[session.person] = _without(self._of_person[session.person], session_id)
        self._on_day[session.day] = _without(self._on_day[session.day], session_id)
        day = (session.day - self.first).days
        if session.takes_place and 0 <= day < self.days:
            taken = slots_taken(session.start, session.minutes, self.grid)
            therapist, room = self.therapists.get(session.therapist), self.rooms.get(session.room)
            if therapist is not None:
                self.free[therapist][day] |= taken & self.on_duty[therapist][day]
            if room is not None:
                self.vacant[room][day] |= taken & self.usable[room][day]
            for other in self._overlapping(session):
                self._take(other)
        return session

    def with_changes(self, sessions: Iterable[Session], without: Iterable[str] = ()) -> Self:
        """A new diary in which these sessions stand instead of those with the same ids, and `without` are gone."""
        copy = self.__class__.__new__(self.__class__)
        copy.__dict__.update(self.__dict__)
        copy.free = [list(slots) for slots in self.free]
        copy.vacant = [list(slots) for slots in self.vacant]
        copy.sessions = dict(self.sessions)
        copy._of_person = dict(self._of_person)
        copy._on_day = dict(self._on_day)
        changed = tuple(sessions)
        for name in (*without, *(one.id for one in changed)):
            if name in copy.sessions:
                copy.remove(name)
        for one in changed:
            copy.add(one)
        return copy

    def _overlapping(self, session: Session) -> list[Session]:
        """Those on the same day with its therapist or room; only a diary with double bookings has any that matter."""
        same_day = self._on_day.get(session.day, {}).values()
        return [one for one in same_day if one.therapist == session.therapist or one.room == session.room]

    def _take(self, session: Session) -> None:
        day = (session.day - self.first).days
        if not session.takes_place or not 0 <= day < self.days:
            return
        taken = slots_taken(session.start, session.minutes, self.grid)
        therapist, room = self.therapists.get(session.therapist), self.rooms.get(session.room)
        if therapist is not None:
            self.free[therapist][day] &= ~taken
        if room is not None:
            self.vacant[room][day] &= ~taken

    # what is there

    def of_person(self, person: str) -> list[Session]:
        """All sessions of a person, by day and time."""
        return sorted(self._of_person.get(person, {}).values(), key=_when)

    def of_course(self, course: str, person: str) -> list[Session]:
        """All sessions of a course, by day and time."""
        return [one for one in self.of_person(person) if one.course == course]

    def on_day(self, day: date) -> list[Session]:
        """All sessions of a day, by time."""
        return sorted(self._on_day.get(day, {}).values(), key=_when)


def _without(sessions: dict[str, Session], session_id: str) -> dict[str, Session]:
    return {name: one for name, one in sessions.items() if name != session_id}


def _when(session: Session) -> tuple[date, object, str]:
    return session.day, session.start, session.id
