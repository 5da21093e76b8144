"""Which letters can be written of an episode now, and writing them: the very bytes are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spinepath.clinic import advice, audit
from spinepath.clinic.languages import language_of
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Episode, KeptAssessment, Letter, Member, Plan
from spinepath.clinic.plan import drafting
from spinepath.clinic.plan.letters import for_doctors, for_people
from spinepath.clinic.plan.letters.paper import Block, Paper, to_pdf
from spinepath.clinic.plan.refused import Refused
from spinepath.clinic.plan.sheet import Sheet, sheet_of
from spinepath.clinic.plan.telling import Telling
from spinepath.engine.evaluate import Outcome

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Say = Callable[[Episode, Telling, Sheet | None], tuple[str, tuple[Block, ...]]]


@dataclass(frozen=True)
class Kind:
    """A letter that can be written: for whom it is, whether it needs a plan, and what it says.

    One for the person speaks their language, one for colleagues that of the clinic, whoever writes it.
    """

    kind: Letter.Kind
    title: StrPromise
    about: StrPromise
    needs_plan: bool
    says: Say
    for_person: bool

    def language(self, episode: Episode) -> str:
        """In which language it is written."""
        return language_of(episode.person if self.for_person else episode.clinic)


KINDS: tuple[Kind, ...] = (
    Kind(
        Letter.Kind.PLAN,
        gettext_lazy("Your plan"),
        gettext_lazy("For the person, in plain words: what is planned, when it is reviewed, when to get help."),
        True,
        for_people.plan,
        for_person=True,
    ),
    Kind(
        Letter.Kind.HOME,
        gettext_lazy("Your exercises at home"),
        gettext_lazy("For the person, with a drawing of each exercise and how much pain is all right."),
        False,
        for_people.home,
        for_person=True,
    ),
    Kind(
        Letter.Kind.REPORT,
        gettext_lazy("Report to the doctor"),
        gettext_lazy("Findings, advice with its reasons, and the plan."),
        False,
        for_doctors.report,
        for_person=False,
    ),
    Kind(
        Letter.Kind.REFERRAL,
        gettext_lazy("Urgent referral"),
        gettext_lazy("What was found and when, what it may mean, and how soon somebody must look."),
        False,
        for_doctors.referral,
        for_person=False,
    ),
)


def kinds_for(episode: Episode, outcome: Outcome) -> list[tuple[Kind, str]]:
    """Each letter with why it cannot be written now, empty when it can; what is urgent comes first."""
    grave = _is_grave(outcome)
    plan = drafting.agreed(episode)
    rows = [(kind, _why_not(kind, plan, grave)) for kind in KINDS]
    return sorted(rows, key=lambda row: (bool(row[1]), not (grave and row[0].kind == Letter.Kind.REFERRAL)))


def _is_grave(outcome: Outcome) -> bool:
    base = advice.knowledge()
    return base.strictness[advice.firm(outcome)] > base.strictness[base.mildest_without_care]


def _why_not(kind: Kind, plan: Plan | None, grave: bool) -> str:
    if kind.needs_plan and plan is None:
        return _("Agree a plan first.")
    if kind.kind == Letter.Kind.REFERRAL and not grave:
        return _("Nothing urgent is on record.")
    if kind.kind == Letter.Kind.HOME and grave:
        return _("Not while something urgent is on record.")
    return ""


@transaction.atomic
def write(episode: Episode, name: str, member: Member) -> Letter:
    """Write a letter and keep it with the advice on which it rests. Raises Refused.

    Asking twice within a minute gives one letter.
    """
    lock_episodes(episode.pk)
    kind = next((one for one in KINDS if one.kind == name), None)
    if kind is None:
        raise Refused({"": _("There is no such letter.")})
    now = timezone.localtime()
    outcome = advice.outcome_of(episode, now)
    plan = drafting.agreed(episode)
    if why := _why_not(kind, plan, _is_grave(outcome)):
        raise Refused({"": why})
    language = kind.language(episode)
    before = Letter.objects.filter(episode=episode, kind=kind.kind, member=member).defer("pdf").first()
    is_new = before and before.language == language and now - before.made_at < timedelta(minutes=1)
    if before and is_new and not _changed_since(episode, before, plan):
        return before
    kept = advice.keep_assessment(episode, "plan", member, now)
    with translation.override(language):
        pdf = _pdf(kind, episode, plan, kept, member)
    made = Letter.objects.create(
        episode=episode, kind=kind.kind, language=language, assessment=kept, pdf=pdf, member=member
    )
    audit.note(episode.clinic, member.name, audit.ADD, "letter", key=made.key, episode=episode, detail=kind.kind)
    return made


def _changed_since(episode: Episode, letter: Letter, plan: Plan | None) -> bool:
    found = episode.findings.filter(recorded_at__gt=letter.made_at).exists()
    return found or bool(plan and plan.agreed_at and plan.agreed_at > letter.made_at)


def _pdf(kind: Kind, episode: Episode, plan: Plan | None, kept: KeptAssessment, member: Member) -> bytes:
    found = advice.replayed(kept)
    telling = Telling(found)
    lead, blocks = kind.says(episode, telling, sheet_of(plan, found) if plan else None)
    clinic = episode.clinic
    paper = Paper(
        title=str(kind.title),
        lead=lead,
        urgent=kind.kind == Letter.Kind.REFERRAL,
        clinic=clinic.name,
        address=" · ".join(clinic.address.split("\n")),
        phone=clinic.phone,
        person=f"{episode.person.given_name} {episode.person.family_name}",
        born=date_format(episode.person.birth_date, _("j F Y")),
        day=date_format(timezone.localtime(kept.as_of), _("j F Y")),
        by=member.name,
        knowledge=f"{kept.knowledge} · " + _("signed off by: %(who)s") % {"who": telling.signed_off},
        as_of=date_format(timezone.localtime(kept.as_of), _("j F Y, H:i")),
        language=translation.get_language(),
        intended_use=_("Spinepath supports a qualified professional. It does not diagnose, treat or replace one."),
        blocks=blocks,
    )
    return to_pdf(paper, kept.as_of)


def digest(letter: Letter) -> str:
    """A hash of the bytes that were given out, to compare a copy with."""
    return hashlib.sha256(bytes(letter.pdf)).hexdigest()
