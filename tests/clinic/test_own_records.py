"""What the diary says of facts: what nobody told is unknown, and what was told elsewhere is not forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from spinepath.clinic import advice, own_records
from spinepath.clinic.models import Course, Episode, Member, Session
from spinepath.engine.conditions import Value
from spinepath.engine.findings import Finding
from tests.clinic.courses import days_ago, under_care

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


def ended(episode: Episode, days: int) -> None:
    """Its course ended so many days ago."""
    Course.objects.filter(episode=episode).update(made_at=days_ago(days + 30), ended_at=days_ago(days))
    Session.objects.filter(episode=episode, status="booked").update(status="cancelled")


def test_sessions_had_elsewhere_count_also_after_an_old_course_here(therapist: Member) -> None:
    episode = under_care(therapist, had=2)
    assert told(episode, "sessions_of_course") == 2
    ended(episode, 300)
    assert told(episode, "sessions_of_course") is None, "nobody said anything of a course elsewhere"
    assert told(episode, "sessions_of_course", (12, days_ago(0))) == 12
    assert told(episode, "sessions_of_course", (12, days_ago(301))) is None, "that was the course before"


def test_sessions_had_elsewhere_count_when_the_course_goes_on_here(therapist: Member) -> None:
    episode = under_care(therapist, had=2)
    assert told(episode, "sessions_of_course", (12, days_ago(20))) == 14
    assert told(episode, "sessions_of_course", (12, days_ago(0))) == 2, "it may be counted with those had here"
    assert told(episode, "sessions_of_course", (0, days_ago(20))) == 2
    other = under_care(therapist, family_name="Rossi")
    assert told(other, "sessions_of_course", (12, days_ago(0))) == 12
