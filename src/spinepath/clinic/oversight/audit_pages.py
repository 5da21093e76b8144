"""Pages of the audit: who did what, filtered, and whether the chain is whole. No page of it says anything clinical."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from spinepath.clinic import audit as chain
from spinepath.clinic.access import StaffRequest, staff
from spinepath.clinic.models import AuditEntry, Person
from spinepath.clinic.oversight.forms import Day
from spinepath.clinic.oversight.manage import faults_of

ON_A_PAGE = 50

ACTS = [
    ("", gettext_lazy("any act")),
    (chain.READ, gettext_lazy("read")),
    (chain.ADD, gettext_lazy("added")),
    (chain.CHANGE, gettext_lazy("changed")),
    (chain.REFUSED, gettext_lazy("refused")),
    (chain.OUT, gettext_lazy("left the clinic")),
]


class FilterForm(forms.Form):
    """What of the audit is shown."""

    first = forms.DateField(label=gettext_lazy("From"), required=False, widget=Day())
    last = forms.DateField(label=gettext_lazy("To"), required=False, widget=Day())
    actor = forms.CharField(label=gettext_lazy("Who"), required=False, max_length=200)
    act = forms.ChoiceField(label=gettext_lazy("Act"), required=False, choices=ACTS)
    person = forms.CharField(label=gettext_lazy("Key of a person"), required=False, max_length=12)

    def clean(self) -> dict[str, object]:
        """Days in their order."""
        told: dict[str, object] = super().clean() or {}
        first, last = told.get("first"), told.get("last")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("last", _("The last day must not come before the first."))
        return told


@staff("audit")
def audit(request: StaffRequest) -> HttpResponse:
    """The entries that match, newest first. A page knows where it ends, not how many there are."""
    form = FilterForm(request.GET or None)
    rows = AuditEntry.objects.filter(clinic=request.clinic)
    wrong = form.is_bound and not form.is_valid()
    if form.is_bound and not wrong:
        rows = filtered(rows, form.cleaned_data)
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(number__lt=int(before))
    entries = [] if wrong else list(rows.order_by("-number")[: ON_A_PAGE + 1])
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value}
    context = {
        "form": form if form.is_bound else FilterForm(),
        "entries": entries[:ON_A_PAGE],
        "older": entries[ON_A_PAGE - 1].number if len(entries) > ON_A_PAGE else None,
        "is_later_page": bool(before),
        "kept_query": f"{urlencode(kept)}&" if kept else "",
        "faults": faults_of(form) if wrong else [],
        "acts": dict(ACTS),
    }
    return render(request, "clinic/oversight/audit.html", context, status=422 if wrong else 200)


def filtered(rows: QuerySet[AuditEntry], told: dict[str, object]) -> QuerySet[AuditEntry]:
    """The rows that match what was asked for; days count on the clinic's clock."""
    first, last = told.get("first"), told.get("last")
    if isinstance(first, date):
        rows = rows.filter(at__gte=_midnight(first))
    if isinstance(last, date) and last < date.max:
        rows = rows.filter(at__lt=_midnight(last + timedelta(days=1)))
    for name in ("actor", "act", "person"):
        if told.get(name):
            rows = rows.filter(**{name: told[name]})
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(max(day, date(1900, 1, 1)), time()))


@require_POST
@staff("audit")
def whole(request: StaffRequest) -> HttpResponse:
    """Go through the whole chain and say where it breaks, if anywhere."""
    broken = chain.first_break(request.clinic)
    if broken is None:
        last = AuditEntry.objects.filter(clinic=request.clinic).order_by("-number").first()
        text = _("The chain is whole: %(n)d entries, none changed, removed or put in.")
        messages.success(request, text % {"n": last.number if last else 0})
    else:
        text = _("The chain breaks at entry %(n)d: it was changed, removed or put in after the fact. Keep the backups.")
        messages.error(request, text % {"n": broken})
    detail = "whole" if broken is None else f"breaks at {broken}"
    chain.note(request.clinic, request.member.name, chain.READ, "audit chain", detail=detail)
    return redirect("audit")


@staff("see_record", "manage")
def readers(request: StaffRequest, key: str) -> HttpResponse:
    """Who read or changed the record of one person: an answer to "who looked at my data?"."""
    person = get_object_or_404(Person, clinic=request.clinic, key=key)
    rows = AuditEntry.objects.filter(clinic=request.clinic, person=person.key).order_by("-number")
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 18:
        rows = rows.filter(number__lt=int(before))
    entries = list(rows[: ON_A_PAGE + 1])
    chain.note(request.clinic, request.member.name, chain.READ, "readers", person=person)
    context = {
        "person": person,
        "entries": entries[:ON_A_PAGE],
        "older": entries[ON_A_PAGE - 1].number if len(entries) > ON_A_PAGE else None,
        "is_later_page": bool(before),
        "kept_query": "",
        "acts": dict(ACTS),
    }
    return render(request, "clinic/oversight/readers.html", context)
