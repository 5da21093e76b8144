"""The day: sessions by time, and what needs somebody."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from spinepath.booking.faults import FaultyBooking
from spinepath.clinic import audit
from spinepath.clinic.access import StaffRequest, may, staff, within
from spinepath.clinic.book import changes
from spinepath.clinic.models import Session, Task
from spinepath.clinic.today import day as days
from spinepath.clinic.today import task_lines, tasks

PAGE = 12
"""So many tasks stand on one page, the gravest first; on a phone the sessions come after them."""


@staff("see_people")
def today(request: StaffRequest) -> HttpResponse:
    """My day or the clinic's, and what needs somebody, the gravest first."""
    now = timezone.localtime()
    tasks.refresh_once(request.clinic, now.date())
    day = _day(request.GET.get("day"), now.date())
    treats = request.member.treats
    whole = request.GET.get("who") == "all" or not treats
    mine = treats and request.GET.get("tasks") != "all"
    reads = may(request.member, "see_record")
    rows = days.sessions_on(request.clinic, day, None if whole else request.member)
    part = days.part(rows, _place(request.GET.get("first")), now if day == now.date() else None)
    number = _number(request.GET.get("page"))
    place = slice((number - 1) * PAGE, number * PAGE + 1)
    waiting = tasks.open_tasks(request.clinic, place, mine=request.member if mine else None)
    # of a day that is too long for one page, what comes next matters more than whose it is
    is_mixed = whole and not part.is_whole
    lines = days.lines(part.sessions, now, is_mixed=is_mixed)
    audit.note(request.clinic, request.member.name, audit.READ, "today", detail=f"{day}, page {number}")
    context = {
        "day": day,
        "now": now,
        "is_today": day == now.date(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "whole": whole,
        "mine": mine,
        "treats": treats,
        "reads": reads,
        "may_book": may(request.member, "book"),
        "lines": lines,
        "part": part,
        "by_therapist": _by_therapist(lines) if whole and not is_mixed else [],
        "tasks": task_lines.lines(tasks.shown(waiting[:PAGE], now.date()), request.member, now.date()),
        "page": number,
        "more": len(waiting) > PAGE,
        "back": request.get_full_path(),
    }
    return render(request, "clinic/today/today.html", context)


def _day(written: str | None, otherwise: date) -> date:
    try:
        day = date.fromisoformat(written or "")
    except ValueError:
        return otherwise
    return day if 2000 <= day.year <= 2199 else otherwise


def _place(written: str | None) -> int | None:
    """A place that is asked for; None when none is, or it cannot be read."""
    return int(written) if written and written.isascii() and written.isdigit() and len(written) < 6 else None


def _number(written: str | None) -> int:
    return max(_place(written) or 1, 1)


def _by_therapist(lines: list[days.Line]) -> list[tuple[str, str, list[days.Line]]]:
    """The lines by therapist, each by time."""
    found: dict[int, tuple[str, str, list[days.Line]]] = {}
    for line in lines:
        found.setdefault(line.member, (line.therapist, line.colour, []))[2].append(line)
    return sorted(found.values(), key=lambda group: group[0])


@require_POST
@staff("see_people", "book")
def mark_session(request: StaffRequest, key: str) -> HttpResponse:
    """Somebody has come, or has not."""
    session = get_object_or_404(within(request, Session.objects.select_related("episode__person")), key=key)
    what, _space, version = request.POST.get("what", "").partition(" ")  # one form for the whole list, a button each
    if (
        what not in ("arrived", "missed", "not_arrived")
        or not (version.isascii() and version.isdigit())
        or len(version) > 9
    ):
        messages.error(request, _("Nothing was changed. Choose what happened."))
        return _back(request)
    try:
        if what == "missed":
            _note_missed(request, session, int(version))
        else:
            days.mark(session, what, int(version), request.member)
    except (days.NotMarked, changes.Stale):
        messages.error(request, _("Somebody changed this session meanwhile. The list shows how it stands now."))
    except (changes.NotPossible, FaultyBooking, KeyError):  # a course whose preset is no longer known is one of them
        messages.error(request, _("Nothing was changed. The page of the booking says what can be done."))
    return _back(request)


def _note_missed(request: StaffRequest, session: Session, version: int) -> None:
    """The same act as on the page of the booking, and the way to a new place for what was lost."""
    if session.arrived_at is not None:
        raise days.NotMarked(session.get_status_display())
    changes.end(session, version, "missed", request.member, "did not come")
    page = reverse("book", args=[session.episode.key])
    told = _("Noted: the person did not come.")
    messages.success(request, format_html('{} <a href="{}">{}</a>', told, page, _("Find a new place")))


@require_POST
@staff("see_record")
def settle_task(request: StaffRequest, key: str) -> HttpResponse:
    """Say that what a task asked for is done."""
    task = get_object_or_404(within(request, Task.objects.select_related("episode__person")), key=key)
    if task.kind not in tasks.BY_HAND:
        messages.error(request, _("This settles itself when what it asks for is done. Follow its link."))
    elif not tasks.settle(task, request.member):
        messages.success(request, _("This was settled already."))
    else:
        messages.success(request, _("Settled. Your name and the time are kept."))
    return _back(request)


def _back(request: StaffRequest) -> HttpResponse:
    """To the page from which the act was done."""
    wanted = request.POST.get("back", "")
    is_own = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return redirect(wanted if is_own and "\n" not in wanted and "\r" not in wanted else "today")
