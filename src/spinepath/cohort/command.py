"""The commands of `spinepath cohort`: thin. Each loads what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import typer

if TYPE_CHECKING:
    from spinepath.cohort.manifest import Manifest
    from spinepath.engine.knowledge import Knowledge

app = typer.Typer(no_args_is_help=True, help="The same rules over many people at once.")

BAD_INPUT = 2
"""Exit code when the input cannot be used; 1 means that a run was interrupted and can go on."""

RECORDS = (".json", ".ndjson", ".gz")
"""How the names of files with FHIR records end."""

TABLES = (".parquet", ".arrow", ".feather", ".ipc")
"""How the names of files with charts end; an import leaves a summary in JSON beside them."""


@app.command()
def run(
    inputs: Annotated[
        list[str], typer.Argument(help="Tables of charts (Parquet, Arrow) or FHIR records: files, folders, patterns.")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the results. A run that was interrupted goes on in it.")],
    as_of: Annotated[str | None, typer.Option(help="The moment for which the charts stand; it is kept.")] = None,
    engine: Annotated[
        Literal["planes", "duckdb", "spark"] | None, typer.Option(help="What judges; chosen by size when not given.")
    ] = None,
    deceased: Annotated[bool, typer.Option("--deceased", help="Judge those who died too.")] = False,
    jobs: Annotated[int, typer.Option(help="So many parts at once.", min=1, max=64)] = 2,
    knowledge: Annotated[Path | None, typer.Option(help="Folder of the knowledge base to use.")] = None,
) -> None:
    """Judge every chart of a table, and count. Exit code 1 when interrupted: the same command goes on."""
    from importlib import import_module

    from spinepath.backends.charts import Refused
    from spinepath.engine.cache import default_folder, load_cached
    from spinepath.engine.faults import Faulty

    try:
        cohort, tables = (import_module(f"spinepath.cohort.{name}") for name in ("run", "source"))
    except ImportError as problem:
        _fail(f"This needs {problem.name or 'more packages'}. Install  spinepath[cohort].")
    if as_of is not None:
        _refuse_no_moment(as_of)
    try:
        base = load_cached(knowledge or default_folder())
        if any(map(_holds_records, inputs)):
            inputs = [str(_charts_of_records(inputs, out, base, as_of))]
        source = tables.open_source(base, inputs)
        what = cohort.Run(
            knowledge=base,
            source=source,
            folder=out,
            engine=engine or cohort.chosen(source),
            as_of=as_of,
            deceased=deceased,
            jobs=jobs,
        )
        typer.echo(f"{what.source.people:,} charts in {len(what.source.files)} files; engine: {what.engine}")
        manifest = cohort.run(what, _show_progress)
    except (Faulty, Refused) as problem:
        _fail(str(problem))
    except cohort.Interrupted as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from None
    _show(out, manifest)


@app.command(name="import")
def import_(
    inputs: Annotated[list[str], typer.Argument(help="FHIR R4: bundles, NDJSON, gzip; files, folders, patterns.")],
    out: Annotated[Path, typer.Option(help="Folder for the table of charts and what was found on the way.")],
    as_of: Annotated[str | None, typer.Option(help="The moment for which the charts stand; now without it.")] = None,
    knowledge: Annotated[Path | None, typer.Option(help="Folder of the knowledge base to use.")] = None,
) -> None:
    """Read records into a table of charts. What they do not say stays unknown; broken resources are listed."""
    from rich.console import Console

    from spinepath.engine.cache import default_folder, load_cached
    from spinepath.engine.faults import Faulty
    from spinepath.interop.fhir import command

    try:
        console = Console(highlight=False)
        command.import_command(inputs, out, load_cached(knowledge or default_folder()), as_of, console)
    except Faulty as problem:
        _fail(str(problem))
    except ImportError as problem:
        _fail(f"This needs {problem.name or 'more packages'}. Install  spinepath[cohort].")


def _refuse_no_moment(as_of: str) -> None:
    from spinepath.engine.findings import moment

    try:
        moment(as_of)
    except ValueError:
        _fail(f"--as-of {as_of} is not a date or moment. Write for example  --as-of 2026-11-22.")


def _holds_records(name: str) -> bool:
    path = Path(name)
    if path.is_dir():
        endings = {one.suffix for one in path.rglob("*")}
        return not endings & set(TABLES) and bool(endings & set(RECORDS))
    return path.suffix in RECORDS


def _charts_of_records(inputs: list[str], out: Path, knowledge: Knowledge, as_of: str | None) -> Path:
    """FHIR records become a table of charts within the folder of the results.

    The moment must be given: a run that goes on later would else import other charts.
    """
    from rich.console import Console

    from spinepath.cohort.manifest import CHARTS, read_manifest
    from spinepath.cohort.records import with_persons
    from spinepath.interop.fhir import command, importing

    if as_of is None:
        _fail("--as-of is missing. Records become charts for one moment; write for example  --as-of 2026-11-22.")
    read_manifest(out)
    folder = out / CHARTS
    command.import_command(inputs, folder, knowledge, as_of, Console(stderr=True, highlight=False))
    return with_persons(folder / importing.CHARTS, folder / importing.PERSONS, folder / "with_persons.parquet")


def _show_progress(done: int, parts: int) -> None:
    typer.echo(f"{done} of {parts} parts are done", err=True)


def _show(out: Path, manifest: Manifest) -> None:
    left_out = f"; {manifest.deceased:,} who died were left out" if manifest.deceased else ""
    typer.echo(f"{manifest.people:,} people judged with knowledge {manifest.asked.knowledge}{left_out}")
    typer.echo(f"Results are in {out}: see results/, counts/ and manifest.json.")


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of results that  cohort run  has written.")],
    out: Annotated[Path | None, typer.Option(help="The page; report.html in the folder when not given.")] = None,
    knowledge: Annotated[Path | None, typer.Option(help="Folder of the knowledge base of these results.")] = None,
) -> None:
    """Write the results as one page (HTML) for whoever may see them. Small counts are hidden."""
    from spinepath.backends.charts import Refused
    from spinepath.engine.cache import default_folder, load_cached
    from spinepath.engine.faults import Faulty

    try:
        from spinepath.cohort.report import write_report

        page = write_report(folder, load_cached(knowledge or default_folder()), out)
    except ImportError as problem:
        _fail(f"This needs {problem.name or 'more packages'}. Install  spinepath[cohort].")
    except (Faulty, Refused) as problem:
        _fail(str(problem))
    typer.echo(f"The report is in {page}.")


@app.command()
def impact(
    old: Annotated[Path, typer.Argument(help="Folder of results of the older knowledge.")],
    new: Annotated[Path, typer.Argument(help="Folder of results of the same people, of the newer knowledge.")],
    out: Annotated[
        Path | None, typer.Option(help="Also write it as a page (HTML), in which small counts are hidden.")
    ] = None,
    knowledge: Annotated[Path | None, typer.Option(help="Folder of one of the two, for the names of entries.")] = None,
) -> None:
    """How many people's advice changes, from what to what, and which rules explain it. Exit code 1 when any loosens."""
    from spinepath.backends.charts import Refused
    from spinepath.engine.cache import default_folder, load_cached
    from spinepath.engine.faults import Faulty

    try:
        from spinepath.cohort import impact as look
        from spinepath.cohort.impact_report import impact_page, in_words
        from spinepath.cohort.report import keep

        base = load_cached(knowledge or default_folder())
        found = look.impact(old, new)
        for line in in_words(found, base):
            typer.echo(line)
        if out is not None:
            typer.echo(f"The page is {keep(out, impact_page(found, base))}.")
    except ImportError as problem:
        _fail(f"This needs {problem.name or 'more packages'}. Install  spinepath[cohort].")
    except (Faulty, Refused) as problem:
        _fail(str(problem))
    if found.loosened:
        raise typer.Exit(1)


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(BAD_INPUT) from None
