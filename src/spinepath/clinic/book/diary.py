"""From the database to what `spinepath.booking` asks for. Ids are keys and numbers: no name and no word of medicine.

The number of queries does not grow with what is booked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django.db.models import Aggregate, CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat

from spinepath.booking import clinic as booking
from spinepath.booking.diary import Diary
from spinepath.clinic import once, prepared
from spinepath.clinic.models import Away, Clinic, Closure, Course, Member, Note, Opening, Room, Session, Shift
from spinepath.clinic.models.places import Period

WEEKS = 16
"""So far ahead can be booked."""

TREATS = (Member.Role.THERAPIST, Member.Role.LEAD)
TAKES_PLACE = (Session.Status.BOOKED, Session.Status.HELD, Session.Status.DONE)
AHEAD = (Session.Status.BOOKED, Session.Status.HELD)


def last_day(today: date) -> date:
    """The last day that can be booked."""
    return today + timedelta(weeks=WEEKS, days=-1)


def begun() -> QuerySet[Note]:
    """The notes of sessions that have begun and are not signed: what was begun is not moved or taken away."""
    return Note.objects.filter(signed_at=None).exclude(consent={})


def therapist_id(pk: int) -> str:
    """A member as the booking engine names one."""
    return f"t{pk}"


def room_id(pk: int) -> str:
    """A room as the booking engine names one."""
    return f"r{pk}"


def pk_of(name: str) -> int:
    """The member or the room that is named so. Raises ValueError."""
    return int(name[1:])


def clinic_of(clinic: Clinic, now: datetime, therapist: str | None = None) -> booking.Clinic:
    """The clinic as it is at `now`, by the clock on its wall: what of today is over is closed.

    Where a therapist is named, it has no other.
    """
    return once.ask(("clinic", clinic.pk, now, therapist), lambda: _clinic(clinic, now, therapist))


def _clinic(clinic: Clinic, now: datetime, therapist: str | None) -> booking.Clinic:
    closures = prepared.rows(lambda clinic: Closure.objects.filter(clinic=clinic), clinic.pk)
    openings = prepared.rows(lambda clinic: Opening.objects.filter(clinic=clinic), clinic.pk)
    rooms = rooms_of(clinic)
    closed: dict[int, list[booking.Period]] = defaultdict(list)
    for one in closures:
        if one.room_id is not None:
            closed[one.room_id].append(_period(one))
    whole = [_period(one) for one in closures if one.room_id is None]
    return booking.Clinic(
        zone=clinic.zone,
        grid=clinic.grid,  # type: ignore[arg-type]
        opening=tuple(_hours(one) for one in openings if _is_stretch(one.start, one.end)),
        closures=(*whole, *_over(now)),
        therapists=_therapists(clinic, therapist),
        rooms=tuple(
            booking.Room(id=room_id(one.pk), equipment=frozenset(one.equipment), closed=tuple(closed[one.pk]))
            for one in rooms
        ),
    )


def _therapists(clinic: Clinic, alone: str | None) -> tuple[booking.Therapist, ...]:
    members = [one for one in treating(clinic) if alone in (None, therapist_id(one.pk))]
    shifts, away = shifts_of(members), defaultdict(list)
    for one in prepared.rows(lambda clinic: Away.objects.filter(member__clinic=clinic), clinic.pk):
        away[one.member_id].append(_period(one))
    return tuple(
        booking.Therapist(
            id=therapist_id(member.pk),
            shifts=tuple(_hours(one) for one in shifts[member.pk] if _is_stretch(one.start, one.end)),
            away=tuple(away[member.pk]),
            skills=frozenset(member.skills),
            sex=member.sex or None,
        )
        for member in members
    )


def treating(clinic: Clinic) -> list[Member]:
    """Everybody with whom sessions can be booked."""
    return once.ask(
        ("treating", clinic.pk),
        lambda: prepared.rows(
            lambda clinic: Member.objects.filter(clinic=clinic, role__in=TREATS, is_active=True).order_by("pk"),
            clinic.pk,
        ),
    )


def rooms_of(clinic: Clinic) -> list[Room]:
    """The rooms in which sessions can be booked."""
    return once.ask(
        ("rooms", clinic.pk),
        lambda: prepared.rows(
            lambda clinic: Room.objects.filter(clinic=clinic, is_used=True).order_by("pk"), clinic.pk
        ),
    )


def shifts_of(members: list[Member]) -> dict[int, list[Shift]]:
    """The shifts of each of these members, by row; none for who has none."""
    found: dict[int, list[Shift]] = defaultdict(list)
    rows = prepared.rows(lambda members: Shift.objects.filter(member__in=members), [one.pk for one in members])
    for one in rows:
        found[one.member_id].append(one)
    return found


def diary_of(
    clinic: Clinic,
    now: datetime,
    *,
    course: Course | None = None,
    without: Iterable[str] = (),
    days: tuple[date, date] | None = None,
) -> Diary:
    """What is booked from today on, and all sessions of `course`, whenever they are. `without` are thought away.

    When only some `days` matter, from one to the other, nothing else is read: on other days nothing seems booked but
    the course.
    """
    first, last = now.date(), last_day(now.date())
    since, until = days or (first, last)
    of_clinic = Session.objects.filter(clinic=clinic).exclude(key__in=list(without))
    rows = of_clinic.filter(day__gte=max(first, since), day__lte=min(last, until), status__in=TAKES_PLACE)
    found = {row[0]: row for row in rows.values_list(*FIELDS)}
    if course is not None:  # asked for apart: with "or" between them the clinic's whole past is gone through
        found |= {row[0]: row for row in of_clinic.filter(course=course).values_list(*FIELDS)}
    return Diary(clinic_of(clinic, now), first, last, sessions_from(found.values()))


def diary_for(course: Course, now: datetime, therapist: str, days: tuple[date, date]) -> Diary:
    """Some days ahead, up to `last_day`, as they matter to a course with one therapist.

    Of the sessions of others with others it has nothing, not even the rooms that they take (`rooms_taken`).
    """
    clinic, (since, until) = course.episode.clinic, days
    of_course = prepared.rows(lambda course: Session.objects.filter(course=course).values_list(*FIELDS), course.pk)
    of_person = prepared.rows(
        lambda person, since, until: Session.objects.filter(
            episode__person=person, day__gte=since, day__lte=until, status__in=TAKES_PLACE
        ).values_list(*FIELDS),
        course.episode.person_id,
        since,
        until,
    )
    of_therapist = prepared.rows(
        lambda therapist, since, until: Session.objects.filter(
            therapist=therapist, day__gte=since, day__lte=until, status__in=TAKES_PLACE
        ).values_list(*FIELDS),
        pk_of(therapist),
        since,
        until,
    )
    found = {row[0]: row for row in (*of_person, *of_therapist, *of_course)}
    return Diary(clinic_of(clinic, now, therapist), since, until, sessions_from(found.values()))


def rooms_taken(course: Course, days: Iterable[date]) -> list[tuple[str, date, list[tuple[time, int]]]]:
    """The rooms that all other courses take on each of these days: from when, and for how many minutes."""
    rows = prepared.rows(
        lambda clinic, course, days: (
            Session.objects.filter(clinic=clinic, day__in=days, status__in=TAKES_PLACE)
            .exclude(course=course)
            .values_list("room_id", "day")
            .annotate(times=Joined(Concat(Cast("start", CharField()), Value(" "), Cast("minutes", CharField()))))
        ),
        course.episode.clinic_id,
        course.pk,
        list(days),
    )
    read: dict[str, tuple[time, int]] = {}  # the same few times come a thousand times
    for written in {one for _room, _day, times in rows for one in times.split(",")}:
        start, minutes = written.split(" ")
        read[written] = time.fromisoformat(start), int(minutes)
    return [(room_id(room), day, [read[one] for one in times.split(",")]) for room, day, times in rows]


class Joined(Aggregate):
    """The texts of a group as one, with commas between; Django has it for all databases from 6.0 on only."""

    function = "group_concat"
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """PostgreSQL calls it otherwise, and wants the comma named."""
        template = "%(function)s(%(expressions)s, ',')"
        return self.as_sql(compiler, connection, function="string_agg", template=template)


FIELDS = (
    "key",
    "course__key",
    "episode__person__key",
    "number",
    "day",
    "start",
    "minutes",
    "therapist_id",
    "room_id",
    "status",
)


def session_from(row: Session, course: Course) -> booking.Session:
    """One session of a course whose episode and person are at hand."""
    known = (row.key, course.key, course.episode.person.key, row.number, row.day, row.start, row.minutes)
    return sessions_from([(*known, row.therapist_id, row.room_id, row.status)])[0]


def sessions_from(rows: Iterable[tuple[object, ...]]) -> list[booking.Session]:
    """Sessions from rows of the fields in their order."""
    return [
        booking.Session(
            id=key,
            course=course,
            person=person,
            number=number,
            day=day,
            start=start,
            minutes=minutes,
            therapist=therapist_id(therapist),
            room=room_id(room),
            status=status,
        )
        for key, course, person, number, day, start, minutes, therapist, room, status in cast(
            "Iterable[tuple[str, str, str, int, date, time, int, int, int, booking.Status]]", rows
        )
    ]


def rows_of(course: Course) -> list[Session]:
    """All sessions of a course as they stand in the database, by day and time."""
    return once.ask(
        ("sessions of course", course.pk),
        lambda: prepared.rows(
            lambda course: Session.objects.filter(course=course).order_by("day", "start", "pk"), course.pk
        ),
    )


def sessions_of(course: Course, statuses: Collection[str] = ()) -> list[booking.Session]:
    """The sessions of a course, by day and time."""
    rows = Session.objects.filter(course=course).order_by("day", "start", "pk")
    if statuses:
        rows = rows.filter(status__in=statuses)
    return sessions_from(rows.values_list(*FIELDS))


def _is_stretch(start: time, end: time) -> bool:
    """A stretch that is entered the wrong way round counts as none, so that it cannot stop all booking."""
    return end == time.min or start < end


def _hours(one: object) -> booking.Hours:
    return booking.Hours(
        start=one.start,  # type: ignore[attr-defined]
        end=one.end,  # type: ignore[attr-defined]
        weekdays=(one.weekday,),  # type: ignore[attr-defined]
        first=getattr(one, "first", None),
        last=getattr(one, "last", None),
    )


def _period(one: Period) -> booking.Period:
    """Whole days where only one of start and end is given, or where they are the wrong way round: the stricter."""
    last = max(one.first, one.last)
    if one.start is None or one.end is None or not _is_stretch(one.start, one.end):
        return booking.Period(first=one.first, last=last)
    return booking.Period(first=one.first, last=last, start=one.start, end=one.end)


def _over(now: datetime) -> list[booking.Period]:
    """The part of today that is over, with the minute that has begun: nobody comes to a session that runs already."""
    today, until = now.date(), now.replace(tzinfo=None) + timedelta(minutes=1, microseconds=-1)
    end = until.time().replace(second=0, microsecond=0)
    if end == time.min and until.date() == today:
        return []  # at midnight nothing is over; in the last minute of the day all is
    return [booking.Period(first=today, last=today, start=time.min, end=end)]
