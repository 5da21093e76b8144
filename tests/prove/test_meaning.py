"""The solver's picture of the rules is the plain evaluator's, on generated charts."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.engine.conditions import Value, truth
from spinepath.engine.evaluate import complete, evaluate
from spinepath.prove.bench import Bench
from spinepath.prove.chart import AnyChart, equal
from spinepath.prove.meaning import Meaning
from spinepath.prove.solver import Search, Witness, no, same, some
from tests.engine.charts import Base, Chart
from tests.engine.small import small
from tests.prove.desk import condition, real, real_bench, stated


@cache
def desk(name: str) -> tuple[Bench, Search]:
    bench = real_bench() if name == "real" else Bench(small(), stated(small()))
    everything_named(bench.now)
    return bench, Search(1000, bench.now.sound)


def everything_named(meaning: Meaning) -> None:
    """All bits are made before the search begins, as the proofs need not."""
    for rule in meaning.forms:
        _ = meaning.open(rule), meaning.certain(rule), meaning.impossible(rule)
    for technique in meaning.techniques:
        _ = meaning.offered(technique)
    for level in range(len(meaning.knowledge.ladder)):
        _ = meaning.disposition(level), meaning.least(level), meaning.most(level)
    _ = meaning.held, meaning.care


def seen_by_the_solver(bench: Bench, search: Search, values: dict[str, Value]) -> Witness | None:
    chart = bench.now.chart
    return search.find(*(chart.is_as(name, values.get(name)) for name in bench.ground.inputs))


def assert_same(bench: Bench, witness: Witness, values: dict[str, Value]) -> None:
    knowledge, meaning = bench.knowledge, bench.now
    outcome = evaluate(knowledge, values)
    for name, rule in knowledge.rules.items():
        told = "fires" if witness(meaning.fires(name)) else "clear" if witness(meaning.clear(name)) else "open"
        assert told == outcome.rules[name], name
        in_the_end = truth(rule.when, complete(knowledge, values), settled=True)
        assert witness(meaning.certain(name)) == (in_the_end is True), name
        assert witness(meaning.impossible(name)) == (in_the_end is False), name
    for level, name in enumerate(knowledge.ladder):
        strictness = knowledge.strictness
        assert witness(meaning.disposition(level)) == (strictness[outcome.disposition] >= level), name
        assert witness(meaning.least(level)) == (strictness[outcome.least] >= level), name
        assert witness(meaning.most(level)) == (strictness[outcome.most] >= level), name
    for name, offer in outcome.techniques.items():
        assert witness(meaning.offered(name)) == (offer.status == "offered"), name
        assert witness(meaning.to_be_had(name)) == (offer.status in ("offered", "restricted")), name
        assert witness(meaning.excluded(name)) == (offer.status == "excluded"), name
    assert witness(meaning.held) == outcome.held
    assert witness(meaning.care) == knowledge.dispositions[outcome.disposition].offers_care


@pytest.mark.parametrize("name", ["small", "real"])
@given(data=st.data())
@settings(max_examples=30)
def test_rules_bounds_and_techniques_mean_the_same(name: str, data: st.DataObject) -> None:
    bench, search = desk(name)
    base = Base(bench.knowledge)
    chart: Chart = data.draw(st.one_of(base.charts(), base.whole_charts()))
    values = complete(bench.knowledge, chart)
    witness = seen_by_the_solver(bench, search, values)
    if witness is None:
        assert not bench.can_have_been(values)
    else:
        assert_same(bench, witness, chart)


@pytest.mark.parametrize("name", ["small", "real"])
@given(data=st.data())
@settings(max_examples=15)
def test_what_the_solver_found_reads_back_to_the_same_answers(name: str, data: st.DataObject) -> None:
    bench, search = desk(name)
    rule = data.draw(st.sampled_from(sorted(bench.now.forms)))
    bit = data.draw(st.sampled_from([bench.now.fires, bench.now.clear, bench.now.open]))(rule)
    witness = search.find(bit)
    if witness is not None:
        values = bench.now.chart.values(witness)
        assert_same(bench, witness, values)
        again = seen_by_the_solver(bench, search, complete(bench.knowledge, values))
        assert again is not None


@pytest.mark.parametrize("fact", ["age_years", "imaging_done", "ankle_up_left"])
def test_a_chart_that_differs_in_one_fact_means_what_a_chart_of_its_own_means(fact: str) -> None:
    bench = real_bench()
    now = bench.now.chart
    sharing = Meaning(AnyChart(bench.ground, f"another {fact}", now, (fact,)), bench.now)
    own = Meaning(AnyChart(bench.ground, f"one more {fact}"))
    search = Search(60, bench.now.sound, sharing.sound, own.sound)
    search.add(equal(sharing.chart, own.chart, name) for name in bench.ground.inputs)
    told_apart = [no(same(sharing.fires(rule), own.fires(rule))) for rule in bench.knowledge.rules]
    told_apart += [no(same(sharing.offered(name), own.offered(name))) for name in bench.knowledge.techniques]
    told_apart += [no(same(sharing.disposition(level), own.disposition(level))) for level in range(6)]
    assert not search.can(some(told_apart))
    assert search.can(no(same(sharing.offered("joint_mobilisation"), bench.now.offered("joint_mobilisation"))))


def test_a_fall_needs_room() -> None:
    bench = real_bench()
    fallen = condition(real(), "ankle_up_left >= 5 and ankle_up_left_loss >= 1")
    search = Search(10, bench.now.sound)
    assert not search.can(bench.now.is_true(fallen))
    assert search.can(bench.now.is_true(condition(real(), "ankle_up_left <= 4 and ankle_up_left_loss >= 1")))
