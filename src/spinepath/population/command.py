"""The commands that make people and compare what the rules see with the truth: thin, loading what they need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from datetime import date

    from rich.table import Table

    from spinepath.population.accuracy import Accuracy, Share

BAD_INPUT = 2
"""Exit code when what was asked for cannot be done."""

Folder = Annotated[Path | None, typer.Option(help="Folder of the knowledge base to use.")]


def generate(
    out: Annotated[Path, typer.Argument(help="Folder for the tables; made when it is missing.")],
    people: Annotated[int, typer.Option(help="So many people.", min=1)] = 100_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same people.", min=0)] = 1,
    population: Annotated[str, typer.Option(help="Where they come from, as the knowledge base names it.")] = "",
    complete: Annotated[bool, typer.Option("--complete", help="Also write the charts without gaps.")] = False,
    form: Annotated[
        Literal["parquet", "arrow", "fhir"], typer.Option(help="Tables, faster tables, or records in FHIR R4.")
    ] = "parquet",
    as_of: Annotated[str | None, typer.Option(help="For FHIR: the day on which the records are written.")] = None,
    knowledge: Folder = None,
) -> None:
    """Make people whose truth is known: their charts, and beside them what they really have."""
    from spinepath.engine.cache import default_folder, load_cached
    from spinepath.engine.faults import Faulty

    try:
        from spinepath.population import generate as make
        from spinepath.population.model import NoModel
        from spinepath.population.records import write_records
    except ImportError as problem:
        _fail(str(problem))
    try:
        base = load_cached(knowledge or default_folder())
        population = population or next(iter(base.populations), "")
        if form == "fhir":
            day = _day(as_of)
            counts = write_records(base, out, population=population, people=people, seed=seed, as_of=day)
            written = [f"{number:,} {kind}" for kind, number in counts.items()]
        else:
            made = make.generate(
                base, out, population=population, people=people, seed=seed, complete=complete, form=form
            )
            written = [str(path) for path in made.files]
    except (Faulty, NoModel, make.Refused) as problem:
        _fail(str(problem))
    except OSError as problem:
        _fail(f"{out} cannot be written: {problem.strerror}. Name another folder.")
    typer.echo(f"{people:,} made-up people ({population}): {', '.join(written)}")


def _day(written: str | None) -> date:
    from spinepath.engine.findings import moment

    if written is None:
        _fail("Records have a date. Add  --as-of 2026-11-22.")
    try:
        return moment(written).date()
    except ValueError:
        _fail("The day cannot be read. Write year-month-day, for example 2026-11-22.")


def accuracy(
    truth: Annotated[Path, typer.Argument(help="The truth that generate wrote.")],
    results: Annotated[Path, typer.Argument(help="What the rules made of the same people: a file or a folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data for machines.")] = False,
    table: Annotated[Path | None, typer.Option(help="Also write the numbers to this Parquet file.")] = None,
    knowledge: Folder = None,
) -> None:
    """How often the rules see what made-up people truly have. It measures the rules against a model, not the world."""
    import msgspec
    from rich.console import Console

    from spinepath.engine.cache import default_folder, load_cached
    from spinepath.engine.faults import Faulty

    try:
        from spinepath.population import accuracy as look
        from spinepath.population.generate import Refused
    except ImportError as problem:
        _fail(str(problem))
    try:
        found = look.accuracy_of_files(load_cached(knowledge or default_folder()), truth, results)
        if table is not None:
            look.write_table(found, table)
    except (Faulty, Refused) as problem:
        _fail(str(problem))
    except OSError as problem:
        _fail(f"{table} cannot be written: {problem.strerror}. Name another file.")
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
        return
    console = Console()
    console.print(accuracy_table(found))
    console.print(found.says)


def accuracy_table(found: Accuracy) -> Table:
    """The shares of each cause with their intervals, for the terminal."""
    from rich.table import Table

    table = Table(title=f"{found.people:,} made-up people, knowledge {found.knowledge}", title_justify="left")
    table.add_column("True cause")
    table.add_column("leads at least to")
    for heading in ("have it", "reached, %", "nothing by hand, %", "others spared, %"):
        table.add_column(heading, justify="right")
    for sight in found.sights:
        shares = map(_percent, (sight.reached, sight.not_missed, sight.spared))
        table.add_row(sight.name, sight.leads_to, f"{sight.reached.of:,}", *shares)
    return table


def _percent(share: Share) -> str:
    if share.share is None or share.low is None or share.high is None:
        return "nobody"
    return f"{100 * share.share:.1f} ({100 * share.low:.1f} to {100 * share.high:.1f})"


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(BAD_INPUT)
