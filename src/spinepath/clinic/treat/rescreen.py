"""Asking again before a session: what has grown old since the last visit and decides about today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Episode, Member
from spinepath.clinic.record import Author, add
from spinepath.clinic.treat.answering import Read, Sheet, sheets_of
from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import Outcome
from spinepath.engine.page_parts import page_part
from spinepath.engine.questions import Ask
from spinepath.engine.screens import reader_of


def facts_to_ask(values: Mapping[str, Value], asks: Iterable[Ask], *, is_running: bool) -> list[str]:
    """The facts that are open and decide, and those compared before and after a session.

    What waits for another answer comes when that is given. Signs of a session and what its phases ask are left out:
    they have their own places on the page.
    """
    base = advice.knowledge()
    elsewhere = {*in_phases(), *stop_signs()} if is_running else set()
    asks = [ask for ask in asks if ask.fact not in elsewhere]
    told = [ask.fact for ask in asks if not ask.waits and reader_of(base, ask.fact) == "patient"]
    still = _still_open(values, told)
    first = [ask.fact for ask in asks if not ask.waits and (ask.fact in told or ask.fact in still)]
    compared = [name for name in page_part(base, "before_and_after").facts if values.get(name) is None]
    return [*first, *compared] or [ask.fact for ask in asks]


def _still_open(values: Mapping[str, Value], told: Iterable[str]) -> set[str]:
    """What would still be open when the person says nothing dangerous: nobody is examined for what a no settles.

    It only chooses what is asked first. What the answers leave open is asked after them.
    """
    base = advice.knowledge()
    calm: dict[str, Value] = {}
    for name in told:
        fact = base.facts[name]
        if fact.answer == "yes_no":
            calm[name] = "no" in (fact.danger or ())
    then = {**values, **calm}
    return {ask.fact for ask in advice.rules().questions(then)}


def stop_signs() -> list[str]:
    """The facts that are watched while a session runs."""
    base = advice.knowledge()
    return [name for question in page_part(base, "stop_signs").questions for name in base.questions[question].settles]


def in_phases() -> list[str]:
    """The facts that are answered in the phases of a session."""
    phases = (phase for phase in advice.knowledge().phases.values() if phase.part_of == "session")
    return [name for phase in phases for name in phase.asks]


def open_sheets(values: Mapping[str, Value], asks: Iterable[Ask], *, is_running: bool) -> list[Sheet]:
    """What is asked now, on as few sheets as there are screens for it."""
    return sheets_of(facts_to_ask(values, asks, is_running=is_running))


@transaction.atomic
def keep(episode: Episode, read: Read, member: Member, now: datetime | None = None) -> Outcome:
    """Keep the answers: the patient's as told to the member, the others as found by the member."""
    told = Author(source="patient", by=f"{episode.person.given_name} {episode.person.family_name}", member=member)
    lock_episodes(episode.pk)
    outcome = advice.outcome_of(episode)
    patient, clinician = read.by_reader("patient"), read.by_reader("clinician")
    if patient:
        outcome = add(episode, patient, told, at=now)
    if clinician:
        outcome = add(episode, clinician, Author.of(member), at=now)
    return outcome


def keep_ticks(episode: Episode, ticked: dict[str, bool], member: Member) -> None:
    """Keep the ticks that stand in the phases of a session, as far as they say something new today."""
    known = advice.values_of(episode, timezone.localtime())
    new = {name: "yes" if tick else "no" for name, tick in ticked.items() if tick != (known.get(name) is True)}
    if new:
        add(episode, new, Author.of(member))
