"""What a clinic's own system knows without asking: which facts its counts, people and rooms answer.

Written in the knowledge base, so that one more such fact needs no Python.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from spinepath.engine.entries import Entry, Word

if TYPE_CHECKING:
    from spinepath.engine.faults import FaultList
    from spinepath.engine.knowledge import Knowledge

_YES_NO = ("course_is_running", "session_is_running", "therapist_has_skill", "used_last_session", "consent_today")

Tells = Literal[
    "age",
    "sex",
    "sessions_of_episode",
    "sessions_of_course",
    "courses_of_year",
    "days_since_course_ended",
    "days_since_last_session",
    "days_since_course_began",
    "course_is_running",
    "session_is_running",
    "therapist_has_skill",
    "used_last_session",
    "consent_today",
]


class OwnRecord(Entry, frozen=True, kw_only=True):
    """A fact that the clinic's own records answer. `skills` and `techniques` (or classes) are those it is about.

    Counts of what was had are added to what was had elsewhere, which somebody must have said; until then they are
    unknown.
    """

    fact: Word
    tells: Tells
    skills: tuple[Word, ...] = ()
    techniques: tuple[Word, ...] = ()

    example: ClassVar[str] = "- id: own.sessions_done\n  fact: sessions_done\n  tells: sessions_of_episode"


def check_own_records(knowledge: Knowledge, faults: FaultList) -> None:
    """Adds a fault for every entry that cannot tell what its fact means."""
    for entry in knowledge.own_records.values():
        fact = knowledge.facts[entry.fact]
        wanted = "yes_no" if entry.tells in _YES_NO else "choice" if entry.tells == "sex" else "number"
        if fact.answer != wanted:
            cause = f"{entry.id} tells {entry.tells}, and {fact.id} is {fact.answer}."
            faults.add(entry.place, cause, f"Name a {wanted} fact.")
        if (entry.tells == "therapist_has_skill") != bool(entry.skills):
            cause = f"{entry.id} needs skills for therapist_has_skill, and only then."
            faults.add(entry.place, cause, "Add or remove them.")
        if (entry.tells in ("used_last_session", "consent_today")) != bool(entry.techniques):
            faults.add(entry.place, f"{entry.id} needs techniques for {entry.tells}.", "Add or remove them.")


OWN_RECORD_SECTIONS: dict[str, type[Entry]] = {"own_records": OwnRecord}
