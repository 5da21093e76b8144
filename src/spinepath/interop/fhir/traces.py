"""What one resource says of which fact, from when to when.

The statuses are those of FHIR R4. Whatever is planned, refused, not done, a draft or entered in error says nothing; a
status that is not known says nothing and is a fault. Nothing here ever says no, except where the knowledge base says
that a denied code does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from spinepath.engine.conditions import Value
from spinepath.engine.findings import Origin
from spinepath.interop.fhir.meaning import Meaning, Meant, NotANumber
from spinepath.interop.fhir.moments import NOT_ENDED, NotADate, read_date, read_end
from spinepath.interop.fhir.references import medicine_named
from spinepath.interop.fhir.resources import (
    Concept,
    Condition,
    Measured,
    Medication,
    MedicationUse,
    Observation,
    Procedure,
    Resource,
)

Report = Callable[[str, str, str | None], None]
"""Takes the path inside the resource, the reason and the fact (or None) of something that was not read."""


class Trace(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What a resource says of one mention's fact: the value, from when, until when.

    `spans` is true of what goes on (an illness, a prescription) and false of what was observed or done once. `closed`
    means over, though nobody wrote since when. Instead of a mention there may be a `medicine` that stands elsewhere.
    """

    mention: int
    value: bool | float | str | None
    start: datetime | None = None
    end: datetime | None = None
    spans: bool = False
    closed: bool = False
    source: Origin = "record"
    medicine: str | None = None


class _Reader:
    """Reads one resource; `report` takes what is wrong with it."""

    def __init__(self, meaning: Meaning, name: str, report: Report) -> None:
        self.meaning, self.name, self.report = meaning, name, report

    def date(self, written: str | None, path: str) -> datetime | None:
        """The moment written; None when there is none, or none that can be read."""
        if written is None:
            return None
        try:
            return read_date(written).at
        except NotADate:
            self.report(f"{self.name}.{path}", "This is not a date.", None)
            return None

    def end(self, written: str | None, path: str) -> datetime | None:
        """The moment at which something ended; None when it goes on."""
        if written is None:
            return None
        try:
            return read_end(written)
        except NotADate:
            self.report(f"{self.name}.{path}", "This is not a date.", None)
            return None

    def status(self, written: str | None, path: str, known: dict[str, str], missing: str) -> str:
        """What a status means here: one of the words of `known`, or "nothing" with a fault when it is not known."""
        if written is None:
            return missing
        if written not in known:
            self.report(f"{self.name}.{path}", "This status is not one of FHIR R4.", None)
        return known.get(written, "nothing")


# illnesses and allergies

_VERIFICATION = {
    "confirmed": "says",
    "provisional": "says",  # a working diagnosis is acted on until it is taken back
    "unconfirmed": "nothing",
    "differential": "nothing",
    "presumed": "says",
    "refuted": "denies",
    "entered-in-error": "nothing",
}
_CLINICAL = {
    "active": "open",
    "recurrence": "open",
    "relapse": "open",
    "inactive": "closed",
    "remission": "closed",
    "resolved": "closed",
}


def of_condition(meaning: Meaning, found: Condition, kind: str, name: str, report: Report) -> Iterator[Trace]:
    """What an illness or allergy says: open until it is said to be over, denied when it was refuted."""
    mentioned = meaning.of(kind, found.code)
    if not mentioned:
        return
    read = _Reader(meaning, name, report)
    verified = read.status(_code(found.verificationStatus), "verificationStatus", _VERIFICATION, "says")
    clinical = read.status(_code(found.clinicalStatus), "clinicalStatus", _CLINICAL, "open")
    if "nothing" in (verified, clinical):
        return
    recorded = read.date(found.recordedDate, "recordedDate")
    onset = found.onsetPeriod.start if found.onsetPeriod else None
    start = read.date(found.onsetDateTime or onset, "onset") or recorded
    if verified == "denies":
        yield from _denied(mentioned, recorded or start, read)
        return
    abated = found.abatementPeriod and (found.abatementPeriod.end or found.abatementPeriod.start)
    written = found.abatementDateTime or abated or None
    end = read.end(written, "abatement")
    closed = end is None and (clinical == "closed" or _is_over(found, written))
    for meant in mentioned:
        yield Trace(meant.place, meant.says, start, end, spans=True, closed=closed)


def _is_over(found: Condition, written: str | None) -> bool:
    """Is it said to be over without a date that can be compared?"""
    if written is not None and not written.startswith(NOT_ENDED):
        return True
    told = (found.abatementAge, found.abatementRange, found.abatementString)
    return bool(found.abatementBoolean) or any(part is not msgspec.UNSET for part in told)


