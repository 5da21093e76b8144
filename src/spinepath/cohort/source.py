"""Where the charts come from: files in Parquet or Arrow IPC, cut into parts that fit in memory.

A *stretch* is what one worker reads from front to back: whole row groups (Parquet) or record batches (Arrow) of one
file. A *part* is a piece of a stretch; its results are one file. How files are cut follows from the files alone, so
that a run that goes on after an interruption finds the same parts again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from glob import glob
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as arrow
from pyarrow import parquet

from spinepath.backends.charts import Column, Refused, columns
from spinepath.cohort.judge import is_text
from spinepath.cohort.tables import DECEASED, PASSED_ON, PERSON
from spinepath.engine.faults import nearest
from spinepath.engine.knowledge import Knowledge

PART = 1 << 18
"""People in one part. A multiple of 64, so that bitmaps are cut between words."""

PARQUET, ARROW = (".parquet", ".pq"), (".arrow", ".feather", ".ipc")


class Stretch(msgspec.Struct, frozen=True):
    """Row groups or record batches of one file, from `first` up to but not `last`, and the numbers of its parts."""

    file: str
    first: int
    last: int
    rows: int
    parts: range


class Source(msgspec.Struct, frozen=True):
    """The files, the columns they share, and how they are cut: into parts of at most `size` people."""

    files: tuple[Path, ...]
    schema: Any
    stretches: tuple[Stretch, ...]
    size: int

    @property
    def people(self) -> int:
        """Rows in all files."""
        return sum(stretch.rows for stretch in self.stretches)

    @property
    def parts(self) -> range:
        """The numbers of all parts."""
        return range(self.stretches[-1].parts.stop if self.stretches else 0)

    @property
    def facts(self) -> dict[str, Any]:
        """The Arrow types of the columns that are facts."""
        return {
            field.name: field.type
            for field in self.schema
            if field.name != PERSON and not field.name.startswith(PASSED_ON)
        }


def open_source(knowledge: Knowledge, named: Sequence[str], size: int = PART) -> Source:
    """The charts in these files, folders or patterns.

    Raises Refused, with every problem: a name that leads to no file, a file that cannot be read, a column that is no
    fact or has a type that the fact cannot have, files with different columns.
    """
    files = tuple(dict.fromkeys(path for name in named for path in _files(name)))
    schemas, stretches = [], list[Stretch]()
    for path in files:
        schema, sizes = _opened(path)
        schemas.append(schema)
        stretches.extend(_stretches(path, sizes, stretches[-1].parts.stop if stretches else 0, size))
    _refuse_different(files, schemas)
    _refuse_columns(knowledge, schemas[0])
    return Source(files, schemas[0], tuple(stretches), size)


def _files(name: str) -> Iterator[Path]:
    path = Path(name)
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.suffix in PARQUET + ARROW)
    else:
        found = [path] if path.is_file() else sorted(map(Path, glob(name, recursive=True)))  # noqa: PTH207
    if not found:
        raise Refused([f"{name}: There is no Parquet or Arrow file of this name. Check the name."])
    yield from found


def _opened(path: Path) -> tuple[Any, list[int]]:
    """The schema of a file and the rows of each of its row groups or record batches."""
    try:
        if path.suffix in ARROW:
            reader = arrow.ipc.open_file(arrow.memory_map(str(path)))
            sizes = [reader.get_batch(place).num_rows for place in range(reader.num_record_batches)]
            return reader.schema, sizes
        with parquet.ParquetFile(path) as file:
            rows = [file.metadata.row_group(place).num_rows for place in range(file.metadata.num_row_groups)]
            return file.schema_arrow, rows
    except (OSError, arrow.ArrowException) as problem:
        cause = (
            problem.strerror if isinstance(problem, OSError) and problem.strerror else "it is damaged or no such file"
        )
        raise Refused([f"{path}: The file cannot be read as a table of charts: {cause}. Write it again."]) from None


def _stretches(path: Path, groups: Sequence[int], part: int, size: int) -> Iterator[Stretch]:
    """As few row groups together as fill a part; `part` is the number of the first."""
    first = rows = 0
    for place, group in enumerate(groups, start=1):
        rows += group
        if rows >= size or place == len(groups):
            parts = range(part, part - (-rows // size))
            if parts:
                yield Stretch(str(path), first, place, rows, parts)
            part, first, rows = parts.stop, place, 0


def _refuse_different(files: Sequence[Path], schemas: Sequence[Any]) -> None:
    problems = [
        f"{path}: Its columns are not those of {files[0]}. Name only tables of charts, alike in columns and types."
        for path, schema in zip(files, schemas, strict=True)
        if not schema.equals(schemas[0])
    ]
    if problems:
        raise Refused(problems)


def _refuse_columns(knowledge: Knowledge, schema: Any) -> None:
    known = {column.fact: column for column in columns(knowledge)}
    names = schema.names
    problems = [] if PERSON in names else [f"There is no column {PERSON}. It tells whose chart a row is."]
    several = sorted({name for name in names if names.count(name) > 1})
    problems += [f"{name}: There are several columns with this name. Keep one." for name in several]
    problems += [problem for field in schema if (problem := _problem_of(known, field)) is not None]
    if problems:
        raise Refused(problems)


def _problem_of(known: Mapping[str, Column], field: Any) -> str | None:
    if field.name == PERSON:
        fits = arrow.types.is_integer(field.type) or is_text(field.type)
        return None if fits else f"{PERSON}: the column is {field.type}. Make it a whole number or a text."
    if field.name.startswith(PASSED_ON):
        fits = field.name != DECEASED or arrow.types.is_boolean(field.type)
        return None if fits else f"{DECEASED}: the column is {field.type}. Make it bool."
    if field.name not in known:
        act = nearest(field.name, tuple(known), f"Leave it out, or let its name begin with {PASSED_ON}.")
        return f"{field.name}: a column with this name, but no fact that is given. {act}"
    column = known[field.name]
    if _fits(column.kind, field.type):
        return None
    return f"{field.name}: the column is {field.type}. It holds {column.allowed}: make it {_WANTED[column.kind]}."


_WANTED = {"yes_no": "bool", "number": "a whole number or a float", "choice": "string or a dictionary of strings"}


def _fits(kind: str, of: Any) -> bool:
    match kind:
        case "yes_no":
            return bool(arrow.types.is_boolean(of))
        case "number":
            return bool(arrow.types.is_integer(of) or arrow.types.is_floating(of))
    return is_text(of) or (arrow.types.is_dictionary(of) and is_text(of.value_type))


# reading


def read(source: Source, stretch: Stretch, wanted: Callable[[int], bool]) -> Iterator[tuple[int, Any]]:
    """The parts of a stretch that are wanted, each with its number, as Arrow record batches.

    Raises Refused when the file cannot be read.
    """
    try:
        for part, batch in zip(stretch.parts, _cut(_batches(source, stretch), source.size), strict=True):
            if wanted(part):
                yield part, batch
    except (OSError, arrow.ArrowException):
        raise Refused([f"{stretch.file}: The file cannot be read to its end. Write it again."]) from None


def _batches(source: Source, stretch: Stretch) -> Iterator[Any]:
    if Path(stretch.file).suffix in ARROW:
        reader = arrow.ipc.open_file(arrow.memory_map(stretch.file))
        yield from (reader.get_batch(place) for place in range(stretch.first, stretch.last))
        return
    choices = [name for name, kind in source.facts.items() if is_text(kind)]
    with parquet.ParquetFile(stretch.file, read_dictionary=choices, buffer_size=1 << 20) as file:
        yield from file.iter_batches(source.size, range(stretch.first, stretch.last), use_threads=False)


def _cut(batches: Iterator[Any], size: int) -> Iterator[Any]:
    """The same rows in batches of this size, the last one with what is left."""
    held: list[Any] = []
    rows = 0
    for batch in batches:
        while rows + len(batch) >= size:
            room = size - rows
            yield _joined([*held, batch.slice(0, room)])
            held, rows, batch = [], 0, batch.slice(room)
        held, rows = ([*held, batch], rows + len(batch)) if len(batch) else (held, rows)
    if held:
        yield _joined(held)


def _joined(batches: list[Any]) -> Any:
    return batches[0] if len(batches) == 1 else arrow.Table.from_batches(batches).combine_chunks().to_batches()[0]


def hash_of(path: Path) -> str:
    """SHA-256 of the file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
