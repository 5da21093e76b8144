"""Many people: bit planes beside copying the same bytes, DuckDB row by row, and Polars where it is installed.

SPINEPATH_PEOPLE sets how many people are judged; row by row only a share of them, and speeds are told instead of times.
"""

from __future__ import annotations

import operator
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import reduce
from importlib.util import find_spec
from multiprocessing import get_context
from operator import add
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as arrow

from benchmarks.timing import in_turn, seconds
from spinepath.backends.compiled import Compiled
from spinepath.backends.dialects import DUCKDB
from spinepath.backends.formulas import All, Atom, Count, Formula, IsAnswer, IsKnown, IsNumber, IsWord
from spinepath.backends.formulas import Any as Some
from spinepath.backends.program import Input, Program
from spinepath.backends.sql import Script
from spinepath.cohort.arrow_planes import count
from spinepath.cohort.judge import Judge
from spinepath.cohort.results import Results
from spinepath.cohort.tables import fact_table, result_table
from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.knowledge import Knowledge
from tests.backends.many import many_charts
from tests.cohort.verdicts import charts_as_batch, compact, types_of, verdicts_in
from tests.engine.charts import Base

TITLE = "Many people"
PACKAGES = ("numpy", "pyarrow", "duckdb")

PEOPLE = int(os.environ.get("SPINEPATH_PEOPLE", 1 << 20))
PART = 1 << 20
ROWS = 1 << 17
"""So many people for what goes row by row."""

SIGNS = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}

CHARTS = 100_000
CHANGED = 50
"""One in so many answers of the repeated charts is another chart's."""

PROCESSES = 2


def charts_of(knowledge: Knowledge) -> Any:
    """Generated charts, in the smallest types that hold them."""
    return compact(charts_as_batch(knowledge, list(many_charts(Base(knowledge), min(CHARTS, PEOPLE)))))


def write_many(charts: Any, path: Path) -> None:
    """The charts again and again, each time with some other answers, as one Arrow file."""
    random = np.random.default_rng(1)
    with arrow.OSFile(str(path), "wb") as file, arrow.ipc.new_file(file, charts.schema) as writer:
        for first in range(0, PEOPLE, PART):
            writer.write_batch(varied(charts, first, min(PART, PEOPLE - first), random))


