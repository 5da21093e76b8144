"""What was wrong with a record, and where. Never the value: a fault tells the place and the reason, not the person."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import IO

import msgspec

from spinepath.engine.faults import Fault, Faulty

KEPT = 100
"""How many faults are kept in memory to be shown; the file holds all of them."""


class FaultyRecords(Faulty):
    """The records cannot be imported at all; nothing was written."""

    @classmethod
    def of(cls, place: str, cause: str, act: str) -> FaultyRecords:
        """With the one fault that stopped the import."""
        return cls((Fault(place, cause, act),))


class RecordFault(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing in a record that was not read: the file, the line or entry in it, the path inside the resource.

    `fact` is set when the value was meant for one; `skipped` tells what was left out because of it.
    """

    file: str
    line: int | None = None
    entry: int | None = None
    resource: str | None = None
    path: str | None = None
    fact: str | None = None
    reason: str
    skipped: str = "this value"

    @property
    def place(self) -> str:
        """Where it is, as one word to look up."""
        line = "" if self.line is None else f":{self.line}"
        entry = "" if self.entry is None else f" entry {self.entry}"
        path = self.path or self.resource
        return f"{self.file}{line}{entry}{f' {path}' if path else ''}"


class FaultLog:
    """Counts faults by reason, keeps the first few, and writes all of them to a file when one is given."""

    def __init__(self, file: IO[bytes] | None = None) -> None:
        self._file = file
        self._encoder = msgspec.json.Encoder()
        self.first: list[RecordFault] = []
        self.reasons: Counter[str] = Counter()

    def add(self, fault: RecordFault) -> None:
        """Takes note of one fault."""
        self.reasons[fault.reason] += 1
        if len(self.first) < KEPT:
            self.first.append(fault)
        if self._file is not None:
            self._file.write(self._encoder.encode(fault) + b"\n")

    @property
    def number(self) -> int:
        """How many faults there were."""
        return sum(self.reasons.values())


class Place(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """Where a resource stands: the file, and the line or entry in it, counted from 1."""

    file: str
    line: int | None = None
    entry: int | None = None

    @property
    def told(self) -> str:
        """The place as one word."""
        return ":".join(str(part) for part in (self.file, self.line, self.entry) if part is not None)

    def fault(
        self,
        reason: str,
        *,
        resource: str | None = None,
        path: str | None = None,
        fact: str | None = None,
        skipped: str,
    ) -> RecordFault:
        """A fault at this place."""
        return RecordFault(
            file=self.file,
            line=self.line,
            entry=self.entry,
            resource=resource,
            path=path,
            fact=fact,
            reason=reason,
            skipped=skipped,
        )


def shown_name(path: Path) -> str:
    """The name by which a file is told: its own and its folder's, since files of one export share names."""
    return "/".join(path.parts[-2:]) if len(path.parts) > 1 else path.name
