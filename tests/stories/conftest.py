"""A real browser on a real server: every page that a story comes by is checked for accessibility at two widths.

Where Chromium stands elsewhere than /usr/bin/chromium, SPINEPATH_CHROMIUM says so. With SPINEPATH_SHOTS=folder every
checked page is kept as a picture, to be looked at.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from spinepath.clinic.demo import PASSWORD, make_clinic
from spinepath.clinic.models import Clinic

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # the browser's own loop runs in the thread of the test

AXE = Path(__file__).parents[2] / "src" / "spinepath" / "clinic" / "static" / "built" / "axe.min.js"
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a screen."""
    place = os.environ.get("SPINEPATH_CHROMIUM", "/usr/bin/chromium")
    if not Path(place).exists():
        pytest.fail("Chromium is missing. Install it: apt-get install chromium", pytrace=False)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=place, args=["--no-sandbox", *_QUIET])
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser: goes to pages, does things there, and looks at what comes."""

    def __init__(self, browser: Browser, server: str, *, script: bool = True, phone: bool = False) -> None:
        size = PHONE if phone else DESKTOP
        self.context = browser.new_context(base_url=server, viewport=size, java_script_enabled=script, bypass_csp=False)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)

    def sign_in(self, name: str) -> Visitor:
        """Through the page, as everybody does."""
        self.page.goto("/account/login/")
        self.page.fill("input[name=login]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)
        return self

    def sees(self, text: str) -> None:
        """The text stands on the page."""
        assert text in self.page.inner_text("body"), f"“{text}” is missing on {self.page.url}"

    def check(self, name: str) -> None:
        """Accessibility and no sideways scrolling, on a desktop and on a phone; no script failed."""
        shots = os.environ.get("SPINEPATH_SHOTS")
        self.page.wait_for_load_state()
        was = self.page.viewport_size
        for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            if shots:
                self.page.screenshot(path=Path(shots) / f"{_plain(name)}-{width}.png", full_page=True)
            wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert wide <= 1, f"{name} scrolls sideways by {wide} at {width} width"
            found = violations(self.page)
            assert not found, f"{name} at {width} width: {found}"
        self.page.set_viewport_size(was or DESKTOP)  # type: ignore[arg-type]
        assert not self.faults, f"{name}: {self.faults}"


def violations(page: Page) -> list[str]:
    """What axe finds wrong by WCAG 2.2 AA, with where."""
    if not page.evaluate("typeof window.axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", tags)
    return [f"{one['id']}: {one['nodes'][0]['target']}" for one in found["violations"]]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


@pytest.fixture
def server(transactional_db: None, live_server: object) -> str:
    """The address of the clinic, served for this story."""
    return str(live_server)


@pytest.fixture
def riverside(server: str) -> Clinic:
    """The clinic with its members, and nobody in it yet."""
    return make_clinic()


@pytest.fixture
def visitor(chromium: Browser, server: str, riverside: Clinic) -> Iterator[type]:
    """Makes visitors: `visitor().sign_in("ben")`, `visitor(phone=True, script=False)`."""
    made: list[Visitor] = []

    def make(**how: bool) -> Visitor:
        made.append(Visitor(chromium, server, **how))
        return made[-1]

    yield make  # type: ignore[misc]
    for one in made:
        one.context.close()
