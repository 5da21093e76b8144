"""Resources to notes about persons, with a count of everything that was read."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from spinepath.engine.knowledge import Knowledge
from spinepath.interop.fhir.files import Batch, Found, batches_in, files_in, path_of, reason_of
from spinepath.interop.fhir.history import Historian, PersonRecord, gathered
from spinepath.interop.fhir.meaning import Meaning
from spinepath.interop.fhir.notes import Note, Personal, days_of, moment_of, personal_of
from spinepath.interop.fhir.problems import FaultLog
from spinepath.interop.fhir.references import NoPerson, NotAboutAPerson, person_named
from spinepath.interop.fhir.resources import TYPES, Medication, Other, Patient, Resource
from spinepath.interop.fhir.spill import Spill, parts_for
from spinepath.interop.fhir.traces import Trace, traces_of

_decoders = {kind: msgspec.json.Decoder(found) for kind, found in TYPES.items()}
_other = msgspec.json.Decoder(Other)
_patient = msgspec.json.Decoder(Patient)
_medication = msgspec.json.Decoder(Medication)


class Progress(msgspec.Struct, frozen=True):
    """How far an import is: bytes and files of all, and resources so far."""

    done: int
    size: int
    file: int
    files: int
    resources: int


class Counts(msgspec.Struct, kw_only=True):
    """Of one type of resource: how many were read, used, without meaning for us, and broken."""

    read: int = 0
    used: int = 0
    without_meaning: int = 0
    broken: int = 0


class Tally:
    """What was read so far, by type; and the medicines that others may refer to."""

    def __init__(self) -> None:
        self.by_type: dict[str, Counts] = {}
        self.medicines: dict[str, tuple[int, ...]] = {}
        self.resources = 0

    def of(self, kind: str) -> Counts:
        """The counts of one type."""
        self.resources += 1
        counts = self.by_type.get(kind)
        if counts is None:
            counts = self.by_type[kind] = Counts()
        counts.read += 1
        return counts


class Records:
    """Everything that was read of some records. `persons` gathers each person's record, once."""

    def __init__(self, knowledge: Knowledge, meaning: Meaning, tally: Tally, faults: FaultLog, spill: Spill) -> None:
        self.tally, self.faults = tally, faults
        self.historian = Historian(knowledge, meaning, tally.medicines)
        self._spill = spill

    def persons(self) -> Iterator[PersonRecord]:
        """Each person's record. Entries of one person that disagree are faults, and so is a person without an entry."""
        for name, notes in self._spill.persons():
            record = gathered(name, notes)
            if record.personal is None:
                reason = "A patient is spoken of who is not there. Age and sex stay unknown."
                self.faults.add(record.place.fault(reason, skipped="nothing"))
            elif record.disagrees:
                reason = f"Two entries of one patient disagree about {', '.join(record.disagrees)}."
                self.faults.add(record.place.fault(reason, resource="Patient", skipped="what they disagree about"))
            yield record


