"""Pages about all that is kept of one person: taking it out, erasing it, and the certificate of that."""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from spinepath.clinic import audit
from spinepath.clinic.access import StaffRequest, staff
from spinepath.clinic.models import AuditEntry, Person
from spinepath.clinic.oversight import erase as erasing
from spinepath.clinic.oversight.export import export as exported
from spinepath.clinic.oversight.kept import counted, kept_of


def _person(request: StaffRequest, key: str) -> Person:
    return get_object_or_404(Person.objects.select_related("clinic"), clinic=request.clinic, key=key)


@staff("export")
def export(request: StaffRequest, key: str) -> HttpResponse:
    """What would be taken out; a POST gives the file."""
    person = _person(request, key)
    if person.erased_at:
        raise Http404
    if request.method == "POST":
        answer = HttpResponse(exported(person, request.member), content_type="application/zip")
        answer["Content-Disposition"] = f'attachment; filename="record-{person.key}.zip"'
        return answer
    audit.note(request.clinic, request.member.name, audit.READ, "what is kept", key=person.key, person=person)
    context = {"person": person, "counts": counted(kept_of(person))}
    return render(request, "clinic/oversight/export.html", context)


@staff("erase")
def erase(request: StaffRequest, key: str) -> HttpResponse:
    """What would be erased, what stands against it, and the act itself."""
    person = _person(request, key)
    if person.erased_at:
        return redirect("erased", key)
    if not did_recently_reauthenticate(request):
        return _sign_in_again(request)
    fault = ""
    if request.method == "POST" and request.POST.get("act") == "hold":
        return _hold(request, person)
    if request.method == "POST":
        try:
            erasing.erase(person, request.POST.get("family_name", "")[:200], request.member)
        except erasing.NotErased as problem:
            fault = str(problem)
        else:
            messages.success(request, _("Erased. This page is the certificate."))
            return redirect("erased", key)
    audit.note(request.clinic, request.member.name, audit.READ, "what is kept", key=person.key, person=person)
    context = {
        "person": person,
        "counts": counted(kept_of(person)),
        "objections": erasing.objections(person),
        "faults": [("family_name", fault)] if fault else [],
    }
    return render(request, "clinic/oversight/erase.html", context, status=422 if fault else 200)


def _sign_in_again(request: StaffRequest) -> HttpResponse:
    """To the page that asks for the password or the key; what was sent is not carried over, it is asked anew."""
    way = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
    return redirect(f"{way}?{urlencode({'next': request.path})}")


def _hold(request: StaffRequest, person: Person) -> HttpResponse:
    """Say why the person must not be erased, or take that back with an empty text."""
    why = request.POST.get("legal_hold", "").replace("\0", "").strip()[:200]
    Person.objects.filter(pk=person.pk).update(legal_hold=why)
    told = "set" if why else "taken back"
    audit.note(request.clinic, request.member.name, audit.CHANGE, "legal hold", person=person, detail=told)
    messages.success(request, _("Saved."))
    return redirect("erase_person", person.key)


@staff("erase")
def erased(request: StaffRequest, key: str) -> HttpResponse:
    """The certificate: that, when and by whom a person was erased. It names nobody, only the key."""
    person = _person(request, key)
    if not person.erased_at:
        raise Http404
    entries = AuditEntry.objects.filter(clinic=request.clinic, person=key, about=erasing.ABOUT)
    context = {"person": person, "entries": list(entries.order_by("number")), "clinic": request.clinic}
    return render(request, "clinic/oversight/erased.html", context)
