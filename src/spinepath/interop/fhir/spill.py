"""Notes of many people, set aside on disk until all files are read, and taken up person by person.

The resources of one person may stand in many files. Their notes go to one of several parts, chosen by the person's
name, and each part is small enough to be gathered in memory afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from zlib import crc32

import msgspec

from spinepath.interop.fhir.notes import Note

try:
    import pyarrow as arrow
except ImportError as missing:
    raise ImportError("PyArrow is missing: pip install 'spinepath[duckdb]'.") from missing

_SCHEMA = arrow.schema([("person", arrow.string()), ("note", arrow.binary())])
_OPTIONS = arrow.ipc.IpcWriteOptions(compression="lz4")
_BATCH = 16_384
"""Notes of all parts together that are held in memory before they are written."""

_BYTES_FOR_A_PART = 256 * 2**20
_MOST_PARTS = 128


def parts_for(size: int) -> int:
    """How many parts records of this many bytes (as they lie on disk) are cut into."""
    return min(max(size // _BYTES_FOR_A_PART + 1, 1), _MOST_PARTS)


class Spill:
    """A folder of parts. Used as a context: leaving it closes the files; the folder belongs to the caller."""

    def __init__(self, folder: Path, parts: int) -> None:
        self._paths = [folder / f"part-{number:03}.arrow" for number in range(parts)]
        self._writers = [arrow.ipc.new_stream(str(path), _SCHEMA, options=_OPTIONS) for path in self._paths]
        self._held: list[tuple[list[str], list[bytes]]] = [([], []) for _ in self._paths]
        self._number = 0
        self._encoder = msgspec.msgpack.Encoder()

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for writer in self._writers:
            writer.close()

    def add(self, person: str, note: Note) -> None:
        """Sets one note aside."""
        persons, notes = self._held[crc32(person.encode()) % len(self._held)]
        persons.append(person)
        notes.append(self._encoder.encode(note))
        self._number += 1
        if self._number >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Writes what is held."""
        for writer, (persons, notes) in zip(self._writers, self._held, strict=True):
            if persons:
                writer.write_batch(arrow.record_batch([persons, notes], schema=_SCHEMA))
                persons.clear()
                notes.clear()
        self._number = 0

    def close(self) -> None:
        """Ends the writing; afterwards the persons can be read."""
        self.flush()
        for writer in self._writers:
            writer.close()

    def persons(self) -> Iterator[tuple[str, list[Note]]]:
        """Each person with all notes about them, in the order in which they were read; persons by name in each part."""
        decoder = msgspec.msgpack.Decoder(Note)
        for path in self._paths:
            by_person: dict[str, list[bytes]] = {}
            with arrow.ipc.open_stream(str(path)) as stream:
                for batch in stream:
                    for person, note in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        by_person.setdefault(person, []).append(note)
            for person in sorted(by_person):
                yield person, [decoder.decode(note) for note in by_person.pop(person)]
            path.unlink()
