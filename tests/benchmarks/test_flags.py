"""The rules that other engines are given say what the evaluator says, so that a difference is the engine's own."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks.flags import Facts, Text
from spinepath.backends.program import program
from spinepath.engine.conditions import Values
from spinepath.engine.evaluate import Status, complete, evaluate
from spinepath.engine.knowledge import Knowledge
from tests.backends.generated import knowledge_bases, several_charts
from tests.backends.many import examples
from tests.engine.charts import Base, Chart

STATUSES: list[Status] = ["clear", "open", "fires"]


class Written:
    """The rules as texts, which Python can read as well."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.facts = Facts(program(knowledge))
        pairs = Text(self.facts, " and ", " or ").pairs()
        self.pairs = [tuple(compile(text, "rule", "eval") for text in pair) for pair in pairs]

    def statuses(self, chart: Values) -> list[Status]:
        flags = self.facts.flags(complete(self.knowledge, chart))
        held = [[eval(text, {}, flags) for text in pair] for pair in self.pairs]  # noqa: S307  our own text
        assert all(possible or not fires for possible, fires in held), "what fires is possible"
        return [STATUSES[possible + fires] for possible, fires in held]

    def check(self, chart: Values) -> None:
        assert self.statuses(chart) == list(evaluate(self.knowledge, chart).rules.values())


@given(knowledge_bases(), several_charts)
def test_generated_rules_mean_the_same_without_unknowns(knowledge: Knowledge, some: list[Chart]) -> None:
    assume(Facts(program(knowledge)).names)  # a language without constants needs a fact to say "always"
    written = Written(knowledge)
    for chart in some:
        written.check(chart)


@pytest.fixture(scope="module")
def written(base: Base) -> Written:
    return Written(base.knowledge)


@given(st.data())
def test_our_rules_mean_the_same_without_unknowns(written: Written, base: Base, data: st.DataObject) -> None:
    written.check(data.draw(base.charts()))


def test_examples_mean_the_same_without_unknowns(real: Knowledge) -> None:
    written = Written(real)
    for chart in examples(real).values():
        written.check(chart)


def test_every_flag_has_the_type_that_its_fact_has_when_it_is_unknown(base: Base) -> None:
    facts = Facts(program(base.knowledge))
    unknown = facts.flags({})
    known = facts.flags(complete(base.knowledge, base.clean))
    assert {name: type(flag) for name, flag in known.items()} == {name: type(flag) for name, flag in unknown.items()}
