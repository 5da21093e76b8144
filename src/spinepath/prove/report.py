"""The result of `spinepath prove` for people: a line for each obligation, and the patients who refute one."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from spinepath.prove.results import Report, Result, answer_words, summary

_LOOK = {"proved": "green", "checked": "green", "refuted": "red", "not decided": "yellow"}


MOST_NOTES = 4
_MOST_LETTERS = 160


def show_result(console: Console, result: Result) -> None:
    """Prints one obligation with its answer, what is wrong with it, and what is worth knowing."""
    table = Table(box=None, show_header=False, pad_edge=False, expand=True)
    table.add_column(width=1)
    table.add_column(ratio=1)
    table.add_column(width=24, justify="right")
    answered = Text(answer_words(result), style=_LOOK[result.answer])
    table.add_row(str(result.number), Text(result.says), Text.assemble(answered, f"  {result.seconds:.1f} s"))
    console.print(table)
    for fault in result.faults:
        console.print(Padding(Text(f"✗ {fault}", style="red"), (0, 0, 0, 2)))
    for note in result.notes[:MOST_NOTES]:
        console.print(Padding(Text(_short(note), style="dim"), (0, 0, 0, 2)))
    if len(result.notes) > MOST_NOTES:
        more = f"{len(result.notes) - MOST_NOTES} more notes stand in the handbook and in the written result."
        console.print(Padding(Text(more, style="dim"), (0, 0, 0, 2)))
    for patient in result.patients:
        console.print(Padding(Text(f"✗ {patient.wrong}", style="red"), (0, 0, 0, 2)))
        console.print(Padding(Text(patient.file.rstrip()), (0, 0, 0, 4)))
        if not patient.as_file:
            note = "This past cannot be written down: the numbers are compared with values that no record could hold."
            console.print(Padding(Text(note, style="dim"), (0, 0, 0, 4)))


def _short(note: str) -> str:
    return note if len(note) <= _MOST_LETTERS else f"{note[:_MOST_LETTERS].rsplit(' ', 1)[0]} ..."


def show_summary(console: Console, report: Report) -> None:
    """Prints how many obligations have which answer, for which versions, in which time."""
    look = "bold green" if report.holds else "bold red"
    console.print(Text(summary(report), style=look), Text(f"{report.seconds:.1f} s."))
    console.print(Text(f"Knowledge {report.knowledge}, solver {report.solver}.", style="dim"))
