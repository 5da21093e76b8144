"""YAML text to nodes that remember their line: the only door through which text enters the engine.

Only plain YAML passes: mappings, lists and scalars. Aliases, tags, repeated keys, deep nesting, tabs, foreign
encodings and oversized files are refused with the place and the next act. Scalars stay text; what they mean is
decided by the shape they are read into, so `yes`, `no`, `1.0` and `2026-11-22` never change on the way in.
JSON is read by the same door, being YAML.
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from spinepath.engine.faults import FaultList

MOST_BYTES = 5_000_000
MOST_DEPTH = 24
_QUOTES = ("'", '"')

_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class Node:
    """A piece of a file with its place."""

    __slots__ = ("file", "line")

    def __init__(self, file: str, line: int) -> None:
        self.file, self.line = file, line

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


class Scalar(Node):
    """A word, number or text, as written."""

    __slots__ = ("quoted", "text")

    def __init__(self, file: str, line: int, text: str, quoted: bool) -> None:
        super().__init__(file, line)
        self.text, self.quoted = text, quoted


class Listing(Node):
    """An ordered list."""

    __slots__ = ("items",)

    def __init__(self, file: str, line: int) -> None:
        super().__init__(file, line)
        self.items: list[Node] = []


class Mapping(Node):
    """Keys with their values, in the order written."""

    __slots__ = ("keys", "pairs")

    def __init__(self, file: str, line: int) -> None:
        super().__init__(file, line)
        self.pairs: dict[str, Node] = {}
        self.keys: dict[str, Scalar] = {}


def read_nodes(content: bytes, file: str, faults: FaultList) -> Node | None:
    """The tree of one file, or None (with faults added) when it is not plain YAML."""
    text = _decoded(content, file, faults)
    if text is None:
        return None
    try:
        root = _Builder(file, faults).tree(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError as error:
        _add_syntax_fault(error, text, file, faults)
        return None
    except _Refused:
        return None
    if root is None:
        faults.add(file, "The file is empty.", "Write at least one entry, or remove the file.")
    return root


def _decoded(content: bytes, file: str, faults: FaultList) -> str | None:
    if len(content) > MOST_BYTES:
        faults.add(
            file,
            f"The file has {len(content):,} bytes; at most {MOST_BYTES:,} are read.",
            "Split it into smaller files.",
        )
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        faults.add(
            f"{file}:{line}",
            f"Byte {error.start} is not UTF-8 text.",
            "Save the file as UTF-8.",
        )
        return None
    return text


def _add_syntax_fault(error: yaml.YAMLError, text: str, file: str, faults: FaultList) -> None:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML"
    if mark is None:
        faults.add(file, f"The text cannot be read: {problem}.", "Remove the unreadable characters.")
        return
    lines = text.splitlines()
    written = lines[mark.line] if mark.line < len(lines) else ""
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent or "'\\t'" in problem:
        cause, act = "The line starts with a tab.", "Indent with spaces, two for each level."
    else:
        cause = f"The text cannot be read at column {mark.column + 1}: {problem}."
        act = "Check indentation, colons and quotes on this line and the one before."
    faults.add(f"{file}:{mark.line + 1}", cause, act)


class _Refused(Exception):
    """The file holds something that is never read; the fault has been added."""


class _Builder:
    """Builds the tree from parser events without recursion, so that no input can exhaust the stack."""

    def __init__(self, file: str, faults: FaultList) -> None:
        self.file = file
        self.faults = faults
        self.open: list[tuple[Mapping | Listing, Scalar | None]] = []
        self.root: Node | None = None

    def tree(self, events: Iterator[yaml.Event]) -> Node | None:
        for event in events:
            line = event.start_mark.line + 1 if event.start_mark else 0
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                self.refuse(line, "Anchors and aliases (& and *) are not read.", "Write the text out in full.")
            if isinstance(event, yaml.ScalarEvent):
                self.refuse_tag(event, line)
                self.place(Scalar(self.file, line, event.value, event.style in _QUOTES))
            elif isinstance(event, yaml.MappingStartEvent):
                self.refuse_tag(event, line)
                self.start(Mapping(self.file, line))
            elif isinstance(event, yaml.SequenceStartEvent):
                self.refuse_tag(event, line)
                self.start(Listing(self.file, line))
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                self.open.pop()
            elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
                self.refuse(line, "A second document starts here (---).", "Keep one document per file.")
        return self.root

    def start(self, node: Mapping | Listing) -> None:
        if len(self.open) >= MOST_DEPTH:
            self.refuse(node.line, f"The nesting is deeper than {MOST_DEPTH} levels.", "Flatten the entry.")
        self.place(node)
        self.open.append((node, None))

    def place(self, node: Node) -> None:
        if not self.open:
            self.root = node
            return
        parent, key = self.open[-1]
        if isinstance(parent, Listing):
            parent.items.append(node)
        elif key is None:
            self.open[-1] = (parent, self.key(node, parent))
        else:
            parent.pairs.setdefault(key.text, node)
            self.open[-1] = (parent, None)

    def key(self, node: Node, parent: Mapping) -> Scalar:
        if not isinstance(node, Scalar):
            self.refuse(node.line, "A key must be a single word.", "Write it as  word: value.")
            raise AssertionError
        first = parent.keys.setdefault(node.text, node)
        if first is not node:
            self.faults.add(
                node.place,
                f"{node.text} is given twice in one entry (first on line {first.line}).",
                "Keep one of the two.",
            )
        return node

    def refuse_tag(self, event: yaml.NodeEvent, line: int) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            self.refuse(line, f"The tag {tag} is not read.", "Remove it; plain values need no tag.")

    def refuse(self, line: int, cause: str, act: str) -> None:
        self.faults.add(f"{self.file}:{line}", cause, act)
        raise _Refused
