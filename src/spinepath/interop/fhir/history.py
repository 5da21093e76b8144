"""One person's record, and the Findings it holds for a moment.

A record says what was true when it was written. For a moment (`as_of`) this becomes:

* what was measured, observed or done: dated at its own time, so that the fact's freshness decides;
* history (`ever`): true from then on;
* what began (`new`): dated at its start, or true for as many days as the knowledge base says;
* what goes on (`now`): true while it is open, as of the last day on which the record speaks of the person. A record
  that fell silent long ago is stale, like everything that nobody has asked about for long;
* what is denied: only where nothing else in the record says yes.

Nothing else is said. What began after the moment is not known yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from spinepath.engine.conditions import Value
from spinepath.engine.findings import Finding, values_at
from spinepath.engine.knowledge import Knowledge
from spinepath.interop.fhir.meaning import Meaning, Meant
from spinepath.interop.fhir.notes import Note, Personal, values_said
from spinepath.interop.fhir.problems import Place
from spinepath.interop.fhir.traces import Trace

Medicines = Mapping[str, tuple[int, ...]]
"""Which mentions the medicines make that stand elsewhere, by their name."""


class PersonRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a record holds of one person, and the place where it begins.

    `notes` are its resources, each once and in its newest state; `personal` is what the person's own entry says, None
    when there is none (then age and sex are unknown). `repeated` counts resources that came more than once,
    `entries` the person's own entries; where these disagree about something, it is unknown and named in `disagrees`.
    """

    person: str
    place: Place
    notes: tuple[Note, ...]
    personal: Personal | None = None
    repeated: int = 0
    entries: int = 0
    disagrees: tuple[str, ...] = ()

    @property
    def days(self) -> list[datetime]:
        """Every day of which the record speaks, in order."""
        return sorted(day for note in self.notes for day in note.days)

    @property
    def resources(self) -> int:
        """How many resources there are, the person's own entry included."""
        return len(self.notes) + (self.personal is not None)

    def last_day(self, as_of: datetime) -> datetime | None:
        """The last moment, up to `as_of`, of which the record speaks; None when there is none."""
        return max((day for note in self.notes for day in note.days if day <= as_of), default=None)


def gathered(person: str, notes: Iterable[Note]) -> PersonRecord:
    """The record of one person from all notes about them; of a resource that came twice, the newest state counts.

    Where entries of one person disagree, what they disagree about is unknown and named in `disagrees`.
    """
    newest: dict[tuple[str, str], Note] = {}
    nameless: list[Note] = []
    personals: list[Note] = []
    repeated = 0
    for note in notes:
        if note.personal is not None:
            personals.append(note)
        elif note.id is None:
            nameless.append(note)
        else:
            key = (note.kind, note.id)
            first = newest.setdefault(key, note)
            if first is not note:
                repeated += 1
                if _changed(note) >= _changed(first):
                    newest[key] = note
    merged, disagrees = _merged([note.personal for note in personals if note.personal is not None])
    first = (*personals, *newest.values(), *nameless)[0]
    return PersonRecord(
        person=person,
        notes=(*newest.values(), *nameless),
        personal=merged,
        repeated=repeated,
        entries=len(personals),
        disagrees=disagrees,
        place=first.place,
    )


def _changed(note: Note) -> datetime:
    """When the server changed the resource; before everything else where nobody knows."""
    return note.updated or datetime.min.replace(tzinfo=UTC)


def _merged(entries: list[Personal]) -> tuple[Personal | None, tuple[str, ...]]:
    if len(entries) < 2:
        return (entries[0] if entries else None), ()
    disagrees: list[str] = []

    def one(name: str, values: Iterable[object]) -> object:
        known = {value for value in values if value is not None}
        if len(known) > 1:
            disagrees.append(name)
        return known.pop() if len(known) == 1 else None

    named = dict.fromkeys(fact for entry in entries for fact in entry.said)
    said = {fact: one(fact, (entry.said.get(fact) for entry in entries)) for fact in named}
    dead = {entry.deceased for entry in entries if entry.deceased is not None}
    merged = Personal(
        born=one("birthDate", (entry.born for entry in entries)),  # type: ignore[arg-type]
        birth_year=one("birth year", (entry.birth_year for entry in entries)),  # type: ignore[arg-type]
        sex=one("gender", (entry.sex for entry in entries)),  # type: ignore[arg-type]
        said={fact: str(word) for fact, word in said.items() if word is not None},
        deceased=max(dead) if dead else None,
    )
    return merged, tuple(disagrees)


