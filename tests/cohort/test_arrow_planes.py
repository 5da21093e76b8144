"""Arrow's columns as planes, and planes as rows of bits."""

from __future__ import annotations

import numpy as np
import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.cohort.arrow_planes import (
    codes,
    count,
    known_plane,
    packed,
    people_plane,
    unpacked,
    words_of_rows,
    yes_plane,
)

ANSWERS = st.lists(st.sampled_from((True, False, None)), max_size=200)


@given(ANSWERS, st.integers(0, 130))
def test_bitmaps_are_planes_wherever_they_begin(answers: list[bool | None], first: int) -> None:
    column = arrow.array(answers, arrow.bool_()).slice(first)
    wanted = answers[first:]
    known, yes = (unpacked(plane, len(wanted)).astype(bool) for plane in (known_plane(column), yes_plane(column)))
    assert known.tolist() == [answer is not None for answer in wanted]
    assert (known & yes).tolist() == [answer is True for answer in wanted]


@given(st.lists(st.booleans(), max_size=200))
def test_packing_and_unpacking(bools: list[bool]) -> None:
    plane = packed(np.array(bools, np.bool_))
    assert unpacked(plane, len(bools)).astype(bool).tolist() == bools
    assert count(plane) == sum(bools)
    assert count(people_plane(len(bools))) == len(bools)


@given(st.integers(0, 200), st.integers(0, 63), st.integers(0, 2**32))
def test_planes_become_one_number_for_each_person(people: int, planes: int, seed: int) -> None:
    bits = np.random.default_rng(seed).integers(0, 2, (planes, people), np.uint8)
    found = words_of_rows([packed(row.astype(np.bool_)) for row in bits], people)
    assert found.tolist() == [sum(int(bit) << place for place, bit in enumerate(bits[:, one])) for one in range(people)]


@pytest.mark.parametrize("words", [["leg", None], ["leg", "leg"]])
def test_a_dictionary_may_say_one_thing_in_two_ways(words: list[str | None]) -> None:
    column = arrow.DictionaryArray.from_arrays(arrow.array([0, 1, None], arrow.int8()), arrow.array(words))
    found = codes(column)
    assert unpacked(found.known, 3).tolist() == [word is not None for word in (*words, None)]
    assert set(found.of_word) == {"leg"}
    assert count(found.known & packed(found.values == found.of_word["leg"])) == words.count("leg")
