"""The charts of many people: generated once, repeated with other answers, kept as one Arrow file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
from pyarrow import parquet

from spinepath.cohort.source import PART as ROW_GROUP
from spinepath.engine.knowledge import Knowledge
from tests.backends.many import many_charts
from tests.cohort.verdicts import charts_as_batch, compact
from tests.engine.charts import Base

PART = 1 << 20
"""People in one record batch."""

CHARTS = 100_000
"""So many charts are generated."""

CHANGED = 50
"""One in so many answers of the repeated charts is another chart's."""


def charts_of(knowledge: Knowledge, people: int) -> Any:
    """Generated charts, in the smallest types that hold them."""
    charts = compact(charts_as_batch(knowledge, list(many_charts(Base(knowledge), min(CHARTS, people)))))
    return arrow.record_batch({name: _small_codes(charts.column(name)) for name in charts.schema.names})


def _small_codes(column: Any) -> Any:
    if not arrow.types.is_dictionary(column.type):
        return column
    return arrow.DictionaryArray.from_arrays(column.indices.cast(arrow.int8()), column.dictionary)


def write_many(charts: Any, path: Path, people: int) -> None:
    """The charts again and again as one Arrow file: one part with some other answers, then the same part turned."""
    random = np.random.default_rng(1)
    size = min(PART, people)
    part = varied(charts, size, random)
    with arrow.OSFile(str(path), "wb") as file, arrow.ipc.new_file(file, part.schema) as writer:
        for first in range(0, people, PART):
            writer.write_batch(_turned(part, int(random.integers(size)), first).slice(0, people - first))


def varied(charts: Any, people: int, random: np.random.Generator) -> Any:
    """So many people with these charts, some of whose answers are another chart's."""
    columns = [arrow.array(np.arange(people))]
    for name in charts.schema.names[1:]:
        rows = np.arange(people) % len(charts)
        changed = random.integers(0, people, people // CHANGED)
        rows[changed] = random.integers(0, len(charts), len(changed))
        columns.append(charts.column(name).take(arrow.array(rows)))
    return arrow.record_batch(columns, names=charts.schema.names)


def _turned(part: Any, by: int, first: int) -> Any:
    """The same rows, beginning elsewhere, for the people from `first` on."""
    rows = arrow.Table.from_batches([part.slice(by), part.slice(0, by)]).combine_chunks().to_batches()[0]
    return rows.set_column(0, rows.schema.field(0), arrow.array(np.arange(first, first + len(part))))


def batches_in(path: Path) -> list[Any]:
    """The parts of the file, in memory as far as there is room."""
    reader = arrow.ipc.open_file(arrow.memory_map(str(path)))
    return [reader.get_batch(place) for place in range(reader.num_record_batches)]


def first_of(batches: Sequence[Any], people: int) -> list[Any]:
    """The batches of the first people."""
    found = []
    for batch in batches:
        if people > 0:
            found.append(batch.slice(0, people))
        people -= len(batch)
    return found


def write_parquet(batches: Sequence[Any], path: Path) -> None:
    """The same charts as one Parquet file."""
    with parquet.ParquetWriter(path, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch, row_group_size=ROW_GROUP)


def bytes_of(batches: Sequence[Any], names: Sequence[str] | None = None) -> int:
    """The bytes of these columns, or of all."""
    return sum(batch.select(names or batch.schema.names).nbytes for batch in batches)


def copying(size: int) -> Callable[[], object]:
    """Copies so many bytes, from one place to another that has been used before."""
    piece = min(size, 1 << 28)
    one, other = np.ones(piece, np.uint8), np.ones(piece, np.uint8)

    def copy() -> None:
        for first in range(0, size, piece):
            last = min(piece, size - first)
            np.copyto(other[:last], one[:last])

    return copy
