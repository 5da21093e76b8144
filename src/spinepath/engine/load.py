"""A folder of YAML files to a knowledge base, or every fault in it.

The order of work: read each file into nodes; collect the names of facts, groups and numbers; read every entry with
those names; turn table rows into rules; check that every reference leads somewhere (`links.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from spinepath.engine.content import SECTIONS
from spinepath.engine.content_files import Files, content_hash, read_files
from spinepath.engine.entries import Case, Entry, Expect, Fact, Row, Rule, Says, Table, Then, Word
from spinepath.engine.faults import FaultList, FaultyKnowledge, nearest
from spinepath.engine.knowledge import Knowledge, Page
from spinepath.engine.language import FactType, Vocabulary
from spinepath.engine.links import check_links
from spinepath.engine.nodes import Listing, Mapping, Node, Scalar, read_nodes
from spinepath.engine.shape import Reader

_SIDES = (("left", "right"), ("right", "left"))
_LETTERS = {"A": "absolute", "R": "relative", "C": "caution", ".": "none"}


def load(folder: Path) -> Knowledge:
    """The knowledge base in `folder`. Raises FaultyKnowledge with every fault found."""
    return load_files(read_files(folder), folder)


def load_files(files: Files, folder: Path) -> Knowledge:
    """The knowledge base made of the files read from `folder`. Raises FaultyKnowledge with every fault found."""
    if not files:
        raise FaultyKnowledge(_no_files(folder))
    return build(files)


def _no_files(folder: Path) -> FaultList:
    faults = FaultList()
    faults.add(str(folder), "There is no knowledge base here.", "Give the folder that holds its .yaml files.")
    return faults


def build(files: Files) -> Knowledge:
    """The knowledge base made of these files. Raises FaultyKnowledge with every fault found."""
    faults = FaultList()
    pages = [(name, _page(content, name, faults)) for name, content in files.items()]
    sound = [(name, page) for name, page in pages if page is not None]
    vocabulary = _vocabulary([page for _, page in sound])
    knowledge = Knowledge(content_hash=content_hash(files))
    reader = Reader(faults, vocabulary)
    knowledge.pages = tuple(_read_page(name, page, reader, knowledge) for name, page in sound)
    knowledge.spoken_of = frozenset(vocabulary.used)
    for table in knowledge.tables.values():
        _add_rules(table, knowledge, faults)
    check_links(knowledge, faults)
    if faults:
        raise FaultyKnowledge(dict.fromkeys(faults))
    return knowledge


def _page(content: bytes, name: str, faults: FaultList) -> Mapping | None:
    node = read_nodes(content, name, faults)
    if node is None:
        return None
    if not isinstance(node, Mapping):
        faults.add(node.place, "A file of the knowledge base holds sections.", "Start it with  title: ...")
        return None
    for key in node.pairs:
        if key not in (*SECTIONS, "title", "about"):
            act = nearest(key, SECTIONS, f"Sections are: {', '.join(SECTIONS)}.")
            faults.add(node.keys[key].place, f"There is no section {key!r}.", act)
    for key in ("title", "about"):
        if not isinstance(node.pairs.get(key), Scalar):
            faults.add(node.place, f"The file has no {key}.", f"Start it with  {key}: a line for its readers.")
            return None
    return node


def _sections(page: Mapping) -> Iterator[tuple[str, Node]]:
    for key, node in page.pairs.items():
        if key in SECTIONS:
            yield key, _expanded(node)


def _expanded(section: Node) -> Node:
    """The section with every entry `for_each: side` written out for left and right."""
    if not isinstance(section, Listing):
        return section
    result = Listing(section.file, section.line)
    for item in section.items:
        each = item.pairs.get("for_each") if isinstance(item, Mapping) else None
        if isinstance(each, Scalar) and each.text == "side":
            result.items += [_with_side(item, side, other) for side, other in _SIDES]
        else:
            result.items.append(item)
    return result


def _with_side(node: Node, side: str, other: str) -> Node:
    if isinstance(node, Scalar):
        text = node.text.replace("<side>", side).replace("<other>", other)
        return Scalar(node.file, node.line, text, node.quoted)
    if isinstance(node, Listing):
        copy = Listing(node.file, node.line)
        copy.items = [_with_side(item, side, other) for item in node.items]
        return copy
    mapping = Mapping(node.file, node.line)
    if isinstance(node, Mapping):
        for key, item in node.pairs.items():
            if key != "for_each":
                name = key.replace("<side>", side).replace("<other>", other)
                mapping.pairs[name] = _with_side(item, side, other)
                mapping.keys[name] = Scalar(node.file, node.keys[key].line, name, node.keys[key].quoted)
    return mapping


def _vocabulary(pages: list[Mapping]) -> Vocabulary:
    """The names that conditions may use, collected before any condition is read."""
    reader = Reader(FaultList(), None)
    named: dict[str, list[Any]] = {"facts": [], "groups": [], "numbers": []}
    for page in pages:
        for section, node in _sections(page):
            if section in named:
                named[section] += reader.entries(node, SECTIONS[section])
    return Vocabulary(
        {fact.id: _fact_type(fact) for fact in named["facts"]},
        {group.id: group.facts for group in named["groups"]},
        {number.id: number.value for number in named["numbers"]},
    )


def _fact_type(fact: Fact) -> FactType:
    return FactType(fact.answer, tuple(fact.values), fact.least, fact.most)


def _read_page(name: str, page: Mapping, reader: Reader, knowledge: Knowledge) -> Page:
    ids: list[str] = []
    for section, node in _sections(page):
        for entry in reader.entries(node, SECTIONS[section]):
            _add(entry, section, knowledge, reader.faults)
            ids.append(entry.id)
    return Page(file=name, title=_line(page.pairs["title"]), about=_line(page.pairs["about"]), entries=tuple(ids))


def _line(node: Node) -> str:
    return " ".join(node.text.split()) if isinstance(node, Scalar) else ""


def _add(entry: Entry, section: str, knowledge: Knowledge, faults: FaultList) -> None:
    for other in SECTIONS:
        first = knowledge.section(other).get(entry.id)
        if first is not None:
            faults.add(
                entry.place,
                f"The id {entry.id} is used already, at {first.place}.",
                "Give one of the two another id; ids are unique over all files.",
            )
            return
    if isinstance(entry, Rule):
        entry = msgspec.structs.replace(entry, cases=(*entry.cases, *entry.edges.cases(entry.place)))
    knowledge.section(section)[entry.id] = entry  # type: ignore[index]


def _add_rules(table: Table, knowledge: Knowledge, faults: FaultList) -> None:
    for row in table.rows:
        letters = row.cells.split()
        if len(letters) != len(table.columns) or not set(letters) <= set(_LETTERS):
            faults.add(
                row.place,
                f"The row {row.id} has the cells {row.cells!r}.",
                f"Write {len(table.columns)} letters, A, R, C or a point, one for each of: {', '.join(table.columns)}.",
            )
            continue
        _add(_rule(row, table, letters), "rules", knowledge, faults)


def _rule(row: Row, table: Table, letters: list[str]) -> Rule:
    """The rule that a row of a table stands for."""
    effects = {level: _names(row, table, letters, level) for level in ("absolute", "relative", "caution")}
    then = Then(
        at_least=row.at_least,
        exclude=effects["absolute"],
        restrict=effects["relative"],
        caution=effects["caution"],
        need=row.need,
        limit=row.limit,
    )
    fires = Case(
        name=f"{row.name}: the row applies",
        start=table.start,
        given=row.fires_for,
        expect=Expect(this_rule="fires", excludes=effects["absolute"]),
        place=row.place,
    )
    clear = Case(
        name=f"{row.name}: the row does not apply",
        start=table.start,
        given=row.clear_for,
        expect=Expect(this_rule="clear"),
        place=row.place,
    )
    return Rule(
        id=row.id,
        place=row.place,
        when=row.when,
        then=then,
        if_unknown=table.if_unknown,
        says=Says(therapist=f"{row.name}. {row.note}" if row.note else f"{row.name}.", patient=row.patient),
        since=row.since,
        within=row.within,
        contained_in=row.contained_in,
        state=row.state,
        source=row.source,
        claims=row.claims,
        note=row.note,
        cases=(fires, clear),
        edges=msgspec.structs.replace(row.edges, start=row.edges.start or table.start),
    )


def _names(row: Row, table: Table, letters: list[str], level: str) -> tuple[Word, ...]:
    classes: Iterable[Word] = (
        column for column, letter in zip(table.columns, letters, strict=True) if _LETTERS[letter] == level
    )
    return (*classes, *row.variants.get(level, ()))  # type: ignore[call-overload]
