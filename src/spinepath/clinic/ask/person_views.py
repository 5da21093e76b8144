"""Pages for a person who answers by a link: every one of them works without script, on a phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from spinepath.clinic import record
from spinepath.clinic.advice import knowledge
from spinepath.clinic.ask import doors, drawings
from spinepath.clinic.ask.answers import Sheet, read_sheet, sheet_of
from spinepath.clinic.ask.danger import danger_of
from spinepath.clinic.ask.doors import by_link, spoken_by
from spinepath.clinic.ask.sitting import Sitting, asked_of_person, finish, keep
from spinepath.clinic.languages import spoken_here
from spinepath.clinic.models import PersonalLink
from spinepath.engine.page_parts import page_part

_FIRST_PAGE = {PersonalLink.Purpose.ASK: "my_ask", PersonalLink.Purpose.FOLLOW: "my_follow"}
_MOST_PAGES = 500


# the door


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, secret: str) -> HttpResponse:
    """Exchanges the secret for a session of this browser, and leaves the address that holds it."""
    response = _enter(request, secret)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def _enter(request: HttpRequest, secret: str) -> HttpResponse:
    link = doors.link_of(secret)
    if link is None:
        # the right link always opens: behind another server everybody may come from one address
        if doors.has_tried_too_often(request):
            return doors.close(request, "too_many")
        doors.count_wrong_try(request)
        return doors.close(request, "unknown")
    why = doors.why_closed(link, timezone.now())
    if why == "finished" and _is_urgent(link):
        doors.bind(request, link)
        return redirect("my_urgent")
    if why is not None:
        return doors.close(request, why, link)
    if request.user.is_authenticated and request.method != "POST":
        return render(request, "clinic/ask/sign_out_first.html", {"clinic_name": link.episode.clinic.name})
    doors.bind(request, link)
    return redirect(_FIRST_PAGE[PersonalLink.Purpose(link.purpose)])


def _is_urgent(link: PersonalLink) -> bool:
    return link.purpose == PersonalLink.Purpose.ASK and link.episode.is_open and danger_of(link.episode) is not None


def closed(request: HttpRequest) -> HttpResponse:
    """Says why nothing opens, and what to do."""
    told = request.session.get("closed") or {"why": "unknown", "link": None}
    link = PersonalLink.objects.select_related("episode__clinic", "episode__person").filter(pk=told["link"]).first()
    clinic = link.episode.clinic if link else None
    status = 429 if told["why"] == "too_many" else 410
    context = {"why": told["why"], "clinic": clinic, "clinic_name": clinic.name if clinic else ""}
    with spoken_here(request, link.episode.person if link else None):
        return render(request, "clinic/ask/closed.html", context, status=status)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Nobody's answers are open in this browser any more: the tablet is handed back, the phone put away."""
    link = doors.bound_link(request)
    with spoken_here(request, link.episode.person if link else None):
        request.session.flush()
        return render(request, "clinic/ask/left.html")


# the questions


