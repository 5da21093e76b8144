"""Records that nobody here wrote: everything is read, nobody is called an emergency, and less is never safer."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import Outcome, evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.values import write_value
from spinepath.interop.fhir.history import PersonRecord
from spinepath.interop.fhir.importing import import_records
from tests.engine.charts import Base
from tests.interop.fhir.records import (
    DATA,
    LONG_AGO,
    SNOMED,
    TODAY,
    Read,
    Reader,
    Resource,
    concept,
    condition,
    observation,
    quantity,
)
from tests.interop.fhir.test_traces import EPILEPSY, RETENTION, SLIP, SYSTOLIC

PAIN: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "pain_patients.yaml").read_text(encoding="utf-8")
)
SYNTHEA = DATA / "synthea"
SETS = ("smart-r4", "pathling-r4", "bulk-10-patients")


@pytest.fixture(scope="module")
def synthea(real: Knowledge) -> dict[str, Read]:
    return {name: Read(real, SYNTHEA / name) for name in SETS}


def after(record: PersonRecord) -> datetime:
    """Noon of the day after the last day of which the record speaks."""
    return datetime.combine(record.days[-1].date() + timedelta(days=1), time(12), UTC)


# everything is read


def test_every_resource_of_the_145_patients_is_read(synthea: dict[str, Read]) -> None:
    read = synthea["smart-r4"]
    assert {kind: counts.read for kind, counts in sorted(read.tally.by_type.items())} == {
        "AllergyIntolerance": 124,
        "CarePlan": 469,
        "Claim": 6744,
        "Condition": 1195,
        "DiagnosticReport": 1775,
        "Encounter": 5213,
        "ExplanationOfBenefit": 5213,
        "Goal": 312,
        "ImagingStudy": 101,
        "Immunization": 1790,
        "MedicationRequest": 1531,
        "Observation": 24316,
        "Organization": 240,
        "Patient": 145,
        "Practitioner": 240,
        "Procedure": 3707,
    }
    assert (len(read.records), read.tally.resources, read.log.number) == (145, 53115, 0)
    assert sum(bool(record.personal and record.personal.deceased) for record in read.records.values()) == 41


@pytest.mark.parametrize(
    ("name", "persons", "resources", "faults"), [("pathling-r4", 14, 5845, 0), ("bulk-10-patients", 13, 5945, 4)]
)
def test_the_other_sets_are_read(
    synthea: dict[str, Read], name: str, persons: int, resources: int, faults: int
) -> None:
    read = synthea[name]
    assert (len(read.records), read.tally.resources, read.log.number) == (persons, resources, faults)
    assert {fault.file for fault in read.faults} <= {"bulk-10-patients/log.ndjson"}  # the log of the export itself
    assert all(record.personal for record in read.records.values())


def test_everything_together_becomes_tables(real: Knowledge, tmp_path: Path) -> None:
    summary = import_records([DATA], tmp_path, real, datetime(2019, 6, 1, tzinfo=UTC))
    assert (summary.persons, summary.merged, summary.repeated, summary.deceased) == (192, 1, 12, 45)
    assert sum(counts.broken for counts in summary.resources.values()) == 0
    assert summary.known["age_years"] > 180
    for fact in ("osteoporosis", "cancer_history", "takes_anticoagulant", "epilepsy", "hypertension_controlled"):
        assert summary.known[fact] > 0


# nobody is an emergency, nobody is cleared


def test_nobody_is_an_emergency_on_the_day_after_or_on_the_last_day(real: Knowledge, synthea: dict[str, Read]) -> None:
    found: Counter[str] = Counter()
    for read in synthea.values():
        for record in read.records.values():
            for moment in (after(record), record.days[-1]):
                outcome = evaluate(real, read.historian.values(record, moment))
                found[outcome.disposition] += 1
                assert "emergency_today" not in (outcome.disposition, outcome.least)
                assert outcome.most == "emergency_today"
                assert not offered_by_hand(real, outcome)
    assert set(found) == {"investigate_first", "urgent_referral"}


def test_a_record_alone_says_no_to_nothing(real: Knowledge, synthea: dict[str, Read]) -> None:
    for read in synthea.values():
        for record in read.records.values():
            assert False not in read.historian.values(record, after(record)).values()


def offered_by_hand(knowledge: Knowledge, outcome: Outcome) -> set[str]:
    offers = outcome.techniques.items()
    return {name for name, offer in offers if offer.status == "offered" and knowledge.is_hands_on(name)}


# the pain patients


def test_every_pain_patient_is_listed() -> None:
    files = {path.name for path in (DATA / "cds4cpm").glob("*.json")}
    assert set(PAIN) == files - {"mypain-questionnaire.json"}


@pytest.mark.parametrize("name", list(PAIN))
def test_each_pain_patient_leads_where_a_clinician_would_go(real: Knowledge, name: str) -> None:
    expected = PAIN[name]
    read = Read(real, DATA / "cds4cpm" / name)
    (person,) = read.records
    values = read.values(person, datetime.fromisoformat(expected["as_of"]).replace(hour=12, tzinfo=UTC))
    outcome = evaluate(real, values)
    assert not read.faults
    assert {fact: write_value(value) for fact, value in values.items()} == {
        fact: str(value) for fact, value in expected["known"].items()
    }
    assert (outcome.disposition, outcome.least, outcome.most) == (
        expected["disposition"],
        expected["least"],
        expected["most"],
    )
    assert [rule for rule in outcome.fired if real.rules[rule].then.at_least] == expected["fires"]
    assert not offered_by_hand(real, outcome)
    assert expected["because"]


def test_the_page_shows_every_pain_patient() -> None:
    page = (Path(__file__).parents[3] / "docs" / "records.md").read_text(encoding="utf-8")
    for name, expected in PAIN.items():
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {name.removesuffix('.json')} |")]
        assert all(word in line for word in (expected["disposition"], expected["as_of"], *expected["fires"]))


# less is never safer


def with_the_rest_asked(base: Base, known: dict[str, Value], values: dict[str, Value]) -> dict[str, Value]:
    """The values, with every fact that is not `known` from the whole record asked, and nothing found.

    Without this nothing would be offered to anybody, and nothing could be lost.
    """
    return {fact: value for fact, value in base.clean.items() if fact not in known} | values


def is_less(fewer: dict[str, Value], more: dict[str, Value]) -> bool:
    return all(fact in more and more[fact] == value for fact, value in fewer.items())


def never_safer(knowledge: Knowledge, fewer: dict[str, Value], more: dict[str, Value]) -> None:
    """Knowing less: `most` is no milder, and no technique is offered that was not."""
    less, full = evaluate(knowledge, fewer), evaluate(knowledge, more)
    assert knowledge.strictness[less.most] >= knowledge.strictness[full.most]
    assert offered_by_hand(knowledge, less) <= offered_by_hand(knowledge, full)


@given(st.data())
def test_a_record_with_resources_taken_away_is_never_safer(
    real: Knowledge, synthea: dict[str, Read], data: st.DataObject
) -> None:
    read = synthea[data.draw(st.sampled_from(SETS))]
    record = read.records[data.draw(st.sampled_from(sorted(read.records)))]
    moment = data.draw(st.sampled_from(record.days)).replace(hour=23, minute=59)
    chance = random.Random(data.draw(st.integers(0, 10**6)))  # noqa: S311
    share = data.draw(st.sampled_from([0.1, 0.5, 0.9]))
    kept = tuple(note for note in record.notes if chance.random() < share)
    personal = record.personal if data.draw(st.booleans()) else None
    base = Base(real)
    known = read.historian.values(record, moment)
    full = with_the_rest_asked(base, known, known)
    part = msgspec.structs.replace(record, notes=kept, personal=personal)
    fewer = with_the_rest_asked(base, known, read.historian.values(part, moment))
    if is_less(fewer, full):
        never_safer(real, fewer, full)
    else:
        # An older word came to light: it can only be an older number, because the record says no to nothing.
        changed = {fact for fact, value in fewer.items() if full.get(fact) != value}
        assert {real.facts[fact].answer for fact in changed} == {"number"}
        without = {fact: value for fact, value in fewer.items() if fact not in changed}
        never_safer(real, without, full)


CONTRADICTING: tuple[Resource, ...] = (
    condition(EPILEPSY, onsetDateTime=LONG_AGO),
    condition(EPILEPSY, verified="refuted", recordedDate=TODAY),
    condition(SLIP, verified="refuted"),
    condition(SLIP, onsetDateTime=LONG_AGO),
    observation(SYSTOLIC, effectiveDateTime=f"{TODAY}T07:00:00Z", **quantity(185, "mm[Hg]")),
    observation(SYSTOLIC, effectiveDateTime=f"{TODAY}T08:00:00Z", **quantity(142, "mm[Hg]")),
    observation(SYSTOLIC, effectiveDateTime=f"{TODAY}T09:00:00Z", dataAbsentReason=concept("asked-unknown")),
    observation(RETENTION, SNOMED, effectiveDateTime=f"{TODAY}T08:00:00Z", valueBoolean=True),
    observation(RETENTION, SNOMED, effectiveDateTime=f"{TODAY}T09:00:00Z", valueCodeableConcept=concept("261665006")),
)
"""What says yes and no, or first something and then unknown."""


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each record is a file of its own
@given(st.sets(st.sampled_from(range(len(CONTRADICTING)))))
def test_less_of_a_contradicting_record_is_safer_only_by_what_comes_to_light(
    real: Knowledge, reader: Reader, kept: set[int]
) -> None:
    base, known = Base(real), reader.read(*CONTRADICTING).values()
    part = [one for place, one in enumerate(CONTRADICTING) if place in kept]
    taken = [one for place, one in enumerate(CONTRADICTING) if place not in kept]
    full = with_the_rest_asked(base, known, known)
    fewer = with_the_rest_asked(base, known, reader.read(*part).values())
    changed = {fact: value for fact, value in fewer.items() if full.get(fact) != value}
    for fact, value in changed.items():
        stood_against = {finding.value for finding in reader.read(*taken).findings() if finding.fact == fact}
        is_older_number = real.facts[fact].answer == "number" and stood_against
        assert is_older_number or None in stood_against or (value is False and True in stood_against), fact
    never_safer(real, {fact: value for fact, value in fewer.items() if fact not in changed}, full)


def test_each_of_the_three_comes_to_light(reader: Reader) -> None:
    ill, refuted, _, _, high, normal, nobody_knows, yes, unknown = CONTRADICTING
    assert reader.values(ill, refuted) == {"epilepsy": True}
    assert reader.values(refuted) == {"epilepsy": False}
    assert reader.values(high, normal) == {"systolic": 142}
    assert reader.values(high) == {"systolic": 185}
    assert reader.values(high, normal, nobody_knows) == {}
    assert reader.values(yes, unknown) == {}
    assert reader.values(yes) == {"bladder_change": True}


@pytest.mark.parametrize("twin", [name for name in PAIN if name.startswith("no") and "Conditions" not in name])
def test_twins_without_observations_are_never_safer(real: Knowledge, twin: str) -> None:
    moment = datetime(2023, 3, 7, 23, tzinfo=UTC)
    full, less = (Read(real, DATA / "cds4cpm" / name) for name in ("benufldevelopbundle.json", twin))
    ((whole, _),), ((part, _),) = full.records.items(), less.records.items()
    more, fewer = full.values(whole, moment), less.values(part, moment)
    assert is_less(fewer, more)
    never_safer(real, fewer, more)
