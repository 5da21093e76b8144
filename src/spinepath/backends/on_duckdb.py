"""The rules on DuckDB: many charts on one machine, from Python or from a Parquet file, without a server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from spinepath.backends.charts import refuse_unreadable
from spinepath.backends.compiled import Verdict
from spinepath.backends.dialects import DUCKDB
from spinepath.backends.sql import Script
from spinepath.backends.tables import as_table, refuse_rows, wanted_columns
from spinepath.backends.verdicts import verdicts
from spinepath.engine.conditions import Values
from spinepath.engine.knowledge import Knowledge

try:
    import duckdb
except ImportError as missing:
    raise ImportError("DuckDB is missing: pip install 'spinepath[duckdb]'.") from missing

_TYPES = {
    "yes_no": {"BOOLEAN"},
    "number": {"DOUBLE", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"},
    "choice": {"VARCHAR"},
}


def judge(knowledge: Knowledge, charts: Sequence[Values]) -> list[Verdict]:
    """What the rules say of each chart, in order. Raises Refused for values that their facts cannot have."""
    script = Script(knowledge, DUCKDB)
    refuse_unreadable(knowledge, charts)
    with duckdb.connect() as connection:
        connection.register("charts", as_table(knowledge, charts))
        rows = connection.execute(f"{script.answers()} order by person").fetchall()
    return list(verdicts(script, rows))


def judge_file(knowledge: Knowledge, charts: Path, answers: Path) -> None:
    """Read charts from one Parquet file and write the answers, as `Script.answers` describes them, to another.

    The file has a column `person`, and columns named as the facts that are given; facts without a column are unknown.
    Raises Refused for columns that are no facts or of another type, and for values that their facts cannot have.
    """
    script = Script(knowledge, DUCKDB)
    with duckdb.connect() as connection:
        found = connection.read_parquet(str(charts))
        types = dict(zip(found.columns, map(str, found.types), strict=True))
        found.project(", ".join(wanted_columns(script, types, _TYPES))).create_view("charts")
        refuse_rows(knowledge, connection.execute(script.refusals()).fetchall())
        connection.sql(script.answers()).write_parquet(str(answers))
