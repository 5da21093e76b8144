"""Charts as an Arrow table, and a foreign table as a table of charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from spinepath.backends.charts import columns, problems_with, refuse
from spinepath.backends.sql import PERSON, Script
from spinepath.engine.conditions import Values
from spinepath.engine.faults import nearest
from spinepath.engine.knowledge import Knowledge

try:
    import pyarrow as arrow
    from pyarrow import parquet
except ImportError as missing:
    raise ImportError("PyArrow is missing: pip install 'spinepath[duckdb]'.") from missing


def as_table(knowledge: Knowledge, charts: Sequence[Values]) -> Any:
    """A table with the columns of `Script.table`; the persons are numbered from 0."""
    types = {"yes_no": arrow.bool_(), "number": arrow.float64(), "choice": arrow.string()}
    made = {PERSON: arrow.array(range(len(charts)), arrow.int64())}
    for column in columns(knowledge):
        found = [chart.get(column.fact) for chart in charts]
        made[column.fact] = arrow.array(found, types[column.kind])
    return arrow.table(made)


def write_table(knowledge: Knowledge, charts: Sequence[Values], path: Path) -> None:
    """Write the table of the charts to a Parquet file."""
    parquet.write_table(as_table(knowledge, charts), path)


def wanted_columns(script: Script, found: Mapping[str, str], exact: Mapping[str, set[str]]) -> list[str]:
    """The expressions that make a table of charts of a table with these columns and types.

    `exact` has for each kind of fact the types that hold it without loss. Raises Refused for columns that are no facts,
    and for columns of another type; a fact without a column is unknown.
    """
    known = {column.fact: column for column in script.columns}
    problems = [] if PERSON in found else [f"There is no column {PERSON}. It tells whose chart a row is."]
    for name in found:
        if name != PERSON and name not in known:
            act = nearest(name, tuple(known), "Leave it out.")
            problems.append(f"{name}: a column with this name, but no fact that is given. {act}")
        elif name != PERSON and found[name] not in exact[known[name].kind]:
            wanted = ", ".join(sorted(exact[known[name].kind]))
            problems.append(f"{name}: the column is {found[name]}. It holds {known[name].allowed}: make it {wanted}.")
    refuse(problems)
    named, types = script.dialect.named, script.dialect.types
    return [named(PERSON)] + [
        f"cast({named(fact)} as {types[column.kind]}) as {named(fact)}"
        if fact in found
        else f"{script.dialect.nothing(column.kind)} as {named(fact)}"
        for fact, column in known.items()
    ]


def refuse_rows(knowledge: Knowledge, rows: Iterable[Sequence[Any]]) -> None:
    """Raise Refused when `Script.refusals` gave rows."""
    refuse(problems_with(knowledge, Counter(fact for _, facts in rows for fact in facts.split())))
