"""May this session be here? Every rule that it would break, with the session or the number that is in the way.

It looks at one session as it would stand; the session with the same id, if there is one, is thought away. It does not
trust the search: it goes through the rules one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from spinepath.booking import totals
from spinepath.booking.clinic import Session
from spinepath.booking.course import NO_WISHES, Course, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.rules import CLINICAL, Rule
from spinepath.booking.slots import DAY_MINUTES, barred, row, slots_taken, weekly
from spinepath.booking.spacing import WEEK, Spacing


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that a session would break: the `other` session by id, or the bound and what would be found instead."""

    rule: Rule
    other: str | None = None
    bound: float | None = None
    found: float | None = None

    @property
    def is_clinical(self) -> bool:
        """Must nobody set it aside?"""
        return self.rule in CLINICAL


def check(diary: Diary, course: Course, session: Session, wishes: Wishes = NO_WISHES) -> list[Broken]:
    """Every rule that the session would break in this diary; empty when it may be there.

    `course.had.days` are the days of the sessions done; sessions that are still to come stand in the diary.
    """
    return [
        *_of_clinic(diary, course, session),
        *_double(diary, session),
        *_of_person(diary, course, session, wishes),
        *_of_course(diary, course, session),
    ]


def unfit(diary: Diary, course: Course, session: Session) -> list[Broken]:
    """What of the clinic itself stands in the way where the session is: hours, therapist, room, what the course needs.

    Neither wishes nor other sessions nor the rules of a course are asked.
    """
    return list(_of_clinic(diary, course, session))


def _of_clinic(diary: Diary, course: Course, session: Session) -> Iterator[Broken]:
    day = (session.day - diary.first).days
    if not 0 <= day < diary.days:
        yield Broken(rule="outside_diary")
        return
    begin = session.start.hour * 60 + session.start.minute
    if begin % diary.grid or session.start.second or session.start.microsecond:
        yield Broken(rule="off_grid", bound=diary.grid)
    taken = slots_taken(session.start, session.minutes, diary.grid)
    if taken & ~diary.real[day]:
        yield Broken(rule="no_such_time")
    if taken & diary.real[day] & ~diary.opening[day] or begin + session.minutes > DAY_MINUTES:
        yield Broken(rule="closed")
    yield from _therapist(diary, course, session, taken, day)
    yield from _room(diary, course, session, taken, day)


def _therapist(diary: Diary, course: Course, session: Session, taken: int, day: int) -> Iterator[Broken]:
    place = diary.therapists.get(session.therapist)
    if place is None:
        yield Broken(rule="unknown_therapist")
        return
    if taken & ~diary.shifts[place][day]:
        yield Broken(rule="shift")
    if not course.skills <= diary.clinic.therapists[place].skills:
        yield Broken(rule="skill")


def _room(diary: Diary, course: Course, session: Session, taken: int, day: int) -> Iterator[Broken]:
    place = diary.rooms.get(session.room)
    if place is None:
        yield Broken(rule="unknown_room")
        return
    if taken & ~diary.not_closed[place][day]:
        yield Broken(rule="room_closed")
    if not course.equipment <= diary.clinic.rooms[place].equipment:
        yield Broken(rule="equipment")


def _double(diary: Diary, session: Session) -> Iterator[Broken]:
    taken = slots_taken(session.start, session.minutes, diary.grid)
    for other in diary.on_day(session.day):
        if other.id == session.id or not other.takes_place:
            continue
        if taken & slots_taken(other.start, other.minutes, diary.grid):
            if other.therapist == session.therapist:
                yield Broken(rule="therapist_taken", other=other.id)
            if other.room == session.room:
                yield Broken(rule="room_taken", other=other.id)
            if other.person == session.person:
                yield Broken(rule="person_taken", other=other.id)


