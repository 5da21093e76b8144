"""Formulas and sets of rules as SQL conditions.

Where a condition does not hold it is false or null: inside `case when`, `and`, `or` and `where` that is the same, as
formulas have no "not" around them. Every condition stands inside a CASE, where the database stops at the first part
that decides it; a condition as a column of its own took more than twice as long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from spinepath.backends.bits import Bits
from spinepath.backends.dialects import Dialect
from spinepath.backends.formulas import (
    All,
    Any,
    Atom,
    Count,
    Formula,
    IsAnswer,
    IsKnown,
    IsNumber,
    IsWord,
    atoms_in,
)

NO = "false"


def condition(dialect: Dialect, formula: Formula) -> str:
    """The formula as a condition over columns named as the facts."""
    match formula:
        case All(parts):
            return f"({' and '.join(condition(dialect, part) for part in parts)})" if parts else "true"
        case Any(parts):
            return f"({' or '.join(condition(dialect, part) for part in parts)})" if parts else NO
        case Count(number, parts):
            counted = " + ".join(f"case when {condition(dialect, part)} then 1 else 0 end" for part in parts)
            return f"({counted} >= {number})"
    return _atom(dialect, formula)


def _atom(dialect: Dialect, atom: Atom) -> str:
    name = dialect.named(atom.fact)
    match atom:
        case IsKnown(_, known):
            return f"{name} is {'not ' if known else ''}null"
        case IsAnswer(_, yes, or_unknown):
            test = name if yes else f"not {name}"
        case IsNumber(_, sign, number, or_unknown):
            test = f"{name} {'<>' if sign == '!=' else sign} {dialect.number(number)}"
        case IsWord(_, words, _, or_unknown):
            test = f"{name} in ({', '.join(map(dialect.text, words))})" if words else NO
    return f"({name} is null or {test})" if or_unknown else test


def unwritable(dialect: Dialect, formulas: Iterable[Formula]) -> Iterator[str]:
    """Why these formulas cannot be written exactly; nothing when they can."""
    for formula in formulas:
        if (deep := _depth(formula)) > dialect.deepest:
            yield f"its condition is {deep} deep, {dialect.name} is trusted to {dialect.deepest}."
        for atom in atoms_in(formula):
            if isinstance(atom, IsNumber) and not math.isfinite(atom.number):
                yield f"it compares {atom.fact} with {atom.number}, which is no finite number."


def _depth(formula: Formula) -> int:
    """How far conditions stand inside each other; a sum of n parts counts as n."""
    match formula:
        case All(parts) | Any(parts):
            return 1 + max(map(_depth, parts), default=0)
        case Count(_, parts):
            return len(parts) + max(map(_depth, parts), default=0)
    return 1


# sets of rules, kept as bits in columns named `prefix_0`, `prefix_1`, …


def some_set(prefix: str, bits: Bits, rules: Iterable[str]) -> str:
    """Is the bit of one of these rules set?"""
    words = enumerate(bits.words(rules))
    return either(f"({prefix}_{word} & {mask}) <> 0" for word, mask in words if mask)


def some_missing(prefix: str, bits: Bits, rules: Iterable[str]) -> str:
    """Is the bit of one of these rules not set?"""
    words = enumerate(bits.words(rules))
    return either(f"({prefix}_{word} & {mask}) <> {mask}" for word, mask in words if mask)


def either(tests: Iterable[str]) -> str:
    """Does one of these conditions hold?"""
    return " or ".join(test for test in tests if test != NO) or NO


def first_of(choices: Iterable[tuple[str, str]], otherwise: str) -> str:
    """The result of the first test that holds."""
    whens = [f"when {test} then {result}" for test, result in choices if test != NO]
    return f"case {' '.join(whens)} else {otherwise} end" if whens else otherwise
