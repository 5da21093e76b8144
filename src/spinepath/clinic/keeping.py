"""`spinepath backup` and `restore`: the clinic's data into one file, and back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from spinepath.clinic import command


def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")]) -> None:
    """Keep the whole clinic in one file: database, documents and letters. Others may go on working meanwhile."""
    command._up_to_date()
    from spinepath.clinic.oversight import backup as keeping

    try:
        manifest = keeping.backup(file)
    except keeping.NotKept as problem:
        typer.echo(str(problem), err=True)
        sys.exit(2)
    rows = sum(told["rows"] for told in manifest["tables"].values())
    typer.echo(f"{file}: {rows} rows and {len(manifest['files'])} files, written and read back.")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `spinepath backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Give up everything that is here now.")] = False,
) -> None:
    """Bring a backup back, all of it or nothing. Stop the server first. Erased people stay erased."""
    command._up_to_date()
    from spinepath.clinic.oversight import backup as keeping

    try:
        manifest = keeping.restore(file, replace=replace)
    except keeping.NotKept as problem:
        typer.echo(str(problem), err=True)
        sys.exit(2)
    if manifest["not_erased"]:
        typer.echo(f"Erased before, but back now, since a legal hold forbids it: {', '.join(manifest['not_erased'])}.")
    rows = sum(told["rows"] for told in manifest["tables"].values())
    typer.echo(f"Restored {rows} rows and {len(manifest['files'])} files as of {manifest['made_at']}.")
