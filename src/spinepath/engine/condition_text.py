"""Conditions as short as their authors wrote them: the members of a group stand under its name again."""

from __future__ import annotations

from collections.abc import Mapping

from spinepath.engine.conditions import And, AtLeast, Compare, Condition, Confirmed, Is, Not, Or
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.language import write

Groups = Mapping[str, tuple[str, ...]]
"""The groups a condition may name, with their facts in order."""

_ANY_OR_ALL = {(Or, "<"): "least", (And, ">"): "least", (Or, ">"): "greatest", (And, "<"): "greatest"}


def groups_of(knowledge: Knowledge) -> Groups:
    """The groups of a knowledge base, as conditions may name them."""
    return {group.id: group.facts for group in knowledge.groups.values()}


def shortened(condition: Condition, groups: Groups) -> str:
    """The condition as text that `parse` reads back to the same tree, with groups by name where all members stand."""
    match condition:
        case Or(parts):
            return " or ".join(_joined(parts, Or, groups))
        case And(parts):
            return " and ".join(_joined(parts, And, groups))
        case AtLeast(number, parts):
            return f"count({', '.join(_counted(parts, groups))}) >= {number}"
        case Not(part):
            return f"not {_bracketed(part, groups)}"
        case Confirmed(part):
            return f"confirmed({shortened(part, groups)})"
    return write(condition)


def lines_of(condition: Condition, groups: Groups, width: int) -> list[str]:
    """The condition over several lines: whole if it is no longer than `width`, else one part of it a line."""
    whole = shortened(condition, groups)
    if len(whole) <= width or not isinstance(condition, (Or, And)):
        return [whole]
    word = "or" if isinstance(condition, Or) else "and"
    first, *rest = _joined(condition.parts, type(condition), groups)
    return [first, *(f"{word} {part}" for part in rest)]


def _joined(parts: tuple[Condition, ...], kind: type[And] | type[Or], groups: Groups) -> list[str]:
    texts, at = [], 0
    while at < len(parts):
        taken, text = _compared_group(parts[at:], kind, groups)
        texts.append(text or (_bracketed(parts[at], groups) if kind is And else shortened(parts[at], groups)))
        at += taken
    return texts


def _compared_group(parts: tuple[Condition, ...], kind: type[And] | type[Or], groups: Groups) -> tuple[int, str]:
    """How many of the first parts compare all members of a group in one way, and how that is written."""
    first = parts[0]
    function = _ANY_OR_ALL.get((kind, first.sign[0])) if isinstance(first, Compare) else None
    if isinstance(first, Compare) and function:
        for name, facts in _longest_first(groups):
            if parts[: len(facts)] == tuple(Compare(fact, first.sign, first.number) for fact in facts):
                return len(facts), f"{function}({name}) {first.sign} {first.number:g}"
    return 1, ""


def _counted(parts: tuple[Condition, ...], groups: Groups) -> list[str]:
    texts, at = [], 0
    while at < len(parts):
        for name, facts in _longest_first(groups):
            if parts[at : at + len(facts)] == tuple(Is(fact) for fact in facts):
                texts.append(name)
                at += len(facts)
                break
        else:
            texts.append(shortened(parts[at], groups))
            at += 1
    return texts


def _longest_first(groups: Groups) -> list[tuple[str, tuple[str, ...]]]:
    return sorted(((name, facts) for name, facts in groups.items() if len(facts) > 1), key=lambda pair: -len(pair[1]))


def _bracketed(part: Condition, groups: Groups) -> str:
    text = shortened(part, groups)
    return f"({text})" if isinstance(part, (And, Or)) and " " in text and not _is_one_function(part, groups) else text


def _is_one_function(part: And | Or, groups: Groups) -> bool:
    return len(_joined(part.parts, type(part), groups)) == 1
