"""Pages of this step: the sessions of an episode, and the page of one session."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from spinepath.clinic import advice, prepared
from spinepath.clinic.access import StaffRequest, episode_of, staff
from spinepath.clinic.models import AdverseEvent, Episode, Note, Session
from spinepath.clinic.pages import episode_page
from spinepath.clinic.treat import beginning, closing, notes, rescreen
from spinepath.clinic.treat.answering import read_sheets
from spinepath.clinic.treat.showing import Shown
from spinepath.engine.page_parts import page_part

_FORM_WORDS = 4000


@staff("see_record")
@require_GET
def treat(request: StaffRequest, key: str) -> HttpResponse:
    """The sessions of an episode: the one of today first."""
    episode = episode_of(request, key)
    rows = list(
        Session.objects.filter(episode=episode).select_related("therapist", "room", "note").order_by("day", "start")
    )
    today = timezone.localdate()
    now = [one for one in rows if one.day == today and one.status in ("booked", "held", "done")]
    unsigned = [one for one in rows if one.day < today and one.status == "booked"]
    ahead = [one for one in rows if one.day > today and one.status in ("booked", "held")]
    had = [one for one in rows if one.status in ("done", "missed", "cancelled") and one not in now]
    context = {"now": now, "unsigned": unsigned, "ahead": ahead, "had": had[::-1]}
    return episode_page(request, episode, "clinic/treat/sessions.html", "treat", context)


def session_of(request: StaffRequest, key: str) -> Session:
    """The session with this key in the member's clinic; 404 for any other."""
    return prepared.one_or_404(
        lambda clinic, key: Session.objects.filter(clinic=clinic, key=key).select_related(
            "episode__person", "episode__clinic", "episode__therapist", "clinic", "course__plan", "therapist", "room"
        ),
        request.clinic.pk,
        key,
    )


def _note(session: Session) -> Note | None:
    return prepared.first(
        lambda session: Note.objects.filter(session=session).select_related("saved_by", "signed_by"), session.pk
    )


def _page(request: StaffRequest, shown: Shown, status: int = 200, **more: Any) -> HttpResponse:
    context = {"session": shown.session, "shown": shown, "faults": shown.faults, **more}
    return episode_page(request, shown.session.episode, "clinic/treat/session.html", "treat", context, status)


@staff("see_record")
@require_http_methods(["GET", "POST"])
def session(request: StaffRequest, key: str) -> HttpResponse:
    """The page of one session; posting keeps the draft, or signs it."""
    row = session_of(request, key)
    if request.method == "GET":
        return _page(request, Shown(row, _note(row)))
    _must_treat(request)
    return _write(request, row)


def _must_treat(request: StaffRequest) -> None:
    from django.core.exceptions import PermissionDenied

    from spinepath.clinic.access import may

    if not may(request.member, "treat"):
        raise PermissionDenied


def _typed(request: StaffRequest, row: Session) -> notes.Written:
    start = notes.planned(row, notes.plan_of(row))
    return notes.typed(start, request.POST, list(page_part(advice.knowledge(), "before_and_after").facts))


