"""One assessment: findings in, explained advice out; the same bytes for the same input, today and in ten years."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import Outcome, evaluate
from spinepath.engine.explain import Because, Change, why, why_not, would_change
from spinepath.engine.findings import Finding, Standing, standings, values_from
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.questions import Ask, questions
from spinepath.engine.values import NotAValue, read_value, write_value


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """The advice for one person at one moment, with everything needed to explain and repeat it."""

    knowledge: str
    as_of: datetime
    findings: tuple[Finding, ...]
    values: dict[str, Value]
    standings: dict[str, Standing]
    outcome: Outcome
    questions: tuple[Ask, ...]
    why: tuple[Because, ...]
    why_not: dict[str, tuple[str, ...]]
    would_change: tuple[Change, ...]


def assess(knowledge: Knowledge, findings: Iterable[Finding], as_of: datetime) -> Assessment:
    """What is advised for these findings at `as_of`, and why.

    The order of the findings does not matter. Unknown facts are asked for, never guessed.
    """
    ordered = tuple(sorted(findings, key=lambda one: (one.at, one.fact, one.source, str(one.value), one.by or "")))
    stands = standings(knowledge, ordered, as_of)
    values = values_from(knowledge, ordered, stands, as_of)
    outcome = evaluate(knowledge, values)
    return Assessment(
        knowledge=knowledge.version,
        as_of=as_of,
        findings=ordered,
        values=values,
        standings=stands,
        outcome=outcome,
        questions=questions(knowledge, values, outcome),
        why=why(knowledge, values, outcome),
        why_not=why_not(outcome),
        would_change=would_change(knowledge, values, outcome),
    )


def written_value(value: Value) -> Any:
    """A value as it stands in files: yes and no as words."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


def as_json(assessment: Assessment) -> dict[str, Any]:
    """The assessment as plain data for machines; the keys are a promise to integrators."""
    outcome = assessment.outcome
    return {
        "knowledge": assessment.knowledge,
        "disposition": outcome.disposition,
        "least": outcome.least,
        "most": outcome.most,
        "questions": [{"fact": ask.fact, "why": ask.why} for ask in assessment.questions],
        "techniques": {
            name: {"class": offer.technique_class, "status": offer.status, "because": list(offer.because)}
            for name, offer in outcome.techniques.items()
        },
        "fired": list(outcome.fired),
        "open": list(outcome.open),
        "needs": list(outcome.needs),
        "limits": outcome.limits,
        "why": [{"fact": because.fact, "value": written_value(because.value)} for because in assessment.why],
        "why_not": {name: list(rules) for name, rules in assessment.why_not.items()},
        "would_change": [
            {
                "answers": {fact: written_value(value) for fact, value in change.answers.items()},
                "disposition": change.disposition,
            }
            for change in assessment.would_change
        ],
    }


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An assessment as kept in a record: what it rested on, and what it said."""

    knowledge: str
    as_of: datetime
    findings: tuple[Finding, ...]
    said: dict[str, Any]


class NotTheSame(Exception):
    """A stored assessment cannot be repeated: another knowledge base, or another answer."""


def store(assessment: Assessment) -> bytes:
    """The assessment as JSON, ready to be kept and replayed."""
    kept = Stored(
        knowledge=assessment.knowledge,
        as_of=assessment.as_of,
        findings=assessment.findings,
        said=as_json(assessment),
    )
    return msgspec.json.format(msgspec.json.encode(kept), indent=2)


def replay(knowledge: Knowledge, kept: bytes) -> Assessment:
    """The stored assessment, made again from its findings.

    Raises NotTheSame when the file is no stored assessment, when the knowledge base is another one than was used, or
    when the answer differs.
    """
    try:
        stored = msgspec.json.decode(kept, type=Stored)
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise NotTheSame(f"This is not a stored assessment ({problem}). Give a file kept with assess --save.") from None
    if stored.knowledge != knowledge.version:
        raise NotTheSame(
            f"The assessment used knowledge {stored.knowledge}; this is {knowledge.version}. "
            f"Give the folder of the release that was used."
        )
    if all(_is_possible(knowledge, finding) for finding in stored.findings):
        again = assess(knowledge, stored.findings, stored.as_of)
        if as_json(again) == stored.said:
            return again
    raise NotTheSame("The same findings now give another answer: the stored file or the engine was changed.")


def _is_possible(knowledge: Knowledge, finding: Finding) -> bool:
    """Is this a finding that the knowledge base could have read?"""
    fact = knowledge.facts.get(finding.fact)
    try:
        return fact is not None and read_value(fact, write_value(finding.value)) == finding.value
    except NotAValue:
        return False
