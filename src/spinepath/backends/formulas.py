"""Conditions with unknowns, written as ordinary yes-or-no formulas: the common ground of every back end.

A condition in Kleene logic has three outcomes. Here it becomes two formulas that have only two: one that holds exactly
when the condition is true, and one that holds exactly when it is false; where neither holds it is unknown. Both are
built of questions that every chart can answer ("the fact is known, and is yes"), joined by `All`, `Any` and `Count`.
There is no "not" and no null left, so a database, a solver or another language need not share our idea of null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from spinepath.engine.conditions import And, AtLeast, Compare, Condition, Confirmed, In, Is, Known, Not, Or
from spinepath.engine.knowledge import Knowledge

Sign = Literal["<", "<=", "=", "!=", ">=", ">"]


class IsKnown(msgspec.Struct, frozen=True):
    """The fact is known (or, with `known` False, unknown)."""

    fact: str
    known: bool


class IsAnswer(msgspec.Struct, frozen=True):
    """The yes/no fact is this answer; with `or_unknown` it may also be unknown."""

    fact: str
    yes: bool
    or_unknown: bool = False


class IsNumber(msgspec.Struct, frozen=True):
    """The number fact stands in this relation to a fixed number; with `or_unknown` it may also be unknown."""

    fact: str
    sign: Sign
    number: float
    or_unknown: bool = False


class IsWord(msgspec.Struct, frozen=True):
    """The choice fact is one of `words` and none of `others`; with `or_unknown` it may also be unknown."""

    fact: str
    words: tuple[str, ...]
    others: tuple[str, ...]
    or_unknown: bool = False


class All(msgspec.Struct, frozen=True):
    """Every part holds; with no parts it holds always."""

    parts: tuple[Formula, ...]


class Any(msgspec.Struct, frozen=True):
    """Some part holds; with no parts it holds never."""

    parts: tuple[Formula, ...]


class Count(msgspec.Struct, frozen=True):
    """At least `number` parts hold."""

    number: int
    parts: tuple[Formula, ...]


Atom = IsKnown | IsAnswer | IsNumber | IsWord
Formula = Atom | All | Any | Count

ALWAYS = All(())
NEVER = Any(())

_OPPOSITE: dict[Sign, Sign] = {"<": ">=", "<=": ">", "=": "!=", "!=": "=", ">=": "<", ">": "<="}


def formula(knowledge: Knowledge, condition: Condition, wanted: bool, *, settled: bool = False) -> Formula:
    """The formula that holds exactly when `truth(condition, values, settled=settled)` is `wanted`."""

    def of(part: Condition, wanted: bool = wanted) -> Formula:
        return formula(knowledge, part, wanted, settled=settled)

    match condition:
        case Is(fact):
            return IsAnswer(fact, wanted)
        case Compare(fact, sign, number):
            return IsNumber(fact, sign if wanted else _OPPOSITE[sign], number)
        case In(fact, words):
            others = tuple(word for word in knowledge.facts[fact].values if word not in words)
            return IsWord(fact, words, others) if wanted else IsWord(fact, others, words)
        case Known(fact):
            if settled:
                return ALWAYS if wanted else NEVER
            return IsKnown(fact, wanted)
        case Confirmed(part):
            return of(part) if settled or wanted else opposite(of(part, True))
        case Not(part):
            return of(part, not wanted)
        case And(parts):
            return (every if wanted else some)(tuple(of(part) for part in parts))
        case Or(parts):
            return (some if wanted else every)(tuple(of(part) for part in parts))
        case AtLeast(number, parts):
            return counted(number if wanted else len(parts) - number + 1, tuple(of(part) for part in parts))
    raise TypeError(f"not a condition: {condition!r}")


def opposite(of: Formula) -> Formula:
    """The formula that holds exactly when this one does not."""
    match of:
        case IsKnown(fact, known):
            return IsKnown(fact, not known)
        case IsAnswer(fact, yes, or_unknown):
            return IsAnswer(fact, not yes, not or_unknown)
        case IsNumber(fact, sign, number, or_unknown):
            return IsNumber(fact, _OPPOSITE[sign], number, not or_unknown)
        case IsWord(fact, words, others, or_unknown):
            return IsWord(fact, others, words, not or_unknown)
        case All(parts):
            return some(tuple(opposite(part) for part in parts))
        case Any(parts):
            return every(tuple(opposite(part) for part in parts))
        case Count(number, parts):
            return counted(len(parts) - number + 1, tuple(opposite(part) for part in parts))


def every(parts: tuple[Formula, ...]) -> Formula:
    """All of the parts, in the shortest form."""
    if NEVER in parts:
        return NEVER
    flat = dict.fromkeys(one for part in parts for one in (part.parts if isinstance(part, All) else (part,)))
    return next(iter(flat)) if len(flat) == 1 else All(tuple(flat))


def some(parts: tuple[Formula, ...]) -> Formula:
    """Any of the parts, in the shortest form."""
    if ALWAYS in parts:
        return ALWAYS
    flat = dict.fromkeys(one for part in parts for one in (part.parts if isinstance(part, Any) else (part,)))
    return next(iter(flat)) if len(flat) == 1 else Any(tuple(flat))


def counted(number: int, parts: tuple[Formula, ...]) -> Formula:
    """At least so many of the parts, in the shortest form."""
    number -= parts.count(ALWAYS)
    open_parts = tuple(part for part in parts if part not in (ALWAYS, NEVER))
    if number <= 0:
        return ALWAYS
    if number == 1:
        return some(open_parts)
    if number == len(open_parts):
        return every(open_parts)
    return NEVER if number > len(open_parts) else Count(number, open_parts)


def atoms_in(of: Formula) -> Iterator[Atom]:
    """The questions of which the formula is built, in reading order."""
    if isinstance(of, (All, Any, Count)):
        for part in of.parts:
            yield from atoms_in(part)
    else:
        yield of
