"""Values, states and sources as words."""

from __future__ import annotations

from collections.abc import Iterable

from spinepath.engine.conditions import Value
from spinepath.engine.content import Source
from spinepath.engine.entries import Entry, Fact, Word
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.values import write_value

STATE_WORDS = {
    "verified": "verified",
    "secondary": "read second-hand",
    "recalled": "recalled, to be checked",
    "project": "project rule, needs sign-off",
}

STATE_STYLES = {"verified": "green", "secondary": "cyan", "recalled": "yellow", "project": "magenta"}


def badge(state: str) -> str:
    """How sure an entry is, marked so that states can be told apart without colour."""
    return f"[{STATE_STYLES[state]}]‹{STATE_WORDS[state]}›[/]"


def value_words(fact: Fact, value: Value) -> str:
    """The value of a fact as a reader says it."""
    if isinstance(value, str):
        return str({**fact.values}.get(Word(value), value))
    unit = f" {fact.unit}" if fact.answer == "number" and value is not None else ""
    return f"{write_value(value)}{unit}"


def source_line(source: Source) -> str:
    """A source in one line."""
    year = f" {source.year}" if source.year else ""
    return f"{source.who}{year}. {source.title}."


def sources_of(knowledge: Knowledge, entries: Iterable[Entry]) -> tuple[Source, ...]:
    """The sources that these entries rest on, each once."""
    names = dict.fromkeys(name for entry in entries for name in getattr(entry, "source", ()))
    return tuple(knowledge.sources[name] for name in names)


def name_of(entry: Entry) -> str:
    """What an entry is called by its readers."""
    for key in ("name", "title", "web_says"):
        called = getattr(entry, key, None)
        if isinstance(called, str):
            return called
    says = getattr(entry, "says", None)
    return getattr(says, "therapist", None) or (says if isinstance(says, str) else entry.id)