def _denied(mentioned: tuple[Meant, ...], at: datetime | None, read: _Reader) -> Iterator[Trace]:
    for meant in mentioned:
        if meant.denied is not None:
            if at is None:
                read.report(f"{read.name}.recordedDate", "A refuted entry without a date says nothing.", meant.fact.id)
            else:
                yield Trace(meant.place, meant.denied, at)


def _code(concept: Concept | None) -> str | None:
    """The status in a concept; None when there is none."""
    return next((coding.code for coding in concept.coding if coding.code), None) if concept else None


# medicines

_ORDERS = {"order", "original-order", "reflex-order", "filler-order", "instance-order"}
_REQUEST = {
    "active": "open",
    "completed": "dated",
    **dict.fromkeys(("on-hold", "cancelled", "entered-in-error", "stopped", "draft", "unknown"), "nothing"),
}
_STATEMENT = {
    "active": "open",
    "completed": "dated",
    **dict.fromkeys(("entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"), "nothing"),
}
_ADMINISTRATION = {
    "in-progress": "once",
    "completed": "once",
    **dict.fromkeys(("not-done", "on-hold", "entered-in-error", "stopped", "unknown"), "nothing"),
}
_BY_TYPE = {
    "MedicationRequest": _REQUEST,
    "MedicationStatement": _STATEMENT,
    "MedicationAdministration": _ADMINISTRATION,
}


def of_medication(meaning: Meaning, found: MedicationUse, name: str, report: Report) -> Iterator[Trace]:
    """What a prescription, a statement or something given says of what is taken.

    An active one counts until its end; a completed one only when its own dates reach that far; a stopped one never.
    """
    elsewhere = medicine_named(found.medicationReference)
    concept = found.medicationCodeableConcept
    if elsewhere is not None and elsewhere.startswith("#"):
        concept, elsewhere = _inside(found, elsewhere), None
    mentioned = meaning.of("medication", concept)
    if not mentioned and elsewhere is None:
        return
    read = _Reader(meaning, name, report)
    status = read.status(found.status, "status", _BY_TYPE[name], "nothing")
    planned = name == "MedicationRequest" and (found.intent or "order") not in _ORDERS
    if status == "nothing" or planned or found.doNotPerform:
        return
    start = _start_of_use(found, read)
    end = None if status == "once" else _end_of_use(found, read)
    closed = status == "dated" and end is None
    for meant in mentioned:
        yield Trace(meant.place, meant.says, start, end, spans=status != "once", closed=closed)
    if not mentioned:
        yield Trace(-1, None, start, end, spans=status != "once", closed=closed, medicine=elsewhere)


def _inside(found: MedicationUse, name: str) -> Concept | None:
    """The code of the medicine of this name that stands inside the resource."""
    for content in found.contained:
        medicine = msgspec.json.decode(content, type=Medication)
        if medicine.id is not None and name == f"#{medicine.id}":
            return medicine.code
    return None


def _start_of_use(found: MedicationUse, read: _Reader) -> datetime | None:
    written = found.effectiveDateTime or (found.effectivePeriod.start if found.effectivePeriod else None)
    valid = found.dispenseRequest.validityPeriod if found.dispenseRequest else None
    at = read.date(written or found.authoredOn, "effective" if written else "authoredOn")
    return at or read.date(valid.start if valid else found.dateAsserted, "dateAsserted")


def _end_of_use(found: MedicationUse, read: _Reader) -> datetime | None:
    """The latest end that is written; None when none is."""
    valid = found.dispenseRequest.validityPeriod if found.dispenseRequest else None
    bounds = (one.timing.repeat.boundsPeriod for one in found.dosageInstruction if one.timing and one.timing.repeat)
    periods = [period for period in (found.effectivePeriod, valid, *bounds) if period is not None]
    ends = [end for period in periods if (end := read.end(period.end, "end of the period")) is not None]
    return max(ends, default=None)


# what was done

_PROCEDURE = {
    "completed": "once",
    "in-progress": "once",
    **dict.fromkeys(("preparation", "not-done", "on-hold", "stopped", "entered-in-error", "unknown"), "nothing"),
}


def of_procedure(meaning: Meaning, found: Procedure, name: str, report: Report) -> Iterator[Trace]:
    """What something done says: once, at its end."""
    mentioned = meaning.of("procedure", found.code)
    if not mentioned:
        return
    read = _Reader(meaning, name, report)
    if read.status(found.status, "status", _PROCEDURE, "nothing") == "nothing":
        return
    period = found.performedPeriod
    written = found.performedDateTime or (period and (period.end or period.start)) or None
    at = read.date(written, "performed")
    if at is None:
        report(f"{name}.performed", "Without a date it cannot be told how long ago it was.", mentioned[0].fact.id)
        return
    for meant in mentioned:
        yield Trace(meant.place, meant.says, at)


