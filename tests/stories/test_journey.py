"""The whole journey of one person: from the first call at the desk to the discharge, weeks later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from spinepath.clinic import advice, audit
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.demo_life import clock_at
from spinepath.clinic.models import Clinic, Course, Episode, KeptAssessment, Session
from tests.clinic.people import answers_of
from tests.stories.test_ask import answer_as, is_through
from tests.stories.test_treat import begin

pytestmark = pytest.mark.stories

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Europe/Berlin"))


def test_from_the_first_call_to_discharge(visitor: Any, riverside: Clinic) -> None:
    with clock_at(MONDAY):
        # given somebody who calls because of leg pain, and a desk that registers her and makes a link
        eva = visitor().sign_in("eva")
        link = first_contact(eva)
        # when she answers at home, on her phone
        answered_at_home(visitor(phone=True), link)
        eva.context.close()

    with clock_at(MONDAY + timedelta(hours=3)):
        episode = Episode.objects.get()
        # and Ben examines her, makes a plan with her and books the whole course
        ben = visitor().sign_in("ben")
        examined(ben, episode)
        planned(ben, episode)
        booked(ben, episode)
        ben.context.close()

    # and she comes to every session, each time a little better
    days = list(Session.objects.order_by("day").values_list("day", "start"))
    for number, (day, start) in enumerate(days):
        with clock_at(datetime.combine(day, start, MONDAY.tzinfo)):
            ben = visitor().sign_in("ben")
            treated(ben, episode, number)
            released(ben, episode)
            ben.context.close()

    # then she is discharged with her exercises and with what would be a reason to come back
    with clock_at(datetime.combine(days[-1][0], days[-1][1], MONDAY.tzinfo) + timedelta(days=5)):
        ben = visitor().sign_in("ben")
        discharged(ben, episode)
    episode.refresh_from_db()
    assert episode.stage == "closed"
    assert not Course.objects.filter(ended_at=None).exists()
    # and every advice of these weeks can be made again, and nobody has changed what was noted
    for kept in KeptAssessment.objects.all():
        assert advice.replayed(kept).outcome.disposition == kept.disposition
    assert audit.first_break(riverside) is None


def first_contact(eva: Any) -> str:
    page = eva.page
    page.goto("/people/new/")
    page.fill("#id_family_name", "Marsh")
    page.fill("#id_given_name", "Helen")
    page.fill("#id_birth_date", "14.5.1982")
    page.select_option("#id_sex", "female")
    page.click("main button:text-is('Register')")
    page.wait_for_selector("text=is registered")
    page.fill("#id_complaint", "Pain from the back into the left leg")
    page.select_option("#id_therapist", label="Ben Okafor")
    page.click("main button:text-is('Start')")
    page.wait_for_load_state()
    page.goto(f"/episodes/{Episode.objects.get().key}/links/")
    page.click("text=Make a link")
    eva.check("journey link")
    return str(page.input_value("#address"))


def answered_at_home(person: Any, link: str) -> None:
    person.page.goto("/i/" + link.rsplit("/i/", 1)[1])
    person.page.click("text=Start")
    chart = answers_of("nothing_found")
    while not is_through(person.page):
        answer_as(person.page, chart)
    if "drawing" in person.page.url:
        person.page.wait_for_load_state()  # the drawing listens only then
        person.page.click("[data-region=low_back_left]")
        person.page.click("main >> text=Continue")
    person.page.click("text=Send my answers")
    person.sees("Your answers have arrived")


def examined(ben: Any, episode: Episode) -> None:
    """Sheet after sheet until nothing to examine is open."""
    chart = answers_of("nothing_found")
    for _sheet in range(8):
        ben.page.goto(f"/episodes/{episode.key}/examine/")
        open_sheets = ben.page.locator("main a.nhsuk-button[href*='/sheets/']")
        if not open_sheets.count():
            break
        open_sheets.first.click()
        ben.page.wait_for_url("**/sheets/**")
        fill_sheet(ben.page, chart)
        ben.page.keyboard.press("Control+Enter")
        ben.page.wait_for_url("**/examine/")
    ben.check("journey examined")


def fill_sheet(page: Any, chart: dict[str, str]) -> None:
    for field in page.locator("main form [name]").all():
        name = field.get_attribute("name") or ""
        value = chart.get(name)
        kind = field.get_attribute("type")
        if value is None or kind == "hidden" or not field.is_visible():
            continue
        if kind == "radio":
            if field.get_attribute("value") == value:
                field.check(force=True)
        elif field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def planned(ben: Any, episode: Episode) -> None:
    page = ben.page
    page.goto(f"/episodes/{episode.key}/plan/")
    page.get_by_role("link", name="Make a plan").click()
    page.wait_for_selector("#goal-0-says")
    offered = page.locator(".option:not(:has-text('restricted')) input[type=checkbox][name=technique]:not(:checked)")
    offered.first.check()
    page.fill("#goal-0-says", "Sit through a film with my daughter")
    page.select_option("#goal-0-measure", index=1)
    page.fill("#goal-0-target", "2")
    page.get_by_role("button", name="Save the draft").click()
    page.wait_for_load_state()
    while page.get_by_role("link", name="Let the person sign").count():
        page.get_by_role("link", name="Let the person sign").first.click()
        page.check("#agrees")
        page.fill("#signed_name", "Helen Marsh")
        page.get_by_role("button", name="I agree and sign").click()
        page.wait_for_load_state()
    page.get_by_role("button", name="Agree the plan").click()
    ben.sees("The plan is agreed")
    ben.check("journey plan")


def booked(ben: Any, episode: Episode) -> None:
    ben.page.goto(f"/episodes/{episode.key}/book/")
    ben.sees("Nobody has said yet what was had before")
    for count in ben.page.locator("main input[inputmode]:visible, main input[type=number]:visible").all():
        count.fill("0")
    ben.page.get_by_role("button", name="Go on to the proposals").click()
    ben.page.wait_for_load_state()
    ben.check("journey booking")
    ben.page.get_by_role("button", name="Best on the whole").click()
    ben.sees("sessions are booked")
    ben.check("journey booked")


def treated(ben: Any, episode: Episode, number: int) -> None:
    session = Session.objects.get(episode=episode, day=timezone.localdate())
    ben.page.goto(f"/sessions/{session.key}/")
    asked_again(ben.page)
    if number in (0, 3):
        ben.check(f"journey session {number + 1}")
    begin(ben.page)
    for box in ben.page.locator("#note-form input[name^=f-]").all():
        box.press("Space")
    ben.page.locator("button[value=save]").press("Enter")
    ben.page.wait_for_selector("text=The draft is saved")
    ben.page.fill("#free", f"Session {number + 1}: went well.")
    ben.page.locator("button[value=sign]").press("Enter")
    ben.page.wait_for_selector("text=Signed by")


def asked_again(page: Any) -> None:
    """What has grown old is answered as by somebody who gets better; a clinician's question for what allows care."""
    known = {**answers_of("nothing_found"), **answers_of("course_under_way")}
    facts = advice.knowledge().facts
    while page.locator("text=Ask again today").count():
        for box in page.locator(".sheet__none input").all():
            box.press("Space")
        names = {one.get_attribute("name") for one in page.locator(".sheets input[type=radio]:visible").all()}
        for name in sorted(str(one) for one in names):
            fact = facts[name.removeprefix("f-")]
            calm = "yes" if "no" in (fact.danger or ()) else "no"
            wanted = known.get(fact.id, next(iter(fact.values), calm))
            page.locator(f"input[name='{name}'][value='{wanted}']").press("Space")
        for field in page.locator(".sheets input[inputmode=decimal]:visible").all():
            field.fill(known.get(str(field.get_attribute("name")).removeprefix("f-"), "0"))
        page.locator("text=Save the answers").press("Enter")
        page.wait_for_load_state()


