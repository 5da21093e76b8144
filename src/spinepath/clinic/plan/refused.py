"""What was asked for cannot be kept: nothing was changed, and each fault says what to do."""

from __future__ import annotations

from collections.abc import Mapping


class Refused(Exception):
    """Nothing was kept. `faults` maps fields of the form (or "" for the whole) to what is wrong."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = dict(faults)


class ChangedMeanwhile(Exception):
    """Somebody else changed the plan after the page was opened."""
