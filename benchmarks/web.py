"""The clinic's pages with a crowd in the database: 4 users at once, granian with 2 processes, on this machine's cores.

SPINEPATH_CROWD sets how many people (each with 20 findings and 10 sessions); with SPINEPATH_CROWD_DATA a crowd that was
made before is used. On PostgreSQL the same is measured where its programs are installed.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection

from tests import postgres

TITLE = "Pages of the clinic"
PACKAGES = ("django", "granian")

PEOPLE = int(os.environ.get("SPINEPATH_CROWD", "50000"))
USERS = 4
REQUESTS = int(os.environ.get("SPINEPATH_REQUESTS", "60"))
"""So many requests of each user to each page."""
PORT = 8765
SPINEPATH = [sys.executable, "-c", "from spinepath.cli import app; app()"]

PAGES = {
    "today, the own day": "/today/",
    "people, first page": "/people/",
    "people, found by name": "/people/?q=mar",
    "a person": "/people/{person}/",
    "a person's form": "/people/{person}/edit/",
    "a week of the calendar": "/calendar/sessions.json?start={monday}&end={sunday}",
    "booking of an episode": "/episodes/{episode}/book/",
    "examination form": "/episodes/{episode}/examine/",
    "a whole chart with its assessment": "/episodes/{episode}/",
    "the plan with its reasons": "/episodes/{episode}/plan/",
}
_SIGN_IN = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Count
from spinepath.clinic.models import Episode, Member
store = import_module(settings.SESSION_ENGINE).SessionStore
cookies = []
for member in Member.objects.filter(role__in=("therapist", "lead"))[:%d]:
    session = store()
    session[SESSION_KEY] = str(member.user_id)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
    session.create()
    cookies.append(session.session_key)
full = Episode.objects.annotate(many=Count("findings")).filter(many__gt=60).select_related("person")[:200]
print(json.dumps({"cookies": cookies, "keys": [[one.key, one.person.key] for one in full]}))
"""


def lines() -> Iterator[str]:
    """Measures on SQLite, and on PostgreSQL where it is installed."""
    with tempfile.TemporaryDirectory(prefix="spinepath-web-") as folder:
        given = os.environ.get("SPINEPATH_CROWD_DATA")
        yield from _measured("SQLite", {"SPINEPATH_DATA": given or folder}, is_made=given is not None)
        if postgres.programs() is None:
            yield "PostgreSQL is not installed here: left out."
            return
        with postgres.running() as socket:
            there = {"SPINEPATH_DATA": f"{folder}/postgres", "SPINEPATH_DATABASE": postgres.address(socket)}
            yield from _measured("PostgreSQL", there, is_made=False)


def _measured(called: str, there: dict[str, str], *, is_made: bool) -> Iterator[str]:
    environment = {**os.environ, **there, "SPINEPATH_DEMO": "yes"}
    if not is_made:
        made = [*SPINEPATH, "crowd", "--people", str(PEOPLE)]
        made += ["--findings", str(PEOPLE * 20), "--sessions", str(PEOPLE * 10)]
        subprocess.run(made, env=environment, check=True, stdout=subprocess.DEVNULL)
    told = subprocess.run(
        [*SPINEPATH, "manage", "shell", "--no-imports", "-c", _SIGN_IN % USERS],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    known = json.loads(told.stdout.splitlines()[-1])
    server = subprocess.Popen([*SPINEPATH, "serve", "--port", str(PORT)], env=environment, start_new_session=True)
    try:
        _wait()
        yield f"{called}: {PEOPLE:,} people"
        yield f"{'page':38} {'median':>8} {'95 %':>8} {'worst':>8} {'requests/s':>11}"
        for page, path in PAGES.items():
            yield _line(page, *_asked(path, known))
    finally:
        os.killpg(server.pid, 15)
        server.wait()


def _wait() -> None:
    for _ in range(300):
        try:
            connection = HTTPConnection("127.0.0.1", PORT, timeout=1)
            connection.request("GET", "/alive")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("The server does not answer.")


def _asked(path: str, known: dict[str, list]) -> tuple[list[float], float]:
    """The milliseconds of each request, and how many a second all users had together."""
    took: list[float] = []
    for cookie in known["cookies"]:  # each process has read what it keeps
        _get(HTTPConnection("127.0.0.1", PORT), path, cookie, known["keys"][0])
    users = [
        threading.Thread(target=_user, args=(path, cookie, known["keys"][place::USERS], took))
        for place, cookie in enumerate(known["cookies"])
    ]
    begun = time.perf_counter()
    for user in users:
        user.start()
    for user in users:
        user.join()
    return took, len(took) / (time.perf_counter() - begun)


def _user(path: str, cookie: str, keys: list[list[str]], took: list[float]) -> None:
    connection = HTTPConnection("127.0.0.1", PORT)
    took.extend(_get(connection, path, cookie, keys[number % len(keys)]) for number in range(REQUESTS))


def _get(connection: HTTPConnection, path: str, cookie: str, keys: list[str]) -> float:
    monday = time.strftime("%Y-%m-%d", time.localtime(time.time() - time.localtime().tm_wday * 86400))
    sunday = time.strftime("%Y-%m-%d", time.localtime(time.time() + (7 - time.localtime().tm_wday) * 86400))
    asked = path.format(episode=keys[0], person=keys[1], monday=monday, sunday=sunday)
    begun = time.perf_counter()
    connection.request("GET", asked, headers={"Cookie": f"sessionid={cookie}"})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, f"{path}: {answer.status}"
    return (time.perf_counter() - begun) * 1000


def _line(page: str, took: list[float], rate: float) -> str:
    ranked = sorted(took)
    late = ranked[int(len(ranked) * 0.95)]
    return f"{page:38} {statistics.median(ranked):6.1f}ms {late:6.1f}ms {ranked[-1]:6.1f}ms {rate:11.0f}"


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
