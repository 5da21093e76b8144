"""Charts of made-up people as records in FHIR R4: one gzipped NDJSON file for each type and block of people.

Only what the knowledge base knows how to read is written: a value goes out when some code says this value of this fact
and nothing of any other. What is unknown or cannot be said is left out, so that a reader finds it unknown.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow.compute as compute

from spinepath.backends.sql import PERSON
from spinepath.engine.conditions import Value
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.mentions import Demographic, Mention, RecordKind
from spinepath.engine.values import read_value, write_value
from spinepath.population.generate import Refused, tables
from spinepath.population.model import Model

_TYPES: dict[RecordKind, str] = {
    "condition": "Condition",
    "observation": "Observation",
    "procedure": "Procedure",
    "medication": "MedicationRequest",
    "allergy": "AllergyIntolerance",
}
_STATUS = "http://terminology.hl7.org/CodeSystem/"
_CODED_STATUS = {
    "condition": ("condition-clinical", "condition-ver-status"),
    "allergy": ("allergyintolerance-clinical", "allergyintolerance-verification"),
}
_YEAR, _HALF = 365.25, 180


class Saying(NamedTuple):
    """How a fact is said: the mention that reads it, the code, and the kind of record."""

    fact: str
    mention: Mention
    code: str
    kind: RecordKind


def sayings(knowledge: Knowledge) -> dict[str, Saying]:
    """For each fact that a code can say, and nothing else with it, how it is said."""
    speaks: dict[tuple[str, str], set[str]] = {}
    for mention in knowledge.mentions.values():
        for kind in mention.found_in:
            for code in mention.codes:
                speaks.setdefault((kind, code), set()).add(mention.fact)
    found: dict[str, Saying] = {}
    for mention in knowledge.mentions.values():
        alone = next(_alone(mention, speaks), None)
        plainest = mention.id.endswith(f".{mention.fact}")  # named like the fact: the code that means it most plainly
        if alone and not mention.is_threshold and (mention.fact not in found or plainest):
            found[mention.fact] = alone
    return found


def _alone(mention: Mention, speaks: dict[tuple[str, str], set[str]]) -> Iterator[Saying]:
    for kind in _TYPES:
        for code in mention.codes if kind in mention.found_in else ():
            if speaks[kind, code] == {mention.fact}:
                yield Saying(mention.fact, mention, code, kind)


def write_records(
    knowledge: Knowledge, folder: Path, *, population: str, people: int, seed: int, as_of: date
) -> dict[str, int]:
    """Write the records of the first so many people as they stand on a day; the number of resources of each type.

    The people are those of `generate` with the same seed. Raises Refused when the folder holds anything, NoModel for a
    population that does not exist.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty. Name a new folder.")
    model = Model(knowledge, population)
    folder.mkdir(parents=True, exist_ok=True)
    writer = _Writer(knowledge, as_of)
    counts: dict[str, int] = {}
    for number, found in enumerate(tables(model, people, seed)):
        for kind, lines in writer.resources(found.charts):
            path = folder / f"{kind}.{number:03}.ndjson.gz"
            with gzip.open(path, "ab", compresslevel=6) as file:
                file.writelines(lines)
            counts[kind] = counts.get(kind, 0) + len(lines)
    return counts


