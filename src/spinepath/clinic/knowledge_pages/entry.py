"""The page of one entry: what it says, in the handbook's words, what it rests on, and who names it."""

from __future__ import annotations

from functools import lru_cache

import msgspec
from django.utils.safestring import SafeString

from spinepath.clinic.advice import knowledge
from spinepath.clinic.knowledge_pages import written
from spinepath.engine.entries import Entry
from spinepath.engine.evidence import Claim, Source
from spinepath.engine.words import counted, name_of
from spinepath.interop.handbook.fields import label_of
from spinepath.interop.handbook.index import Index
from spinepath.interop.handbook.kinds import card
from spinepath.interop.handbook.nodes import Block, Fields, Head


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that names this one."""

    id: str
    name: str
    state: str


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page shows."""

    head: Head
    section: str
    name: str
    state: str
    says: SafeString
    sources: tuple[Source, ...]
    claims: tuple[Claim, ...]
    named_by: dict[str, list[Neighbour]]


@lru_cache(maxsize=1)
def _index() -> Index:
    return Index(knowledge=knowledge())


def page_of(name: str) -> EntryPage | None:
    """The page of the entry with this id; None when the knowledge base in use has none."""
    entry = knowledge().entries.get(name)
    if entry is None:
        return None
    index = _index()
    rest_on = {label_of("source"), label_of("claims")}
    shown = [_without(block, rest_on) for block in card(index, entry).blocks]
    return EntryPage(
        head=index.head(entry),
        section=index.sections[name],
        name=name_of(knowledge(), entry),
        state=getattr(entry, "state", "") or "",
        says=written.blocks(shown),
        sources=tuple(knowledge().sources[one] for one in getattr(entry, "source", ())),
        claims=tuple(knowledge().claims[one] for one in getattr(entry, "claims", ()) if one in knowledge().claims),
        named_by={
            counted(len(names), section.replace("_", " ")): [_neighbour(knowledge().entries[one]) for one in names]
            for section, names in index.only_named_by(name).items()
        },
    )


def _without(block: Block, labels: set[str]) -> Block:
    """What has a place of its own on the page is not said twice."""
    if isinstance(block, Fields):
        return Fields(rows=tuple(row for row in block.rows if row.label not in labels and not row.from_others))
    return block


def _neighbour(entry: Entry) -> Neighbour:
    return Neighbour(id=entry.id, name=name_of(knowledge(), entry), state=getattr(entry, "state", "") or "")