def _version(request: StaffRequest) -> int:
    written = request.POST.get("version", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else -1


def _over(request: StaffRequest) -> bool:
    """Was somebody else's draft shown, and is this saved in its place all the same?"""
    return request.POST.get("over") == "yes"


def _write(request: StaffRequest, row: Session) -> HttpResponse:
    what, signs_now = _typed(request, row), request.POST.get("act") == "sign"
    note = _note(row)
    if note is None or not note.consent:
        messages.error(request, _("The session has not begun. Nothing was kept of it yet."))
        return redirect("session", row.key)
    if len(what.free) > notes.FREE_MOST:
        says = _("The note is too long: at most %(most)s letters. Nothing is lost; shorten it here.")
        return _page(request, Shown(row, note, what, faults=[("free", says % {"most": notes.FREE_MOST})]), 422)
    try:
        _keep_in_phases(request, row)
        if signs_now:
            notes.sign(
                row, what, _version(request), request.member, advice.outcome_of(row.episode), over=_over(request)
            )
            messages.success(request, _("The session is signed."))
        else:
            notes.save_draft(row, what, _version(request), request.member, over=_over(request))
            messages.success(request, _("The draft is saved."))
    except notes.Stale as stale:
        return _page(request, Shown(row, stale.note, what), 409, theirs=stale.note)
    except notes.Signed as signed:
        return _page(request, Shown(row, signed.note), 409, mine=_new_words(what.free, signed.note))
    except notes.NotSigned as refused:
        return _page(request, Shown(row, note, what, faults=refused.faults), 422)
    return redirect("session", row.key)


def _new_words(free: str, note: Note) -> str:
    """What was typed and does not stand in the signed note."""
    return "" if free.strip() == note.free.strip() else free


def _keep_in_phases(request: StaffRequest, row: Session) -> None:
    if Note.objects.filter(session=row, signed_at__isnull=False).exists():
        return
    ticked = {name: f"f-{name}" in request.POST for name in rescreen.in_phases()}
    rescreen.keep_ticks(row.episode, ticked, request.member)


@staff("treat")
@require_POST
def draft(request: StaffRequest, key: str) -> JsonResponse:
    """Keep the draft by itself: 200 with the new version, 409 with what somebody else wrote, 422 when too long.

    With the version comes what the draft changed on its page.
    """
    row = session_of(request, key)
    what = _typed(request, row)
    note = _note(row)
    if note is None or not note.consent:
        return JsonResponse({"says": _("The session has not begun.")}, status=422)
    if len(what.free) > notes.FREE_MOST:
        return JsonResponse({"says": _("The note is too long and was not saved.")}, status=422)
    try:
        note = notes.save_draft(row, what, _version(request), request.member, over=_over(request))
    except (notes.Stale, notes.Signed) as other:
        return JsonResponse(_told(other.note), status=409)
    _keep_in_phases(request, row)
    return JsonResponse({"version": note.version, "at": _clock(note.saved_at), "parts": _fresh(request, row, note)})


def _fresh(request: StaffRequest, row: Session, note: Note) -> dict[str, str]:
    """What stands otherwise than the page shows, by the id of its place: what waited for a tick opens by itself."""
    parts: dict[str, str] = {}
    for line in Shown(row, note).changed(request.POST):
        for part in ("state", "levels"):
            parts[f"{line.prefix}{part}"] = render_to_string(f"clinic/treat/{part}.html", {"line": line}, request)
    return parts


def _told(note: Note) -> dict[str, Any]:
    return {
        "version": note.version,
        "free": note.free,
        "by": note.saved_by.name if note.saved_by else "",
        "at": _clock(note.saved_at),
        "signed": note.signed_at is not None,
    }


def _clock(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%H:%M:%S") if at else ""


@staff("treat")
@require_POST
def ask_again(request: StaffRequest, key: str) -> HttpResponse:
    """Keep the answers of today; a danger among them shows what to do at once."""
    row = session_of(request, key)
    shown = Shown(row, _note(row))
    if not shown.can_be_written:
        return _not_now(request, shown)
    sheets = shown.asked_now()
    read = read_sheets(sheets, request.POST.dict())
    if read.faults:
        return _page(request, Shown(row, shown.note, sheets_typed=sheets, faults=read.faults), 422)
    if not read.answers:
        said = [("", _("Nothing was answered yet."))]
        return _page(request, Shown(row, shown.note, sheets_typed=sheets, faults=said), 422)
    rescreen.keep(row.episode, read, request.member)
    return redirect("session", row.key)


def _not_now(request: StaffRequest, shown: Shown) -> HttpResponse:
    """The session cannot be written in: the page says why, and what was typed is not taken for an answer."""
    said = [("", _("This session cannot be written in now. Nothing was kept."))]
    return _page(request, Shown(shown.session, shown.note, faults=said), 409)


@staff("treat")
@require_POST
def begin(request: StaffRequest, key: str) -> HttpResponse:
    """Begin, with what the person agrees to today."""
    row = session_of(request, key)
    shown = Shown(row, _note(row))
    if shown.has_begun:
        return redirect("session", row.key)
    try:
        before = {one.fact.id: one.before for one in shown.compared}
        beginning.begin(row, request.POST, request.member, before)
    except beginning.NotNow:
        return _not_now(request, shown)
    except beginning.NotBegun as refused:
        return _page(request, Shown(row, shown.note, faults=refused.faults), 422)
    return redirect("session", row.key)


@staff("treat")
@require_POST
def signs(request: StaffRequest, key: str) -> HttpResponse:
    """A stop sign was seen: it counts at once, and what to do is shown."""
    row = session_of(request, key)
    note = _note(row)
    if note is None or not note.consent:
        return _not_now(request, Shown(row, note))
    closing.seen(row, request.POST.getlist("seen"), request.member)
    if request.htmx:  # type: ignore[attr-defined]
        shown = Shown(row, note)
        return render(request, "clinic/treat/stop_signs.html", {"session": row, "shown": shown, "live": True})
    return redirect("session", row.key)


@staff("treat")
@require_POST
def session_event(request: StaffRequest, key: str) -> HttpResponse:
    """Keep an adverse event of a session."""
    row = session_of(request, key)
    kept = _event(request, row.episode, row)
    if kept is None:
        said = [("severity", _("Choose how grave it was."))]
        return _page(request, Shown(row, _note(row), faults=said), 422, event_says=request.POST.get("says", ""))
    return redirect("session", row.key)


@staff("treat")
@require_POST
def event(request: StaffRequest, key: str) -> HttpResponse:
    """Keep an adverse event that was told between sessions."""
    episode = episode_of(request, key)
    if _event(request, episode, None) is None:
        messages.error(request, _("Nothing was kept: choose how grave it was."))
    return redirect("follow", episode.key)


def _event(request: StaffRequest, episode: Episode, row: Session | None) -> AdverseEvent | None:
    severity = request.POST.get("severity", "")
    if severity not in advice.knowledge().severities:
        return None
    says = request.POST.get("says", "").replace("\x00", "").strip()[:_FORM_WORDS]
    kept = closing.report_event(episode, row, severity, request.POST.getlist("techniques"), says, request.member)
    said = _("The adverse event is kept. Somebody asks again on %(day)s.")
    messages.success(request, said % {"day": kept.follow_up_due.strftime("%d.%m.%Y")})
    return kept


@staff("treat")
@require_POST
def event_asked(request: StaffRequest, key: str) -> HttpResponse:
    """Somebody asked how it went on after an adverse event."""
    rows = AdverseEvent.objects.select_related("episode__clinic", "episode__person")
    found = get_object_or_404(rows, episode__clinic=request.clinic, key=key)
    outcome = request.POST.get("outcome", "").replace("\x00", "").strip()[:_FORM_WORDS]
    if outcome:
        closing.asked_again(found, outcome, request.member)
        messages.success(request, _("Kept: how it went on after the reaction."))
    else:
        messages.error(request, _("Write how it went on; “all well again” is enough."))
    return redirect("follow", found.episode.key)


@staff("treat")
@require_POST
def add(request: StaffRequest, key: str) -> HttpResponse:
    """Add to a signed note."""
    row = session_of(request, key)
    note = _note(row)
    says = request.POST.get("says", "")
    if note is None or note.signed_at is None:
        return _not_now(request, Shown(row, note))
    try:
        notes.add_to(row, says, request.member)
    except notes.NotSigned as refused:
        return _page(request, Shown(row, note, faults=refused.faults), 422, mine=says)
    messages.success(request, _("Added to the note."))
    return redirect("session", row.key)
