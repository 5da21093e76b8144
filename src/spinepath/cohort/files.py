"""Files that are whole or not there: what is written appears under its name only when it is complete and kept."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as arrow
from pyarrow import parquet

from spinepath.cohort.tables import PERSON

UNFINISHED = ".unfinished"
"""What a file's name ends with while it is written."""


def write_table(path: Path, table: Any, dictionaries: list[str]) -> None:
    """Write an Arrow table to Parquet; these columns are kept as numbers that stand for words."""

    def write(unfinished: Path) -> None:
        statistics = [PERSON] if PERSON in table.schema.names else False
        # zstd would make it half as small again and take half as long again
        parquet.write_table(
            table, unfinished, compression="snappy", use_dictionary=dictionaries, write_statistics=statistics
        )

    whole(path, write)


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write a small table, row by row."""
    whole(path, lambda unfinished: parquet.write_table(arrow.Table.from_pylist(rows), unfinished))


def write_json(path: Path, data: Any) -> None:
    """Write plain data as JSON, indented, for people to read."""
    whole(path, lambda unfinished: unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(data)) + b"\n"))


def whole(path: Path, write: Callable[[Path], Any]) -> None:
    """Write the file under another name, keep it on the disk, then give it its name. OSError leaves nothing behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        write(unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _keep_name(path.parent)


def _keep_name(folder: Path) -> None:
    """A new name is safe only when its folder is on the disk too."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
