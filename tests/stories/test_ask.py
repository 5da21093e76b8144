"""The questions: a person at home on a phone, a person with a danger, a tablet in the clinic, staff by keyboard."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from spinepath.clinic.ask import doors
from spinepath.clinic.models import Clinic, Drawing, Episode, KeptFinding, Member, Task
from tests.clinic.people import answers_of, new_episode

pytestmark = pytest.mark.stories


@pytest.fixture
def helen(riverside: Clinic) -> Episode:
    """Somebody with a new complaint, of whom nothing is known."""
    return new_episode(riverside, Member.objects.get(clinic=riverside, role="therapist", name="Ben Okafor"))


def link_for(episode: Episode) -> str:
    member = Member.objects.filter(clinic=episode.clinic, role="desk")[0]
    return "/i/" + doors.make_link(episode, "ask", member, timedelta(days=7))


def is_through(page: Any) -> bool:
    return "/my/ask/drawing/" in page.url or "/my/ask/check/" in page.url


def answer_as(page: Any, chart: dict[str, str]) -> None:
    """Fill in the page as the chart says; what the chart does not say is not known."""
    facts = page.input_value("input[name=facts]").split(",")
    if page.locator("input[name=rest]").count():
        for fact in facts:
            if chart.get(fact) == "yes":
                page.check(f"input[name=ticked][value={fact}]")
        if not any(chart.get(fact) == "yes" for fact in facts):
            known = any(chart.get(fact) == "no" for fact in facts)
            page.check("#rest-none" if known else "#rest-unknown")
    else:
        for fact in facts:
            answer_line(page, fact, chart.get(fact, "unknown"))
    page.click("main form button.nhsuk-button")


def answer_line(page: Any, fact: str, value: str) -> None:
    if page.locator(f"input[type=radio][name=a-{fact}]").count():
        page.check(f"input[type=radio][name=a-{fact}][value='{value}']", force=True)
    elif value == "unknown":
        page.check(f"#a-{fact}-unknown")
    else:
        page.fill(f"#a-{fact}", value)


def test_an_emergency_at_intake_on_a_phone_without_script(visitor: Any, helen: Episode) -> None:
    # given a person at home who opens the link on a phone that runs no scripts
    person = visitor(script=False, phone=True)
    page = person.page
    page.goto(link_for(helen))
    assert page.url.endswith("/my/ask/")
    person.sees("In an emergency call 112")
    page.click("text=Start")
    # when the very first page already brings up a danger
    page.click("text=Continue")
    person.sees("There is a problem")
    page.check("input[name=ticked] >> nth=0")
    page.check("#rest-none")
    page.click("text=Continue")
    person.sees("Take one of the two away")
    page.uncheck("#rest-none")
    page.click("text=Continue")
    # then urgent advice comes at once, with a number to call and words to say
    assert page.url.endswith("/my/ask/urgent/")
    person.sees("What to say")
    assert page.get_attribute("a.ask-call", "href") == "tel:112"
    assert page.locator("text=Go on with the questions").count() == 0
    # and the clinic is told, and the same advice stands there when the link is opened again
    assert Task.objects.filter(episode=helen, kind=Task.Kind.DANGER).count() == 1
    page.goto(link_for(helen))
    assert page.url.endswith("/my/ask/urgent/")
    # and what the person said is looked at on a page that a screen reader can read
    looking = visitor()
    looking.page.goto(link_for(helen))
    looking.check("urgent advice")
    looking.page.click("text=Look at your answers")
    looking.check("answers of an emergency")


def test_a_clean_person_finishes_the_intake_on_a_phone(visitor: Any, helen: Episode) -> None:
    # given a person at home with a link
    person = visitor(phone=True)
    page, chart = person.page, answers_of("nothing_found")
    page.goto(link_for(helen))
    person.check("start of the questions")
    page.click("text=Start")
    # when every page is answered as somebody without any danger does
    shown = set()
    while not is_through(page):
        kind = "checklist" if page.locator("input[name=rest]").count() else f"page {page.locator('legend').count()}"
        if kind not in shown:
            shown.add(kind)
            page.click("summary >> nth=-1")
            person.check(f"a {kind} of questions")
        answer_as(page, chart)
    assert len(shown) > 1
    # and going back shows what was answered
    page.goto("/my/ask/1/")
    assert page.is_checked("#rest-none")
    # and the pain is drawn by touch and by keyboard
    page.goto("/my/ask/next/")
    page.click("[data-region=low_back_left]")
    page.click("label:has-text('Numbness') >> nth=0")
    page.focus("[data-region=calf_left]")
    page.keyboard.press("Enter")
    page.check("#pain-lines")
    page.locator("svg[data-view=back]").scroll_into_view_if_needed()
    box = page.locator("svg[data-view=back]").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 62, box["y"] + 260, steps=8)
    page.mouse.up()
    person.check("pain drawing")
    page.click("main >> text=Continue")
    # then all answers stand there once more, and are sent
    person.sees("Check your answers")
    person.check("check your answers")
    page.click("text=Send my answers")
    person.sees("Your answers have arrived")
    person.check("end of the questions")
    drawing = Drawing.objects.get(episode=helen)
    assert len(drawing.regions) == 2
    assert len(drawing.strokes) == 1
    helen.refresh_from_db()
    assert helen.stage == "examine"
    assert KeptFinding.objects.filter(episode=helen, source="patient").count() > 50
    # and the therapist sees them
    ben = visitor().sign_in("ben")
    ben.page.goto(f"/episodes/{helen.key}/ask/")
    ben.check("ask after the person answered")
    ben.page.click("text=See all answers")
    ben.check("all answers")


def test_a_tablet_is_handed_over_and_staff_pages_are_closed(visitor: Any, helen: Episode) -> None:
    # given a desk that makes a link and then hands over the tablet instead
    eva = visitor().sign_in("eva")
    eva.page.goto(f"/episodes/{helen.key}/links/")
    eva.check("links before")
    eva.page.click("text=Make a link")
    eva.sees("It is shown this once")
    assert re.search(r"/i/[\w-]{20,}$", eva.page.input_value("#address"))
    eva.check("a new link")
    eva.page.click("text=Sign out and open the questions")
    assert eva.page.url.endswith("/my/ask/")
    # when the person tries to go back to staff pages
    eva.page.goto(f"/episodes/{helen.key}/links/")
    # then a sign-in stands before them
    assert "/login" in eva.page.url


def test_a_therapist_asks_a_whole_screen_by_keyboard(visitor: Any, helen: Episode) -> None:
    # given a therapist with somebody of whom nothing was asked
    ben = visitor().sign_in("ben")
    ben.page.goto(f"/episodes/{helen.key}/ask/")
    ben.check("ask with nothing answered")
    ben.page.focus("text=Ask now")
    ben.page.keyboard.press("Enter")
    ben.page.wait_for_selector("[data-ask-row]")
    ben.check("a screen for staff")
    # when all lines but one are answered with no by keys alone
    rows = ben.page.locator("[data-ask-row]").count()
    for _line in range(rows - 1):
        ben.page.keyboard.press("n")
    ben.page.keyboard.press("u")
    ben.page.keyboard.press("Enter")
    ben.page.wait_for_selector("text=answers are kept")
    # then they are kept in the therapist's name, and the next screen is there
    kept = KeptFinding.objects.filter(episode=helen, source="clinician", by="Ben Okafor")
    assert kept.count() == rows
    assert kept.filter(value="unknown").count() == 1
    assert "/ask/page/" in ben.page.url
    ben.page.goto(f"/episodes/{helen.key}/ask/drawing/")
    ben.check("drawing for staff")
