"""A console on which a test types, and whose output it reads."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.console import Console


class Typed(Console):
    """Types the lines one after the other; after the last one the input is at its end."""

    def __init__(self, *lines: str) -> None:
        super().__init__(file=StringIO(), width=100, color_system=None, highlight=False)
        self.lines = iter(lines)

    def input(self, prompt: object = "", **_: object) -> str:  # type: ignore[override]
        self.print(prompt, end="")
        try:
            line = next(self.lines)
        except StopIteration:
            raise EOFError from None
        self.print(line)
        return line

    def left(self) -> Iterable[str]:
        """The lines that nobody has asked for."""
        return tuple(self.lines)

    @property
    def shown(self) -> str:
        assert isinstance(self.file, StringIO)
        return self.file.getvalue()

    @property
    def flat(self) -> str:
        """What is shown, as one line without borders."""
        return " ".join(self.shown.replace("│", " ").split())
