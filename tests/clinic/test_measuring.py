"""Measures as the plan has them: only those, when they are due, asked for from home, settled when they are taken."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spinepath.clinic import advice, place
from spinepath.clinic.book import reminders
from spinepath.clinic.follow import measuring
from spinepath.clinic.follow.course import Going
from spinepath.clinic.models import Episode, Member, Person, PersonalLink, Plan, Reminder, Session, Task
from spinepath.clinic.today.tasks import refresh
from spinepath.clinic.treat import closing
from spinepath.follow.schedule import facts_of
from tests.clinic.courses import calm_answers, session_today, under_care

pytestmark = pytest.mark.django_db


@pytest.fixture
def cared(therapist: Member, settings: Any) -> Episode:
    settings.ADDRESS = "https://clinic.example.org"
    cared = under_care(therapist, first_seen=20, had=1)
    Person.objects.filter(pk=cared.person_id).update(email="helen@example.org")
    return Episode.objects.select_related("person", "clinic").get(pk=cared.pk)


def other_measure() -> str:
    """One that nobody is asked around sessions, that has a number and a moment to come."""
    base, usual = advice.knowledge(), measuring.measures_of([])
    return next(
        str(one.id)
        for one in base.measures.values()
        if one.id not in usual and one.embed == "own_words" and len(facts_of(base, one)) == 1 and "baseline" in one.when
    )


def aim_at(episode: Episode, measure: str) -> None:
    Plan.objects.filter(episode=episode).update(goals=[{"says": "Walk", "measure": measure, "target": "2"}])


def test_only_measures_of_the_plan_are_due(cared: Episode) -> None:
    other = other_measure()
    before = {one.measure for one in Going(cared).due}
    assert before
    assert before <= measuring.measures_of([])
    assert other not in before
    aim_at(cared, other)
    assert {one.measure for one in Going(cared).due} == before | {other}


def test_without_an_agreed_plan_nothing_is_due(cared: Episode) -> None:
    Plan.objects.filter(episode=cared).update(status="draft")
    assert Going(cared).due == ()
    refresh(cared.clinic, timezone.localdate())
    assert not Task.objects.filter(kind="measure").exists()


def test_the_task_names_what_the_page_asks_and_ends_when_it_is_entered(cared: Episode, as_therapist: Client) -> None:
    aim_at(cared, other_measure())
    refresh(cared.clinic, timezone.localdate())
    task = Task.objects.get(kind="measure")
    name = advice.knowledge().measures[other_measure()].name
    assert name in task.says
    page = as_therapist.get(reverse("follow", args=[cared.key])).content.decode()
    assert name in page
    page = as_therapist.get(reverse("measures", args=[cared.key])).content.decode()
    assert as_therapist.post(reverse("measures", args=[cared.key]), calm_answers(page)).status_code == 302
    assert Going(cared).due == ()
    task.refresh_from_db()
    assert task.settled_by is not None
    refresh(cared.clinic, timezone.localdate())
    assert not Task.objects.filter(kind="measure", settled_at=None).exists()


# after a session


def had(episode: Episode, therapist: Member) -> Session:
    session = session_today(episode)
    closing.close(session, therapist)
    return session


def sent_at(session: Session, **later: int) -> tuple[int, int]:
    return reminders.send_due(reminders.starts_at(session, session.clinic) + timedelta(**later))


def test_when_a_session_is_signed_the_person_is_asked_once_a_day_later(cared: Episode, therapist: Member) -> None:
    session = had(cared, therapist)
    Reminder.objects.filter(asks=False).delete()
    assert sent_at(session, hours=23) == (0, 0)
    assert sent_at(session, hours=25) == (1, 0)
    assert sent_at(session, hours=26) == (0, 0)
    text = mail.outbox[0].subject + mail.outbox[0].body
    assert cared.complaint not in text
    assert cared.clinic.emergency_phone in text
    address = re.search(r"https://clinic\.example\.org(/\S+)", text)
    assert address is not None
    person = Client()
    first = person.get(address[1], follow=True).content.decode()
    assert 'method="post"' in first
    assert PersonalLink.objects.get(episode=cared).purpose == "follow"
    assert address[1].strip("/").split("/")[-1] not in str(list(Reminder.objects.values()))


def test_the_sessions_ahead_keep_their_own_reminders(cared: Episode, therapist: Member) -> None:
    session = had(cared, therapist)
    ahead = Session.objects.filter(episode=cared, status="booked")
    assert ahead.count() == Reminder.objects.filter(asks=False, session__in=ahead).count() > 0
    from spinepath.clinic.book import gates

    gates.settle(session.course, timezone.localtime())
    assert Reminder.objects.filter(asks=True).count() == 1
    assert ahead.count() == Reminder.objects.filter(asks=False).count()


def test_they_are_asked_in_their_language(cared: Episode, therapist: Member) -> None:
    Person.objects.filter(pk=cared.person_id).update(language="ru")
    had(cared, therapist)
    session = Session.objects.select_related("clinic", "episode__person").get(status="done", day=timezone.localdate())
    assert re.search("[а-я]", reminders.question(session).body)


@pytest.mark.parametrize("why", ["late", "closed", "no address", "no e-mail"])
def test_nobody_is_asked_in_vain(cared: Episode, therapist: Member, settings: Any, why: str) -> None:
    if why == "no address":
        settings.ADDRESS = ""
    if why == "no e-mail":
        Person.objects.filter(pk=cared.person_id).update(email="")
    session = had(Episode.objects.get(pk=cared.pk), therapist)
    if why == "closed":
        Episode.objects.filter(pk=cared.pk).update(stage="closed")
    Reminder.objects.filter(asks=False).delete()
    assert sent_at(session, days=5 if why == "late" else 1, hours=1)[0] == 0
    assert mail.outbox == []
    assert not PersonalLink.objects.exists()


@pytest.mark.parametrize(
    ("named", "https", "told"),
    [
        ("", "yes", ""),
        ("clinic.example.org", "no", ""),
        ("127.0.0.1,.example.org", "yes", ""),
        ("localhost, clinic.example.org", "yes", "https://clinic.example.org"),
    ],
)
def test_the_address_is_one_that_can_be_reached(
    monkeypatch: pytest.MonkeyPatch, named: str, https: str, told: str
) -> None:
    monkeypatch.setenv("SPINEPATH_HOSTS", named)
    monkeypatch.setenv("SPINEPATH_HTTPS", https)
    assert place.address() == told
