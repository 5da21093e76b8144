"""All that is kept of one person, found by the relations of the database: a new table is never forgotten.

From the person's own row downwards: whatever points to it, to its episodes, to their plans, courses, sessions and so
on. Entries that were merged into the person are the person's too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import ForeignKey, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from spinepath.clinic.models import (
    AdverseEvent,
    Consent,
    Course,
    Document,
    Drawing,
    Episode,
    Hold,
    KeptAssessment,
    KeptFinding,
    Letter,
    Merge,
    Note,
    Override,
    Person,
    PersonalLink,
    PersonWord,
    Plan,
    Reminder,
    Session,
    Task,
)

M = TypeVar("M", bound=Model)
Kept = dict[type[Model], set[int]]
"""For each table, the rows that are the person's, by their primary key."""


def pointers(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """The tables of the clinic that point to this one, each with the name of its field."""
    for other in apps.get_app_config("clinic").get_models():
        for field in other._meta.concrete_fields:
            if isinstance(field, ForeignKey) and field.related_model is model:
                yield other, field.name


def kept_of(person: Person) -> Kept:
    """Every row of the person, table by table, the person first."""
    found: Kept = {Person: {person.pk}}
    waiting: list[tuple[type[Model], set[int]]] = [(Person, {person.pk})]
    while waiting:
        model, keys = waiting.pop()
        for other, field in pointers(model):
            rows = set(other._default_manager.filter(**{f"{field}__in": keys}).values_list("pk", flat=True))
            fresh = rows - found.get(other, set())
            if fresh:
                found.setdefault(other, set()).update(fresh)
                waiting.append((other, fresh))
    return found


def rows(found: Kept, model: type[M]) -> QuerySet[M]:
    """The person's rows of one table, in the order in which they came."""
    return model._default_manager.filter(pk__in=found.get(model, set())).order_by("pk")


CALLED: dict[type[Model], Any] = {
    Person: _("registration"),
    PersonWord: _("words to find the person by"),
    Merge: _("entries put together"),
    PersonalLink: _("personal links"),
    Episode: _("episodes"),
    KeptFinding: _("findings"),
    KeptAssessment: _("assessments"),
    Drawing: _("drawings"),
    Document: _("documents"),
    Letter: _("letters"),
    Plan: _("plans"),
    Override: _("overrides"),
    Consent: _("consents"),
    Course: _("courses"),
    Session: _("sessions"),
    Reminder: _("reminders"),
    Hold: _("holds"),
    Note: _("session notes"),
    AdverseEvent: _("adverse events"),
    Task: _("tasks"),
}
"""What a reader calls the rows of a table."""


def counted(found: Kept) -> dict[str, int]:
    """How many rows there are of each table, by its name in plain words."""
    return {str(CALLED.get(model, model._meta.verbose_name)): len(keys) for model, keys in found.items() if keys}
