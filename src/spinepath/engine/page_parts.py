"""What single parts of a clinic's pages show: which facts, questions, rules and texts stand there.

Written in the knowledge base, so that the pages spell out no fact and no rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from spinepath.engine.entries import Entry, Raw, Word

if TYPE_CHECKING:
    from spinepath.engine.faults import FaultList
    from spinepath.engine.knowledge import Knowledge

Part = Literal[
    "asking_begins",
    "asking_ends",
    "session_begins",
    "stop_signs",
    "before_and_after",
    "asked_after_session",
    "review_decided",
    "repeat_course",
    "discharge",
    "letters",
]


class PagePart(Entry, frozen=True, kw_only=True):
    """One part of a page, and what it takes from the knowledge base.

    `facts` and `questions` are asked there, `rules` decide there, `topics` are read there. `records` are the findings
    that the act of this part adds: value by fact.
    """

    part: Part
    facts: tuple[Word, ...] = ()
    questions: tuple[Word, ...] = ()
    rules: tuple[Word, ...] = ()
    topics: tuple[Word, ...] = ()
    records: dict[Word, Raw] = {}

    example: ClassVar[str] = "- id: page.stop_signs\n  part: stop_signs\n  questions: [during_session]"


def check_page_parts(knowledge: Knowledge, faults: FaultList) -> None:
    """Adds a fault for every part that is written twice."""
    seen: dict[str, str] = {}
    for entry in knowledge.page_parts.values():
        if entry.part in seen:
            faults.add(entry.place, f"{entry.id} and {seen[entry.part]} are the same part.", "Keep one of them.")
        seen[entry.part] = entry.id


def page_part(knowledge: Knowledge, part: Part) -> PagePart:
    """What stands in this part of a page; an empty one where the knowledge base says nothing."""
    found = (entry for entry in knowledge.page_parts.values() if entry.part == part)
    return next(found, PagePart(id=Word(part), part=part))


PAGE_PART_SECTIONS: dict[str, type[Entry]] = {"page_parts": PagePart}
