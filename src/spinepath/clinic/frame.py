"""What every page shows around its content: where one can go, who is signed in, what needs somebody."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from spinepath.clinic.access import Act, may
from spinepath.clinic.links import link
from spinepath.clinic.models import Member


def frame(request: HttpRequest) -> dict[str, Any]:
    """The variables of `clinic/base.html`."""
    member: Member | None = getattr(request, "member", None)
    return {"member": member, "places": places(request, member) if member else [], "is_demo": settings.DEMO}


def places(request: HttpRequest, member: Member) -> list[dict[str, Any]]:
    """The entries of the navigation that this member may open."""
    entries: list[tuple[str, str, Act]] = [
        ("today", _("Today"), "see_people"),
        ("calendar", _("Calendar"), "see_people"),
        ("people", _("People"), "see_people"),
        ("knowledge", _("Knowledge"), "see_people"),
        ("manage", _("Clinic"), "manage"),
        ("audit", _("Audit"), "audit"),
    ]
    path = request.path
    return [
        {"url": link(name), "label": label, "is_here": path.startswith(link(name))}
        for name, label, act in entries
        if may(member, act)
    ]


def home(request: HttpRequest) -> HttpResponse:
    """To the first place that the member may open: an auditor has another one than a therapist."""
    member: Member | None = getattr(request, "member", None)
    if member is None and request.user.is_authenticated:
        raise PermissionDenied
    return redirect(places(request, member)[0]["url"]) if member else redirect_to_login(request.get_full_path())