class Historian:
    """Makes Findings of records, by one knowledge base; `medicines` are those that stand elsewhere."""

    def __init__(self, knowledge: Knowledge, meaning: Meaning, medicines: Medicines) -> None:
        self.knowledge, self.meaning, self.medicines = knowledge, meaning, medicines
        self._born = tuple(str(entry.fact) for entry in meaning.demographics if entry.field == "birthDate")

    def findings(self, record: PersonRecord, as_of: datetime) -> list[Finding]:
        """What the record says of any fact for `as_of`. Nothing in it is later than `as_of`."""
        last = record.last_day(as_of)
        found = list(self._personal(record.personal, as_of))
        denied: list[Finding] = []
        for note in record.notes:
            by = f"{note.kind}/{note.id}" if note.id else note.kind
            for trace in note.traces:
                for meant, value in self._meant(trace):
                    at = _counts_at(meant, trace, as_of, last)
                    if at is not None:
                        finding = Finding(fact=meant.fact.id, value=value, at=at, source=trace.source, by=by)
                        (denied if _is_denial(meant, value) else found).append(finding)
        said = {finding.fact for finding in found if finding.value is not None}
        return [*found, *(finding for finding in denied if finding.fact not in said)]

    def values(self, record: PersonRecord, as_of: datetime) -> dict[str, Value]:
        """What is known of the person at `as_of`, as the plain engine reads the findings."""
        return values_at(self.knowledge, self.findings(record, as_of), as_of)

    def _personal(self, personal: Personal | None, as_of: datetime) -> Iterator[Finding]:
        if personal is None:
            return
        if personal.born is not None and personal.born <= as_of:
            for fact in self._born:
                yield Finding(fact=fact, value=0, at=personal.born, source="record", by="Patient")
        for fact, value in values_said(self.knowledge, personal.said).items():
            yield Finding(fact=fact, value=value, at=as_of, source="record", by="Patient")

    def _meant(self, trace: Trace) -> Iterator[tuple[Meant, Value]]:
        if trace.medicine is None:
            yield self.meaning.all[trace.mention], trace.value
        else:
            for place in self.medicines.get(trace.medicine, ()):
                yield self.meaning.all[place], self.meaning.all[place].says


def _is_denial(meant: Meant, value: Value) -> bool:
    return value is not None and meant.denied is not None and value == meant.denied


def _counts_at(meant: Meant, trace: Trace, as_of: datetime, last: datetime | None) -> datetime | None:
    """The time of the finding that a trace leads to at `as_of`; None when it says nothing then."""
    if trace.start is not None and trace.start > as_of:
        return None
    unknown = trace.value is None and trace.medicine is None
    if unknown or meant.mention.is_number or _is_denial(meant, trace.value):
        return trace.start
    if meant.mention.counts == "ever":
        return as_of
    if meant.mention.counts == "new":
        return _began(meant, trace, as_of)
    return _goes_on(meant, trace, as_of, last) if trace.spans else trace.start


def _began(meant: Meant, trace: Trace, as_of: datetime) -> datetime | None:
    days = meant.mention.for_days
    if trace.start is None:
        return None
    if days is not None:  # an event of a certain age, whether its traces have healed or not
        return as_of if as_of - trace.start <= timedelta(days=days) else None
    return None if _is_over(trace, as_of) else trace.start


def _goes_on(meant: Meant, trace: Trace, as_of: datetime, last: datetime | None) -> datetime | None:
    if _is_over(trace, as_of):
        return None
    needed = meant.mention.open_for_days
    if needed is not None and (trace.start is None or as_of - trace.start < timedelta(days=needed)):
        return None
    if trace.end is not None:  # the record itself says that it lasts beyond this moment
        return as_of
    return last


def _is_over(trace: Trace, as_of: datetime) -> bool:
    return trace.closed or (trace.end is not None and trace.end <= as_of)
