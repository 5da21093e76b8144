"""What the diary says of facts: what nobody told is unknown, and what was told elsewhere is not forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from spinepath.clinic import advice, own_records
from spinepath.clinic.models import Course, Episode, Member, Note, Session
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


def noted(session: Session, *techniques: str) -> None:
    phases = [{"phase": "any", "techniques": [{"id": one, "done": True} for one in techniques]}]
    Note.objects.update_or_create(session=session, defaults={"phases": phases})


def with_force() -> tuple[str, str]:
    """A technique of those that the diary is asked for, and one that is not."""
    base = advice.knowledge()
    (entry,) = (one for one in base.own_records.values() if one.tells == "used_last_session")
    counts = {name: not base.names_of[name].isdisjoint(entry.techniques) for name in base.techniques}
    return next(name for name in counts if counts[name]), next(name for name in counts if not counts[name])


def test_what_was_used_and_is_no_longer_known_is_not_a_no(therapist: Member) -> None:
    strong, calm = with_force()
    episode = under_care(therapist, had=2)
    earlier, last = Session.objects.filter(episode=episode, status="done").order_by("day")
    assert told(episode, "used_last_session") is None
    noted(last, calm)
    assert told(episode, "used_last_session") is False
    noted(last, calm, "named_otherwise_since")
    assert told(episode, "used_last_session") is None
    noted(last, strong, "named_otherwise_since")
    assert told(episode, "used_last_session") is True
    last.note.delete()
    noted(earlier, calm)
    assert told(episode, "used_last_session") is None, "of the last one there is no note"


def test_what_was_used_in_another_episode_of_the_person_counts(therapist: Member) -> None:
    strong, calm = with_force()
    first, second = under_care(therapist, had=1), under_care(therapist, had=1, family_name="Rossi")
    Episode.objects.filter(pk=second.pk).update(person=first.person)
    for episode, technique in ((first, calm), (second, strong)):
        noted(Session.objects.get(episode=episode, status="done"), technique)
    Session.objects.filter(episode=second, status="done").update(day=days_ago(1).date())
    first.refresh_from_db()
    assert told(first, "used_last_session") is True
    assert told(first, "days_since_last_session") == 1
    assert told(first, "sessions_of_course") is not None


def test_more_sessions_and_episodes_need_no_more_queries(
    therapist: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    episode = under_care(therapist, had=1)
    with CaptureQueriesContext(connection) as few:
        own_records.books_of([episode], advice.clock_of(episode))
    for name in ("Rossi", "Berg"):
        other = under_care(therapist, had=3, family_name=name)
        Episode.objects.filter(pk=other.pk).update(person=episode.person)
    with django_assert_num_queries(len(few)):
        own_records.books_of([episode], advice.clock_of(episode))
