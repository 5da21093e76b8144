"""Promise 1 seen by somebody who wants to break it: no hands are laid on while a danger is there or was not asked."""

from __future__ import annotations

import pytest
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.models import Episode, Letter, Member, Plan, Session, Task
from spinepath.clinic.people import chart
from spinepath.clinic.plan import state
from spinepath.clinic.plan.letters import writing
from spinepath.clinic.plan.telling import Telling
from spinepath.clinic.record import Author, add
from tests.clinic.courses import under_care

pytestmark = pytest.mark.django_db

TAKEN_BACK = {"major_trauma": "yes"}
"""Grave as things stand, and yet a picture of the spine could still take it back: the lower bound stays mild."""


@pytest.fixture
def cared(therapist: Member) -> Episode:
    return under_care(therapist, had=1)


# what fires now is acted on, also where an answer could still take it back


@pytest.fixture
def grave(cared: Episode, therapist: Member) -> Episode:
    outcome = add(cared, TAKEN_BACK, Author.of(therapist))
    base = advice.knowledge()
    assert base.dispositions[outcome.least].offers_care
    assert not base.dispositions[advice.firm(outcome)].offers_care
    return cared


def test_a_danger_that_could_be_taken_back_makes_a_task_and_holds_what_is_booked(grave: Episode) -> None:
    assert Task.objects.filter(episode=grave, kind=Task.Kind.DANGER, settled_at=None).count() == 1
    ahead = Session.objects.filter(episode=grave, day__gte=timezone.localdate())
    assert set(ahead.values_list("status", flat=True)) == {"held"}


def test_a_plan_stops_and_says_only_that(grave: Episode) -> None:
    plan = Plan.objects.get(episode=grave)
    outcome = advice.outcome_of(grave)
    called = advice.knowledge().dispositions[outcome.disposition].name
    for found in (state.problems_of(plan, outcome), state.problems_of(plan, outcome, treating=True)):
        assert called in found[0].says
        assert not any(problem.technique for problem in found)
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.DRAFT)
    plan.refresh_from_db()
    assert called in state.before_agreeing(plan, outcome)[0].says


def test_the_chart_sends_to_the_letter_once_the_hold_is_decided(grave: Episode) -> None:
    grave.holds.all().delete()
    made = advice.assessment_of(grave)
    assert chart.next_step(grave, made, chart.questions(made), [], []).says == "Write the referral and tell the person"


def test_the_urgent_letter_can_be_written_and_the_exercises_cannot(grave: Episode, therapist: Member) -> None:
    outcome = advice.outcome_of(grave)
    rows = {kind.kind: why for kind, why in writing.kinds_for(grave, outcome)}
    assert rows[Letter.Kind.REFERRAL] == ""
    assert rows[Letter.Kind.HOME] != ""
    assert writing.write(grave, Letter.Kind.REFERRAL, therapist).assessment is not None


def test_the_telling_calls_it_grave_and_an_open_question_not(grave: Episode, episode: Episode) -> None:
    assert Telling(advice.assessment_of(grave)).is_grave
    assert not Telling(advice.assessment_of(episode)).is_grave
