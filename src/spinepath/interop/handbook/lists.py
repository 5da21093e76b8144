"""Entries that are read best as the rows of a table: sources, codes, claims and their like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import structs

from spinepath.engine.entries import Entry
from spinepath.engine.words import in_words
from spinepath.interop.handbook.fields import chained, key_blocks, label_of, named_by, value_parts
from spinepath.interop.handbook.index import Index
from spinepath.interop.handbook.nodes import Block, Bullets, Column, Fields, Folded, Inline, Line, Row, Table, Words

_FIRST = 3.4
_FEW = 3
_NAMED_BY = "named by"

_Columns = tuple[tuple[str, tuple[str, ...], float], ...]
"""The columns after the first: heading, the keys shown in it, and its share of the width."""

LISTED: dict[str, _Columns] = {
    "sources": (
        ("Who, when, what kind", ("who + year + kind",), 3),
        ("Where, and notes", ("link", "note"), 3.5),
        ("Checked by", ("checked",), 1.4),
        ("Named by", (_NAMED_BY,), 2.4),
    ),
    "codes": (
        ("Display, system and code", ("display", "system + code"), 4),
        ("Seen in, licence", ("seen_in + licence",), 4),
        ("Named by", (_NAMED_BY,), 3),
    ),
    "limits": (
        ("Unit, scale", ("unit", "scale"), 2),
        ("Stricter is", ("stricter",), 1.2),
        ("Says", ("says",), 3.4),
        ("Bounds", ("classes",), 3),
        ("Named by", (_NAMED_BY,), 2.4),
    ),
    "provisos": (
        ("Kind", ("kind",), 1.4),
        ("Says", ("says",), 5),
        ("Enforced by", ("rules",), 3),
        ("Named by", (_NAMED_BY,), 3),
    ),
    "wordings": (("Avoid", ("avoid",), 5), ("Why", ("why",), 4)),
    "claims": (
        ("The article says, in our words", ("says", "lines"), 5),
        ("Verdict, and why", ("verdict", "why", "could_harm"), 4),
        ("Carried by", ("home",), 3),
    ),
    "claims not followed": (
        ("The article says, in our words", ("says", "lines"), 5),
        ("Why it is not followed", ("why", "could_harm"), 4),
        ("Explained by", ("home",), 3),
    ),
    "stances": (
        ("Guidelines, families", ("guidelines", "families"), 3),
        ("Stance, strength", ("stance + strength",), 2.6),
        ("Says", ("says", "note", "claims"), 4.4),
        ("Sources", ("source",), 2.4),
    ),
    "contradictions": (
        ("The article says both", ("sides",), 5.6),
        ("Reading chosen", ("reading",), 4),
        ("Carried out by", ("home",), 3),
    ),
    "myths": (
        ("The web says", ("web_says",), 3),
        ("Evidence says", ("evidence_says", "note"), 4.5),
        ("So we", ("so_we",), 3.5),
        ("Rests on", ("source", "home", "claims"), 3),
    ),
}
"""Kinds that are shown as tables. A kind that is missing here is shown as cards."""

_LABELLED = ("lines", "could_harm")
"""Keys that a cell does not make clear by itself."""


def listed(index: Index, entries: Iterable[Entry], variant: str) -> Table:
    """Entries of one kind as a table; `variant` names the columns in LISTED."""
    columns = LISTED[variant]
    return Table(
        caption=in_words(variant),
        columns=(
            Column(parts=(Words(text="Entry"),), label="Entry", width=_FIRST),
            *(Column(parts=(Words(text=heading),), label=heading, width=width) for heading, _, width in columns),
        ),
        rows=tuple(_row(index, entry, columns) for entry in entries),
    )


def _row(index: Index, entry: Entry, columns: _Columns) -> Row:
    head = structs.replace(index.head(entry), title=index.name(entry))
    return Row(head=head, cells=((), *(tuple(_cell(index, entry, keys)) for _, keys, _ in columns)))


def _cell(index: Index, entry: Entry, keys: tuple[str, ...]) -> Iterator[Block]:
    for key in keys:
        if key == _NAMED_BY:
            yield from _naming(index, entry.id)
        elif key in _LABELLED:
            yield from (_labelled(block, key) for block in key_blocks(index, entry, key))
        elif key == "sides":
            yield from _sides(index, entry)
        elif "+" in key:
            yield Line(parts=_side_by_side(index, entry, key.split(" + ")))
        else:
            yield from key_blocks(index, entry, key)


def _naming(index: Index, name: str) -> Iterator[Block]:
    """The entries that name this one; folded away when a narrow cell would grow long."""
    fields = named_by(index, name)
    number = sum(len(names) for names in index.only_named_by(name).values())
    if number > _FEW:
        yield Folded(title=f"{number} entries", blocks=(Fields(rows=fields),))
    elif fields:
        yield Fields(rows=fields)


def _sides(index: Index, entry: Entry) -> Iterator[Block]:
    """What the article says on each side of a contradiction, claim by claim."""
    for place, side in enumerate(getattr(entry, "sides", ())):
        yield from (Line(parts=(Words(text="but also"),), look="small"),) if place else ()
        claims = (index.knowledge.claims[name] for name in side)
        yield Bullets(items=tuple((Words(text=f"{claim.says} "), index.link(claim.id)) for claim in claims))


def _labelled(block: Block, key: str) -> Block:
    parts = block.parts if isinstance(block, Line) else ()
    return Line(parts=(Words(text=f"{label_of(key)}: "), *parts), look="small")


def _side_by_side(index: Index, entry: Entry, keys: list[str]) -> tuple[Inline, ...]:
    values = (getattr(entry, key) for key in keys)
    return chained([value_parts(index, value) for value in values if value], ", ")
