"""A drawing of findings that names answers or vertebrae which do not exist is refused."""

from __future__ import annotations

import pytest

from spinepath.engine.cache import default_folder, load_cached
from tests.engine.small import faults_in, files

FACTS = """
title: Facts
about: For tests.
facts:
  - {id: place, name: Place, ask: Where?, answer: choice, values: {high: High, low: Low}, state: project}
  - {id: side_of_it, name: Side, ask: Side?, answer: choice, values: {left: Left}, state: project}
questions:
  - {id: report, title: Report, kind: page, reader: clinician, order: 1, settles: [place], parts: {PART: Title}}
drawings:
  - {id: drawing.x, name: X, vertebrae: [A, B], level: place, levels: {LEVEL}, shape: place, shapes: {},
     zone: place, zones: {}, side: side_of_it, sides: {SIDE}, narrowing: place, narrowings: {NARROW}}
"""


def faults_of(level: str = "high: A", side: str = "left: left", narrow: str = "low: 1", part: str = "place") -> str:
    text = FACTS.replace("LEVEL", level).replace("SIDE", side).replace("NARROW", narrow).replace("PART", part)
    return " ".join(faults_in({**files(), "extra.yaml": text.encode()}))


def test_a_drawing_that_fits_is_taken() -> None:
    assert "drawing.x" not in faults_of()


@pytest.mark.parametrize(
    ("what", "cause"),
    [
        ({"level": "higher: A"}, "draws the answer higher, which place does not have"),
        ({"level": "high: B"}, "puts high below a vertebra that has no other under it"),
        ({"level": "high: C"}, "puts high below a vertebra that has no other under it"),
        ({"side": "right: right"}, "draws the answer right, which side_of_it does not have"),
        ({"side": "left: up"}, "'up' is not allowed here"),
        ({"narrow": "low: 4"}, "narrows low by 4"),
        ({"part": "elsewhere"}, "names elsewhere (parts), which is not in facts"),
        ({"part": "side_of_it"}, "A part begins with side_of_it, which is not asked here"),
    ],
)
def test_what_does_not_fit_is_refused(what: dict[str, str], cause: str) -> None:
    assert cause in faults_of(**what)


def test_the_project_draws_every_level_of_its_reports() -> None:
    knowledge = load_cached(default_folder())
    for drawing in knowledge.drawings.values():
        assert set(drawing.levels) <= set(knowledge.facts[drawing.level].values)