def varied(charts: Any, first: int, people: int, random: np.random.Generator) -> Any:
    columns = [arrow.array(np.arange(first, first + people))]
    for name in charts.schema.names[1:]:
        rows = np.arange(first, first + people) % len(charts)
        changed = random.integers(0, people, people // CHANGED)
        rows[changed] = random.integers(0, len(charts), len(changed))
        columns.append(charts.column(name).take(arrow.array(rows)))
    return arrow.record_batch(columns, schema=charts.schema)


def batches_in(path: Path) -> list[Any]:
    reader = arrow.ipc.open_file(arrow.memory_map(str(path)))
    return [reader.get_batch(place) for place in range(reader.num_record_batches)]


# two processes, each with its share of the parts

_at_work: list[tuple[Judge, list[Any], Any]] = []


def _start(knowledge: Knowledge, path: Path) -> None:
    batches = batches_in(path)
    rules = Judge(knowledge, types_of(batches[0]))
    room = np.zeros((rules.rows, PART // 64), np.uint64)
    _at_work.append((rules, batches, room))


def _share(number: int) -> int:
    rules, batches, room = _at_work[0]
    return sum(judged(rules, share_of(batch, number), room) for batch in batches)


def share_of(batch: Any, number: int) -> Any:
    size = len(batch) // PROCESSES // 64 * 64
    return batch.slice(number * size, size if number < PROCESSES - 1 else None)


def judged(rules: Judge, batch: Any, room: Any) -> int:
    return rules.judge(batch, room[:, : -(-len(batch) // 64)]).people


# the same answers


def check(knowledge: Knowledge, batch: Any) -> None:
    """The planes, DuckDB and the compiled rules agree on the first people before a time counts."""
    some = batch.slice(0, 20_000)
    found = verdicts_in(knowledge, result_table(Judge(knowledge, types_of(some)).judge(some), some))
    compiled = Compiled(knowledge)
    charts = (
        {name: value for name, value in row.items() if value is not None and name != "person"} for row in rows_of(some)
    )
    assert found == [compiled.evaluate(chart) for chart in charts]
    connection, script = duckdb.connect(), Script(knowledge, DUCKDB)
    connection.register("given", fact_table(some, list(types_of(some)), 0))
    connection.execute("create table charts as select * from given")
    assert found == verdicts_in(knowledge, connection.sql(f"{script.answers()} order by person").to_arrow_table())


def rows_of(batch: Any) -> Iterator[dict[str, Any]]:
    for first in range(0, len(batch), 1000):
        yield from batch.drop_columns(["person"]).slice(first, 1000).to_pylist()


# row by row


def duckdb_answers(knowledge: Knowledge, batch: Any) -> Callable[[], object]:
    connection, script = duckdb.connect(), Script(knowledge, DUCKDB)
    connection.register("given", fact_table(batch, list(types_of(batch)), 0))
    connection.execute("create table charts as select * from given")
    return lambda: connection.execute(f"create or replace table answers as {script.answers()}")


def duckdb_levels(knowledge: Knowledge, batch: Any) -> Callable[[], object]:
    """Only how many people have each disposition: what row by row is quickest at."""
    connection, script = duckdb.connect(), Script(knowledge, DUCKDB)
    connection.register("given", fact_table(batch, list(types_of(batch)), 0))
    connection.execute("create table charts as select * from given")
    query = f"select disposition, count(*) from ({script.answers()}) group by all"
    return lambda: connection.execute(query).fetchall()


class Polars:
    """Whether each rule fires and is clear, as Polars expressions; what counts otherwise than as given comes first."""

    def __init__(self, program: Program) -> None:
        import polars

        self.pl = polars
        self.program = program
        self.inputs = {one.fact: one for one in program.inputs}

    def query(self, frame: Any) -> Any:
        """All that is asked, for one table of charts."""
        frame = frame.lazy()
        for given in self.program.inputs:
            if given.default is not None or given.compares is not None:
                frame = frame.with_columns(self.counted(given).alias(given.fact))
        for one in self.program.definitions:
            value = self.pl.when(self.of(one.yes)).then(True).when(self.of(one.no)).then(False)
            frame = frame.with_columns(value.alias(one.fact))
        fires = {f"fires {rule.rule}": self.of(rule.fires) for rule in self.program.rules}
        return frame.select(**fires, **{f"clear {rule.rule}": self.of(rule.clear) for rule in self.program.rules})

    def counted(self, given: Input) -> Any:
        column = self.pl.col(given.fact)
        if given.compares is None:
            return column.fill_null(given.default)
        return self.pl.when(self.pl.col(given.compares).is_not_null()).then(column.fill_null(0))

    def of(self, formula: Formula) -> Any:
        match formula:
            case All(parts):
                return reduce(lambda one, other: one & other, map(self.of, parts), self.pl.lit(True))
            case Some(parts):
                return reduce(lambda one, other: one | other, map(self.of, parts), self.pl.lit(False))
            case Count(number, parts):
                return reduce(add, (self.of(part).cast(self.pl.UInt8) for part in parts)) >= number
        return self.atom(formula)

    def atom(self, atom: Atom) -> Any:
        value = self.pl.col(atom.fact)
        match atom:
            case IsKnown(_, known):
                return value.is_not_null() if known else value.is_null()
            case IsAnswer(_, yes, or_unknown):
                test = value if yes else ~value
            case IsWord(_, words, _, or_unknown):
                test = value.is_in(list(words))
            case IsNumber(_, sign, number, or_unknown):
                test = SIGNS[sign](value, number)
        return test.fill_null(or_unknown)


def polars_lines(program: Program, batch: Any, results: Results, speed: float) -> Iterator[str]:
    if find_spec("polars") is None:
        yield "  Polars is not installed"
        return
    rules = Polars(program)
    frame = rules.pl.from_arrow(batch)
    found = rules.query(frame).collect()
    for rule in program.rules:
        for name in ("fires", "clear"):
            assert int(found[f"{name} {rule.rule}"].sum()) == count(results.plane(name, rule.rule))
    took = in_turn({"polars": lambda: rules.query(frame).collect()}, runs=3)["polars"]
    yield told(
        "Polars, only which rules fire and are clear",
        len(batch) / took,
        f"; planes {speed * took / len(batch):.1f} x (bar 1.4)",
    )


# lines


def bytes_of(batches: Sequence[Any]) -> int:
    return sum(batch.nbytes for batch in batches)


def copying(size: int) -> Callable[[], object]:
    """Copies so many bytes, from one place to another that has been used before."""
    piece = min(size, 1 << 28)
    one, other = np.ones(piece, np.uint8), np.ones(piece, np.uint8)

    def copy() -> None:
        for first in range(0, size, piece):
            last = min(piece, size - first)
            np.copyto(other[:last], one[:last])

    return copy


def lines() -> Iterator[str]:
    knowledge = load_cached(default_folder())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "charts.arrow"
        write_many(charts_of(knowledge), path)
        yield from _lines(knowledge, path, batches_in(path))


def _lines(knowledge: Knowledge, path: Path, batches: list[Any]) -> Iterator[str]:
    check(knowledge, batches[0])
    rules = Judge(knowledge, types_of(batches[0]))
    room = np.zeros((rules.rows, PART // 64), np.uint64)
    size = bytes_of(batches)
    with ProcessPoolExecutor(PROCESSES, get_context("spawn"), _start, (knowledge, path)) as pool:
        acts: dict[str, Callable[[], object]] = {
            "copy": copying(size),
            "one": lambda: [judged(rules, batch, room) for batch in batches],
            "two": lambda: list(pool.map(_share, range(PROCESSES))),
        }
        took = in_turn(acts, runs=5)
    one, two = PEOPLE / took["one"], PEOPLE / took["two"]
    yield f"{PEOPLE:,} people, {size / PEOPLE:.0f} bytes each; {len(knowledge.rules)} rules"
    compiling = seconds(lambda: Judge(knowledge, types_of(batches[0])))
    yield f"  {'compiling the rules, once a run':<45} {compiling:8.2f} s"
    yield told("copying the same bytes", PEOPLE / took["copy"])
    yield told("planes, one process", one, f", {took['copy'] / took['one']:.2f} of copying")
    yield told("planes, two processes", two, f" (bar 25), {took['copy'] / took['two']:.2f} of copying (bar 0.08)")
    few = batches[0].slice(0, ROWS)
    for name, act in (("all answers", duckdb_answers), ("dispositions only", duckdb_levels)):
        theirs = len(few) / in_turn({"rows": act(knowledge, few)}, runs=3)["rows"]
        yield told(f"DuckDB row by row, {name}", theirs, f"; planes {two / theirs:.0f} x (bar 8)")
    yield from polars_lines(rules.program, batches[0], rules.judge(batches[0]), two)


def told(what: str, speed: float, more: str = "") -> str:
    return f"  {what:<45} {speed / 1e6:8.2f} million a second{more}"


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    for line in lines():
        print(line)
