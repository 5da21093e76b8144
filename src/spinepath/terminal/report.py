"""The result of `spinepath check` for people."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from spinepath.engine.check import Report
from spinepath.engine.faults import Fault


def show_report(console: Console, report: Report) -> None:
    """Prints the knowledge base in numbers, then its faults."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right", style="bold")
    table.add_column()
    table.add_row(str(report.facts), "facts")
    table.add_row(str(report.rules), "rules")
    table.add_row(str(report.cases), "cases, each run")
    claims = report.claims
    table.add_row(f"{claims['homed']}/{claims['total']}", "claims of the article with a home")
    table.add_row(str(claims["not_followed"]), "claims not followed, each with the reason")
    for state, number in report.sources.items():
        table.add_row(str(number), "sources" if state == "total" else f"  of them {state}")
    console.print(f"[bold]Knowledge {report.version}[/]")
    console.print(table)
    show_faults(console, report.faults)
    if not report.faults:
        console.print("[green]No faults.[/]")


def show_faults(console: Console, faults: tuple[Fault, ...]) -> None:
    """Prints each fault with its place, its cause and the next act."""
    for fault in faults:
        console.print(fault.place, style="bold", markup=False, soft_wrap=True, highlight=False)
        console.print(Text(f"  {fault.cause}"), Text(f"  → {fault.act}", style="cyan"), sep="\n")
    if faults:
        console.print(f"[red]{len(faults)} fault{'s' if len(faults) > 1 else ''}.[/]")
