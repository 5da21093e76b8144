"""What the tests of several back ends share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from spinepath.engine.knowledge import Knowledge
from tests.backends.many import examples
from tests.backends.spark import MISSING, has_java, spark_session
from tests.engine.charts import Chart


@pytest.fixture(scope="session")
def example_charts(real: Knowledge) -> dict[str, Chart]:
    """What is known of each whole patient in examples/."""
    return examples(real)


@pytest.fixture(scope="session")
def session() -> Iterator[Any]:
    """A Spark session on this machine alone."""
    if not has_java():
        pytest.fail(MISSING, pytrace=False)
    with spark_session() as found:
        yield found
