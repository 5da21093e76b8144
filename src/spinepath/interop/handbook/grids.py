"""Tables that are compared across: contraindications by class, and guidelines by family of techniques."""

from __future__ import annotations

from spinepath.engine import entries as e
from spinepath.engine import evidence as ev
from spinepath.engine.words import in_words
from spinepath.interop.handbook.fields import key_blocks, label_of
from spinepath.interop.handbook.index import Index
from spinepath.interop.handbook.nodes import Block, Column, Inline, Letter, Line, Link, Row, Table, Words, line

LEVELS = {"A": "absolute", "R": "relative", "C": "caution", ".": "none"}

LEVEL_WORDS = {
    "A": "absolute: not offered, without override",
    "R": "relative: not offered until a named clinician gives a reason and the patient consents",
    "C": "caution: offered with the modification named",
    ".": "no restriction from this condition",
}
"""What the letters of a contraindication table mean."""


def legend() -> Line:
    """The letters with their meaning."""
    parts: list[Inline] = []
    for letter, words in LEVEL_WORDS.items():
        parts += [Letter(letter=letter, level=LEVELS[letter]), Words(text=f" {words}.  ")]
    return Line(parts=tuple(parts), look="small")


def matrix(index: Index, table: e.Table) -> tuple[Block, ...]:
    """A contraindication table as it was written: conditions down, classes of techniques across."""
    first = Column(parts=(Words(text="Condition"),), label="Condition", width=6.4)
    last = Column(parts=(Words(text="At least"),), label="At least", width=2.6)
    classes = (Column(parts=(index.named_link(name),), label=name, width=0.95, upright=True) for name in table.columns)
    return (
        legend(),
        Table(
            caption=table.name,
            columns=(first, *classes, last),
            rows=tuple(_row(index, row) for row in table.rows),
            look="grid",
        ),
    )


def _row(index: Index, row: e.Row) -> Row:
    letters = (Letter(letter=letter, level=LEVELS[letter]) for letter in row.cells.split())
    at_least = (index.links((row.at_least,), by_name=True),) if row.at_least else ()
    return Row(
        about=row.id,
        cells=(
            (Line(parts=(Link(to=row.id, text=row.name), *_variants(row))),),
            *((Line(parts=(letter,)),) for letter in letters),
            at_least,
        ),
    )


def _variants(row: e.Row) -> tuple[Inline, ...]:
    number = sum(len(names) for names in row.variants.values())
    return (Words(text=f" + {number} single technique{'s' if number > 1 else ''}"),) if number else ()


def comparison(index: Index) -> tuple[Block, ...]:
    """What each guideline says of each family of techniques, in one table; every cell leads to the stance itself."""
    stances = index.knowledge.stances.values()
    families = tuple(dict.fromkeys(family for stance in stances for family in stance.families))
    guidelines = index.knowledge.guidelines.values()
    if not families or not guidelines:
        return ()
    columns = (Column(parts=(index.named_link(one.id),), label=one.name, width=1.5) for one in guidelines)
    rows = (
        Row(
            cells=(
                (line(Words(text=in_words(family), strong=True)),),
                *(_stances(index, family, one) for one in guidelines),
            )
        )
        for family in families
    )
    first = Column(parts=(Words(text="Family"),), label="Family", width=1.6)
    return (Table(caption="Guidelines compared", columns=(first, *columns), rows=tuple(rows), look="grid"),)


def _stances(index: Index, family: str, guideline: ev.Guideline) -> tuple[Block, ...]:
    found = (
        stance
        for stance in index.knowledge.stances.values()
        if family in stance.families and guideline.id in stance.guidelines
    )
    return tuple(line(Link(to=stance.id, text=stance.stance)) for stance in found)


def courses(index: Index) -> tuple[Block, ...]:
    """The named courses side by side: how many sessions, how far apart, how long, and the verdict."""
    keys = ("sessions", "weeks_most", "days_between", "minutes", "verdict")
    columns = (Column(parts=(Words(text=label_of(key)),), label=label_of(key), width=1.4) for key in keys)
    rows = (
        Row(
            about=one.id,
            cells=((index.links((one.id,), by_name=True),), *(key_blocks(index, one, key) for key in keys)),
        )
        for one in index.knowledge.presets.values()
    )
    first = Column(parts=(Words(text="Course"),), label="Course", width=2.6)
    return (Table(caption="Courses compared", columns=(first, *columns), rows=tuple(rows), look="grid"),)
