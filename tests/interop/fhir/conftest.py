"""What the tests of records share."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinepath.engine.knowledge import Knowledge
from tests.interop.fhir.records import Reader


@pytest.fixture
def reader(real: Knowledge, tmp_path: Path) -> Reader:
    return Reader(real, tmp_path)
