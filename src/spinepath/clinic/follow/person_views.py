"""How it goes, told by a person who came in by a link: one question a page, without script."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from spinepath.clinic import advice, record
from spinepath.clinic.ask.answers import read_sheet, sheet_of
from spinepath.clinic.ask.danger import danger_of
from spinepath.clinic.ask.doors import by_link, spoken_by
from spinepath.clinic.follow import measuring
from spinepath.clinic.follow.course import Going
from spinepath.clinic.models import Episode, KeptFinding, PersonalLink
from spinepath.engine.page_parts import page_part
from spinepath.engine.screens import reader_of
from spinepath.follow.schedule import facts_of


def to_ask(episode: Episode) -> list[str]:
    """The facts that the person is asked for today: how the days were, and the measures that are due."""
    base = advice.knowledge()
    going = Going(episode)
    part = page_part(base, "asked_after_session")
    names: list[str] = [name for question in part.questions for name in base.questions[question].settles]
    names += [name for measure, _due in going.due_now for name in facts_of(base, measure)]
    asked = [str(name) for name in dict.fromkeys(names) if base.facts[name].worked_out is None]
    return [name for name in asked if reader_of(base, name) == "patient"]


def _answered_today(episode: Episode) -> set[str]:
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = KeptFinding.objects.filter(episode=episode, source="patient", at__gte=today)
    return set(rows.values_list("fact", flat=True))


@by_link("follow")
def follow(request: HttpRequest, link: PersonalLink) -> HttpResponse:
    """The next question; the answer to the last one is kept. A danger is told at once."""
    episode = link.episode
    done = _answered_today(episode)
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
