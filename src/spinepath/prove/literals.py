"""What a condition says of single facts, and which answer would make all of it false (or true)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from spinepath.backends.formulas import All, Any, Count, Formula, IsAnswer, IsKnown, IsNumber, IsWord
from spinepath.engine.conditions import Value
from spinepath.prove.chart import Ground

Literal = IsAnswer | IsNumber | IsWord
Literals = dict[str, set[Literal]]


def literals(ground: Ground, formulas: Iterable[Formula]) -> Literals:
    """Everything that the formulas say of facts that are found out or compared with their past."""
    definitions = {one.fact: one for one in ground.program.definitions}
    found: Literals = {}

    def collect(formula: Formula) -> None:
        match formula:
            case All(parts) | Any(parts) | Count(_, parts):
                for part in parts:
                    collect(part)
            case IsAnswer(fact, yes, _) if fact in definitions:
                collect(definitions[fact].yes if yes else definitions[fact].no)
            case IsAnswer() | IsNumber() | IsWord():
                found.setdefault(formula.fact, set()).add(formula)
            case IsKnown():
                pass

    for formula in formulas:
        collect(formula)
    return found


def answer_making_all(ground: Ground, fact: str, said: Iterable[Literal], wanted: bool) -> tuple[Value, ...]:
    """Answers that make all of it `wanted`; none where no answer does."""
    said = tuple(said)
    return tuple(answer for answer in answers(ground, fact) if all(holds(one, answer) is wanted for one in said))


def answers(ground: Ground, fact: str) -> Iterator[Value]:
    """One answer for each way in which anything can see the fact."""
    entry = ground.knowledge.facts[fact]
    if entry.answer == "yes_no":
        yield from (False, True)
    elif entry.answer == "choice":
        yield from entry.values
    else:
        low, high = entry.least or 0.0, entry.most or 0.0
        bounds = [bound for bound in ground.bounds.get(fact, ()) if low <= bound <= high]
        points = sorted({low, *bounds, high})
        between = [(one + other) / 2 for one, other in pairwise(points)]
        yield from sorted({*points, *between})


def holds(literal: Literal, answer: Value) -> bool:
    """Does the literal hold of this answer?"""
    match literal:
        case IsAnswer(_, yes):
            return answer is yes
        case IsWord(_, words):
            return answer in words
        case IsNumber(_, sign, number):
            value = float(answer or 0)
            return {
                "<": value < number,
                "<=": value <= number,
                "=": value == number,
                "!=": value != number,
                ">=": value >= number,
                ">": value > number,
            }[sign]
