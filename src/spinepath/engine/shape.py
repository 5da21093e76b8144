"""Nodes to entries: a strict reader driven by the types in `entries.py` and `content.py`.

A missing or unknown key, a wrong kind of value or an unreadable condition becomes a fault with place, cause and next
act; reading goes on, so that one run shows them all. An entry with a fault is left out of the result.
"""

from __future__ import annotations

import re
import types
from collections.abc import Callable
from datetime import date
from functools import cache, reduce
from operator import or_
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from spinepath.engine.conditions import Condition
from spinepath.engine.entries import Entry, Raw, Word
from spinepath.engine.faults import FaultList, nearest
from spinepath.engine.language import NotACondition, Vocabulary, parse
from spinepath.engine.nodes import Listing, Mapping, Node, Scalar

NOTHING: Any = object()
"""Returned instead of a value when a fault was added."""

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]*")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


class Reader:
    """Builds entries; `vocabulary` is None while only names are being collected, and conditions are then skipped."""

    def __init__(self, faults: FaultList, vocabulary: Vocabulary | None) -> None:
        self.faults = faults
        self.vocabulary = vocabulary

    def entries(self, node: Node, kind: type[Entry]) -> list[Any]:
        """The entries of one section, which must be a list."""
        if not isinstance(node, Listing):
            self.faults.add(node.place, "A section must be a list of entries.", f"Write:\n{kind.example}")
            return []
        built = [self.struct(item, kind) for item in node.items]
        return [entry for entry in built if entry is not NOTHING]

    def value(self, node: Node, kind: Any) -> Any:
        """The value of `node` as `kind`, or NOTHING with a fault added."""
        kind = _without_none(kind)
        if kind == Condition:
            return self.condition(node)
        origin = get_origin(kind)
        if origin is Literal:
            return self.one_of(node, get_args(kind))
        if origin is tuple:
            return self.listing(node, get_args(kind)[0])
        if origin is dict:
            return self.mapping(node, *get_args(kind))
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self.struct(node, kind)
        return self.scalar(node, _SCALARS[kind])

    def scalar(self, node: Node, read: Callable[[Scalar, FaultList], Any]) -> Any:
        if not isinstance(node, Scalar):
            self.faults.add(node.place, "A single value is needed here.", "Write it on one line after the colon.")
            return NOTHING
        return read(node, self.faults)

    def one_of(self, node: Node, words: tuple[str, ...]) -> Any:
        if isinstance(node, Scalar) and node.text in words:
            return node.text
        written = node.text if isinstance(node, Scalar) else "a list or mapping"
        act = nearest(written, words, f"Use one of: {', '.join(words)}.")
        self.faults.add(node.place, f"{written!r} is not allowed here.", act)
        return NOTHING

    def listing(self, node: Node, kind: Any) -> Any:
        """A list; a single word may stand without brackets."""
        items = node.items if isinstance(node, Listing) else [node]
        if isinstance(node, Mapping):
            self.faults.add(node.place, "A list is needed here.", "Write  [one, two]  or one item a line after a dash.")
            return NOTHING
        values = [self.value(item, kind) for item in items]
        return NOTHING if NOTHING in values else tuple(values)

    def mapping(self, node: Node, key_kind: Any, kind: Any) -> Any:
        if not isinstance(node, Mapping):
            self.faults.add(node.place, "Keys with values are needed here.", "Write  {name: value}.")
            return NOTHING
        values = {key: self.value(item, kind) for key, item in node.pairs.items()}
        words = [self.value(key, key_kind) for key in node.keys.values()]
        return NOTHING if NOTHING in (*values.values(), *words) else values

    def condition(self, node: Node) -> Any:
        if not isinstance(node, Scalar):
            self.faults.add(node.place, "A condition is one line of text.", "Write  when: age_years >= 70.")
            return NOTHING
        if self.vocabulary is None:
            return None
        try:
            return parse(node.text, self.vocabulary)
        except NotACondition as problem:
            self.faults.add(node.place, problem.cause, problem.act)
            return NOTHING

    def struct(self, node: Node, kind: type[msgspec.Struct]) -> Any:
        example = getattr(kind, "example", "")
        if not isinstance(node, Mapping):
            self.faults.add(node.place, f"A {_title(kind)} needs keys with values.", f"Write:\n{example}".strip())
            return NOTHING
        fields = _fields(kind)
        found: dict[str, Any] = {}
        sound = self.known_keys(node, kind, tuple(fields)) and not self.missing_keys(node, kind, example)
        for key, item in node.pairs.items():
            if key in fields:
                found[key] = self.value(item, fields[key].type)
                sound = sound and found[key] is not NOTHING
        if "place" in kind.__struct_fields__:
            found["place"] = node.place
        return kind(**found) if sound else NOTHING

    def known_keys(self, node: Mapping, kind: type[msgspec.Struct], names: tuple[str, ...]) -> bool:
        unknown = [key for key in node.pairs if key not in names]
        for key in unknown:
            act = nearest(key, names, f"Keys are: {', '.join(names)}.")
            self.faults.add(node.keys[key].place, f"A {_title(kind)} has no key {key!r}.", act)
        return not unknown

    def missing_keys(self, node: Mapping, kind: type[msgspec.Struct], example: str) -> bool:
        missing = [name for name, field in _fields(kind).items() if field.required and name not in node.pairs]
        if missing:
            name = node.pairs.get("id")
            of = f" {name.text}" if isinstance(name, Scalar) else ""
            act = f"Add it, for example:\n{example}" if example else "Add it."
            self.faults.add(node.place, f"The {_title(kind)}{of} lacks {', '.join(missing)}.", act)
        return bool(missing)


