"""Proves obligations and says what came out: proved, refuted with a patient, or not decided in the time given."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator

import msgspec

from spinepath.engine.knowledge import Knowledge
from spinepath.prove import (
    both_ways,
    care,
    contradictions,
    course,
    danger,
    explanations,
    interview,
    loose_ends,
    pairs,
    solver,
    tight,
)
from spinepath.prove.bench import Bench, Finding
from spinepath.prove.patients import NotConfirmed
from spinepath.prove.results import Answer, Report, Result
from spinepath.prove.statements import Obligation, Statements

PROOFS: dict[str, Callable[[Bench, Obligation], Finding]] = {
    "care_withheld": danger.care_withheld,
    "red_flags": danger.red_flags,
    "contraindications": danger.contraindications,
    "adding_a_danger": pairs.adding_a_danger,
    "both_ways": both_ways.both_ways,
    "learning": pairs.learning,
    "one_disposition": care.one_disposition,
    "some_care": care.some_care,
    "tight": tight.tight,
    "alive": loose_ends.alive,
    "contained": loose_ends.contained,
    "reachable": loose_ends.reachable,
    "asked": loose_ends.asked,
    "interview_ends": interview.interview_ends,
    "bounds_in_force": course.bounds_in_force,
    "counts_stay_inside": course.counts_stay_inside,
    "plan_inside": course.plan_inside,
    "holds_last": course.holds_last,
    "explanations": explanations.explanations,
    "contradictions": contradictions.contradictions,
}


def chosen(
    statements: Statements, *, slow: bool = False, only: Iterable[str] = (), seconds: float | None = None
) -> list[Obligation]:
    """The obligations to prove: `slow` ones only when asked for, `only` those named when any are.

    `seconds` is the time for each in place of its own.
    """
    wanted = frozenset(only)
    found = [one for one in statements.obligations if one.id in wanted or (not wanted and (slow or not one.slow))]
    return found if seconds is None else [msgspec.structs.replace(one, seconds=seconds) for one in found]


def prove(knowledge: Knowledge, statements: Statements, obligations: Iterable[Obligation], *, jobs: int = 1) -> Report:
    """The answers to these obligations, worked out by so many processes at once."""
    started = time.monotonic()
    results = tuple(proofs(knowledge, statements, obligations, jobs=jobs))
    return gathered(knowledge, results, time.monotonic() - started)


def gathered(knowledge: Knowledge, results: Iterable[Result], seconds: float) -> Report:
    """The results as one report."""
    return Report(
        knowledge=knowledge.version, solver=solver.version(), seconds=round(seconds, 2), results=tuple(results)
    )


def proofs(
    knowledge: Knowledge, statements: Statements, obligations: Iterable[Obligation], *, jobs: int = 1
) -> Iterator[Result]:
    """The same, one result after the other, as they come, in the order of the obligations."""
    bench = Bench(knowledge, statements)
    listed = list(obligations)
    if jobs == 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from (answer(bench, obligation) for obligation in listed)
        return
    _ = bench.some_hands_on  # what all proofs need is made once, before the processes part
    _Worker.bench = bench
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(_Worker.answer, listed)


class _Worker:
    """What a process has at hand when it is asked for an answer."""

    bench: Bench

    @classmethod
    def answer(cls, obligation: Obligation) -> Result:
        return answer(cls.bench, obligation)


def answer(bench: Bench, obligation: Obligation) -> Result:
    """The answer to one obligation."""
    started = time.monotonic()
    word, found = _found(bench, obligation)
    return Result(
        obligation=obligation.id,
        number=obligation.number,
        says=obligation.says,
        because=obligation.because,
        answer=word,
        seconds=round(time.monotonic() - started, 2),
        charts=found.checked,
        faults=found.faults,
        patients=found.patients,
        notes=found.notes,
    )


def _found(bench: Bench, obligation: Obligation) -> tuple[Answer, Finding]:
    try:
        found = PROOFS[obligation.kind](bench, obligation)
    except solver.NotDecided:
        return "not decided", Finding(notes=(f"Not decided in {obligation.seconds:g} seconds.",))
    except NotConfirmed:
        return "not decided", Finding(notes=("The solver shows a patient whom the plain evaluator does not confirm.",))
    if found.faults or found.patients:
        return "refuted", found
    return ("proved" if found.checked is None else "checked"), found
