"""How many people have each disposition, asked of databases row by row, in the quickest form that was found.

All conditions of one level stand inside one CASE, strictest level first, so that a database stops at the first that
holds. This says less than planes do: no bounds, no rules, no techniques. Masks tell the rules as well.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
from pyarrow import parquet

from spinepath.backends.dialects import DUCKDB, SPARK, Dialect
from spinepath.backends.formulas import opposite
from spinepath.backends.sql import Script
from spinepath.backends.sql_conditions import either, first_of
from spinepath.cohort.tables import fact_table
from spinepath.engine.knowledge import Knowledge
from tests.backends.spark import spark_session
from tests.cohort.verdicts import types_of

CHDB = Dialect(
    name="duckdb",  # it is written like DuckDB's, but for the types and text
    types={"yes_no": "Nullable(Bool)", "number": "Nullable(Float64)", "choice": "Nullable(String)"},
    backslash_escapes=True,
)


class Rows(Script):
    """The rules in SQL as somebody would write them who only wants dispositions."""

    def levels(self, wanted: str) -> str:
        """The query of `wanted` over `levels`, which has a person and the place of the disposition in the ladder."""
        stages = self._before()
        decided = f"select {self._person}, {self._level()} as level from {stages[-1][0]}"
        return f"{_with([*stages, ('levels', decided)])}\nselect {wanted} from levels"

    def masks(self) -> str:
        """Which rules fire and are clear, as bits, put together so that nothing need be kept."""
        stages = self._before()
        names = [*self._words("fired"), *self._words("clear")]
        wanted = ", ".join(f"bit_xor({name})" for name in names)
        return f"{_with([*stages, ('decided', self._decided(stages[-1][0]))])}\nselect {wanted} from decided"

    def _before(self) -> list[tuple[str, str]]:
        stages = [("given", self._given())]
        for place, layer in enumerate(self._layers(), 1):
            stages.append((f"worked_out_{place}", self._worked_out(layer, stages[-1][0])))
        return stages

    def _level(self) -> str:
        rules = self.program.rules
        choices = []
        for rank, level in self._strictest_first():
            if level == self.program.when_open:
                waiting = [rule for rule in rules if rule.level is not None and rule.settle]
                each = ((self._condition(opposite(one.fires)), self._condition(opposite(one.clear))) for one in waiting)
                choices.append((either(f"({fires} and {clear})" for fires, clear in each), str(rank)))
            fires = either(self._condition(rule.fires) for rule in rules if rule.level == level)
            choices.append((fires, str(rank)))
        return first_of(choices, "0")


def _with(stages: list[tuple[str, str]]) -> str:
    return "with " + ",\n".join(f"{name} as (\n{text}\n)" for name, text in stages)


COUNTED = "level, count(*) as people"


class DuckDB:
    """The charts in a table of DuckDB's own, which uses all cores."""

    name = "DuckDB"

    def __init__(self, knowledge: Knowledge, batch: Any) -> None:
        self.rows = Rows(knowledge, DUCKDB)
        self.connection = duckdb.connect()
        self.connection.execute("set enable_progress_bar = false")
        self.connection.register("given_charts", fact_table(batch, list(types_of(batch)), 0))
        self.connection.execute("create table charts as select * from given_charts")

    def levels(self) -> Any:
        """The disposition of each person."""
        return self.connection.execute(f"{self.rows.levels('person, level')} order by person").fetchnumpy()["level"]

    def acts(self) -> dict[str, Callable[[], object]]:
        """What is timed."""
        counts, masks = f"{self.rows.levels(COUNTED)} group by level", self.rows.masks()
        return {
            "DuckDB, dispositions, one CASE": lambda: self.connection.execute(counts).fetchall(),
            "DuckDB, which rules fire and are clear, masks": lambda: self.connection.execute(masks).fetchall(),
        }

    def end(self) -> None:
        self.connection.close()


class ChDB:
    """The charts in a table in chDB's memory."""

    name = "chDB"

    def __init__(self, knowledge: Knowledge, batch: Any) -> None:
        from chdb.session import Session

        self.rows = Rows(knowledge, CHDB)
        self.folder = TemporaryDirectory()
        folder = Path(self.folder.name)
        given = folder / "chdb.parquet"
        parquet.write_table(fact_table(batch, list(types_of(batch)), 0), given)
        self.session: Any = Session(str(folder / "chdb"))  # type: ignore[no-untyped-call]
        self.session.query(
            "set max_query_size = 100000000, max_ast_elements = 10000000, max_expanded_ast_elements = 10000000"
        )
        self.session.query("set max_parser_depth = 100000, max_ast_depth = 100000")
        self.session.query("create database one engine = Atomic")
        self.session.query(f"create table one.charts engine = Memory as select * from file('{given}', Parquet)")
        self.session.query("use one")

    def levels(self) -> Any:
        table = self.session.query(f"{self.rows.levels('person, level')} order by person", "ArrowTable")
        return table.column("level").to_numpy()

    def acts(self) -> dict[str, Callable[[], object]]:
        counts = f"{self.rows.levels(COUNTED)} group by level"
        return {"chDB, dispositions, one CASE": lambda: self.session.query(counts)}

    def end(self) -> None:
        self.session.close()
        self.folder.cleanup()


class Spark:
    """The charts in the memory of Spark on two threads."""

    name = "Spark"

    def __init__(self, knowledge: Knowledge, batch: Any) -> None:
        self.rows = Rows(knowledge, SPARK)
        self.folder = TemporaryDirectory()
        given = Path(self.folder.name) / "spark.parquet"
        table = fact_table(batch, list(types_of(batch)), 0)
        parquet.write_table(table, given, row_group_size=len(table) // 8 + 1)
        self.running = spark_session()
        self.session = self.running.__enter__()
        self.session.conf.set("spark.sql.codegen.wholeStage", "false")  # as `on_spark` does, and for its reason
        self.session.conf.set("spark.sql.files.maxPartitionBytes", str(given.stat().st_size // 2 + 1))
        self.session.read.parquet(str(given)).createOrReplaceTempView("charts")
        self.session.sql("cache table charts")

    def levels(self) -> Any:
        found = self.session.sql(self.rows.levels("person, level")).collect()
        return np.array([row[1] for row in sorted(found)])

    def acts(self) -> dict[str, Callable[[], object]]:
        counts = f"{self.rows.levels(COUNTED)} group by level"
        answers = self.session.sql(self.rows.answers())
        return {
            "Spark local[2], dispositions, one CASE": lambda: self.session.sql(counts).collect(),
            "Spark local[2], all answers": lambda: answers.write.format("noop").mode("overwrite").save(),
        }

    def end(self) -> None:
        self.running.__exit__(None, None, None)
        self.folder.cleanup()
