"""Personal links: how a person without an account comes in, which pages are theirs, and how the door closes.

The secret stands in the first address only. It is exchanged for a session of the browser that is bound to the link,
so that it is in no later address, no referrer and no log.
"""

from __future__ import annotations

import hashlib
import zoneinfo
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec

from django.contrib.auth import logout
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language

from spinepath.clinic import audit
from spinepath.clinic.languages import spoken_here
from spinepath.clinic.models import Episode, Member, PersonalLink
from spinepath.clinic.models.people import hash_of

LINK_DAYS = 7
TABLET_HOURS = 3
WRONG_TRIES, WRONG_MINUTES = 20, 10

Why = Literal["unknown", "expired", "revoked", "finished", "closed", "too_many"]
P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, PersonalLink, P], HttpResponse]


# making and taking back


@transaction.atomic
def make_link(episode: Episode, purpose: str, member: Member | None, lasts: timedelta, by: str = "") -> str:
    """The secret of a new link. It takes the place of older ones for the same purpose that still open something.

    Without a member the audit names `by`.
    """
    now = timezone.now()
    older = PersonalLink.objects.filter(episode=episode, purpose=purpose, revoked_at=None, finished_at=None)
    older.filter(expires_at__gt=now).update(revoked_at=now)
    told = PersonalLink.make(episode, purpose, now + lasts, member)
    who = member.name if member else by
    audit.note(episode.clinic, who, audit.ADD, "link", episode=episode, detail=purpose)
    return told


@transaction.atomic
def revoke(link: PersonalLink, member: Member) -> None:
    """The link opens nothing from now on; what was answered stays. Once is enough."""
    if PersonalLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
        episode = link.episode
        audit.note(episode.clinic, member.name, audit.CHANGE, "link", episode=episode, detail="revoked")


def why_closed(link: PersonalLink, now: datetime) -> Why | None:
    """Why the link opens nothing; None while it does. A finished one ends as every other does."""
    if not link.episode.is_open:
        return "closed"
    if link.revoked_at is not None:
        return "revoked"
    if not link.opens(now):
        return "expired"
    return "finished" if link.finished_at is not None else None


# coming in


def link_of(secret: str) -> PersonalLink | None:
    """The link that this secret opens or opened."""
    rows = PersonalLink.objects.select_related("episode__clinic", "episode__person")
    return rows.filter(secret_hash=hash_of(secret)).first()


def has_tried_too_often(request: HttpRequest) -> bool:
    """Has somebody at this address tried wrong links again and again?"""
    return bool(cache.get(_tries_key(request), 0) >= WRONG_TRIES)


def count_wrong_try(request: HttpRequest) -> None:
    """One more wrong link from this address."""
    cache.add(_tries_key(request), 0, WRONG_MINUTES * 60)
    try:
        cache.incr(_tries_key(request))
    except ValueError:  # it ran out between the two
        cache.set(_tries_key(request), 1, WRONG_MINUTES * 60)


def _tries_key(request: HttpRequest) -> str:
    address = str(request.META.get("REMOTE_ADDR", ""))
    return f"wrong-link-{hashlib.sha256(address.encode()).hexdigest()[:24]}"


def bind(request: HttpRequest, link: PersonalLink, *, tablet: bool = False) -> None:
    """This browser answers for the link from now on, and is nobody else's: a member is signed out of it."""
    logout(request)
    request.session.cycle_key()
    request.session["link"] = link.pk
    request.session["tablet"] = tablet
    clinic = link.episode.clinic
    audit.note(clinic, f"by {spoken_by(request)}", audit.READ, f"link {link.purpose}", episode=link.episode)


def close(request: HttpRequest, why: Why, link: PersonalLink | None = None) -> HttpResponse:
    """To the page that says kindly why nothing opens, and what to do."""
    request.session["closed"] = {"why": why, "link": link.pk if link else None}
    return redirect("my_closed")


def spoken_by(request: HttpRequest) -> str:
    """By what the person answers, for the record."""
    return "tablet in the clinic" if request.session.get("tablet") else "personal link"


def by_link(*purposes: str, finished: bool = False) -> Callable[[Page[P]], Callable[Concatenate[HttpRequest, P], Any]]:
    """A page for whoever came in by a link of these purposes; `finished` ones too, where the page only tells."""

    def bound(page: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(page)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            link = bound_link(request)
            if link is None or link.purpose not in purposes:
                return close(request, "unknown")
            why = why_closed(link, timezone.now())
            if why is not None and not (finished and why == "finished"):
                return close(request, why, link)
            _keep_alive(request)
            spoken = spoken_here(request, link.episode.person)
            with timezone.override(zoneinfo.ZoneInfo(link.episode.clinic.zone)), spoken:
                response = page(request, link, *args, **kwargs)
                response.headers["Content-Language"] = get_language()
            response.headers["Cache-Control"] = "no-store"
            return response

        return guarded

    return bound


def bound_link(request: HttpRequest) -> PersonalLink | None:
    """The link of this browser; none where a member signed in since."""
    pk = request.session.get("link")
    if pk is None or request.user.is_authenticated:
        return None
    return PersonalLink.objects.select_related("episode__clinic", "episode__person").filter(pk=pk).first()


def _keep_alive(request: HttpRequest) -> None:
    minute = int(timezone.now().timestamp() // 60)
    if request.session.get("minute") != minute:
        request.session["minute"] = minute
