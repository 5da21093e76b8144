"""The whole record of a person as a paper that can be read: details, and each episode with what was found and done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from spinepath.clinic import advice
from spinepath.clinic.models import (
    AdverseEvent,
    Consent,
    Document,
    Episode,
    KeptAssessment,
    KeptFinding,
    Letter,
    Member,
    Note,
    Person,
    Session,
)
from spinepath.clinic.oversight.kept import Kept, counted, rows
from spinepath.clinic.plan.letters import paper
from spinepath.clinic.plan.letters.paper import Block, Paper
from spinepath.clinic.templatetags.spinepath import disposition_name, fact_name, source_name, technique, written_words
from spinepath.clinic.treat.in_words import all_told


def paper_of(person: Person, found: Kept, member: Member, now: datetime) -> Paper:
    """The paper, as of `now`, made by the member."""
    release = next(iter(advice.knowledge().releases.values()), None)
    return Paper(
        title=_("Record of a person"),
        clinic=person.clinic.name,
        address=person.clinic.address,
        phone=person.clinic.phone,
        person=f"{person.given_name} {person.family_name}",
        born=_day(person.birth_date),
        day=_day(now.date()),
        by=member.name,
        knowledge=advice.knowledge().version,
        as_of=_moment(now),
        intended_use=release.intended_use if release else "",
        blocks=tuple(_blocks(person, found)),
    )


def _day(day: date | None) -> str:
    return date_format(day, _("j M Y")) if day else "–"


def _moment(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), _("j M Y H:i")) if at else "–"


def _blocks(person: Person, found: Kept) -> Iterator[Block]:
    yield paper.text(_("Everything that the clinic keeps. The file record.json says the same in full detail."))
    yield paper.heading(_("Details"))
    yield paper.pairs(
        [
            (_("Sex at birth"), person.sex or "–"),
            (_("Phone"), person.phone or "–"),
            (_("E-mail"), person.email or "–"),
            (_("Note for the desk"), person.note or "–"),
        ]
    )
    for episode in rows(found, Episode):
        yield from _episode(episode)
    yield paper.heading(_("What is kept, by kind"))
    yield paper.pairs([(name, str(count)) for name, count in counted(found).items()])


def _episode(episode: Episode) -> Iterator[Block]:
    yield paper.heading(f"{_('Episode of')} {_moment(episode.opened_at)}")
    yield paper.text(episode.complaint)
    findings = KeptFinding.objects.filter(episode=episode).order_by("at", "pk")
    corrected = {one.corrects_id for one in findings}
    yield from _table(
        _("Findings"),
        [_("When"), _("What"), _("Answer"), _("By")],
        [
            [
                _moment(one.at),
                fact_name(one.fact),
                f"{written_words(one.fact, one.value)}{' ' + _('(corrected later)') if one.pk in corrected else ''}",
                one.by or source_name(one.source),
            ]
            for one in findings
        ],
        [2, 4, 3, 2],
    )
    yield from _table(
        _("Decisions"),
        [_("When"), _("Said"), _("Knowledge")],
        [
            [_moment(one.as_of), disposition_name(one.disposition) or one.disposition, one.knowledge]
            for one in KeptAssessment.objects.filter(episode=episode).order_by("as_of")
        ],
        [2, 4, 3],
    )
    yield from _table(
        _("Consents"),
        [_("When"), _("To what"), _("Signed by"), _("Withdrawn")],
        [
            [_moment(one.given_at), _technique(one.technique), one.signed_name, _moment(one.withdrawn_at)]
            for one in Consent.objects.filter(episode=episode).order_by("given_at")
        ],
        [2, 4, 3, 2],
    )
    yield from _sessions(episode)
    yield from _table(
        _("Documents and letters"),
        [_("When"), _("What"), _("File")],
        [
            *(
                [_moment(one.added_at), one.title, f"documents/{one.key}"]
                for one in Document.objects.filter(episode=episode)
            ),
            *(
                [_moment(one.made_at), one.get_kind_display(), f"letters/{one.key}.pdf"]
                for one in Letter.objects.filter(episode=episode)
            ),
        ],
        [2, 4, 4],
    )


def _sessions(episode: Episode) -> Iterator[Block]:
    sessions = Session.objects.filter(episode=episode).select_related("therapist").order_by("day", "start")
    notes = {one.session_id: _note(one) for one in Note.objects.filter(session__episode=episode)}
    yield from _table(
        _("Sessions"),
        [_("Day"), _("With"), _("State"), _("Note")],
        [[_day(one.day), one.therapist.name, one.get_status_display(), notes.get(one.pk, "")] for one in sessions],
        [2, 2, 2, 5],
    )
    severities = advice.knowledge().severities
    yield from _table(
        _("Reactions to care"),
        [_("When"), _("How grave"), _("What was said"), _("Outcome")],
        [
            [
                _moment(one.at),
                severities[one.severity].name if one.severity in severities else "",
                one.says,
                one.outcome,
            ]
            for one in AdverseEvent.objects.filter(episode=episode).order_by("at")
        ],
        [2, 3, 4, 3],
    )


def _note(note: Note) -> str:
    """What was done, and the free words; what was added after the signature follows with who added it."""
    added = [f"{one['says']} ({one['by']})" for one in note.additions]
    lines = [*(one.line for one in all_told(note.phases)), note.free, *added]
    return "; ".join(line for line in lines if line.strip())


def _technique(name: str) -> str:
    found = technique(name)
    return found.name if found else name


def _table(title: str, head: list[str], lines: list[list[str]], widths: list[float]) -> Iterator[Block]:
    if lines:
        yield paper.heading(title)
        yield paper.table(head, lines, widths)
