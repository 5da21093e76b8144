"""`spinepath cohort import`: imports records, shows how far it is, and prints what was read and what was not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from spinepath.engine.findings import moment
from spinepath.engine.knowledge import Knowledge
from spinepath.interop.fhir.importing import CHARTS, FAULTS, import_records
from spinepath.interop.fhir.problems import FaultyRecords
from spinepath.interop.fhir.reading import Progress
from spinepath.interop.fhir.summary import Summary

_SHOWN_FAULTS = 5
_SHOWN_FACTS = 12


def import_command(
    inputs: Sequence[str | Path], out: Path, knowledge: Knowledge, as_of: str | None, console: Console
) -> Summary:
    """Imports records into the folder `out` and prints the summary; `as_of` is a date or moment, now without one.

    Raises FaultyRecords, for the caller to show, when nothing could be imported; nothing was changed then.
    """
    at = _moment(as_of)
    with Bar(TextColumn("Reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=console) as bar:
        task = bar.add_task("reading", total=None)

        def told(progress: Progress) -> None:
            bar.update(task, completed=progress.done, total=progress.size)

        summary = import_records(inputs, out, knowledge, at, told)
    show_summary(console, summary, knowledge, out)
    return summary


def _moment(written: str | None) -> datetime:
    if written is None:
        return datetime.now(UTC)
    try:
        return moment(written, end_of_day=True)
    except ValueError:
        example = f"Write for example  {date(2026, 11, 22)}."
        raise FaultyRecords.of("--as-of", "This is not a date or moment.", example) from None


def show_summary(console: Console, summary: Summary, knowledge: Knowledge, out: Path) -> None:
    """Prints what an import read, what it knows of whom, and the first faults. No person can be told from it."""
    console.print(Text(f"{summary.persons} persons as of {summary.as_of:%Y-%m-%d %H:%M}, in {out / CHARTS}", "bold"))
    for number, words in _asides(summary):
        if number:
            console.print(f"{number} {words}", style="dim")
    console.print(_resources(summary))
    console.print(_facts(summary, knowledge))
    _faults(console, summary, out)


def _asides(summary: Summary) -> tuple[tuple[int, str], ...]:
    return (
        (summary.deceased, "of them are deceased: they are in the charts, and a cohort leaves them out"),
        (summary.without_patient, "of them have no entry of their own: age and sex are unknown"),
        (summary.merged, "had several entries, which were merged"),
        (summary.repeated, "resources came more than once and count once"),
    )


def _resources(summary: Summary) -> Table:
    table = Table("Resources", "Read", "Used", "Without meaning for us", "Broken", box=None, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for kind, counts in summary.resources.items():
        numbers = (counts.read, counts.used, counts.without_meaning, counts.broken)
        table.add_row(Text(kind), *(str(number) for number in numbers))
    return table


def _facts(summary: Summary, knowledge: Knowledge) -> Table:
    table = Table("Known of", "Persons", "Findings", box=None, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    most = sorted(summary.known.items(), key=lambda known: -known[1])
    for fact, number in most[:_SHOWN_FACTS]:
        table.add_row(Text(knowledge.facts[fact].name), str(number), str(summary.findings.get(fact, 0)))
    if len(most) > _SHOWN_FACTS:
        table.add_row(f"and {len(most) - _SHOWN_FACTS} facts more", "", "", style="dim")
    return table


def _faults(console: Console, summary: Summary, out: Path) -> None:
    number = sum(summary.faults.values())
    if not number:
        console.print("Everything could be read.")
        return
    console.print(Text(f"{number} faults, all in {out / FAULTS}; the first:", "bold"))
    for fault in summary.first_faults[:_SHOWN_FAULTS]:
        console.print(Text(f"  {fault.place}: {fault.reason} Left out: {fault.skipped}."), soft_wrap=True)
