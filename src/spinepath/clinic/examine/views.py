"""Pages of this step: what to examine now, one sheet, and what a sheet changed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from spinepath.clinic import advice, prepared
from spinepath.clinic.access import StaffRequest, episode_of, staff
from spinepath.clinic.examine import spine
from spinepath.clinic.examine.answers import AT, NORMAL, SEEN, Filled, all_normal, read_form
from spinepath.clinic.examine.changed import changed_of, keep_changed
from spinepath.clinic.examine.saving import Closed, Overtaken, newest, save
from spinepath.clinic.examine.sheets import Part, Picture, Sheet, parts_of, picture_of, sheet_named, sheets
from spinepath.clinic.models import Document, Episode, KeptFinding, Task
from spinepath.clinic.pages import episode_page
from spinepath.clinic.record import NotRecorded
from spinepath.clinic.templatetags.spinepath import written_words

FILES_SHOWN = 5
"""How many files the first page lists; the others stand on their own page."""


@staff("see_record")
@require_GET
def examine(request: StaffRequest, key: str) -> HttpResponse:
    """What is worth examining now, the images, the files."""
    episode = episode_of(request, key)
    picture = picture_of(episode, advice.clock_of(episode))
    found = sheets(picture)
    files = prepared.rows(
        lambda episode: Document.objects.filter(episode=episode, withdrawn_at=None)[: FILES_SHOWN + 1], episode.pk
    )
    asked = {name for sheet in found for name in sheet.facts}
    context = {
        "now": [one for one in found if one.asked],
        "others": [one for one in found if not one.asked],
        "for_patient": sum(ask.fact not in asked for ask in picture.asks),
        "drawings": _drawings(found, picture),
        "files": files[:FILES_SHOWN],
        "more_files": len(files) > FILES_SHOWN,
        "to_read": _to_read(episode),
        "changed": changed_of(request, episode),
        "offers_care": advice.knowledge().dispositions[picture.outcome.disposition].offers_care,
    }
    return episode_page(request, episode, "clinic/examine/overview.html", "examine", context)


def _drawings(found: list[Sheet], picture: Picture) -> list[tuple[Sheet, spine.Spine]]:
    return [(sheet, one) for sheet in found for one in spine.drawings_for(sheet.facts, picture.values)]


def _to_read(episode: Episode) -> set[str]:
    about = prepared.rows(
        lambda episode: Task.objects.filter(episode=episode, kind=Task.Kind.DOCUMENT, settled_at=None).values_list(
            "about", flat=True
        ),
        episode.pk,
    )
    return set(about)


@staff("see_record", "add_findings")
@require_http_methods(["GET", "POST"])
def sheet(request: StaffRequest, key: str, name: str) -> HttpResponse:
    """One sheet to fill in. What is sent is kept, or comes back with what is wrong."""
    episode = episode_of(request, key)
    picture = picture_of(episode, advice.clock_of(episode))
    found = sheet_named(name, picture)
    if found is None:
        raise Http404
    seen = _whole(request.POST.get(SEEN, "")) if request.method == "POST" else newest(episode)
    if request.method == "GET":
        return _page(request, episode, found, parts_of(found, picture), picture, seen, {})
    form = {name: str(value) for name, value in request.POST.items()}
    filled = read_form(form, found, picture, episode)
    if NORMAL in form:
        typed = all_normal(parts_of(found, picture, filled.typed), form[NORMAL], filled.typed)
        return _page(request, episode, found, parts_of(found, picture, typed), picture, seen, typed)
    if not filled.answers and not filled.faults:
        filled.faults[""] = _("Nothing new is filled in. Fill in what you examined, or go back.")
    status = 422
    if not filled.faults:
        try:
            answer = _kept(request, episode, filled, seen)
        except Overtaken as stopped:
            filled.faults |= {fact: _told(row) for fact, row in stopped.rows.items()}
            status, seen, picture = 409, newest(episode), picture_of(episode, advice.clock_of(episode))
        else:
            if answer is not None:
                return answer
    parts = parts_of(found, picture, filled.typed, filled.faults)
    return _page(request, episode, found, parts, picture, seen, filled.typed, filled.faults, status)


def _told(row: KeptFinding) -> str:
    """What somebody else found of a line that was filled in meanwhile."""
    says = _("%(by)s added “%(value)s” at %(time)s, after you opened this page. Look at it, then save again.")
    told = {"by": row.by, "value": written_words(row.fact, row.value)}
    return says % {**told, "time": f"{timezone.localtime(row.recorded_at):%H:%M}"}


def _kept(request: StaffRequest, episode: Episode, filled: Filled, seen: int) -> HttpResponse | None:
    """To the page that tells what changed; None when nothing could be kept, with the reason among the faults."""
    try:
        saved = save(episode, request.member, filled.answers, filled.at, seen)
    except Closed:
        filled.faults[""] = _("This episode was closed. Nothing was kept. Open it again, or begin a new one.")
    except NotRecorded as refused:
        filled.faults |= refused.faults
    else:
        keep_changed(request, episode, saved)
        return redirect("examine", key=episode.key)
    return None


def _page(
    request: StaffRequest,
    episode: Episode,
    found: Sheet,
    parts: list[Part],
    picture: Picture,
    seen: int,
    typed: dict[str, str],
    faults: dict[str, str] | None = None,
    status: int = 422,
) -> HttpResponse:
    facts = advice.knowledge().facts
    matter = [part for part in parts if part.matters]
    drawn = spine.drawings_for(found.facts, spine.values_typed(typed) if typed else picture.values)
    context: dict[str, Any] = {
        "sheet": found,
        "parts": parts if drawn else matter or parts,
        "more": [part for part in parts if matter and part not in matter and not drawn],
        "more_titles": ", ".join(part.title.lower() for part in parts if part.title and part not in matter),
        "drawings": drawn,
        "seen": seen,
        "at": typed.get(AT, ""),
        "at_fault": (faults or {}).get(AT, ""),
        "faults": [
            (_field_id(name), text if name not in facts or facts[name].name in text else f"{facts[name].name}: {text}")
            for name, text in (faults or {}).items()
        ],
        "count": sum(len(part.cells) for part in parts),
        "is_examination": any(part.grid for part in parts),
    }
    return episode_page(request, episode, "clinic/examine/sheet.html", "examine", context, status if faults else 200)


def _field_id(name: str) -> str:
    return f"f-{name}" if name else ""


def _whole(written: str) -> int:
    """The number that a form carried; 0 for anything else, which tells of more than of less."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 18 else 0


@staff("see_record")
@require_POST
def drawing(request: StaffRequest, key: str) -> HttpResponse:
    """The drawing for what is chosen in a form; nothing is kept."""
    episode_of(request, key)
    typed = {name: str(value) for name, value in request.POST.items()}
    values = spine.values_typed(typed)
    facts = tuple(name for name in values if name in typed)
    return render(
        request, "clinic/examine/drawings.html", {"drawings": spine.drawings_for(facts, values), "is_form": True}
    )
