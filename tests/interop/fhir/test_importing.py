"""The tables that an import writes, and that a failed one leaves everything as it was."""

from __future__ import annotations

import json
import resource
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as arrow
import pytest
from pyarrow import parquet

from spinepath.backends.charts import columns
from spinepath.engine.knowledge import Knowledge
from spinepath.interop.fhir.importing import import_records
from spinepath.interop.fhir.problems import FaultyRecords
from tests.interop.fhir.records import (
    AS_OF,
    LONG_AGO,
    SNOMED,
    condition,
    ndjson,
    observation,
    patient,
    quantity,
)


def some(folder: Path) -> Path:
    return ndjson(
        folder / "some.ndjson",
        [
            patient("p1", id="p1"),
            patient("p2", deceasedDateTime="2026-03-01"),
            condition("84757009", onsetDateTime=LONG_AGO, recordedDate="2026-02-01"),
            condition("72892002"),
            observation("8480-6", **quantity(142, "mm[Hg]")),
            observation("8480-6", **quantity(142, "kg")),
            observation("274152003", SNOMED, valueBoolean=False),
        ],
    )


def test_the_charts_have_a_column_for_every_given_fact(real: Knowledge, tmp_path: Path) -> None:
    summary = import_records([some(tmp_path)], tmp_path / "out", real, AS_OF)
    table = parquet.read_table(tmp_path / "out" / "charts.parquet")
    kinds = {"yes_no": arrow.bool_(), "number": arrow.float64()}
    words = arrow.dictionary(arrow.int32(), arrow.string())
    expected = {column.fact: kinds.get(column.kind, words) for column in columns(real)}
    assert dict(zip(table.schema.names, table.schema.types, strict=True)) == {"person": arrow.string(), **expected}
    rows = [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]
    assert rows == [
        {
            "person": "p1",
            "age_years": 56.0,
            "sex_at_birth": "female",
            "pregnancy": "possible",
            "systolic": 142.0,
            "slip_known": False,
            "epilepsy": True,
        },
        {"person": "p2", "age_years": 56.0, "sex_at_birth": "female"},
    ]
    assert all(column.allows(row[column.fact]) for row in rows for column in columns(real) if column.fact in row)
    assert summary.known["systolic"] == 1
    assert summary.findings["epilepsy"] == 1


def test_the_persons_are_told_beside_the_facts(real: Knowledge, tmp_path: Path) -> None:
    import_records([some(tmp_path)], tmp_path / "out", real, AS_OF)
    first, second = parquet.read_table(tmp_path / "out" / "persons.parquet").to_pylist()
    assert first == {
        "person": "p1",
        "sex": "female",
        "birth_year": 1970,
        "deceased": None,
        "first_day": date(2015, 5, 1),
        "last_day": date(2026, 3, 10),
        "resources": 6,
        "has_entry": True,
    }
    assert (second["deceased"], second["first_day"], second["resources"]) == (True, None, 1)


def test_a_database_reads_the_charts(real: Knowledge, tmp_path: Path) -> None:
    import_records([some(tmp_path)], tmp_path / "out", real, AS_OF)
    found = duckdb.sql(f"select person, pregnancy from '{tmp_path / 'out' / 'charts.parquet'}' where epilepsy")  # noqa: S608
    assert found.fetchall() == [("p1", "possible")]


def test_the_summary_and_the_faults_are_kept(real: Knowledge, tmp_path: Path) -> None:
    summary = import_records([some(tmp_path)], tmp_path / "out", real, AS_OF)
    kept = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert kept["persons"] == summary.persons == 2
    assert kept["deceased"] == 1
    assert kept["resources"]["Observation"] == {"read": 3, "used": 2, "without_meaning": 1, "broken": 0}
    (fault,) = [json.loads(line) for line in (tmp_path / "out" / "faults.jsonl").read_text().splitlines()]
    assert (fault["line"], fault["path"], fault["fact"]) == (6, "Observation.valueQuantity", "systolic")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "charts.parquet",
        "faults.jsonl",
        "persons.parquet",
        "summary.json",
    ]


def test_records_without_a_patient_are_refused_and_leave_no_trace(real: Knowledge, tmp_path: Path) -> None:
    empty = tmp_path / "a.ndjson"
    empty.write_text("{}\n")
    with pytest.raises(FaultyRecords, match=r"There is no patient in these records.*resourceType"):
        import_records([empty], tmp_path / "out", real, AS_OF)
    assert not list((tmp_path / "out").iterdir())


def test_a_full_disk_leaves_the_earlier_import_as_it_was(real: Knowledge, tmp_path: Path) -> None:
    out = tmp_path / "out"
    import_records([some(tmp_path)], out, real, AS_OF)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    many = ndjson(tmp_path / "many.ndjson", [patient(f"p{number}") for number in range(20_000)])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))  # files may not grow beyond: like a full disk
    try:
        with pytest.raises(FaultyRecords, match="The folder cannot be written"):
            import_records([many], out, real, AS_OF)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_folder_that_is_a_file_is_refused(real: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(FaultyRecords, match="Nothing was changed"):
        import_records([some(tmp_path)], tmp_path / "out", real, AS_OF)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_second_import_replaces_the_first(real: Knowledge, tmp_path: Path) -> None:
    out = tmp_path / "out"
    import_records([some(tmp_path)], out, real, AS_OF)
    import_records([ndjson(tmp_path / "b.ndjson", [patient("p7")])], out, real, AS_OF)
    assert parquet.read_table(out / "charts.parquet")["person"].to_pylist() == ["p7"]
    assert not (out / "faults.jsonl").read_text()
