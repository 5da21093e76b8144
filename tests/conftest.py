"""What all tests share: the two knowledge bases, moderate and thorough properties, and no traces outside."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import HealthCheck, settings

from spinepath.engine.cache import default_folder
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import load
from tests.engine.charts import Base
from tests.engine.small import small

_SLOW_UNDER_COVERAGE = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "quick", max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW_UNDER_COVERAGE
)
settings.register_profile("thorough", max_examples=2000, deadline=None, suppress_health_check=_SLOW_UNDER_COVERAGE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure(config: pytest.Config) -> None:
    """Copies of the knowledge base go to a folder of this run, not to the user's; lines are as long everywhere."""
    folder = tempfile.TemporaryDirectory(prefix="spinepath-tests-")
    config.add_cleanup(folder.cleanup)
    os.environ["SPINEPATH_CACHE"] = folder.name
    os.environ["COLUMNS"] = "100"


@pytest.fixture(scope="session")
def real() -> Knowledge:
    """The knowledge base of this project, as it is."""
    return load(default_folder())


@pytest.fixture(scope="session", params=["small", "real"])
def base(request: pytest.FixtureRequest) -> Base:
    """Properties hold for the small base, where they are easy to read, and for the real one, where they matter."""
    return Base(small() if request.param == "small" else request.getfixturevalue("real"))
