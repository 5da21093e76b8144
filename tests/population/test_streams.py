"""Random numbers that depend on seed, block and name alone, and are as often yes as they should be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.population.streams import FINE, Stream, normal_places


@given(st.integers(0, 2**64), st.integers(0, 2**20), st.text(max_size=20))
def test_the_same_stream_gives_the_same_numbers(seed: int, block: int, name: str) -> None:
    one, other = Stream(seed, block, name), Stream(seed, block, name)
    assert np.array_equal(one.places(50), other.places(50))
    assert np.array_equal(one.yes(0.3, 50), other.yes(0.3, 50))


def test_other_seeds_blocks_and_names_give_other_numbers() -> None:
    drawn = [tuple(Stream(*key).places(8)) for key in ((1, 0, "a"), (2, 0, "a"), (1, 1, "a"), (1, 0, "b"))]
    assert len(set(drawn)) == 4


def test_the_numbers_stay_the_same_for_ever() -> None:
    """Whoever keeps a seed keeps the people: a new NumPy or another machine may not draw others."""
    assert Stream(1, 0, "fever").places(4).tolist() == [21324, 59259, 47568, 13393]


@pytest.mark.parametrize("chance", [0.00002, 0.001, 0.03, 0.04, 0.5, 0.97])
def test_yes_comes_as_often_as_its_chance_says(chance: float) -> None:
    people = 2_000_000
    yes = int(Stream(3, 0, "x").yes(chance, people).sum())
    assert abs(yes - people * chance) < 5 * (people * chance * (1 - chance)) ** 0.5


def test_a_rare_yes_falls_on_everybody_alike() -> None:
    people = 100_000
    found = sum(Stream(seed, 0, "x").yes(0.01, people).astype(int) for seed in range(200))
    quarters = np.asarray(found).reshape(4, -1).sum(axis=1)
    expected = 200 * people * 0.01 / 4
    assert (abs(quarters - expected) < 5 * expected**0.5).all()
    assert np.asarray(found)[0] < 20  # the first person is nobody special
    assert np.asarray(found)[-1] < 20


@pytest.mark.parametrize(("chance", "always"), [(0, False), (1, True)])
def test_never_and_always(chance: float, always: bool) -> None:
    assert (Stream(1, 0, "x").yes(chance, 5000) == always).all()


def test_places_are_all_alike() -> None:
    counts = np.bincount(Stream(4, 0, "x").places(1_600_000) >> 12, minlength=16)
    assert (abs(counts - 100_000) < 5 * 100_000**0.5).all()


def test_normal_places_are_normal() -> None:
    values = normal_places()
    assert len(values) == FINE
    assert abs(values.mean()) < 1e-9
    assert abs(values.std() - 1) < 0.001
    assert (np.diff(values) > 0).all()
