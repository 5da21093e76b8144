"""Many people: bit planes in two processes, beside copying the same bytes and beside other engines on all cores.

Every engine judges the same charts by the same rules, and says the same of each person before its time counts. Planes
say all there is: both bounds, the status of each technique, each rule that fires or is clear. The others say only what
their line says, in the quickest form found; slow ones judge fewer people. SPINEPATH_PEOPLE sets how many planes judge.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.cohort_charts import batches_in, bytes_of, charts_of, copying, write_many
from benchmarks.cohort_one_by_one import CqlExecution, Zen
from benchmarks.cohort_openfisca import OpenFisca
from benchmarks.cohort_planes import Here, Planes
from benchmarks.cohort_polars import Polars
from benchmarks.cohort_sql import ChDB, DuckDB, Spark
from benchmarks.timing import in_turn, seconds
from spinepath.backends.compiled import Compiled
from spinepath.backends.dialects import DUCKDB
from spinepath.backends.sql import Script
from spinepath.cohort.arrow_planes import unpacked
from spinepath.cohort.judge import Judge
from spinepath.cohort.results import Results
from spinepath.cohort.tables import fact_table, result_table
from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.knowledge import Knowledge
from tests.cohort.verdicts import types_of, verdicts_in

TITLE = "Many people"
PACKAGES = ("numpy", "pyarrow", "duckdb", "polars", "chdb", "pyspark", "zen-engine", "openfisca-core")

PEOPLE = int(os.environ.get("SPINEPATH_PEOPLE", 1 << 20))
BAR, COPYING_BAR = 25, 0.08

ROW_GROUPS = 2 * 122_880
"""So many people for what goes row by row: what DuckDB gives to two threads at once."""

BARS = {DuckDB.name: 8, Polars.name: 1.4, ChDB.name: 6, Spark.name: 100, CqlExecution.name: 10_000}
TABLES: dict[type[Any], int] = {
    DuckDB: ROW_GROUPS,
    Polars: ROW_GROUPS,
    ChDB: ROW_GROUPS,
    Spark: 1 << 14,
    OpenFisca: 1 << 15,
}
ONE_BY_ONE: dict[type[Any], int] = {Zen: 1000, CqlExecution: 50}


def lines() -> Iterator[str]:
    knowledge = load_cached(default_folder())
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "charts.arrow"
        write_many(charts_of(knowledge, PEOPLE), path, PEOPLE)
        batch = batches_in(path)[0]
        check(knowledge, batch.slice(0, 20_000))
        speeds = dict[str, float]()
        yield from _planes(knowledge, path, speeds)
        for kind, people in TABLES.items():
            yield from _tried(kind, lambda kind=kind, n=people: _table(kind, knowledge, batch.slice(0, n), speeds))
        for kind, people in ONE_BY_ONE.items():
            yield from _tried(kind, lambda kind=kind, n=people: _each(kind, knowledge, batch.slice(0, n), speeds))


def _tried(kind: type[Any], tell: Callable[[], Iterator[str]]) -> Iterator[str]:
    """The engine's lines; in words why there are none when it is missing."""
    try:
        yield from tell()
    except ImportError as missing:
        yield f"  {kind.name} is not installed: {missing}"


def check(knowledge: Knowledge, some: Any) -> None:
    """The planes, DuckDB and the compiled rules agree on the first people before a time counts."""
    found = verdicts_in(knowledge, result_table(Judge(knowledge, types_of(some)).judge(some), some))
    compiled = Compiled(knowledge)
    assert found == [compiled.evaluate(chart) for chart in charts_in(some)]
    connection, script = duckdb.connect(), Script(knowledge, DUCKDB)
    connection.register("given", fact_table(some, list(types_of(some)), 0))
    connection.execute("create table charts as select * from given")
    assert found == verdicts_in(knowledge, connection.sql(f"{script.answers()} order by person").to_arrow_table())


def charts_in(batch: Any) -> Iterator[dict[str, Any]]:
    """The charts one by one, without what is unknown."""
    for first in range(0, len(batch), 1000):
        for row in batch.drop_columns(["person"]).slice(first, 1000).to_pylist():
            yield {name: value for name, value in row.items() if value is not None}


