"""Many charts of one knowledge base, quickly and the same ones each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from spinepath.engine.cases import values_of
from spinepath.engine.chart_file import read_chart
from spinepath.engine.conditions import facts_in
from spinepath.engine.findings import values_at
from spinepath.engine.knowledge import Knowledge
from tests.engine.charts import Base, Chart

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def many_charts(base: Base, count: int, seed: int = 1) -> Iterator[Chart]:
    """Charts of every kind: whole ones, clean ones and empty ones, with some answers changed, added or taken out.

    What is changed are the facts of a few rules, a few facts, or a share of all; the answers stand on both sides of
    every border of the rules. Half of the charts stand under policies of their own.
    """
    random = Random(seed)  # noqa: S311  these are test data
    facts = (*base.knowledge.asked_facts, *base.knowledge.compared_facts)
    answers = {fact: base.answers(fact) for fact in facts}
    of_rule = [_facts_behind(base, rule) for rule in base.knowledge.rules]
    clean = base.known(base.clean)
    whole = {**{fact: base.harmless(fact) for fact in base.patient_facts}, **clean}
    for _ in range(count):
        chart = dict(random.choices((whole, clean, {}), (4, 3, 2))[0])
        if random.random() < 0.5:
            chart.update({policy: random.choice(answers[policy]) for policy in base.knowledge.defaults})
        for fact in _to_change(random, facts, of_rule):
            if fact in chart and random.random() < 0.2:
                del chart[fact]
            else:
                chart[fact] = random.choice(answers[fact])
        yield chart


def case_charts(knowledge: Knowledge) -> Iterator[Chart]:
    """The cases that stand beside the rules: every rule fires in some of them, and its borders are among them."""
    given = {*knowledge.asked_facts, *knowledge.compared_facts}
    for rule in knowledge.rules.values():
        for case in rule.cases:
            found = values_of(knowledge, case)
            yield {fact: value for fact, value in found.items() if fact in given and value is not None}


def _facts_behind(base: Base, rule: str) -> tuple[str, ...]:
    named = facts_in(base.knowledge.rules[rule].when)
    compared = tuple(fact for fact in named if fact in base.knowledge.compared_facts)
    return (*(asked for fact in named for asked in base.knowledge.asked_behind[fact]), *compared)


def _to_change(random: Random, facts: tuple[str, ...], of_rule: list[tuple[str, ...]]) -> list[str]:
    kind = random.random()
    if kind < 0.6:
        rules = random.choices(of_rule, k=random.randint(1, 3))
        return [fact for named in rules for fact in named]
    if kind < 0.8:
        return random.choices(facts, k=random.randint(0, 4))
    share = random.choice((0.02, 0.1, 0.5, 0.95))
    return [fact for fact in facts if random.random() < share]


def examples(knowledge: Knowledge) -> dict[str, Chart]:
    """What is known of each whole patient in examples/, by the name of the file."""
    charts = {}
    for path in sorted(EXAMPLES.glob("*.yaml")):
        chart = read_chart(path.read_bytes(), path.name, knowledge, NOW)
        charts[path.stem] = dict(values_at(knowledge, chart.findings, chart.as_of))
    return charts
