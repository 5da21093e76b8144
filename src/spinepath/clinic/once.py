"""What one page asks of the database again and again is asked once: while a page is only read, and no longer.

A request that may write asks anew each time, so an answer is never older than what was just added. Nothing is kept
from one request to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.http import HttpRequest

T = TypeVar("T")

_told: ContextVar[dict[tuple[object, ...], Any] | None] = ContextVar("told", default=None)


@contextmanager
def for_reading(request: HttpRequest) -> Iterator[None]:
    """Within this, `ask` asks once, if the request only reads."""
    before = _told.set({} if request.method in ("GET", "HEAD") else None)
    try:
        yield
    finally:
        _told.reset(before)


def ask(about: tuple[object, ...], asked: Callable[[], T]) -> T:
    """What `asked` tells; where a page is only read, what it told before. `about` names all that it depends on."""
    told = _told.get()
    if told is None:
        return asked()
    if about not in told:
        told[about] = asked()
    answer: T = told[about]
    return answer


@contextmanager
def known(answers: Mapping[tuple[object, ...], object]) -> Iterator[None]:
    """Within this these are told already, for many things at once; nothing may be written within."""
    before = _told.set({**(_told.get() or {}), **answers})
    try:
        yield
    finally:
        _told.reset(before)


def forget() -> None:
    """Something was written after all: everything is asked anew."""
    told = _told.get()
    if told is not None:
        told.clear()
