"""The demo day is made by the acts of the clinic itself, on any day of the week."""

from __future__ import annotations

import pytest

from spinepath.clinic import audit
from spinepath.clinic.advice import today_of
from spinepath.clinic.demo import make_day
from spinepath.clinic.models import AdverseEvent, Clinic, Episode, Hold, Note, Person, Session, Task


@pytest.mark.django_db
def test_a_day_has_people_at_every_point_of_the_journey() -> None:
    told = "\n".join(make_day())
    assert "ben" in told
    clinic = Clinic.objects.get()
    assert Person.objects.count() >= 14
    assert set(Episode.objects.values_list("stage", flat=True)) >= {"ask", "examine", "plan", "book", "treat", "follow"}
    assert Session.objects.filter(day=today_of(clinic), status="booked").count() >= 4
    assert set(Task.objects.filter(settled_at=None).values_list("kind", flat=True)) >= {"danger", "hold", "follow_up"}
    assert Hold.objects.filter(released_at=None).exists()
    assert AdverseEvent.objects.exists()
    assert Note.objects.filter(signed_at__isnull=False).count() >= 10
    assert audit.first_break(clinic) is None
    people = Person.objects.count()
    assert "ben" in "\n".join(make_day()), "a second start shows the same day"
    assert Person.objects.count() == people
