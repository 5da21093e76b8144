"""What `spinepath prove` does: reads the statements, proves them, shows each answer as it comes, and writes files."""

from __future__ import annotations

import json
import time
from pathlib import Path

from rich.console import Console

from spinepath.engine.faults import nearest
from spinepath.engine.knowledge import Knowledge
from spinepath.prove.report import show_result, show_summary
from spinepath.prove.results import Report, as_json
from spinepath.prove.run import chosen, gathered, proofs
from spinepath.prove.statements import Obligation, Statements, read_statements, statements_folder


class UnknownObligation(Exception):
    """There is no obligation of this name; the message says which may be meant."""


def run(
    console: Console | None,
    knowledge: Knowledge,
    *,
    only: tuple[str, ...] = (),
    slow: bool = False,
    seconds: float | None = None,
    jobs: int = 2,
    folder: Path | None = None,
) -> Report:
    """Proves, printing each result as it comes when there is a console, and gives the whole report.

    `folder` holds the statements, those of this project where none is given. Raises UnknownObligation for a name in
    `only` that there is not, and FaultyKnowledge for statements that name what the knowledge base lacks.
    """
    statements = read_statements(folder or statements_folder(), knowledge)
    obligations = _named(statements, only, slow, seconds)
    started = time.monotonic()
    results = []
    for result in proofs(knowledge, statements, obligations, jobs=jobs):
        results.append(result)
        if console is not None:
            show_result(console, result)
    report = gathered(knowledge, results, time.monotonic() - started)
    if console is not None:
        show_summary(console, report)
    return report


def _named(statements: Statements, only: tuple[str, ...], slow: bool, seconds: float | None) -> list[Obligation]:
    names = [obligation.id for obligation in statements.obligations]
    for name in only:
        if name not in names:
            raise UnknownObligation(f"There is no obligation {name}. {nearest(name, names, ', '.join(names))}")
    return chosen(statements, slow=slow, only=only, seconds=seconds)


def written(report: Report) -> str:
    """The report as the text of a file, for the release."""
    return json.dumps(as_json(report), ensure_ascii=False, indent=2) + "\n"


def patient_files(report: Report) -> dict[str, str]:
    """The patients who refute something, by the names of files for `assess`."""
    return {
        f"{result.obligation}-{number}.yaml": patient.file
        for result in report.results
        for number, patient in enumerate(result.patients, start=1)
    }
