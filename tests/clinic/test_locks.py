"""Who writes at once waits, in one order: nothing found meanwhile is overlooked, and nobody waits in a circle."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).parents[2]

WELL = {
    "danger_while_booking": "NotNow 0",
    "answer_while_beginning": "done True",
    "answer_before_the_audit": "done done",
    "page_while_booking": "done",
    "page_while_the_clinic_says": "done",
    "answer_while_erasing": "Gone",
    "day_begins_while_closing": "done",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """How each case went, on a PostgreSQL server."""
    with postgres.running() as folder:
        place = {
            **os.environ,
            "SPINEPATH_DATA": str(tmp_path_factory.mktemp("data")),
            "SPINEPATH_DATABASE": postgres.address(folder),
            "DJANGO_SETTINGS_MODULE": "spinepath.clinic.settings",
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.clinic.two_at_once"],
            env=place,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = (line.partition(" ") for line in done.stdout.splitlines())
    return {case: how for case, _space, how in lines}


@pytest.mark.services
@pytest.mark.parametrize("case", WELL)
def test_two_at_once(told: dict[str, str], case: str) -> None:
    assert told[case] == WELL[case]


def test_locks_leave_the_keys_free() -> None:
    """A lock of the whole row makes every page wait whose audit entry points to it. Nothing points to the audit."""
    found = {
        f"{path.relative_to(ROOT)}: {call}"
        for path in (ROOT / "src" / "spinepath" / "clinic").rglob("*.py")
        for call in re.findall(r"select_for_update\(.*", path.read_text("utf-8"))
        if "no_key=True" not in call and path.name != "audit.py"
    }
    assert not found
