"""A small clinic in a real database for every test: members of each role, a person, an episode."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from spinepath.clinic import advice
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import Clinic, Course, Episode, Member, Person
from spinepath.clinic.record import Author, add
from tests.clinic.addresses import one_of_everything
from tests.clinic.bookings import booked, never_treated
from tests.clinic.people import answers_of, new_episode


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The knowledge base in use is kept once for all tests, as it is once for each place: packing it takes a while."""
    with django_db_blocker.unblock():
        advice.keep_knowledge()


@pytest.fixture
def clinic(db: None) -> Clinic:
    """A clinic with rooms, hours and members."""
    return make_clinic()


@pytest.fixture
def therapist(clinic: Clinic) -> Member:
    return Member.objects.filter(clinic=clinic, role="therapist").first()  # type: ignore[return-value]


@pytest.fixture
def episode(clinic: Clinic, therapist: Member) -> Episode:
    """Of somebody of whom nothing is known yet."""
    return new_episode(clinic, therapist)


@pytest.fixture
def cleared(episode: Episode, therapist: Member) -> Episode:
    """An episode in which everything was asked and examined, and nothing found that forbids care."""
    add(episode, answers_of("nothing_found"), Author.of(therapist))
    return episode


@pytest.fixture
def course(cleared: Episode, therapist: Member) -> Course:
    """Six sessions that are booked, of somebody who was never treated before."""
    never_treated(cleared, therapist)
    return booked(cleared, therapist)


@pytest.fixture
def things(therapist: Member) -> dict[str, object]:
    """One of everything that has a key, of one clinic."""
    return one_of_everything(therapist)


@pytest.fixture
def person(episode: Episode) -> Person:
    return episode.person


def signed_in(clinic: Clinic, role: str) -> Client:
    """A browser in which a member of this role is signed in."""
    client = Client()
    client.force_login(
        Member.objects.filter(clinic=clinic, role=role)[0].user,
        backend="spinepath.clinic.access.MemberBackend",
    )
    return client


@pytest.fixture
def as_therapist(clinic: Clinic) -> Client:
    return signed_in(clinic, "therapist")


@pytest.fixture
def as_desk(clinic: Clinic) -> Client:
    return signed_in(clinic, "desk")


@pytest.fixture
def as_lead(clinic: Clinic) -> Client:
    return signed_in(clinic, "lead")
