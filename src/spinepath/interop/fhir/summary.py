"""What an import read and what it found, in numbers: no person can be told from it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from spinepath.interop.fhir.problems import RecordFault
from spinepath.interop.fhir.reading import Counts


class Summary(msgspec.Struct, kw_only=True):
    """How many of what.

    `resources` by type; `findings` by fact, before the engine decided which count; `known` by fact: persons whose chart
    has a value. `repeated` are resources, and `merged` patients, that came more than once. `faults` are counted by
    reason; `first_faults` are the first few of them.
    """

    as_of: datetime
    knowledge: str
    files: int = 0
    persons: int = 0
    deceased: int = 0
    without_patient: int = 0
    merged: int = 0
    repeated: int = 0
    resources: dict[str, Counts] = {}
    findings: dict[str, int] = {}
    known: dict[str, int] = {}
    faults: dict[str, int] = {}
    first_faults: tuple[RecordFault, ...] = ()

    @property
    def read(self) -> int:
        """All resources that were read."""
        return sum(counts.read for counts in self.resources.values())
