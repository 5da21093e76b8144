"""One session: move it with the keyboard or by dragging, cancel it, note that somebody did not come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST

from spinepath.booking.check import Broken
from spinepath.booking.faults import FaultyBooking
from spinepath.clinic import advice, prepared
from spinepath.clinic.access import StaffRequest, staff
from spinepath.clinic.book import changes, diary, fitting, showing, wishes, words
from spinepath.clinic.models import Session
from spinepath.clinic.pages import episode_page

_DAYS = 7


class PlaceForm(forms.Form):
    """Where a session shall be."""

    day = forms.DateField(
        label=lazy("Day"), widget=forms.DateInput({"class": "nhsuk-input nhsuk-input--width-10", "type": "date"})
    )
    start = forms.TimeField(
        label=lazy("Time"),
        widget=forms.TimeInput({"class": "nhsuk-input nhsuk-input--width-10", "type": "time"}, "%H:%M"),
    )
    therapist = forms.ChoiceField(label=lazy("Therapist"), widget=forms.Select({"class": "nhsuk-select"}))
    room = forms.ChoiceField(label=lazy("Room"), required=False, widget=forms.Select({"class": "nhsuk-select"}))

    def __init__(self, *args: Any, clinic: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rooms = sorted(((diary.room_id(one.pk), one.name) for one in diary.rooms_of(clinic)), key=lambda room: room[1])
        self.fields["therapist"].choices = [(diary.therapist_id(one.pk), one.name) for one in diary.treating(clinic)]  # type: ignore[attr-defined]
        self.fields["room"].choices = [("", _("any that fits")), *rooms]  # type: ignore[attr-defined]

    def place(self) -> changes.Place:
        """What was entered."""
        found = self.cleaned_data
        start: time = found["start"]
        return changes.Place(
            found["day"], start.replace(second=0, microsecond=0), found["therapist"], found["room"] or None
        )


def session_of(request: StaffRequest, key: str) -> Session:
    """The session with this key in the member's clinic; 404 for any other."""
    found = prepared.one_or_404(
        lambda clinic, key: Session.objects.filter(clinic=clinic, key=key).select_related(
            "course__plan",
            "course__episode__person",
            "course__episode__clinic",
            "course__episode__therapist",
            "clinic",
            "therapist",
            "room",
        ),
        request.clinic.pk,
        key,
    )
    found.episode = found.course.episode
    return found


@staff("book")
@require_http_methods(["GET", "POST"])
def session(request: StaffRequest, key: str) -> HttpResponse:
    """One session, and what can be done with it."""
    found = session_of(request, key)
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act == "move":
            return _move_by_form(request, found)
        if act in ("cancelled", "missed"):
            return _end(request, found, act)
    return _page(request, found)


