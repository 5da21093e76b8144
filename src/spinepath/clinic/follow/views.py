"""Pages of this step: how it goes, what is due, what waits for a decision, and the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from spinepath.clinic.access import StaffRequest, episode_of, may, staff
from spinepath.clinic.ask import doors
from spinepath.clinic.asked import SHEET, Asked, fill
from spinepath.clinic.follow import deciding, measuring
from spinepath.clinic.follow.charts import chart_of, summary_of
from spinepath.clinic.follow.course import Going
from spinepath.clinic.models import Episode, PersonalLink
from spinepath.clinic.pages import episode_page
from spinepath.clinic.treat.answering import read_sheets
from spinepath.clinic.treat.rescreen import keep
from spinepath.engine.conditions import Value
from spinepath.engine.page_parts import page_part
from spinepath.engine.values import write_value


@staff("see_record")
@require_GET
def follow(request: StaffRequest, key: str) -> HttpResponse:
    """How it goes: decisions that wait, the reading, what is due, curves, events."""
    return _page(request, Going(episode_of(request, key)))


def _page(
    request: StaffRequest,
    going: Going,
    status: int = 200,
    faults: list[tuple[str, str]] | None = None,
    **more: Any,
) -> HttpResponse:
    drawn = [
        {
            "line": line,
            "says": summary_of(line),
            "spec": chart_of(line),
            "id": f"chart-{line.fact.id}",
            "spec_id": f"chart-{line.fact.id}-spec",
        }
        for line in going.lines
        if not line.is_quiet
    ]
    due, scores = going.due_now, going.scores_due
    context = {
        "going": going,
        "shown": going,
        "faults": faults or [],
        "drawn": drawn,
        "quiet": [line for line in going.lines if line.is_quiet],
        "due": due if going.asked_in(due) else [],
        "asks_scores": bool(going.asked_in(scores)),
        "can_release": may(request.member, "release"),
        **more,
    }
    return episode_page(request, going.episode, "clinic/follow/follow.html", "follow", context, status)


@staff("add_findings")
@require_http_methods(["GET", "POST"])
def measures(request: StaffRequest, key: str) -> HttpResponse:
    """The measures that are due, to be entered: a page of its own, and a part of how it goes when that asks for it."""
    going = Going(episode_of(request, key))
    if not going.episode.is_open:
        messages.error(request, _("The episode is closed. Open a new one first."))
        return redirect("follow", key)
    sheets, scores = going.sheets(going.due_now), going.sheets(going.scores_due)
    context: dict[str, Any] = {"sheets": sheets, "score_sheets": scores}
    if request.method == "GET":
        is_part = request.headers.get("HX-Request") == "true"
        template = "clinic/follow/measures.html" if is_part else "clinic/follow/measures_page.html"
        return episode_page(request, going.episode, template, "follow", context)
    read = read_sheets([*sheets, *scores], request.POST.dict())
    context["faults"] = read.faults or ([] if read.answers else [("", _("Nothing was entered yet."))])
    if context["faults"]:
        return episode_page(request, going.episode, "clinic/follow/measures_page.html", "follow", context, 422)
    keep(going.episode, read, request.member)
    measuring.taken(going.episode, Going(going.episode).due, request.member)
    messages.success(request, _("Kept."))
    return redirect("follow", key)


@staff("add_findings")
@require_POST
def link(request: StaffRequest, key: str) -> HttpResponse:
    """A personal link by which the person answers how it goes; shown this once only."""
    episode = episode_of(request, key)
    if not episode.is_open:
        messages.error(request, _("The episode is closed. Open a new one first."))
        return redirect("follow", key)
    told = doors.make_link(episode, PersonalLink.Purpose.FOLLOW, request.member, timedelta(days=doors.LINK_DAYS))
    address = request.build_absolute_uri(reverse("enter", args=[told]))
    return _page(request, Going(episode), address=address, lasts=doors.LINK_DAYS)


@staff("release")
@require_POST
def release(request: StaffRequest, key: str) -> HttpResponse:
    """Release what holds the course, by name and with the reason."""
    episode = episode_of(request, key)
    because = request.POST.get("because", "")
    holds, reviews = _numbers(request, "hold"), _numbers(request, "review")
    try:
        deciding.go_on(episode, holds, reviews, because, request.member)
    except deciding.NotDecided as refused:
        return _page(request, Going(episode), 422, refused.faults, because=because)
    messages.success(request, _("Released in your name. What was held is booked again."))
    return redirect("follow", key)


def _numbers(request: StaffRequest, name: str) -> list[int]:
    """The numbers sent under this name; what is none becomes -1, which nothing has."""
    sent = request.POST.getlist(name)
    return [int(one) if one.isascii() and one.isdigit() and len(one) < 15 else -1 for one in sent]


@staff("treat")
@require_http_methods(["GET", "POST"])
def discharge(request: StaffRequest, key: str) -> HttpResponse:
    """The end of an episode."""
    episode = episode_of(request, key)
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        was_open = episode.is_open
        try:
            episode = deciding.discharge(episode, request.POST.dict(), request.member)
        except deciding.NotDecided as refused:
            faults = refused.faults
        else:
            said = _("The episode is closed.") if was_open else _("The episode was closed already.")
            messages.success(request, said)
            return redirect("follow", key)
    return _discharge_page(request, episode, faults)


def _discharge_page(request: StaffRequest, episode: Episode, faults: list[tuple[str, str]]) -> HttpResponse:
    going = Going(episode)
    part = page_part(going.base, "discharge")
    wrong = dict(faults)
    asked = [Asked(going.base.facts[name], SHEET, _standing(going.values.get(name))) for name in part.facts]
    for one in asked:
        if request.method == "POST":
            fill(one, request.POST)
        one.fault = _("Choose yes or no.") if one.field in wrong else ""
    home = sorted((one for one in going.base.phases.values() if one.part_of == "home"), key=lambda one: one.order)
    context = {
        "going": going,
        "faults": faults,
        "wrong": wrong,
        "questions": asked,
        "topics": [going.base.topics[name] for name in part.topics],
        "home": home,
        "summary": request.POST.get("summary", ""),
        "why_not": request.POST.get("why_not", ""),
    }
    return episode_page(request, episode, "clinic/follow/discharge.html", "follow", context, 422 if faults else 200)


def _standing(value: Value) -> str:
    """Yes or no as it stands; empty where nobody knows."""
    return "" if value is None else write_value(value)


@staff("add_findings")
@require_POST
def again(request: StaffRequest, key: str) -> HttpResponse:
    """A new episode for somebody who comes back."""
    made = deciding.begin_anew(episode_of(request, key), request.member)
    messages.success(request, _("A new episode is open. It begins with the questions."))
    return redirect("ask", made.key)
