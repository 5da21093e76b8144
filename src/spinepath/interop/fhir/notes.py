"""What is kept of one resource about a person until the whole record is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from spinepath.engine.conditions import Value
from spinepath.engine.entries import Word
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.values import read_value
from spinepath.interop.fhir.meaning import Meaning
from spinepath.interop.fhir.moments import Dated, NotADate, read_date
from spinepath.interop.fhir.problems import Place
from spinepath.interop.fhir.resources import (
    Condition,
    MedicationUse,
    Observation,
    Other,
    Patient,
    Period,
    Procedure,
    Resource,
)
from spinepath.interop.fhir.traces import Report, Trace

_UNKNOWN = "unknown"
"""A word that is written but has no meaning here counts as "not known", not as left out."""


class Personal(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What a person's own entry says: birth, what it says of facts (by fact), and whether the person has died."""

    born: datetime | None = None
    birth_year: int | None = None
    sex: str | None = None
    said: dict[str, str] = {}
    deceased: bool | None = None


class Note(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """One resource about a person: its type and id, when the server changed it, the days it speaks of, what it says.

    `updated` is None where nobody wrote it so that it can be read.
    """

    kind: str
    place: Place
    id: str | None = None
    updated: datetime | None = None
    days: tuple[datetime, ...] = ()
    traces: tuple[Trace, ...] = ()
    personal: Personal | None = None


def days_of(found: Resource) -> tuple[datetime, ...]:
    """The moments of which the resource speaks: at most its first and its last. Unreadable dates are left out."""
    moments = [at for written in _written(found) if (at := moment_of(written)) is not None]
    if len(moments) < 2:
        return tuple(moments)
    return (min(moments), max(moments))


def moment_of(written: str | None) -> datetime | None:
    """The moment; None when there is none, or none that can be read."""
    if written is None:
        return None
    try:
        return read_date(written).at
    except NotADate:
        return None


def _written(found: Resource) -> Iterator[str | None]:
    match found:
        case Observation():
            yield from (
                found.effectiveDateTime or found.effectiveInstant or found.issued,
                *_ends(found.effectivePeriod),
            )
        case Condition():
            yield from (found.onsetDateTime, found.recordedDate, found.abatementDateTime)
        case MedicationUse():
            yield from (
                found.authoredOn or found.effectiveDateTime or found.dateAsserted,
                *_ends(found.effectivePeriod),
            )
        case Procedure():
            yield from (found.performedDateTime, *_ends(found.performedPeriod))
        case Other():
            yield from (
                found.effectiveDateTime,
                found.occurrenceDateTime,
                found.authoredOn,
                found.started,
                found.created,
            )
            for period in (found.period, found.billablePeriod, found.effectivePeriod):
                yield from _ends(period)


def _ends(period: Period | None) -> tuple[str | None, ...]:
    return (period.start, period.end) if period is not None else ()


def personal_of(meaning: Meaning, found: Patient, report: Report) -> Personal:
    """What a person's own entry says. Dates that cannot be read are reported and stay unknown."""
    born = _birth(found.birthDate, report)
    said: dict[str, str] = {}
    for entry in meaning.demographics:
        word = _word(found, entry.field, entry.url)
        if word is not None and entry.fact not in said:
            said[entry.fact] = entry.words.get(Word(word), _UNKNOWN)
    died = found.deceasedBoolean
    if found.deceasedDateTime is not None:
        died = True
    return Personal(
        born=born.at if born and born.to_the_day else None,
        birth_year=born.at.year if born else None,
        sex=found.gender,
        said=said,
        deceased=died,
    )


def _birth(written: str | None, report: Report) -> Dated | None:
    if written is None:
        return None
    try:
        born = read_date(written)
    except NotADate:
        report("Patient.birthDate", "This is not a date.", None)
        return None
    if not born.to_the_day:
        report("Patient.birthDate", "The day of birth is missing, so the age stays unknown.", None)
    return born


def _word(found: Patient, field: str, url: str | None) -> str | None:
    if field == "gender":
        return found.gender
    return next((one.valueCode for one in found.extension if one.url == url), None) if field == "extension" else None


def values_said(knowledge: Knowledge, said: dict[str, str]) -> dict[str, Value]:
    """The values of what a person's own entry says."""
    return {fact: read_value(knowledge.facts[fact], word) for fact, word in said.items()}
