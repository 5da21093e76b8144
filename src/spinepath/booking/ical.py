"""Sessions as iCalendar text for a person's own calendar. It says when and where, and never why.

What stands in somebody's calendar is seen by others: the title is the same for everything, and the text names neither
course nor technique nor therapist. What is held behind a gate is tentative; what was cancelled is said to be.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import msgspec

from spinepath.booking.clinic import Session, Status

STATUS: dict[Status, str] = {"booked": "CONFIRMED", "held": "TENTATIVE", "cancelled": "CANCELLED"}
"""Sessions that are done or were missed are not sent."""


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends: the `domain` that makes ids unique, the `title` of every entry, the `location`, the time zone."""

    domain: str
    title: str
    location: str
    zone: str


def calendar_text(sessions: Iterable[Session], sender: Sender, written: datetime, version: int = 0) -> str:
    """The sessions as one iCalendar file. `written` is when, with a zone; a higher `version` replaces a lower one.

    Ids of sessions become public: they must say nothing of the person. Raises ValueError for `written` without a zone.
    """
    if written.tzinfo is None:
        raise ValueError("`written` has no time zone.")
    sent = [one for one in sessions if one.status in STATUS]
    calendar = icalendar.Calendar()
    calendar.add("prodid", f"-//{sender.domain}//Spinepath//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for session in sent:
        calendar.add_component(_event(session, sender, written, version))
    if sent:
        days = [one.day for one in sent]
        calendar.add_missing_timezones(first_date=min(days), last_date=max(days) + timedelta(days=366))
    return str(calendar.to_ical().decode())


def _event(session: Session, sender: Sender, written: datetime, version: int) -> icalendar.Event:
    zone = ZoneInfo(sender.zone)
    start = datetime.combine(session.day, session.start, zone)
    event = icalendar.Event()
    event.add("uid", f"{session.id}@{sender.domain}")
    event.add("dtstamp", written)
    event.add("sequence", version)
    event.add("summary", sender.title)
    event.add("location", sender.location)
    event.add("dtstart", start)
    event.add("dtend", start + timedelta(minutes=session.minutes))
    event.add("status", STATUS[session.status])
    event.add("class", "PRIVATE")
    return event
