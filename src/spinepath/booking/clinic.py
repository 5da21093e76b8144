"""What a clinic is for booking: when it is open, who works when, which rooms there are, what is booked.

Days are dates and times are what the clock on the wall shows, in the clinic's `zone`. Weekdays are counted from
1, Monday, to 7, Sunday.
"""

from __future__ import annotations

from datetime import date, time
from typing import Literal

import msgspec

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)

Status = Literal["booked", "held", "done", "missed", "cancelled"]


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the day that comes back every week, on these weekdays; between two dates when they are given.

    `end` 00:00 is the end of the day.
    """

    start: time
    end: time
    weekdays: tuple[int, ...] = EVERY_DAY
    first: date | None = None
    last: date | None = None


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Days from `first` to `last`, both included; whole days, or on each of them from `start` to `end`."""

    first: date
    last: date
    start: time | None = None
    end: time | None = None


class Therapist(msgspec.Struct, frozen=True, kw_only=True):
    """Who treats: weekly shifts, work that comes in addition, time away (which counts more), and skills by id.

    A `sex` that is not said fulfils no wish for one.
    """

    id: str
    shifts: tuple[Hours, ...]
    extra: tuple[Period, ...] = ()
    away: tuple[Period, ...] = ()
    skills: frozenset[str] = frozenset()
    sex: str | None = None


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """Where one person is treated at a time: its equipment by id, and when it cannot be used."""

    id: str
    equipment: frozenset[str] = frozenset()
    closed: tuple[Period, ...] = ()


class Clinic(msgspec.Struct, frozen=True, kw_only=True):
    """One place of care. Sessions begin on a grid of `grid` minutes; `closures` are holidays and the like.

    `weekend` matters only to courses whose days between do not count it.
    """

    zone: str
    grid: Literal[5, 10, 15]
    opening: tuple[Hours, ...]
    closures: tuple[Period, ...] = ()
    therapists: tuple[Therapist, ...]
    rooms: tuple[Room, ...]
    weekend: tuple[int, ...] = (6, 7)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One appointment of a course. `number` counts within the course, from 1, in the order of days.

    `held` is provisional: it stands behind a gate that nobody has released. `missed` and `cancelled` take no place.
    """

    id: str
    course: str
    person: str
    number: int
    day: date
    start: time
    minutes: int
    therapist: str
    room: str
    status: Status = "booked"

    @property
    def takes_place(self) -> bool:
        """Does it need its therapist, room and person?"""
        return self.status not in ("missed", "cancelled")

    @property
    def is_ahead(self) -> bool:
        """Is it still to come?"""
        return self.status in ("booked", "held")