def _page(
    request: StaffRequest,
    found: Session,
    *,
    form: PlaceForm | None = None,
    refused: changes.Refused | None = None,
    said: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    now = advice.clock_of(found.episode)
    is_ahead = found.status in diary.AHEAD
    is_over = (found.day, found.start) <= (now.date(), now.time().replace(tzinfo=None))
    context: dict[str, Any] = {
        "session": found,
        "shown": showing.in_words(found, found.therapist.name, found.room.name, now),
        "is_ahead": is_ahead,
        "is_over": is_over,
        "said": [*(said or []), *(words.all_words(refused.broken) if refused else [])],
        "may_set_aside": refused is not None and refused.may_be_set_aside,
        "form": form or PlaceForm(clinic=request.clinic, initial=_initial(found)),
    }
    if is_ahead:
        context |= _free(request, found) | _unfit(request, found, now)
    return episode_page(request, found.episode, "clinic/book/session.html", "book", context, status=status)


def _unfit(request: StaffRequest, found: Session, now: datetime) -> dict[str, Any]:
    """What stands against the session where it is, and whether those concerned may leave it there nevertheless."""
    misfit = fitting.misfit_of(found, now)
    rules = misfit.rules if misfit else ()
    return {
        "unfit": words.all_words(Broken(rule=rule) for rule in rules),
        "may_stay": set(rules) <= changes.MAY_SET_ASIDE,
        "is_task": bool(rules) and fitting.open_tasks(request.clinic).filter(about=fitting.about(found.key)).exists(),
    }


def _initial(found: Session) -> dict[str, Any]:
    return {"day": found.day, "start": found.start, "therapist": diary.therapist_id(found.therapist_id)}


def _free(request: StaffRequest, found: Session) -> dict[str, Any]:
    """Free times with one therapist of the week around the session, by day."""
    asked = forms.DateField(required=False)
    try:
        wanted = asked.clean(request.GET.get("from", ""))
    except forms.ValidationError:
        wanted = None
    today = timezone.localdate()
    last = diary.last_day(today)
    first = min(wishes.first_of(wanted or found.day - timedelta(days=3), today), last)
    treating = [(diary.therapist_id(one.pk), one.name) for one in diary.treating(request.clinic)]
    therapist = request.GET.get("with", "")
    for usual in (diary.therapist_id(found.therapist_id), next(iter(dict(treating)), "")):
        therapist = therapist if therapist in dict(treating) else usual
    try:
        days = [first + timedelta(days=number) for number in range(min(_DAYS, (last - first).days + 1))]
        free = changes.free_places(found.course, found.key, therapist, days) if therapist else []
    except (FaultyBooking, KeyError):
        free = []
    by_day = [
        (day, [(place, f"{day.isoformat()} {place.start:%H:%M}") for place in places])
        for day, places in groupby(free, key=lambda place: place.day)
    ]
    return {
        "free": by_day,
        "with_whom": forms.Select({"class": "nhsuk-select", "id": "with"}, treating).render("with", therapist),
        "with": therapist,
        "with_name": dict(treating).get(therapist, ""),
        "from": first,
        "earlier": max(first - timedelta(days=_DAYS), today) if first > today else None,
        "later": first + timedelta(days=_DAYS) if first < last else None,
        "until": first + timedelta(days=_DAYS - 1),
    }


def _typed(request: StaffRequest) -> Mapping[str, Any]:
    """What was typed; a time chosen from the list counts as day and time."""
    typed = request.POST.copy()
    if "free" in typed:
        typed["day"], _space, typed["start"] = request.POST["free"].partition(" ")
    return typed


def _move_by_form(request: StaffRequest, found: Session) -> HttpResponse:
    form = PlaceForm(_typed(request), clinic=request.clinic)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    try:
        moved = _moved(request, found, form)
    except changes.Refused as refused:
        return _page(request, found, form=form, refused=refused, status=409)
    except (changes.Stale, changes.NotPossible, FaultyBooking, KeyError) as problem:
        return _page(request, session_of(request, found.key), form=form, said=[_why(problem)], status=409)
    messages.success(request, _moved_words(moved))
    return redirect("book", key=found.episode.key)


def _moved(request: StaffRequest, found: Session, form: PlaceForm) -> Session:
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise changes.Stale
    aside = request.POST.get("set_aside") == "yes"
    return changes.move(found, int(version), form.place(), request.member, set_aside=aside)


def _moved_words(moved: Session) -> str:
    when = f"{date_format(moved.day, _('l j F'))}, {time_format(moved.start, 'H:i')}"
    return _("Moved to {}.").format(when)


def _why(problem: Exception) -> str:
    if isinstance(problem, changes.Stale):
        return _("Nothing was changed: somebody else changed this session meanwhile. This is how it stands now.")
    why = problem.why if isinstance(problem, changes.NotPossible) else ""
    return {
        "over": _("Nothing was changed: this session is no longer to come."),
        "past": _("Nothing was changed: that time is over."),
        "begun": _("Nothing was changed: this session has begun. Its note is signed first."),
        "not yet": _("Nothing was changed: the session has not begun yet."),
    }.get(why, _("Nothing was changed: the course cannot be read as it is. Ask the therapist for a new plan."))


@staff("book")
@require_POST
def move(request: StaffRequest, key: str) -> JsonResponse:
    """The same for dragging in the calendar: what happened, in words; 409 when the session stays where it was."""
    found = session_of(request, key)
    form = PlaceForm(request.POST, clinic=request.clinic)
    if not form.is_valid():
        return JsonResponse({"says": [_("That is no place for a session.")], "may_set_aside": False}, status=422)
    try:
        moved = _moved(request, found, form)
    except changes.Refused as refused:
        says, aside = words.all_words(refused.broken), refused.may_be_set_aside
        return JsonResponse({"says": says, "may_set_aside": aside}, status=409)
    except (changes.Stale, changes.NotPossible, FaultyBooking, KeyError) as problem:
        return JsonResponse({"says": [_why(problem)], "may_set_aside": False}, status=409)
    return JsonResponse({"says": [_moved_words(moved)], "version": moved.version, "room": moved.room.name})


def _end(request: StaffRequest, found: Session, status: Any) -> HttpResponse:
    version, because = request.POST.get("version", ""), request.POST.get("because", "")
    try:
        if not version.isdecimal() or len(version) > 9:
            raise changes.Stale
        changes.end(found, int(version), status, request.member, because.replace("\x00", "").strip()[:200])
    except (changes.Stale, changes.NotPossible, FaultyBooking, KeyError) as problem:
        return _page(request, session_of(request, found.key), said=[_why(problem)], status=409)
    messages.success(
        request, _("Session cancelled.") if status == "cancelled" else _("Noted: the person did not come.")
    )
    return redirect(reverse("book", args=[found.episode.key]))


def today_or(text: str, otherwise: date) -> date:
    """The day that is written, else another."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise
