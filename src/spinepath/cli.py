"""The command `spinepath`: thin. What it computes stands in the engine, how it looks in `terminal/`."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NoReturn

import typer

from spinepath.clinic import command as clinic
from spinepath.clinic import keeping
from spinepath.cohort.command import app as cohort
from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.faults import FaultyFindings, FaultyKnowledge
from spinepath.population.command import accuracy, generate

if TYPE_CHECKING:
    from rich.console import Console

    from spinepath.engine.faults import Fault
    from spinepath.engine.knowledge import Knowledge
    from spinepath.prove.results import ProofPage

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(cohort, name="cohort")
app.command()(clinic.serve)
app.command()(clinic.demo)
app.command()(clinic.crowd)
app.command(context_settings={"ignore_unknown_options": True})(clinic.manage)
app.command()(keeping.backup)
app.command()(keeping.restore)
cohort.command()(generate)
cohort.command()(accuracy)

Folder = Annotated[Path | None, typer.Option("--knowledge", help="Folder of the knowledge base to use.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print plain data for machines.")]
Moment = Annotated[str | None, typer.Option("--as-of", help="Assess for this moment, e.g. 2026-11-22T10:00+01:00.")]

BAD_INPUT = 2
"""Exit code when the input cannot be used; 1 means that it was used and something is wrong with it."""

LONGEST = 1_000_000
"""So many seconds a search may take at most."""


def _a_time(seconds: float | None) -> float | None:
    if seconds is None or 0 < seconds <= LONGEST:
        return seconds
    raise typer.BadParameter(f"Give a number of seconds above 0, up to {LONGEST:,}.")


@app.callback()
def begin() -> None:
    """Safe, explained manual therapy for disc herniation. Supports a qualified professional; treats nobody."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # files of JSON, SQL and CQL are UTF-8 whatever the terminal is


@app.command()
def check(knowledge: Folder = None, as_json: AsJson = False) -> None:
    """Validate the knowledge base, run all its cases and print a summary."""
    from spinepath.engine.check import check as look
    from spinepath.engine.check import report_as_json
    from spinepath.engine.load import load
    from spinepath.terminal.report import show_faults, show_report

    try:
        report = look(load(knowledge or default_folder()))
    except FaultyKnowledge as problem:
        if as_json:
            _print_json({"faults": [_fault_as_json(fault) for fault in problem.faults]})
        else:
            show_faults(_console(), problem.faults)
        raise typer.Exit(1) from None
    if as_json:
        _print_json(report_as_json(report))
    else:
        show_report(_console(), report)
    raise typer.Exit(1 if report.faults else 0)


@app.command()
def assess(
    file: Annotated[str, typer.Argument(help="Findings in YAML or JSON; - reads standard input.")],
    knowledge: Folder = None,
    as_of: Moment = None,
    as_json: AsJson = False,
    save: Annotated[Path | None, typer.Option(help="Also keep the assessment here, for `replay`.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Leave nothing out for the sake of brevity.")] = False,
) -> None:
    """Assess findings: what to do and why, what to ask next, what may be done and what not."""
    from spinepath.engine.assess import as_json as plain
    from spinepath.engine.assess import assess as look
    from spinepath.engine.assess import store
    from spinepath.engine.chart_file import read_chart

    if save is not None and save.exists() and Path(file).exists() and save.samefile(file):
        _fail(f"{save}: The findings themselves stand there. Name another file to keep the assessment.")
    base = _knowledge(knowledge)
    try:
        chart = read_chart(_content(file), "findings" if file == "-" else file, base, _now(as_of))
    except FaultyFindings as problem:
        _refuse(problem.faults, as_json)
    found = look(base, chart.findings, _now(as_of) if as_of else chart.as_of)
    if save is not None:
        _keep(save, store(found))
    if as_json:
        _print_json(plain(found))
    else:
        from spinepath.terminal.assessment import show_assessment

        show_assessment(_console(), base, found, full=full)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="An assessment kept with `assess --save`.")], knowledge: Folder = None
) -> None:
    """Make a kept assessment again and say whether the answer is still the same."""
    from spinepath.engine.assess import NotTheSame
    from spinepath.engine.assess import replay as again

    try:
        found = again(_knowledge(knowledge), _content(str(file)))
    except NotTheSame as problem:
        typer.echo(f"{file}: {problem}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"The same answer as then: {found.outcome.disposition} (knowledge {found.knowledge}).")


@app.command()
def interview(
    file: Annotated[Path, typer.Argument(help="Where the answers are kept; an unfinished file is resumed.")] = Path(
        "findings.yaml"
    ),
    knowledge: Folder = None,
    as_of: Moment = None,
) -> None:
    """Ask one screen at a time, only what matters, and keep the answers in a findings file."""
    from spinepath.terminal.interview import Interview

    base = _knowledge(knowledge)
    _refuse_no_folder(file)
    kept = _content(str(file)) if file.exists() else None
    try:
        session = Interview(_console(), base, file, _now(as_of), kept)
    except FaultyFindings as problem:
        _refuse(problem.faults, False)
    try:
        session.run()
    except OSError as problem:
        _fail(f"{file}: The last answers cannot be kept ({problem.strerror}). Name another file and answer again.")


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="The id of a fact, rule, technique, source, claim, measure, ...")],
    knowledge: Folder = None,
) -> None:
    """Explain one entry in plain words, with everything that links to it."""
    from spinepath.engine.faults import nearest
    from spinepath.terminal.entry import show_entry

    base = _knowledge(knowledge)
    if name not in base.entries:
        _fail(f"There is no entry {name}. {nearest(name, base.entries, 'Look in the handbook.')}")
    show_entry(_console(), base, name)


