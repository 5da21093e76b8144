"""What the diary says of facts: what nobody told is unknown, and what was told elsewhere is not forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from spinepath.clinic import advice, own_records
from spinepath.clinic.models import Episode, Member, Session
from spinepath.engine.conditions import Value
from spinepath.engine.findings import Finding
from tests.clinic.courses import under_care

pytestmark = pytest.mark.django_db


def fact_that(tells: str) -> str:
    return next(one.fact for one in advice.knowledge().own_records.values() if one.tells == tells)


def told(episode: Episode, tells: str, *said: tuple[float | bool, datetime], now: datetime | None = None) -> Value:
    """What the diary makes of what was said of the fact; None where it says nothing."""
    fact = fact_that(tells)
    found = [Finding(fact=fact, value=value, at=at, source="clinician", by="Ben") for value, at in said]
    rows = own_records.findings(advice.knowledge(), episode, found, now or advice.clock_of(episode))
    return next((row.value for row in rows if row.fact == fact), None)


def test_the_day_on_which_something_was_said_is_that_of_the_clinic(therapist: Member) -> None:
    therapist.clinic.zone = "Asia/Vladivostok"
    therapist.clinic.save()
    episode = under_care(therapist, had=1)
    first = Session.objects.filter(episode=episode, status="done").earliest("day")
    clock = advice.clock_of(episode)
    eight = datetime.combine(first.day + timedelta(days=1), time(8), clock.tzinfo).astimezone(UTC)
    assert eight.date() == first.day, "in UTC it is still the day before"
    assert told(episode, "sessions_of_episode", (12, eight)) is None
    assert told(episode, "sessions_of_episode", (12, eight - timedelta(hours=12))) == 13
