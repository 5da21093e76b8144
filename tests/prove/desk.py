"""What the tests of the proofs share: benches, unsafe edits of the knowledge base, and one obligation at a time."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from spinepath.engine.cache import default_folder
from spinepath.engine.chart_file import read_chart
from spinepath.engine.conditions import Condition, Value
from spinepath.engine.entries import Fact, Rule
from spinepath.engine.findings import moment, values_at
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.language import parse
from spinepath.engine.load import load
from spinepath.prove.bench import Bench
from spinepath.prove.results import Result
from spinepath.prove.run import answer
from spinepath.prove.statements import (
    Obligation,
    Statements,
    read_statements,
    statements_folder,
    statements_in,
    vocabulary,
)

Edit = dict[str, dict[str, Any]]


@cache
def real() -> Knowledge:
    return load(default_folder())


@cache
def real_bench() -> Bench:
    return Bench(real(), read_statements(statements_folder(), real()))


def stated(knowledge: Knowledge, text: str = "") -> Statements:
    """The statements in one text."""
    return statements_in({"statements.yaml": text.encode()} if text else {}, knowledge)


def obligation(name: str, statements: Statements) -> Obligation:
    return next(one for one in statements.obligations if one.id == name)


def condition(knowledge: Knowledge, text: str) -> Condition:
    return parse(text, vocabulary(knowledge))


def edited(knowledge: Knowledge, section: str, name: str, **changes: Any) -> Knowledge:
    """The knowledge base with some keys of one entry changed; nothing else, not even what is worked out from it."""
    entries = {**knowledge.section(section)}
    entries[name] = msgspec.structs.replace(entries[name], **changes)
    return with_entries(knowledge, section, entries)


def with_entries(knowledge: Knowledge, section: str, entries: dict[str, Any]) -> Knowledge:
    fields = {name: getattr(knowledge, name) for name in knowledge.__struct_fields__}
    return Knowledge(**{**fields, section: entries})


def rule_edited(name: str, *, when: str | None = None, then: dict[str, Any] | None = None, **changes: Any) -> Knowledge:
    """The real knowledge base with one rule changed."""
    rule: Rule = real().rules[name]
    if when is not None:
        changes["when"] = condition(real(), when)
    if then is not None:
        changes["then"] = msgspec.structs.replace(rule.then, **then)
    return edited(real(), "rules", name, **changes)


def fact_edited(name: str, **changes: Any) -> Knowledge:
    """The real knowledge base with one fact changed."""
    entry: Fact = real().facts[name]
    assert entry
    return edited(real(), "facts", name, **changes)


def answered(knowledge: Knowledge, name: str) -> Result:
    """The answer to one obligation of this project for a knowledge base."""
    statements = read_statements(statements_folder(), knowledge)
    return answer(Bench(knowledge, statements), obligation(name, statements))


def values_in(knowledge: Knowledge, file: str) -> dict[str, Value]:
    """The values in a file, as `assess` reads it."""
    chart = read_chart(file.encode(), "patient.yaml", knowledge, moment("2199-01-01"))
    return dict(values_at(knowledge, chart.findings, chart.as_of))
