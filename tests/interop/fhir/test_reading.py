"""Whose a resource is, and that each counts once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from spinepath.engine.knowledge import Knowledge
from spinepath.interop.fhir.problems import FaultLog
from spinepath.interop.fhir.reading import Progress, read_records
from spinepath.interop.fhir.spill import parts_for
from tests.interop.fhir.records import AS_OF, LONG_AGO, TODAY, Read, bundle, condition, ndjson, patient

EPILEPSY, PACEMAKER = "84757009", "441509002"


def illness(code: str, reference: str | None = "Patient/p1", **more: Any) -> dict[str, Any]:
    return condition(code, **more) | {"subject": {"reference": reference} if reference else {}}


def birth_sex(code: str) -> dict[str, str]:
    return {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": code}


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p1",
        "Patient/p1/_history/3",
        "https://example.org/fhir/Patient/p1",
        "http://example.org/Patient/p1/_history/1",
    ],
)
def test_references_of_every_form_lead_to_the_person(real: Knowledge, tmp_path: Path, reference: str) -> None:
    read = Read(real, ndjson(tmp_path / "a.ndjson", [patient(), illness(EPILEPSY, reference)]))
    assert list(read.records) == ["p1"]
    assert read.values()["epilepsy"] is True


def test_addresses_in_a_bundle_lead_to_the_person(real: Knowledge, tmp_path: Path) -> None:
    address = "urn:uuid:0d1f9b0e-6d0c-4d3c-8a65-111111111111"
    entries = [{"fullUrl": address, "resource": patient()}, {"resource": illness(EPILEPSY, address)}]
    path = tmp_path / "b.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "entry": entries}))
    assert Read(real, path).values()["epilepsy"] is True
    del entries[0]["resource"]["id"]
    path.write_text(json.dumps({"resourceType": "Bundle", "entry": entries[::-1]}))
    assert Read(real, path).values(address)["epilepsy"] is True


def test_a_person_inside_a_resource_is_named_after_it(real: Knowledge, tmp_path: Path) -> None:
    found = illness(EPILEPSY, "#me", contained=[patient("me")], id="c1")
    read = Read(real, ndjson(tmp_path / "a.ndjson", [found]))
    assert list(read.records) == ["Condition/c1#me"]
    assert read.values("Condition/c1#me") == {"age_years": 56, "sex_at_birth": "female", "epilepsy": True}


def test_what_belongs_to_one_person_is_gathered_from_all_files(real: Knowledge, tmp_path: Path) -> None:
    paths = [
        ndjson(tmp_path / "Condition.ndjson", [illness(EPILEPSY), illness(PACEMAKER, "Patient/p2")]),
        ndjson(tmp_path / "Patient.ndjson", [patient("p2"), patient("p1")]),
    ]
    read = Read(real, *paths)
    assert not read.faults
    assert (read.values("p1")["epilepsy"], read.values("p2")["pacemaker"]) == (True, True)
    assert "pacemaker" not in read.values("p1")


def test_a_patient_who_is_not_there_is_a_fault_and_nothing_is_lost(real: Knowledge, tmp_path: Path) -> None:
    read = Read(real, ndjson(tmp_path / "a.ndjson", [patient(), illness(EPILEPSY, "Patient/p9")]))
    assert read.values("p9") == {"epilepsy": True}
    (fault,) = read.faults
    assert fault.place == f"{tmp_path.name}/a.ndjson:2"
    assert fault.reason == "A patient is spoken of who is not there. Age and sex stay unknown."
    assert "p9" not in str(fault)


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        (None, "The reference names no patient."),
        ("Patient?identifier=1", "The reference does not lead to a patient."),
        ("p1", "The reference does not lead to a patient."),
        ("Patient/", "The reference does not lead to a patient."),
    ],
)
def test_a_reference_to_nobody_is_a_fault(real: Knowledge, tmp_path: Path, reference: str | None, reason: str) -> None:
    read = Read(real, ndjson(tmp_path / "a.ndjson", [patient(), illness(EPILEPSY, reference)]))
    (fault,) = read.faults
    assert (fault.path, fault.reason, fault.line) == ("Condition.subject", reason, 2)
    assert read.tally.by_type["Condition"].broken == 1


def test_what_is_about_a_group_or_a_device_is_no_fault(real: Knowledge, tmp_path: Path) -> None:
    read = Read(real, ndjson(tmp_path / "a.ndjson", [patient(), illness(EPILEPSY, "Group/g1")]))
    assert not read.faults
    assert read.tally.by_type["Condition"].without_meaning == 1


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("2026-01-02T01:00:00Z", "2026-01-01T23:00:00-05:00"),  # later on the clock, though the text is smaller
        ("2026-01-01T00:00:00.9Z", "2026-01-01T00:00:01Z"),
        ("soon", "2026-01-01T00:00:00Z"),
        (None, "2026-01-01T00:00:00Z"),
    ],
)
def test_a_resource_that_comes_twice_counts_once_in_its_newest_state(
    real: Knowledge, tmp_path: Path, earlier: str | None, later: str
) -> None:
    old = illness(EPILEPSY, id="c1", meta={"lastUpdated": earlier})
    new = illness(EPILEPSY, id="c1", meta={"lastUpdated": later}, verified="entered-in-error")
    for order in ([old, new], [new, old]):
        read = Read(real, ndjson(tmp_path / "a.ndjson", [patient(), *order]))
        assert "epilepsy" not in read.values()
        assert (read.records["p1"].repeated, read.records["p1"].resources) == (1, 2)


def test_a_patient_who_comes_twice_is_merged(real: Knowledge, tmp_path: Path) -> None:
    other = patient()
    del other["birthDate"]
    read = Read(real, ndjson(tmp_path / "a.ndjson", [patient()]), ndjson(tmp_path / "b.ndjson", [other]))
    assert read.records["p1"].entries == 2
    assert read.values() == {"age_years": 56, "sex_at_birth": "female"}
    assert not read.faults


def test_what_two_entries_disagree_about_is_unknown_and_a_fault(real: Knowledge, tmp_path: Path) -> None:
    read = Read(real, ndjson(tmp_path / "a.ndjson", [patient(), patient(birthDate="1990-01-01", gender="male")]))
    assert read.values() == {}
    assert read.faults[0].reason.startswith("Two entries of one patient disagree about")


@pytest.mark.parametrize(
    ("entry", "known"),
    [
        ({"birthDate": "1970-03"}, {"sex_at_birth": "female"}),
        ({"birthDate": "1970"}, {"sex_at_birth": "female"}),
        ({"birthDate": "3 March"}, {"sex_at_birth": "female"}),
        ({"birthDate": "2030-01-01"}, {"sex_at_birth": "female"}),
        ({"gender": "other"}, {"age_years": 56}),
        ({"extension": [birth_sex("M")]}, {"age_years": 56, "sex_at_birth": "male"}),
        ({"extension": [birth_sex("UNK")]}, {"age_years": 56}),
    ],
    ids=["month", "year", "words", "future", "other", "birth sex", "birth sex unknown"],
)
def test_age_and_sex_are_known_only_as_exactly_as_they_are_written(
    real: Knowledge, tmp_path: Path, entry: dict[str, Any], known: dict[str, Any]
) -> None:
    assert Read(real, ndjson(tmp_path / "a.ndjson", [patient(**entry)])).values() == known


def test_who_has_died_is_told(real: Knowledge, tmp_path: Path) -> None:
    persons = [
        patient("a", deceasedBoolean=True),
        patient("b", deceasedDateTime=LONG_AGO),
        patient("c", deceasedBoolean=False),
        patient("d"),
    ]
    read = Read(real, ndjson(tmp_path / "a.ndjson", persons))
    told = {name: record.personal.deceased for name, record in read.records.items() if record.personal}
    assert told == {"a": True, "b": True, "c": False, "d": None}


def test_a_resource_with_a_wrong_field_that_we_read_is_broken_and_one_with_another_is_not(
    real: Knowledge, tmp_path: Path
) -> None:
    wrong = illness(EPILEPSY) | {"clinicalStatus": "active"}
    odd = illness(PACEMAKER, category="not a list", severity=7)
    read = Read(real, ndjson(tmp_path / "a.ndjson", [patient(), wrong, odd]))
    (fault,) = read.faults
    assert (fault.path, fault.reason) == ("Condition.clinicalStatus", "Expected object | null, got str.")
    assert read.values()["pacemaker"] is True


def test_no_fault_repeats_a_value_of_a_person(real: Knowledge, tmp_path: Path) -> None:
    told = "Zvezdnaya-77"
    found = [
        patient(birthDate=told, gender=told),
        illness(EPILEPSY, f"Patient?name={told}"),
        illness(EPILEPSY, clinical=told, onsetDateTime=told),
        illness(EPILEPSY) | {"code": told},
        {"resourceType": "Observation", "subject": {"reference": "Patient/p1"}, "status": told},
        patient(told, birthDate="1980-01-01"),
        patient(told, birthDate="1990-01-01"),
        illness(EPILEPSY, f"Patient/{told}-2"),
    ]
    read = Read(real, ndjson(tmp_path / "a.ndjson", found))
    assert len(read.faults) >= 6
    assert told not in repr(read.faults)


def test_progress_is_told_and_ends_at_the_size(real: Knowledge, tmp_path: Path) -> None:
    paths = [
        ndjson(tmp_path / f"{name}.ndjson", [patient(name), illness(EPILEPSY, f"Patient/{name}")]) for name in "ab"
    ]
    told: list[Progress] = []
    with read_records(paths, real, progress=told.append, faults=FaultLog()) as records:
        assert len(list(records.persons())) == 2
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert told[-1] == Progress(told[-1].size, sum(path.stat().st_size for path in paths), 2, 2, 4)


def test_many_parts_hold_the_same_as_one(real: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [one for number in range(60) for one in (patient(f"p{number}"), illness(EPILEPSY, f"Patient/p{number}"))]
    path = bundle(tmp_path / "b.json", found)
    one = Read(real, path)
    monkeypatch.setattr("spinepath.interop.fhir.spill._BATCH", 7)
    monkeypatch.setattr("spinepath.interop.fhir.reading.parts_for", lambda size: 5)
    many = Read(real, path)
    assert many.records == one.records
    assert list(many.records) != list(one.records)
    assert [parts_for(size) for size in (0, 2**28, 2**40)] == [1, 2, 128]


def test_the_work_folder_is_left_empty(real: Knowledge, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    path = ndjson(tmp_path / "a.ndjson", [patient(), illness(EPILEPSY, onsetDateTime=TODAY)])
    with read_records([path], real, work=work) as records:
        assert list(work.iterdir())
        assert [records.historian.values(record, AS_OF)["epilepsy"] for record in records.persons()] == [True]
    assert not list(work.iterdir())
