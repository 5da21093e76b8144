"""The planes say what the evaluator says, whatever the rules, the charts and the types of the columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as arrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.backends import on_duckdb
from spinepath.backends.compiled import Compiled
from spinepath.cohort import judge as module
from spinepath.cohort.judge import Judge
from spinepath.cohort.tables import result_table
from spinepath.engine.knowledge import Knowledge
from tests.backends.agreement import assert_same, differences, naive
from tests.backends.generated import knowledge_bases, several_charts
from tests.backends.many import case_charts, many_charts
from tests.backends.test_sql import DEEPEST, with_rule
from tests.cohort.verdicts import charts_as_batch, compact, judge, judge_batch, types_of, verdicts_in
from tests.engine.charts import Base, Chart
from tests.engine.small import answers, small

FEW = 4_000


@given(knowledge_bases(), several_charts)
def test_generated_rules_mean_the_same(knowledge: Knowledge, charts: list[Chart]) -> None:
    assert_same(knowledge, charts, judge(knowledge, charts))


@settings(max_examples=15)
@given(knowledge_bases(), several_charts)
def test_generated_rules_mean_the_same_as_in_duckdb(knowledge: Knowledge, charts: list[Chart]) -> None:
    assert judge(knowledge, charts) == on_duckdb.judge(knowledge, charts)


@given(knowledge_bases(), several_charts)
def test_the_types_of_columns_change_nothing(knowledge: Knowledge, charts: list[Chart]) -> None:
    batch = compact(charts_as_batch(knowledge, charts))
    found = verdicts_in(knowledge, result_table(judge_batch(knowledge, batch), batch))
    assert_same(knowledge, charts, found)


@given(knowledge_bases(), several_charts, st.data())
def test_a_fact_without_a_column_is_unknown(knowledge: Knowledge, charts: list[Chart], data: st.DataObject) -> None:
    batch = charts_as_batch(knowledge, charts)
    kept = data.draw(st.lists(st.sampled_from(batch.schema.names[1:]), unique=True))
    less = [{fact: value for fact, value in chart.items() if fact in kept} for chart in charts]
    batch = batch.select(["person", *kept])
    assert_same(knowledge, less, verdicts_in(knowledge, result_table(judge_batch(knowledge, batch), batch)))


@pytest.mark.parametrize("when", DEEPEST, ids=["nested", "counted"])
def test_the_deepest_condition_works(when: Any) -> None:
    knowledge = with_rule(when)
    charts: list[Chart] = [answers(fever=True), {}, answers(numbness=True, age_years=105), {"age_years": 90}]
    assert_same(knowledge, charts, judge(knowledge, charts))


def test_our_own_rules_say_the_same_of_many_charts(real: Knowledge, example_charts: dict[str, Chart]) -> None:
    charts = [*example_charts.values(), *case_charts(real), *many_charts(Base(real), FEW)]
    compiled = Compiled(real)
    expected = [compiled.evaluate(chart) for chart in charts]
    for chart, verdict in zip(charts[::100], expected[::100], strict=True):
        assert differences(verdict, naive(real, chart)) == {}
    batch = charts_as_batch(real, charts)
    for columns in (batch, compact(batch)):
        found = verdicts_in(real, result_table(judge_batch(real, columns), columns))
        assert len(found) == len(expected)
        for ours, theirs in zip(found, expected, strict=True):
            assert differences(ours, theirs) == {}


@pytest.mark.parametrize("people", [0, 1, 63, 64, 65, 130])
@pytest.mark.parametrize("offset", [0, 1, 64, 67])
def test_any_number_of_people_from_anywhere_in_a_column(
    people: int, offset: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bitmaps that begin within a word, words that are not full, and blocks of one word."""
    monkeypatch.setattr(module, "BLOCK", 1)
    charts = list(many_charts(Base(small()), offset + people))
    batch = charts_as_batch(small(), charts).slice(offset, people)
    results = judge_batch(small(), batch)
    assert_same(small(), charts[offset:], verdicts_in(small(), result_table(results, batch)))
    assert int(np.bitwise_count(results.everybody).sum()) == people


def test_nobody_stands_beyond_the_last_person() -> None:
    """A rule that fires where nothing is known would fire for people who are not there."""
    charts: list[Chart] = [{}] * 3
    results = judge_batch(small(), charts_as_batch(small(), charts), facts=True)
    assert not (results._planes & ~results.everybody).any()


def test_the_results_may_lie_where_the_caller_wants_them() -> None:
    batch = charts_as_batch(small(), list(many_charts(Base(small()), 70)))
    rules = Judge(small(), types_of(batch))
    room = np.full((rules.rows, 2), 7, np.uint64)
    assert result_table(rules.judge(batch, room), batch) == result_table(rules.judge(batch), batch)


DICTIONARIES = {
    "a word twice": (["leg", "back", "leg"], [0, 2, 1, None]),
    "no word": (["leg", None, "back"], [0, 0, 2, 1]),
    "another order, and one that nobody has": (["both", "back", "leg"], [2, 2, 1, None]),
}


@pytest.mark.parametrize("name", DICTIONARIES)
def test_dictionaries_may_be_of_any_kind(name: str) -> None:
    words, numbers = DICTIONARIES[name]
    column = arrow.DictionaryArray.from_arrays(arrow.array(numbers, arrow.int8()), arrow.array(words))
    charts: list[Chart] = [{} if word is None else {"place_of_pain": word} for word in column.to_pylist()]
    batch = arrow.record_batch({"person": arrow.array(range(4)), "place_of_pain": column})
    assert_same(small(), charts, verdicts_in(small(), result_table(judge_batch(small(), batch), batch)))


@pytest.mark.parametrize("kind", [arrow.float16(), arrow.float32(), arrow.float64(), arrow.int8(), arrow.uint64()])
def test_no_bound_is_rounded(kind: Any) -> None:
    """0.1 is no short float: what is nearest to it lies beside it, and must not count as it."""
    from spinepath.engine.conditions import Compare

    for bound in (0.1, 2.0, 2.5, 1e300, -1.0, 65504.5):
        values = arrow.array([0, 1, 2, 3] + ([0.1, 2.5] if arrow.types.is_floating(kind) else []))
        column = values.cast(arrow.float64()).cast(kind, safe=False)
        for sign in ("<", "<=", "=", ">=", ">"):
            knowledge = with_rule(Compare("age_years", sign, bound))  # type: ignore[arg-type]
            batch = arrow.record_batch({"person": arrow.array(range(len(column))), "age_years": column})
            charts: list[Chart] = [{"age_years": float(value)} for value in column.to_pylist()]
            assert_same(knowledge, charts, verdicts_in(knowledge, result_table(judge_batch(knowledge, batch), batch)))
