"""The knowledge base as a book: a chapter for each folder, a section for each file, in reading order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from spinepath.engine.entries import Entry, Table
from spinepath.engine.evidence import Claim
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.words import STATE_WORDS, counted, in_words
from spinepath.interop.handbook.front import front_matter
from spinepath.interop.handbook.grids import comparison, courses
from spinepath.interop.handbook.index import Index, badge
from spinepath.interop.handbook.kinds import card
from spinepath.interop.handbook.lists import LISTED, listed
from spinepath.interop.handbook.nodes import Block, Book, Chapter, Section
from spinepath.prove.results import ProofPage

NOT_FOLLOWED = "claims not followed"
"""The kind under which a claim is shown that is not followed; the others are `claims`."""

_REGISTER = "Not followed, contradicted, corrected"
_OVERVIEWS = {"presets": courses, "stances": comparison}
"""What stands before the first entry of a kind."""

_IN_REGISTER = (NOT_FOLLOWED, "contradictions", "myths")


class _Draft(msgspec.Struct, kw_only=True):
    """A section before it is laid out."""

    anchor: str
    title: str
    about: str = ""
    entries: list[Entry] = []


def make_book(knowledge: Knowledge, proofs: ProofPage | None = None) -> Book:
    """The whole handbook of a sound knowledge base, with what was proved of it. The same input gives the same book."""
    index = Index(knowledge=knowledge)
    chapters = tuple(
        _chapter(index, number, name, drafts) for number, (name, drafts) in enumerate(_drafts(index).items(), start=1)
    )
    release = next(iter(knowledge.releases.values()), None)
    return Book(
        title="Spinepath handbook",
        version=knowledge.version,
        release=release.version if release else "unreleased",
        day=release.day.isoformat() if release else "",
        signed_off=release.signed_off if release else "nobody yet",
        intended_use=release.intended_use if release else "",
        front=front_matter(release, knowledge.version, chapters, proofs),
        chapters=chapters,
    )


# which entry stands where


def _drafts(index: Index) -> dict[str, list[_Draft]]:
    """The sections of each chapter, by folder; what belongs to the register stands in a chapter of its own, last."""
    folders: dict[str, list[_Draft]] = {}
    scattered = _Draft(anchor=f"page:{_slug(NOT_FOLLOWED)}", title=in_words(NOT_FOLLOWED))
    register = [scattered]
    for page in index.knowledge.pages:
        entries = list(_entries(index, page.entries))
        kept = [entry for entry in entries if _variant(index, entry) not in _IN_REGISTER]
        draft = _Draft(anchor=f"page:{_slug(page.file)}", title=page.title, about=page.about, entries=kept or entries)
        if entries and not kept:
            register.append(draft)
        else:
            folders.setdefault(_folder(page.file), []).append(draft)
            scattered.entries += [entry for entry in entries if entry not in kept]
    return {**folders, _REGISTER: [draft for draft in register if draft.entries]}


def _entries(index: Index, names: Iterable[str]) -> Iterator[Entry]:
    """The entries of a file; a table is followed by the rules its rows stand for."""
    for name in names:
        entry = index.knowledge.entries[name]
        yield entry
        if isinstance(entry, Table):
            yield from (index.knowledge.rules[row.id] for row in entry.rows)


def _variant(index: Index, entry: Entry) -> str:
    if isinstance(entry, Claim) and entry.verdict == "not_followed":
        return NOT_FOLLOWED
    return index.sections[entry.id]


def _folder(file: str) -> str:
    _, *folders, _ = file.split("/") if "/" in file else ("", file)
    return folders[0] if folders else ""


def _slug(name: str) -> str:
    """A name as part of an anchor, which holds no space."""
    return re.sub(r"[^\w./-]+", "_", name)


# how it is laid out


def _chapter(index: Index, number: int, name: str, drafts: list[_Draft]) -> Chapter:
    entries = [entry for draft in drafts for entry in draft.entries]
    states = Counter(getattr(entry, "state", None) for entry in entries)
    return Chapter(
        anchor=f"chapter:{_slug(name)}",
        number=number,
        title=in_words(re.sub(r"^\d+_", "", name)) or "Other",
        entries=len(entries),
        states=tuple(badge(state, states[state]) for state in STATE_WORDS if states[state]),
        sections=tuple(_section(index, draft) for draft in drafts),
    )


def _section(index: Index, draft: _Draft) -> Section:
    kinds = Counter(index.sections[entry.id] for entry in draft.entries)
    return Section(
        anchor=draft.anchor,
        title=draft.title,
        about=index.text(draft.about),
        holds=", ".join(counted(number, kind) for kind, number in kinds.items()),
        blocks=tuple(_blocks(index, draft.entries)),
    )


def _blocks(index: Index, entries: list[Entry]) -> Iterator[Block]:
    for variant, group in groupby(entries, key=lambda entry: _variant(index, entry)):
        together = list(group)
        if variant in _OVERVIEWS and together[0].id == next(iter(index.knowledge.section(variant))):
            yield from _OVERVIEWS[variant](index)
        if variant in LISTED:
            yield listed(index, together, variant)
        else:
            yield from (card(index, entry) for entry in together)
