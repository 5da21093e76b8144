"""The generator of knowledge bases makes everything there is: nothing new escapes the comparison by accident."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from hypothesis import Phase, given, settings

from spinepath.backends.bits import WIDTH
from spinepath.backends.formulas import Formula
from spinepath.backends.program import Program, program
from spinepath.engine.conditions import Compare, Condition, Sign, walk
from spinepath.engine.evaluate import TechniqueStatus, _when_all_is_answered, complete, evaluate
from spinepath.engine.knowledge import Knowledge
from tests.backends.generated import knowledge_bases, several_charts
from tests.engine.charts import Chart

WANTED = (
    *(f"node {kind.__name__}" for kind in get_args(Condition)),
    *(f"sign {sign}" for sign in get_args(Sign)),
    *(f"formula {kind.__name__}" for kind in get_args(Formula)),
    *(f"technique {status} for a reason" for status in get_args(TechniqueStatus)),
    "a choice of nothing",
    "no parts",
    "a rule with a level whose end is another question",
    "a rule that is clear and may fire in the end",
    "a rule that fires and may be clear in the end",
    "rules in two words",
    "a worked-out fact that rests on another",
    "a mildest disposition that bars a class",
    "bounds that differ",
    "a disposition beyond what fires",
    "a disposition beyond what will fire",
)


def conditions_of(knowledge: Knowledge) -> Iterator[Condition]:
    derived = (fact.worked_out.when for fact in knowledge.facts.values() if fact.worked_out)
    for when in (*(rule.when for rule in knowledge.rules.values()), *derived):
        if when is not None:
            yield from walk(when)


def formulas_in(formula: Formula) -> Iterator[Formula]:
    yield formula
    for part in getattr(formula, "parts", ()):
        yield from formulas_in(part)


def seen_in_conditions(knowledge: Knowledge) -> Iterator[str]:
    for node in conditions_of(knowledge):
        yield f"node {type(node).__name__}"
        if isinstance(node, Compare):
            yield f"sign {node.sign}"
        if getattr(node, "words", None) == ():
            yield "a choice of nothing"
        if getattr(node, "parts", None) == ():
            yield "no parts"


def seen_in_program(made: Program) -> Iterator[str]:
    for rule in made.rules:
        for form in (rule.fires, rule.clear, rule.certain, rule.impossible):
            yield from (f"formula {type(node).__name__}" for node in formulas_in(form))
        if rule.level and (rule.fires, rule.clear) != (rule.certain, rule.impossible):
            yield "a rule with a level whose end is another question"
    if len(made.rules) > WIDTH:
        yield "rules in two words"


def seen_in_knowledge(knowledge: Knowledge) -> Iterator[str]:
    if any(set(knowledge.bases_of(name)) & set(derived(knowledge)) for name in derived(knowledge)):
        yield "a worked-out fact that rests on another"
    if knowledge.dispositions[knowledge.ladder[0]].bars:
        yield "a mildest disposition that bars a class"


def derived(knowledge: Knowledge) -> list[str]:
    return [name for name in knowledge.worked_out_order if name not in knowledge.compared_facts]


def seen_in_outcome(knowledge: Knowledge, chart: Chart) -> Iterator[str]:
    outcome = evaluate(knowledge, chart)
    yield from (f"technique {offer.status} for a reason" for offer in outcome.techniques.values() if offer.because)
    for name, end in _when_all_is_answered(knowledge, complete(knowledge, chart)).items():
        now = outcome.rules[name]
        if knowledge.rules[name].then.at_least and (now, end) == ("clear", "open"):
            yield "a rule that is clear and may fire in the end"
        if knowledge.rules[name].then.at_least and (now, end) == ("fires", "open"):
            yield "a rule that fires and may be clear in the end"
    rank = knowledge.strictness
    if outcome.least != outcome.most:
        yield "bounds that differ"
    if rank[outcome.disposition] > rank[outcome.least]:
        yield "a disposition beyond what fires"
    if rank[outcome.disposition] > rank[outcome.most]:
        yield "a disposition beyond what will fire"


@pytest.fixture(scope="module")
def seen() -> set[str]:
    found: set[str] = set()

    @settings(max_examples=300, phases=[Phase.generate])
    @given(knowledge_bases(), several_charts)
    def look(knowledge: Knowledge, charts: list[Chart]) -> None:
        found.update(seen_in_conditions(knowledge), seen_in_program(program(knowledge)), seen_in_knowledge(knowledge))
        for chart in charts:
            found.update(seen_in_outcome(knowledge, chart))

    look()
    return found


@pytest.mark.parametrize("name", WANTED)
def test_it_is_generated(name: str, seen: set[str]) -> None:
    assert name in seen