class _Writer:
    def __init__(self, knowledge: Knowledge, as_of: date) -> None:
        self.knowledge, self.as_of = knowledge, as_of
        self.sayings = sayings(knowledge)
        self._uris: dict[str, str] = {}
        for system in knowledge.code_systems.values():
            self._uris.setdefault(system.system, system.uris[0])

    def resources(self, charts: Any) -> Iterator[tuple[str, list[bytes]]]:
        """The lines of each type for the people of a table; a type may come more than once."""
        yield "Patient", [_line(one) for one in self.patients(charts)]
        persons = charts.column(PERSON)
        for fact, saying in self.sayings.items():
            if fact not in charts.schema.names:
                continue
            column = charts.column(fact)
            for value in compute.unique(column).to_pylist():
                body = None if value is None else self.body(saying, value)
                if body is not None:
                    chosen = persons.filter(compute.equal(column, value)).to_pylist()
                    yield _TYPES[saying.kind], [_line(_about(body, saying, person)) for person in chosen]

    def patients(self, charts: Any) -> Iterator[dict[str, Any]]:
        """The people's own entries."""
        entries = [entry for entry in self.knowledge.demographics.values() if entry.fact in charts.schema.names]
        columns = {entry.fact: charts.column(entry.fact).to_pylist() for entry in entries}
        for row, person in enumerate(charts.column(PERSON).to_pylist()):
            patient: dict[str, Any] = {"resourceType": "Patient", "id": str(person)}
            for entry in entries:
                if (value := columns[entry.fact][row]) is not None:
                    patient |= self.own(entry, value)
            yield patient

    def own(self, entry: Demographic, value: Any) -> dict[str, Any]:
        """What a person's own entry says of one fact; nothing where it has no word for the value."""
        if entry.field == "birthDate":
            return {"birthDate": (self.as_of - timedelta(days=int(value * _YEAR) + _HALF)).isoformat()}
        words = [word for word, said in entry.words.items() if said == value]
        if not words:
            return {}
        if entry.field == "gender":
            return {"gender": words[0]}
        return {"extension": [{"url": entry.url, "valueCode": words[0]}]}

    def body(self, saying: Saying, value: Value) -> dict[str, Any] | None:
        """The resource that says this value of the fact, without a person; None when it cannot be said."""
        mention, concept = saying.mention, self.concept(saying.code)
        said = {name: read_value(self.knowledge.facts[saying.fact], word) for name, word in mention.words.items()}
        words = [name for name, word in said.items() if word == value]
        if mention.is_number:
            return self.observed(concept, valueQuantity={"value": value, "code": mention.unit, "unit": mention.unit})
        if words:
            return self.observed(concept, valueCodeableConcept=self.concept(words[0]))
        if mention.says is None or mention.says != write_value(value):
            denied = mention.denied is not None and mention.denied == write_value(value)
            return self.observed(concept, valueBoolean=False) if denied and saying.kind == "observation" else None
        return self.yes(saying, concept)

    def yes(self, saying: Saying, concept: dict[str, Any]) -> dict[str, Any]:
        """The resource that says what the mention says by being there."""
        since = self.as_of - timedelta(days=int(saying.mention.open_for_days or 0) + 1)
        start = (since if saying.mention.open_for_days else self.as_of).isoformat()
        match saying.kind:
            case "observation":
                return self.observed(concept, valueBoolean=True)
            case "medication":
                return {
                    "status": "active",
                    "intent": "order",
                    "medicationCodeableConcept": concept,
                    "authoredOn": start,
                }
            case "procedure":
                return {"status": "completed", "code": concept, "performedDateTime": self.as_of.isoformat()}
        status, verified = _CODED_STATUS[saying.kind]
        return {
            "clinicalStatus": {"coding": [{"system": _STATUS + status, "code": "active"}]},
            "verificationStatus": {"coding": [{"system": _STATUS + verified, "code": "confirmed"}]},
            "code": concept,
            "onsetDateTime": start,
            "recordedDate": self.as_of.isoformat(),
        }

    def observed(self, concept: dict[str, Any], **value: Any) -> dict[str, Any]:
        """An observation of the day."""
        return {"status": "final", "code": concept, "effectiveDateTime": self.as_of.isoformat(), **value}

    def concept(self, name: str) -> dict[str, Any]:
        """A published code with its system and name."""
        code = self.knowledge.codes[name]
        return {"coding": [{"system": self._uris[code.system], "code": code.code, "display": code.display}]}


def _about(body: dict[str, Any], saying: Saying, person: int) -> dict[str, Any]:
    whom = "patient" if saying.kind == "allergy" else "subject"
    name = f"{person}-{saying.fact}".replace("_", "-")
    return {"resourceType": _TYPES[saying.kind], "id": name, whom: {"reference": f"Patient/{person}"}, **body}


def _line(resource: dict[str, Any]) -> bytes:
    return msgspec.json.encode(resource) + b"\n"
