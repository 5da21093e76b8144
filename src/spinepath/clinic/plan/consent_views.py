"""Pages of consent: what is told, the signature, and taking it back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from spinepath.clinic.access import StaffRequest, episode_of, staff
from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Consent
from spinepath.clinic.pages import episode_page
from spinepath.clinic.plan import consents
from spinepath.clinic.plan.allowed import allowed, outcome_as_signed
from spinepath.clinic.plan.refused import Refused, note_refusal
from spinepath.clinic.plan.views import technique_of


@staff("plan")
def consent(request: StaffRequest, key: str, plan_key: str, place: int) -> HttpResponse:
    """What the person reads and signs, on the clinic's screen. Refused for what is not allowed now."""
    episode = episode_of(request, key)
    chosen, technique = technique_of(episode, plan_key, place)
    known = knowledge().techniques.get(technique)
    standing = allowed(outcome_as_signed(episode), technique, chosen.overrides.all())
    faults: dict[str, str] = {}
    if request.method == "POST":
        try:
            strokes = consents.read_strokes(request.POST.get("signature", ""))
            name, agrees = request.POST.get("signed_name", ""), bool(request.POST.get("agrees"))
            consents.give(chosen, technique, name, strokes, agrees, request.member)
        except Refused as refused:
            note_refusal(request, episode, "consent", refused)
            faults = refused.faults
        else:
            messages.success(request, _("Signed. Thank you."))
            return redirect("plan", episode.key)
    context = {
        "plan": chosen,
        "technique": known,
        "standing": standing,
        "rules": [knowledge().rules[name] for name in standing.because],
        "told": consents.told_for(technique) if known else [],
        "harms": consents.harms_for(technique) if known else [],
        "days": consents.days_for(technique) if known else 0,
        "ways": list(knowledge().alternatives.values()),
        "signed_name": request.POST.get("signed_name", ""),
        "agrees": bool(request.POST.get("agrees")),
        "faults": list(faults.items()),
        "fault_of": faults,
        "clinic_name": request.clinic.name,
    }
    status = 422 if faults else 200 if standing else 409
    return episode_page(request, episode, "clinic/plan/consent.html", "plan", context, status)


@staff("see_record")
def given(request: StaffRequest, key: str, number: int) -> HttpResponse:
    """A consent as it was given, with the signature and what was told."""
    episode = episode_of(request, key)
    row = get_object_or_404(episode.consents.select_related("witness", "plan"), pk=number)
    topics = knowledge().topics
    context = {
        "consent": row,
        "technique": knowledge().techniques.get(row.technique),
        "lines": consents.as_lines(row.signature),
        "told": [(topics.get(one["id"]), one["says"]) for one in row.told],
    }
    return episode_page(request, episode, "clinic/plan/given.html", "plan", context)


@require_POST
@staff("plan")
def withdraw(request: StaffRequest, key: str, number: int) -> HttpResponse:
    """Take a consent back: at once, and without a reason."""
    episode = episode_of(request, key)
    row: Consent = get_object_or_404(episode.consents.select_related("plan", "episode__clinic"), pk=number)
    consents.withdraw(row, request.member)
    messages.success(request, _("The consent is withdrawn. This technique is not done."))
    return redirect("plan", episode.key)
