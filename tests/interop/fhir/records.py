"""Small resources, and what is read of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from spinepath.engine.conditions import Value
from spinepath.engine.findings import Finding
from spinepath.engine.knowledge import Knowledge
from spinepath.interop.fhir.history import PersonRecord
from spinepath.interop.fhir.problems import FaultLog, RecordFault
from spinepath.interop.fhir.reading import read_records

DATA = Path(__file__).parents[2] / "data"
SNOMED, LOINC = "http://snomed.info/sct", "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
AS_OF = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY, YESTERDAY, LONG_AGO = "2026-03-10", "2026-03-09", "2015-05-01"

Resource = dict[str, Any]


def concept(code: str, system: str = SNOMED) -> Resource:
    return {"coding": [{"system": system, "code": code}]}


def patient(name: str = "p1", **more: Any) -> Resource:
    return {"resourceType": "Patient", "id": name, "birthDate": "1970-03-01", "gender": "female"} | more


def about(person: str = "p1") -> Resource:
    return {"subject": {"reference": f"Patient/{person}"}}


def condition(code: str, system: str = SNOMED, *, clinical: str = "active", verified: str = "confirmed", **more: Any):
    return {
        "resourceType": "Condition",
        **about(),
        "code": concept(code, system),
        "clinicalStatus": concept(clinical, "http://terminology.hl7.org/CodeSystem/condition-clinical"),
        "verificationStatus": concept(verified, "http://terminology.hl7.org/CodeSystem/condition-ver-status"),
        "onsetDateTime": TODAY,
    } | more


def observation(code: str, system: str = LOINC, **more: Any) -> Resource:
    return {
        "resourceType": "Observation",
        **about(),
        "status": "final",
        "code": concept(code, system),
        "effectiveDateTime": TODAY,
    } | more


def quantity(value: float, unit: str | None = None) -> Resource:
    system = {"system": "http://unitsofmeasure.org", "code": unit, "unit": unit} if unit else {}
    return {"valueQuantity": {"value": value, **system}}


def medication(code: str, kind: str = "MedicationRequest", **more: Any) -> Resource:
    return {
        "resourceType": kind,
        **about(),
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": concept(code, RXNORM),
        "authoredOn": YESTERDAY,
    } | more


def procedure(code: str, when: str = TODAY, **more: Any) -> Resource:
    return {
        "resourceType": "Procedure",
        **about(),
        "status": "completed",
        "code": concept(code),
        "performedDateTime": when,
    } | more


def ndjson(path: Path, resources: Iterable[Resource]) -> Path:
    path.write_text("".join(f"{json.dumps(one)}\n" for one in resources), encoding="utf-8")
    return path


def bundle(path: Path, resources: Iterable[Resource], kind: str = "collection") -> Path:
    entries = [{"resource": one} for one in resources]
    path.write_text(json.dumps({"resourceType": "Bundle", "type": kind, "entry": entries}), encoding="utf-8")
    return path


class Read:
    """Everything that was read of some inputs."""

    def __init__(self, knowledge: Knowledge, *inputs: Path) -> None:
        log = FaultLog()
        with read_records(inputs, knowledge, faults=log) as records:
            self.historian = records.historian
            self.records: dict[str, PersonRecord] = {record.person: record for record in records.persons()}
        self.tally, self.log = records.tally, log

    @property
    def faults(self) -> list[RecordFault]:
        return self.log.first

    def findings(self, person: str = "p1", as_of: datetime = AS_OF) -> list[Finding]:
        return self.historian.findings(self.records[person], as_of)

    def values(self, person: str = "p1", as_of: datetime = AS_OF) -> dict[str, Value]:
        return self.historian.values(self.records[person], as_of)


class Reader:
    """Reads single resources of one person, whose own entry is added."""

    def __init__(self, knowledge: Knowledge, folder: Path) -> None:
        self.knowledge, self.folder, self.number = knowledge, folder, 0

    def read(self, *resources: Resource) -> Read:
        self.number += 1
        return Read(self.knowledge, ndjson(self.folder / f"{self.number}.ndjson", [patient(), *resources]))

    def values(self, *resources: Resource, as_of: datetime = AS_OF) -> dict[str, Value]:
        known = self.read(*resources).values(as_of=as_of)
        return {fact: value for fact, value in known.items() if fact not in ("age_years", "sex_at_birth")}

    def reasons(self, *resources: Resource) -> list[str]:
        return [f"{fault.path}: {fault.reason}" for fault in self.read(*resources).faults]
