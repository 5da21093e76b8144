"""What numbers that are compared with their own past cannot be all at once.

Strength of 5 of 5 cannot have been more; who has less pain than at first cannot have more than at first; who is 30
percent below a first pain of 10 is 3 points below it. Charts that break such a law come from no record, so no proof
need speak of them. The laws are written for the bounds at which rules tell numbers apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import NamedTuple

from spinepath.engine.conditions import Value
from spinepath.engine.entries import Derivation
from spinepath.engine.knowledge import Knowledge

ROUNDING = 0.1
"""Comparisons are kept to one decimal."""


class Bound(NamedTuple):
    """A number is at least this (or, `passed`, more than this)."""

    fact: str
    number: float
    passed: bool = False


class Law(NamedTuple):
    """Where every bound of `given` holds, `then` holds too, or with `holds` False does not."""

    given: tuple[Bound, ...]
    then: Bound
    holds: bool


Bounds = Mapping[str, tuple[float, ...]]


def reach(knowledge: Knowledge, name: str, distance: float) -> float | None:
    """Where a number must lie for it to have fallen (or risen) so far within its range; None where it always can."""
    how = knowledge.facts[name].worked_out
    compared = knowledge.facts[knowledge.compared_facts[name]]
    if how is None or compared.least is None or compared.most is None or distance <= 0:
        return None
    if how.as_percent:
        return compared.most * (1 - distance / 100) if how.fall_of and compared.least == 0 else None
    return compared.most - distance if how.fall_of else compared.least + distance


def laws(knowledge: Knowledge, bounds: Bounds) -> Iterator[Law]:
    """Every law between numbers and their comparisons, at these bounds."""
    for name, compared in knowledge.compared_facts.items():
        for number in bounds.get(name, ()):
            limit = reach(knowledge, name, number)
            if limit is not None and _how(knowledge, name).fall_of:
                yield Law((Bound(name, number),), Bound(compared, limit, passed=True), False)
            elif limit is not None:
                yield Law((Bound(name, number),), Bound(compared, limit), True)
    for one, other in combinations(knowledge.compared_facts, 2):
        if knowledge.compared_facts[one] == knowledge.compared_facts[other]:
            yield from _between(knowledge, bounds, one, other)
            yield from _between(knowledge, bounds, other, one)


def _how(knowledge: Knowledge, name: str) -> Derivation:
    how = knowledge.facts[name].worked_out
    return how if how is not None else Derivation()


def _between(knowledge: Knowledge, bounds: Bounds, one: str, other: str) -> Iterator[Law]:
    """What one comparison of a number says of another one, where both look at the same past."""
    here, there = _how(knowledge, one), _how(knowledge, other)
    if here.within != there.within:
        return
    same_way = bool(here.fall_of) == bool(there.fall_of)
    pairs = [(number, bound) for number in bounds.get(one, ()) for bound in bounds.get(other, ()) if number > 0]
    extreme = same_way and here.since == "first" and there.since == "extreme" and here.as_percent == there.as_percent
    either = not same_way and here.since == there.since == "first"
    in_points = same_way and here.fall_of and here.since == there.since and here.as_percent and not there.as_percent
    for number, bound in pairs:
        if extreme and bound <= number:  # the extreme is at least as far as the first
            yield Law((Bound(one, number),), Bound(other, bound), True)
        if either and bound > 0:
            yield Law((Bound(one, number),), Bound(other, bound), False)
        if in_points:
            yield from _in_points(knowledge, bounds, one, number, Bound(other, bound))


def _in_points(knowledge: Knowledge, bounds: Bounds, percent: str, number: float, points: Bound) -> Iterator[Law]:
    """A fall by so many percent to at least so much is a fall by so many points."""
    compared = knowledge.compared_facts[percent]
    part = number - ROUNDING
    if not 0 < part < 100:
        return
    for now in bounds.get(compared, ()):
        if points.number + ROUNDING <= now * part / (100 - part):
            yield Law((Bound(percent, number), Bound(compared, now)), points, True)


def obeys(all_laws: Iterable[Law], values: Mapping[str, Value]) -> bool:
    """Could a record lead to these values? Numbers that are not known break no law."""

    def holds(bound: Bound) -> bool | None:
        value = values.get(bound.fact)
        if value is None:
            return None
        return float(value) > bound.number if bound.passed else float(value) >= bound.number

    return not any(all(holds(one) for one in law.given) and holds(law.then) is (not law.holds) for law in all_laws)
