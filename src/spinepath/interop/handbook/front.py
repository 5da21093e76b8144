"""What stands before the first chapter: purpose and limits, who has signed, how sure the entries are."""

from __future__ import annotations

from collections.abc import Iterable

from spinepath.engine.evidence import Release
from spinepath.engine.words import STATE_WORDS
from spinepath.interop.handbook.grids import legend
from spinepath.interop.handbook.index import badge
from spinepath.interop.handbook.nodes import (
    Block,
    Bullets,
    Chapter,
    Column,
    Fields,
    Line,
    Link,
    Row,
    Section,
    Table,
    Words,
    field,
    line,
)
from spinepath.prove.results import ProofPage

STATE_MEANINGS = {
    "verified": "At least one source it rests on was read.",
    "secondary": "At least one page that reports its source was read.",
    "recalled": "Written from memory; to be checked against the source.",
    "project": "A rule or text of this project; needs the agreement of a clinician.",
}
"""What the states say of an entry."""


def front_matter(
    release: Release | None, version: str, chapters: Iterable[Chapter], proofs: ProofPage | None
) -> tuple[Section, ...]:
    """The pages before the chapters."""
    purpose = () if release is None else (_purpose(release, version),)
    proved = () if proofs is None else (_proved(proofs),)
    return (*purpose, _states(tuple(chapters)), *proved, _reading())


def _purpose(release: Release, version: str) -> Section:
    limits = tuple((Words(text=limit),) for limit in release.limits)
    return Section(
        anchor="front:purpose",
        title="Intended use, limits and sign-off",
        blocks=(
            Line(parts=(Words(text=f"Signed off by: {release.signed_off}", strong=True),), look="warning"),
            line(release.intended_use),
            Bullets(items=limits),
            Fields(
                rows=(
                    field("Release", f"{release.version}, {release.day.isoformat()}"),
                    field("Knowledge version", version),
                    field("Signed off by", release.signed_off),
                )
            ),
        ),
    )


def _states(chapters: tuple[Chapter, ...]) -> Section:
    columns = (
        Column(parts=(Words(text="Chapter"),), label="Chapter", width=3),
        *(Column(parts=(badge(state),), label=state, width=2) for state in STATE_WORDS),
        *(Column(parts=(Words(text=head),), label=head, width=1.5) for head in ("No state of its own", "Entries")),
    )
    table = Table(
        caption="Entries by chapter and state", columns=columns, rows=tuple(map(_counts, chapters)), look="grid"
    )
    meanings = tuple((badge(state), Words(text=f"  {STATE_MEANINGS[state]}")) for state in STATE_WORDS)
    return Section(anchor="front:states", title="How sure each entry is", blocks=(Bullets(items=meanings), table))


def _proved(page: ProofPage) -> Section:
    widths = (5, 5, 2, 4)
    columns = tuple(
        Column(parts=(Words(text=heading),), label=heading, width=width)
        for heading, width in zip(page.headings, widths, strict=True)
    )
    rows = tuple(Row(cells=tuple((line(cell),) for cell in cells)) for cells in page.rows)
    table = Table(caption=page.title, columns=columns, rows=rows)
    return Section(anchor="front:proofs", title=page.title, blocks=(line(page.about), table))


def _counts(chapter: Chapter) -> Row:
    counts = {found.state: found.count or 0 for found in chapter.states}
    without = chapter.entries - sum(counts.values())
    numbers: tuple[Block, ...] = tuple(
        line(str(number)) for number in (*(counts.get(state, 0) for state in STATE_WORDS), without, chapter.entries)
    )
    name = line(Link(to=chapter.anchor, text=f"{chapter.number}. {chapter.title}"))
    return Row(cells=((name,), *((number,) for number in numbers)))


def _reading() -> Section:
    return Section(
        anchor="front:reading",
        title="How to read an entry",
        blocks=(
            line(
                "Every entry has an id in small letters. Wherever an id is named, it is a link to its entry, and each "
                "entry lists the entries that name it. Conditions stand as they are written and run."
            ),
            line("Contraindication tables use letters:"),
            legend(),
        ),
    )
