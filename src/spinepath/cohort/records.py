"""Imported records as one table of charts: the charts, and beside them what is known of the persons."""

from __future__ import annotations

from pathlib import Path

import pyarrow as arrow
from pyarrow import parquet

from spinepath.cohort.files import whole
from spinepath.cohort.tables import PASSED_ON, PERSON

BESIDE = ("deceased", "sex", "birth_year")
"""What is taken over from the table of persons; it stands beside the facts and is none."""


def with_persons(charts: Path, persons: Path, out: Path) -> Path:
    """Write the charts with `_deceased`, `_sex` and `_birth_year` to `out`. Both tables list the same people alike."""
    beside = parquet.read_table(persons, columns=[PERSON, *BESIDE])

    def write(unfinished: Path) -> None:
        with parquet.ParquetFile(charts) as file:
            extra = [arrow.field(f"{PASSED_ON}{name}", beside.schema.field(name).type) for name in BESIDE]
            schema = arrow.schema([*file.schema_arrow, *extra])
            with parquet.ParquetWriter(unfinished, schema, compression="zstd") as writer:
                first = 0
                for batch in file.iter_batches():
                    mine = beside.slice(first, len(batch))
                    if not mine.column(PERSON).combine_chunks().equals(batch.column(PERSON)):
                        raise ValueError("charts and persons are not of the same people")
                    table = arrow.Table.from_batches([batch])
                    columns = [*table.columns, *(mine.column(name) for name in BESIDE)]
                    writer.write_table(arrow.Table.from_arrays(columns, schema=schema))
                    first += len(batch)

    whole(out, write)
    return out
