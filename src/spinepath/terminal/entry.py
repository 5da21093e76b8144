"""One entry in plain words, with everything it names and everything that names it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from spinepath.engine.condition_text import groups_of, lines_of
from spinepath.engine.content import ScaleLevel
from spinepath.engine.entries import Derivation, Entry, Fact, Rule, Says
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.links import links_of
from spinepath.engine.neighbours import backlinks, conditions_of, only_named_by, section_of
from spinepath.engine.words import (
    EFFECT_WORDS,
    HOLDS,
    UNANSWERED,
    level_words,
    limit_words,
    name_of,
    number_words,
    scale_words,
)
from spinepath.terminal.words import badge, legend, mark

_HEAD = ("id", "place", "name", "title", "state")
_ELSEWHERE = (*_HEAD, "says", "when", "then", "if_unknown", "cases", "edges", "rows", "source", "claims", "home")
"""Keys that have a place of their own, or lead to entries that are listed below."""

_LAST = ("source", "claims", "codes")
"""What an entry rests on stands after what it does."""

_INDENT = 6


def show_entry(console: Console, knowledge: Knowledge, name: str) -> None:
    """Prints the entry: what it says, where it stands, how sure it is, and its neighbours both ways."""
    entry = knowledge.entries[name]
    state = getattr(entry, "state", None)
    console.print(f"[bold]{escape(name_of(knowledge, entry))}[/]  [dim]{section_of(knowledge, name)} · {name}[/]")
    console.print(f"[dim]{entry.place}[/]" + (f"  {badge(state)}" if state else ""))
    _print_pairs(console, _body(knowledge, entry, console.width))
    named: dict[str, list[str]] = {}
    for path, target, _ in sorted(links_of(entry), key=lambda link: link[0] in _LAST):
        key = path.removeprefix("then.")
        named.setdefault(EFFECT_WORDS.get(key, key.replace("_", " ")), []).append(target)
    for title, targets in named.items():
        _neighbours(console, knowledge, title, targets)
    for section, names in only_named_by(entry, backlinks(knowledge, name)).items():
        _neighbours(console, knowledge, f"named by {section}", names)
    console.print(f"\n[dim]{legend()}[/]")


Pairs = Iterator[tuple[str, str]]
"""Lines of an entry: what each is called, empty where it needs no name, and what it says."""


def _body(knowledge: Knowledge, entry: Entry, width: int) -> Pairs:
    yield from _said(getattr(entry, "says", None))
    groups = groups_of(knowledge)
    for condition in conditions_of(entry):
        for place, line in enumerate(lines_of(condition, groups, width - 2 * _INDENT)):
            yield ("" if place else "when"), line
    if isinstance(entry, Rule):
        yield from _rule(knowledge, entry)
    for key, value in _plain_fields(entry):
        yield key.replace("_", " "), _in_words(value)
    if isinstance(entry, Fact) and entry.scale:
        yield "scale", scale_words(knowledge, entry)
    if isinstance(entry, Rule):
        yield from _cases(knowledge, entry)


def _said(says: object) -> Pairs:
    if isinstance(says, Says):
        yield "", says.therapist
        if says.patient:
            yield "to the patient", says.patient
    elif isinstance(says, str):
        yield "", says
    elif isinstance(says, tuple):
        yield from (("", text) for text in says)


def _rule(knowledge: Knowledge, rule: Rule) -> Pairs:
    """The effects that name no other entry, and what happens while nobody knows."""
    for name, value in rule.then.limit.items():
        yield "limit", limit_words(knowledge, name, value)
    if rule.then.hold:
        yield "hold", HOLDS
    if rule.then.tell:
        yield "tell", rule.then.tell
    yield "if unknown", UNANSWERED[rule.if_unknown]


def _cases(knowledge: Knowledge, rule: Rule) -> Pairs:
    """The cases by name; those of a row only show that it applies and that it does not."""
    if rule.id in knowledge.rows:
        yield "cases", f"{len(rule.cases)}, each run by the check"
        return
    for place, case in enumerate(rule.stories):
        yield ("" if place else "cases"), f"{place + 1}. {case.name}"
    if rule.edges:
        yield "edges", f"{len(rule.edges)} small patients, each run by the check"


def _plain_fields(entry: Entry) -> Iterator[tuple[str, Any]]:
    """The other keys that say something, the note last."""
    linked = {path for path, _, _ in links_of(entry)}
    said = getattr(getattr(entry, "says", None), "therapist", "")
    for field in sorted(msgspec.structs.fields(entry), key=lambda field: field.name == "note"):
        value = getattr(entry, field.name)
        is_shown = isinstance(value, Derivation) and value.when is not None
        listed_below = field.name in linked and not isinstance(value, dict)
        is_said = field.name == "note" and value and value in said
        if field.name in _ELSEWHERE or is_shown or listed_below or is_said:
            continue
        if value not in (None, (), {}, field.default):
            yield field.name, value


def _in_words(value: Any) -> str:
    if isinstance(value, tuple) and value and not isinstance(value[0], (int, float)):
        parts = [_in_words(part) for part in value]
        return (" " if all(part.endswith(".") for part in parts) else "; ").join(parts)
    if isinstance(value, ScaleLevel):
        return level_words(value) + (f", {value.use}" if value.use else "")
    if isinstance(value, msgspec.Struct):
        keys = {key.replace("_", " "): getattr(value, key) for key in value.__struct_fields__}
        return _in_words({key: part for key, part in keys.items() if part not in (None, (), {}, False)})
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_in_words(part)}" for key, part in value.items())
    return number_words(value)


def _print_pairs(console: Console, pairs: Iterable[tuple[str, str]]) -> None:
    """Each line with its name before it, and no line under a name."""
    for name, text in pairs:
        shown = f"[dim]{escape(name)}:[/] {escape(text)}" if name else escape(text)
        console.print(Padding(shown, (0, 0, 0, 2)), highlight=False)


def _neighbours(console: Console, knowledge: Knowledge, title: str, names: list[str]) -> None:
    console.print(f"\n[bold]{escape(title)}[/] ({len(names)})")
    table = Table.grid(padding=(0, 2))
    for name in names:
        entry = knowledge.entries.get(name)
        state = getattr(entry, "state", None)
        text = escape(name_of(knowledge, entry)) if entry is not None else "not an entry"
        table.add_row("", f"[cyan]{escape(name)}[/]", text + (f" {mark(state)}" if state else ""))
    console.print(table)
