"""Several processes serve one clinic: what one of them knows does not mislead another, and nothing breaks the chain."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres

ROOT = Path(__file__).parents[2]
EACH, WRITERS = 25, 3

MAKE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from spinepath.clinic.demo import make_clinic
make_clinic()
"""
LOOK = """
import django; django.setup()
from spinepath.clinic import audit
from spinepath.clinic.models import AuditEntry, Clinic
print(audit.first_break(Clinic.objects.get()), AuditEntry.objects.filter(actor__startswith="writer").count())
"""


def run(code: str, place: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], env=place, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a place with an empty database."""
    env = {
        **os.environ,
        "SPINEPATH_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "spinepath.clinic.settings",
        "PYTHONPATH": str(ROOT),
    }
    env.pop("SPINEPATH_DATABASE", None)
    if request.param == "sqlite":
        yield env
    else:
        with postgres.running() as folder:
            yield {**env, "SPINEPATH_DATABASE": postgres.address(folder)}


def test_processes_that_write_at_once_keep_the_chain_whole(place: dict[str, str]) -> None:
    run(MAKE, place)
    writers = [
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tests.clinic.two_writers", str(EACH), str(number)],
            env=place,
            cwd=ROOT,
            stderr=subprocess.PIPE,
        )
        for number in range(WRITERS)
    ]
    for writer in writers:
        _out, wrong = writer.communicate(timeout=120)
        assert writer.returncode == 0, wrong.decode()[-2000:]
    assert run(LOOK, place) == f"None {EACH * WRITERS}"


def test_who_answers_while_another_answer_is_being_kept_is_told(place: dict[str, str]) -> None:
    assert run("from tests.clinic import two_answers; two_answers.main()", place) == "409 yes"


@pytest.mark.services
def test_a_server_that_is_told_to_stop_while_it_starts_stops(place: dict[str, str]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    serve = [sys.executable, "-c", "from spinepath.cli import app; app()", "serve", "--workers", "1", "--port", port]
    server = subprocess.Popen(serve, env=place, cwd=ROOT, start_new_session=True)  # noqa: S603
    try:
        workers, until = Path(f"/proc/{server.pid}/task/{server.pid}/children"), time.monotonic() + 120
        while not workers.read_text() and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(server.pid, signal.SIGTERM)
        assert server.wait(timeout=60) == 0
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
