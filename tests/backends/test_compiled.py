"""The compiled evaluator says what the evaluator says, whatever the conditions, the chart and the knowledge base."""

from __future__ import annotations

from collections import ChainMap

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.backends.compiled import Compiled
from spinepath.engine.conditions import Values
from spinepath.engine.evaluate import evaluate
from spinepath.engine.knowledge import Knowledge
from tests.backends.agreement import differences, naive
from tests.backends.generated import knowledge_bases, several_charts
from tests.backends.many import many_charts
from tests.engine.charts import Base, Chart
from tests.engine.small import answers, small


@pytest.fixture(scope="module")
def compiled(base: Base) -> Compiled:
    return Compiled(base.knowledge)


def same(compiled: Compiled, chart: Values) -> None:
    """Everything that is said is the same, and so is the short form."""
    outcome = evaluate(compiled.knowledge, chart)
    assert compiled.outcome(chart) == outcome
    assert differences(compiled.evaluate(chart), naive(compiled.knowledge, chart)) == {}


@given(knowledge_bases(), several_charts)
def test_it_agrees_on_generated_knowledge(knowledge: Knowledge, some: list[Chart]) -> None:
    compiled = Compiled(knowledge)
    for chart in some:
        same(compiled, chart)


@given(st.data())
def test_it_agrees_on_generated_charts(compiled: Compiled, base: Base, data: st.DataObject) -> None:
    same(compiled, data.draw(base.charts()))


@given(st.data())
def test_it_agrees_on_whole_charts(compiled: Compiled, base: Base, data: st.DataObject) -> None:
    same(compiled, data.draw(base.whole_charts()))


def test_it_agrees_on_many_charts(compiled: Compiled, base: Base) -> None:
    for chart in many_charts(base, 300):
        same(compiled, chart)


def test_it_agrees_on_every_example(real: Knowledge, example_charts: dict[str, Chart]) -> None:
    compiled = Compiled(real)
    for chart in example_charts.values():
        same(compiled, chart)


def test_a_missing_answer_and_an_unknown_one_are_the_same(real: Knowledge, example_charts: dict[str, Chart]) -> None:
    """The second way is read at one go, the first is completed before."""
    compiled = Compiled(real)
    policies = real.defaults
    for chart in example_charts.values():
        whole = {one.fact: chart.get(one.fact, policies.get(one.fact)) for one in compiled.program.inputs}
        assert compiled.evaluate(whole) == compiled.evaluate(chart)


def test_reasons_of_one_technique(real: Knowledge, example_charts: dict[str, Chart]) -> None:
    compiled = Compiled(real)
    for chart in example_charts.values():
        verdict, offers = compiled.evaluate(chart), evaluate(real, chart).techniques
        assert {name: compiled.because(verdict, name) for name in offers} == {
            name: offer.because for name, offer in offers.items()
        }


def test_an_unset_policy_is_unknown_not_its_default() -> None:
    same(Compiled(small()), answers(policy_doctor=None, policy_pulling=None))


def test_any_mapping_will_do() -> None:
    same(Compiled(small()), ChainMap({"fever": True}, {"danger_sign": False}))


def test_names_that_are_no_facts_are_overlooked() -> None:
    compiled = Compiled(small())
    assert compiled.evaluate({"fever": True, "no_such_fact": 3}) == compiled.evaluate({"fever": True})


def test_a_knowledge_base_without_rules_has_nothing_against_anybody() -> None:
    verdict = Compiled(msgspec.structs.replace(small(), rules={})).evaluate({})
    assert (verdict.disposition, verdict.least, verdict.most, verdict.firm) == ("go", "go", "go", "go")
    assert set(verdict.techniques.values()) == {"offered"}


def test_the_strictest_that_fires_is_told_apart_from_what_open_questions_lead_to() -> None:
    verdict = Compiled(small()).evaluate({})
    assert (verdict.disposition, verdict.firm) == ("wait", "go")


def test_the_source_can_be_read() -> None:
    source = Compiled(small()).source
    assert "_fires('screen.fever')" in source
    assert "danger_sign = False if not fever and not numbness else True if fever is True or numbness is True" in source


def test_what_is_given_is_not_changed() -> None:
    chart = answers(fever=None)
    before = dict(chart)
    Compiled(small()).outcome(chart)
    assert chart == before