# what was observed

_OBSERVATION = {
    **dict.fromkeys(("final", "amended", "corrected", "preliminary"), "once"),
    **dict.fromkeys(("registered", "cancelled", "entered-in-error", "unknown"), "nothing"),
}


def of_observation(meaning: Meaning, found: Observation, name: str, report: Report) -> Iterator[Trace]:
    """What an observation and its components say: numbers in the fact's unit, words, yes, or explicitly unknown."""
    parts: list[tuple[str, Measured | Observation]] = [(name, found)]
    parts += [(f"{name}.component[{place}]", part) for place, part in enumerate(found.component)]
    mentioned = [(path, part, meant) for path, part in parts for meant in meaning.of("observation", part.code)]
    if not mentioned:
        return
    read = _Reader(meaning, name, report)
    if read.status(found.status, "status", _OBSERVATION, "nothing") == "nothing":
        return
    period = found.effectivePeriod
    written = found.effectiveDateTime or found.effectiveInstant or (period and (period.end or period.start))
    at = read.date(written or found.issued, "effective")
    if at is None:
        report(f"{name}.effective", "Without a date it cannot be told how old it is.", mentioned[0][2].fact.id)
        return
    source = _source(found)
    for path, part, meant in mentioned:
        for value in _values(meaning, meant, part, path, report):
            yield Trace(meant.place, value, at, source=source)


def _source(found: Observation) -> Origin:
    if found.device is not None:
        return "device"
    by = [one.reference or "" for one in found.performer]
    return "patient" if by and all("Patient/" in one for one in by) else "record"


def _values(
    meaning: Meaning, meant: Meant, part: Measured | Observation, path: str, report: Report
) -> Iterator[bool | float | str | None]:
    """The value of the fact, as the only element; nothing when the observation says nothing of it."""
    if part.dataAbsentReason is not None:
        if not meant.mention.is_threshold:
            yield None
    elif meant.mention.unit is not None:
        yield from _measured(meaning, meant, part, path, report)
    elif part.valueBoolean is not None:
        yield from _answered(meant, part.valueBoolean)
    elif part.valueCodeableConcept is not None:
        coded = [(coding.system, coding.code) for coding in part.valueCodeableConcept.coding]
        worded = [meant.words[one] for one in coded if one in meant.words]
        if worded:
            yield worded[0]
        elif meant.says is not None:
            for answer in meaning.answer(part.valueCodeableConcept):
                yield from _answered(meant, answer)


def _answered(meant: Meant, answer: Value) -> Iterator[bool | float | str | None]:
    if answer is None or (answer is False and meant.denied is not None):
        yield meant.denied if answer is False else None
    elif answer is True and meant.says is not None:
        yield meant.says


def _measured(
    meaning: Meaning, meant: Meant, part: Measured | Observation, path: str, report: Report
) -> Iterator[bool | float | str | None]:
    """The number in the unit of the fact, when it can be one; or what the number leads to."""
    wanted = meant.mention.unit or ""
    try:
        if part.valueQuantity is not None:
            number = meaning.number(part.valueQuantity, wanted)
        elif part.valueInteger is not None and wanted.startswith("{"):
            number = float(part.valueInteger)
        else:
            return
    except NotANumber as problem:
        report(f"{path}.valueQuantity", str(problem), meant.fact.id)
        return
    if meant.mention.is_threshold:
        low, high = meant.mention.at_least, meant.mention.at_most
        if (low is None or number >= low) and (high is None or number <= high):
            yield meant.says
        return
    least, most = meant.fact.least, meant.fact.most
    if (least is not None and number < least) or (most is not None and number > most):
        reason = f"The number lies outside {least:g} to {most:g} {meant.fact.unit}."
        report(f"{path}.valueQuantity", reason, meant.fact.id)
        return
    yield number


def traces_of(meaning: Meaning, kind: str, found: Resource, report: Report) -> Iterator[Trace]:
    """What a resource of this type says of any fact."""
    if isinstance(found, Observation):
        yield from of_observation(meaning, found, kind, report)
    elif isinstance(found, Condition):
        yield from of_condition(
            meaning, found, "allergy" if kind == "AllergyIntolerance" else "condition", kind, report
        )
    elif isinstance(found, MedicationUse):
        yield from of_medication(meaning, found, kind, report)
    elif isinstance(found, Procedure):
        yield from of_procedure(meaning, found, kind, report)
