"""One entry in plain words, with everything it names and everything that names it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from rich.console import Console
from rich.markup import escape

from spinepath.engine.entries import Entry, Rule
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.language import write
from spinepath.engine.links import links_of
from spinepath.engine.neighbours import backlinks, conditions_of, section_of
from spinepath.terminal.words import badge, name_of

_OWN_LINES = {"id", "place", "name", "title", "state", "source", "claims", "home", "cases", "rows", "says", "when"}


def show_entry(console: Console, knowledge: Knowledge, name: str) -> None:
    """Prints the entry: what it says, where it stands, how sure it is, and its neighbours both ways."""
    entry = knowledge.entries[name]
    state = getattr(entry, "state", None)
    console.print(f"[bold]{escape(name_of(entry))}[/]  [dim]{section_of(knowledge, name)} · {name}[/]")
    console.print(f"[dim]{entry.place}[/]" + (f"  {badge(state)}" if state else ""))
    for line in _body(knowledge, entry):
        console.print(f"  {line}", highlight=False)
    named: dict[str, list[str]] = {}
    for path, target, _ in links_of(entry):
        named.setdefault(path.replace("then.", ""), []).append(target)
    for path, targets in named.items():
        _neighbours(console, knowledge, path, targets)
    for section, names in backlinks(knowledge, name).items():
        _neighbours(console, knowledge, f"named by {section}", names)


def _body(knowledge: Knowledge, entry: Entry) -> Iterator[str]:
    says = getattr(entry, "says", None)
    if isinstance(says, msgspec.Struct):
        yield escape(says.therapist)  # type: ignore[attr-defined]
        if says.patient:  # type: ignore[attr-defined]
            yield f"To the patient: {escape(says.patient)}"  # type: ignore[attr-defined]
    elif says:
        yield from (escape(text) for text in ([says] if isinstance(says, str) else says))
    for condition in conditions_of(entry):
        yield f"[italic]When {escape(write(condition))}[/]"
    for key, value in _plain_fields(entry):
        yield f"{key.replace('_', ' ')}: {escape(_in_words(value))}"
    if isinstance(entry, Rule):
        yield f"{len(entry.cases)} cases, each run by the check: " + escape(
            "; ".join(case.name for case in entry.cases)
        )


def _plain_fields(entry: Entry) -> Iterator[tuple[str, Any]]:
    linked = {path.split(".")[0] for path, _, _ in links_of(entry)}
    for field in msgspec.structs.fields(entry):
        value = getattr(entry, field.name)
        if field.name not in _OWN_LINES | linked and value not in (None, (), {}, field.default):
            yield field.name, value


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (tuple, list)):
        return "; ".join(_in_words(part) for part in value)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_in_words(part)}" for key, part in value.items())
    if isinstance(value, msgspec.Struct):
        parts = {key: getattr(value, key) for key in value.__struct_fields__}
        return _in_words(
            {key.replace("_", " "): part for key, part in parts.items() if part not in (None, (), {}, False)}
        )
    return str(value)


def _neighbours(console: Console, knowledge: Knowledge, title: str, names: list[str]) -> None:
    console.print(f"\n[bold]{escape(title.replace('_', ' '))}[/] ({len(names)})")
    for name in names:
        entry = knowledge.entries.get(name)
        state = getattr(entry, "state", None)
        mark = f" {badge(state)}" if state else ""
        text = escape(name_of(entry)) if entry is not None else "not an entry"
        console.print(f"  [cyan]{name}[/]  {text}{mark}", highlight=False)
