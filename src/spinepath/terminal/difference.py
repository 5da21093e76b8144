"""Whose advice changes between two knowledge versions, for a reviewer to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from spinepath.engine.knowledge import Knowledge
from spinepath.engine.words import value_words

if TYPE_CHECKING:
    from spinepath.prove.diff import Counts, Example, RuleChange

MOST_CHANGES = 8
"""So many changes of one patient's advice are told; the rest is counted."""


def show_changes(console: Console, before: Knowledge, after: Knowledge, changes: list[RuleChange]) -> None:
    """Prints what changes for whom: first all changes together, then rule by rule."""
    console.print(f"[bold]From {before.version} to {after.version}[/]")
    together, *rules = changes
    if not rules:
        console.print("No rule differs.")
    if _differs(together) or not rules:
        _show(console, before, after, "All changes together", together)
    for change in rules:
        rule = after.rules.get(change.rule or "") or before.rules[change.rule or ""]
        title = f"{change.rule} ({change.kind}): {rule.says.therapist}"
        _show(console, before, after, title, change)


def _differs(change: RuleChange) -> bool:
    return bool(change.loosened or change.tightened or change.undecided)


def _show(console: Console, before: Knowledge, after: Knowledge, title: str, change: RuleChange) -> None:
    console.print(f"\n[bold]{escape(title)}[/]")
    if not _differs(change):
        console.print("  No patient's advice changes: proved.")
    for way, colour, example in (("loosened", "red", change.loosened), ("tightened", "green", change.tightened)):
        if example is not None:
            console.print(f"  [{colour}]{way}[/], for example for somebody of whom only this is known:")
            _show_example(console, before, after, example)
        elif way in change.undecided:
            console.print(f"  [yellow]{way}: not decided in the time given[/]")


def _show_example(console: Console, before: Knowledge, after: Knowledge, example: Example) -> None:
    for name, value in example.values.items():
        fact = after.facts.get(name) or before.facts[name]
        knowledge = after if name in after.facts else before
        console.print(Padding(escape(f"{fact.name}: {value_words(knowledge, fact, value)}"), (0, 0, 0, 4)))
    if not example.values:
        console.print("    nothing at all")
    for told in example.changes[:MOST_CHANGES]:
        console.print(Padding(f"[bold]{escape(told)}[/]", (0, 0, 0, 6)))
    if len(example.changes) > MOST_CHANGES:
        console.print(f"      and {len(example.changes) - MOST_CHANGES} more changes for the same person")


def show_counts(console: Console, found: Counts) -> None:
    """Prints how the advice of a set of patients changes."""
    console.print(
        f"\n[bold]Of {found.patients} patients[/]: loosened for [red]{found.loosened}[/], "
        f"tightened for [green]{found.tightened}[/]."
    )
    for move, number in found.dispositions.items():
        console.print(f"  {number:>7}  {move}")
