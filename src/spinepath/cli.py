"""The command `spinepath`: thin; every sentence about medicine comes from the knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Safe, explained manual therapy for disc herniation."""


@app.command()
def check(knowledge: Annotated[Path, typer.Option(help="Folder of the knowledge base.")] = Path("knowledge")) -> None:
    """Validate the knowledge base and run all its cases."""
    from spinepath.engine.check import check as look
    from spinepath.engine.faults import FaultyKnowledge
    from spinepath.engine.load import load

    try:
        report = look(load(knowledge))
    except FaultyKnowledge as problem:
        faults = problem.faults
    else:
        faults = report.faults
        typer.echo(f"{report.facts} facts, {report.rules} rules, {report.cases} cases, claims {report.claims}")
    for fault in faults:
        typer.echo(str(fault))
    typer.echo(f"{len(faults)} faults")
    raise typer.Exit(1 if faults else 0)
