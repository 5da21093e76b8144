"""The chart of an episode on one page; correcting a finding; old decisions; who read the record."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import select_template
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import advice, audit, prepared
from spinepath.clinic.access import StaffRequest, episode_of, may, staff, within
from spinepath.clinic.asked import MENDED, Asked, NotAnswered, said
from spinepath.clinic.examine.files import KINDS
from spinepath.clinic.models import (
    AuditEntry,
    Drawing,
    Episode,
    KeptAssessment,
    KeptFinding,
    KnowledgeVersion,
    Person,
    Plan,
    Session,
    Task,
)
from spinepath.clinic.pages import episode_page
from spinepath.clinic.people import chart, compare
from spinepath.clinic.people.timeline import papers_of, timeline
from spinepath.clinic.record import Author, NotRecorded, correct
from spinepath.clinic.today import tasks

AUDIT_SHOWN = 200
DRAWING = "clinic/ask/drawing.html"


@staff("see_record")
def episode(request: StaffRequest, key: str) -> HttpResponse:
    """Everything about an episode that its reader must know, decide or do."""
    found = episode_of(request, key)
    made = advice.assessment_of(found)
    asked = chart.questions(made)
    plans = prepared.rows(lambda episode: Plan.objects.filter(episode=episode).select_related("made_by"), found.pk)
    sessions = prepared.rows(
        lambda episode: (
            Session.objects.filter(episode=episode)
            .select_related("therapist", "course__made_by")
            .order_by("day", "start")
        ),
        found.pk,
    )
    findings, papers = chart.findings(found, made), papers_of(found)
    # the head shows what is true now; what was kept for lists may be older
    found.disposition, found.reading = made.outcome.disposition, made.outcome.reading or ""
    context = {
        "made": made,
        "card": chart.card(made),
        "asked": asked[: chart.QUESTIONS_SHOWN],
        "asked_more": max(len(asked) - chart.QUESTIONS_SHOWN, 0),
        "next": chart.next_step(found, made, asked, plans, sessions),
        "findings": findings,
        "happened": timeline(found, findings, sessions, plans, papers),
        "kinds": {kind: name for kind, (_ending, name) in KINDS.items()},
        "documents": [one for one in papers.documents if one.withdrawn_at is None],
        "letters": papers.letters,
        "drawing": prepared.first(lambda episode: Drawing.objects.filter(episode=episode)[:1], found.pk),
        "drawing_part": select_template([DRAWING, "clinic/people/no_drawing.html"]),
        "tasks": tasks.shown(_tasks(found), timezone.localdate()),
        "may_audit": _may_see_readers(request),
        "may_add": may(request.member, "add_findings"),
        "coming": [one for one in sessions if one.day >= timezone.localdate() and one.status in ("booked", "held")],
    }
    return episode_page(request, found, "clinic/people/episode.html", "episode", context)


@staff("see_record")
def more_findings(request: StaffRequest, key: str, group: str) -> HttpResponse:
    """The findings of one group, which the chart leaves out until somebody opens it."""
    found = episode_of(request, key)
    titles = {"not_known": _("Answered “I do not know”"), "clear": _("Answered, nothing found")}
    titles["old"] = _("No longer counts: too old, or a newer one counts")
    if group not in titles:
        raise Http404
    rows = getattr(chart.findings(found, advice.assessment_of(found)), group)
    context = {"title": titles[group], "rows": rows, "may_add": may(request.member, "add_findings")}
    is_part = request.headers.get("HX-Request") == "true"
    template = "clinic/people/more_findings.html" if is_part else "clinic/people/more_findings_page.html"
    return episode_page(request, found, template, "episode", context)


def _tasks(found: Episode) -> list[Task]:
    """Without the holds, which stand at the top of every page of the episode."""
    return prepared.rows(
        lambda episode: (
            Task.objects.filter(episode=episode, settled_at=None).exclude(kind=Task.Kind.HOLD).order_by("due", "pk")
        ),
        found.pk,
    )


# setting a finding right

_BACK = ("episode", "ask_answers")
"""The pages whose findings can be set right."""


@staff("see_record", "add_findings")
def correct_finding(request: StaffRequest, key: str, number: int) -> HttpResponse:
    """A finding that was a mistake gets a new value and a reason; both stay in the chart.

    Afterwards its reader is `back` on the page from which the way led here.
    """
    found = episode_of(request, key)
    asked_back = request.GET.get("back", "")
    back = asked_back if asked_back in _BACK else "episode"
    row = get_object_or_404(
        KeptFinding.objects.select_related("episode__person", "episode__clinic"), pk=number, episode=found
    )
    fact = advice.knowledge().facts.get(row.fact)
    asked = Asked(fact, MENDED, called="value") if fact is not None else None
    reason = request.POST.get("reason", "").replace("\0", "")
    faults: list[tuple[str, str]] = []
    if request.method == "POST":
        faults = _set_right(request, row, asked, reason)
        if not faults:
            messages.success(request, _("Set right. The chart shows both, the advice uses the new one."))
            return redirect(back, key)
    newer = _newest(row)
    status = 200
    if request.method == "POST":
        status, faults = (409, []) if newer.pk != row.pk else (422, faults)
    context = {
        "row": row,
        "asked": asked,
        "newer": newer if newer.pk != row.pk else None,
        "reason": reason,
        "faults": faults,
        "fault_of": dict(faults),
        "back": back,
    }
    return episode_page(request, found, "clinic/people/correct.html", "finding", context, status=status)


def _set_right(request: StaffRequest, row: KeptFinding, asked: Asked | None, reason: str) -> list[tuple[str, str]]:
    """Keep the right answer; what is wrong with it, by field, and nothing where it is kept."""
    if asked is None:
        return [("", _("The knowledge base in use no longer has this fact. It stays as it was written."))]
    try:
        answer = said(asked, request.POST, advice.today_of(request.clinic))
        correct(row, answer or "", Author.of(request.member), reason)
    except NotAnswered as problem:
        return [(asked.id, str(problem))]
    except NotRecorded as refused:
        if asked.value and not reason.strip():
            return [("reason", text) for text in refused.faults.values()]
        asked.fault = _("Give the right answer, or “not known”.")
        return [(asked.id, asked.fault)]
    except IntegrityError:  # the other one was quicker by a moment
        return [("", _("Somebody else set this right in this moment."))]
    return []


def _newest(row: KeptFinding) -> KeptFinding:
    """The row that counts now in place of this one."""
    while (newer := KeptFinding.objects.filter(corrects=row).first()) is not None:
        row = newer
    return row


# old decisions


@staff("see_record")
def assessment(request: StaffRequest, key: str) -> HttpResponse:
    """What was advised then, on which findings and by which knowledge; with `again` it is worked out once more."""
    rows = KeptAssessment.objects.select_related("episode__person", "episode__therapist", "episode__clinic", "member")
    kept = get_object_or_404(rows, key=key, episode__clinic=request.clinic)
    context: dict[str, Any] = {
        "kept": kept,
        "then": compare.then_of(kept),
        "version": KnowledgeVersion.objects.filter(version=kept.knowledge).only("version", "first_used_at").first(),
        "is_current": kept.knowledge == advice.knowledge().version,
    }
    if request.GET.get("again") == "yes":
        context["again"] = compare.again(kept)
    return episode_page(request, kept.episode, "clinic/people/assessment.html", "assessment", context)


# who read this


def _may_see_readers(request: StaffRequest) -> bool:
    member = request.member
    return may(member, "audit") or (may(member, "see_record") and may(member, "manage"))


@staff()
def record_audit(request: StaffRequest, key: str) -> HttpResponse:
    """Who read and wrote the record of an episode, for leads and auditors. It says nothing of what stands in it."""
    if not _may_see_readers(request):
        raise PermissionDenied
    found = episode_of(request, key)
    keys = [found.person.key, *Person.objects.filter(merged_into=found.person).values_list("key", flat=True)]
    entries = within(request, AuditEntry.objects.filter(person__in=keys)).order_by("-number")
    shown = list(entries[: AUDIT_SHOWN + 1])
    context = {
        "episode": found,
        "entries": shown[:AUDIT_SHOWN],
        "more": len(shown) > AUDIT_SHOWN,
        "reads": may(request.member, "see_record"),
    }
    audit.note(request.clinic, request.member.name, audit.READ, "audit", episode=found)
    return render(request, "clinic/people/record_audit.html", context)
