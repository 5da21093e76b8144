"""What the tests of several back ends share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from spinepath.engine.chart_file import read_chart
from spinepath.engine.findings import values_at
from spinepath.engine.knowledge import Knowledge
from tests.engine.charts import Chart

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def example_charts(real: Knowledge) -> dict[str, Chart]:
    """What is known of each whole patient in examples/."""
    charts = {}
    for path in sorted(EXAMPLES.glob("*.yaml")):
        chart = read_chart(path.read_bytes(), path.name, real, NOW)
        charts[path.stem] = dict(values_at(real, chart.findings, chart.as_of))
    return charts
