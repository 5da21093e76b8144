"""`spinepath cohort run` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from tests.engine.small import files
from tests.test_cli import USED, WRONG_INPUT, flat, run

RECORD = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "one", "gender": "female", "birthDate": "1980-01-01"}},
        {"resource": {"resourceType": "Patient", "id": "two", "gender": "male", "deceasedBoolean": True}},
    ],
}


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    for name, content in files().items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    path = tmp_path / "charts.parquet"
    parquet.write_table(arrow.table({"person": ["a", "b"], "fever": [True, None]}), path)
    return path


@pytest.mark.parametrize("engine", ["planes", "duckdb", None])
def test_a_table_is_judged(engine: str | None, knowledge: Path, charts: Path, tmp_path: Path) -> None:
    chosen = ("--engine", engine) if engine else ()
    result = run("cohort", "run", charts, "--out", tmp_path / "out", "--knowledge", knowledge, *chosen)
    assert result.exit_code == USED, result.output
    assert f"2 charts in 1 files; engine: {engine or 'planes'}" in result.output
    assert "2 people judged" in result.output
    rows = parquet.read_table(tmp_path / "out" / "results" / "part-00000.parquet").to_pylist()
    assert [(row["person"], row["disposition"]) for row in rows] == [("a", "emergency"), ("b", "wait")]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["asked"]["inputs"][0]["size"] == charts.stat().st_size


def test_what_cannot_be_used_is_told(knowledge: Path, charts: Path, tmp_path: Path) -> None:
    result = run("cohort", "run", tmp_path / "none", "--out", tmp_path / "out", "--knowledge", knowledge)
    assert result.exit_code == WRONG_INPUT
    assert "There is no Parquet or Arrow file" in flat(result.output)
    assert not (tmp_path / "out").exists()
    result = run("cohort", "run", charts, "--out", tmp_path / "out", "--as-of", "0000-01-01", "--knowledge", knowledge)
    assert result.exit_code == WRONG_INPUT
    assert "--as-of 0000-01-01 is not a date or moment." in flat(result.output)
    assert not (tmp_path / "out").exists()
    run("cohort", "run", charts, "--out", tmp_path / "out", "--knowledge", knowledge)
    again = run("cohort", "run", charts, "--out", tmp_path / "out", "--knowledge", knowledge, "--deceased")
    assert again.exit_code == WRONG_INPUT
    assert "another choice about the deceased" in flat(again.output)


def test_an_interrupted_run_says_how_to_go_on(knowledge: Path, charts: Path, tmp_path: Path) -> None:
    result = run("cohort", "run", charts, "--out", charts / "out", "--knowledge", knowledge)
    assert result.exit_code == 1
    assert "give the same command again" in flat(result.output)


def test_records_become_charts_first(tmp_path: Path) -> None:
    (tmp_path / "records.json").write_text(json.dumps(RECORD))
    command = ("cohort", "run", tmp_path / "records.json", "--out", tmp_path / "out")
    missing = run(*command)
    assert missing.exit_code == WRONG_INPUT
    assert "--as-of is missing" in missing.output
    result = run(*command, "--as-of", "2026-11-22")
    assert result.exit_code == USED, result.output
    assert "1 people judged" in result.output
    assert "1 who died were left out" in result.output
    (row,) = parquet.read_table(tmp_path / "out" / "results" / "part-00000.parquet").to_pylist()
    assert (row["_deceased"], row["_sex"], row["_birth_year"]) == (None, "female", 1980)
    again = run(*command, "--as-of", "2026-11-22")
    assert again.exit_code == USED, again.output
