"""Finding entries of the knowledge base by any word of them. The index is made once and kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from spinepath.clinic.advice import knowledge
from spinepath.clinic.models.people import searchable
from spinepath.engine.entries import Entry
from spinepath.engine.knowledge import SECTION_NAMES
from spinepath.engine.words import STATE_WORDS, kind_of, name_of

LONGEST_QUERY = 200
WITHOUT_STATE = "none"
"""What the filter calls entries that have no state of their own."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as a list shows it, with all its words in `words` as they are searched for."""

    id: str
    section: str
    kind: str
    state: str
    name: str
    says: str
    place: int
    words: str
    called: str


@lru_cache(maxsize=1)
def index() -> tuple[Found, ...]:
    """All entries of the knowledge base in use, in reading order."""
    found: list[Found] = []
    for section in SECTION_NAMES:
        for entry in knowledge().section(section).values():
            found.append(_found(section, entry, len(found)))
    return tuple(found)


def _found(section: str, entry: Entry, place: int) -> Found:
    texts = [text for key in entry.__struct_fields__ if key != "place" for text in _texts(getattr(entry, key))]
    name = name_of(knowledge(), entry)
    return Found(
        id=entry.id,
        section=section,
        kind=kind_of(section).replace("_", " "),
        state=getattr(entry, "state", "") or WITHOUT_STATE,
        name=name,
        says=next((text for text in _said(entry) if text != name), ""),
        place=place,
        words=searchable(" ".join([name, *texts])),
        called=searchable(f"{entry.id} {name}"),
    )


def _said(entry: Entry) -> Iterator[str]:
    """The first sentences of an entry, whatever its kind calls them."""
    for key in ("says", "ask", "patient", "evidence_says", "reading", "why", "meaning", "for_whom", "measures"):
        yield from (text for text in _texts(getattr(entry, key, None)) if " " in text)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield str(key)
            yield from _texts(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _texts(part)
    elif isinstance(value, msgspec.Struct):
        for key in value.__struct_fields__:
            yield from _texts(getattr(value, key))


def find(query: str = "", section: str = "", state: str = "") -> list[Found]:
    """The entries that hold every word of the query, best first: by id, by name, by any text; then in reading order."""
    wanted = searchable(query[:LONGEST_QUERY])
    words = wanted.split()
    hits = [
        one
        for one in index()
        if (not section or one.section == section)
        and (not state or one.state == state)
        and all(word in one.words for word in words)
    ]
    return sorted(hits, key=lambda one: (_distance(one, wanted, words), one.place)) if words else hits


def _distance(one: Found, wanted: str, words: list[str]) -> int:
    """0 for the very id, 1 for the words as they stand in the name, 2 for all of them in it, 3 for those elsewhere."""
    if one.id == wanted:
        return 0
    if wanted in one.called:
        return 1
    return 2 if all(word in one.called for word in words) else 3


def sections() -> dict[str, int]:
    """The sections that hold something, with how many entries."""
    counts: dict[str, int] = {}
    for one in index():
        counts[one.section] = counts.get(one.section, 0) + 1
    return counts


def states() -> dict[str, str]:
    """The states that can be filtered by, in words."""
    return {**STATE_WORDS, WITHOUT_STATE: "no state of its own"}
