"""A plan, as a therapist makes it and a patient agrees to it."""

from __future__ import annotations

from typing import Any

import pytest

from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Clinic, Consent, Episode, Letter, Member, Override, Plan
from spinepath.clinic.plan.allowed import outcome_as_signed
from spinepath.clinic.plan.options import Option, Options
from spinepath.clinic.record import Author, add
from tests.clinic.people import answers_of, new_episode

pytestmark = pytest.mark.stories


def given_somebody_with_a_restricted_technique(clinic: Clinic) -> tuple[Episode, Option]:
    ben = Member.objects.get(clinic=clinic, name="Ben Okafor")
    episode = new_episode(clinic, ben)
    add(episode, {**answers_of("nothing_found"), "spine_unstable": "yes"}, Author.of(ben))
    return episode, Options(outcome_as_signed(episode)).restricted[0]


def test_a_restricted_technique_needs_a_reason_and_a_signature(visitor: Any, riverside: Clinic) -> None:
    episode, restricted = given_somebody_with_a_restricted_technique(riverside)
    ben = visitor().sign_in("ben")

    # when Ben looks at the advice and makes a plan
    ben.page.goto(f"/episodes/{episode.key}/plan/")
    ben.sees("No plan yet")
    ben.check("plan before")
    ben.page.get_by_role("link", name="Make a plan").click()
    ben.check("plan choose")

    # and wants the restricted technique
    ben.page.locator(f"input[value='{restricted.id}']").check()
    ben.page.fill("#goal-0-says", "Sit through a film with my daughter")
    ben.page.select_option("#goal-0-measure", index=1)
    ben.page.fill("#goal-0-target", "2")
    ben.page.get_by_role("button", name="Save the draft").click()

    # then he is interrupted, told why, and asked for his reason
    ben.sees("is restricted for this person")
    ben.check("plan interruption")
    ben.page.get_by_role("button", name="Do it for this reason").click()
    ben.sees("Write the reason")
    expected(ben)
    ben.check("plan interruption without reason")
    ben.page.fill("#reason", "Slow work well away from that level, agreed with her surgeon.")
    ben.page.check("#told")
    ben.page.get_by_role("button", name="Do it for this reason").click()

    # and the patient reads what can happen, and signs on the screen
    ben.sees("Do you agree to this?")
    ben.check("consent")
    ben.page.get_by_role("button", name="I agree and sign").click()
    ben.sees("Write your name")
    expected(ben)
    ben.page.check("#agrees")
    ben.page.fill("#signed_name", "Helen Marsh")
    _draw(ben.page)
    ben.check("consent signed")
    ben.page.get_by_role("button", name="I agree and sign").click()

    # then the plan can be agreed, with reason and signature beside the technique
    ben.sees("Slow work well away from that level")
    ben.check("plan draft")
    ben.page.get_by_role("button", name="Agree the plan").click()
    ben.sees("The plan is agreed")
    ben.check("plan agreed")
    assert Plan.objects.get(status="agreed").episode == episode
    assert Override.objects.get().member.name == "Ben Okafor"
    assert Consent.objects.get().signature

    # and what was signed can be looked at, and taken back
    ben.page.get_by_role("link", name="signed, counts until").first.click()
    ben.check("consent given")

    # and letters are written
    ben.page.goto(f"/episodes/{episode.key}/letters/")
    for title in ("Write Your plan", "Write Report to the doctor"):
        ben.page.get_by_role("button", name=title).click()
    ben.check("letters")
    assert Letter.objects.count() == 2
    ben.page.goto(f"/episodes/{episode.key}/plan/other-ways/")
    ben.check("other ways")

    # when something is found that forbids the plan, it is flagged and cannot be booked
    add(episode, {"saddle_numbness": "yes"}, Author.of(episode.therapist))
    ben.page.goto(f"/episodes/{episode.key}/plan/")
    ben.sees("cannot be used now")
    assert not ben.page.get_by_role("link", name="Book the course").count()
    ben.check("plan stale")


def test_what_is_not_asked_cannot_be_planned_and_a_patient_signs_without_script(
    visitor: Any, riverside: Clinic
) -> None:
    ben = visitor(script=False).sign_in("ben")
    therapist = Member.objects.get(clinic=riverside, name="Ben Okafor")
    unknown = new_episode(riverside, therapist, "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh")
    ben.page.goto(f"/episodes/{unknown.key}/plan/")
    ben.sees("Nothing can be planned yet")

    cleared = new_episode(riverside, therapist)
    add(cleared, answers_of("nothing_found"), Author.of(therapist))
    by_hand = Options(outcome_as_signed(cleared)).offered[0]
    ben.page.goto(f"/episodes/{cleared.key}/plan/choose/")
    ben.page.locator(f"input[value='{by_hand.id}']").check()
    ben.page.get_by_role("button", name="Save the draft").click()
    ben.page.get_by_role("link", name=f"Let the person sign for {by_hand.technique.name}").click()
    ben.page.check("#agrees")
    ben.page.fill("#signed_name", "Helen Marsh")
    ben.page.get_by_role("button", name="I agree and sign").click()
    ben.sees("signed, counts until")
    assert knowledge().techniques[Consent.objects.get().technique] == by_hand.technique


def test_the_plan_page_of_somebody_of_whom_nothing_is_known(visitor: Any, riverside: Clinic) -> None:
    therapist = Member.objects.get(clinic=riverside, name="Ben Okafor")
    episode = new_episode(riverside, therapist, "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh")
    ben = visitor().sign_in("ben")
    ben.page.goto(f"/episodes/{episode.key}/plan/")
    ben.check("plan nothing known")


def expected(visitor: Any) -> None:
    """The browser tells of a refused form as of a failure; here it was meant."""
    assert all("422" in fault for fault in visitor.faults), visitor.faults
    visitor.faults.clear()


def _draw(page: Any) -> None:
    box = page.locator("svg.pad").bounding_box()
    page.locator("svg.pad").scroll_into_view_if_needed()
    box = page.locator("svg.pad").bounding_box()
    x, y = box["x"] + 60, box["y"] + 90
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 30):
        page.mouse.move(x + step * 8, y + (30 if step % 2 else -30))
    page.mouse.up()
