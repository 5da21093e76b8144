"""How it goes, told by a person who came in by a link: one question a page, without script."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from spinepath.clinic import advice, record
from spinepath.clinic.ask.answers import read_sheet, sheet_of
from spinepath.clinic.ask.danger import danger_of
from spinepath.clinic.ask.doors import by_link, spoken_by
from spinepath.clinic.book.reminders import starts_at
from spinepath.clinic.follow import measuring
from spinepath.clinic.follow.course import Going
from spinepath.clinic.models import Episode, KeptFinding, PersonalLink, Session
from spinepath.engine.page_parts import page_part
from spinepath.engine.screens import reader_of
from spinepath.follow.schedule import facts_of

_CHANGED = "changed_at"
_NOT_HAD = (Session.Status.MISSED, Session.Status.CANCELLED, Session.Status.HELD)


def to_ask(episode: Episode) -> list[str]:
    """The facts that the person is asked for today: how the days were, and the measures that are due."""
    base = advice.knowledge()
    going = Going(episode)
    part = page_part(base, "asked_after_session")
    names: list[str] = [name for question in part.questions for name in base.questions[question].settles]
    names += [name for measure, _due in going.due_now for name in facts_of(base, measure)]
    asked = [str(name) for name in dict.fromkeys(names) if base.facts[name].worked_out is None]
    return [name for name in asked if reader_of(base, name) == "patient"]


def _answered(request: HttpRequest, link: PersonalLink) -> set[str]:
    """The facts that the person told behind this link and that still hold: today, and of the last session.

    What was said to a member before a session says nothing of how it went.
    """
    rows = KeptFinding.objects.filter(
        episode=link.episode, source="patient", member=None, at__gte=_since(request, link)
    )
    return set(rows.values_list("fact", flat=True))


def _since(request: HttpRequest, link: PersonalLink) -> datetime:
    """The latest of: midnight, when the link was made, a session of today, and when the person said it changed."""
    now = timezone.localtime()
    moments = [now.replace(hour=0, minute=0, second=0, microsecond=0), link.made_at]
    if isinstance(said := request.session.get(_CHANGED), str):
        moments.append(datetime.fromisoformat(said))
    sessions = Session.objects.filter(episode=link.episode, day=now.date()).exclude(status__in=_NOT_HAD)
    for session in sessions.select_related("clinic", "note"):
        begins = starts_at(session, session.clinic)
        signed = session.note.signed_at if hasattr(session, "note") else None
        told = (session.arrived_at, begins, begins + timedelta(minutes=session.minutes), signed)
        moments += [one for one in told if one is not None and one <= now]
    return max(moments)


@by_link("follow")
def follow(request: HttpRequest, link: PersonalLink) -> HttpResponse:
    """The next question; the answer to the last one is kept. A danger is told at once."""
    episode = link.episode
    if request.method == "POST" and "changed" in request.POST:
        request.session[_CHANGED] = timezone.now().isoformat()
        return redirect("my_follow")
    done = _answered(request, link)
    ahead = [name for name in to_ask(episode) if name not in done]
    fact = request.POST.get("fact", "")
    if request.method == "POST" and fact in ahead:
        sheet = sheet_of(fact, [fact], {})
        answers = read_sheet(sheet, request.POST, timezone.localdate())
        if sheet.faults:
            return _show(
                request, link, "my_question", {"sheet": sheet, "faults": sheet.faults, "still": len(ahead)}, 422
            )
        record.add(episode, answers, record.Author(source="patient", by=spoken_by(request)))
        measuring.taken(episode, Going(episode).due, None)
        return redirect("my_follow")
    danger = danger_of(episode)
    if danger is not None:
        return _show(request, link, "my_urgent", {"danger": danger}, room="ask")
    if ahead:
        context = {"sheet": sheet_of(ahead[0], [ahead[0]], {}), "faults": [], "still": len(ahead)}
        return _show(request, link, "my_question", context)
    topics = [advice.knowledge().topics[name] for name in page_part(advice.knowledge(), "discharge").topics]
    return _show(request, link, "my_thanks", {"topics": topics})


def _show(
    request: HttpRequest,
    link: PersonalLink,
    template: str,
    context: dict[str, Any],
    status: int = 200,
    room: str = "follow",
) -> HttpResponse:
    clinic = link.episode.clinic
    frame = {"clinic": clinic, "clinic_name": clinic.name, "tablet": bool(request.session.get("tablet"))}
    return render(request, f"clinic/{room}/{template}.html", {**frame, **context}, status=status)
