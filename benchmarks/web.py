"""The clinic's pages with a crowd in the database: 4 users at once, granian with 2 processes, on this machine's cores.

Each process has answered each page before it is measured. The charts are those of people of whom everything that can be
asked is known; each user asks for other ones. A chart is measured where its assessment has to be made, and again where
it was made within the hour. SPINEPATH_CROWD sets how many people there are (each with 20 findings and 10 sessions);
SPINEPATH_CROWD_DATA and SPINEPATH_CROWD_POSTGRES name a crowd that was made before: its folder, its database. On
PostgreSQL the same is measured where its programs are installed.

The bars were set on a machine where a bare page of Django's (`bare.py`: three questions to the database, twelve rows)
came within 14.4 ms in 95 of 100 cases, on the same server with as many users. So each page is measured beside that page
as well, before it and after it, and may take as many times as long as its bar is of 14.4 ms.
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
from contextlib import contextmanager
from datetime import date, timedelta
from http.client import HTTPConnection

from tests import postgres

TITLE = "Pages of the clinic"
PACKAGES = ("django", "granian")

PEOPLE = int(os.environ.get("SPINEPATH_CROWD", "50000"))
USERS = 4
REQUESTS = int(os.environ.get("SPINEPATH_REQUESTS", "60"))
"""So many requests of each user to each page."""
PORT = 8765
TOKEN = "a" * 32
"""Against forged requests: the cookie and the header say the same."""
SPINEPATH = [sys.executable, "-c", "from spinepath.cli import app; app()"]

LIST_BAR, CHART_BAR = 40, 100
"""95 of 100 answers come within so many milliseconds."""
BARE_WAS = 14.4
"""So many milliseconds the bare page took, 95 of 100 times, where the bars were set."""
BARE, BARE_PATH, BARE_PORT = "a bare page of Django's", "/{therapist}/", 8766
WORD = "mar"
PAGES = {
    "a chart, assessed anew": "/episodes/{episode}/",
    "a chart, assessed within the hour": "/episodes/{episode}/",
    "the plan with its reasons": "/episodes/{episode}/plan/",
    "how it goes": "/episodes/{episode}/follow/",
    "measures that are due": "/episodes/{episode}/measures/",
    "booking of an episode": "/episodes/{episode}/book/",
    "free times to move a session to": "/sessions/{session}/booking/",
    "a session": "/sessions/{session}/",
    "what is to be asked": "/episodes/{episode}/ask/",
    "what is to be examined": "/episodes/{episode}/examine/",
    "today, one's own day": "/today/",
    "today, the whole clinic": "/today/?who=all",
    "the calendar's week of one therapist": "/calendar/sessions/?start={monday}&end={sunday}&therapist={therapist}",
    "the calendar's week of the clinic": "/calendar/sessions/?start={monday}&end={sunday}",
    "people, first page": "/people/",
    "people, found by a name's beginning": "/people/",
    "a person": "/people/{person}/",
    "a person's form": "/people/{person}/edit/",
    "form for somebody new": "/people/new/",
}
CHARTS = ("a chart, assessed anew", "a chart, assessed within the hour", "the plan with its reasons")
POSTED = ("people, found by a name's beginning",)
_SIGN_IN = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Count
from spinepath.clinic.models import Episode, Member, Session
store = import_module(settings.SESSION_ENGINE).SessionStore
cookies = []
for member in Member.objects.filter(role__in=("therapist", "lead"))[:%d]:
    session = store()
    session[SESSION_KEY] = str(member.user_id)
    session[BACKEND_SESSION_KEY] = "spinepath.clinic.access.MemberBackend"
    session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
    session.create()
    cookies.append(session.session_key)
full = Episode.objects.annotate(many=Count("findings")).filter(many__gt=60).select_related("person")
booked = Session.objects.filter(episode__in=full, status="booked").order_by("-day")
coming = dict(booked.values_list("episode_id", "key"))
keys = [
    {"episode": one.key, "person": one.person.key, "session": coming[one.pk], "therapist": one.therapist_id}
    for one in full.order_by("pk")
    if one.pk in coming
]
print(json.dumps({"cookies": cookies, "keys": keys[: %d]}))
"""


