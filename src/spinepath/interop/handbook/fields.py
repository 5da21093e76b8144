"""What is said about an entry of any kind: each key a label, each value in words, each reference a link.

A kind of entry without a layout of its own is shown by this module alone, so that a new kind needs no new code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, get_args

import msgspec

from spinepath.engine.conditions import Condition
from spinepath.engine.entries import Entry
from spinepath.engine.links import LINKS
from spinepath.engine.words import counted, in_words, number_words
from spinepath.interop.handbook.index import Index
from spinepath.interop.handbook.nodes import (
    Block,
    Blocks,
    Bullets,
    Code,
    Field,
    Fields,
    Folded,
    Inline,
    Line,
    Web,
    Words,
)

HEAD_KEYS = ("id", "place", "name", "title", "state")
"""Keys that the head of an entry shows."""

LAST_KEYS = ("note", "source", "claims", "home", "codes", "since")
"""Keys that every entry shows last, in this order."""

LABELS = {
    "at_least": "At least",
    "better": "Better when",
    "checked": "Checked by",
    "claims": "Claims of the article",
    "could_harm": "Could harm",
    "days_between": "Days between sessions",
    "embed": "May be embedded",
    "go_on_when": "Go on when",
    "home": "Carried by",
    "least": "From",
    "lines": "Lines of the article",
    "most": "To",
    "none": "When none applies",
    "most_level_with_leg_signs": "Highest level with leg signs",
    "patient": "To the patient",
    "sides": "The article says both",
    "so_we": "So we",
    "source": "Sources",
    "technique_class": "Class",
    "therapist": "To the therapist",
    "weeks_most": "Weeks at most",
    "who": "By whom",
}
"""Labels that the key itself does not make clear."""

_UNLABELLED = ("id", "meaning", "says")
_MANY = 12
_SHORT = 90


def fields_of(index: Index, entry: Entry, *, leave_out: Iterable[str] = ()) -> tuple[Field, ...]:
    """Everything an entry says that its head does not: in the order of its keys, with note, sources and claims last."""
    shown = [key for key in entry.__struct_fields__ if key not in (*HEAD_KEYS, *leave_out)]
    keys = [key for key in shown if key not in LAST_KEYS] + [key for key in LAST_KEYS if key in shown]
    return tuple(found for key in keys if (found := key_field(index, entry, key)) is not None)


def key_field(index: Index, entry: Entry, key: str, label: str = "") -> Field | None:
    """One key of an entry; None when nothing is written there."""
    blocks = key_blocks(index, entry, key)
    return Field(label=label or label_of(key), blocks=blocks) if blocks else None


def label_of(key: str) -> str:
    """What a key of an entry is called."""
    return LABELS.get(key) or in_words(key)


def key_blocks(index: Index, entry: Entry, key: str) -> Blocks:
    """The value of one key of an entry, as links where it names other entries; nothing when nothing is written."""
    value = getattr(entry, key, None)
    if is_empty(value) and not (value is False and key in _always_written(type(entry))):
        return ()
    linked = any(isinstance(entry, kind) and key in keys for kind, keys in LINKS.items())
    if linked and not isinstance(value, Mapping):
        return (_linked(index, value, by_name=key not in ("codes", "claims", "home", "rules", "sides")),)
    if key == "says" and isinstance(value, tuple):
        return tuple(index.line(text) for text in value)
    return tuple(value_blocks(index, value))


@cache
def _always_written(kind: type[Entry]) -> frozenset[str]:
    return frozenset(found.name for found in msgspec.structs.fields(kind) if found.required)


def is_empty(value: object) -> bool:
    """Does the value say nothing? A plain no says nothing either where it need not be written."""
    return value is None or value is False or value in ((), {}, "")


def _linked(index: Index, value: Any, *, by_name: bool) -> Block:
    names = (value,) if isinstance(value, str) else value
    if isinstance(names[0], str):
        return index.links(names, by_name=by_name)
    return Bullets(items=tuple(index.links(part, by_name=by_name).parts for part in names))


def named_by(index: Index, name: str) -> tuple[Field, ...]:
    """The entries that name this one and that it does not name itself, by section; folded away when they are many."""
    return tuple(
        Field(label=f"Named by {counted(len(names), section)}", blocks=(_folded(index, names),), from_others=True)
        for section, names in index.only_named_by(name).items()
    )


def _folded(index: Index, names: list[str]) -> Block:
    links = index.links(names)
    return Folded(title=f"{len(names)} entries", blocks=(links,)) if len(names) > _MANY else links


def all_fields(index: Index, entry: Entry, fields: Iterable[Field]) -> Fields:
    """The fields of an entry, followed by those that name it."""
    return Fields(rows=(*fields, *named_by(index, entry.id)))


# values


def value_blocks(index: Index, value: Any) -> Iterator[Block]:
    """A value in words: one line, or a list when it has several parts."""
    if isinstance(value, get_args(Condition)):
        yield index.condition(value)
    elif _has_parts(value) and not _is_short(value_parts(index, value)):
        parts = _parts(value) if not isinstance(value, tuple) else None
        items = (_pair(index, *part) for part in parts) if parts else (value_parts(index, part) for part in value)
        yield Bullets(items=tuple(items))
    else:
        yield Line(parts=value_parts(index, value))


def value_parts(index: Index, value: Any) -> tuple[Inline, ...]:
    """A value in words, inside a line."""
    if isinstance(value, get_args(Condition)):
        return (Code(text=index.short_condition(value)),)
    if isinstance(value, str):
        web = value.startswith(("https://", "http://")) and " " not in value
        return (Web(url=value, text=value.partition("://")[2].rstrip("/")),) if web else index.text(value)
    if isinstance(value, (Mapping, msgspec.Struct)):
        pairs = [_pair(index, key, part) for key, part in _parts(value)]
        named = isinstance(value, msgspec.Struct) and hasattr(value, "id")
        return (*pairs[0], Words(text=": "), *chained(pairs[1:])) if named else chained(pairs)
    if isinstance(value, tuple) and not isinstance(value[0], (int, float)):
        return chained([value_parts(index, part) for part in value])
    return (Words(text=number_words(value)),)


def _parts(value: Mapping[str, Any] | msgspec.Struct) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        return list(value.items())
    pairs = [(key, getattr(value, key)) for key in value.__struct_fields__]
    return [(key, part) for key, part in pairs if not is_empty(part)]


def _pair(index: Index, key: str, value: Any) -> tuple[Inline, ...]:
    if key in _UNLABELLED:
        return value_parts(index, value)
    label: Inline = index.link(key) if key in index.sections else Words(text=label_of(key))
    return (label, Words(text=": "), *value_parts(index, value))


def chained(parts: list[tuple[Inline, ...]], joint: str = "; ") -> tuple[Inline, ...]:
    """The pieces in one line with a joint between them."""
    first, *rest = parts or [()]
    return (*first, *(piece for part in rest for piece in (Words(text=joint), *part)))


def _has_parts(value: Any) -> bool:
    if isinstance(value, tuple):
        return len(value) > 1 and not isinstance(value[0], (int, float))
    return isinstance(value, (Mapping, msgspec.Struct))


def _is_short(parts: tuple[Inline, ...]) -> bool:
    return sum(len(getattr(part, "text", "")) for part in parts) <= _SHORT
