"""The step page for staff: what is open, whole screens at once, and what was answered."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from spinepath.clinic import advice, prepared, record
from spinepath.clinic.access import StaffRequest, episode_of, staff
from spinepath.clinic.ask import drawings
from spinepath.clinic.ask.danger import danger_of
from spinepath.clinic.ask.groups import Asking, Group, added_since, not_said_again, read_group
from spinepath.clinic.ask.sitting import move_on
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Drawing, Episode, PersonalLink
from spinepath.clinic.pages import episode_page
from spinepath.clinic.record import Author


@staff("see_record")
def ask(request: StaffRequest, key: str) -> HttpResponse:
    """What is still to be asked and blocks, what disagrees, and the ways to ask it."""
    episode = episode_of(request, key)
    asking = Asking(episode)
    context = {
        "asking": asking,
        "danger": danger_of(episode, asking.now),
        "drawing": _newest_drawing(episode),
        "link": prepared.first(
            lambda episode: PersonalLink.objects.filter(episode=episode, purpose=PersonalLink.Purpose.ASK).order_by(
                "-pk"
            )[:1],
            episode.pk,
        ),
    }
    return episode_page(request, episode, "clinic/ask/overview.html", "ask", context)


@staff("see_record", "add_findings")
def page(request: StaffRequest, key: str, place: str) -> HttpResponse:
    """One screen with all its lines; saving goes on to the next open one."""
    episode = episode_of(request, key)
    if request.method == "POST":
        return _add(request, episode, place)
    asking = Asking(episode)
    return _show(request, asking, _group_at(asking, place))


def _group_at(asking: Asking, place: str) -> Group:
    group = asking.group_at(place)
    if group is None:
        raise Http404
    return group


@transaction.atomic
def _add(request: StaffRequest, episode: Episode, place: str) -> HttpResponse:
    """Keeps what was sent, unless somebody says otherwise since; nobody can between this look and this keeping."""
    lock_episodes(episode.pk)
    asking = Asking(episode)
    group = _group_at(asking, place)
    answers = read_group(group, request.POST, asking.now.date())
    seen = _number(request.POST.get("seen", ""))
    if group.faults:
        return _show(request, asking, group, status=422)
    answers = not_said_again(group, seen, answers, request.member.name)
    others = added_since(group, seen, answers)
    if others:
        group.fault = _("Somebody else answered here since you opened this page. Look at it, then save again.")
        return _show(request, asking, group, status=409)
    if answers:
        record.add(episode, answers, Author.of(request.member))
    return _after(request, episode, group, len(answers))


def _show(request: StaffRequest, asking: Asking, group: Group, status: int = 200) -> HttpResponse:
    context = {"asking": asking, "group": group, "faults": group.faults, "seen": asking.last()}
    return episode_page(request, asking.episode, "clinic/ask/page.html", "ask", context, status)


def _after(request: StaffRequest, episode: Episode, group: Group, count: int) -> HttpResponse:
    """To the next open screen; to the overview when there is none, or a danger came up."""
    said = ngettext("%(count)s answer is kept.", "%(count)s answers are kept.", count) % {"count": count}
    messages.success(request, said if count else _("Nothing was filled in, so nothing was added."))
    after = Asking(episode)
    if danger_of(episode, after.now) is not None or not after.open:
        if count:
            advice.keep_assessment(episode, "ask", request.member)
            move_on(episode)
        return redirect("ask", episode.key)
    following = [one for one in after.open if one.screen != group.screen] or after.open
    return redirect("ask_page", episode.key, following[0].place)


@staff("see_record")
def answers(request: StaffRequest, key: str) -> HttpResponse:
    """All that was answered, by screen: who, when, what disagrees, what was corrected."""
    episode = episode_of(request, key)
    return episode_page(request, episode, "clinic/ask/answers.html", "ask", {"asking": Asking(episode)})


@staff("see_record", "add_findings")
def drawing(request: StaffRequest, key: str) -> HttpResponse:
    """The pain drawing, made together with the person."""
    episode = episode_of(request, key)
    drawn = drawings.drawn_in(_newest_drawing(episode))
    if request.method == "POST":
        drawn = drawings.read(request.POST)
        if not drawn.fault:
            drawings.keep(episode, drawn, _author(request))
            messages.success(request, _("The drawing is kept."))
            return redirect("ask", episode.key)
    faults = [("drawing", drawn.fault)] if drawn.fault else []
    context = {"board": drawings.board(drawn), "faults": faults}
    return episode_page(request, episode, "clinic/ask/draw.html", "ask", context, 422 if faults else 200)


def _newest_drawing(episode: Episode) -> Drawing | None:
    return prepared.first(lambda episode: Drawing.objects.filter(episode=episode)[:1], episode.pk)


def _author(request: StaffRequest) -> Author:
    return Author.of(request.member)


def _number(text: str) -> int:
    """A number that a page sent along; 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
