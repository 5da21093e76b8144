"""Made-up people written to files: their charts, and the truth about them; as many as wanted, in bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import msgspec

from spinepath.backends.sql import PERSON
from spinepath.engine.knowledge import Knowledge
from spinepath.population.arrow_charts import Tables, as_tables, schemas
from spinepath.population.draw import BLOCK, draw
from spinepath.population.model import Model

try:
    import pyarrow as arrow
    from pyarrow import ipc, parquet
except ImportError as missing:
    raise ImportError("PyArrow is missing: pip install 'spinepath[cohort]'.") from missing

Form = Literal["parquet", "arrow"]

MOST = 2**40
"""More people than this are refused."""


class Refused(Exception):
    """What was asked for cannot be made; the message says why and what to do. Nothing has been written."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was made: how many people, with which model, and the files."""

    population: str
    knowledge: str
    people: int
    seed: int
    files: tuple[Path, ...]


def tables(model: Model, people: int, seed: int, *, complete: bool = False, ahead: int = 2) -> Iterator[Tables]:
    """The tables of the first so many people, in order, block by block; `ahead` blocks are drawn at the same time."""
    numbers = iter(range(-(-people // BLOCK)))

    def one(block: int) -> Tables:
        return as_tables(model, draw(model, seed, block), min(BLOCK, people - block * BLOCK), complete=complete)

    with ThreadPoolExecutor(max(ahead, 1)) as pool:
        waiting: deque[Future[Tables]] = deque()
        for number in numbers:
            waiting.append(pool.submit(one, number))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def generate(
    knowledge: Knowledge,
    folder: Path,
    *,
    population: str,
    people: int,
    seed: int,
    complete: bool = False,
    form: Form = "parquet",
) -> Made:
    """Write the files `charts` and `truth`, and `complete` when asked for, to the folder, as Parquet or Arrow IPC.

    Person i is the same whatever the number of people. Raises Refused for a number that makes no sense and for files
    that are there already, NoModel for a population that does not exist. Files stand in the folder when whole.
    """
    if not 1 <= people <= MOST:
        raise Refused(f"{people} people cannot be made. Ask for a number from 1 on.")
    if seed < 0:
        raise Refused(f"The seed is {seed}. Give a whole number from 0 on.")
    model = Model(knowledge, population)
    about = {
        "spinepath.knowledge": knowledge.version,
        "spinepath.population": population,
        "spinepath.people": str(people),
        "spinepath.seed": str(seed),
    }
    wanted = ["charts", "complete", "truth"] if complete else ["charts", "truth"]
    with _Files(folder, wanted, form, schemas(model), about) as files:
        for found in tables(model, people, seed, complete=complete):
            files.write(found)
    return Made(
        population=population, knowledge=knowledge.version, people=people, seed=seed, files=tuple(files.paths.values())
    )


class _Files:
    """Files that are written beside their place and moved there when all are whole."""

    def __init__(self, folder: Path, wanted: list[str], form: Form, types: Tables, about: dict[str, str]) -> None:
        self.paths = {name: folder / f"{name}.{form}" for name in wanted}
        for path in self.paths.values():
            if path.exists():
                raise Refused(f"{path} is there already. Remove it, or name another folder.")
        folder.mkdir(parents=True, exist_ok=True)
        self.beside = {name: path.with_suffix(f".{os.getpid()}.part") for name, path in self.paths.items()}
        self._writers: dict[str, Any] = {}
        for name, path in self.beside.items():
            self._writers[name] = _WRITERS[form](path, getattr(types, name).with_metadata(about))

    def write(self, found: Tables) -> None:
        for name, writer in self._writers.items():
            writer.write_table(getattr(found, name))

    def __enter__(self) -> _Files:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        for writer in self._writers.values():
            writer.close()
        for name, path in self.paths.items():
            if kind is None:
                self.beside[name].replace(path)
            else:
                self.beside[name].unlink(missing_ok=True)


def _parquet(path: Path, schema: Any) -> Any:
    """Large pages and few statistics: hundreds of columns that mostly say no are written a third faster."""
    words = [field.name for field in schema if arrow.types.is_dictionary(field.type)]
    return parquet.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=words,
        write_statistics=[PERSON],
        data_page_size=2**23,
        write_batch_size=BLOCK,
    )


def _arrow(path: Path, schema: Any) -> Any:
    return ipc.new_file(path, schema, options=ipc.IpcWriteOptions(compression="zstd"))


_WRITERS: dict[Form, Callable[[Path, Any], Any]] = {"parquet": _parquet, "arrow": _arrow}