def released(ben: Any, episode: Episode) -> None:
    """At a review Ben decides by name that the course goes on."""
    ben.page.goto(f"/episodes/{episode.key}/follow/")
    while ben.page.locator("textarea[name=because]:visible").count():
        ben.check("journey review")
        ben.page.locator("textarea[name=because]").first.fill("Clearly better, and the goal is not reached yet.")
        ben.page.locator("form:has(textarea[name=because]) button").first.click()
        ben.page.wait_for_load_state()
        ben.page.goto(f"/episodes/{episode.key}/follow/")


def discharged(ben: Any, episode: Episode) -> None:
    page = ben.page
    page.goto(f"/episodes/{episode.key}/follow/")
    ben.check("journey follow")
    page.goto(f"/episodes/{episode.key}/discharge/")
    for choice in page.locator("main input[type=radio][value=yes]:visible").all():
        choice.check(force=True)
    page.fill("#summary", "Sits through a film again. Goes on with her exercises.")
    ben.check("journey discharge")
    page.get_by_role("button", name="Close the episode").click()
    page.wait_for_load_state()
    ben.check("journey closed")


def test_another_clinic_sees_nothing(visitor: Any, riverside: Clinic) -> None:
    # given two clinics on one server, and somebody who belongs to the first
    from tests.clinic.people import new_episode

    episode = new_episode(riverside, None, "Quillfeather")
    make_clinic("Hillside Clinic", suffix=".hill")
    # when a therapist of the second looks for her, or has heard her key
    hill = visitor().sign_in("ben.hill")
    hill.page.goto("/people/?q=Quillfeather")
    # then there is nobody, and no page says that there might be
    assert "Quillfeather," not in hill.page.inner_text("main")
    for path in (f"/episodes/{episode.key}/", f"/people/{episode.person.key}/"):
        answer = hill.page.goto(path)
        assert answer.status == 404
        assert "Quillfeather" not in hill.page.inner_text("body")
    hill.faults.clear()  # the browser notes the 404s itself
    hill.check("not found")
