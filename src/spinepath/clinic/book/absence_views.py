"""A therapist is away: enter it, see what becomes of the courses, accept all of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from spinepath.booking.clinic import Period
from spinepath.booking.faults import FaultyBooking
from spinepath.clinic.access import StaffRequest, staff
from spinepath.clinic.book import absences, diary, showing
from spinepath.clinic.models import Away, Member, Session

MOST_DAYS = 112
_DATE = {"class": "nhsuk-input nhsuk-input--width-10", "type": "date"}
_TIME = {"class": "nhsuk-input nhsuk-input--width-10", "type": "time"}


class AbsenceForm(forms.Form):
    """Who is away, and when."""

    therapist = forms.ModelChoiceField(
        label=lazy("Who is away"),
        queryset=Member.objects.none(),
        empty_label=lazy("Choose"),
        widget=forms.Select({"class": "nhsuk-select"}),
    )
    first = forms.DateField(label=lazy("First day"), widget=forms.DateInput(_DATE))
    last = forms.DateField(label=lazy("Last day"), widget=forms.DateInput(_DATE))
    start = forms.TimeField(label=lazy("From"), required=False, widget=forms.TimeInput(_TIME, "%H:%M"))
    end = forms.TimeField(label=lazy("Until"), required=False, widget=forms.TimeInput(_TIME, "%H:%M"))

    def __init__(self, *args: Any, clinic: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Member.objects.filter(clinic=clinic, role__in=diary.TREATS, is_active=True)
        self.fields["therapist"].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Days and hours in their order, not too long."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        first, last, start, end = (found.get(name) for name in ("first", "last", "start", "end"))
        if first and last and last < first:
            self.add_error("last", _("The last day is before the first one."))
        elif first and last and (last - first).days > MOST_DAYS:
            self.add_error("last", _("Enter at most {} days at once.").format(MOST_DAYS))
        elif last and last < timezone.localdate():
            self.add_error("last", _("These days are over."))
        if (start is None) != (end is None) and not {"start", "end"} & set(self.errors):
            self.add_error("end", _("Enter both times, or none for whole days."))
        elif start and end and end <= start:
            self.add_error("end", _("The end is not after the beginning."))
        return found

    def away(self) -> Period:
        """What was entered."""
        found = self.cleaned_data
        first = max(found["first"], timezone.localdate())
        start, end = found["start"], found["end"]
        return Period(first=first, last=found["last"], start=start, end=end)


@staff("book")
@require_http_methods(["GET", "POST"])
def absence(request: StaffRequest) -> HttpResponse:
    """Enter, look, accept."""
    if request.method != "POST":
        today = timezone.localdate()
        form = AbsenceForm(clinic=request.clinic, initial={"first": today, "last": today})
        return _page(request, form)
    if request.POST.get("act") == "withdraw":
        return _withdraw(request)
    form = AbsenceForm(request.POST, clinic=request.clinic)
    if not form.is_valid():
        return _page(request, form, status=422)
    return _accept(request, form) if request.POST.get("act") == "accept" else _look(request, form)


def _page(
    request: StaffRequest, form: AbsenceForm, *, status: int = 200, said: list[str] | None = None, **context: Any
) -> HttpResponse:
    found = {
        "form": form,
        "said": said or [],
        "coming": Away.objects.filter(
            member__clinic=request.clinic, member__is_active=True, last__gte=timezone.localdate()
        )
        .select_related("member")
        .order_by("first")[:20],
    }
    return render(request, "clinic/book/absence.html", found | context, status=status)


def _look(
    request: StaffRequest, form: AbsenceForm, *, status: int = 200, said: list[str] | None = None
) -> HttpResponse:
    try:
        found = absences.preview(request.clinic, form.cleaned_data["therapist"], form.away())
    except FaultyBooking:
        return _page(
            request, form, status=422, said=[_("A course that is hit cannot be read. Look at its plan first.")]
        )
    return _page(request, form, status=status, said=said, preview=found, hit=_hit(request, found))


def _hit(request: StaffRequest, found: absences.Preview) -> list[dict[str, Any]]:
    """Each course that is hit: whose it is, what is lost, where it goes."""
    names = showing.Names(request.clinic)
    told = []
    for key, lost in found.lost.items():
        mended = found.answer.repairs.get(key)
        before = {one.id: one for one in lost}
        moved = [one for one in mended.sessions if one.id in mended.moved] if mended else []
        told.append(
            {
                "episode": found.rows[key].episode,
                "lost": [names.shown(one) for one in lost],
                "moved": [
                    (names.shown(one), names.shown(before[one.id]) if one.id in before else None) for one in moved
                ],
                "is_mended": mended is not None,
            }
        )
    return told


def _accept(request: StaffRequest, form: AbsenceForm) -> HttpResponse:
    away, why = form.away(), _("away")
    try:
        found = absences.accept(
            request.clinic, form.cleaned_data["therapist"], away, why, request.POST.get("mark", "")[:64], request.member
        )
    except (FaultyBooking, IntegrityError):
        found = None
    if found is None:
        said = [_("Nothing was changed: the diary is not as it was. Look at what would happen now.")]
        return _look(request, form, status=409, said=said)
    count = len(found.answer.repairs)
    messages.success(
        request, ngettext("Entered. {} course was mended.", "Entered. {} courses were mended.", count).format(count)
    )
    return redirect("calendar_day")


def _withdraw(request: StaffRequest) -> HttpResponse:
    number = request.POST.get("number", "")
    rows = Away.objects.filter(member__clinic=request.clinic)
    known = number.isascii() and number.isdigit() and len(number) < 15
    take_back(request, rows.select_related("member").filter(pk=number).first() if known else None)
    return redirect("absence")


def take_back(request: StaffRequest, away: Away | None) -> None:
    """Withdraw an absence and say what has become of the sessions; None stands for one that is gone already."""
    came = absences.withdraw(away, request.member) if away is not None else None
    if came is None:
        messages.info(request, _("This absence was withdrawn already."))
        return
    messages.success(request, _("Withdrawn. Sessions that were moved stay where they are."))
    if came:
        links = format_html_join(", ", '<a href="{}">{}</a>', ((_page_of(one), _when(one)) for one in came))
        messages.warning(request, format_html("{} {}", _("These take place after all; call the people:"), links))


def _page_of(session: Session) -> str:
    return reverse("session_booking", args=[session.key])


def _when(session: Session) -> str:
    return f"{date_format(session.day, _('D j M'))}, {time_format(session.start, 'H:i')}"
