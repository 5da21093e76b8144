"""Results of the planes, read as what the compiled evaluator gives; and tables of charts to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as arrow

from spinepath.backends.compiled import Verdict
from spinepath.backends.dialects import DUCKDB
from spinepath.backends.sql import Script
from spinepath.backends.tables import as_table
from spinepath.backends.verdicts import verdicts
from spinepath.cohort.judge import Judge
from spinepath.cohort.results import Results
from spinepath.cohort.tables import PERSON, result_table
from spinepath.engine.conditions import Values
from spinepath.engine.knowledge import Knowledge


def charts_as_batch(knowledge: Knowledge, charts: Sequence[Values]) -> Any:
    table = as_table(knowledge, charts).combine_chunks()
    return arrow.record_batch([column.combine_chunks() for column in table.columns], table.schema.names)


def types_of(charts: Any) -> dict[str, Any]:
    return {field.name: field.type for field in charts.schema if field.name != PERSON}


def judge_batch(knowledge: Knowledge, charts: Any, *, facts: bool = False) -> Results:
    return Judge(knowledge, types_of(charts), facts=facts).judge(charts)


def verdicts_in(knowledge: Knowledge, table: Any) -> list[Verdict]:
    """The rows of a table of results."""
    script = Script(knowledge, DUCKDB)
    columns = [table.column(name).to_pylist() for name in script.result]
    return list(verdicts(script, zip(*columns, strict=True)))


def judge(knowledge: Knowledge, charts: Sequence[Values]) -> list[Verdict]:
    """What the planes say of each chart."""
    batch = charts_as_batch(knowledge, charts)
    return verdicts_in(knowledge, result_table(judge_batch(knowledge, batch), batch))


def compact(charts: Any) -> Any:
    """The same charts in the smallest types that hold them: whole numbers, short floats, dictionaries."""
    return arrow.record_batch(
        {field.name: _compact(charts.column(field.name)) for field in charts.schema}, metadata=charts.schema.metadata
    )


def _compact(column: Any) -> Any:
    if arrow.types.is_string(column.type):
        return column.dictionary_encode()
    if not arrow.types.is_floating(column.type):
        return column
    for kind in (arrow.int8(), arrow.uint8(), arrow.int16(), arrow.int32(), arrow.float32()):
        try:
            smaller = column.cast(kind)
        except arrow.ArrowInvalid:
            continue
        if smaller.cast(arrow.float64()).equals(column):
            return smaller
    return column
