"""Files, folders and patterns to single resources, each with its place; gzip, bundles and NDJSON alike.

One line, or one document, is in memory at a time. What is larger than the limits is refused at its place without being
read to its end. A broken line, entry or file is a fault; everything else is read.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import IO

import msgspec

from spinepath.interop.fhir.problems import FaultLog, FaultyRecords, Place, shown_name
from spinepath.interop.fhir.resources import Bundle, BundleEntry, Kind

LARGEST_LINE = 64 * 2**20
"""No line of NDJSON may be longer, in bytes after unpacking."""

LARGEST_DOCUMENT = 256 * 2**20
"""No single document (a bundle or a resource) may be longer, in bytes after unpacking."""

_ENDINGS = (".json", ".ndjson", ".jsonl")
_BY_LINE = (".ndjson", ".jsonl")
_BOM = b"\xef\xbb\xbf"
_CHUNK = 2**20

_kind = msgspec.json.Decoder(Kind)
_bundle = msgspec.json.Decoder(Bundle)


class Found(msgspec.Struct, frozen=True, gc=False):
    """One resource as it stands: its bytes, its type, its place, and the address that names it in its bundle."""

    content: bytes | memoryview
    kind: str
    place: Place
    address: str | None = None


class Batch(msgspec.Struct, frozen=True):
    """Resources that were read together: those of one bundle, which may refer to each other by address, or one."""

    found: tuple[Found, ...]


Told = Callable[[int], None]
"""Called with the number of bytes of a file that were read so far."""


def files_in(inputs: Sequence[str | Path]) -> list[Path]:
    """The files meant by files, folders and patterns, each once, in a settled order.

    Of folders the files ending in .json, .ndjson, .jsonl, or these with .gz. Raises FaultyRecords when an input leads
    to no file.
    """
    found: dict[Path, None] = {}
    for given in inputs:
        files = _files_of(Path(given))
        if not files:
            raise FaultyRecords.of(str(given), "There are no records here.", "Give files, folders or patterns of FHIR.")
        found.update(dict.fromkeys(files))
    if not found:
        raise FaultyRecords.of("input", "No records are given.", "Give files, folders or patterns of FHIR.")
    return list(found)


def _files_of(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file() and _ending(file).endswith(_ENDINGS))
    if path.exists() or not has_magic(str(path)):
        return [path] if path.exists() else []
    return sorted(file for name in glob(str(path), recursive=True) for file in _files_of(Path(name)))  # noqa: PTH207


def _ending(path: Path) -> str:
    return path.name.lower().removesuffix(".gz")


def batches_in(path: Path, faults: FaultLog, told: Told) -> Iterator[Batch]:
    """The resources of one file, in its order. What cannot be read becomes a fault."""
    place = Place(shown_name(path))
    try:
        with path.open("rb") as raw:
            stream: IO[bytes] = _unpacked(raw) if path.name.lower().endswith(".gz") else raw
            read = _by_line if _ending(path).endswith(_BY_LINE) else _document
            for batch in read(stream, place, faults):
                told(raw.tell())
                yield batch
    except (OSError, EOFError, zlib.error) as problem:
        reason = getattr(problem, "strerror", None) or "it is damaged, or not what its name says"
        faults.add(place.fault(f"The file cannot be read to its end: {reason}.", skipped="the rest of the file"))


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]


def _by_line(stream: IO[bytes], place: Place, faults: FaultLog) -> Iterator[Batch]:
    number = 0
    while line := stream.readline(LARGEST_LINE + 1):
        number += 1
        here = Place(place.file, line=number)
        if len(line) > LARGEST_LINE and not line.endswith(b"\n"):
            reason = f"The line is longer than {LARGEST_LINE // 2**20} MB."
            faults.add(here.fault(reason, skipped="the line"))
            _skip_line(stream)
            continue
        if number == 1:
            line = line.removeprefix(_BOM)
        if line.strip():
            yield from _resources(line, here, faults, "the line")


def _skip_line(stream: IO[bytes]) -> None:
    while (piece := stream.readline(_CHUNK)) and not piece.endswith(b"\n"):
        pass


def _document(stream: IO[bytes], place: Place, faults: FaultLog) -> Iterator[Batch]:
    content = stream.read(LARGEST_DOCUMENT + 1)
    if len(content) > LARGEST_DOCUMENT:
        reason = f"The document is longer than {LARGEST_DOCUMENT // 2**20} MB. Split it, or export NDJSON."
        faults.add(place.fault(reason, skipped="the file"))
    elif not content.strip():
        faults.add(place.fault("The file is empty.", skipped="the file"))
    else:
        yield from _resources(content.removeprefix(_BOM), place, faults, "the file")


def _resources(content: bytes, place: Place, faults: FaultLog, skipped: str) -> Iterator[Batch]:
    """The resources in one document: a bundle's entries together, or the one resource it is."""
    if not _is_text(content):
        faults.add(place.fault("The text is not in UTF-8. Save it as UTF-8.", skipped=skipped))
        return
    kind = None
    try:
        kind = _kind.decode(content).resourceType
        entries = _bundle.decode(content).entry if kind == "Bundle" else None
    except (msgspec.MsgspecError, RecursionError) as error:
        faults.add(place.fault(reason_of(error), resource=kind, path=path_of(kind, error), skipped=skipped))
        return
    yield Batch((Found(content, kind, place),) if entries is None else tuple(_found_in(entries, place, faults)))


def _found_in(entries: Sequence[BundleEntry], place: Place, faults: FaultLog) -> Iterator[Found]:
    for number, entry in enumerate(entries, 1):
        here = Place(place.file, place.line, number)
        if entry.resource is msgspec.UNSET or (entry.request is not None and entry.request.method == "DELETE"):
            continue
        content = memoryview(entry.resource)
        try:
            kind = _kind.decode(content).resourceType
        except (msgspec.MsgspecError, RecursionError) as error:
            faults.add(here.fault(reason_of(error), path=path_of(None, error), skipped="the resource"))
            continue
        yield Found(content, kind, here, entry.fullUrl)


def _is_text(content: bytes) -> bool:
    """Is it text in UTF-8? The reader looks only at the strings it needs, so the rest is looked at here."""
    if content.isascii():
        return not content.startswith(b"\x00")
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def reason_of(error: Exception) -> str:
    """Why something could not be read, without anything that stood there."""
    if isinstance(error, RecursionError):
        return "It is nested too deeply."
    said = str(error)
    if isinstance(error, msgspec.ValidationError):
        return f"{said.partition(' - at ')[0].replace('`', '')}."
    if "trailing characters" in said:
        return "After the document there is more. A file with one resource a line must be named .ndjson."
    return "This is not JSON, or it breaks off."


def path_of(kind: str | None, error: Exception) -> str | None:
    """The path of the fault inside the resource, for example Condition.clinicalStatus."""
    _, found, path = str(error).partition(" - at `$")
    return f"{kind or 'Resource'}{path.rstrip('`')}" if found else None
