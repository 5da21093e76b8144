"""The addresses of the clinic, and one of everything that can stand in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.models import (
    AdverseEvent,
    Clinic,
    Consent,
    Document,
    Episode,
    KeptAssessment,
    KeptFinding,
    Letter,
    Member,
    Opening,
    Plan,
    Room,
    Task,
)
from tests.clinic.courses import session_today, under_care
from tests.clinic.people import new_episode


def patterns(root: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address with a name, and its whole path."""
    for one in (root or get_resolver()).url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, path)
        else:
            yield path, one


def one_of_everything(therapist: Member) -> dict[str, object]:
    """One of everything that has a key, of one clinic."""
    episode = under_care(therapist, had=1)
    session = session_today(episode)
    event = AdverseEvent.objects.create(
        episode=episode, severity="x", at=timezone.now(), member=therapist, follow_up_due=timezone.localdate()
    )
    letter = Letter.objects.create(episode=episode, kind="plan", pdf=b"%PDF-1.7", assessment=None)
    document = Document.objects.create(episode=episode, title="Scan", kind="image/png", file="none.png", size=1)
    Task.objects.create(
        clinic=therapist.clinic, episode=episode, kind="document", about="scan", says="x", due=timezone.localdate()
    )
    return {
        "episode": episode,
        "session": session,
        "event": event,
        "letter": letter,
        "document": document,
        "other": new_episode(therapist.clinic, therapist, "Twin").person,
    }


def kwargs_of(name: str, things: dict[str, object]) -> dict[str, object]:
    """What stands in the address of a page, for one of everything. Raises IndexError where there is no such thing."""
    path, pattern = next((path, one) for path, one in patterns() if one.name == name)
    episode, session, event = things["episode"], things["session"], things["event"]
    assert isinstance(episode, Episode)
    assert isinstance(event, AdverseEvent)
    clinic = Clinic.objects.filter(pk=episode.clinic_id)
    keys: dict[str, Callable[[], object]] = {
        "people": lambda: episode.person.key,
        "erased": lambda: episode.person.key,
        "sessions": lambda: session.key,  # type: ignore[attr-defined]
        "events": lambda: event.key,
        "assessments": lambda: KeptAssessment.objects.filter(episode=episode)[0].key,
        "tasks": lambda: Task.objects.filter(episode=episode)[0].key,
    }
    rows: dict[str, type[Model]] = {"members": Member, "remove": Opening, "rooms": Room}
    pk = next((row for part, row in rows.items() if f"/{part}/" in path), Room)
    number = Consent if "consents" in path else KeptFinding
    known: dict[str, Callable[[], object]] = {
        "key": keys.get(path.split("/")[0], lambda: episode.key),
        "plan_key": lambda: Plan.objects.filter(episode=episode)[0].key,
        "place": lambda: "0000000000" if name == "ask_page" else 0,
        "number": lambda: number.objects.filter(episode=episode)[0].pk,  # type: ignore[attr-defined]
        "file": lambda: things["document"].key,  # type: ignore[attr-defined]
        "letter": lambda: things["letter"].key,  # type: ignore[attr-defined]
        "letter_key": lambda: things["letter"].key,  # type: ignore[attr-defined]
        "other": lambda: things["other"].key,  # type: ignore[attr-defined]
        "pk": lambda: pk._default_manager.filter(clinic__in=clinic)[0].pk,
        "what": lambda: "opening",
        "name": lambda: next(iter(advice.knowledge().questions)),
        "id": lambda: next(iter(advice.knowledge().rules)),
        "kind": lambda: "rule",
        "group": lambda: "clear",
        "version": lambda: advice.knowledge().version,
    }
    return {one: known[one]() for one in pattern.pattern.converters}
