"""Booking, once more and plainly: minute by minute, course by course, without bits and without search.

It shares nothing with the package but the types; the quick answers are compared with these.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from spinepath.booking.clinic import Clinic, Hours, Period, Session, Therapist
from spinepath.booking.course import Course, Wishes
from spinepath.booking.options import Weights


def minute_of(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def minutes_of(session: Session) -> range:
    return range(minute_of(session.start), minute_of(session.start) + session.minutes)


def on_grid(session: Session, grid: int) -> range:
    """The minutes that a session blocks: all of every grid step that it touches."""
    start, end = minutes_of(session).start, minutes_of(session).stop
    return range(start // grid * grid, -(-end // grid) * grid)


def in_hours(hours: tuple[Hours, ...], day: date, minute: int) -> bool:
    return any(
        day.isoweekday() in one.weekdays
        and minute_of(one.start) <= minute < (minute_of(one.end) or 1440)
        and (one.first is None or one.first <= day)
        and (one.last is None or day <= one.last)
        for one in hours
    )


def in_periods(periods: tuple[Period, ...], day: date, minute: int) -> bool:
    return any(
        one.first <= day <= one.last
        and (one.start is None or minute_of(one.start) <= minute < (minute_of(one.end or time()) or 1440))
        for one in periods
    )


@lru_cache(None)
def exists_once(zone: str, day: date, minute: int) -> bool:
    """Is there exactly one moment at which the clock on the wall shows this minute?"""
    wall = datetime.combine(day, time(*divmod(minute, 60)))
    guess = wall.replace(tzinfo=UTC)
    moments = [guess + timedelta(minutes=15 * step) for step in range(-70, 71)]
    return sum(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall for moment in moments) == 1


def on_duty(clinic: Clinic, therapist: Therapist, day: date, minute: int) -> bool:
    works = in_hours(therapist.shifts, day, minute) or in_periods(therapist.extra, day, minute)
    open_then = in_hours(clinic.opening, day, minute) and not in_periods(clinic.closures, day, minute)
    return works and not in_periods(therapist.away, day, minute) and open_then and exists_once(clinic.zone, day, minute)


def overlap(one: Session, other: Session, grid: int) -> bool:
    mine, theirs = on_grid(one, grid), on_grid(other, grid)
    return one.day == other.day and mine.start < theirs.stop and theirs.start < mine.stop


def may_take_place(clinic: Clinic, booked: list[Session], course: Course, wishes: Wishes, one: Session) -> bool:
    """By itself, whatever the other sessions of the course are: is there everything it needs?"""
    therapist = next(each for each in clinic.therapists if each.id == one.therapist)
    room = next(each for each in clinic.rooms if each.id == one.room)
    minutes = on_grid(one, clinic.grid)
    others = [each for each in booked if each.status not in ("missed", "cancelled")]
    return (
        minute_of(one.start) % clinic.grid == 0
        and all(on_duty(clinic, therapist, one.day, minute) for minute in minutes)
        and not any(in_periods(room.closed, one.day, minute) for minute in minutes)
        and course.skills <= therapist.skills
        and course.equipment <= room.equipment
        and not any(
            overlap(one, each, clinic.grid)
            and (each.therapist == one.therapist or each.room == one.room or each.person == one.person)
            for each in others
        )
        and one.day.isoweekday() in wishes.weekdays
        and (not wishes.hours or all(in_hours(wishes.hours, one.day, minute) for minute in minutes))
        and not any(in_periods(wishes.absences, one.day, minute) for minute in minutes)
        and (wishes.earliest is None or one.day >= wishes.earliest)
        and (not wishes.therapists or one.therapist in wishes.therapists)
        and (wishes.therapist_sex is None or therapist.sex == wishes.therapist_sex)
    )


def gap(clinic: Clinic, course: Course, earlier: date, later: date) -> int:
    days = [earlier + timedelta(days=number) for number in range(1, (later - earlier).days + 1)]
    return sum(course.weekends == "count as days" or day.isoweekday() not in clinic.weekend for day in days)


def lies_well(clinic: Clinic, course: Course, wishes: Wishes, sessions: list[Session], *, whole: bool) -> bool:
    """Do sessions keep their distance, their weeks and their length? With `whole` they are the whole course."""
    had = sorted(course.had.days or ())
    new = [one.day for one in sessions]
    days = [*had, *new]
    bounds = course.bounds
    for number in range(max(len(had), 1), len(days)):
        earlier, later = days[number - 1], days[number]
        calendar = (later - earlier).days
        least = max(bounds.days_between_least or 0, course.rest_after.get(number, 0))
        counted = gap(clinic, course, earlier, later) if calendar > 0 else calendar
        if calendar < max(least, 1) or counted < course.days_between[0]:
            return False
        if number > len(had) and counted > course.days_between[1]:
            return False
    if bounds.sessions_per_week_most is not None:
        for day in new:
            if sum(day - timedelta(days=7) < each <= day for each in days) > bounds.sessions_per_week_most:
                return False
    if bounds.weeks_most is not None and (days[-1] - days[0]).days + 1 > bounds.weeks_most * 7:
        return False
    ended, least_between = course.had.last_course_ended, bounds.days_between_courses_least
    if isinstance(ended, date) and least_between is not None and (new[0] - ended).days < least_between:
        return False
    if wishes.starts_by is not None and new[0] > wishes.starts_by:
        return False
    people = {one.therapist for one in sessions} | ({course.had.therapist} if course.had.therapist else set())
    return not wishes.same_therapist or len(people) == 1 or (not whole and len(people) <= 1)


def own_cost(clinic: Clinic, booked: list[Session], wishes: Wishes, weights: Weights, one: Session) -> int:
    """What a session costs by itself."""
    therapist = next(each for each in clinic.therapists if each.id == one.therapist)
    found = 0
    if wishes.therapists_liked and one.therapist not in wishes.therapists_liked:
        found += weights.other_therapist
    minutes = on_grid(one, clinic.grid)
    if wishes.hours_liked and not all(in_hours(wishes.hours_liked, one.day, minute) for minute in minutes):
        found += weights.other_hours
    taken = [
        minute
        for each in booked
        if each.therapist == one.therapist and each.day == one.day and each.status not in ("missed", "cancelled")
        for minute in on_grid(each, clinic.grid)
        if minute < 1440 and on_duty(clinic, therapist, one.day, minute)
    ]
    if taken:
        between = [*range(minutes.stop, min(taken)), *range(max(taken) + 1, minutes.start)]
        idle = [minute for minute in between if on_duty(clinic, therapist, one.day, minute)]
        found += weights.idle_slot * (len(idle) // clinic.grid)
    return found


def cost(
    clinic: Clinic,
    first: date,
    booked: list[Session],
    course: Course,
    wishes: Wishes,
    weights: Weights,
    new: list[Session],
) -> int:
    had = sorted(course.had.days or ())
    days = [*had[-1:], *(one.day for one in new)]
    people = [*([course.had.therapist] if course.had.therapist else []), *(one.therapist for one in new)]
    found = weights.late_day * (new[0].day - first).days
    if course.days_liked:
        least, most = course.days_liked
        for earlier, later in pairwise(days):
            counted = gap(clinic, course, earlier, later)
            found += weights.spacing_day * max(least - counted, counted - most, 0)
    found += weights.change * sum(one != other for one, other in pairwise(people))
    return found + sum(own_cost(clinic, booked, wishes, weights, one) for one in new)


def every_course(
    clinic: Clinic, first: date, last: date, booked: list[Session], course: Course, wishes: Wishes
) -> Iterator[list[Session]]:
    """Every course there is; of the rooms and starts of a day and therapist, each that is free."""
    places: dict[int, list[Session]] = {}

    def of(number: int) -> list[Session]:
        minutes = course.minutes_first or course.minutes if number == 0 and course.had.days == () else course.minutes
        if minutes not in places:
            places[minutes] = list(_places(clinic, first, last, booked, course, wishes, minutes))
        return places[minutes]

    def go_on(chosen: list[Session]) -> Iterator[list[Session]]:
        if len(chosen) == course.sessions:
            yield chosen
            return
        for one in of(len(chosen)):
            if (not chosen or one.day > chosen[-1].day) and lies_well(
                clinic, course, wishes, [*chosen, one], whole=len(chosen) + 1 == course.sessions
            ):
                yield from go_on([*chosen, one])

    yield from go_on([])


def _places(
    clinic: Clinic, first: date, last: date, booked: list[Session], course: Course, wishes: Wishes, minutes: int
) -> Iterator[Session]:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for therapist in clinic.therapists:
            for start in range(0, 1440, clinic.grid):
                found = [
                    one
                    for room in clinic.rooms
                    if may_take_place(
                        clinic,
                        booked,
                        course,
                        wishes,
                        one := Session(
                            id=f"{number}.{therapist.id}.{start}",
                            course=course.id,
                            person=course.person,
                            number=1,
                            day=day,
                            start=time(*divmod(start, 60)),
                            minutes=minutes,
                            therapist=therapist.id,
                            room=room.id,
                        ),
                    )
                ]
                # rooms are alike for cost and spacing
                yield from found[:1]