# the engines


def _planes(knowledge: Knowledge, path: Path, speeds: dict[str, float]) -> Iterator[str]:
    here = Here(knowledge, path)
    rules = len(knowledge.rules)
    judge = here.ready(rules)[0]
    given, made = bytes_of(here.batches, here.names), PEOPLE * judge.rows // 8
    with Planes(knowledge, path) as planes:
        acts: dict[str, Callable[[], object]] = {
            "copy": copying(given + made),
            "one": lambda: here.judge(PEOPLE, rules),
            "two": lambda: planes.judge(PEOPLE),
        }
        took = in_turn(acts, runs=5)
    copied, one, two = (PEOPLE / took[name] for name in ("copy", "one", "two"))
    speeds["planes"] = two
    yield f"{PEOPLE:,} people, {given / PEOPLE:.0f} bytes in and {made / PEOPLE:.0f} out for each; {rules} rules"
    compiling = seconds(lambda: Judge(knowledge, types_of(here.batches[0])))
    yield f"  {'compiling the rules, once a run':<58} {compiling:9.2f} s"
    yield _told("copying as many bytes as go in and out, one process", copied)
    yield _told("planes, one process", one, f"; {one / copied:.2f} of copying")
    of_copying = f"{two / copied:.2f} of copying ({_met(two / copied, COPYING_BAR)})"
    yield _told("planes, two processes", two, f" ({_met(two / 1e6, BAR)}); {of_copying}")


def _table(kind: type[Any], knowledge: Knowledge, batch: Any, speeds: dict[str, float]) -> Iterator[str]:
    """An engine that is given a whole table."""
    engine = kind(knowledge, batch)
    try:
        expected = Judge(knowledge, types_of(batch)).judge(batch)
        if hasattr(engine, "levels"):
            assert np.array_equal(np.asarray(engine.levels()), expected.levels("disposition")), engine.name
        else:
            _assert_rules(engine.judge(), expected)
        took = in_turn(engine.acts(), runs=3)
    finally:
        engine.end()
    best = min(took.values())
    for name, time in took.items():
        yield _beside(name, len(batch) / time, speeds, BARS.get(engine.name) if time == best else None)


def _assert_rules(found: dict[str, Any], expected: Results) -> None:
    for rule in expected.program.rules:
        for said in ("fires", "clear"):
            plane = unpacked(expected.plane(said, rule.rule), expected.people)
            assert np.array_equal(found[f"{said} {rule.rule}"], plane.astype(np.bool_)), rule.rule


def _each(kind: type[Any], knowledge: Knowledge, batch: Any, speeds: dict[str, float]) -> Iterator[str]:
    """An engine that is given one chart at a time."""
    engine = kind(knowledge, list(charts_in(batch)))
    expected = Judge(knowledge, types_of(batch)).judge(batch)
    fires = [unpacked(expected.fires(rule), len(batch)).astype(bool) for rule in knowledge.rules]
    assert np.array_equal(np.array(engine.fires()), np.array(fires).T), engine.name
    if hasattr(engine, "seconds"):
        took = {f"{engine.name}, everything": engine.seconds()}
    else:
        took = in_turn(engine.acts(), runs=3)
    best = min(took.values())
    for name, time in took.items():
        yield _beside(name, len(batch) / time, speeds, BARS.get(engine.name) if time == best else None)


# lines


def _met(found: float, bar: float) -> str:
    return f"bar {bar:,g} {'met' if found >= bar else 'missed'}"


def _beside(name: str, speed: float, speeds: dict[str, float], bar: float | None) -> str:
    times = speeds["planes"] / speed
    return _told(name, speed, f"; planes {times:,.0f} x" + (f" ({_met(times, bar)})" if bar else ""))


def _told(what: str, speed: float, more: str = "") -> str:
    shown = f"{speed / 1e6:9.2f} million" if speed > 1e5 else f"{speed:9,.0f}"
    return f"  {what:<58} {shown} people a second{more}"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    for line in lines():
        print(line)
