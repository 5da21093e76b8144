"""How the kinds of entries with a layout of their own are shown: facts, rules and the rows of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from spinepath.engine.check import declared_dangers
from spinepath.engine.entries import Derivation, Edges, Entry, Fact, Raw, Row, Rule, Table, Word
from spinepath.engine.words import EFFECT_WORDS, HOLDS, UNANSWERED, in_words, limit_words, number_words
from spinepath.interop.handbook.fields import all_fields, fields_of, key_field
from spinepath.interop.handbook.grids import matrix
from spinepath.interop.handbook.index import Index
from spinepath.interop.handbook.nodes import Block, Bullets, Card, Code, Field, Inline, Line, Words, field, line


def card(index: Index, entry: Entry) -> Card:
    """One entry with everything said about it."""
    row = index.knowledge.rows.get(entry.id)
    blocks: tuple[Block, ...] = ()
    if row is not None and isinstance(entry, Rule):
        fields = _row(index, entry, row)
    elif isinstance(entry, Rule):
        fields = _rule(index, entry)
    elif isinstance(entry, Fact):
        fields = _fact(index, entry)
    elif isinstance(entry, Table):
        fields = iter((field("If unanswered", UNANSWERED[entry.if_unknown]),))
        blocks = matrix(index, entry)
    else:
        fields = iter(fields_of(index, entry))
    return Card(head=index.head(entry), blocks=(*blocks, all_fields(index, entry, fields)))


# rules


def _rule(index: Index, rule: Rule) -> Iterator[Field]:
    yield Field(label="When", blocks=(index.condition(rule.when),))
    yield Field(label="Then", blocks=(Bullets(items=tuple(effects(index, rule))),))
    yield from _words_of(index, rule)
    yield from fields_of(index, rule, leave_out=("when", "then", "if_unknown", "says", "cases", "edges"))
    names = tuple((Words(text=case.name),) for case in rule.stories)
    if names:
        yield Field(label=f"Cases ({len(names)})", blocks=(Bullets(items=names),))
    yield from _edges(index, rule.edges)


def _words_of(index: Index, rule: Rule) -> Iterator[Field]:
    yield field("To the therapist", index.line(rule.says.therapist))
    if rule.says.patient:
        yield field("To the patient", index.line(rule.says.patient))
    yield field("If unanswered", UNANSWERED[rule.if_unknown])


def effects(index: Index, rule: Rule) -> Iterator[tuple[Inline, ...]]:
    """What the rule does when it fires, one line for each effect."""
    then = rule.then
    for key, label in EFFECT_WORDS.items():
        value: Any = getattr(then, key)
        if value:
            links = index.links((value,) if isinstance(value, str) else value, by_name=True)
            yield (Words(text=f"{label}: "), *links.parts)
    for name, number in then.limit.items():
        yield (Words(text=f"{limit_words(index.knowledge, name, number)} ("), index.link(name), Words(text=")"))
    if then.hold:
        yield (Words(text=HOLDS),)
    if then.tell:
        yield (Words(text="Tells the therapist: "), *index.text(then.tell))


def _row(index: Index, rule: Rule, row: Row) -> Iterator[Field]:
    """A row of a contraindication table: its effects, and the two patients that show them."""
    yield Field(label="When", blocks=(index.condition(rule.when),))
    yield Field(label="Then", blocks=(Bullets(items=tuple(effects(index, rule))),))
    yield from _some(index, row, "note", "basis", "scope", "patient")
    yield field("If unanswered", UNANSWERED[rule.if_unknown])
    yield from _some(index, rule, "source", "claims", "within", "contained_in", "since")
    start = index.table_of[row.id].start
    for label, given in (("Applies to", row.fires_for), ("Not to", row.clear_for)):
        yield Field(label=label, blocks=(_given(index, start, given),))
    yield from _edges(index, rule.edges)


def _edges(index: Index, edges: Edges) -> Iterator[Field]:
    """The small patients on both sides of the edges of a rule."""
    labelled = (("Fires for", edges.fires_for), ("Clear for", edges.clear_for), ("Open for", edges.open_for))
    for label, lines in labelled:
        if lines:
            items = tuple(_given(index, edges.start, given).parts for given in lines)
            yield Field(label=f"{label} ({len(lines)})", blocks=(Bullets(items=items),))


def _some(index: Index, entry: Entry, *keys: str) -> Iterator[Field]:
    yield from (found for key in keys if (found := key_field(index, entry, key)) is not None)


def _given(index: Index, start: str | None, given: Mapping[Word, Raw]) -> Line:
    """A small patient: the chart it begins from, and the answers that differ."""
    parts: list[Inline] = [index.link(start)] if start else []
    for name, value in given.items():
        joint = ", " if len(parts) > 1 else " with " if parts else ""
        parts += [Words(text=joint), index.link(name), Words(text=f": {value}")]
    return Line(parts=tuple(parts))


# facts


def _fact(index: Index, fact: Fact) -> Iterator[Field]:
    yield from _some(index, fact, "ask", "item", "hint", "why_we_ask")
    yield Field(label="Answer", blocks=(_answer(fact),))
    yield field("Stricter when", _danger(fact))
    yield field("Found out", f"{_by(fact)}; counts {_how_long(fact)}")
    if fact.worked_out is not None:
        yield _derivation(index, fact.worked_out)
    yield from fields_of(
        index,
        fact,
        leave_out=(
            *("ask", "item", "hint", "why_we_ask", "answer", "values", "unit", "least", "most"),
            *("obtained", "who", "fresh_for", "danger", "worked_out", "grows"),
        ),
    )


def _by(fact: Fact) -> str:
    return "worked out" if fact.worked_out else f"{in_words(fact.obtained).lower()}, {fact.who}"


def _derivation(index: Index, how: Derivation) -> Field:
    """How a fact is worked out: from others, or by comparing a number with its own earlier findings."""
    if how.when is not None:
        return Field(label="Yes when", blocks=(index.condition(how.when),))
    change, number = ("Fall of ", how.fall_of) if how.fall_of else ("Rise of ", how.rise_of)
    since = {"first": "its first finding", "extreme": "the best or worst ever recorded"}[how.since]
    percent = ", in percent" if how.as_percent else ""
    parts = (Words(text=change), index.link(number or ""), Words(text=f" since {since}{percent}"))
    return Field(label="Worked out", blocks=(Line(parts=parts),))


def _how_long(fact: Fact) -> str:
    return {"session": "for this session", "always": "always"}.get(fact.fresh_for, f"for {fact.fresh_for}")


def _danger(fact: Fact) -> str:
    return ", ".join(str(fact.values.get(Word(word), word)) for word in declared_dangers(fact)) or "never by itself"


def _answer(fact: Fact) -> Line | Bullets:
    if fact.answer == "choice":
        return Bullets(items=tuple((Code(text=word), Words(text=f": {said}")) for word, said in fact.values.items()))
    if fact.answer == "number":
        grows = ", counted on from when it is told" if fact.grows else ""
        return line(f"{number_words((fact.least, fact.most))} ({fact.unit}){grows}")
    return line("yes or no")
