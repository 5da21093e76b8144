"""What the rules see of the truth, on tables made by hand."""

from __future__ import annotations

from pathlib import Path

import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.population.accuracy import HONEST, accuracy, accuracy_of_files, as_table, share, write_table
from spinepath.population.generate import Refused
from tests.engine.small import files
from tests.engine.test_population_links import MODEL

TWO = MODEL.replace(
    "tendencies:",
    "  - {id: has_cold, name: A cold, leads_to: careful, share: [{chance: 0.1}], state: project}\ntendencies:",
)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return build(files(people=TWO))


def truth(*rows: tuple[bool, bool]) -> arrow.Table:
    return arrow.table(
        {"person": list(range(len(rows))), "has_flu": [row[0] for row in rows], "has_cold": [row[1] for row in rows]}
    )


def results(*levels: str) -> arrow.Table:
    return arrow.table({"person": list(range(len(levels)))[::-1], "disposition": list(levels)[::-1]})


TRUTH = truth((True, False), (True, False), (True, True), (False, True), (False, False), (False, False), (False, False))
RESULTS = results("refer", "wait", "go", "careful", "go", "careful", "refer")


def test_counts_are_those_of_the_table(knowledge: Knowledge) -> None:
    found = accuracy(knowledge, TRUTH, RESULTS)
    assert (found.people, found.says, found.knowledge) == (7, HONEST, knowledge.version)
    flu, cold = found.sights
    assert (flu.cause, flu.leads_to, cold.cause, cold.leads_to) == ("has_flu", "refer", "has_cold", "careful")
    assert (flu.reached.yes, flu.reached.of) == (1, 3)
    assert (flu.not_missed.yes, flu.not_missed.of) == (2, 3)
    assert (flu.spared.yes, flu.spared.of) == (3, 4)  # the cold leads less far than the flu
    assert (cold.reached.yes, cold.reached.of) == (1, 2)
    assert (cold.not_missed.yes, cold.not_missed.of) == (0, 2)
    assert (cold.spared.yes, cold.spared.of) == (1, 3)  # the flu leads as far as the cold and further


def test_nobody_has_no_share(knowledge: Knowledge) -> None:
    found = accuracy(knowledge, truth((False, False)), results("go"))
    assert found.sights[0].reached == share(0, 0)
    assert share(0, 0).share is None


@pytest.mark.parametrize(
    ("yes", "of", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_intervals_are_those_of_wilson(yes: int, of: int, low: float, high: float) -> None:
    found = share(yes, of)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-4), pytest.approx(high, abs=5e-4))


@given(st.integers(1, 10**8).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_share_lies_within_its_interval(pair: tuple[int, int]) -> None:
    found = share(*pair)
    assert found.low is not None
    assert found.share is not None
    assert found.high is not None
    assert 0 <= found.low <= found.share <= found.high <= 1


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (RESULTS.slice(0, 6), "The truth knows 7 people, the results fit 6."),
        (arrow.concat_tables([RESULTS.slice(1), RESULTS.slice(1, 1)]), "1 rows are of people who have a row already."),
        (RESULTS.set_column(0, "person", [[f"p{number}" for number in range(7)]]), "name people in different ways."),
        (RESULTS.drop_columns(["disposition"]), "There is no column disposition in the results."),
        (results(*["go"] * 6, "gone"), "hold 1 dispositions that this knowledge base has not."),
    ],
)
def test_results_of_other_people_are_refused(knowledge: Knowledge, table: arrow.Table, says: str) -> None:
    with pytest.raises(Refused, match=says):
        accuracy(knowledge, TRUTH, table)


def test_a_truth_without_a_cause_is_refused(knowledge: Knowledge) -> None:
    with pytest.raises(Refused, match="There is no column has_cold in the truth"):
        accuracy(knowledge, TRUTH.drop_columns(["has_cold"]), RESULTS)


def test_files_and_folders_are_read_and_written(knowledge: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    words = RESULTS.set_column(1, "disposition", RESULTS.column("disposition").dictionary_encode())
    parquet.write_table(TRUTH, tmp_path / "truth.parquet")
    parquet.write_table(words.slice(0, 3), tmp_path / "results/0.parquet")
    parquet.write_table(words.slice(3), tmp_path / "results/1.parquet")
    found = accuracy_of_files(knowledge, tmp_path / "truth.parquet", tmp_path / "results")
    assert found == accuracy(knowledge, TRUTH, RESULTS)
    write_table(found, tmp_path / "accuracy.parquet")
    table = parquet.read_table(tmp_path / "accuracy.parquet")
    assert table.equals(as_table(found))
    assert table.to_pylist()[0]["reached_share"] == pytest.approx(1 / 3)
    assert table.schema.metadata[b"says"].decode() == HONEST
    with pytest.raises(Refused, match=r"nothing.parquet cannot be read"):
        accuracy_of_files(knowledge, tmp_path / "nothing.parquet", tmp_path / "results")
