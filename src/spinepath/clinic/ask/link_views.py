"""Personal links as staff handle them: make one, hand the tablet over, take one back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from spinepath.clinic import audit
from spinepath.clinic.access import StaffRequest, episode_of, staff
from spinepath.clinic.ask import doors
from spinepath.clinic.models import Episode, PersonalLink
from spinepath.clinic.pages import episode_page

_DAYS = (1, 3, 7, 14, 30)


@staff("see_people")
def links(request: StaffRequest, key: str) -> HttpResponse:
    """The links of an episode, and a new one, which is shown this once only."""
    episode = episode_of(request, key)
    context: dict[str, Any] = {"days": _DAYS, "usual": doors.LINK_DAYS}
    if request.method == "POST":
        if not episode.is_open:
            messages.error(request, _("The episode is closed. Open a new one first."))
            return redirect("links", key)
        days = request.POST.get("days", "")
        lasts = int(days) if days in map(str, _DAYS) else doors.LINK_DAYS
        told = doors.make_link(episode, PersonalLink.Purpose.ASK, request.member, timedelta(days=lasts))
        address = request.build_absolute_uri(reverse("enter", args=[told]))
        context |= {"address": address, "picture": picture_of(address), "lasts": lasts}
    now = timezone.now()
    rows = PersonalLink.objects.filter(episode=episode).select_related("made_by").order_by("-made_at", "-pk")[:20]
    context["links"] = [(link, state_of(link, now)) for link in rows]
    return episode_page(request, episode, "clinic/ask/links.html", "ask", context)


def picture_of(address: str) -> SafeString:
    """The address as a picture that a phone's camera reads."""
    code = segno.make(address, error="m")
    drawn: str = code.svg_inline(scale=5, border=2, dark="#0b3f4a", light="#fff", omitsize=True, svgclass="qr")
    return mark_safe(drawn)  # noqa: S308  made of squares by segno; no text of anybody stands in it


def state_of(link: PersonalLink, now: Any) -> str:
    """What has become of a link, in one word of the page."""
    if link.finished_at is not None:
        return "finished"
    if link.revoked_at is not None:
        return "revoked"
    return "open" if link.opens(now) else "expired"


@require_POST
@staff("see_people")
def revoke(request: StaffRequest, key: str) -> HttpResponse:
    """Takes a link back."""
    episode = episode_of(request, key)
    number = request.POST.get("link", "")
    link = _link(episode, number)
    if link is None:
        messages.error(request, _("That link was not found here. Nothing was changed."))
    else:
        doors.revoke(link, request.member)
        messages.success(request, _("The link opens nothing any more. What was answered stays."))
    return redirect("links", key)


def _link(episode: Episode, number: str) -> PersonalLink | None:
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return PersonalLink.objects.select_related("episode__clinic").filter(episode=episode, pk=int(number)).first()


@require_POST
@staff("see_people")
def open_here(request: StaffRequest, key: str) -> HttpResponse:
    """The questions on this device, for the person's own hands: the member is signed out of it."""
    episode = episode_of(request, key)
    if not episode.is_open:
        messages.error(request, _("The episode is closed. Open a new one first."))
        return redirect("links", key)
    lasts = timedelta(hours=doors.TABLET_HOURS)
    told = doors.make_link(episode, PersonalLink.Purpose.ASK, request.member, lasts)
    link = doors.link_of(told)
    if link is None:
        return render(request, "clinic/ask/closed.html", {"why": "unknown"}, status=410)
    audit.note(request.clinic, request.member.name, audit.ADD, "tablet", episode=episode)
    doors.bind(request, link, tablet=True)
    return redirect("my_ask")
