"""How it goes, and the day on which it goes: measures that are due, who has come."""

from __future__ import annotations

from typing import Any

import pytest

from spinepath.clinic.follow.course import Going
from spinepath.clinic.models import Clinic, Episode, KeptFinding, Member
from tests.clinic.courses import session_today, under_care

pytestmark = pytest.mark.stories


@pytest.fixture
def cared(riverside: Clinic) -> Episode:
    return under_care(Member.objects.get(clinic=riverside, user__username="ben"))


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_a_therapist_opens_the_measures_and_keeps_them(visitor: Any, cared: Episode, script: bool) -> None:
    # given measures that are due
    due = {measure.id for measure, _due in Going(cared).due_now}
    assert due
    ben = visitor(script=script).sign_in("ben")
    ben.page.goto(f"/episodes/{cared.key}/follow/")
    ben.sees("Measures that are due")
    # when the therapist opens them by keyboard and types a number into each
    folded = ben.page.locator("details:has-text('Enter them here') > summary")
    folded.focus()
    ben.page.keyboard.press("Enter")
    if not script:
        ben.page.get_by_role("link", name="Show them").click()
    ben.page.wait_for_selector("form[action$='/measures/']")
    if script:
        ben.check("measures in how it goes")
    before = KeptFinding.objects.filter(episode=cared).count()
    fields = ben.page.locator("form[action$='/measures/'] input[inputmode=decimal]").all()
    for field in fields:
        field.fill("2")
    ben.page.get_by_role("button", name="Keep the measures").click()
    # then they are kept, and nothing of them is due any more
    ben.page.wait_for_url(f"**/episodes/{cared.key}/follow/")
    assert KeptFinding.objects.filter(episode=cared).count() == before + len(fields)
    assert not due & {measure.id for measure, _due in Going(cared).due_now}


def test_a_number_that_cannot_be_is_told_and_nothing_is_lost(visitor: Any, cared: Episode) -> None:
    ben = visitor().sign_in("ben")
    ben.page.goto(f"/episodes/{cared.key}/measures/")
    ben.check("measures that are due")
    fields = ben.page.locator("form[action$='/measures/'] input[inputmode=decimal]")
    fields.nth(0).fill("3")
    fields.nth(1).fill("77")
    ben.page.get_by_role("button", name="Keep the measures").click()
    ben.sees("There is a problem")
    assert [fields.nth(0).input_value(), fields.nth(1).input_value()] == ["3", "77"]
    ben.faults.clear()  # the browser reports the answer 422
    ben.check("measures with a fault")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_somebody_comes_and_it_was_said_by_mistake(visitor: Any, cared: Episode, script: bool) -> None:
    session = session_today(cared)
    eva = visitor(script=script).sign_in("eva")
    eva.page.goto("/today/")
    # when the desk says by keyboard that the person is here
    eva.page.locator("button:has-text('Is here')").focus()
    eva.page.keyboard.press("Enter")
    # then the list says since when, and leads back
    eva.page.wait_for_selector(".chip--booked")
    session.refresh_from_db()
    assert session.arrived_at is not None
    eva.page.locator("button:has-text('not here yet')").click()
    eva.page.wait_for_selector("button:has-text('Is here')")
    session.refresh_from_db()
    assert session.arrived_at is None
    if script:
        eva.check("today after a mistake")
