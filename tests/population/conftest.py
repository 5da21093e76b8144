"""What the tests of made-up people share: the model of the project, and one block of its people."""

from __future__ import annotations

import pytest

from spinepath.engine.knowledge import Knowledge
from spinepath.population.draw import Block, draw
from spinepath.population.model import Model


@pytest.fixture(scope="session")
def model(real: Knowledge) -> Model:
    """The people of the first population of the knowledge base."""
    return Model(real, next(iter(real.populations)))


@pytest.fixture(scope="session")
def block(model: Model) -> Block:
    """The first block of them."""
    return draw(model, seed=1, block=0)
