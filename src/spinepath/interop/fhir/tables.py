"""Charts and persons as Parquet files, written a stretch at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from spinepath.backends.charts import Column, columns
from spinepath.backends.sql import PERSON
from spinepath.engine.conditions import Value
from spinepath.engine.knowledge import Knowledge
from spinepath.interop.fhir.history import PersonRecord

try:
    import pyarrow as arrow
    from pyarrow import parquet
except ImportError as missing:
    raise ImportError("PyArrow is missing: pip install 'spinepath[duckdb]'.") from missing

_STRETCH = 8_192
"""Persons that are held in memory before they are written."""

_WORDS = arrow.dictionary(arrow.int32(), arrow.string())
_TYPES = {"yes_no": arrow.bool_(), "number": arrow.float64(), "choice": _WORDS}

_PERSONS = {
    PERSON: arrow.string(),
    "sex": _WORDS,
    "birth_year": arrow.int32(),
    "deceased": arrow.bool_(),
    "first_day": arrow.date32(),
    "last_day": arrow.date32(),
    "resources": arrow.int32(),
    "has_entry": arrow.bool_(),
}


class _Writer:
    """A Parquet file that grows by rows; rows are given as values in the order of the columns."""

    def __init__(self, path: Path, types: Mapping[str, Any]) -> None:
        self._schema = arrow.schema(list(types.items()))
        self._columns: list[list[Any]] = [[] for _ in types]
        self._file = parquet.ParquetWriter(str(path), self._schema, compression="zstd")

    def add(self, row: list[Any]) -> None:
        for column, value in zip(self._columns, row, strict=True):
            column.append(value)
        if len(self._columns[0]) >= _STRETCH:
            self._flush()

    def _flush(self) -> None:
        arrays = [arrow.array(column, kind) for column, kind in zip(self._columns, self._schema.types, strict=True)]
        self._file.write_table(arrow.Table.from_arrays(arrays, schema=self._schema))
        self._columns = [[] for _ in self._columns]

    def close(self) -> None:
        if self._columns[0]:
            self._flush()
        self._file.close()


class ChartWriter:
    """The table of charts: one row for each person, a column for each given fact (`backends/charts.columns`).

    yes/no is bool, a number float64, a choice a word; null is unknown.
    """

    def __init__(self, path: Path, knowledge: Knowledge) -> None:
        self._facts: tuple[Column, ...] = columns(knowledge)
        types = {PERSON: arrow.string(), **{column.fact: _TYPES[column.kind] for column in self._facts}}
        self._writer = _Writer(path, types)

    def add(self, person: str, values: Mapping[str, Value]) -> None:
        """Adds one person's chart."""
        self._writer.add([person, *(values.get(column.fact) for column in self._facts)])

    def close(self) -> None:
        """Ends the file."""
        self._writer.close()


class PersonWriter:
    """The table of persons: what is known of them beside facts. Null is unknown."""

    def __init__(self, path: Path) -> None:
        self._writer = _Writer(path, _PERSONS)

    def add(self, record: PersonRecord) -> None:
        """Adds one person."""
        personal = record.personal
        days = record.days
        self._writer.add(
            [
                record.person,
                personal.sex if personal else None,
                personal.birth_year if personal else None,
                personal.deceased if personal else None,
                _day(days[0]) if days else None,
                _day(days[-1]) if days else None,
                record.resources,
                personal is not None,
            ]
        )

    def close(self) -> None:
        """Ends the file."""
        self._writer.close()


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()