def lines() -> Iterator[str]:
    """Measures on SQLite, and on PostgreSQL where it is installed."""
    with tempfile.TemporaryDirectory(prefix="spinepath-web-") as folder:
        given = os.environ.get("SPINEPATH_CROWD_DATA")
        yield from _measured("SQLite", {"SPINEPATH_DATA": given or folder}, is_made=given is not None)
        if database := os.environ.get("SPINEPATH_CROWD_POSTGRES"):
            there = {"SPINEPATH_DATA": f"{folder}/postgres", "SPINEPATH_DATABASE": database}
            yield from _measured("PostgreSQL", there, is_made=True)
            return
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
        [*SPINEPATH, "manage", "shell", "--no-imports", "-c", _SIGN_IN % (USERS, USERS * REQUESTS)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    known = json.loads(told.stdout.splitlines()[-1])
    serve = [*SPINEPATH, "serve", "--port", str(PORT)]
    bare = [
        sys.executable,
        "-m",
        "granian",
        "benchmarks.bare:application",
        "--interface",
        "wsgi",
        "--log-level",
        "error",
    ]
    bare += ["--workers", "2", "--blocking-threads", "1", "--port", str(BARE_PORT)]
    with _served(serve, PORT, environment), _served(bare, BARE_PORT, environment):
        yield f"{called}: {PEOPLE:,} people, {PEOPLE * 20:,} findings, {PEOPLE * 10:,} sessions"
        yield f"{'page':38} {'median':>8} {'95 %':>8} {'worst':>8} {'requests/s':>11} {'of bare':>8}"
        before, rate = _asked(BARE, BARE_PATH, known)
        yield _line(BARE, before, rate)
        for page, path in PAGES.items():
            took, rate = _asked(page, path, known)
            after, _rate = _asked(BARE, BARE_PATH, known)
            yield _line(page, took, rate, (_late(before) + _late(after)) / 2)
            before = after


@contextmanager
def _served(command: list[str], port: int, environment: dict[str, str]) -> Iterator[None]:
    """A server that answers, and is gone afterwards."""
    server = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        for _ in range(300):
            try:
                connection = HTTPConnection("127.0.0.1", port, timeout=1)
                connection.request("GET", "/alive")
                connection.getresponse()
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise RuntimeError("The server does not answer.")
        yield
    finally:
        os.killpg(server.pid, 15)
        server.wait()


def _asked(page: str, path: str, known: dict[str, list]) -> tuple[list[float], float]:
    """The milliseconds of each request, and how many a second all users had together."""
    took: list[float] = []
    for _number in range(2):  # each process has answered this page
        for cookie in known["cookies"]:
            _send(_connection(page), page, path, cookie, known["keys"][-1])
    users = [
        threading.Thread(target=_user, args=(page, path, cookie, known["keys"][place::USERS], took))
        for place, cookie in enumerate(known["cookies"])
    ]
    begun = time.perf_counter()
    for user in users:
        user.start()
    for user in users:
        user.join()
    if len(took) != USERS * REQUESTS:
        raise RuntimeError(f"{page}: not every request was answered.")
    return took, len(took) / (time.perf_counter() - begun)


def _user(page: str, path: str, cookie: str, keys: list[dict[str, str]], took: list[float]) -> None:
    for number in range(REQUESTS):  # who looks at a page meanwhile comes on a connection of its own
        connection = _connection(page)
        took.append(_send(connection, page, path, cookie, keys[number % len(keys)]))
        connection.close()


def _connection(page: str) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", BARE_PORT if page == BARE else PORT, timeout=60)


def _send(connection: HTTPConnection, page: str, path: str, cookie: str, keys: dict[str, str]) -> float:
    monday = date.today() - timedelta(days=date.today().weekday())
    asked = path.format(**keys, monday=monday, sunday=monday + timedelta(days=7))
    headers = {"Cookie": f"sessionid={cookie}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}
    begun = time.perf_counter()
    if page in POSTED:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}  # as the page asks
        connection.request("POST", asked, body=f"asked={WORD}", headers=headers)
    else:
        connection.request("GET", asked, headers=headers)
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{page}: {answer.status}")
    return (time.perf_counter() - begun) * 1000


def _late(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.95)]


def _line(page: str, took: list[float], rate: float, bare: float | None = None) -> str:
    late = _late(took)
    figures = f"{page:38} {statistics.median(took):6.1f}ms {late:6.1f}ms {max(took):6.1f}ms {rate:11.0f}"
    if bare is None:
        return figures
    bar = CHART_BAR if page in CHARTS else LIST_BAR
    ratio, most = late / bare, bar / BARE_WAS
    return f"{figures} {ratio:6.1f} x  (bar {most:.1f} x {_met(ratio < most)}; {bar} ms {_met(late < bar)})"


def _met(is_met: bool) -> str:
    return "met" if is_met else "missed"


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
