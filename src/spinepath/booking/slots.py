"""A day as a row of bits: bit n is the slot that begins n grid steps after midnight by the clock on the wall."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from spinepath.booking.clinic import Hours, Period

DAY_MINUTES = 24 * 60


def slot_of(clock: time, grid: int) -> int:
    """The slot in which this time lies."""
    return (clock.hour * 60 + clock.minute) // grid


def clock_of(slot: int, grid: int) -> time:
    """The time at which the slot begins."""
    return time(*divmod(slot * grid, 60))


def length_in_slots(minutes: int, grid: int) -> int:
    """How many slots so many minutes take; a slot begun is a slot taken."""
    return -(-minutes // grid)


def row(start: int, end: int) -> int:
    """The slots from `start` up to, without, `end`."""
    return (1 << end) - (1 << start) if end > start else 0


def slots_within(start: time, end: time, grid: int) -> int:
    """The slots that lie wholly between two times; an end of 00:00 is the end of the day."""
    first = -(-(start.hour * 60 + start.minute) // grid)
    return row(first, (end.hour * 60 + end.minute or DAY_MINUTES) // grid)


def slots_touched(start: time, end: time, grid: int) -> int:
    """The slots that lie at least partly between two times."""
    last = end.hour * 60 + end.minute or DAY_MINUTES
    return row(slot_of(start, grid), -(-last // grid))


def slots_taken(start: time, minutes: int, grid: int) -> int:
    """The slots that a session takes, up to the end of its day."""
    first = start.hour * 60 + start.minute
    return row(first // grid, min(-(-(first + minutes) // grid), DAY_MINUTES // grid))


def starts(free: int, length: int) -> int:
    """The slots at which `length` free slots in a row begin."""
    done = 1
    while done < length and free:
        step = done if 2 * done <= length else length - done
        free &= free >> step
        done += step
    return free


def weekly(hours: Iterable[Hours], days: Sequence[date], grid: int) -> list[int]:
    """The slots of each day that weekly hours cover."""
    written = [(one, slots_within(one.start, one.end, grid)) for one in hours]
    always = [0] * 8
    for one, slots in written:
        if one.first is None and one.last is None:
            for weekday in one.weekdays:
                always[weekday] |= slots
    found = [always[day.isoweekday()] for day in days]
    for one, slots in written:
        if one.first is not None or one.last is not None:
            for number, day in enumerate(days):
                within = (one.first is None or one.first <= day) and (one.last is None or day <= one.last)
                found[number] |= slots if within and day.isoweekday() in one.weekdays else 0
    return found


def barred(periods: Iterable[Period], day: date, grid: int) -> int:
    """The slots of a day that are touched by the periods."""
    found = 0
    for one in periods:
        if one.first <= day <= one.last:
            found |= slots_touched(one.start or time.min, one.end or time.min, grid)
    return found


def granted(periods: Iterable[Period], day: date, grid: int) -> int:
    """The slots of a day that lie wholly within the periods."""
    found = 0
    for one in periods:
        if one.first <= day <= one.last:
            found |= slots_within(one.start or time.min, one.end or time.min, grid)
    return found


def real_slots(day: date, zone: ZoneInfo, grid: int) -> int:
    """The slots whose minutes the clock on the wall shows exactly once.

    On the days when the clock changes, an hour is missing or comes twice; nobody could tell when such a session is.
    """
    count = DAY_MINUTES // grid
    midnight = datetime.combine(day, time.min, zone)
    if midnight.utcoffset() == (midnight + timedelta(days=1)).utcoffset():
        return row(0, count)
    return sum(1 << slot for slot in range(count) if all(is_real(day, one, zone) for one in _minutes(slot, grid)))


def is_real(day: date, clock: time, zone: ZoneInfo) -> bool:
    """Does the clock on the wall show this time exactly once on this day?"""
    moment = datetime.combine(day, clock, zone)
    once = moment.replace(fold=0).utcoffset() == moment.replace(fold=1).utcoffset()
    return once and moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment.replace(tzinfo=None)


def _minutes(slot: int, grid: int) -> list[time]:
    return [time(*divmod(minute, 60)) for minute in range(slot * grid, (slot + 1) * grid)]
