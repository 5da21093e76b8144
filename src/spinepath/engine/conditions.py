"""The small tree in which every rule is written, and what it means when facts are unknown.

Eight kinds of node, no more: each is common ground of SQL, CQL and first-order logic, so that a rule read here means
the same in every back end. Truth has three values (strong Kleene logic): `True`, `False` and `None` for unknown.
Unknown is never "no": `a or unknown` is true only when `a` is, and `a and unknown` is false only when `a` is.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import msgspec

Value = bool | int | float | str | None
"""What is known of a fact: yes (True), no (False), a number, a word of a choice, or unknown (None)."""

Values = Mapping[str, Value]
Truth = bool | None
Sign = Literal["<", "<=", "=", ">=", ">"]


class Is(msgspec.Struct, frozen=True, tag="is"):
    """The yes/no fact is yes."""

    fact: str


class Compare(msgspec.Struct, frozen=True, tag="compare"):
    """The number fact stands in this relation to a fixed number."""

    fact: str
    sign: Sign
    number: float


class In(msgspec.Struct, frozen=True, tag="in"):
    """The choice fact is one of these words."""

    fact: str
    words: tuple[str, ...]


class Known(msgspec.Struct, frozen=True, tag="known"):
    """The fact has been answered, whatever the answer. Never unknown itself."""

    fact: str


class Confirmed(msgspec.Struct, frozen=True, tag="confirmed"):
    """The part is known to be true. Never unknown itself: what is unknown is not confirmed.

    It serves statements that make advice milder ("unless a surgeon has seen it"): until they are confirmed, the
    stricter advice stands. The checker refuses it wherever an unknown would loosen advice instead.
    """

    part: Condition


class Not(msgspec.Struct, frozen=True, tag="not"):
    """The part is false."""

    part: Condition


class And(msgspec.Struct, frozen=True, tag="and"):
    """Every part is true."""

    parts: tuple[Condition, ...]


class Or(msgspec.Struct, frozen=True, tag="or"):
    """Some part is true."""

    parts: tuple[Condition, ...]


class AtLeast(msgspec.Struct, frozen=True, tag="at_least"):
    """At least `number` of the parts are true."""

    number: int
    parts: tuple[Condition, ...]


Condition = Is | Compare | In | Known | Confirmed | Not | And | Or | AtLeast


def truth(condition: Condition, values: Values, *, settled: bool = False) -> Truth:
    """Is the condition true, false or unknown for these values?

    Facts that are missing from `values` are unknown. With `settled` the question is asked of every way in which the
    unknown facts could still be answered: then `known(x)` counts as true and `confirmed(x)` as whatever x can become,
    so that True means "true however the rest is answered" and False "false however the rest is answered".
    """
    return _TRUTH[type(condition)](condition, values, settled)


def _is(condition: Is, values: Values, _: bool) -> Truth:
    return values.get(condition.fact)  # type: ignore[return-value]


def _compare(condition: Compare, values: Values, _: bool) -> Truth:
    value = values.get(condition.fact)
    return None if value is None else _SIGNS[condition.sign](value, condition.number)


def _in(condition: In, values: Values, _: bool) -> Truth:
    value = values.get(condition.fact)
    return None if value is None else value in condition.words


def _known(condition: Known, values: Values, settled: bool) -> Truth:
    return settled or values.get(condition.fact) is not None


def _confirmed(condition: Confirmed, values: Values, settled: bool) -> Truth:
    found = _TRUTH[type(condition.part)](condition.part, values, settled)
    return found if settled else found is True


def _not(condition: Not, values: Values, settled: bool) -> Truth:
    found = _TRUTH[type(condition.part)](condition.part, values, settled)
    return None if found is None else not found


def _and(condition: And, values: Values, settled: bool) -> Truth:
    return _first_of(False, condition.parts, values, settled)


def _or(condition: Or, values: Values, settled: bool) -> Truth:
    return _first_of(True, condition.parts, values, settled)


def _first_of(deciding: bool, parts: tuple[Condition, ...], values: Values, settled: bool) -> Truth:
    """One part with the deciding truth decides; otherwise one unknown part leaves it open."""
    unknown = False
    for part in parts:
        found = _TRUTH[type(part)](part, values, settled)
        if found is deciding:
            return deciding
        unknown = unknown or found is None
    return None if unknown else not deciding


def _at_least(condition: AtLeast, values: Values, settled: bool) -> Truth:
    found = [_TRUTH[type(part)](part, values, settled) for part in condition.parts]
    sure = found.count(True)
    if sure >= condition.number:
        return True
    return None if sure + found.count(None) >= condition.number else False


_SIGNS = {"<": operator.lt, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.gt}


class _ByKind(dict[type, Callable[..., Truth]]):
    """One function for each kind of node, looked up by kind: this is the innermost loop of everything."""

    def __missing__(self, kind: type) -> Callable[..., Truth]:
        raise TypeError(f"not a condition: {kind.__name__}")


_TRUTH = _ByKind(
    {
        Is: _is,
        Compare: _compare,
        In: _in,
        Known: _known,
        Confirmed: _confirmed,
        Not: _not,
        And: _and,
        Or: _or,
        AtLeast: _at_least,
    }
)


def parts_of(condition: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside this one."""
    match condition:
        case And(parts) | Or(parts) | AtLeast(_, parts):
            return parts
        case Not(part) | Confirmed(part):
            return (part,)
    return ()


def walk(condition: Condition) -> Iterator[Condition]:
    """This condition and every condition inside it."""
    yield condition
    for part in parts_of(condition):
        yield from walk(part)


def facts_in(condition: Condition) -> tuple[str, ...]:
    """The facts that the condition names, each once, in reading order."""
    named = (node.fact for node in walk(condition) if isinstance(node, (Is, Compare, In, Known)))
    return tuple(dict.fromkeys(named))


def depends_on_asking(condition: Condition) -> bool:
    """Does the condition look at what is known (`known`, `confirmed`), not only at what is true?"""
    return any(isinstance(node, (Known, Confirmed)) for node in walk(condition))
