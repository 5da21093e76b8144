"""What went wrong, where, and what to do next.

Bad input never stops at the first mistake: readers gather every fault they find and raise them together, so that
an author mends a file in one go. A fault always has three parts: the place, the cause and the next act.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

MOST_SHOWN = 400
"""Causes quote what was written; of longer ones only the beginning and the end are shown."""


class Fault(msgspec.Struct, frozen=True, order=True):
    """One mistake: `place` (file:line), `cause` (what is wrong) and `act` (how to mend it)."""

    place: str
    cause: str
    act: str

    def __str__(self) -> str:
        return f"{self.place}: {self.cause} {self.act}".rstrip()


class Faulty(Exception):
    """Raised with every fault that was found; nothing of the input has been used."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class FaultyKnowledge(Faulty):
    """The knowledge base cannot be used."""


class FaultyFindings(Faulty):
    """A findings file cannot be used."""


class FaultList(list[Fault]):
    """Faults as they are gathered."""

    def add(self, place: str, cause: str, act: str = "") -> None:
        shown = cause if len(cause) <= MOST_SHOWN else f"{cause[: MOST_SHOWN // 2]} ... {cause[-MOST_SHOWN // 2 :]}"
        self.append(Fault(place, shown, act))


def nearest(name: str, names: Iterable[str], otherwise: str = "") -> str:
    """The next act when `name` is not among `names`: the closest name there is, else `otherwise`."""
    close = get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f"Did you mean {close[0]}?" if close else otherwise
