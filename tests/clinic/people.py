"""People for tests, and their answers from the charts of the knowledge base."""

from __future__ import annotations

from datetime import date

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Clinic, Episode, Member, Person
from spinepath.engine.chart_file import written_in


def new_episode(clinic: Clinic, therapist: Member | None = None, family_name: str = "Marsh") -> Episode:
    person = Person.objects.create(
        clinic=clinic, family_name=family_name, given_name="Helen", birth_date=date(1982, 5, 14), sex="female"
    )
    return Episode.objects.create(
        person=person, clinic=clinic, complaint="leg pain", therapist=therapist, opened_at=timezone.now()
    )


def answers_of(chart: str) -> dict[str, str]:
    """The answers of a named chart, as they are written in a record: only what can be answered."""
    facts = knowledge().facts
    written = written_in(knowledge(), chart)
    return {
        name: value
        for name, value in written.items()
        if value != "unknown" and facts[name].worked_out is None and facts[name].default is None
    }


def queries_of(client: Client, address: str) -> int:
    """How often a page asks the database, without the browser's session, which is renewed once a minute."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200
    return sum("django_session" not in one["sql"] and "SAVEPOINT" not in one["sql"] for one in seen)
