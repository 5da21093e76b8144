"""Sessions as pages show them: with names and dates, as a small calendar, and as text in a form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from spinepath.booking.clinic import Session as Placed
from spinepath.booking.course import Course
from spinepath.clinic import advice, prepared
from spinepath.clinic.book import diary
from spinepath.clinic.models import Clinic, Member, Room, Session


@dataclass(frozen=True)
class Shown:
    """One session in words."""

    number: int
    day: date
    start: time
    minutes: int
    therapist: str
    room: str
    status: str
    key: str = ""
    because: str = ""
    is_over: bool = False

    @property
    def end(self) -> time:
        """When it ends."""
        return (datetime.combine(self.day, self.start) + timedelta(minutes=self.minutes)).time()

    @property
    def status_words(self) -> str:
        """Its state as people say it."""
        return str(Session.Status(self.status).label)


class Names:
    """The names of therapists and rooms of a clinic, by the ids of the booking engine; read once for a page."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    @cached_property
    def therapists(self) -> dict[str, str]:
        """Everybody who ever treated here."""
        rows = prepared.rows(
            lambda clinic: Member.objects.filter(clinic=clinic).values_list("pk", "name"), self._clinic.pk
        )
        return {diary.therapist_id(pk): name for pk, name in rows}

    @cached_property
    def rooms(self) -> dict[str, str]:
        """Every room."""
        rows = prepared.rows(
            lambda clinic: Room.objects.filter(clinic=clinic).values_list("pk", "name"), self._clinic.pk
        )
        return {diary.room_id(pk): name for pk, name in rows}

    def shown(self, one: Placed) -> Shown:
        """A session of the engine in words."""
        therapist, room = self.therapists.get(one.therapist, "?"), self.rooms.get(one.room, "?")
        return Shown(one.number, one.day, one.start, one.minutes, therapist, room, one.status, one.id)

    def row(self, one: Session, now: datetime) -> Shown:
        """A session of the database in words."""
        therapist = self.therapists.get(diary.therapist_id(one.therapist_id), "?")
        return in_words(one, therapist, self.rooms.get(diary.room_id(one.room_id), "?"), now)


def in_words(one: Session, therapist: str, room: str, now: datetime) -> Shown:
    """A session of the database in words, with these names."""
    return Shown(
        one.number,
        one.day,
        one.start,
        one.minutes,
        therapist,
        room,
        one.status,
        one.key,
        one.changed_because,
        (one.day, one.start) <= (now.date(), now.time().replace(tzinfo=None)),
    )


def needs(course: Course) -> list[str]:
    """What therapist and room must have, by name."""
    base = advice.knowledge()
    named = [base.skills[one].name for one in sorted(course.skills) if one in base.skills]
    return named + [base.equipment[one].name for one in sorted(course.equipment) if one in base.equipment]


def weeks(days: Iterable[date]) -> list[list[tuple[date, bool]]]:
    """The weeks from the first day to the last, each from Monday, with the days that are marked."""
    marked = set(days)
    if not marked:
        return []
    monday = min(marked) - timedelta(days=min(marked).weekday())
    count = ((max(marked) - monday).days // 7) + 1
    return [
        [(day := monday + timedelta(days=7 * week + number), day in marked) for number in range(7)]
        for week in range(count)
    ]


MOST_SESSIONS = 60


def written(sessions: Iterable[Placed]) -> str:
    """Chosen places as text for a form."""
    told = ((one.day.isoformat(), f"{one.start:%H:%M}", str(one.minutes), one.therapist, one.room) for one in sessions)
    return ";".join(" ".join(parts) for parts in told)


def read(text: str) -> list[Placed]:
    """The places in a text that `written` made. Raises ValueError."""
    parts = text.split(";")
    if not text or len(text) > 4000 or len(parts) > MOST_SESSIONS:
        raise ValueError("no sessions")
    return [_one(number, part) for number, part in enumerate(parts, start=1)]


def _one(number: int, part: str) -> Placed:
    day, start, minutes, therapist, room = part.split(" ")
    if not (therapist[:1] == "t" and therapist[1:].isdecimal() and room[:1] == "r" and room[1:].isdecimal()):
        raise ValueError("no session")
    if not 0 < int(minutes) <= 24 * 60:
        raise ValueError("no session")
    return Placed(
        id=str(number),
        course="",
        person="",
        number=number,
        day=date.fromisoformat(day),
        start=time.fromisoformat(start).replace(tzinfo=None),
        minutes=int(minutes),
        therapist=therapist,
        room=room,
    )
