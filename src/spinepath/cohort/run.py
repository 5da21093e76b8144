"""A whole run: charts in files, results in a folder, part by part, so that it can be ended and go on at any time."""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from spinepath.backends.charts import Refused, problems_with
from spinepath.cohort.counts import Counts, as_tables
from spinepath.cohort.files import write_json, write_rows
from spinepath.cohort.manifest import MANIFEST, Asked, Engine, InputFile, Manifest, read_manifest, refuse_other
from spinepath.cohort.parts import (
    COUNTS,
    PLANES,
    RESULTS,
    WORK,
    Write,
    do_stretch,
    is_done,
    kept_counts,
    with_duckdb,
    with_planes,
)
from spinepath.cohort.source import Source, Stretch, hash_of
from spinepath.cohort.values import refuse_persons
from spinepath.engine.knowledge import Knowledge

CLUSTER = 1_000_000_000
"""From so many people on one machine would need more than an hour."""

Progress = Callable[[int, int], None]
"""Is told how many parts are done, and of how many."""

_ENGINES: dict[str, Callable[[Knowledge, Source, Path], Write]] = {"planes": with_planes, "duckdb": with_duckdb}


class Interrupted(Exception):
    """The run could not go on, but what is done is kept: the same command goes on from there."""


def chosen(source: Source) -> Engine:
    """Which engine suits so many people."""
    return "spark" if source.people >= CLUSTER else "planes"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be judged, how, and where the results go.

    With `deceased` those who died are judged too. `jobs` is how many stretches are judged at once.
    """

    knowledge: Knowledge
    source: Source
    folder: Path
    engine: Engine
    as_of: str | None = None
    deceased: bool = False
    jobs: int = 2

    def asked(self) -> Asked:
        """Everything that decides the results."""
        return Asked(
            inputs=tuple(InputFile(str(path), path.stat().st_size, hash_of(path)) for path in self.source.files),
            knowledge=self.knowledge.version,
            engine=self.engine,
            as_of=self.as_of,
            deceased=self.deceased,
            spinepath=version("spinepath"),
        )


def run(what: Run, progress: Progress) -> Manifest:
    """Judge everything that is not judged yet; the manifest of the finished results.

    Raises Refused for charts that cannot be used: then nothing of this run is left. Raises Interrupted when the run
    cannot go on, for example because the disk is full: then what is done is kept, and the same run goes on from there.
    """
    try:
        manifest = _begun(what)
        if manifest.finished is None:
            with _alone(what.folder):
                _judge_or_take_back(what, progress)
                _finish(what, manifest)
        return manifest
    except OSError as problem:
        why = "There is no room left on the disk" if problem.errno in _FULL else f"It failed ({problem.strerror})"
        raise Interrupted(f"{what.folder}: {why}. Mend that, then give the same command again: {_KEPT}") from None
    except BrokenProcessPool:
        why = "A worker was ended from outside, perhaps because memory ran out"
        raise Interrupted(f"{what.folder}: {why}. Give the same command again: {_KEPT}") from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else may work in the folder; the lock falls away with the process that holds it."""
    (folder / WORK).mkdir(exist_ok=True)
    with (folder / WORK / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Interrupted(f"{folder}: Another run is at work in it. Wait for its end.") from None
        yield


def _judge_or_take_back(what: Run, progress: Progress) -> None:
    try:
        _judge_all(what, progress)
    except Refused:
        _remove(what.folder)
        raise


_KEPT = "what is done is kept."
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def _begun(what: Run) -> Manifest:
    """The manifest of the folder; a new one when this run is the first."""
    found = read_manifest(what.folder)
    asked = what.asked()
    if found is not None:
        refuse_other(what.folder, found.asked, asked)
        return found
    what.folder.mkdir(parents=True, exist_ok=True)
    found = Manifest(asked=asked, begun=_now())
    write_json(what.folder / MANIFEST, found)
    return found


def _judge_all(what: Run, progress: Progress) -> None:
    refuse_persons(what.source.files, what.source.schema, what.folder / WORK)
    waiting = [one for one in what.source.stretches if not all(is_done(what.folder, part) for part in one.parts)]
    refused = Counter[str]()
    for found in _found(what, waiting):
        refused += found
        progress(sum(is_done(what.folder, part) for part in what.source.parts), len(what.source.parts))
    if refused:
        raise Refused(problems_with(what.knowledge, refused))


def _found(what: Run, waiting: Sequence[Stretch]) -> Iterator[Counter[str]]:
    """What each stretch refuses, as they are done."""
    if what.engine == "spark":
        from spinepath.cohort.on_cluster import judge_stretches

        yield judge_stretches(what.knowledge, what.source, what.folder, waiting, deceased=what.deceased)
    elif min(what.jobs, len(waiting)) < 2:
        worker = _Worker(what)
        yield from map(worker.do, waiting)
    else:
        yield from _in_processes(what, waiting)


class _Worker:
    """Judges stretches, one after another."""

    def __init__(self, what: Run) -> None:
        self._what = what
        self._write = _ENGINES[what.engine](what.knowledge, what.source, what.folder)

    def do(self, stretch: Stretch) -> Counter[str]:
        what = self._what
        return do_stretch(what.knowledge, what.source, what.folder, stretch, self._write, deceased=what.deceased)


def _in_processes(what: Run, waiting: Sequence[Stretch]) -> Iterator[Counter[str]]:
    # spawned, not forked: a fork of a process in which Arrow has threads may never wake up
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(what.jobs, context, initializer=_start, initargs=(what,)) as pool:
        try:
            for done in as_completed([pool.submit(_do, stretch) for stretch in waiting]):
                yield done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


_here: list[_Worker] = []
"""The worker of this process."""


def _start(what: Run) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _here.append(_Worker(what))


def _end_with_parent() -> None:
    """A worker whose run was killed must not write beside the run that goes on."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do(stretch: Stretch) -> Counter[str]:
    return _here[0].do(stretch)


def _finish(what: Run, manifest: Manifest) -> None:
    """Add up the parts, and write the manifest a second time."""
    total = Counts()
    for part in what.source.parts:
        total.add(kept_counts(what.folder, part))
    entries = what.knowledge.entries
    manifest.people, manifest.deceased, manifest.parts = total.people, total.deceased, len(what.source.parts)
    for name, rows in as_tables(total, lambda name: getattr(entries.get(name), "name", "")).items():
        write_rows(what.folder / COUNTS / f"{name}.parquet", rows)
    manifest.versions = {name: version(name) for name in ("spinepath", "numpy", "pyarrow", "duckdb")}
    manifest.finished = _now()
    write_json(what.folder / MANIFEST, manifest)
    shutil.rmtree(what.folder / WORK)


def _remove(folder: Path) -> None:
    """Take back what this run has written, and the folder when it is empty then."""
    for kind in (RESULTS, PLANES, COUNTS, WORK):
        shutil.rmtree(folder / kind, ignore_errors=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
