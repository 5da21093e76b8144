"""The whole patients in examples/: each is read as a user would read it, and must lead where its story says."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.cases import compared
from spinepath.engine.chart_file import read_chart
from spinepath.engine.entries import Expect
from spinepath.engine.faults import FaultList
from spinepath.engine.findings import values_at
from spinepath.engine.nodes import Mapping, read_nodes
from spinepath.engine.screens import walk
from spinepath.engine.shape import Reader

FOLDER = Path(__file__).parents[1] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.yaml"))
KNOWLEDGE = load_cached(default_folder())
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

MOST_SCREENS_TO_CAUDA_EQUINA = 5
MOST_PATIENT_SCREENS = 20
MOST_CLINICIAN_PAGES = 1


def expected(path: Path) -> Expect:
    faults = FaultList()
    node = read_nodes(path.read_bytes(), path.name, faults)
    assert isinstance(node, Mapping)
    expect = Reader(faults, None).struct(node.pairs["expect"], Expect)
    assert not faults
    assert isinstance(expect, Expect)
    return expect


def values(path: Path) -> dict[str, object]:
    chart = read_chart(path.read_bytes(), path.name, KNOWLEDGE, NOW)
    assert "story" in chart.told, "an example tells a story"
    return dict(values_at(KNOWLEDGE, chart.findings, chart.as_of))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_story_leads_where_it_says(path: Path) -> None:
    assert compared(KNOWLEDGE, values(path), expected(path)) == ()  # type: ignore[arg-type]


def test_the_stories_cover_every_disposition() -> None:
    dispositions = [expected(path).disposition for path in EXAMPLES]
    assert len(EXAMPLES) >= 24
    assert all(dispositions.count(name) >= 3 for name in KNOWLEDGE.ladder)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_interview_stays_short(path: Path) -> None:
    shown = walk(KNOWLEDGE, values(path))  # type: ignore[arg-type]
    if "cauda" in path.stem and expected(path).disposition == KNOWLEDGE.ladder[-1]:
        assert len(shown.screens) <= MOST_SCREENS_TO_CAUDA_EQUINA
    if "clean_radicular" in path.stem:
        assert shown.shown_to("patient") <= MOST_PATIENT_SCREENS
        assert shown.shown_to("clinician") <= MOST_CLINICIAN_PAGES


def table() -> dict[str, tuple[str, int, int]]:
    """What the README tells of each example: its disposition, and the screens for the patient and the clinician."""
    row = re.compile(r"^\| `(\w+)` \|.*\| (\w+) \| (\d+) \+ (\d+) \|$", re.MULTILINE)
    found = row.findall((FOLDER / "README.md").read_text(encoding="utf-8"))
    return {name: (disposition, int(patient), int(clinician)) for name, disposition, patient, clinician in found}


def test_the_table_names_every_example() -> None:
    assert list(table()) == [path.stem for path in EXAMPLES]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_table_tells_what_is_so(path: Path) -> None:
    shown = walk(KNOWLEDGE, values(path))  # type: ignore[arg-type]
    so = (expected(path).disposition, shown.shown_to("patient"), shown.shown_to("clinician"))
    assert table()[path.stem] == so
