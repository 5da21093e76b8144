"""The solver behind the proofs, and nothing of medicine: the only module that knows Z3, which is an optional extra.

A `Bit` is a statement that is true or false. `every`, `some`, `no` and `at_least` join bits; a `Search` looks for a way
to make bits true and returns a `Witness`, or None when there is provably none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import z3

Bit = Any
"""A statement of the solver that is true or false."""

_CONTEXT = z3.main_ctx()
TRUE: Bit = z3.BoolVal(True)
FALSE: Bit = z3.BoolVal(False)


class NotDecided(Exception):
    """The solver found neither a way nor a proof that there is none before its time was up."""


def version() -> str:
    """Name and version of the solver, for the record."""
    return f"Z3 {z3.get_version_string()}"


@cache
def bit(name: str) -> Bit:
    """The bit with this name; the same name gives the same bit."""
    return z3.Bool(name)


def no(of: Bit) -> Bit:
    """The opposite of a bit."""
    if of is TRUE or of is FALSE:
        return FALSE if of is TRUE else TRUE
    return z3.BoolRef(z3.Z3_mk_not(_CONTEXT.ref(), of.as_ast()), _CONTEXT)


def every(bits: Iterable[Bit]) -> Bit:
    """All of the bits; true when there are none."""
    return _joined(z3.Z3_mk_and, bits, neutral=TRUE, deciding=FALSE)


def some(bits: Iterable[Bit]) -> Bit:
    """Any of the bits; false when there are none."""
    return _joined(z3.Z3_mk_or, bits, neutral=FALSE, deciding=TRUE)


def _joined(make: Callable[..., Any], bits: Iterable[Bit], *, neutral: Bit, deciding: Bit) -> Bit:
    kept = []
    for one in bits:
        if one is deciding:
            return deciding
        if one is not neutral:
            kept.append(one)
    if len(kept) < 2:
        return kept[0] if kept else neutral
    asts = (z3.Ast * len(kept))(*(one.as_ast() for one in kept))
    return z3.BoolRef(make(_CONTEXT.ref(), len(kept), asts), _CONTEXT)


def implies(given: Bit, then: Bit) -> Bit:
    """If one, then the other."""
    return some((no(given), then))


def same(one: Bit, other: Bit) -> Bit:
    """Both bits or neither."""
    if one is other:
        return TRUE
    return z3.BoolRef(z3.Z3_mk_iff(_CONTEXT.ref(), one.as_ast(), other.as_ast()), _CONTEXT)


def at_least(number: int, bits: Iterable[Bit]) -> Bit:
    """So many of the bits or more."""
    listed = list(bits)
    return TRUE if number <= 0 else FALSE if number > len(listed) else z3.AtLeast(*listed, number)


def at_most(number: int, bits: Iterable[Bit]) -> Bit:
    """So many of the bits or fewer."""
    listed = list(bits)
    return TRUE if number >= len(listed) else z3.AtMost(*listed, number)


class Witness:
    """One way in which everything that was asked for is true."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def __call__(self, of: Bit) -> bool:
        """Is this bit true here? Bits that do not matter count as false."""
        return bool(z3.is_true(self._model.eval(of, model_completion=True)))


class Search:
    """Looks for ways to make bits true together with all that was added, for `seconds` in all.

    `grounds` are lists of bits that are true as well; they may grow while the search lasts. `find` raises NotDecided
    when the time is up.
    """

    def __init__(self, seconds: float, *grounds: list[Bit]) -> None:
        self._solver = z3.SolverFor("QF_FD")
        self._until = time.monotonic() + seconds
        self._solver.set("timeout", max(int(seconds * 1000), 1))
        self._grounds = [*grounds]
        self._told = [0] * len(grounds)

    def add(self, bits: Iterable[Bit]) -> None:
        """From now on these bits are true as well."""
        self._solver.add(*bits)

    def know(self, ground: list[Bit]) -> None:
        """From now on the bits of this list are true as well, also those that will come to it."""
        self._grounds.append(ground)
        self._told.append(0)

    def find(self, *bits: Bit) -> Witness | None:
        """A way to make these bits true as well; None when there is none."""
        return Witness(self._solver.model()) if self.can(*bits) else None

    def can(self, *bits: Bit) -> bool:
        """Can these bits be true as well?"""
        if time.monotonic() > self._until:
            raise NotDecided
        for place, ground in enumerate(self._grounds):
            self._solver.add(*ground[self._told[place] :])
            self._told[place] = len(ground)
        found = self._solver.check(*bits)
        if found == z3.unknown:
            raise NotDecided
        return bool(found == z3.sat)
