"""What goes into the log: which address, which kind of fault, and where in the code. Never a word about a person.

The text of an exception often quotes the value that was wrong: a database tells the whole row. So it is left out; kind
and place are enough to find the fault. The secret of a personal link or calendar is left out of its address.
"""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType

_SECRET = re.compile(r"(/i/|/calendar/of/|/password/first/)[^\s\"']+")

Caught = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Quiet(logging.Formatter):
    """One line for each record, and one for each place of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        return _SECRET.sub(r"\1…", super().format(record))

    def formatException(self, ei: Caught) -> str:  # noqa: N802  the name that logging calls
        """Kinds and places of an exception and of those behind it."""
        lines: list[str] = []
        caught: BaseException | None = ei[1]
        while caught is not None and len(lines) < 200:
            lines.append(f"{type(caught).__module__}.{type(caught).__qualname__}")
            frames = traceback.extract_tb(caught.__traceback__)
            lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
            caught = caught.__cause__ or caught.__context__
        return "\n".join(lines)
