"""What a page of the handbook is made of: a small tree that knows nothing of HTML or PDF.

Everything is said once, as this tree; `to_html.py` and `to_pdf.py` write it down. Text is plain text: escaping is the
business of each writer.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Node(msgspec.Struct, frozen=True, kw_only=True, tag_field="is"):
    """A piece of the tree; the tag names its kind in the data for the PDF."""


# inside a line


class Words(Node, frozen=True, kw_only=True, tag="words"):
    """Plain or strong text."""

    text: str
    strong: bool = False


class Code(Node, frozen=True, kw_only=True, tag="code"):
    """An id or a piece of a condition, as authors write it."""

    text: str


class Link(Node, frozen=True, kw_only=True, tag="link"):
    """A way to another place in the handbook, by its anchor. `code` shows the text as an id."""

    to: str
    text: str
    code: bool = False


class Web(Node, frozen=True, kw_only=True, tag="web"):
    """A way out of the handbook, followed only by a reader's own act."""

    url: str
    text: str


class Badge(Node, frozen=True, kw_only=True, tag="badge"):
    """How sure something is, in words and with a mark; with `count`, how many entries are so."""

    state: str
    words: str
    count: int | None = None


class Letter(Node, frozen=True, kw_only=True, tag="letter"):
    """One cell of a contraindication table: its letter, and its meaning for those who cannot see the colour."""

    letter: str
    level: str


class Break(Node, frozen=True, kw_only=True, tag="break"):
    """The line ends here."""


Inline = Words | Code | Link | Web | Badge | Letter | Break
Inlines = tuple[Inline, ...]

# lines and what is made of lines


class Line(Node, frozen=True, kw_only=True, tag="line"):
    """A paragraph. A `condition` is set as authors write it, a `warning` stands out, `small` stands back."""

    parts: Inlines
    look: Literal["plain", "condition", "warning", "small"] = "plain"


class Bullets(Node, frozen=True, kw_only=True, tag="bullets"):
    """A list of lines."""

    items: tuple[Inlines, ...]


class Field(Node, frozen=True, kw_only=True, tag="field"):
    """One thing that is said about an entry. What others say of it (`from_others`) is not found by a search for it."""

    label: str
    blocks: tuple[Block, ...]
    from_others: bool = False


class Fields(Node, frozen=True, kw_only=True, tag="fields"):
    """What is said about an entry, one thing below the other."""

    rows: tuple[Field, ...]


class Head(Node, frozen=True, kw_only=True, tag="head"):
    """How an entry is found: its id (and anchor), what it is called, its kind, how sure it is, where it is written."""

    id: str
    title: str
    kind: str
    state: Badge | None = None
    place: str = ""


class Column(Node, frozen=True, kw_only=True, tag="column"):
    """A column of a table: its heading, its share of the width, and whether the heading stands upright."""

    parts: Inlines
    label: str
    width: float = 1
    upright: bool = False


class Row(Node, frozen=True, kw_only=True, tag="row"):
    """A row of a table. It is an entry of its own (`head`), or speaks of one that stands elsewhere (`about`)."""

    cells: tuple[tuple[Block, ...], ...]
    head: Head | None = None
    about: str | None = None


class Table(Node, frozen=True, kw_only=True, tag="table"):
    """Rows under headings. In a `grid` the letters are compared across; a `text` table is read row by row."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    look: Literal["text", "grid"] = "text"


class Card(Node, frozen=True, kw_only=True, tag="card"):
    """An entry with everything said about it."""

    head: Head
    blocks: tuple[Block, ...]


class Folded(Node, frozen=True, kw_only=True, tag="folded"):
    """Something long that a reader may open. On paper only its title is shown."""

    title: str
    blocks: tuple[Block, ...]


Block = Line | Bullets | Fields | Table | Card | Folded
Blocks = tuple[Block, ...]

# the book


class Section(Node, frozen=True, kw_only=True, tag="section"):
    """One file of the knowledge base, or one page before the chapters."""

    anchor: str
    title: str
    blocks: Blocks
    about: Inlines = ()
    holds: str = ""


class Chapter(Node, frozen=True, kw_only=True, tag="chapter"):
    """A folder of the knowledge base: what is reviewed and signed together."""

    anchor: str
    number: int
    title: str
    entries: int
    states: tuple[Badge, ...]
    sections: tuple[Section, ...]


class Book(Node, frozen=True, kw_only=True, tag="book"):
    """The whole handbook."""

    title: str
    version: str
    release: str
    day: str
    signed_off: str
    intended_use: str
    front: tuple[Section, ...]
    chapters: tuple[Chapter, ...]


def line(*parts: Inline | str) -> Line:
    """A paragraph of these pieces; a string is plain text."""
    return Line(parts=tuple(Words(text=part) if isinstance(part, str) else part for part in parts))


def field(label: str, *blocks: Block | str) -> Field:
    """A labelled piece of an entry; a string is a paragraph of plain text."""
    return Field(label=label, blocks=tuple(line(block) if isinstance(block, str) else block for block in blocks))
