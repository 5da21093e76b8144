"""Who names whom: the neighbours of an entry in both directions, and the section it stands in."""

from __future__ import annotations

from collections.abc import Iterator

from spinepath.engine.conditions import Condition, facts_in
from spinepath.engine.entries import Entry, Fact, Rule
from spinepath.engine.knowledge import SECTION_NAMES, Knowledge
from spinepath.engine.links import links_of

NamedBy = dict[str, list[str]]
"""The entries that name one entry: section of the naming entries, with their ids in reading order."""


def section_of(knowledge: Knowledge, name: str) -> str:
    """The section an entry stands in. Raises StopIteration for an id that is no entry."""
    return next(section for section in SECTION_NAMES if name in knowledge.section(section))


def conditions_of(entry: Entry) -> Iterator[Condition]:
    """The conditions written in an entry: when a rule holds, or when a worked-out fact is yes."""
    if isinstance(entry, Rule):
        yield entry.when
    if isinstance(entry, Fact) and entry.worked_out is not None and entry.worked_out.when is not None:
        yield entry.worked_out.when


def named_in(entry: Entry) -> dict[str, None]:
    """Every id that an entry names, in its keys or its conditions, each once and in reading order."""
    named = dict.fromkeys(target for _, target, _ in links_of(entry))
    for condition in conditions_of(entry):
        named.update(dict.fromkeys(facts_in(condition)))
    return named


def backlinks(knowledge: Knowledge, name: str) -> NamedBy:
    """Every entry that names this one, by section."""
    return all_backlinks(knowledge).get(name, {})


def only_named_by(entry: Entry, named_by: NamedBy) -> NamedBy:
    """Of the entries that name this one, those that it does not name itself."""
    known = named_in(entry)
    found = {section: [name for name in names if name not in known] for section, names in named_by.items()}
    return {section: names for section, names in found.items() if names}


def all_backlinks(knowledge: Knowledge) -> dict[str, NamedBy]:
    """For each id, every other entry that names it, by section; ids that nothing names are missing."""
    found: dict[str, NamedBy] = {}
    for section in SECTION_NAMES:
        for entry in knowledge.section(section).values():
            for target in named_in(entry):
                if target != entry.id:
                    found.setdefault(target, {}).setdefault(section, []).append(entry.id)
    return found