@app.command()
def handbook(
    out: Annotated[Path, typer.Option(help="Folder for handbook.html and handbook.pdf.")] = Path("handbook"),
    knowledge: Folder = None,
    pdf: Annotated[bool, typer.Option(help="Also make the PDF.")] = True,
    proofs: Annotated[Path | None, typer.Option(help="What `prove --write` kept; it becomes a page.")] = None,
) -> None:
    """Write the whole knowledge base as one page (HTML) and as a document (PDF) for review and sign-off."""
    from spinepath.interop.handbook import write_handbook

    base = _knowledge(knowledge)
    page = _proofs(base, proofs)
    try:
        written = write_handbook(base, out, pdf=pdf, proofs=page)
    except OSError as problem:
        _fail(f"{out}: The handbook cannot be written ({problem.strerror}). Name another folder.")
    for path in written:
        typer.echo(str(path))


@app.command()
def prove(
    only: Annotated[list[str] | None, typer.Option(help="Only the obligation of this name.")] = None,
    slow: Annotated[bool, typer.Option("--slow", help="Also those that compare every rule with every other.")] = False,
    seconds: Annotated[float | None, typer.Option(help="Time for each, in place of its own.", callback=_a_time)] = None,
    jobs: Annotated[int, typer.Option(help="So many at once.", min=1, max=64)] = 2,
    write: Annotated[Path | None, typer.Option(help="Keep the result here, for a release and the handbook.")] = None,
    patients: Annotated[Path | None, typer.Option(help="Folder for the patients who refute something.")] = None,
    knowledge: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Ask a solver whether the rules are safe for every patient there could be. Exit code 1 when anything is not."""
    prover = _extra("spinepath.prove.command", "prove")
    if write is not None:
        _refuse_no_folder(write)  # before the proofs, which take long
    try:
        report = prover.run(
            None if as_json else _console(),
            _knowledge(knowledge),
            only=tuple(only or ()),
            slow=slow,
            seconds=seconds,
            jobs=jobs,
        )
    except prover.UnknownObligation as problem:
        _fail(str(problem))
    except FaultyKnowledge as problem:
        _refuse(problem.faults, as_json)
    if as_json:
        typer.echo(prover.written(report), nl=False)
    if write is not None:
        _keep(write, prover.written(report).encode())
    if patients is not None:
        try:
            patients.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            _fail(f"{patients}: The folder cannot be made ({problem.strerror}). Name another.")
        for name, text in prover.patient_files(report).items():
            _keep(patients / name, text.encode())
    raise typer.Exit(0 if report.holds else 1)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="Folder of the older knowledge base.")],
    new: Annotated[Path, typer.Argument(help="Folder of the newer knowledge base.")],
    over: Annotated[list[Path] | None, typer.Option(help="Findings files, or folders of them, to count over.")] = None,
    seconds: Annotated[float, typer.Option(help="Time for each search.", callback=_a_time)] = 30,
    as_of: Moment = None,
    as_json: AsJson = False,
) -> None:
    """Whose advice would change from one knowledge base to another? Exit code 1 when anything is loosened."""
    solver = _extra("spinepath.prove.diff", "prove")
    before, after = _knowledge(old), _knowledge(new)
    changes = list(solver.differences(before, after, seconds))
    charts = [chart for path in over or () for chart in _charts(after, path, _now(as_of))]
    found = solver.counts(before, after, charts) if over else None
    if as_json:
        _print_json(solver.as_json(changes, found))
    else:
        from spinepath.terminal.difference import show_changes, show_counts

        show_changes(_console(), before, after, changes)
        if found is not None:
            show_counts(_console(), found)
    loosened = any(change.loosened or "loosened" in change.undecided for change in changes)
    raise typer.Exit(1 if loosened or (found is not None and found.loosened) else 0)


@app.command()
def mutate(
    knowledge: Folder = None,
    leading_to: Annotated[list[str] | None, typer.Option(help="Only rules that lead to this disposition.")] = None,
    seconds: Annotated[float, typer.Option(help="Time for each search.", callback=_a_time)] = 30,
    as_json: AsJson = False,
) -> None:
    """Make every small mistake in every rule, one at a time: is each caught by a case, a law or a proof?

    Exit code 1 when a mistake that loosens an emergency or urgent rule is not.
    """
    from spinepath.engine.faults import nearest
    from spinepath.terminal.mutation import show_score

    prover = _extra("spinepath.prove.mutation", "prove")
    base = _knowledge(knowledge)
    for name in leading_to or ():
        if name not in base.ladder:
            _fail(f"There is no disposition {name}. {nearest(name, base.ladder, ', '.join(base.ladder))}")
    rules = [rule for rule in base.rules.values() if not leading_to or rule.then.at_least in leading_to]
    found = list(prover.mutation(base, rules, prover.trials(base), prover.guards_of(base, seconds)))
    if as_json:
        _print_json([{"mutant": one.mutant.name, "loosens": one.mutant.loosens, "by": one.by} for one in found])
    else:
        show_score(_console(), base, found)
    raise typer.Exit(1 if prover.unguarded(base, found) else 0)


@app.command()
def sql(
    database: Annotated[Literal["duckdb", "postgres", "spark"], typer.Argument(help="Whose SQL.")],
    part: Annotated[
        Literal["table", "refusals", "answers", "reasons"], typer.Option(help="Which of the four statements.")
    ] = "answers",
    knowledge: Folder = None,
) -> None:
    """Print the rules as SQL for a database of your own: what each part does stands in docs/databases.md."""
    from spinepath.backends.charts import Refused
    from spinepath.backends.dialects import DIALECTS
    from spinepath.backends.sql import Script

    try:
        script = Script(_knowledge(knowledge), DIALECTS[database])
        typer.echo(f"{getattr(script, part)()};")
    except Refused as problem:
        _fail(str(problem))


@app.command()
def cql(knowledge: Folder = None) -> None:
    """Print the rules as one CQL library: how to use it stands in docs/databases.md."""
    from spinepath.backends.charts import Refused
    from spinepath.interop.cql import cql as library

    try:
        typer.echo(library(_knowledge(knowledge)), nl=False)
    except Refused as problem:
        _fail(str(problem))


def _extra(module: str, extra: str) -> Any:
    """A module that needs an optional extra."""
    from importlib import import_module

    try:
        return import_module(module)
    except ModuleNotFoundError as problem:
        _fail(f"This needs {problem.name}, which is not installed. Install  spinepath[{extra}].")


def _charts(knowledge: Knowledge, path: Path, now: datetime) -> Iterator[dict[str, Any]]:
    """The values in every findings file of a folder, or in one file."""
    from spinepath.engine.chart_file import read_chart
    from spinepath.engine.findings import values_at

    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        _fail(f"{path}: There is no findings file (.yaml) in this folder. Name one that holds some.")
    for file in files:
        try:
            chart = read_chart(_content(str(file)), str(file), knowledge, now)
        except FaultyFindings as problem:
            _refuse(problem.faults, False)
        yield values_at(knowledge, chart.findings, chart.as_of)


def _proofs(knowledge: Knowledge, file: Path | None) -> ProofPage | None:
    """The page about the proofs; refused when they were made for another knowledge base."""
    if file is None:
        return None
    from spinepath.prove.results import page, read_report

    try:
        report = read_report(_content(str(file)))
    except ValueError as problem:
        _fail(f"{file}: {problem}")
    if report.knowledge != knowledge.version:
        _fail(f"{file}: The proofs are of knowledge {report.knowledge}, not of {knowledge.version}. Prove again.")
    return page(report)


def _knowledge(folder: Path | None) -> Knowledge:
    try:
        return load_cached(folder or default_folder())
    except FaultyKnowledge as problem:
        from spinepath.terminal.report import show_faults

        show_faults(_console(stderr=True), problem.faults)
        raise typer.Exit(BAD_INPUT) from None


def _content(file: str) -> bytes:
    if file == "-" and sys.stdin is None:
        _fail("There is no standard input to read. Name a file, or pipe the findings in.")
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as problem:
        _fail(f"{file}: The file cannot be read ({problem.strerror}). Check the name.")


def _keep(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as problem:
        _fail(f"{file}: The file cannot be written ({problem.strerror}). Name another file.")


def _refuse_no_folder(file: Path) -> None:
    if not file.parent.is_dir():
        _fail(f"{file}: There is no folder {file.parent}. Make it, or name another file.")


def _now(as_of: str | None) -> datetime:
    if as_of is None:
        return datetime.now().astimezone()  # a day ends here when it does on the wall, not in London
    from spinepath.engine.findings import moment

    try:
        return moment(as_of, end_of_day=True)
    except ValueError:
        _fail(f"--as-of {as_of} is not a moment. Write for example 2026-11-22T10:00+01:00.")


def _fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(BAD_INPUT) from None


def _refuse(faults: tuple[Fault, ...], as_json: bool) -> NoReturn:
    if as_json:
        _print_json({"faults": [_fault_as_json(fault) for fault in faults]})
    else:
        from spinepath.terminal.report import show_faults

        show_faults(_console(stderr=True), faults)
    raise typer.Exit(BAD_INPUT)


def _fault_as_json(fault: Fault) -> dict[str, str]:
    return {"place": fault.place, "cause": fault.cause, "act": fault.act}


def _print_json(data: object) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _console(stderr: bool = False) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)
