"""Every database says the same: generated rules, and a hundred thousand charts of our own rules.

These tests need PostgreSQL and Java; the everyday run leaves them out (`pytest -m services` runs them). They start a
PostgreSQL server and a Spark session of their own, and fail when they cannot. SPINEPATH_CHARTS sets another number of
charts.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings

from spinepath.backends import on_duckdb
from spinepath.backends.compiled import Compiled, Verdict
from spinepath.backends.dialects import POSTGRES, SPARK
from spinepath.backends.sql import Script
from spinepath.engine.conditions import Condition, Values
from spinepath.engine.evaluate import TechniqueStatus, evaluate
from spinepath.engine.knowledge import Knowledge
from tests import postgres
from tests.backends.agreement import assert_same, differences, naive
from tests.backends.generated import knowledge_bases, several_charts
from tests.backends.many import case_charts, many_charts
from tests.backends.test_sql import DEEPEST, with_rule
from tests.engine.charts import Base, Chart
from tests.engine.small import answers, small

pytestmark = pytest.mark.services

CHARTS = int(os.environ.get("SPINEPATH_CHARTS", "100000"))
AT_ONCE = 50_000
NAIVE_EVERY = 200

Judge = Callable[[Knowledge, Sequence[Values]], list[Verdict]]

# a server and a session of our own


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """How to connect to a PostgreSQL server of our own."""
    if postgres.programs() is None:
        pytest.fail("PostgreSQL is missing. Install it: apt-get install postgresql", pytrace=False)
    with postgres.running() as folder:
        yield f"host={folder} user=postgres dbname=postgres"


@pytest.fixture(scope="session")
def on_postgres(server: str) -> Judge:
    from spinepath.backends import on_postgres

    return lambda knowledge, charts: on_postgres.judge(knowledge, charts, server)


@pytest.fixture(scope="session")
def on_spark(session: Any) -> Judge:
    from spinepath.backends import on_spark

    return lambda knowledge, charts: on_spark.judge(knowledge, charts, session)


# generated rules


@settings(max_examples=200)
@given(knowledge_bases(), several_charts)
def test_generated_rules_mean_the_same_on_postgres(
    on_postgres: Judge, knowledge: Knowledge, charts: list[Chart]
) -> None:
    assert_same(knowledge, charts, on_postgres(knowledge, charts))


@settings(max_examples=8)
@given(knowledge_bases(), several_charts)
def test_generated_rules_mean_the_same_on_spark(on_spark: Judge, knowledge: Knowledge, charts: list[Chart]) -> None:
    assert_same(knowledge, charts, on_spark(knowledge, charts))


@pytest.mark.parametrize("when", DEEPEST, ids=["nested", "counted"])
@pytest.mark.parametrize("database", ["on_postgres", "on_spark"])
def test_the_deepest_condition_works(when: Condition, database: str, request: pytest.FixtureRequest) -> None:
    knowledge = with_rule(when)
    charts: list[Chart] = [answers(fever=True), {}, answers(numbness=True, age_years=105), {"age_years": 90}]
    assert_same(knowledge, charts, request.getfixturevalue(database)(knowledge, charts))


# the other statements

UNREADABLE = (
    "insert into charts (person, age_years, place_of_pain) values (1, 121, 'leg'), (2, 40, 'knee'), (3, 9, 'leg')"
)
FOUND = [(1, "age_years"), (2, "place_of_pain")]
RULES_OF_FEVER = {
    (name, status, small().rules[name].then.at_least, small().rules[name].says.therapist)
    for name, status in evaluate(small(), {"fever": True}).rules.items()
    if status != "clear"
}


def test_unreadable_values_and_reasons_are_listed_by_postgres(server: str) -> None:
    import psycopg

    script = Script(small(), POSTGRES)
    with psycopg.connect(server) as connection, connection.cursor() as cursor:
        cursor.execute(script.table().encode())
        cursor.execute(UNREADABLE)
        listed = cursor.execute(script.refusals().encode()).fetchall()
        assert [(person, facts.strip()) for person, facts in sorted(listed)] == FOUND
        cursor.execute("delete from charts")
        cursor.execute("insert into charts (person, fever) values (7, true)")
        cursor.execute(f"create table answers as {script.answers()}".encode())
        rows = cursor.execute(script.reasons().encode()).fetchall()
        assert {row[1:] for row in rows} == RULES_OF_FEVER
        connection.rollback()


def test_unreadable_values_and_reasons_are_listed_by_spark(session: Any, tmp_path: Path) -> None:
    from spinepath.backends import on_spark
    from spinepath.backends.charts import Refused

    script = Script(small(), SPARK)
    columns = "person long, age_years double, place_of_pain string, fever boolean"
    rows: list[tuple[object, ...]] = [(1, 121.0, "leg", None), (2, 40.0, "knee", None), (3, 40.0, "leg", True)]
    session.createDataFrame(rows, columns).write.parquet(str(tmp_path / "charts"))
    with pytest.raises(Refused, match="age_years: 1 charts hold") as refused:
        on_spark.judge_files(small(), str(tmp_path / "charts"), str(tmp_path / "answers"), session)
    assert len(refused.value.problems) == len(FOUND)
    session.createDataFrame([(7, True)], "person long, fever boolean").write.parquet(str(tmp_path / "fever"))
    on_spark.judge_files(small(), str(tmp_path / "fever"), str(tmp_path / "answers"), session)
    session.read.parquet(str(tmp_path / "answers")).createOrReplaceTempView("answers")
    assert {tuple(row)[1:] for row in session.sql(script.reasons()).collect()} == RULES_OF_FEVER


def test_spark_refuses_columns_of_another_type(session: Any, tmp_path: Path) -> None:
    from spinepath.backends import on_spark
    from spinepath.backends.charts import Refused

    session.createDataFrame([(7, "yes")], "person long, fever string").write.parquet(str(tmp_path / "charts"))
    with pytest.raises(Refused, match="fever: the column is string"):
        on_spark.judge_files(small(), str(tmp_path / "charts"), str(tmp_path / "answers"), session)


# our own rules, at scale


def what_happens(knowledge: Knowledge, verdict: Verdict) -> set[str]:
    clear = knowledge.rules.keys() - {*verdict.fired, *verdict.open}
    return {
        verdict.disposition,
        *(f"{rule} is open" for rule in verdict.open),
        *(f"{rule} is clear" for rule in clear),
        *(f"{name} is {status}" for name, status in verdict.techniques.items()),
    }


def test_many_charts_of_our_own_rules_get_the_same_answers_everywhere(
    real: Knowledge, on_postgres: Judge, on_spark: Judge, example_charts: dict[str, Chart]
) -> None:
    """Naive equals compiled on each 200th chart, and compiled equals every database on every chart."""
    rules, fired, seen = Compiled(real), set[str](), set[str]()
    engines: dict[str, Judge] = {"duckdb": on_duckdb.judge, "postgres": on_postgres, "spark": on_spark}
    charts = chain(example_charts.values(), case_charts(real), many_charts(Base(real), CHARTS))
    compared = 0
    while some := list(islice(charts, AT_ONCE)):
        expected = [rules.evaluate(chart) for chart in some]
        for chart, verdict in zip(some[::NAIVE_EVERY], expected[::NAIVE_EVERY], strict=True):
            assert differences(verdict, naive(real, chart)) == {}
        for name, judge in engines.items():
            for found, wanted in zip(judge(real, some), expected, strict=True):
                assert differences(found, wanted) == {}, name
        fired.update(*(verdict.fired for verdict in expected))
        seen.update(*(what_happens(real, verdict) for verdict in expected[::10]))
        compared += len(some)
    assert compared >= CHARTS + len(example_charts) + len(real.rules)
    assert_varied(real, fired, seen)


def assert_varied(knowledge: Knowledge, fired: set[str], seen: set[str]) -> None:
    """The charts were of many kinds: every rule fired, and nearly all were open and clear, in some of them."""
    assert fired == set(knowledge.rules)
    assert set(knowledge.ladder) <= seen
    for status in ("is open", "is clear"):
        assert sum(f"{rule} {status}" in seen for rule in knowledge.rules) > 0.9 * len(knowledge.rules)
    for status in get_args(TechniqueStatus):
        assert sum(f"{name} is {status}" in seen for name in knowledge.techniques) > 0.2 * len(knowledge.techniques)
