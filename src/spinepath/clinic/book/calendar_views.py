"""The calendar: the week to drag in, a day side by side by therapist or room, and reminders that did not get out."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import BadRequest
from django.db.models import Count, QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from spinepath.clinic import audit
from spinepath.clinic.access import StaffRequest, may, staff
from spinepath.clinic.book import diary
from spinepath.clinic.book import reminders as reminding
from spinepath.clinic.book.session_views import today_or
from spinepath.clinic.links import link
from spinepath.clinic.models import Away, Closure, Session

MOST_DAYS = 62
MOST_SESSIONS = 120
"""More than these are not read one by one: they are counted."""
_WEEK = timedelta(days=7)
_COLUMNS = ("therapist", "room")


@staff("see_people")
@require_safe
def calendar(request: StaffRequest) -> HttpResponse:
    """The week; sessions can be dragged to another time."""
    context = {
        "therapists": diary.treating(request.clinic),
        "rooms": request.clinic.rooms.filter(is_used=True),
        "now": timezone.localtime().replace(tzinfo=None).isoformat(timespec="minutes"),
        "may_book": may(request.member, "book"),
        "failures": len(reminding.failures(request.clinic)),
        "hours": _hours(request),
        "chosen": _own(request),
    }
    return render(request, "clinic/book/calendar.html", context)


def _own(request: StaffRequest) -> int | None:
    """A therapist sees the own sessions first."""
    return request.member.pk if request.member.role == request.member.Role.THERAPIST else None


def _hours(request: StaffRequest) -> dict[str, str]:
    """From when to when the calendar shows a day."""
    openings = list(request.clinic.openings.all())
    if not openings:
        return {"from": "07:00", "until": "20:00"}
    until = max((one.end.hour + (one.end.minute > 0)) or 24 for one in openings)
    return {"from": f"{min(one.start.hour for one in openings):02}:00", "until": f"{until:02}:00"}


@staff("see_people")
@require_safe
def events(request: StaffRequest) -> JsonResponse:
    """Sessions and absences from `start` to `end`, of everybody or of one therapist or room."""
    try:
        first = date.fromisoformat(request.GET.get("start", "")[:10])
        last = date.fromisoformat(request.GET.get("end", "")[:10])
    except ValueError:
        raise BadRequest from None
    if not timedelta() <= last - first <= timedelta(days=MOST_DAYS):
        raise BadRequest
    rows = _sessions(request, first, last)
    for field in _COLUMNS:
        chosen = request.GET.get(field, "")
        if chosen.isdecimal() and len(chosen) < 12:
            rows = rows.filter(**{f"{field}_id": int(chosen)})
    now = timezone.localtime()
    moves = may(request.member, "book")
    audit.note(request.clinic, request.member.name, audit.READ, "calendar", detail=f"{first} to {last}")
    shown = list(rows.values_list(*_Event._fields)[: MOST_SESSIONS + 1])
    if len(shown) > MOST_SESSIONS:
        return JsonResponse({"sessions": _counts(rows, by_hour=last - first <= _WEEK), "counted": True})
    return JsonResponse({"sessions": [_event(_Event(*one), now, moves) for one in shown], "counted": False})


def _sessions(request: StaffRequest, first: date, last: date) -> QuerySet[Session]:
    """Sessions from `first` to before `last` that take place."""
    rows = Session.objects.filter(clinic=request.clinic, day__gte=first, day__lt=last, status__in=diary.TAKES_PLACE)
    return rows.order_by("day", "start", "pk")


def _counts(rows: QuerySet[Session], *, by_hour: bool) -> list[dict[str, Any]]:
    """How many sessions begin in each hour or on each day, where there are too many to read; each leads to its day."""
    counted: Counter[tuple[date, str]] = Counter()
    for day, start, number in rows.order_by().values_list("day", "start").annotate(number=Count("pk")):
        counted[day, f"T{start.hour:02}:00" if by_hour else ""] += number
    page = link("calendar_day")
    return [
        {
            "id": f"{day}{hour}",
            "title": ngettext("%(number)s session", "%(number)s sessions", number) % {"number": number},
            "start": f"{day}{hour}",
            "url": f"{page}?day={day}",
            "editable": False,
            "classNames": ["is-counted"],
        }
        for (day, hour), number in sorted(counted.items())
    ]


class _Event(NamedTuple):
    """A session as the calendar shows it; the names are columns of the database."""

    key: str
    version: int
    day: date
    start: time
    minutes: int
    status: str
    episode__key: str
    episode__person__family_name: str
    episode__person__given_name: str
    therapist_id: int
    therapist__name: str
    therapist__colour: str
    room__name: str


def _event(one: _Event, now: datetime, moves: bool) -> dict[str, Any]:
    start = datetime.combine(one.day, one.start)
    return {
        "id": one.key,
        "title": f"{one.episode__person__family_name}, {one.episode__person__given_name}",
        "start": start.isoformat(timespec="minutes"),
        "end": (start + timedelta(minutes=one.minutes)).isoformat(timespec="minutes"),
        "url": link("session_booking", one.key) if moves else link("episode", one.episode__key),
        "editable": moves and one.status in diary.AHEAD and start > now.replace(tzinfo=None),
        "classNames": [f"is-{one.status}"],
        "color": one.therapist__colour,
        "extendedProps": {
            "version": one.version,
            "therapist": diary.therapist_id(one.therapist_id),
            "who": one.therapist__name,
            "where": one.room__name,
            "status": str(Session.Status(one.status).label),
        },
    }


@staff("see_people")
@require_safe
def day(request: StaffRequest) -> HttpResponse:
    """One day side by side: a column for each therapist, or for each room."""
    today = timezone.localdate()
    chosen = min(max(today_or(request.GET.get("day", ""), today), date(2000, 1, 1)), date(2199, 12, 31))
    by = request.GET.get("by") if request.GET.get("by") in _COLUMNS else "therapist"
    rows = list(
        _sessions(request, chosen, chosen + timedelta(days=1)).select_related("episode__person", "therapist", "room")
    )
    audit.note(request.clinic, request.member.name, audit.READ, "calendar", detail=f"{chosen}")
    context = {
        "day": chosen,
        "by": by,
        "before": chosen - timedelta(days=1),
        "after": chosen + timedelta(days=1),
        "today": today,
        "columns": _by_room(request, rows, chosen) if by == "room" else _by_therapist(request, rows, chosen),
        "count": len(rows),
        "may_book": may(request.member, "book"),
    }
    return render(request, "clinic/book/day.html", context)


def _by_therapist(request: StaffRequest, rows: list[Session], chosen: date) -> list[dict[str, Any]]:
    found: dict[int, list[Session]] = defaultdict(list)
    for one in rows:
        found[one.therapist_id].append(one)
    away = {
        one.member_id: one
        for one in Away.objects.filter(member__clinic=request.clinic, first__lte=chosen, last__gte=chosen)
    }
    members = diary.treating(request.clinic)
    shifts = diary.shifts_of(members)
    columns = [
        {
            "name": member.name,
            "sessions": found.pop(member.pk, []),
            "hours": [
                one
                for one in shifts[member.pk]
                if one.weekday == chosen.isoweekday()
                and (one.first is None or one.first <= chosen)
                and (one.last is None or chosen <= one.last)
            ],
            "away": away.get(member.pk),
        }
        for member in members
    ]
    others = [one for sessions in found.values() for one in sessions]
    return columns + ([{"name": others[0].therapist.name, "sessions": others, "hours": []}] if others else [])


def _by_room(request: StaffRequest, rows: list[Session], chosen: date) -> list[dict[str, Any]]:
    found: dict[int, list[Session]] = defaultdict(list)
    for one in rows:
        found[one.room_id].append(one)
    closed = {
        one.room_id: one
        for one in Closure.objects.filter(
            clinic=request.clinic, room__isnull=False, first__lte=chosen, last__gte=chosen
        )
    }
    rooms = list(request.clinic.rooms.all())
    return [
        {"name": room.name, "sessions": found[room.pk], "hours": None, "away": closed.get(room.pk)}
        for room in rooms
        if room.is_used or found[room.pk]
    ]


@staff("see_people", "book")
@require_safe
def reminders(request: StaffRequest) -> HttpResponse:
    """Reminders that did not get out: somebody should call. Where none goes out at all, why, and what to do."""
    context = {
        "failures": reminding.failures(request.clinic),
        "standstill": reminding.standstill(request.clinic, timezone.now()),
        "asks_how": bool(settings.ADDRESS),
    }
    return render(request, "clinic/book/reminders.html", context)
