"""Sessions in a person's own calendar: when and where, and never why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import icalendar
import pytest

from spinepath.booking.ical import Sender, calendar_text
from tests.booking.clinics import session

SENDER = Sender(domain="clinic.example", title="Appointment", location="High Street 1", zone="Europe/Berlin")
WRITTEN = datetime(2026, 3, 1, 12, tzinfo=UTC)
SESSIONS = [
    session("a", 0, "09:00"),
    session("b", 28, "09:00", status="held"),
    session("c", 30, status="cancelled"),
    session("d", 32, status="missed"),
    session("e", 34, status="done"),
]


def events() -> dict[str, icalendar.Event]:
    found = icalendar.Calendar.from_ical(calendar_text(SESSIONS, SENDER, WRITTEN, version=3))
    return {str(one["uid"]): one for one in found.walk("VEVENT")}


def test_what_is_ahead_is_sent_with_its_standing() -> None:
    assert {name: str(one["status"]) for name, one in events().items()} == {
        "a@clinic.example": "CONFIRMED",
        "b@clinic.example": "TENTATIVE",
        "c@clinic.example": "CANCELLED",
    }
    assert {int(one["sequence"]) for one in events().values()} == {3}


def test_the_clock_on_the_wall_stays_when_summer_time_begins() -> None:
    before, after = events()["a@clinic.example"], events()["b@clinic.example"]
    assert before.start.astimezone(UTC).hour == 8
    assert after.start.astimezone(UTC).hour == 7
    assert after.end - after.start == timedelta(minutes=30)


def test_nothing_tells_why_or_who() -> None:
    text = calendar_text(SESSIONS, SENDER, WRITTEN)
    for word in ("other", "somebody", "anna", "one"):
        assert word not in text.lower().replace("timezone", "").replace("done", "")
    assert "CLASS:PRIVATE" in text


def test_without_sessions_there_is_an_empty_calendar() -> None:
    assert "VEVENT" not in calendar_text([], SENDER, WRITTEN)


def test_when_it_was_written_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="zone"):
        calendar_text([], SENDER, datetime(2026, 3, 1))
