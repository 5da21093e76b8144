"""Pages of letters: what can be written, what was written, and the file itself."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from spinepath.clinic import advice, audit
from spinepath.clinic.access import StaffRequest, episode_of, may, staff
from spinepath.clinic.pages import episode_page
from spinepath.clinic.plan.letters import writing
from spinepath.clinic.plan.refused import Refused


@staff("see_record")
def letters(request: StaffRequest, key: str) -> HttpResponse:
    """The letters of an episode, newest first; a post writes one."""
    episode = episode_of(request, key)
    if request.method == "POST":
        if not may(request.member, "plan"):
            return HttpResponse(status=403)
        try:
            writing.write(episode, request.POST.get("kind", ""), request.member)
        except Refused as refused:
            for says in refused.faults.values():
                messages.error(request, says)
        else:
            messages.success(request, _("The letter is written."))
        return redirect("letters", episode.key)
    outcome = advice.outcome_of(episode)
    context = {
        "letters": episode.letters.select_related("member", "assessment").defer("pdf", "assessment__stored")[:100],
        "kinds": writing.kinds_for(episode, outcome),
        "may_plan": may(request.member, "plan"),
    }
    return episode_page(request, episode, "clinic/plan/letters.html", "plan", context)


@staff("see_record")
def letter(request: StaffRequest, key: str, letter_key: str) -> HttpResponse:
    """The very bytes of a letter that was written."""
    episode = episode_of(request, key)
    row = get_object_or_404(episode.letters, key=letter_key)
    audit.note(request.clinic, request.member.name, audit.OUT, "letter", key=row.key, episode=episode)
    answer = HttpResponse(bytes(row.pdf), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="letter-{row.key}.pdf"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
