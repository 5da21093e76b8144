"""What people and machines see of the proofs, and the file that goes into the release."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from spinepath.engine.faults import FaultyKnowledge
from spinepath.prove.command import UnknownObligation, patient_files, run, written
from spinepath.prove.results import Report, page, read_report, summary
from spinepath.prove.run import prove
from tests.engine.small import small
from tests.prove.desk import edited, stated
from tests.prove.test_proofs import OBLIGATIONS, STATEMENTS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("statements")
    (made / "statements.yaml").write_text(OBLIGATIONS + STATEMENTS, encoding="utf-8")
    return made


def shown(folder: Path, **given: object) -> tuple[str, Report]:
    text = io.StringIO()
    report = run(Console(file=text, width=100), small(), folder=folder, jobs=1, **given)  # type: ignore[arg-type]
    return text.getvalue(), report


def test_each_answer_is_shown_and_the_whole_is_summed_up(folder: Path) -> None:
    text, report = shown(folder, only=("care_withheld", "explanations"))
    assert "proved" in text
    assert "checked on 8 charts" in text
    assert "2 obligations: 1 proved, 1 checked." in text
    assert f"Knowledge {small().version}, solver Z3" in text
    assert report.holds


def test_without_obligations_nothing_holds(tmp_path: Path) -> None:
    _, report = shown(tmp_path)
    assert report.results == ()
    assert not report.holds


def test_who_refutes_it_is_shown_as_a_file(folder: Path) -> None:
    unsafe = edited(small(), "dispositions", "refer", bars=("rubbing",))
    text = io.StringIO()
    report = run(Console(file=text, width=100), unsafe, only=("care_withheld",), folder=folder, jobs=1)
    assert not report.holds
    assert "✗ pull can be had although the rule" in text.getvalue()
    (file,) = patient_files(report).items()
    assert file[0] == "care_withheld-1.yaml"
    assert file[1] in read_report(written(report).encode()).results[0].patients[0].file
    assert "as_of:" in text.getvalue()


def test_a_patient_who_cannot_be_written_down_is_said_so(folder: Path) -> None:
    from spinepath.prove.patients import Patient
    from spinepath.prove.report import show_result
    from spinepath.prove.results import Result

    text = io.StringIO()
    odd = Patient(wrong="Odd.", file="findings: {}\n", values={}, news={}, as_file=False)
    result = Result(
        obligation="x",
        number=1,
        says="S.",
        because="B.",
        answer="refuted",
        seconds=0,
        patients=(odd,),
        faults=("Bad.",),
    )
    show_result(Console(file=text, width=100), result)
    assert "✗ Bad." in text.getvalue()
    assert "cannot be written down" in text.getvalue()


def test_the_file_of_the_release_reads_back_as_it_was(folder: Path) -> None:
    _, report = shown(folder, only=("alive",))
    text = written(report)
    assert read_report(text.encode()) == report
    data = json.loads(text)
    assert data["holds"] is True
    assert {"knowledge", "solver", "results", "seconds"} <= data.keys()
    with pytest.raises(ValueError, match="no report of proofs"):
        read_report(b"[]")


def test_the_page_of_the_handbook_has_a_row_for_each_obligation(folder: Path) -> None:
    _, report = shown(folder, only=("alive", "some_care"))
    made = page(report)
    assert [row[2] for row in made.rows] == ["proved", "proved"]
    assert all(len(row) == len(made.headings) for row in made.rows)
    assert summary(report) in made.about


def test_unknown_obligations_and_statements_that_do_not_fit_are_refused(folder: Path) -> None:
    with pytest.raises(UnknownObligation, match="Did you mean alive"):
        shown(folder, only=("aliv",))
    with pytest.raises(FaultyKnowledge):
        run(None, small())


def test_two_processes_give_the_same_answers(folder: Path) -> None:
    statements = stated(small(), OBLIGATIONS + STATEMENTS)
    some = [one for one in statements.obligations if one.kind in ("alive", "some_care", "learning", "interview_ends")]
    alone, together = (prove(small(), statements, some, jobs=jobs) for jobs in (1, 2))
    assert [(one.obligation, one.answer, one.notes) for one in alone.results] == [
        (one.obligation, one.answer, one.notes) for one in together.results
    ]