def _title(kind: type) -> str:
    return kind.__name__.lower()


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {field.name: field for field in msgspec.structs.fields(kind) if field.name != "place"}


@cache
def _without_none(kind: Any) -> Any:
    """The kind of a key that may be left out, when it is not."""
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    kinds = tuple(part for part in get_args(kind) if part is not type(None))
    return kinds[0] if len(kinds) == 1 else reduce(or_, kinds)


def _text(node: Scalar, faults: FaultList) -> Any:
    text = " ".join(node.text.split())
    if not text:
        faults.add(node.place, "A text is missing here.", "Write it after the colon, or remove the key.")
        return NOTHING
    return text


def _word(node: Scalar, faults: FaultList) -> Any:
    if _WORD.fullmatch(node.text):
        return node.text
    faults.add(
        node.place,
        f"{node.text!r} is not a name.",
        "A name starts with a letter and holds letters, digits, _, - and . only.",
    )
    return NOTHING


def _number(node: Scalar, faults: FaultList) -> Any:
    if _NUMBER.fullmatch(node.text) and not node.quoted:
        return float(node.text)
    faults.add(node.place, f"{node.text!r} is not a number.", "Write digits with a point, for example 7 or 0.5.")
    return NOTHING


def _whole(node: Scalar, faults: FaultList) -> Any:
    number = _number(node, faults)
    if number is NOTHING or number == int(number):
        return number if number is NOTHING else int(number)
    faults.add(node.place, f"{node.text!r} is not a whole number.", "Write it without a fraction.")
    return NOTHING


def _yes_no(node: Scalar, faults: FaultList) -> Any:
    if node.text in ("yes", "no"):
        return node.text == "yes"
    faults.add(node.place, f"{node.text!r} is not yes or no.", "Write yes or no.")
    return NOTHING


def _day(node: Scalar, faults: FaultList) -> Any:
    try:
        return date.fromisoformat(node.text)
    except ValueError:
        faults.add(node.place, f"{node.text!r} is not a date.", "Write year-month-day, for example 2026-11-22.")
        return NOTHING


def _raw(node: Scalar, _faults: FaultList) -> Any:
    return node.text


_SCALARS: dict[Any, Callable[[Scalar, FaultList], Any]] = {
    str: _text,
    Word: _word,
    Raw: _raw,
    float: _number,
    int: _whole,
    bool: _yes_no,
    date: _day,
}
