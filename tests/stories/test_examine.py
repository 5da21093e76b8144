"""A therapist examines: a whole examination by the keyboard alone, and what a scan showed chosen on the drawing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.models import Clinic, Episode, KeptFinding
from spinepath.clinic.record import Author, add
from tests.clinic.people import answers_of, new_episode
from tests.clinic.test_examine_files import dicom

pytestmark = pytest.mark.stories

SHEET = "examination"


@pytest.fixture
def asked(riverside: Clinic) -> Episode:
    """Somebody who answered everything and whom nobody has examined today."""
    ben = riverside.members.get(user__username="ben")
    episode = new_episode(riverside, ben)
    questions = advice.knowledge().questions
    examined = {name: value for name, value in answers_of("nothing_found").items() if name in questions[SHEET].settles}
    told = {name: value for name, value in answers_of("nothing_found").items() if name not in examined}
    add(episode, told, Author.of(ben))
    add(episode, {**examined, "ankle_up_left": "5"}, Author.of(ben), at=timezone.now() - timedelta(days=30))
    return episode


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.tagName"))


def test_a_whole_examination_by_the_keyboard_alone(visitor: Any, asked: Episode) -> None:
    ben = visitor().sign_in("ben")
    page = ben.page

    # given somebody of whom everything is known but today's examination
    page.goto(f"/episodes/{asked.key}/examine/")
    ben.check("what to examine now")

    # when the therapist goes to the sheet and answers with the keys
    page.get_by_role("link", name="Examine Examination").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sheets/**")
    ben.check("an empty examination")
    first = page.locator(".exam-grid .exam-cell").first
    first.focus()
    name = focused(page)
    page.keyboard.press("5")
    assert focused(page) != name, "an answer goes on to the next cell"
    page.keyboard.press("5")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    for key in "5555555435":
        page.keyboard.press(key)
    ben.check("strength is examined")

    # and makes all the rest normal, part by part
    for button in page.get_by_role("button", name="All others normal").all():
        if button.is_visible():
            button.focus()
            page.keyboard.press("Enter")
    page.locator("[name=systolic]").fill("128")
    page.locator("[name=diastolic]").fill("82")
    ben.check("a whole examination")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/examine/")

    # then everything is kept, and the page tells what it changed
    ben.sees("findings saved")
    ben.check("what the examination changed")
    today = KeptFinding.objects.filter(episode=asked, at__gt=timezone.now() - timedelta(hours=1))
    assert today.filter(fact__in=advice.knowledge().questions[SHEET].settles).count() >= 45


def test_a_finding_of_a_scan_is_chosen_on_the_drawing(visitor: Any, asked: Episode) -> None:
    ben = visitor().sign_in("ben")
    page = ben.page
    drawing = next(iter(advice.knowledge().drawings.values()))
    page.goto(f"/episodes/{asked.key}/examine/sheets/images/")
    ben.check("images, nothing known")

    # when a disc is clicked, and a zone is chosen with the arrows
    page.locator(".spine__disc[data-picks]").nth(3).click()
    page.wait_for_selector(".spine__disc--chosen")
    page.locator(f"[name={drawing.shape}]").select_option("extrusion")
    page.wait_for_selector(".spine__bump--narrow-base")
    page.locator(".spine__above [role=radio][tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(".spine__zone--chosen")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "radio", "the focus stays on the drawing"
    if drawing.narrowing:
        page.locator(f"[name={drawing.narrowing}]").select_option("moderate")
        page.wait_for_selector(".spine__narrow")
    page.wait_for_function("!document.querySelector('.htmx-request')")
    ben.check("images, chosen")
    level = page.locator(f"[name={drawing.level}]").input_value()
    side = page.locator(f"[name={drawing.side}]").input_value()
    assert level
    assert side
    page.get_by_role("button", name="Save the findings").click()
    page.wait_for_url("**/examine/")

    # then it is kept and drawn
    kept = dict(KeptFinding.objects.filter(episode=asked).order_by("pk").values_list("fact", "value"))
    assert (kept[drawing.level], kept[drawing.side], kept[drawing.shape]) == (level, side, "extrusion")
    assert page.locator(".spine__disc--chosen").count() == 1
    ben.check("images, kept")


def test_without_a_script_the_form_is_enough(visitor: Any, asked: Episode) -> None:
    ben = visitor(script=False).sign_in("ben")
    page = ben.page
    page.goto(f"/episodes/{asked.key}/examine/sheets/{SHEET}/")
    page.locator(".exam-grid select").first.select_option("4")
    page.get_by_role("button", name="All others normal Strength").click()
    assert page.locator(".exam-grid select").first.input_value() == "4"
    assert page.locator(".exam-grid select").nth(1).input_value() == "5"
    page.get_by_role("button", name="Save the findings").click()
    ben.sees("findings saved")


def test_two_therapists_examine_at_once(visitor: Any, asked: Episode) -> None:
    ben, anna = visitor().sign_in("ben"), visitor().sign_in("anna")
    address = f"/episodes/{asked.key}/examine/sheets/{SHEET}/"

    # given both have the page open
    for one in (ben, anna):
        one.page.goto(address)

    # when one saves after the other, and they do not agree
    anna.page.locator(".exam-grid select").first.select_option("5")
    anna.page.get_by_role("button", name="Save the findings").click()
    anna.page.wait_for_url("**/examine/")
    ben.page.locator(".exam-grid select").first.select_option("4")
    ben.page.get_by_role("button", name="Save the findings").click()

    # then the second is shown what the first found before anything is kept
    ben.sees("Anna Berg added")
    ben.faults.clear()  # the browser notes the 409 itself
    ben.check("two examined at once")

    # and when the second saves again, both are kept
    ben.page.get_by_role("button", name="Save the findings").click()
    ben.page.wait_for_url("**/examine/")
    name = advice.knowledge().questions[SHEET].settles[0]
    kept = KeptFinding.objects.filter(episode=asked, fact=name, at__gt=timezone.now() - timedelta(hours=1))
    assert sorted(kept.values_list("value", flat=True)) == ["4", "5"]


def test_a_scan_of_somebody_else_is_noticed_and_withdrawn(visitor: Any, asked: Episode) -> None:
    ben = visitor().sign_in("ben")
    page = ben.page

    # given a file that is none of those that can be kept
    page.goto(f"/episodes/{asked.key}/examine/")
    page.get_by_role("link", name="Add a file").click()
    ben.check("no files")
    page.get_by_label("What it is").fill("Scan of the lower back")
    page.locator("#file").set_input_files({"name": "scan.exe", "mimeType": "image/png", "buffer": b"MZ nothing"})
    page.get_by_role("button", name="Add").click()
    ben.sees("There is a problem")
    ben.faults.clear()  # the browser notes the answer 422 by itself
    ben.check("a file that is refused")

    # when the scan of another person is added
    page.locator("#file").set_input_files({"name": "scan.dcm", "mimeType": "text/plain", "buffer": dicom("Smith^John")})
    page.get_by_role("button", name="Add").click()
    page.wait_for_load_state()
    ben.sees("Does this belong to somebody else?")
    ben.check("a scan of somebody else")

    # then it can be withdrawn with a reason, and nothing of it is lost
    page.get_by_label("Why").fill("It names another person.")
    page.get_by_role("button", name="Withdraw").click()
    page.wait_for_load_state()
    ben.sees("It names another person.")
    page.get_by_role("link", name="Back to the files").click()
    ben.sees("withdrawn")
    ben.check("a file withdrawn")
