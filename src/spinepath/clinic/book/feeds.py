"""Sessions for other calendars: a file for a person, an address for a member that can be withdrawn. Never why."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from spinepath.booking.ical import Sender, calendar_text
from spinepath.clinic import audit
from spinepath.clinic.access import StaffRequest, episode_of, staff
from spinepath.clinic.book import diary
from spinepath.clinic.models import CalendarLink, Clinic, Session
from spinepath.clinic.models.people import hash_of

WEEKS_BACK = 4


def _sender(clinic: Clinic) -> Sender:
    place = ", ".join(part for part in (clinic.name, " ".join(clinic.address.split())) if part)
    return Sender(
        domain="calendar.spinepath",
        title=_("Appointment at {}").format(" ".join(clinic.name.split())),
        location=place,
        zone=clinic.zone,
    )


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@staff("see_people")
@require_safe
def of_person(request: StaffRequest, key: str) -> HttpResponse:
    """The sessions of an episode that are to come, to hand to the person."""
    episode = episode_of(request, key)
    rows = Session.objects.filter(episode=episode, status__in=diary.AHEAD).order_by("day", "start")
    sessions = diary.sessions_from(rows.values_list(*diary.FIELDS))
    version = sum(rows.values_list("version", flat=True))
    audit.note(request.clinic, request.member.name, audit.OUT, "calendar", episode=episode)
    text = calendar_text(sessions, _sender(request.clinic), timezone.now(), version)
    return _file(text, "appointments.ics")


@require_safe
def of_member(_request: HttpRequest, secret: str) -> HttpResponse:
    """The sessions of the member whose address this is; 404 for one that was withdrawn."""
    link = (
        CalendarLink.objects.select_related("member__clinic")
        .filter(secret_hash=hash_of(secret[:200]), revoked_at=None, member__is_active=True)
        .first()
    )
    if link is None:
        raise Http404
    clinic = link.member.clinic
    now = timezone.now()
    first = now.date() - timedelta(weeks=WEEKS_BACK)
    rows = Session.objects.filter(
        therapist=link.member, clinic=clinic, day__gte=first, day__lt=now.date() + timedelta(weeks=diary.WEEKS)
    ).filter(status__in=[*diary.AHEAD, Session.Status.CANCELLED])
    sessions = diary.sessions_from(rows.order_by("day", "start").values_list(*diary.FIELDS))
    if link.read_at is None or now - link.read_at > timedelta(hours=1):
        CalendarLink.objects.filter(pk=link.pk).update(read_at=now)
        audit.note(clinic, link.member.name, audit.OUT, "calendar address", detail="read by a calendar")
    return _file(calendar_text(sessions, _sender(clinic), now, int(now.timestamp() // 60)), "sessions.ics")


@staff("book")
@require_http_methods(["GET", "POST"])
def own(request: StaffRequest) -> HttpResponse:
    """The address for one's own calendar: make one, see when it was read, withdraw it."""
    links = CalendarLink.objects.filter(member=request.member, revoked_at=None)
    if request.method == "POST":
        with transaction.atomic():
            links.update(revoked_at=timezone.now())
            if request.POST.get("act") == "make" and request.member.treats:
                secret = secrets.token_urlsafe(32)
                CalendarLink.objects.create(member=request.member, secret_hash=hash_of(secret))
                audit.note(request.clinic, request.member.name, audit.ADD, "calendar address")
                address = request.build_absolute_uri(reverse("calendar_feed", args=[secret]))
                return render(request, "clinic/book/own.html", {"links": list(links.all()), "address": address})
            audit.note(request.clinic, request.member.name, audit.CHANGE, "calendar address", detail="withdrawn")
        messages.success(request, _("The address no longer works."))
        return redirect("calendar_own")
    return render(request, "clinic/book/own.html", {"links": list(links)})
