"""Planes, DuckDB, Spark and the evaluator agree on many charts of our own rules (`pytest -m services`; needs Java).

SPINEPATH_CHARTS sets another number of charts, and SPINEPATH_CHARTS_AFTER goes on after so many that were compared
before. SPINEPATH_NAIVE says how many of them the plain evaluator judges too: one in so many. Two processes do it
together. With `-s` it says how many of the charts are like no other.
"""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from spinepath.backends import on_duckdb
from spinepath.cohort.judge import Judge
from spinepath.cohort.tables import PERSON, answer_table, result_table
from spinepath.engine.cache import default_folder
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import load
from tests.backends.agreement import naive
from tests.backends.many import many_charts
from tests.cohort.verdicts import charts_as_batch, compact, types_of, verdicts_in
from tests.engine.charts import Base, Chart

pytestmark = pytest.mark.services

CHARTS = int(os.environ.get("SPINEPATH_CHARTS", "100000"))
NAIVE = int(os.environ.get("SPINEPATH_NAIVE", "200"))
PROCESSES = 2
AT_ONCE = 25_000
FIRST = int(os.environ.get("SPINEPATH_CHARTS_AFTER", "0")) // AT_ONCE
DRAWN = 1.2
"""So many charts are drawn for each that is wanted: some come twice, above all the clean and the empty one."""


def pieces() -> range:
    return range(FIRST, FIRST - (-CHARTS // AT_ONCE))


def piece(knowledge: Knowledge, number: int) -> list[Chart]:
    """The charts of one piece, no two of them alike; every piece is drawn by chance of its own."""
    wanted = min(AT_ONCE, CHARTS - (number - FIRST) * AT_ONCE)
    drawn = many_charts(Base(knowledge), int(DRAWN * wanted) + 50, seed=20 + number)
    found = list(islice({mark(chart): chart for chart in drawn}.values(), wanted))
    assert len(found) == wanted
    return found


def mark(chart: Chart) -> int:
    """A number by which a chart is told from others."""
    return hash(tuple(sorted(chart.items())))


def in_order(path: Path) -> Any:
    return parquet.read_table(path).sort_by(PERSON)


# in processes of their own, which load the rules once

_rules: list[Knowledge] = []


def start() -> None:
    _rules.append(load(default_folder()))


def compare(number: int, folder: Path) -> list[int]:
    """Compare one piece, and keep its charts and what the planes say of them; the marks of the charts."""
    rules = _rules[0]
    charts = piece(rules, number)
    batch = charts_as_batch(rules, charts)
    first = number * AT_ONCE
    batch = batch.set_column(0, PERSON, arrow.array(range(first, first + len(charts))))
    judge = Judge(rules, types_of(batch))
    planes = result_table(judge.judge(batch), batch)
    given, said = (folder / kind / f"{number:05}.parquet" for kind in ("charts", "planes"))
    parquet.write_table(arrow.Table.from_batches([batch]), given)
    parquet.write_table(planes, said)

    small = compact(batch)
    assert result_table(Judge(rules, types_of(small)).judge(small), small).equals(planes), "smaller types"
    answers = folder / f"duckdb-{number:05}.parquet"
    on_duckdb.judge_file(rules, given, answers)
    assert answer_table(judge.program, in_order(answers), batch).equals(planes), "DuckDB"
    assert verdicts_in(rules, planes)[::NAIVE] == [naive(rules, chart) for chart in charts[::NAIVE]], "evaluator"
    return [mark(chart) for chart in charts]


def test_four_ways_to_judge_say_the_same_of_many_charts(
    real: Knowledge, session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spinepath.backends import on_spark

    monkeypatch.setenv("PYTHONHASHSEED", "0")  # the same chart has the same mark in every process
    for kind in ("charts", "planes"):
        (tmp_path / kind).mkdir()
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), start) as pool:
        found = [mark for marks in pool.map(compare, pieces(), [tmp_path] * len(pieces())) for mark in marks]
    print(f"{len(found):,} charts, {len(set(found)):,} of them different")  # noqa: T201  the figure of docs/cohorts.md
    assert len(found) == CHARTS
    assert len(set(found)) > 0.8 * CHARTS

    on_spark.judge_files(real, str(tmp_path / "charts"), str(tmp_path / "spark"), session)
    planes = in_order(tmp_path / "planes")
    said = answer_table(Judge(real, {}).program, in_order(tmp_path / "spark"), planes)
    assert said.equals(planes.select(said.schema.names)), "Spark"