def _of_person(diary: Diary, course: Course, session: Session, wishes: Wishes) -> Iterator[Broken]:
    taken = slots_taken(session.start, session.minutes, diary.grid)
    if taken & barred(wishes.absences, session.day, diary.grid):
        yield Broken(rule="absence")
    if session.day.isoweekday() not in wishes.weekdays:
        yield Broken(rule="weekday")
    if wishes.hours and taken & ~weekly(wishes.hours, [session.day], diary.grid)[0]:
        yield Broken(rule="hours")
    if wishes.earliest is not None and session.day < wishes.earliest:
        yield Broken(rule="earliest")
    if wishes.therapists and session.therapist not in wishes.therapists:
        yield Broken(rule="therapist")
    place = diary.therapists.get(session.therapist)
    sex = None if place is None else diary.clinic.therapists[place].sex
    if wishes.therapist_sex is not None and sex != wishes.therapist_sex:
        yield Broken(rule="therapist_sex")
    others = [one for one in diary.of_course(course.id, course.person) if one.takes_place and one.id != session.id]
    if wishes.same_therapist and any(one.therapist != session.therapist for one in others):
        yield Broken(rule="same_therapist")
    first = min([session.day, *(one.day for one in others), *(course.had.days or ())])
    if wishes.starts_by is not None and first > wishes.starts_by:
        yield Broken(rule="starts_by")


def _of_course(diary: Diary, course: Course, session: Session) -> Iterator[Broken]:
    """The rules that bind a session to the others of its course, and to what was had."""
    ahead = [one for one in diary.of_course(course.id, course.person) if one.is_ahead and one.id != session.id]
    counted = msgspec.structs.replace(course, sessions=len(ahead) + 1, minutes=session.minutes, minutes_first=None)
    for refusal in totals.refusals(counted):
        yield Broken(rule=refusal.rule, bound=refusal.most, found=refusal.count)
    after_last = totals.earliest_after_last_course(course)
    if after_last is not None and session.day < after_last:
        yield Broken(rule="between_courses")
    had = set(course.had.days or ())
    days = sorted([*had, *(one.day for one in ahead), session.day])
    yield from _neighbours(diary, course, session.day, days, {one.day: one.id for one in ahead})
    yield from _weeks(course, session.day, days)
    number = days.index(session.day) + 1
    if session.status == "booked" and totals.is_held(course, number, session.day, days[0]):
        yield Broken(rule="gate")


def _neighbours(diary: Diary, course: Course, day: date, days: list[date], ahead: dict[date, str]) -> Iterator[Broken]:
    """The days between the session and the one before and the one after. Those had bind with the least only."""
    spacing = Spacing(
        msgspec.structs.replace(course, had=msgspec.structs.replace(course.had, days=tuple(days))),
        diary.first,
        max((days[-1] - diary.first).days + 1, 1),
        diary.clinic.weekend,
        weight=0,
    )
    least, most = course.days_between
    for number, (earlier, later) in enumerate(pairwise(days), start=1):
        if day not in (earlier, later):
            continue
        other = ahead.get(earlier if later == day else later)
        one, two = (earlier - diary.first).days, (later - diary.first).days
        between = spacing.between(one, two)
        if earlier == later or not spacing.is_rested(number, one, two):
            bound = max(least, spacing.least_after(number))
            yield Broken(rule="days_least", other=other, bound=bound, found=min(between, two - one))
        elif between > most and other is not None:
            yield Broken(rule="days_most", other=other, bound=most, found=between)


def _weeks(course: Course, day: date, days: list[date]) -> Iterator[Broken]:
    per_week, weeks = course.bounds.sessions_per_week_most, course.bounds.weeks_most
    if per_week is not None:
        # any seven days in a row that hold the session end on one of the sessions of its week
        ends = [end for end in days if timedelta() <= end - day < timedelta(days=WEEK)]
        most = max(sum(timedelta() <= end - one < timedelta(days=WEEK) for one in days) for end in ends)
        if most > per_week:
            yield Broken(rule="week_limit", bound=per_week, found=most)
    if weeks is not None and (length := (days[-1] - days[0]).days + 1) > weeks * WEEK:
        yield Broken(rule="course_length", bound=weeks * WEEK, found=length)


def is_clear(diary: Diary, session: Session) -> bool:
    """Are therapist, room and hours of the clinic there for the session, and nothing else booked on them?"""
    day = (session.day - diary.first).days
    therapist, room = diary.therapists.get(session.therapist), diary.rooms.get(session.room)
    if therapist is None or room is None or not 0 <= day < diary.days:
        return False
    begin = session.start.hour * 60 + session.start.minute
    taken = row(begin // diary.grid, -(-(begin + session.minutes) // diary.grid))
    return not taken & ~(diary.free[therapist][day] & diary.vacant[room][day])
