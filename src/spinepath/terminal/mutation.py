"""How well the rules are guarded: the score of the small mistakes made on purpose, and those that nobody caught."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from spinepath.engine.knowledge import Knowledge

if TYPE_CHECKING:
    from spinepath.prove.mutation import Caught


def show_score(console: Console, knowledge: Knowledge, found: list[Caught]) -> None:
    """Prints how many mutants were caught by what, for each disposition, and every survivor."""
    console.print(f"[bold]Knowledge {knowledge.version}[/]: {len(found)} small mistakes, one at a time")
    table = Table(box=None, pad_edge=False)
    kinds = ("case", "law", "proof", "no difference", "explained", "survived")
    for heading in ("rules that lead to", *kinds, "caught"):
        table.add_column(heading, justify="left" if heading == "rules that lead to" else "right")
    for level in (*reversed(knowledge.ladder), None):
        own = [one for one in found if knowledge.rules[one.mutant.rule.id].then.at_least == level]
        counted = Counter(one.kind for one in own)
        real = len(own) - counted["no difference"]  # what is explained is not caught
        score = f"{(real - counted['survived'] - counted['explained']) / real:.1%}" if real else "-"
        table.add_row(level or "no disposition", *(str(counted[kind]) for kind in kinds), score)
    console.print(table)
    survivors = [one.mutant for one in found if one.kind == "survived"]
    for mutant in survivors:
        console.print(f"  survived{', loosens' if mutant.loosens else ''}: {mutant.name}", markup=False)