def _page(
    request: HttpRequest, link: PersonalLink, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page with what all of them show."""
    frame = {
        "clinic_name": link.episode.clinic.name,
        "clinic": link.episode.clinic,
        "person": link.episode.person,
        "tablet": bool(request.session.get("tablet")),
    }
    return render(request, f"clinic/ask/{template}.html", {**frame, **context}, status=status)


@by_link("ask")
def start(request: HttpRequest, link: PersonalLink) -> HttpResponse:
    """What it is for, how long it takes, and what to do in an emergency."""
    if danger_of(link.episode) is not None:
        return redirect("my_urgent")
    sitting = Sitting(link)
    still = len(sitting.due)
    topics = [knowledge().topics[name] for name in page_part(knowledge(), "asking_begins").topics]
    context = {"still": still, "minutes": max(2, (still + 1) // 2), "answered": len(sitting.pages), "topics": topics}
    return _page(request, link, "my_start", context)


@by_link("ask")
def go_on(request: HttpRequest, link: PersonalLink) -> HttpResponse:
    """To the first page that is not answered yet; to the drawing and the check when there is none."""
    sitting = Sitting(link)
    if sitting.next is not None:
        return redirect("my_page", len(sitting.pages) + 1)
    danger = danger_of(link.episode)
    if danger is not None and danger.is_emergency:
        return redirect("my_urgent")
    if not sitting.has_drawing and not request.session.get("no_drawing"):
        return redirect("my_drawing")
    return redirect("my_check")


@by_link("ask")
def page(request: HttpRequest, link: PersonalLink, number: int) -> HttpResponse:
    """One page of questions: the next one, or one that was answered and can be changed."""
    sitting = Sitting(link)
    if request.method == "POST":
        return _answered(request, link, sitting, number)
    sheet = _sheet_at(sitting, number)
    return _show(request, link, sitting, number, sheet) if sheet else redirect("my_next")


def _sheet_at(sitting: Sitting, number: int) -> Sheet | None:
    if 1 <= number <= len(sitting.pages):
        found = sitting.pages[number - 1]
        return sheet_of(found.screen, found.facts, {name: sitting.own[name].value for name in found.facts})
    if number == len(sitting.pages) + 1 and sitting.next is not None:
        return sheet_of(sitting.next.question or sitting.next.facts[0], sitting.next.facts, {})
    return None


def _answered(request: HttpRequest, link: PersonalLink, sitting: Sitting, number: int) -> HttpResponse:
    """Keeps the answers of the page that was sent, whatever has become of its number since."""
    screen = request.POST.get("screen", "")
    facts = asked_of_person(screen, request.POST.get("facts", "").split(","))
    if not facts:
        messages.info(request, _("That page could not be read. Here is the question again; nothing was lost."))
        return redirect("my_next")
    before = danger_of(link.episode)
    sheet = sheet_of(screen, facts, {})
    answers = read_sheet(sheet, request.POST, sitting.now.date())
    if sheet.faults:
        return _show(request, link, sitting, number, sheet, 422)
    try:
        keep(sitting, answers, spoken_by(request))
    except record.NotRecorded:
        sheet.fault = _("This could not be kept. Please answer again.")
        return _show(request, link, sitting, number, sheet, 422)
    after = danger_of(link.episode)
    if after is not None and (before is None or after.names - before.names):
        return redirect("my_urgent")
    return redirect("my_next") if "change" in request.POST else redirect("my_page", min(number + 1, _MOST_PAGES))


def _show(
    request: HttpRequest, link: PersonalLink, sitting: Sitting, number: int, sheet: Sheet, status: int = 200
) -> HttpResponse:
    back = reverse("my_page", args=[number - 1]) if 1 < number <= len(sitting.pages) + 1 else reverse("my_ask")
    changes = "change" in request.GET or "change" in request.POST
    context = {
        "sheet": sheet,
        "faults": sheet.faults,
        "number": number,
        "changes": changes,
        "back": reverse("my_check") if changes else back,
        "still": len(sitting.due - {sheet.screen}),
        "today": sitting.now.date(),
    }
    return _page(request, link, "my_page", context, status)


@by_link("ask", finished=True)
def urgent(request: HttpRequest, link: PersonalLink) -> HttpResponse:
    """What must be done now, and what to say to those who help."""
    danger = danger_of(link.episode)
    if danger is None:
        return redirect("my_next")
    goes_on = link.finished_at is None and not danger.is_emergency
    return _page(request, link, "my_urgent", {"danger": danger, "goes_on": goes_on, "is_asked": True})


@by_link("ask")
def drawing(request: HttpRequest, link: PersonalLink) -> HttpResponse:
    """Where it hurts, on a body; it can be left out."""
    sitting = Sitting(link)
    if request.method == "POST":
        if "skip" not in request.POST:
            drawn = drawings.read(request.POST)
            if drawn.fault:
                return _page(request, link, "my_drawing", _drawing_context(sitting, drawn), 422)
            drawings.keep(link.episode, drawn, record.Author(source="patient", by=spoken_by(request)))
        request.session["no_drawing"] = True
        return redirect("my_next")
    return _page(request, link, "my_drawing", _drawing_context(sitting, drawings.drawn_in(sitting.drawing)))


def _drawing_context(sitting: Sitting, drawn: drawings.Drawn) -> dict[str, Any]:
    back = reverse("my_page", args=[len(sitting.pages)]) if sitting.pages else reverse("my_ask")
    faults = [("drawing", drawn.fault)] if drawn.fault else []
    return {"board": drawings.board(drawn), "faults": faults, "back": back}


# the end


@by_link("ask")
def check(request: HttpRequest, link: PersonalLink) -> HttpResponse:
    """All answers once more, each with the way to change it; sending them ends the questions.

    Before the last question only who was told of a danger comes here, to look whether an answer was a mistake.
    """
    sitting = Sitting(link)
    is_through = sitting.next is None
    if not is_through and (request.method == "POST" or danger_of(link.episode) is None):
        return redirect("my_next")
    if request.method == "POST":
        finish(sitting, spoken_by(request))
        return redirect("my_end")
    pages = [(place, _sheet_at(sitting, place)) for place in range(1, len(sitting.pages) + 1)]
    return _page(request, link, "my_check", {"pages": pages, "is_through": is_through, "drawing": sitting.drawing})


@by_link("ask", finished=True)
def end(request: HttpRequest, link: PersonalLink) -> HttpResponse:
    """What happens next."""
    if link.finished_at is None:
        return redirect("my_next")
    if danger_of(link.episode) is not None:
        return redirect("my_urgent")
    topics = [knowledge().topics[name] for name in page_part(knowledge(), "asking_ends").topics]
    return _page(request, link, "my_end", {"topics": topics})
