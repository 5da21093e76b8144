"""The page about many people: a file that is opened as it is, without a clinic."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from spinepath.cohort.report import report
from spinepath.engine.knowledge import Knowledge
from tests.cohort.test_report import made_up
from tests.stories.conftest import Visitor

pytestmark = pytest.mark.stories


@pytest.mark.parametrize("people", [0, 12_345])
def test_the_report_of_a_cohort_can_be_read_by_everybody(
    chromium: Browser, real: Knowledge, tmp_path: Path, people: int
) -> None:
    page = tmp_path / "report.html"
    page.write_bytes(report(made_up(real, people, seed=3), real))
    reader = Visitor(chromium, page.parent.as_uri())
    reader.page.goto(page.as_uri())
    reader.check(f"report of {people} people")
