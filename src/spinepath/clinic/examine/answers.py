"""A filled-in sheet, read: what is new, what is wrong, and when it was examined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import advice
from spinepath.clinic.asked import EXAM, Asked, NotAnswered, said
from spinepath.clinic.examine.sheets import Part, Picture, Sheet, standing_answer
from spinepath.clinic.models import Episode

AT = "_at"
SEEN = "_seen"
NORMAL = "_normal"
"""Names in the form that are no fact: when it was examined, the newest finding when the page was opened, an act."""

_LONGEST = 120
_SOURCE = {"device": "device", "record": "record"}


@dataclass
class Filled:
    """What somebody wrote: `answers` are those to keep; `faults` say by fact what is wrong."""

    typed: dict[str, str]
    answers: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    at: datetime | None = None


def read_form(form: Mapping[str, str], sheet: Sheet, picture: Picture, episode: Episode) -> Filled:
    """The answers of a form. What was left empty, or says what stands already, is nothing new."""
    facts = advice.knowledge().facts
    filled = Filled(typed={name: str(written).strip() for name, written in form.items()})
    for name in sheet.facts:
        cell = Asked(facts[name], EXAM)
        try:
            answer = said(cell, filled.typed, picture.now.date())
        except NotAnswered as problem:
            filled.faults[name] = str(problem)
        else:
            if answer is not None and answer != standing_answer(facts[name], picture):
                filled.answers[name] = answer
    _read_time(filled, episode, picture.now)
    return filled


def _read_time(filled: Filled, episode: Episode, now: datetime) -> None:
    written = filled.typed.get(AT, "")
    if not written:
        return
    try:
        at = timezone.make_aware(datetime.fromisoformat(written[:_LONGEST]).replace(tzinfo=None))
    except (ValueError, OverflowError):
        filled.faults[AT] = _("Write the time of the examination as a date and a time.")
        return
    if at > now + timedelta(minutes=1):
        filled.faults[AT] = _("The examination cannot lie in the future.")
    elif at.date() < episode.person.birth_date:
        filled.faults[AT] = _("The examination cannot lie before the person was born.")
    else:
        filled.at = min(at, now)


def all_normal(parts: Iterable[Part], number: str, typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, with the normal answer in every empty place of one part. Nothing is kept by this."""
    filled = dict(typed)
    for part in parts:
        if str(part.number) == number:
            filled |= {cell.fact.id: cell.normal for cell in part.cells if cell.normal and not typed.get(cell.field)}
    return filled


def sources_of(names: Iterable[str]) -> dict[str, str]:
    """Where each fact was learned: what a device measured and what a record says is not the clinician's own word."""
    facts = advice.knowledge().facts
    return {name: _SOURCE.get(facts[name].who, "clinician") for name in names}
