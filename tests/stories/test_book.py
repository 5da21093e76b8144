"""The front desk books a whole course, moves a session with the keyboard, and is told why a move is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from spinepath.booking.course import NO_WISHES
from spinepath.clinic.book import diary, writing
from spinepath.clinic.models import Clinic, Member, Session
from tests.clinic.bookings import cleared_too, proposed

pytestmark = pytest.mark.stories


@pytest.fixture
def helen(riverside: Clinic) -> Any:
    """Somebody with an agreed plan, of whom nothing is booked."""
    return cleared_too(riverside, Member.objects.get(clinic=riverside, user__username="ben"))


def test_a_course_is_booked_moved_by_keyboard_and_a_refused_move_says_why(visitor: Any, helen: Any) -> None:
    # given a plan of six sessions that was agreed
    eva = visitor().sign_in("eva")
    eva.page.goto(f"/episodes/{helen.key}/book/")
    eva.sees("6 sessions of 30 minutes")
    eva.check("book proposals")
    # when the desk takes the first proposal
    eva.page.get_by_role("button", name="Best on the whole").press("Enter")
    # then the whole course is booked
    eva.sees("6 sessions are booked")
    eva.check("book booked")
    assert Session.objects.filter(episode=helen, status="booked").count() == 6

    # when a session is moved with the keyboard alone
    eva.page.get_by_role("link", name="Move or cancel session 2").press("Enter")
    eva.page.wait_for_url("**/booking/")
    eva.check("book one session")
    eva.page.locator("input[name=free]").first.focus()
    eva.page.keyboard.press("Space")
    eva.page.keyboard.press("Enter")
    # then it is moved
    eva.page.wait_for_url("**/book/")
    eva.sees("Moved to")

    # when it is put on the day after the first one
    first, second = Session.objects.filter(episode=helen, status__in=diary.AHEAD).order_by("day")[:2]
    eva.page.goto(f"/sessions/{second.key}/booking/")
    eva.page.fill("#id_day", (first.day + timedelta(days=1)).isoformat())
    eva.page.get_by_role("button", name="Move there").press("Enter")
    # then it stays, and the page says why
    eva.sees("Too close to another session of the course")
    eva.faults.clear()  # the browser notes the 409 itself
    eva.check("book refused move")
    second.refresh_from_db()
    assert second.day != first.day + timedelta(days=1)


def test_a_session_is_dragged_in_the_week(visitor: Any, helen: Any) -> None:
    # given a course that is booked from tomorrow on
    ben = Member.objects.get(clinic=helen.clinic, user__username="ben")
    writing.book(helen, ben, proposed(helen).sessions, NO_WISHES)
    first = Session.objects.filter(episode=helen).order_by("day")[0]
    eva = visitor().sign_in("eva")
    eva.page.goto("/calendar/")
    for _week in range(3):
        if eva.page.locator(".fc-timegrid-event").count():
            break
        eva.page.locator(".fc-next-button").click()
        eva.page.wait_for_timeout(600)
    eva.check("calendar week")
    # when the first session is dragged two rows down
    eva.page.wait_for_timeout(800)
    event = eva.page.locator(".fc-timegrid-event").first
    event.evaluate("one => one.scrollIntoView({block: 'center'})")  # so that there is room below it
    box = event.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    eva.page.mouse.move(x, y)
    eva.page.mouse.down()
    eva.page.mouse.move(x, y + 90, steps=12)
    eva.page.mouse.up()
    # then it has moved
    eva.page.locator("#calendar-says", has_text="Moved to").wait_for()
    was = first.start
    first.refresh_from_db()
    assert first.start > was
    eva.page.goto(f"/calendar/day/?day={first.day}")
    eva.sees("Other, Helen")
    eva.check("calendar day by therapist")
    eva.page.goto(f"/calendar/day/?day={first.day}&by=room")
    eva.check("calendar day by room")


def test_a_sick_day_is_replanned(visitor: Any, helen: Any) -> None:
    # given a booked course
    eva = visitor().sign_in("eva")
    eva.page.goto(f"/episodes/{helen.key}/book/")
    eva.page.get_by_role("button", name="Best on the whole").click()
    session = Session.objects.filter(episode=helen).order_by("day")[1]
    # when the therapist of the second session is ill on that day
    eva.page.goto("/calendar/absence/")
    eva.page.select_option("#id_therapist", str(session.therapist_id))
    eva.page.fill("#id_first", session.day.isoformat())
    eva.page.fill("#id_last", session.day.isoformat())
    eva.page.get_by_role("button", name="See what becomes of the sessions").click()
    # then the desk sees what would move, and accepts it
    eva.sees("1 course is hit")
    eva.check("absence preview")
    eva.page.get_by_role("button", name="Enter the absence and accept all of it").click()
    eva.sees("1 course was mended")
    assert Session.objects.filter(episode=helen, status="booked").count() == 6
