"""What every page of the handbook needs to know: where an entry stands, what it is called and who names it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

import msgspec

from spinepath.engine.conditions import Condition
from spinepath.engine.content import Source
from spinepath.engine.entries import Entry, Row, Table
from spinepath.engine.knowledge import SECTION_NAMES, Knowledge
from spinepath.engine.neighbours import NamedBy, all_backlinks, named_in
from spinepath.interop.handbook.condition_text import lines_of, shortened
from spinepath.interop.handbook.nodes import Badge, Break, Code, Head, Inline, Inlines, Line, Link, Words

_NAME_IN_TEXT = re.compile(r"`(?P<code>[^`\n]+)`|[A-Za-z][A-Za-z0-9]*(?:[._][A-Za-z0-9-]+)+")
_NAME_IN_CONDITION = re.compile(r"([A-Za-z_]\w*)")
_LONGEST_LINE = 84

STATE_WORDS = {
    "verified": "verified",
    "secondary": "read second-hand",
    "recalled": "recalled, to be checked",
    "project": "project rule, needs sign-off",
}
"""The states an entry can have, surest first, in the words that the terminal uses too."""


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
        known = named_in(self.knowledge.entries[name])
        found = {
            section: [other for other in names if other not in known]
            for section, names in self.named_by.get(name, {}).items()
        }
        return {section: names for section, names in found.items() if names}

    @cached_property
    def rows(self) -> dict[str, Row]:
        """The rows of all tables, which stand among the rules as well."""
        return {row.id: row for table in self.knowledge.tables.values() for row in table.rows}

    @cached_property
    def table_of(self) -> dict[str, Table]:
        """The table in which each row stands."""
        return {row.id: table for table in self.knowledge.tables.values() for row in table.rows}

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The groups that conditions may name, with their facts."""
        return {group.id: group.facts for group in self.knowledge.groups.values()}

    # what an entry is called

    def title(self, entry: Entry) -> str:
        """The heading of an entry: its name, or its id as words."""
        return self.name(entry) or in_words(entry.id.rpartition(".")[2])

    def name(self, entry: Entry) -> str:
        """The name that an entry was given; empty for kinds that have none."""
        found = self.rows.get(entry.id, entry)
        called = getattr(found, "name", None) or getattr(found, "title", None)
        return called if isinstance(called, str) else ""

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
            return Link(to=name, text=f"{entry.who} {entry.year}" if entry.year else entry.who)
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


def in_words(name: str) -> str:
    """An id, a key or the name of a section as words."""
    text = name.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


_ENDINGS = {"ies": "y", "sses": "ss", "s": ""}


def kind_of(section: str) -> str:
    """One entry of a section, as a word: "rule" for "rules"."""
    for plural, one in _ENDINGS.items():
        if section.endswith(plural):
            return section.removesuffix(plural) + one
    return section


def counted(number: int, section: str) -> str:
    """How many entries of a section: "1 rule", "2 rules"."""
    return f"{number} {section if number != 1 else kind_of(section)}"


def badge(state: str, count: int | None = None) -> Badge:
    """The badge of a state; with `count`, of so many entries."""
    return Badge(state=state, words=STATE_WORDS.get(state, state), count=count)


def separated(parts: Iterable[Inline]) -> Line:
    """The pieces in one line, with commas between them."""
    result: list[Inline] = []
    for part in parts:
        result += [Words(text=", "), part] if result else [part]
    return Line(parts=tuple(result))
