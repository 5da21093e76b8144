"""What an import prints."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from spinepath.engine.knowledge import Knowledge
from spinepath.interop.fhir.command import import_command
from spinepath.interop.fhir.problems import FaultyRecords
from tests.interop.fhir.records import condition, ndjson, observation, patient, quantity


def printed(knowledge: Knowledge, folder: Path, as_of: str | None = "2026-03-10") -> str:
    text = io.StringIO()
    console = Console(file=text, width=100)
    found = [
        patient(),
        patient(),
        patient("p2", deceasedBoolean=True),
        condition("84757009", id="c"),
        condition("84757009", id="c"),
        condition("84757009", subject={"reference": "Patient/p3"}),
        observation("8480-6", **quantity(142, "kg")),
    ]
    import_command([ndjson(folder / "a.ndjson", found)], folder / "out", knowledge, as_of, console)
    return " ".join(text.getvalue().split())


def test_the_summary_says_what_was_read_known_and_left_out(real: Knowledge, tmp_path: Path) -> None:
    text = printed(real, tmp_path)
    for words in (
        "3 persons as of 2026-03-10 23:59",
        "1 of them are deceased",
        "1 of them have no entry of their own: age and sex are unknown",
        "1 had several entries, which were merged",
        "1 resources came more than once and count once",
        "Condition 3 3 0 0",
        "Observation 1 0 1 0",
        "Epilepsy 2 2",
        "2 faults, all in",
        "a.ndjson:7 Observation.valueQuantity: The unit cannot be brought to mm[Hg]. Left out: this value.",
    ):
        assert words in text
    assert "p1" not in text
    assert "142" not in text


def test_without_a_moment_it_is_now_and_a_wrong_one_is_refused(real: Knowledge, tmp_path: Path) -> None:
    assert "persons as of 20" in printed(real, tmp_path, None)
    with pytest.raises(FaultyRecords, match="--as-of: This is not a date or moment"):
        printed(real, tmp_path, "soon")
