"""The clinic's pages with a crowd in the database: 4 users at once, granian with 2 processes, on this machine's cores.

Each process has answered each page before it is measured. The charts are those of people of whom everything that can be
asked is known; each user asks for other ones. A chart is measured where its assessment has to be made, and again where
it was made within the hour. SPINEPATH_CROWD sets how many people there are (each with 20 findings and 10 sessions);
SPINEPATH_CROWD_DATA and SPINEPATH_CROWD_POSTGRES name a crowd that was made before: its folder, its database. On
PostgreSQL the same is measured where its programs are installed.
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
WORD = "mar"
PAGES = {
    "a chart, assessed anew": "/episodes/{episode}/",
    "a chart, assessed within the hour": "/episodes/{episode}/",
    "the plan with its reasons": "/episodes/{episode}/plan/",
    "how it goes": "/episodes/{episode}/follow/",
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
    server = subprocess.Popen([*SPINEPATH, "serve", "--port", str(PORT)], env=environment, start_new_session=True)
    try:
        _wait()
        yield f"{called}: {PEOPLE:,} people, {PEOPLE * 20:,} findings, {PEOPLE * 10:,} sessions"
        yield f"{'page':38} {'median':>8} {'95 %':>8} {'worst':>8} {'requests/s':>11}"
        for page, path in PAGES.items():
            yield _line(page, *_asked(page, path, known))
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


def _asked(page: str, path: str, known: dict[str, list]) -> tuple[list[float], float]:
    """The milliseconds of each request, and how many a second all users had together."""
    took: list[float] = []
    for _number in range(2):  # each process has answered this page
        for cookie in known["cookies"]:
            _send(HTTPConnection("127.0.0.1", PORT, timeout=60), page, path, cookie, known["keys"][-1])
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
        connection = HTTPConnection("127.0.0.1", PORT, timeout=60)
        took.append(_send(connection, page, path, cookie, keys[number % len(keys)]))
        connection.close()


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


def _line(page: str, took: list[float], rate: float) -> str:
    ranked = sorted(took)
    late = ranked[int(len(ranked) * 0.95)]
    bar = CHART_BAR if page in CHARTS else LIST_BAR
    figures = f"{statistics.median(ranked):6.1f}ms {late:6.1f}ms {ranked[-1]:6.1f}ms {rate:11.0f}"
    return f"{page:38} {figures}  (bar {bar} {'met' if late < bar else 'missed'})"


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)
