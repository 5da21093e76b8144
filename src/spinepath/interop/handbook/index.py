"""What every page of the handbook needs to know: where an entry stands, what it is called and who names it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

import msgspec

from spinepath.engine.condition_text import Groups, groups_of, lines_of, shortened
from spinepath.engine.conditions import Condition
from spinepath.engine.entries import Entry, Table
from spinepath.engine.evidence import Source
from spinepath.engine.knowledge import SECTION_NAMES, Knowledge
from spinepath.engine.neighbours import NamedBy, all_backlinks, only_named_by
from spinepath.engine.words import STATE_WORDS, given_name, in_words, kind_of, source_name
from spinepath.interop.handbook.nodes import Badge, Break, Code, Head, Inline, Inlines, Line, Link, Words

_NAME_IN_TEXT = re.compile(r"`(?P<code>[^`\n]+)`|[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9-]+)+")
_NAME_IN_CONDITION = re.compile(r"([A-Za-z_]\w*)")
_LONGEST_LINE = 84


class Index(msgspec.Struct, kw_only=True, dict=True):
    """A knowledge base with the lookups that links, titles and neighbours need."""

    knowledge: Knowledge

    @cached_property
    def sections(self) -> dict[str, str]:
        """The section in which each entry stands."""
        return {name: section for section in SECTION_NAMES for name in self.knowledge.section(section)}

    @cached_property
    def named_by(self) -> dict[str, NamedBy]:
        """For each entry, the entries that name it."""
        return all_backlinks(self.knowledge)

    def only_named_by(self, name: str) -> NamedBy:
        """The entries that name this one and that it does not name itself."""
        return only_named_by(self.knowledge.entries[name], self.named_by.get(name, {}))

    @cached_property
    def table_of(self) -> dict[str, Table]:
        """The table in which each row stands."""
        return {row.id: table for table in self.knowledge.tables.values() for row in table.rows}

    @cached_property
    def groups(self) -> Groups:
        """The groups that conditions may name, with their facts."""
        return groups_of(self.knowledge)

    # what an entry is called

    def title(self, entry: Entry) -> str:
        """The heading of an entry: its name, or its id as words."""
        return self.name(entry) or in_words(entry.id.rpartition(".")[2])

    def name(self, entry: Entry) -> str:
        """The name that an entry was given; empty for kinds that have none."""
        return given_name(self.knowledge.rows.get(entry.id, entry))

    def head(self, entry: Entry) -> Head:
        """The head of an entry."""
        state = getattr(entry, "state", None)
        return Head(
            id=entry.id,
            title=self.title(entry),
            kind=kind_of(self.sections[entry.id]),
            state=badge(state) if state else None,
            place=entry.place.rpartition("/")[2],
        )

    # links

    def link(self, name: str) -> Inline:
        """A link to an entry by its id; an id that leads nowhere stays plain."""
        return Link(to=name, text=name, code=True) if name in self.sections else Code(text=name)

    def named_link(self, name: str) -> Inline:
        """A link to an entry by what it is called."""
        entry = self.knowledge.entries.get(name)
        if isinstance(entry, Source):
            return Link(to=name, text=source_name(entry))
        called = self.name(entry) if entry is not None else ""
        return Link(to=name, text=called) if called else self.link(name)

    def links(self, names: Iterable[str], *, by_name: bool = False) -> Line:
        """A line of links."""
        return separated([self.named_link(name) if by_name else self.link(name) for name in names])

    def text(self, text: str, *, strong: bool = False) -> Inlines:
        """Free text: ids of entries that cannot be mistaken for words are links, what stands in backticks is code."""
        parts: list[Inline] = []
        at = 0
        for found in _NAME_IN_TEXT.finditer(text):
            name = found["code"] or found.group()
            if found["code"] or name in self.sections:
                parts += [Words(text=text[at : found.start()], strong=strong), self.link(name)]
                at = found.end()
        parts.append(Words(text=text[at:], strong=strong))
        return tuple(part for part in parts if not isinstance(part, Words) or part.text)

    def line(self, text: str) -> Line:
        """Free text as a paragraph."""
        return Line(parts=self.text(text))

    def condition(self, condition: Condition) -> Line:
        """A condition as authors write it, each name a link."""
        parts: list[Inline] = []
        for text in lines_of(condition, self.groups, _LONGEST_LINE):
            parts += [Break()] if parts else []
            parts += self._condition_line(text)
        return Line(parts=tuple(parts), look="condition")

    def short_condition(self, condition: Condition) -> str:
        """A condition as one line of text."""
        return shortened(condition, self.groups)

    def _condition_line(self, text: str) -> Iterable[Inline]:
        names = (*self.knowledge.facts, *self.groups)
        known = {name for name in names if name in text}
        for piece in _NAME_IN_CONDITION.split(text):
            if piece in known:
                yield self.link(piece)
            elif piece:
                yield Words(text=piece, strong=piece in ("and", "or", "not"))


def badge(state: str, count: int | None = None) -> Badge:
    """The badge of a state; with `count`, of so many entries."""
    return Badge(state=state, words=STATE_WORDS.get(state, state), count=count)


def separated(parts: Iterable[Inline]) -> Line:
    """The pieces in one line, with commas between them."""
    result: list[Inline] = []
    for part in parts:
        result += [Words(text=", "), part] if result else [part]
    return Line(parts=tuple(result))
