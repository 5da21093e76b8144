"""What happened in an episode and when: one line for what is alike, the latest days first, nothing left out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from spinepath.clinic import advice, prepared
from spinepath.clinic.models import (
    AdverseEvent,
    Consent,
    Document,
    Episode,
    Hold,
    KeptAssessment,
    Letter,
    Plan,
    Session,
)
from spinepath.clinic.people.chart import Findings, Shown

DAYS_SHOWN = 6
"""So many days stand on the chart at once; the others open by month."""


@dataclass
class Happened:
    """One line of the timeline: `kind` names its mark, `url` where it leads. `parts` are alike and folded into it."""

    at: datetime
    kind: str
    says: str
    by: str = ""
    detail: str = ""
    url: tuple[str, str] | None = None
    notable: list[Shown] = field(default_factory=list)
    same: str = ""
    is_dated: bool = False
    parts: list[Happened] = field(default_factory=list)


Day = tuple[date, list[Happened]]


@dataclass(frozen=True)
class Timeline:
    """Everything that happened, by day, the newest first: the latest days at once, the others by month."""

    latest: list[Day]
    months: list[tuple[date, list[Day]]]


@dataclass(frozen=True)
class Papers:
    """Letters without their PDF, and documents, withdrawn ones too; the newest first."""

    letters: list[Letter]
    documents: list[Document]


def papers_of(episode: Episode) -> Papers:
    """All papers of an episode, each with the member who wrote or added it."""
    return Papers(
        prepared.rows(
            lambda episode: Letter.objects.filter(episode=episode).defer("pdf").select_related("member"), episode.pk
        ),
        prepared.rows(lambda episode: Document.objects.filter(episode=episode).select_related("member"), episode.pk),
    )


def timeline(episode: Episode, found: Findings, sessions: list[Session], plans: list[Plan], papers: Papers) -> Timeline:
    """What happened. Of one day, what is alike stands in one line that opens; nothing is left out."""
    lines = [
        *_of_findings(found),
        *_of_sessions(sessions),
        *_of_plans(plans),
        *_of_papers(papers),
        *_of_decisions(episode),
        *_of_care(episode),
    ]
    lines.sort(key=lambda one: one.at, reverse=True)
    by_day = [(day, _folded(list(group))) for day, group in groupby(lines, key=lambda one: timezone.localdate(one.at))]
    shown = len(by_day) if len(by_day) <= DAYS_SHOWN + 1 else DAYS_SHOWN
    months = groupby(by_day[shown:], key=lambda one: one[0].replace(day=1))
    return Timeline(by_day[:shown], [(month, list(days)) for month, days in months])


def _folded(lines: list[Happened]) -> list[Happened]:
    """The lines of a day, those together that say the same of several things; a line stands where its newest stood."""
    groups: dict[tuple[str, str, str], list[Happened]] = {}
    for line in lines:
        groups.setdefault((line.kind, line.same or line.says, line.by), []).append(line)
    return [group[0] if len(group) == 1 else _together(group) for group in groups.values()]


def _together(group: list[Happened]) -> Happened:
    newest = group[0]
    says = _("%(what)s, %(number)s times") if not newest.same else _("%(what)s: %(number)s")
    told = {"what": newest.same or newest.says, "number": len(group)}
    return Happened(newest.at, newest.kind, says % told, newest.by, parts=group)


def _of_findings(found: Findings) -> Iterable[Happened]:
    """One line for all that one author added on one day, with what was notable."""
    groups: dict[tuple[date, str, str], list[Shown]] = {}
    for one in (*found.found, *found.clear, *found.not_known, *found.old):
        if not one.is_earlier:
            row = one.row
            groups.setdefault((timezone.localdate(row.at), row.by, row.source), []).append(one)
    for (_day, by, source), group in groups.items():
        notable = [one for one in group if one.is_notable]
        yield Happened(
            at=max(one.row.at for one in group),
            kind="findings",
            says=_("%(number)s findings") % {"number": len(group)} if len(group) > 1 else _("1 finding"),
            by=by or source,
            notable=notable[:12],
        )


def _of_sessions(sessions: list[Session]) -> Iterable[Happened]:
    today = timezone.localdate()
    for one in sessions:
        if one.day <= today or one.status in (Session.Status.DONE, Session.Status.MISSED):
            at = timezone.make_aware(datetime.combine(one.day, one.start))
            status = one.get_status_display()
            says = _("Session %(number)s: %(status)s") % {"number": one.number, "status": status}
            same = _("Sessions, %(status)s") % {"status": status}
            yield Happened(at, "session", says, one.therapist.name, one.changed_because, same=same)
    yield from _of_bookings(sessions)


def _of_bookings(sessions: list[Session]) -> Iterable[Happened]:
    """One line for each course: all its sessions were booked in one act. They open from it, as they stand today."""
    courses = groupby(sorted(sessions, key=lambda one: one.course_id), key=lambda one: one.course)
    for course, group in courses:
        booked = [
            Happened(
                at=timezone.make_aware(datetime.combine(one.day, one.start)),
                kind="session",
                says=_("Session %(number)s: %(status)s") % {"number": one.number, "status": one.get_status_display()},
                by=one.therapist.name,
                is_dated=True,
            )
            for one in group
        ]
        says = ngettext("Course booked, %(number)s session", "Course booked, %(number)s sessions", len(booked))
        told = says % {"number": len(booked)}
        yield Happened(course.made_at, "booking", told, course.made_by.name, parts=booked)


def _of_plans(plans: list[Plan]) -> Iterable[Happened]:
    presets = advice.knowledge().presets
    for plan in plans:
        name = presets[plan.preset].name if plan.preset in presets else plan.preset
        says = _("Plan: %(preset)s, %(sessions)s sessions (%(status)s)") % {
            "preset": name,
            "sessions": plan.sessions,
            "status": plan.get_status_display(),
        }
        yield Happened(at=plan.agreed_at or plan.made_at, kind="plan", says=says, by=plan.made_by.name)


def _of_papers(papers: Papers) -> Iterable[Happened]:
    for letter in papers.letters:
        by = letter.member.name if letter.member else ""
        yield Happened(letter.made_at, "letter", _("Letter: %(kind)s") % {"kind": letter.get_kind_display()}, by)
    for document in papers.documents:
        by = document.member.name if document.member else ""
        yield Happened(document.added_at, "document", _("Document: %(title)s") % {"title": document.title}, by)


def _of_decisions(episode: Episode) -> Iterable[Happened]:
    """Advice that was kept, and consents."""
    names = advice.knowledge().dispositions
    kept = prepared.rows(
        lambda episode: KeptAssessment.objects.filter(episode=episode).defer("stored").select_related("member"),
        episode.pk,
    )
    for row in kept:
        name = names[row.disposition].name if row.disposition in names else row.disposition
        by = row.member.name if row.member else ""
        yield Happened(
            row.as_of, "assessment", _("Advice kept: %(name)s") % {"name": name}, by, url=("assessment", row.key)
        )
    techniques = advice.knowledge().techniques
    consents = prepared.rows(
        lambda episode: Consent.objects.filter(episode=episode).select_related("witness"), episode.pk
    )
    for consent in consents:
        technique = techniques.get(consent.technique)
        told = {"name": technique.name if technique else consent.technique}
        yield Happened(
            consent.given_at,
            "consent",
            _("Consent: %(name)s") % told,
            consent.witness.name,
            same=_("Consents"),
        )
        if consent.withdrawn_at:
            yield Happened(
                consent.withdrawn_at, "consent", _("Consent withdrawn: %(name)s") % told, same=_("Consents withdrawn")
            )


def _of_care(episode: Episode) -> Iterable[Happened]:
    """Holds and reactions, and the first and last day."""
    holds = prepared.rows(
        lambda episode: Hold.objects.filter(episode=episode).select_related("released_by"), episode.pk
    )
    for hold in holds:
        yield Happened(hold.since, "hold", _("Bookings held"), detail=hold.because)
        if hold.released_at:
            by = hold.released_by.name if hold.released_by else ""
            yield Happened(hold.released_at, "hold", _("Bookings released"), by, detail=hold.released_because)
    severities = advice.knowledge().severities
    events = prepared.rows(
        lambda episode: AdverseEvent.objects.filter(episode=episode).select_related("member", "followed_up_by"),
        episode.pk,
    )
    for event in events:
        grade = severities[event.severity].name if event.severity in severities else event.severity
        says = _("Reaction to care: %(grade)s") % {"grade": grade}
        yield Happened(event.at, "reaction", says, event.member.name, detail=event.says)
        if event.followed_up_at:
            by = event.followed_up_by.name if event.followed_up_by else ""
            yield Happened(event.followed_up_at, "reaction", _("Asked how the reaction went"), by, detail=event.outcome)
    yield Happened(episode.opened_at, "episode", _("Episode opened"))
    if episode.closed_at:
        yield Happened(episode.closed_at, "episode", _("Episode closed"))
