"""Pages that one seldom sees: something no longer fits, was replaced, has expired, is held, or is a long course."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.ask import doors
from spinepath.clinic.models import Away, Clinic, Course, Hold, Member, PersonalLink
from spinepath.clinic.record import Author, add
from spinepath.clinic.treat import closing, notes
from tests.clinic.bookings import booked, cleared_too, nth
from tests.clinic.courses import session_today, under_care
from tests.clinic.people import new_episode

pytestmark = pytest.mark.stories


@pytest.fixture
def ben(riverside: Clinic) -> Member:
    return Member.objects.get(clinic=riverside, user__username="ben")


@pytest.fixture
def course(riverside: Clinic, ben: Member) -> Course:
    return booked(cleared_too(riverside, ben), ben)


def test_a_session_that_no_longer_fits_says_why_and_what_can_be_done(visitor: Any, course: Course) -> None:
    # given a booked course, and a lead who closes the clinic on the day of a session
    session = nth(course, 3)
    anna = visitor().sign_in("anna")
    anna.page.goto("/manage/hours/")
    anna.check("hours before a closure")
    anna.page.locator("details:has([name='closure-first']) > summary").click()
    anna.page.fill("[name='closure-first']", session.day.isoformat())
    anna.page.fill("[name='closure-last']", session.day.isoformat())
    anna.page.fill("[name='closure-why']", "Holiday")
    anna.page.locator("[name='closure-first']").press("Enter")
    anna.page.wait_for_load_state()
    anna.check("hours after a closure")
    # when the desk comes to the session from the task of today
    eva = visitor().sign_in("eva")
    eva.page.goto("/today/")
    eva.sees("Session to move")
    eva.check("today with a session to move")
    eva.page.goto(f"/sessions/{session.key}/booking/")
    # then the page says what is wrong
    eva.sees("This session does not fit any more")
    eva.check("a session that does not fit")


def test_a_session_that_does_not_fit_can_stay_where_all_agree(visitor: Any, course: Course) -> None:
    session = nth(course, 3)
    anna = visitor().sign_in("anna")
    anna.page.goto(f"/manage/members/{session.therapist_id}/")
    anna.page.locator("details:has([name='away-first']) > summary").click()
    anna.page.fill("[name='away-first']", session.day.isoformat())
    anna.page.fill("[name='away-last']", session.day.isoformat())
    anna.page.locator("[name='away-first']").press("Enter")
    anna.page.wait_for_load_state()
    anna.check("a member with days away")
    anna.page.goto(f"/sessions/{session.key}/booking/")
    anna.sees("Everybody concerned agrees: leave it here")
    anna.check("a session that may stay")


def test_an_absence_is_withdrawn(visitor: Any, course: Course, ben: Member) -> None:
    # given a therapist who is away on the day of a session, mended by the desk
    session = nth(course, 2)
    eva = visitor().sign_in("eva")
    eva.page.goto("/calendar/absence/")
    eva.check("an absence to enter")
    Away.objects.create(member=ben, first=session.day, last=session.day, why="Course")
    eva.page.goto("/calendar/absence/")
    eva.sees("Withdraw")
    eva.check("an absence that can be withdrawn")
    eva.page.get_by_role("button", name="Withdraw").first.click()
    eva.page.wait_for_load_state()
    assert not Away.objects.exists()
    eva.check("an absence withdrawn")


def test_a_replaced_draft_can_be_read_under_the_note(visitor: Any, ben: Member) -> None:
    session = session_today(under_care(ben, had=0))
    anna = Member.objects.get(clinic=ben.clinic, user__username="anna")
    note = closing.begin(session, {}, ben)
    plan = notes.plan_of(session)
    first, second = notes.written(note, session, plan), notes.written(note, session, plan)
    first.free, second.free = "Asks for shorter sessions.\nSits better.", "Walked further today."
    first.techniques()[0].update(where="L4 left", minutes="6")
    note = notes.save_draft(session, first, note.version, ben)
    notes.save_draft(session, second, note.version, anna, over=True)
    one = visitor().sign_in("ben")
    one.page.goto(f"/sessions/{session.key}/")
    one.page.locator("summary", has_text="draft that was replaced").click()
    one.sees("Sits better.")
    one.check("a replaced draft")


@pytest.mark.parametrize("why", ["expired", "revoked", "finished", "unknown"])
def test_a_link_that_does_not_open_says_what_to_do(visitor: Any, ben: Member, why: str) -> None:
    told = doors.make_link(new_episode(ben.clinic, ben), "ask", ben, timedelta(days=1))
    now = timezone.now()
    field = {"expired": "expires_at", "revoked": "revoked_at", "finished": "finished_at"}.get(why)
    if field:
        PersonalLink.objects.update(**{field: now})
    one = visitor(phone=True)
    one.page.goto("/i/" + (told if field else "x" * 40))
    one.faults.clear()  # the browser notes the 410 itself
    one.check(f"a link that is {why}")


def test_a_person_says_how_it_goes_and_is_thanked(visitor: Any, ben: Member) -> None:
    episode = under_care(ben, had=1)
    told = doors.make_link(episode, "follow", ben, timedelta(days=1))
    one = visitor(phone=True)
    one.page.goto("/i/" + told)
    one.check("how it goes, a question")
    for _page in range(30):
        if not one.page.locator("main form input[type=radio]").count():
            break
        calm = one.page.locator("main form input[type=radio][value=none], main form input[type=radio][value=no]")
        (calm if calm.count() else one.page.locator("main form input[type=radio]")).first.check(force=True)
        one.page.click("main form button.nhsuk-button")
    one.sees("Call us:")
    one.check("thanks for the answers")


def test_a_long_course_is_read_on_the_chart(visitor: Any, ben: Member) -> None:
    episode = under_care(ben, had=14, first_seen=30, ahead=6)
    for _time in range(4):
        advice.keep_assessment(episode, "treat", ben)
    one = visitor().sign_in("ben")
    one.page.goto(f"/episodes/{episode.key}/")
    one.check("a long course")
    for line in one.page.locator(".timeline__more > summary, .timeline__month > summary").all():
        line.click()
    one.check("a long course, opened")


def test_a_held_session_says_so_once(visitor: Any, ben: Member) -> None:
    episode = under_care(ben, had=1)
    session = session_today(episode)
    add(episode, {"after_last_session": "moderate"}, Author(source="patient", by="Helen Marsh"))
    assert Hold.objects.filter(episode=episode).exists()
    one = visitor().sign_in("ben")
    one.page.goto(f"/sessions/{session.key}/")
    one.check("a held session")


def test_the_clinic_reads_what_it_says_of_itself_and_that_no_mail_goes_out(
    visitor: Any, course: Course, settings: Any
) -> None:
    settings.MAIL_GOES_OUT = False
    anna = visitor().sign_in("anna")
    anna.page.goto("/manage/says/")
    anna.check("policies")
    anna.page.locator(".saying > summary").last.click()
    anna.check("policies, one opened")
    anna.page.goto("/calendar/reminders/")
    anna.sees("No reminder goes out")
    anna.check("no reminder goes out")


def test_a_member_adds_a_second_step_of_signing_in(visitor: Any, ben: Member) -> None:
    one = visitor().sign_in("ben")
    one.page.goto("/account/mfa/")
    one.check("ways of signing in")
    for name, address in (
        ("an app for codes", "/account/mfa/totp/activate/"),
        ("a passkey", "/account/mfa/webauthn/add/"),
    ):
        one.page.goto(address)
        if one.page.locator("input[type=password]").count():
            one.check("the password once more")
            one.page.fill("input[type=password]", "a day at the clinic")
            one.page.press("input[type=password]", "Enter")
            one.page.wait_for_load_state()
        one.check(name)
