"""Results as Arrow tables: one row for each person, and one row for each 64 people.

The first has the columns of `backends.sql.Script.answers`, so that one question fits every engine. The second is the
planes themselves, one bit for each person: `people` tells which bits stand for somebody, every other column for whom
something holds. A count is then `sum(bit_count(...))`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
from numpy.typing import NDArray

from spinepath.backends.program import Program
from spinepath.cohort.arrow_planes import Plane
from spinepath.cohort.net import LEVELS, STATUSES
from spinepath.cohort.results import Results

PERSON = "person"
PASSED_ON = "_"
"""Columns whose names begin with this are no facts; they come with the results as they are."""

DECEASED = "_deceased"
"""The column that tells who is deceased: they are left out and counted, unless it is asked otherwise."""


def passed_on(schema: Any) -> list[str]:
    """The columns of a table of charts that are no facts and are kept beside the results."""
    return [name for name in schema.names if name.startswith(PASSED_ON)]


def result_table(results: Results, charts: Any) -> Any:
    """One row for each person: the columns of `Script.result`, then those that are passed on."""
    program = results.program
    made = {PERSON: charts.column(PERSON)}
    for name in LEVELS:
        made[name] = _words(results.levels(name), program.ladder)
    for form in program.techniques:
        made[form.technique] = _words(results.statuses(form.technique), STATUSES)
    for status in ("fired", "open"):
        for place, word in enumerate(results.words(status)):
            made[f"{status}_{place}"] = arrow.array(word)
    for name in passed_on(charts.schema):
        made[name] = charts.column(name)
    return arrow.table(made)


def _words(numbers: NDArray[np.uint8], words: Sequence[str]) -> Any:
    return arrow.DictionaryArray.from_arrays(arrow.array(numbers.view(np.int8)), arrow.array(words))


def answer_table(program: Program, answers: Any, charts: Any) -> Any:
    """The same of a database's answers, which stand in the order of the charts."""
    made = {PERSON: charts.column(PERSON)}
    words = {**dict.fromkeys(LEVELS, program.ladder), **{form.technique: STATUSES for form in program.techniques}}
    for name in answers.schema.names:
        if name != PERSON:
            column = answers.column(name).combine_chunks()
            made[name] = _coded(column, words[name]) if name in words else column
    for name in passed_on(charts.schema):
        made[name] = charts.column(name)
    return arrow.table(made)


def _coded(column: Any, words: Sequence[str]) -> Any:
    value_set = arrow.array(words)
    indices = compute.index_in(column.cast(arrow.string()), value_set).cast(arrow.int8())
    return arrow.DictionaryArray.from_arrays(indices, value_set)


def fact_table(charts: Any, facts: Sequence[str], first: int) -> Any:
    """The facts alone in the types that every database knows; persons are numbered from `first`."""
    numbers = arrow.array(np.arange(first, first + len(charts)))
    made = {PERSON: numbers, **{fact: _plain(charts.column(fact)) for fact in facts}}
    return arrow.table(made)


def _plain(column: Any) -> Any:
    if arrow.types.is_boolean(column.type):
        return column
    is_number = arrow.types.is_integer(column.type) or arrow.types.is_floating(column.type)
    return column.cast(arrow.float64() if is_number else arrow.string())


def plane_table(results: Results, part: int) -> Any:
    """One row for each 64 people of a part; row and bit follow the order of the part's result table."""
    rows = len(results.everybody)
    made = {
        "part": arrow.array(np.full(rows, part, np.int32)),
        "row": arrow.array(np.arange(rows, dtype=np.int32)),
        "people": arrow.array(results.everybody),
    }
    made.update({name: arrow.array(plane) for name, plane in named_planes(results)})
    return arrow.table(made)


def named_planes(results: Results) -> Iterator[tuple[str, Plane]]:
    """Every plane that an analyst may ask, with its name: for example `fires RULE` or `FACT = WORD`."""
    for name in LEVELS:
        for level in results.program.ladder:
            yield f"{name} {level}", results.at(name, level)
    for form in results.program.techniques:
        for status in STATUSES:
            yield f"{status} {form.technique}", results.standing(form.technique, status)
    for rule in results.program.rules:
        yield f"fires {rule.rule}", results.fires(rule.rule)
        yield f"open {rule.rule}", results.open_(rule.rule)
    for kind, fact, *seen in results.facts():
        plane = results.plane(kind, fact, *seen)
        if kind != "is":
            yield f"{kind} {fact}", plane
        else:
            relation = seen[0] if seen[0][0] in "<>=" else f"= {seen[0]}"
            yield f"{fact} {relation}", plane
