"""`spinepath cohort report` and `spinepath cohort impact` as they are typed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from tests.engine.small import files
from tests.test_cli import USED, WRONG_INPUT, flat, run

LOOSENED = 1
PEOPLE = 8


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """A knowledge base, one in which fever alone is no emergency, and results of both."""
    made = {}
    for name in ("strict", "loose"):
        knowledge = tmp_path / f"knowledge_{name}"
        knowledge.mkdir()
        for file, content in files().items():
            loose = content.replace(b"when: fever and not", b"when: fever and numbness and not")
            (knowledge / file).write_bytes(loose if name == "loose" else content)
        made[f"knowledge_{name}"] = knowledge
    assert len({(folder / file).read_bytes() for folder in made.values() for file in files()}) > len(files())
    charts = tmp_path / "charts.parquet"
    parquet.write_table(arrow.table({"person": list(range(PEOPLE)), "fever": [True] * PEOPLE}), charts)
    for name in ("strict", "loose"):
        made[name] = tmp_path / name
        judged = run("cohort", "run", charts, "--out", made[name], "--knowledge", made[f"knowledge_{name}"])
        assert judged.exit_code == USED, judged.output
    return made


def test_a_report_is_written(folders: dict[str, Path], tmp_path: Path) -> None:
    command = ("cohort", "report", folders["strict"], "--knowledge", folders["knowledge_strict"])
    result = run(*command, "--out", tmp_path / "page.html")
    assert result.exit_code == USED, result.output
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")
    assert "report.html" in flat(run(*command).output).replace(" ", "")


def test_a_report_of_other_knowledge_is_refused(folders: dict[str, Path]) -> None:
    result = run("cohort", "report", folders["strict"], "--knowledge", folders["knowledge_loose"])
    assert result.exit_code == WRONG_INPUT
    assert "Name the folder of the other one with  --knowledge" in result.output
    assert not (folders["strict"] / "report.html").exists()


def test_the_impact_tells_what_is_loosened_by_its_exit_code(folders: dict[str, Path], tmp_path: Path) -> None:
    words = ("--knowledge", folders["knowledge_loose"])
    looser = run("cohort", "impact", folders["strict"], folders["loose"], "--out", tmp_path / "impact.html", *words)
    assert looser.exit_code == LOOSENED, looser.output
    assert f"loosened for {PEOPLE}, tightened for 0" in looser.output
    assert "Whose advice changes" in (tmp_path / "impact.html").read_text("utf-8")
    tighter = run("cohort", "impact", folders["loose"], folders["strict"], *words)
    assert tighter.exit_code == USED, tighter.output
    assert f"loosened for 0, tightened for {PEOPLE}" in tighter.output


def test_what_cannot_be_compared_is_told(folders: dict[str, Path], tmp_path: Path) -> None:
    result = run("cohort", "impact", folders["strict"], tmp_path / "none")
    assert result.exit_code == WRONG_INPUT
    assert "holds no results" in flat(result.output)
