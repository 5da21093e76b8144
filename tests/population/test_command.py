"""The commands as they are typed: what they print, and how they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from pyarrow import parquet
from typer.testing import CliRunner

from spinepath.population.accuracy import HONEST
from spinepath.population.command import accuracy, generate
from tests.engine.small import files
from tests.engine.test_population_links import MODEL

app = typer.Typer()
app.command()(generate)
app.command()(accuracy)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    for name, content in files(people=MODEL).items():
        (folder / name).write_bytes(content)
    return folder


def run(*words: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "160"})
    return result.exit_code, result.output


def test_people_are_made_and_measured(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, printed = run("generate", out, "--people", 50, "--knowledge", base)
    assert (code, "50 made-up people (village)" in printed) == (0, True)
    charts = parquet.read_table(out / "charts.parquet", columns=["person"])
    answers = charts.append_column("disposition", [["refer"] * 50])
    parquet.write_table(answers, tmp_path / "answers.parquet")
    code, printed = run("accuracy", out / "truth.parquet", tmp_path / "answers.parquet", "--knowledge", base)
    assert code == 0
    assert "Influenza" in printed
    assert "100.0" in printed
    assert HONEST.split(".")[0] in printed
    table = tmp_path / "accuracy.parquet"
    code, printed = run(
        "accuracy", out / "truth.parquet", tmp_path / "answers.parquet", "--json", "--table", table, "--knowledge", base
    )
    found = json.loads(printed)
    assert (found["says"], found["people"]) == (HONEST, 50)
    assert parquet.read_table(table).num_rows == len(found["sights"]) == 1


def test_records_need_a_day(base: Path, tmp_path: Path) -> None:
    words = ("generate", tmp_path / "out", "--people", 5, "--form", "fhir", "--knowledge", base)
    assert run(*words) == (2, "Records have a date. Add  --as-of 2026-11-22.\n")
    assert "cannot be read" in run(*words, "--as-of", "0001-01-01")[1]
    assert run(*words, "--as-of", "soon") == (
        2,
        "The day cannot be read. Write year-month-day, for example 2026-11-22.\n",
    )
    assert not (tmp_path / "out").exists()
    assert run(*words, "--as-of", "2026-11-22") == (0, "5 made-up people (village): 5 Patient\n")


def test_what_cannot_be_done_is_refused_with_the_reason(base: Path, tmp_path: Path) -> None:
    code, printed = run("generate", tmp_path / "out", "--population", "town", "--knowledge", base)
    assert (code, "There is no population 'town'." in printed) == (2, True)
    (tmp_path / "file").write_text("x")
    code, printed = run("generate", tmp_path / "file" / "out", "--knowledge", base)
    assert (code, "cannot be written" in printed) == (2, True)
    code, printed = run("accuracy", tmp_path / "a.parquet", tmp_path / "b.parquet", "--knowledge", base)
    assert (code, "cannot be read" in printed) == (2, True)
    code, printed = run("generate", tmp_path / "out", "--knowledge", tmp_path / "nowhere")
    assert code == 2