@contextmanager
def read_records(
    inputs: Sequence[str | Path],
    knowledge: Knowledge,
    *,
    work: Path | None = None,
    faults: FaultLog | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[Records]:
    """The records in files, folders and patterns, read to their end; use it as a context and take its `persons`.

    What is known of each person stands in a work folder (`work`, else a temporary one) until it is taken, so that
    memory stays bounded. Raises FaultyRecords when an input leads to no file; all else that is wrong goes to `faults`.
    """
    files = files_in(inputs)
    sizes = [path.stat().st_size if path.exists() else 0 for path in files]
    meaning, tally, log = Meaning(knowledge), Tally(), faults or FaultLog()
    with tempfile.TemporaryDirectory(dir=work, prefix="records-") as folder:
        with Spill(Path(folder), parts_for(sum(sizes))) as spill:
            reader = _Reader(meaning, tally, log, spill)
            before = 0
            for number, (path, size) in enumerate(zip(files, sizes, strict=True), 1):

                def told(done: int, before: int = before, number: int = number) -> None:
                    if progress is not None:
                        progress(Progress(before + done, sum(sizes), number, len(files), tally.resources))

                for batch in batches_in(path, log, told):
                    reader.read(batch)
                before += size
                told(0, before)
            spill.close()
        yield Records(knowledge, meaning, tally, log, spill)


class _Reader:
    def __init__(self, meaning: Meaning, tally: Tally, faults: FaultLog, spill: Spill) -> None:
        self.meaning, self.tally, self.faults, self.spill = meaning, tally, faults, spill

    def read(self, batch: Batch) -> None:
        """Takes note of every resource of a batch."""
        addresses = {found.address: _name(found) for found in batch.found if found.kind == "Patient" and found.address}
        for found in batch.found:
            self.one(found, addresses)

    def one(self, found: Found, addresses: dict[str, str]) -> None:
        """Takes note of one resource; what is wrong with it goes to the faults."""
        counts = self.tally.of(found.kind)
        try:
            if found.kind == "Patient":
                used = self.patient(found)
            elif found.kind == "Medication":
                used = self.medicine(found)
            else:
                used = self.about(found, addresses)
        except NoPerson as problem:
            counts.broken += 1
            path = f"{found.kind}.subject"
            self.faults.add(found.place.fault(str(problem), resource=found.kind, path=path, skipped="the resource"))
        except (msgspec.MsgspecError, RecursionError) as error:
            counts.broken += 1
            where, reason = path_of(found.kind, error), reason_of(error)
            self.faults.add(found.place.fault(reason, resource=found.kind, path=where, skipped="the resource"))
        else:
            if used:
                counts.used += 1
            else:
                counts.without_meaning += 1

    def patient(self, found: Found) -> bool:
        patient = _patient.decode(found.content)
        name = patient.id or found.address
        if name is None:
            raise NoPerson("The patient has no id.")
        self.person(name, patient, found)
        return True

    def person(self, name: str, patient: Patient, found: Found) -> None:
        personal: Personal = personal_of(self.meaning, patient, self.reporter(found))
        updated = patient.meta.lastUpdated if patient.meta else None
        self.spill.add(
            name, Note(kind="Patient", place=found.place, id=name, updated=moment_of(updated), personal=personal)
        )

    def medicine(self, found: Found) -> bool:
        medicine = _medication.decode(found.content)
        places = tuple(meant.place for meant in self.meaning.of("medication", medicine.code))
        names = [name for name in (medicine.id and f"Medication/{medicine.id}", found.address) if name]
        for name in names if places else ():
            known = self.tally.medicines.get(name, ())
            self.tally.medicines[name] = tuple(dict.fromkeys((*known, *places)))
        return bool(places)

    def about(self, found: Found, addresses: dict[str, str]) -> bool:
        """A resource about a person: who, when, and what it says. True when it says something."""
        decoder = _decoders.get(found.kind)
        resource: Resource = self.other(found) if decoder is None else decoder.decode(found.content)
        reference = resource.subject or resource.patient
        if reference is None:
            if decoder is not None:
                raise NoPerson("The resource does not say whom it is about.")
            return False
        report = self.reporter(found)
        try:
            person = person_named(reference, addresses, f"{found.kind}/{resource.id or found.place.told}")
        except NotAboutAPerson:
            return False
        except NoPerson:
            if decoder is None:
                return False
            raise
        self.contained_person(resource, person, found)
        traces: tuple[Trace, ...] = tuple(traces_of(self.meaning, found.kind, resource, report))
        updated = resource.meta.lastUpdated if resource.meta else None
        self.spill.add(
            person,
            Note(
                kind=found.kind,
                place=found.place,
                id=resource.id,
                updated=moment_of(updated),
                days=days_of(resource),
                traces=traces,
            ),
        )
        return bool(traces)

    def other(self, found: Found) -> Other:
        """A resource of a type that we do not read; where even its person cannot be read, it is nobody's."""
        try:
            return _other.decode(found.content)
        except msgspec.ValidationError:
            return Other()

    def contained_person(self, resource: Resource, person: str, found: Found) -> None:
        """A person who stands inside the resource: an entry of its own, named after the resource."""
        if "#" not in person:
            return
        for content in resource.contained:
            patient = msgspec.json.decode(content, type=Patient)
            if patient.id is not None and person.endswith(f"#{patient.id}"):
                self.person(person, patient, found)

    def reporter(self, found: Found) -> Callable[[str, str, str | None], None]:
        def report(path: str, reason: str, fact: str | None) -> None:
            self.faults.add(found.place.fault(reason, resource=found.kind, path=path, fact=fact, skipped="this value"))

        return report


def _name(found: Found) -> str:
    """The name of a person of a bundle: the id, or the address where there is no id."""
    try:
        return _patient.decode(found.content).id or found.address or ""
    except msgspec.MsgspecError:
        return found.address or ""
