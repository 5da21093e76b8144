"""What the tests of several back ends share."""

from __future__ import annotations

import pytest

from spinepath.engine.knowledge import Knowledge
from tests.backends.many import examples
from tests.engine.charts import Chart


@pytest.fixture(scope="session")
def example_charts(real: Knowledge) -> dict[str, Chart]:
    """What is known of each whole patient in examples/."""
    return examples(real)
