"""Pages of the knowledge base: searching, one entry, and what old decisions used."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from spinepath.clinic import advice, audit
from spinepath.clinic.access import StaffRequest, may, staff
from spinepath.clinic.knowledge_pages import finder, past
from spinepath.clinic.knowledge_pages.entry import page_of
from spinepath.clinic.models import KeptAssessment
from spinepath.engine.words import in_words

ON_A_PAGE = 40


@staff("see_people")
def knowledge(request: StaffRequest) -> HttpResponse:
    """Search everything; filters by kind and state."""
    query = request.GET.get("q", "")[: finder.LONGEST_QUERY].replace("\0", "")
    section, state = request.GET.get("kind", ""), request.GET.get("state", "")
    found = finder.find(query, section, state)
    context = {
        "query": query,
        "section": section,
        "state": state,
        "sections": [(name, in_words(name), count) for name, count in finder.sections().items()],
        "states": finder.states(),
        "count": len(found),
        "page": Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")),
        "release": next(iter(advice.knowledge().releases.values()), None),
        "version": advice.knowledge().version,
    }
    part = request.headers.get("HX-Target") == "found"
    return render(request, "clinic/knowledge/found.html" if part else "clinic/knowledge/search.html", context)


@staff("see_people")
def entry(request: StaffRequest, name: str) -> HttpResponse:
    """One entry with everything said about it."""
    page = page_of(name)
    if page is None:
        raise Http404(_("The knowledge base in use has no entry of this name."))
    return render(request, "clinic/knowledge/entry.html", {"entry": page})


@staff("see_people")
def versions(request: StaffRequest) -> HttpResponse:
    """The knowledge bases that were in use here."""
    context = {"versions": past.versions_of(request.clinic), "sees": may(request.member, "see_record")}
    return render(request, "clinic/knowledge/versions.html", context)


@staff("see_record")
def decisions(request: StaffRequest, version: str) -> HttpResponse:
    """The decisions of this clinic that used one version."""
    rows = KeptAssessment.objects.filter(episode__clinic=request.clinic, knowledge=version)
    rows = rows.select_related("episode__person", "member").defer("stored").order_by("-as_of", "-pk")
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    if not page.object_list:
        raise Http404
    audit.note(request.clinic, request.member.name, audit.READ, "decisions")
    return render(request, "clinic/knowledge/decisions.html", {"version": version, "page": page})
