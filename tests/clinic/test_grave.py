"""What forbids care stands first on every page of an episode."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from spinepath.clinic import advice
from spinepath.clinic.grave import grave
from spinepath.clinic.models import Episode, Member
from spinepath.clinic.record import Author, add
from tests.clinic.courses import under_care

pytestmark = pytest.mark.django_db

IN_FULL = ("episode", "ask", "plan", "treat", "follow")
IN_A_LINE = ("examine", "book", "ask_answers", "letters")


@pytest.fixture
def in_danger(therapist: Member) -> Episode:
    """Somebody under care with an emergency: the bookings are held and somebody has to act."""
    episode = under_care(therapist, had=1)
    add(episode, {"saddle_numbness": "yes"}, Author.of(therapist))
    return episode


@pytest.mark.parametrize("name", IN_FULL + IN_A_LINE)
def test_a_danger_stands_before_holds_and_tasks(as_therapist: Client, in_danger: Episode, name: str) -> None:
    page = as_therapist.get(reverse(name, args=[in_danger.key])).content.decode()
    found = grave(advice.outcome_of(in_danger))
    assert found is not None
    assert page.count('id="danger-title"') == 1
    first = page.index('id="danger-title"')
    for later in ("Bookings are held", "Needs somebody"):
        assert later not in page or page.index(later) > first
    assert (found.disposition.actions[0] in page) == (name in IN_FULL)


def test_without_a_danger_no_page_shows_one(as_therapist: Client, therapist: Member) -> None:
    episode = under_care(therapist, had=1)
    assert grave(advice.outcome_of(episode)) is None
    for name in IN_FULL:
        assert "danger-title" not in as_therapist.get(reverse(name, args=[episode.key])).content.decode()


def test_the_desk_sees_no_danger_of_a_record(as_desk: Client, in_danger: Episode) -> None:
    page = as_desk.get(reverse("book", args=[in_danger.key])).content.decode()
    assert "danger-title" not in page
    for name in IN_FULL:
        assert f'"{reverse(name, args=[in_danger.key])}"' not in page, "nobody is led to what they may not open"
