"""The only door through which text enters: what is plain YAML passes with its lines, everything else is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.faults import FaultList
from spinepath.engine.nodes import MOST_BYTES, Listing, Mapping, Node, Scalar, read_nodes


def read(text: str | bytes) -> tuple[Node | None, list[str]]:
    faults = FaultList()
    node = read_nodes(text.encode() if isinstance(text, str) else text, "file.yaml", faults)
    return node, [str(fault) for fault in faults]


def plain(node: Node | None) -> object:
    """The tree as text, lists and dictionaries."""
    if isinstance(node, Mapping):
        return {key: plain(item) for key, item in node.pairs.items()}
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: yes", {"a": "yes"}),
        ("a: 1.10", {"a": "1.10"}),
        ("a: 2026-11-22", {"a": "2026-11-22"}),
        ("a: 010", {"a": "010"}),
        ("a: null", {"a": "null"}),
        ("a:", {"a": ""}),
        ("a: 'no'", {"a": "no"}),
        ("{a: [x, y], b: {c: z}}", {"a": ["x", "y"], "b": {"c": "z"}}),
        ("- x\n- - y\n  - z", ["x", ["y", "z"]]),
        ("a: >-\n  one\n  two", {"a": "one two"}),
        ("a: x # a remark", {"a": "x"}),
        ('{"a": true, "b": [1, 2.50]}', {"a": "true", "b": ["1", "2.50"]}),
        ("word", "word"),
        ("---\na: x\n...", {"a": "x"}),
    ],
)
def test_values_stay_as_they_were_written(text: str, expected: object) -> None:
    node, faults = read(text)
    assert plain(node) == expected
    assert not faults


def test_a_byte_order_mark_and_windows_lines_are_harmless() -> None:
    node, faults = read(b"\xef\xbb\xbfa: x\r\nb: y\r\n")
    assert plain(node) == {"a": "x", "b": "y"}
    assert not faults


def test_every_node_knows_its_place() -> None:
    node, _ = read("a: x\nb:\n  - y\n  - {c: z}\n")
    assert isinstance(node, Mapping)
    assert node.pairs["a"].place == "file.yaml:1"
    listing = node.pairs["b"]
    assert isinstance(listing, Listing)
    assert [item.place for item in listing.items] == ["file.yaml:3", "file.yaml:4"]
    assert node.keys["b"].place == "file.yaml:2"


def test_quotes_are_remembered() -> None:
    node, _ = read("a: 'x'\nb: x\nc: \"x\"")
    assert isinstance(node, Mapping)
    assert [item.quoted for item in node.pairs.values() if isinstance(item, Scalar)] == [True, False, True]


BOMB = "\n".join(
    [
        "a: &a [x, x]",
        *(f"{name}: &{name} [*{before}, *{before}]" for before, name in zip("abcdefg", "bcdefgh", strict=True)),
    ]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "file.yaml: The file is empty. Write at least one entry, or remove the file."),
        (" \n\n", "file.yaml: The file is empty."),
        ("# nothing but a remark\n", "file.yaml: The file is empty."),
        (b"\xef\xbb\xbf", "file.yaml: The file is empty."),
        (b"a: x\nb: \xff\n", "file.yaml:2: Byte 8 is not UTF-8 text. Save the file as UTF-8."),
        ("a: ä\n".encode("latin-1"), "file.yaml:1: Byte 3 is not UTF-8 text."),
        ("a: x\n".encode("utf-16"), "file.yaml:1: Byte 0 is not UTF-8 text."),
        (b"a: x\x00y", "file.yaml: The text cannot be read: control characters are not allowed. Remove"),
        ("a: x\n\tb: y\n", "file.yaml:2: The line starts with a tab. Indent with spaces, two for each level."),
        ("a:\n\t- y\n", "file.yaml:2: The line starts with a tab."),
        ("\ta: x", "file.yaml:1: The line starts with a tab."),
        ("a: x\n b: y\n", "file.yaml:2: The text cannot be read at column 3: mapping values are not allowed"),
        ("a: [x, y\n", "file.yaml:2: The text cannot be read at column 1:"),
        ("a: 'x\n", "Check indentation, colons and quotes on this line and the one before."),
        ("a: x\na: y\n", "file.yaml:2: a is given twice in one entry (first on line 1). Keep one of the two."),
        ("- {a: x, b: y, a: z}", "file.yaml:1: a is given twice in one entry"),
        (BOMB, "file.yaml:1: Anchors and aliases (& and *) are not read. Write the text out in full."),
        ("a: *b\n", "file.yaml:1: Anchors and aliases"),
        ("a: &b x\n", "file.yaml:1: Anchors and aliases"),
        ("&b a: x\n", "file.yaml:1: Anchors and aliases"),
        ("a: !!python/object/apply:os.system [ls]", "file.yaml:1: The tag tag:yaml.org,2002:python/object/apply:os"),
        ("a: !!str x", "is not read. Remove it; plain values need no tag."),
        ("!thing {a: x}", "file.yaml:1: The tag !thing is not read."),
        ("a: x\n---\nb: y\n", "file.yaml:2: A second document starts here (---). Keep one document per file."),
        ("? [a, b]\n: x", "file.yaml:1: A key must be a single word. Write it as  word: value."),
        ("{{a: b}: x}", "file.yaml:1: A key must be a single word."),
        ("a: " + "[" * 30 + "]" * 30, "file.yaml:1: The nesting is deeper than 24 levels. Flatten the entry."),
        ("[" * 1_000_000, "file.yaml:1: The nesting is deeper than 24 levels."),
        ("a: x\n" + "- " * 100_000, "file.yaml:2: The text cannot be read at column 1"),
        ("- " * 100_000 + "x", "file.yaml:1: The nesting is deeper than 24 levels."),
        (b"x" * (MOST_BYTES + 1), "file.yaml: The file has 5,000,001 bytes; at most 5,000,000 are read. Split it"),
        (b"a: " + b"x" * 50_000_000, "file.yaml: The file has 50,000,003 bytes; at most 5,000,000 are read."),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_not_plain_yaml_is_refused_with_the_place_and_the_next_act(text: str | bytes, expected: str) -> None:
    node, faults = read(text)
    assert len(faults) == 1
    assert expected in faults[0]
    assert node is None or "given twice" in faults[0], "nothing of a refused file is used"


def test_every_repeated_key_is_found_in_one_go() -> None:
    _, faults = read("a: x\na: y\nb: {c: x, c: y}\nb: z\n")
    assert [fault.split(" is given")[0] for fault in faults] == ["file.yaml:2: a", "file.yaml:3: c", "file.yaml:4: b"]


def test_the_first_of_two_equal_keys_is_kept_so_that_reading_can_go_on() -> None:
    node, _ = read("a: x\na: y\n")
    assert plain(node) == {"a": "x"}


def test_twenty_four_levels_may_be_nested() -> None:
    node, faults = read("[" * 24 + "]" * 24)
    assert isinstance(node, Listing)
    assert not faults


def test_a_merge_key_is_a_key_like_any_other() -> None:
    node, faults = read("<<: x")
    assert plain(node) == {"<<": "x"}
    assert not faults


@given(st.binary(max_size=200))
def test_no_bytes_whatever_make_it_fail(content: bytes) -> None:
    node, faults = read(content)
    assert (node is None) == bool(faults) or any("given twice" in fault for fault in faults)


_texts = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
_trees = st.recursive(
    _texts, lambda parts: st.lists(parts, max_size=4) | st.dictionaries(_texts, parts, max_size=4), max_leaves=12
)


@given(_trees)
def test_json_is_read_by_the_same_door(tree: object) -> None:
    node, faults = read(json.dumps(tree))
    assert plain(node) == tree
    assert not faults
