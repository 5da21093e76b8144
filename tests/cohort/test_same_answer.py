"""Planes, DuckDB, the compiled rules and the evaluator agree on many charts of our own rules (`pytest -m services`).

It needs nothing but time. SPINEPATH_CHARTS sets another number of charts, SPINEPATH_NAIVE how many of them the plain
evaluator judges too: one in so many.
"""

from __future__ import annotations

import os
from itertools import islice

import pytest

from spinepath.backends import on_duckdb
from spinepath.backends.compiled import Compiled
from spinepath.cohort.judge import Judge
from spinepath.cohort.tables import result_table
from spinepath.engine.knowledge import Knowledge
from tests.backends.agreement import naive
from tests.backends.many import many_charts
from tests.cohort.verdicts import charts_as_batch, compact, types_of, verdicts_in
from tests.engine.charts import Base

pytestmark = pytest.mark.services

CHARTS = int(os.environ.get("SPINEPATH_CHARTS", "100000"))
NAIVE = int(os.environ.get("SPINEPATH_NAIVE", "200"))
AT_ONCE = 50_000


def test_four_ways_to_judge_say_the_same_of_many_charts(real: Knowledge) -> None:
    compiled = Compiled(real)
    charts = many_charts(Base(real), CHARTS, seed=20)
    compared = 0
    while some := list(islice(charts, AT_ONCE)):
        batch = charts_as_batch(real, some)
        batch = compact(batch) if compared % (2 * AT_ONCE) else batch
        planes = verdicts_in(real, result_table(Judge(real, types_of(batch)).judge(batch), batch))
        expected = [compiled.evaluate(chart) for chart in some]
        assert planes == expected
        assert on_duckdb.judge(real, some) == expected
        assert [naive(real, chart) for chart in some[::NAIVE]] == expected[::NAIVE]
        compared += len(some)
    assert compared == CHARTS
