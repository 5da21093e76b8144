"""Arrow's columns as NumPy sees them: bitmaps as planes, numbers and codes as they lie in memory.

Nothing is copied where it can be helped. Beyond the last person a plane may hold anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

try:
    import numpy as np
    import pyarrow as arrow
    from numpy.typing import NDArray
except ImportError as missing:
    raise ImportError(f"{missing.name} is missing: pip install 'spinepath[cohort]'.") from missing

Plane = NDArray[np.uint64]
PEOPLE = 64
"""People in one word of a plane."""

ONES = np.uint64(2**64 - 1)


def words_for(people: int) -> int:
    """The words of a plane for so many people."""
    return -(-people // PEOPLE)


def known_plane(array: Any) -> Plane:
    """For whom the column has a value."""
    validity = array.buffers()[0]
    if validity is None:
        return np.full(words_for(len(array)), ONES)
    return _bitmap(validity, array.offset, len(array))


def yes_plane(array: Any) -> Plane:
    """For whom a column of true and false is true; anything where it has no value."""
    return _bitmap(array.buffers()[1], array.offset, len(array))


def numbers(array: Any) -> NDArray[Any]:
    """The values of a column of numbers; anything where it has none."""
    kind = np.dtype(array.type.to_pandas_dtype())
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


class Codes(NamedTuple):
    """A choice: the number that stands for its word, the number of each word, and for whom it is known.

    A word that nobody has may have no number.
    """

    values: NDArray[Any]
    of_word: dict[str, int]
    known: Plane


def codes(array: Any) -> Codes:
    """A column of words or of dictionary codes."""
    if not arrow.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    words = array.dictionary.to_pylist()
    if len(set(words)) < len(words) or None in words:  # one word under two numbers, or unknown in disguise
        array = array.cast(array.type.value_type).dictionary_encode()
        words = array.dictionary.to_pylist()
    indices = array.indices
    return Codes(numbers(indices), {word: number for number, word in enumerate(words)}, known_plane(indices))


def _bitmap(buffer: Any, offset: int, people: int) -> Plane:
    """A bitmap as a plane: without a copy where it begins with a word and the buffer holds the last word whole."""
    first, shift = divmod(offset, PEOPLE)
    wanted = words_for(people) + (shift > 0)
    held = np.frombuffer(buffer, np.uint8)[8 * first :]
    if len(held) < 8 * wanted:
        held = np.concatenate((held, np.zeros(8 * wanted - len(held), np.uint8)))
    plane = held[: 8 * wanted].view(np.uint64)
    if shift == 0:
        return plane
    return (plane[:-1] >> np.uint64(shift)) | (plane[1:] << np.uint64(PEOPLE - shift))


def packed(bools: NDArray[np.bool_]) -> Plane:
    """One yes or no for each person as a plane; beyond the last person it is no."""
    missing = -len(bools) % PEOPLE
    if missing:
        bools = np.concatenate((bools, np.zeros(missing, np.bool_)))
    return np.packbits(bools, bitorder="little").view(np.uint64)


def unpacked(plane: Plane, people: int) -> NDArray[np.uint8]:
    """The plane as a 0 or 1 for each person."""
    return np.unpackbits(np.ascontiguousarray(plane).view(np.uint8), count=people, bitorder="little")


def count(plane: Plane) -> int:
    """How many bits of the plane are set."""
    return int(np.bitwise_count(plane).sum(dtype=np.int64))


def people_plane(people: int) -> Plane:
    """The plane that holds for everybody there is, and for nobody beyond."""
    plane = np.full(words_for(people), ONES)
    if people % PEOPLE:
        plane[-1] = np.uint64((1 << people % PEOPLE) - 1)
    return plane


def words_of_rows(planes: Sequence[Plane], people: int) -> NDArray[np.int64]:
    """For each person one whole number whose bit i is that person's answer in plane i; at most 63 planes.

    The planes are a square of bits for each 64 people, which is turned over its diagonal: first halves change places,
    then quarters, and so on.
    """
    square = np.zeros((PEOPLE, words_for(people)), np.uint64)
    for place, plane in enumerate(planes):
        square[place] = plane
    step, mask = PEOPLE // 2, 0xFFFFFFFF
    while step:
        upper = square.reshape(PEOPLE // (2 * step), 2, step, -1)[:, 0]
        lower = square.reshape(PEOPLE // (2 * step), 2, step, -1)[:, 1]
        moved = ((upper >> np.uint64(step)) ^ lower) & np.uint64(mask)
        lower ^= moved
        upper ^= moved << np.uint64(step)
        step //= 2
        mask ^= mask << step & 2**64 - 1
    return np.ascontiguousarray(square.T).reshape(-1)[:people].view(np.int64)
