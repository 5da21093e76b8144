"""The sessions of a day: a therapist's own, or those of the whole clinic; who has come, who has not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import CharField, Count, F
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import audit, prepared
from spinepath.clinic.links import link
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Clinic, Member, Session

SHOWN = 30
"""So many sessions stand on one page."""

_LATE = timedelta(minutes=30)
"""So long after its beginning a session is still looked for first."""
"""More sessions than any clinic has on one day; the page says so when there are more."""


class Row(NamedTuple):
    """A session as the database has it; the names are columns. A long day would take long to read with all of them."""

    pk: int
    key: str
    course_id: int
    number: int
    day: date
    start: time
    minutes: int
    status: str
    arrived_at: datetime | None
    version: int
    therapist_id: int
    therapist__name: str
    therapist__colour: str
    room__name: str
    episode__key: str
    episode__disposition: str
    episode__person__key: str
    episode__person__family_name: str
    episode__person__given_name: str


@dataclass(frozen=True)
class Line:
    """A session of the day as it is shown; `person` and `episode` are keys, `member` is the row of the therapist.

    `where` says which of its course it is and where, of a long list also with whom.
    """

    key: str
    version: int
    begins: str
    ends: str
    person: str
    name: str
    episode: str
    disposition: str
    where: str
    member: int
    therapist: str
    colour: str
    status: str
    says: str
    arrived_at: datetime | None
    has_begun: bool
    is_now: bool

    @property
    def is_here(self) -> bool:
        """Has the person come, and nobody said yet how it ended?"""
        return self.status == Session.Status.BOOKED and self.arrived_at is not None

    @property
    def may_be_missed(self) -> bool:
        """Can it be said that nobody came?"""
        return self.status == Session.Status.BOOKED and self.arrived_at is None and self.has_begun

    @property
    def treat_address(self) -> str:
        """The address of the page on which it is treated."""
        return link("treat", self.episode)

    @property
    def mark_address(self) -> str:
        """The address to which it is said who has come."""
        return link("mark_session", self.key)


def sessions_on(clinic: Clinic, day: date, therapist: Member | None = None) -> list[tuple[int, str]]:
    """The rows of the sessions of the day that were not called off and when they begin, as text, by time."""
    if therapist is not None:
        return prepared.rows(
            lambda clinic, day, therapist: (
                Session.objects.filter(clinic=clinic, day=day, therapist=therapist)
                .exclude(status=Session.Status.CANCELLED)
                .order_by("start", "pk")
                .values_list("pk", Cast("start", CharField()))
            ),
            clinic.pk,
            day,
            therapist.pk,
        )
    return prepared.rows(
        lambda clinic, day: (
            Session.objects.filter(clinic=clinic, day=day)
            .exclude(status=Session.Status.CANCELLED)
            .order_by("start", "therapist__name", "pk")
            .values_list("pk", Cast("start", CharField()))
        ),
        clinic.pk,
        day,
    )


@dataclass(frozen=True)
class Part:
    """The sessions of a day that stand on one page: from place `first`, counted from 0, of `total`."""

    sessions: list[Row]
    first: int
    total: int

    @property
    def is_whole(self) -> bool:
        """Does the page show the whole day?"""
        return len(self.sessions) == self.total

    @property
    def earlier(self) -> int | None:
        """Where the part before begins; None when there is none."""
        return max(self.first - SHOWN, 0) if self.first else None

    @property
    def later(self) -> int | None:
        """Where the part after begins; None when there is none."""
        return self.first + SHOWN if self.first + SHOWN < self.total else None


def part(rows: list[tuple[int, str]], first: int | None, now: datetime | None) -> Part:
    """The part from `first`; when no place is asked for, of a long today the sessions that are not over at `now`."""
    if first is None:
        first = _over(rows, now) if now else 0
    first = max(min(first, len(rows) - SHOWN), 0)
    shown = [pk for pk, _start in rows[first : first + SHOWN]]
    found = prepared.rows(lambda shown: Session.objects.filter(pk__in=shown).values_list(*Row._fields), shown)
    sessions = sorted(map(Row._make, found), key=lambda one: shown.index(one.pk))
    return Part(sessions, first, len(rows))


def _over(rows: list[tuple[int, str]], now: datetime) -> int:
    """How many of today's sessions nobody looks for any more."""
    earliest = max(now - _LATE, now.replace(hour=0, minute=0, second=0, microsecond=0))
    clock = f"{earliest:%H:%M:%S}"
    return sum(start < clock for _pk, start in rows)


def lines(sessions: Iterable[Row], now: datetime, *, is_mixed: bool = False) -> list[Line]:
    """The sessions as lines of a list, in which those of several therapists may be mixed."""
    sessions = list(sessions)
    counted = prepared.rows(
        lambda courses: (
            Session.objects.filter(course__in=courses)
            .exclude(status=Session.Status.CANCELLED)
            .values("course")
            .annotate(number=Count("pk"))
            .values_list("course", "number")
        ),
        sorted({one.course_id for one in sessions}),
    )
    of = dict(counted)
    words = _Words(_("session %(number)s of %(of)s"), {one: str(one.label) for one in Session.Status})
    return [_line(one, max(of.get(one.course_id, 0), one.number), now, words, is_mixed=is_mixed) for one in sessions]


class _Words(NamedTuple):
    """What every line says, in the reader's language."""

    place: str
    status: dict[str, str]


def _line(one: Row, of: int, now: datetime, words: _Words, *, is_mixed: bool) -> Line:
    begins = timezone.make_aware(datetime.combine(one.day, one.start))
    ends = begins + timedelta(minutes=one.minutes)
    place = words.place % {"number": one.number, "of": of}
    return Line(
        key=one.key,
        version=one.version,
        begins=f"{begins:%H:%M}",
        ends=f"{ends:%H:%M}",
        person=one.episode__person__key,
        name=f"{one.episode__person__family_name}, {one.episode__person__given_name}",
        episode=one.episode__key,
        disposition=one.episode__disposition,
        where=" · ".join([place, one.room__name, *([one.therapist__name] if is_mixed else [])]),
        member=one.therapist_id,
        therapist=one.therapist__name,
        colour=one.therapist__colour,
        status=one.status,
        says=words.status[one.status],
        arrived_at=one.arrived_at,
        has_begun=begins <= now,
        is_now=one.status == Session.Status.BOOKED and begins <= now < ends,
    )


class NotMarked(Exception):
    """The session changed since the page was shown; the text says how it stands now."""


@transaction.atomic
def mark(session: Session, what: str, version: int, member: Member) -> None:
    """Note that somebody has come, or that this was said by mistake. Raises NotMarked."""
    lock_episodes(session.episode_id)
    rows = Session.objects.filter(pk=session.pk, version=version)
    change: dict[str, object] = {"version": F("version") + 1}
    if what == "arrived":
        rows = rows.filter(status=Session.Status.BOOKED, arrived_at=None)
        change["arrived_at"] = timezone.now()
    else:
        rows = rows.filter(status=Session.Status.BOOKED).exclude(arrived_at=None)
        change["arrived_at"] = None
    if not rows.update(**change):
        now = Session.objects.get(pk=session.pk)
        raise NotMarked(now.get_status_display())
    audit.note(
        member.clinic, member.name, audit.CHANGE, "session", key=session.key, person=session.episode.person, detail=what
    )
