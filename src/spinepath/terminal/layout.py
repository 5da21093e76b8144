"""Lines that stay readable in a narrow window."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table


def bullet(text: str, *under: RenderableType) -> Table:
    """One point of a list, given as markup; what follows or stands `under` it is indented as far as its text."""
    grid = Table.grid(padding=(0, 1))
    grid.add_row("•", text)
    for line in under:
        grid.add_row("", line)
    return grid
