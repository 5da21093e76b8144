"""A session from the questions to the signature, by keyboard; nothing is lost when the server dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from spinepath.clinic.models import Clinic, Hold, Member, Session
from spinepath.clinic.treat.closing import begin as begin_now
from tests.clinic.courses import session_today, under_care
from tests.stories.conftest import Visitor

pytestmark = pytest.mark.stories

TOUCHES_MOST = 45
"""Keys pressed from opening the page of a second visit to the signed note; Tab counts for nothing."""


@pytest.fixture
def ben(riverside: Clinic) -> Member:
    return Member.objects.get(clinic=riverside, user__username="ben")


def say_all_is_well(page: Page) -> int:
    """Answer everything that is asked again as somebody well would, with the space bar and digits; how many touches."""
    touches = 0
    while page.locator("text=Ask again today").count():
        for box in page.locator(".sheet__none input").all():
            box.press("Space")
            touches += 1
        names = {one.get_attribute("name") for one in page.locator(".sheets > .sheet input[type=radio]:visible").all()}
        for name in sorted(str(one) for one in names):
            wanted = "yes" if "consent_given" in name else "no"
            found = page.locator(f"input[name='{name}'][value={wanted}]")
            choice = found if found.count() else page.locator(f"input[name='{name}']").first
            none = page.locator(f"input[name='{name}'][value=none]")
            (none if none.count() else choice).press("Space")
            touches += 1
        for field in page.locator(".sheets input[inputmode=decimal]:visible").all():
            known = {"f-systolic": "120", "f-diastolic": "80"}
            field.fill(known.get(str(field.get_attribute("name")), "2"))
            touches += 1
        page.locator("text=Save the answers").press("Enter")
        page.wait_for_load_state()
        touches += 1
    return touches


def begin(page: Page) -> int:
    """Agree to each technique again, look at the stop signs, begin."""
    boxes = page.locator("input[name^=agrees][value=yes]").all()
    for box in [*boxes, page.locator("#none_so_far")]:
        box.press("Space")
    page.locator("text=Begin the session").press("Enter")
    page.wait_for_selector("#note-form")
    return len(boxes) + 2


def test_a_second_visit_is_asked_again_and_signed_by_keyboard(visitor: Any, ben: Member) -> None:
    # given somebody who was seen three days ago and comes back today
    session = session_today(under_care(ben, had=1))
    one = visitor().sign_in("ben")
    # when the session is opened, everything that may have changed is asked again first
    one.page.goto(f"/sessions/{session.key}/")
    one.sees("Ask again today")
    one.check("treat asked again")
    touches = say_all_is_well(one.page)
    one.check("treat agreement")
    touches += begin(one.page)
    one.check("treat running")
    # and what was done is signed
    assert one.page.locator(".treat-closed").count()
    for box in one.page.locator("#note-form input[name^=f-]").all():
        box.press("Space")
        touches += 1
    # then what was waiting for the check may be done, without another touch
    one.page.wait_for_selector(".treat-closed", state="detached")
    one.check("treat opened")
    one.page.fill("#free", "Went well.")
    one.page.locator("button[value=sign]").press("Enter")
    one.page.wait_for_selector("text=Signed by")
    touches += 2
    one.check("treat signed")
    # then it counts, after few touches
    session.refresh_from_db()
    assert session.status == Session.Status.DONE
    assert touches <= TOUCHES_MOST, touches


def test_what_waits_for_a_check_opens_while_somebody_types(visitor: Any, ben: Member) -> None:
    # given a session in which techniques wait for today's check
    session = session_today(under_care(ben, had=1))
    one = visitor().sign_in("ben")
    one.page.goto(f"/sessions/{session.key}/")
    say_all_is_well(one.page)
    begin(one.page)
    closed = one.page.locator(".treat-line:has(.treat-closed)").first
    tick = closed.locator("input[type=checkbox]").get_attribute("id")
    assert not one.page.is_checked(f"[id='{tick}']")
    # when the check is ticked, and the therapist goes on to write beside the technique at once
    for box in one.page.locator("#note-form input[name^=f-]").all():
        box.press("Space")
    field = f"[id='{str(tick).replace('-done', '-where')}']"
    one.page.locator(field).press_sequentially("L4 left, on the side, ", delay=60)
    one.page.wait_for_selector(".treat-closed", state="detached")
    one.page.locator(":focus").press_sequentially("knees bent", delay=10)
    # then it is open and proposed, every letter is there, and the keys went where they belong
    assert one.page.is_checked(f"[id='{tick}']")
    assert one.page.input_value(field) == "L4 left, on the side, knees bent"
    one.sees("allowed now")
    # and what the page shows now is what the server keeps
    one.page.wait_for_timeout(5000)
    one.page.reload()
    assert one.page.is_checked(f"[id='{tick}']")
    assert one.page.input_value(field) == "L4 left, on the side, knees bent"


def test_without_a_script_what_waits_opens_when_the_draft_is_saved(visitor: Any, ben: Member) -> None:
    session = session_today(under_care(ben, had=1))
    one = visitor(script=False).sign_in("ben")
    one.page.goto(f"/sessions/{session.key}/")
    say_all_is_well(one.page)
    begin(one.page)
    one.sees("Save the draft after a tick above")
    for box in one.page.locator("#note-form input[name^=f-]").all():
        box.check()
    one.page.locator("button[value=save]").click()
    one.sees("The draft is saved")
    assert not one.page.locator(".treat-closed").count()


def test_what_was_typed_just_before_signing_out_is_there_again(visitor: Any, ben: Member) -> None:
    # given a session that has begun
    session = session_today(under_care(ben, had=0))
    begin_now(session, {}, ben)
    one = visitor().sign_in("ben")
    one.page.goto(f"/sessions/{session.key}/")
    # when somebody writes a note and signs out in the same breath
    one.page.fill("#free", "Asks for shorter sessions.")
    one.page.get_by_role("button", name="Sign out").click()
    one.page.wait_for_url(lambda url: "/sessions/" not in url)
    # then the note is there for whoever opens the session next, on another machine
    anna = visitor().sign_in("anna")
    anna.page.goto(f"/sessions/{session.key}/")
    assert anna.page.input_value("#free") == "Asks for shorter sessions."


def test_a_stop_sign_says_what_to_do_at_once_and_a_named_person_decides(visitor: Any, ben: Member) -> None:
    episode = under_care(ben, had=1)
    session = session_today(episode)
    one = visitor().sign_in("ben")
    one.page.goto(f"/sessions/{session.key}/")
    say_all_is_well(one.page)
    begin(one.page)
    # when the person says in the session that a harm of the last days was moderate
    one.page.locator("summary", has_text="Adverse event").click()
    one.page.check("input[value='harm.moderate']")
    one.page.locator("text=Keep the adverse event").click()
    one.page.wait_for_load_state()
    assert Hold.objects.filter(episode=episode, released_at=None).count() == 1
    # then the bookings wait until somebody by name lets them go on
    one.page.goto(f"/episodes/{episode.key}/follow/")
    one.sees("Bookings are held")
    one.check("follow held")
    one.page.fill("#because", "Examined: strength and feeling as before. Half the dose.")
    one.page.locator(".follow-decide form button").click()
    one.page.wait_for_selector("text=Released in your name")
    one.sees("Ben Okafor")
    one.check("follow released")
    assert not Session.objects.filter(episode=episode, status="held").exists()


# the server dies


class Server:
    """The clinic in a process of its own, on a data folder that is thrown away."""

    def __init__(self, folder: Path) -> None:
        self.env = {**os.environ, "SPINEPATH_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "spinepath.clinic.settings"}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, code: str) -> str:
        made = f"import django; django.setup()\n{code}"
        done = subprocess.run(  # noqa: S603  our own code
            [sys.executable, "-c", made], env=self.env, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def start(self) -> None:
        command = [sys.executable, "-m", "django", "runserver", str(self.port), "--noreload"]
        self.process = subprocess.Popen(  # noqa: S603  our own server
            command, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        for _try in range(240):
            try:
                urllib.request.urlopen(f"{self.address}/alive", timeout=2)  # noqa: S310
            except OSError:
                time.sleep(0.25)
            else:
                return
        pytest.fail("The server did not start.")

    def kill(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


MAKE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import Member
from spinepath.clinic.treat.closing import begin
from spinepath.clinic.treat.closing import begin as begin_now
from tests.clinic.courses import session_today, under_care
make_clinic()
session = session_today(under_care(Member.objects.get(user__username="ben"), had=1))
begin(session, {}, session.therapist)
print(session.key)
"""
FREE = "from spinepath.clinic.models import Note; print(Note.objects.exclude(free='').get().free)"


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    yield server
    server.kill()


def test_nothing_is_lost_when_the_server_is_killed_while_somebody_types(chromium: Browser, mortal: Server) -> None:
    # given a session that has begun
    key = mortal.run(MAKE)
    mortal.start()
    one = Visitor(chromium, mortal.address).sign_in("ben")
    one.page.goto(f"/sessions/{key}/")
    one.page.fill("#free", "Words that were saved.")
    one.page.wait_for_selector("#note-state:has-text('Saved at')", timeout=30_000)
    # when the server dies, and the therapist types on
    mortal.kill()
    one.page.fill("#free", "Words that were saved. And words that no server has seen.")
    one.page.wait_for_selector("#note-state:has-text('Not saved')", timeout=30_000)
    # and the server comes back, and the page is loaded anew
    mortal.start()
    one.page.goto(f"/sessions/{key}/")
    # then every word is there, and the server has it
    assert "no server has seen" in one.page.input_value("#free")
    one.page.wait_for_selector("#note-state:has-text('Saved at')", timeout=30_000)
    one.page.wait_for_timeout(1500)
    one.context.close()
    assert mortal.run(FREE) == "Words that were saved. And words that no server has seen."
