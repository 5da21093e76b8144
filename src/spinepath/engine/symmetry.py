"""Two kinds of evenness that a slip of the pen breaks: left counts like right, and members of a group count alike.

A rule written for one leg must stand for the other as well, in itself or in a twin. And where a rule names every member
of a group (each muscle that is tested, say), exchanging two of them must change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import pairwise

import msgspec

from spinepath.engine.conditions import (
    And,
    AtLeast,
    Compare,
    Condition,
    Confirmed,
    In,
    Is,
    Known,
    Not,
    Or,
    facts_in,
)
from spinepath.engine.entries import Rule
from spinepath.engine.knowledge import Knowledge

_OTHER = {"left": "right", "right": "left"}
_SIDE = re.compile(r"(?<![a-z])(left|right)(?![a-z])")


def mirrored(name: str) -> str:
    """The same name with left and right exchanged."""
    return _SIDE.sub(lambda found: _OTHER[found.group()], name)


def one_sided(knowledge: Knowledge, rules: Iterable[Rule] | None = None) -> Iterator[Rule]:
    """The rules (of these, or of all) that hold for one side and have no twin for the other."""
    facts = {name: mirrored(name) for name in knowledge.facts if mirrored(name) in knowledge.facts}
    looked_at = knowledge.rules.values() if rules is None else rules
    suspects = [(rule, form) for rule in looked_at if (form := _mirrored_form(rule, facts)) != _form(rule, rule.when)]
    forms = {_form(rule, rule.when) for rule in knowledge.rules.values()} if suspects else set()
    yield from (rule for rule, form in suspects if form not in forms)


def uneven(knowledge: Knowledge, rules: Iterable[Rule] | None = None) -> Iterator[tuple[Rule, str, str]]:
    """The rules (of these, or of all) that name a whole group but treat two of its members differently, with those."""
    groups = [frozenset(group.facts) for group in knowledge.groups.values()]
    for rule in knowledge.rules.values() if rules is None else rules:
        facts = set(facts_in(rule.when))
        named = [group for group in groups if group <= facts]
        for group in named:
            if not any(smaller < group for smaller in named):  # "left" and "right" may differ within "both legs"
                pairs = pairwise(sorted(group))
                yield from ((rule, one, other) for one, other in pairs if not _alike(rule, one, other))


def _mirrored_form(rule: Rule, facts: Mapping[str, str]) -> bytes:
    return _form(rule, renamed(rule.when, facts, mirrored))


def _alike(rule: Rule, one: str, other: str) -> bool:
    exchanged = renamed(rule.when, {one: other, other: one}, lambda word: word)
    return _form(rule, exchanged) == _form(rule, rule.when)


def renamed(condition: Condition, facts: Mapping[str, str], word: Callable[[str], str]) -> Condition:
    """The condition with other facts in place of some, and its words changed by `word`."""

    def of(part: Condition) -> Condition:
        return renamed(part, facts, word)

    match condition:
        case Is(fact) | Known(fact):
            return type(condition)(facts.get(fact, fact))
        case Compare(fact, sign, number):
            return Compare(facts.get(fact, fact), sign, number)
        case In(fact, words):
            return In(facts.get(fact, fact), tuple(word(one) for one in words))
        case Not(part) | Confirmed(part):
            return type(condition)(of(part))
        case And(parts) | Or(parts):
            return type(condition)(tuple(of(part) for part in parts))
        case AtLeast(number, parts):
            return AtLeast(number, tuple(of(part) for part in parts))
    raise TypeError(f"not a condition: {condition!r}")


def _form(rule: Rule, condition: Condition) -> bytes:
    """What the rule does and when, whatever the order of the parts."""
    return msgspec.json.encode((_sorted(condition), rule.then, rule.if_unknown))


def _sorted(condition: Condition) -> Condition:
    match condition:
        case Not(part) | Confirmed(part):
            return type(condition)(_sorted(part))
        case And(parts) | Or(parts):
            return type(condition)(_in_order(parts))
        case AtLeast(number, parts):
            return AtLeast(number, _in_order(parts))
        case In(fact, words):
            return In(fact, tuple(sorted(words)))
    return condition


def _in_order(parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
    return tuple(sorted((_sorted(part) for part in parts), key=msgspec.json.encode))
