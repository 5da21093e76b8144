"""Questions that many pages ask of the database, put into SQL once: Django needs longer for it than for the rows.

    prepared.rows(lambda episode, day: Session.objects.filter(episode=episode, day__gte=day).order_by("day"), 7, today)

The lambda is called once for each kind of values (of a list: for each length), with values that stand for those to
come. So it only passes them on to the query: an `if`, a clock or a setting in it would be decided once and for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from types import CodeType
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler
from django.http import Http404

Row = TypeVar("Row")
Question = Callable[..., QuerySet[Any, Row]]

_NUMBER, _MOMENT = 2_000_000_000, datetime(9001, 1, 1, tzinfo=UTC)
"""No query of the clinic has a number so large or a day so late: from here on they stand for values to come."""

_LONGEST = 50
"""For lists longer than this the words are not kept: each length has its own."""


@dataclass(frozen=True)
class _Words:
    """A question in the words of the database; `places` tells which value goes where, and as which whole number."""

    queryset: QuerySet[Any, Any]
    compiler: SQLCompiler
    sql: str
    params: tuple[object, ...]
    places: tuple[tuple[int, int, type[int] | None], ...]


_known: dict[tuple[str, CodeType, tuple[object, ...]], _Words | None] = {}
"""For each question of a module and kinds of values; None where it can have no rows."""


def rows(question: Question[Row], *values: object, part: slice | None = None) -> list[Row]:
    """The rows that the question's queryset has for these values: whole numbers, texts, days, moments, lists of those.

    Of many rows only a `part`, from one place to before another, counted from 0. Raises TypeError for a value of
    another kind (None among them: nothing is equal to it) and for a question that looks beyond its values, and
    ValueError where a value does not stand in the SQL as it was given.
    """
    if any(isinstance(one, list) and len(one) > _LONGEST for one in values):
        return list(question(*values)[part] if part else question(*values))
    kinds = tuple((*map(type, one),) if isinstance(one, list) else type(one) for one in values)
    key = question.__module__, question.__code__, kinds  # alike words of another module may mean other tables
    if key not in _known:
        _known[key] = _put(question, values)
    words = _known[key]
    if words is None:
        return []
    given, params = list(_each(values)), list(words.params)
    operations = connections[words.queryset.db].ops
    for place, number, whole in words.places:
        value: Any = given[number]
        params[place] = _adapted(operations, value) if whole is None else whole(value)
    sql = words.sql if part is None else f"{words.sql} {_limits(words.queryset.db, part)}"
    return list(_ready(words, sql, tuple(params)))


def first(question: Question[Row], *values: object) -> Row | None:
    """The first of the rows; None where there is none."""
    return next(iter(rows(question, *values)), None)


def one_or_404(question: Question[Row], *values: object) -> Row:
    """The first of the rows. Raises Http404 where there is none."""
    found = first(question, *values)
    if found is None:
        raise Http404
    return found


def _put(question: Question[Any], values: Iterable[object]) -> _Words | None:
    """The question in SQL."""
    if question.__closure__:
        raise TypeError(f"A prepared question takes all that may change as a value, {question.__code__} looks further.")
    stand_ins = _stand_ins(values)
    queryset = question(*stand_ins)
    compiler: Any = queryset.query.get_compiler(using=queryset.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    compiler.connection = None  # each thread has its own, and ends it
    places: list[tuple[int, int, type[int] | None]] = []
    for number, one in enumerate(_each(stand_ins)):
        adapted = _adapted(connections[queryset.db].ops, one)
        found = [place for place, param in enumerate(params) if param == adapted]
        if not found:
            raise ValueError(f"Value {number + 1} does not stand in the SQL as it was given: {question.__code__}")
        # a driver may know whole numbers by types of its own
        places += [(place, number, type(params[place]) if type(one) is int else None) for place in found]
    return _Words(queryset, compiler, sql, tuple(params), tuple(places))


def _limits(using: str, part: slice) -> str:
    return connections[using].ops.limit_offset_sql(int(part.start), int(part.stop))


def _ready(words: _Words, sql: str, params: tuple[object, ...]) -> QuerySet[Any, Any]:
    """A queryset that only has to fetch."""
    using = words.queryset.db
    compiler: Any = copy(words.compiler)
    compiler.connection = connections[using]
    compiler.as_sql = lambda *_given, **_asked: (sql, params)
    ready: Any = QuerySet(words.queryset.model, _Ready(compiler), using)  # type: ignore[arg-type]
    ready._iterable_class = words.queryset._iterable_class
    return ready  # type: ignore[no-any-return]


class _Ready:
    """Stands where a queryset has its query, and gives the words that are ready."""

    def __init__(self, compiler: SQLCompiler) -> None:
        self._compiler = compiler

    def get_compiler(self, *_given: object, **_asked: object) -> SQLCompiler:
        return self._compiler


def _each(values: Iterable[object]) -> Iterator[object]:
    """The values, those in lists one by one."""
    for one in values:
        yield from one if isinstance(one, list) else (one,)


def _stand_ins(values: Iterable[object]) -> list[object]:
    """Values of the same kinds, each of them like no other."""
    numbers = count(1)

    def stand_in(value: object) -> object:
        if isinstance(value, list):
            return [stand_in(one) for one in value]
        number = next(numbers)
        if isinstance(value, datetime):
            return _MOMENT + timedelta(days=number)
        if isinstance(value, date):
            return _MOMENT.date() + timedelta(days=number)
        if isinstance(value, str):
            return f"stands for value {number}"
        if isinstance(value, int) and not isinstance(value, bool):
            return _NUMBER + number
        raise TypeError(f"Whole numbers, texts, days and moments can be asked about, not a {type(value).__name__}.")

    return [stand_in(one) for one in values]


def _adapted(operations: BaseDatabaseOperations, value: object) -> object:
    """The value as the database wants it."""
    if isinstance(value, datetime):
        return operations.adapt_datetimefield_value(value)
    return operations.adapt_datefield_value(value) if isinstance(value, date) else value
