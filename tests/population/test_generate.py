"""Files of made-up people: the same whatever the number, whole or not there, and fit for the rules."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as arrow
import pytest
from pyarrow import ipc, parquet

from spinepath.backends.on_duckdb import judge_file
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.population import generate as module
from spinepath.population.draw import BLOCK
from spinepath.population.generate import Form, Refused, generate, tables
from spinepath.population.model import Model, NoModel
from tests.engine.small import files
from tests.engine.test_population_links import MODEL


@pytest.fixture(scope="module")
def village() -> Knowledge:
    return build(files(people=MODEL))


def charts_of(knowledge: Knowledge, people: int, ahead: int = 2) -> arrow.Table:
    made = tables(Model(knowledge, "village"), people, seed=5, ahead=ahead)
    return arrow.concat_tables([found.charts for found in made])


@pytest.mark.parametrize("people", [1, 63, 1000, BLOCK - 1, BLOCK, BLOCK + 1])
def test_a_person_is_the_same_however_many_are_asked_for(village: Knowledge, people: int) -> None:
    many = charts_of(village, 2 * BLOCK + 7)
    few = charts_of(village, people)
    assert few.num_rows == people
    assert few.equals(many.slice(0, people))
    assert many.column("person").to_pylist() == list(range(2 * BLOCK + 7))


@pytest.mark.parametrize("ahead", [1, 3])
def test_it_does_not_matter_how_many_blocks_are_drawn_at_once(village: Knowledge, ahead: int) -> None:
    assert charts_of(village, 3 * BLOCK, ahead).equals(charts_of(village, 3 * BLOCK))


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_files_hold_the_tables_and_say_what_made_them(village: Knowledge, tmp_path: Path, form: Form) -> None:
    made = generate(village, tmp_path / "new", population="village", people=BLOCK + 5, seed=5, complete=True, form=form)
    assert [path.name for path in made.files] == [f"{name}.{form}" for name in ("charts", "complete", "truth")]
    assert sorted(tmp_path.glob("new/*")) == sorted(made.files)
    read = parquet.read_table if form == "parquet" else lambda path: ipc.open_file(path).read_all()
    charts, complete, truth = (read(path) for path in made.files)
    assert charts.cast(charts_of(village, 1).schema).equals(charts_of(village, BLOCK + 5))
    assert charts.schema.metadata[b"spinepath.seed"] == b"5"
    assert charts.schema.metadata[b"spinepath.knowledge"].decode() == village.version
    assert truth.schema.names == ["person", "has_flu", "how_bad", "hurt_side"]
    assert truth.column("has_flu").null_count == 0
    assert [str(charts.schema.field(name).type) for name in ("fever", "pain", "age_years")] == ["bool", "int8", "int8"]
    for name in complete.schema.names:  # a gap hides an answer and changes none
        assert complete.column(name).null_count <= charts.column(name).null_count
        kept = charts.column(name).is_valid()
        assert complete.column(name).filter(kept).equals(charts.column(name).filter(kept))


def test_the_same_again_is_the_same_file(village: Knowledge, tmp_path: Path) -> None:
    for name in ("one", "two"):
        generate(village, tmp_path / name, population="village", people=100, seed=5)
    assert (tmp_path / "one/charts.parquet").read_bytes() == (tmp_path / "two/charts.parquet").read_bytes()


@pytest.mark.parametrize(
    ("people", "seed", "population", "problem", "says"),
    [
        (0, 1, "village", Refused, "0 people cannot be made."),
        (2**41, 1, "village", Refused, "cannot be made."),
        (1, -1, "village", Refused, "The seed is -1."),
        (1, 1, "vilage", NoModel, "There is no population 'vilage'. Did you mean village?"),
    ],
)
def test_what_makes_no_sense_is_refused_and_writes_nothing(
    village: Knowledge, tmp_path: Path, people: int, seed: int, population: str, problem: type[Exception], says: str
) -> None:
    with pytest.raises(problem, match=says):
        generate(village, tmp_path / "new", population=population, people=people, seed=seed)
    assert not (tmp_path / "new").exists()


def test_files_that_are_there_are_kept(village: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "truth.parquet").write_text("mine")
    with pytest.raises(Refused, match=r"truth.parquet is there already. Remove it"):
        generate(village, tmp_path, population="village", people=1, seed=1)
    assert [path.name for path in tmp_path.iterdir()] == ["truth.parquet"]


def test_what_fails_on_the_way_leaves_nothing(
    village: Knowledge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise OSError(28, "No space left")

    monkeypatch.setattr(module, "as_tables", broken)
    with pytest.raises(OSError, match="No space"):
        generate(village, tmp_path, population="village", people=1, seed=1)
    assert not list(tmp_path.iterdir())


def test_the_rules_read_every_chart_and_reach_every_disposition(real: Knowledge, tmp_path: Path) -> None:
    generate(real, tmp_path, population="every_cause", people=4000, seed=1, complete=True)
    judge_file(real, tmp_path / "complete.parquet", tmp_path / "answers.parquet")
    answers = parquet.read_table(tmp_path / "answers.parquet")
    assert answers.num_rows == 4000
    found = duckdb.query("select disposition, count(*) from answers group by all").fetchall()
    assert set(dict(found)) == set(real.ladder), found
