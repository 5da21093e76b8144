"""Formulas as Python expressions over local variables, one for each fact.

What is unknown is `nan`, whatever the kind of fact: it counts as true, it equals nothing, and no comparison with it
holds. So the bare name says "yes, or unknown", which is the test that most rules begin with.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator
from itertools import chain, count

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
    Sign,
    atoms_in,
)
from spinepath.backends.program import Input, Program

UNKNOWN = float("nan")

_UNLESS: dict[Sign, Sign] = {"<": ">=", "<=": ">", ">=": "<", ">": "<="}


class Expressions:
    """Writes the formulas of one program; `names` are the local variables."""

    def __init__(self, program: Program) -> None:
        self.inputs = _inputs_used(program)
        facts = (*(one.fact for one in self.inputs), *(one.fact for one in program.definitions))
        self.names = dict(zip(facts, _local_names(facts), strict=True))
        self._fractions = {one.fact for one in self.inputs if one.compares is not None}

    def text(self, of: Formula) -> str:
        """An expression that counts as true exactly when the formula holds."""
        match of:
            case All(parts):
                return " and ".join(self._inner(part) for part in parts) or "True"
            case Any(parts):
                return " or ".join(self._inner(part) for part in parts) or "False"
            case Count(number, parts):
                return " + ".join(f"(1 if {self.text(part)} else 0)" for part in parts) + f" >= {number}"
        return self._atom(of)

    def _inner(self, part: Formula) -> str:
        return f"({self.text(part)})" if isinstance(part, (All, Any)) else self.text(part)

    def _atom(self, atom: Atom) -> str:
        name = self.names[atom.fact]
        match atom:
            case IsKnown(_, known):
                return f"{name} {'==' if known else '!='} {name}"
            case IsAnswer(_, yes, or_unknown):
                if yes:
                    return name if or_unknown else f"{name} is True"
                return f"{name} is not True" if or_unknown else f"not {name}"
            case IsNumber(_, sign, _, or_unknown):
                return _comparison(name, sign, self._bound(atom), or_unknown)
            case IsWord(_, words, others, or_unknown):
                return f"{name} not {_among(others)}" if or_unknown else f"{name} {_among(words)}"
        raise TypeError(f"not an atom: {atom!r}")

    def _bound(self, atom: IsNumber) -> str:
        """Like is compared fastest with like: most numbers are whole, those that compare others are not."""
        whole = atom.number == int(atom.number) and atom.fact not in self._fractions
        return repr(int(atom.number) if whole else atom.number)


def _comparison(name: str, sign: Sign, bound: str, or_unknown: bool) -> str:
    if sign == "=":
        return f"not {name} == {name} != {bound}" if or_unknown else f"{name} == {bound}"
    if sign == "!=":
        return f"{name} != {bound}" if or_unknown else f"{name} == {name} != {bound}"
    return f"not {name} {_UNLESS[sign]} {bound}" if or_unknown else f"{name} {sign} {bound}"


def _among(words: tuple[str, ...]) -> str:
    """A set is looked into faster than a tuple; an empty one cannot be written."""
    return f"in {{{', '.join(map(repr, words))}}}" if words else "in ()"


def _inputs_used(program: Program) -> tuple[Input, ...]:
    """The inputs that formulas name, and the numbers with which these are compared."""
    forms = (
        *((one.yes, one.no) for one in program.definitions),
        *((one.fires, one.clear, one.certain, one.impossible) for one in program.rules),
    )
    used = {atom.fact for formulas in forms for formula in formulas for atom in atoms_in(formula)}
    for one in reversed(program.inputs):
        if one.fact in used and one.compares is not None:
            used.add(one.compares)
    return tuple(one for one in program.inputs if one.fact in used)


def _local_names(facts: Iterable[str]) -> Iterator[str]:
    """A name in Python for each fact: its own, unless that is taken or no name at all. None begins with `_`."""
    taken = {"found"}
    for fact in facts:
        plain = fact if fact.isidentifier() and not keyword.iskeyword(fact) else "fact"
        tries = chain([plain], (f"{plain}{number}" for number in count(2)))
        name = next(name for name in tries if name not in taken)
        taken.add(name)
        yield name
