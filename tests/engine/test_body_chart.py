"""A body chart on which something stands twice, or whose outline is none, is refused."""

from __future__ import annotations

import pytest

from spinepath.engine.cache import default_folder, load_cached
from tests.engine.small import faults_in, files

CHART = """
title: Chart
about: For tests.
body_charts:
  - id: chart.x
    name: X
    ask: Where?
    hint: Show it.
    kinds: [KINDS]
    views:
      - id: front
        name: Front
        width: 10
        height: 10
        left: Right
        right: Left
        regions: [{id: belly, name: Belly, path: M 0 0 L 9 9 z}, {id: REGION, name: Knee, path: PATH}]
"""


def faults_of(kinds: str = "{id: pain, name: Pain}", region: str = "knee", path: str = "M 1 1 h 3 z") -> str:
    text = CHART.replace("KINDS", kinds).replace("REGION", region).replace("PATH", path)
    return " ".join(faults_in({**files(), "extra.yaml": text.encode()}))


def test_a_chart_that_fits_is_taken() -> None:
    assert "chart.x" not in faults_of()


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ({"region": "belly"}, "has the region belly twice"),
        ({"kinds": "{id: pain, name: A}, {id: pain, name: B}"}, "has the kind pain twice"),
        ({"kinds": ", ".join(f"{{id: k{place}, name: K}}" for place in range(5))}, "has 5 kinds"),
        ({"kinds": ""}, "has 0 kinds"),
        ({"path": '"<script>"'}, "The outline of knee is no path"),
        ({"path": '"url(#x)"'}, "The outline of knee is no path"),
    ],
)
def test_what_does_not_fit_is_refused(what: dict[str, str], cause: str) -> None:
    assert cause in faults_of(**what)


def test_the_project_has_one_chart_with_both_sides_of_every_limb() -> None:
    (chart,) = load_cached(default_folder()).body_charts.values()
    names = {region.id for region in chart.regions}
    assert {name.replace("_left", "_right") for name in names if name.endswith("_left")} <= names
