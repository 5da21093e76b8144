"""What came out of the proofs, as data: for the release file, the terminal and the handbook. Needs no solver."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from spinepath.prove.patients import Patient

Answer = Literal["proved", "checked", "refuted", "not decided"]

ANSWER_WORDS: dict[Answer, str] = {
    "proved": "proved for every patient there could be",
    "checked": "holds for all patients looked at",
    "refuted": "does not hold",
    "not decided": "not decided in the time given",
}


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One obligation and its answer.

    `checked` means that it holds for the charts looked at (`charts` of them) and was not proved for all. `faults` say
    what is wrong, `patients` show it, `notes` are worth reading in any case.
    """

    obligation: str
    number: int
    says: str
    because: str
    answer: Answer
    seconds: float
    charts: int | None = None
    faults: tuple[str, ...] = ()
    patients: tuple[Patient, ...] = ()
    notes: tuple[str, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All results, with the versions of the knowledge base and of the solver that they hold for."""

    knowledge: str
    solver: str
    seconds: float
    results: tuple[Result, ...]

    @property
    def holds(self) -> bool:
        """Is everything proved, or checked where it cannot be? Where nothing was asked, nothing holds."""
        return bool(self.results) and all(result.answer in ("proved", "checked") for result in self.results)


def as_json(report: Report) -> dict[str, Any]:
    """The report as plain data for machines and for the release."""
    data: dict[str, Any] = msgspec.to_builtins(report)
    return {"holds": report.holds, **data}


def read_report(content: bytes) -> Report:
    """A report as it was written. Raises ValueError with the reason when it is none."""
    try:
        return msgspec.json.decode(content, type=Report)
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise ValueError(f"This is no report of proofs ({problem}). Give a file kept with prove --write.") from problem


# the page of the handbook


class ProofPage(msgspec.Struct, frozen=True, kw_only=True):
    """The page of the handbook about the proofs: a line that sums up, and one row for each obligation."""

    title: str
    about: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def page(report: Report) -> ProofPage:
    """What the handbook says of the proofs of one knowledge version."""
    return ProofPage(
        title="What is proved of the rules",
        about=(
            f"{summary(report)} Knowledge {report.knowledge}, solver {report.solver}. A proof shows that the rules "
            "mean what is said here, for all charts and under every policy, not that the medicine is right."
        ),
        headings=("What must hold", "Why", "Answer", "Worth knowing"),
        rows=tuple(
            (result.says, result.because, answer_words(result), " ".join((*result.faults, *result.notes)))
            for result in report.results
        ),
    )


def summary(report: Report) -> str:
    """How many obligations have which answer."""
    counts = [
        f"{number} {answer}"
        for answer in ANSWER_WORDS
        if (number := sum(result.answer == answer for result in report.results))
    ]
    return f"{len(report.results)} obligations: {', '.join(counts)}."


def answer_words(result: Result) -> str:
    """The answer in words, with the number of charts where it was not proved for all."""
    if result.answer == "checked":
        return f"checked on {result.charts} charts"
    return result.answer
