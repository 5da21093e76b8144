"""Random numbers that depend on the seed, the block of people and the name alone.

Nobody's numbers depend on how many people were asked for, or in which order; a fact more in the model changes no other
fact. Only the raw bits of the generator are used, which NumPy promises to keep the same.
"""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from statistics import NormalDist

try:
    import numpy as np
    from numpy.typing import NDArray
except ImportError as missing:
    raise ImportError("NumPy is missing: pip install 'spinepath[cohort]'.") from missing

FINE = 2**16
"""Numbers and words are drawn from so many equally likely places; yes and no from 2**32."""

_RARE, _FEW = 1 / 32, 1024
"""Below this chance, and for more people than this, it is faster to draw the distances between those who say yes."""


class Stream:
    """The random numbers of one name in one block of people."""

    def __init__(self, seed: int, block: int, name: str) -> None:
        key = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")
        self._bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(block, key)))

    def yes(self, chance: float, people: int) -> NDArray[np.bool_]:
        """For each of so many people, yes with this chance."""
        if chance <= 0 or chance >= 1:
            return np.full(people, chance >= 1)
        if chance < _RARE and people > _FEW:
            return self._rarely(chance, people)
        found: NDArray[np.bool_] = self._words(people, "<u4") < np.uint32(min(round(chance * 2**32), 2**32 - 1))
        return found

    def _rarely(self, chance: float, people: int) -> NDArray[np.bool_]:
        """The same by the distances from one yes to the next: nothing is drawn for those in between."""
        found = np.zeros(people, np.bool_)
        end, expected = -1, chance * people
        while end < people:
            raw = self._bits.random_raw(int(expected + 6 * expected**0.5) + 8)
            between = (raw >> np.uint64(11)) * 2.0**-53
            distances = np.floor(np.log1p(-between) / np.log1p(-chance)) + 1
            places = end + np.cumsum(np.minimum(distances, people + 1)).astype(np.intp)
            found[places[places < people]] = True
            end = int(places[-1])
        return found

    def places(self, people: int) -> NDArray[np.uint16]:
        """For each of so many people a number below `FINE`, all equally likely."""
        return self._words(people, "<u2")

    def _words(self, count: int, kind: str) -> NDArray[np.uint16]:
        in_one = 8 // np.dtype(kind).itemsize
        raw = self._bits.random_raw(-(-count // in_one)).astype("<u8", copy=False)
        found: NDArray[np.uint16] = raw.view(kind)[:count]
        return found


@cache
def normal_places() -> NDArray[np.float64]:
    """For each place below `FINE` the value of a standard normal number that stands there."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((place + 0.5) / FINE) for place in range(FINE)])
