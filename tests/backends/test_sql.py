"""The rules as SQL: on DuckDB exactly the evaluator's answers, and a refusal by name where that cannot be."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import msgspec
import pyarrow as arrow
import pytest
from hypothesis import given
from pyarrow import parquet

from spinepath.backends import on_duckdb
from spinepath.backends.bits import WIDTH, Bits
from spinepath.backends.charts import Refused
from spinepath.backends.compiled import Compiled
from spinepath.backends.dialects import DIALECTS, DUCKDB, POSTGRES, SPARK, Dialect
from spinepath.backends.sql import Script
from spinepath.backends.tables import as_table
from spinepath.backends.verdicts import verdicts
from spinepath.engine.conditions import And, AtLeast, Compare, Condition, In, Is, Not, Or
from spinepath.engine.evaluate import evaluate
from spinepath.engine.knowledge import Knowledge
from tests.backends.agreement import assert_same, naive
from tests.backends.generated import GIVEN, knowledge_bases, several_charts
from tests.backends.many import many_charts
from tests.engine.charts import Base, Chart
from tests.engine.small import answers, small


def with_rule(when: Condition, **facts: object) -> Knowledge:
    """The small base with one of its rules under another condition, and with other facts beside its own."""
    rule = msgspec.structs.replace(small().rules["screen.fever"], when=when)
    return msgspec.structs.replace(small(), rules={**small().rules, rule.id: rule}, facts={**small().facts, **facts})


# the same answers


@given(knowledge_bases(), several_charts)
def test_generated_rules_mean_the_same_in_sql(knowledge: Knowledge, charts: list[Chart]) -> None:
    assert_same(knowledge, charts, on_duckdb.judge(knowledge, charts))


def test_our_own_rules_mean_the_same_in_sql(base: Base, example_charts: dict[str, Chart]) -> None:
    """Generated charts, and the examples where they are charts of this base; the reasons are the evaluator's too."""
    charts = list(many_charts(base, 400))
    if all(example.keys() <= base.knowledge.facts.keys() for example in example_charts.values()):
        charts += example_charts.values()
    found = on_duckdb.judge(base.knowledge, charts)
    assert_same(base.knowledge, charts, found)
    rules = Compiled(base.knowledge)
    for chart, verdict in zip(charts[:20], found, strict=False):
        assert rules.offers(verdict) == evaluate(base.knowledge, chart).techniques


def test_no_charts_get_no_answers() -> None:
    assert on_duckdb.judge(small(), []) == []


# reasons


def test_each_rule_that_fires_or_is_open_can_be_listed_with_its_level_and_words() -> None:
    charts = [answers(fever=True), {}]
    script = Script(small(), DUCKDB)
    with duckdb.connect() as connection:
        connection.register("charts", as_table(small(), charts))
        connection.execute(f"create table answers as {script.answers()}")
        rows = connection.execute(script.reasons()).fetchall()
    expected = []
    for person, chart in enumerate(charts):
        for name, status in evaluate(small(), chart).rules.items():
            rule = small().rules[name]
            if status != "clear":
                expected.append((person, name, status, rule.then.at_least, rule.says.therapist))
    assert sorted(rows) == sorted(expected)


def test_bits_are_read_back_as_they_were_written() -> None:
    names = [f"r{place}" for place in range(2 * WIDTH + 3)]
    bits = Bits(names)
    chosen = tuple(names[:: WIDTH // 3])
    assert bits.count == 3
    assert bits.rules_in(bits.words(chosen)) == chosen
    assert max(bits.words(names)) < 2**63


# charts that cannot be


@pytest.mark.parametrize(
    ("chart", "problem"),
    [
        ({"fever": "yes"}, "fever: 1 charts hold another value than yes, no and unknown"),
        ({"fever": 1}, "fever: 1 charts hold another value"),
        ({"age_years": True}, "age_years: 1 charts hold another value than numbers from 0 to 120 years"),
        ({"age_years": 121}, "age_years: 1 charts hold another value"),
        ({"age_years": float("nan")}, "age_years: 1 charts hold another value"),
        ({"age_years": "old"}, "age_years: 1 charts hold another value"),
        (
            {"place_of_pain": "knee"},
            "place_of_pain: 1 charts hold another value than back, leg, upper_neck and unknown",
        ),
        ({"fewer": True}, "fewer: 1 charts name it, but it is no fact that is given."),
        ({"danger_sign": True}, "danger_sign: 1 charts name it"),
        ({"policy_doctor": None}, "policy_doctor: unknown in 1 charts. Left out it has its default."),
    ],
)
def test_a_value_that_its_fact_cannot_have_is_refused_by_name(chart: Chart, problem: str) -> None:
    with pytest.raises(Refused, match=re.escape(problem)):
        on_duckdb.judge(small(), [answers(), chart])


def test_a_whole_number_that_no_double_can_hold_is_refused() -> None:
    knowledge = with_rule(Is("fever"), dose=GIVEN["dose"])
    assert on_duckdb.judge(knowledge, [{"dose": 2**53}])
    with pytest.raises(Refused, match="dose"):
        on_duckdb.judge(knowledge, [{"dose": 2**53 + 1}])


# charts from a file


def in_file(folder: Path, **found: list[object]) -> Path:
    path = folder / "charts.parquet"
    parquet.write_table(arrow.table(found), path)
    return path


def judged_file(folder: Path, charts: Path) -> list[tuple[object, ...]]:
    on_duckdb.judge_file(small(), charts, folder / "answers.parquet")
    return sorted(duckdb.sql(f"from '{folder / 'answers.parquet'}'").fetchall())


def test_a_file_of_charts_becomes_a_file_of_answers(tmp_path: Path) -> None:
    charts = list(many_charts(Base(small()), 50))
    path = tmp_path / "charts.parquet"
    parquet.write_table(as_table(small(), charts), path)
    rows = judged_file(tmp_path, path)
    assert [row[0] for row in rows] == list(range(50))
    assert_same(small(), charts, list(verdicts(Script(small(), DUCKDB), rows)))


def test_facts_without_a_column_are_unknown_and_whole_numbers_are_numbers(tmp_path: Path) -> None:
    path = in_file(tmp_path, person=["b", "a"], age_years=[80, None], numbness=[True, None])
    rows = judged_file(tmp_path, path)
    assert [row[0] for row in rows] == ["a", "b"]
    assert_same(small(), [{}, {"age_years": 80, "numbness": True}], list(verdicts(Script(small(), DUCKDB), rows)))


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"fever": [True]}, "There is no column person."),
        (
            {"person": [1], "fevers": [True]},
            "fevers: a column with this name, but no fact that is given. Did you mean fever?",
        ),
        ({"person": [1], "danger_sign": [True]}, "danger_sign: a column with this name"),
        ({"person": [1], "fever": ["yes"]}, "fever: the column is VARCHAR. It holds yes, no and unknown"),
        ({"person": [1], "fever": [1]}, "fever: the column is BIGINT."),
        ({"person": [1], "age_years": ["80"]}, "age_years: the column is VARCHAR."),
        ({"person": [1], "age_years": [arrow.scalar(5.7, arrow.float32())]}, "age_years: the column is FLOAT."),
        ({"person": [1], "place_of_pain": [3]}, "place_of_pain: the column is BIGINT."),
        (
            {"person": [1, 2], "age_years": [121, -1]},
            "age_years: 2 charts hold another value than numbers from 0 to 120",
        ),
        ({"person": [1], "age_years": [float("nan")]}, "age_years: 1 charts hold another value"),
        ({"person": [1, 2], "place_of_pain": ["knee", "leg"]}, "place_of_pain: 1 charts hold another value"),
    ],
)
def test_a_file_that_cannot_be_read_exactly_is_refused_by_name(
    tmp_path: Path, columns: dict[str, list[object]], problem: str
) -> None:
    with pytest.raises(Refused, match=re.escape(problem)):
        judged_file(tmp_path, in_file(tmp_path, **columns))
    assert not (tmp_path / "answers.parquet").exists()


# rules that a dialect cannot say


def nested(depth: int) -> Condition:
    """A condition in which so many conditions stand inside each other."""
    found: Condition = Is("fever")
    for level in range(depth - 1):
        found = (Or if level % 2 else And)((found, Is("numbness")))
    return found


def long_count(parts: int) -> Condition:
    return AtLeast(parts // 2, tuple(Compare("age_years", ">=", place) for place in range(parts)))


DEEPEST = (nested(DUCKDB.deepest), long_count(DUCKDB.deepest - 1))


@pytest.mark.parametrize("when", DEEPEST, ids=["nested", "counted"])
def test_the_deepest_condition_works(when: Condition) -> None:
    knowledge = with_rule(when)
    charts = [answers(fever=True), {}, answers(numbness=True, age_years=105), {"age_years": 90}]
    assert_same(knowledge, charts, on_duckdb.judge(knowledge, charts))


@pytest.mark.parametrize("when", [nested(201), long_count(200)], ids=["nested", "counted"])
@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
def test_a_deeper_condition_is_refused(when: Condition, dialect: Dialect) -> None:
    with pytest.raises(Refused, match=f"screen.fever: its condition is 201 deep, {dialect.name} is trusted to 200"):
        Script(with_rule(when), dialect)


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(Refused, match="it compares age_years with inf"):
        Script(with_rule(Compare("age_years", ">", float("inf"))), DUCKDB)


def renamed_fact(name: str) -> Knowledge:
    return with_rule(Is(name), **{name: msgspec.structs.replace(small().facts["fever"], id=name)})


@pytest.mark.parametrize("name", ["person", "Fever", "FEVER"])
@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=lambda dialect: dialect.name)
def test_a_fact_that_cannot_be_told_from_another_column_is_refused(name: str, dialect: Dialect) -> None:
    with pytest.raises(Refused, match=f"{name}: in the table of facts it cannot be told from"):
        Script(renamed_fact(name), dialect)


def test_a_technique_named_like_another_column_is_refused() -> None:
    technique = msgspec.structs.replace(small().techniques["run"], id="fired_0")
    knowledge = msgspec.structs.replace(small(), techniques={**small().techniques, "fired_0": technique})
    with pytest.raises(Refused, match="fired_0: in the table of answers it cannot be told from fired_0"):
        Script(knowledge, DUCKDB)


def test_a_name_that_postgres_would_cut_off_is_refused() -> None:
    assert Script(renamed_fact("f" * 63), POSTGRES)
    assert Script(renamed_fact("f" * 64), DUCKDB)
    with pytest.raises(Refused, match="postgres cuts the names of columns off after 63 bytes"):
        Script(renamed_fact("f" * 64), POSTGRES)


def test_more_facts_than_postgres_has_columns_are_refused() -> None:
    fever = small().facts["fever"]
    more = {name: msgspec.structs.replace(fever, id=name) for name in (f"more_{place}" for place in range(1600))}
    knowledge = with_rule(Is("fever"), **more)
    assert Script(knowledge, SPARK)
    with pytest.raises(Refused, match=r"more_\d+: postgres has at most 1600 columns, the facts need 16\d\d"):
        Script(knowledge, POSTGRES)


# how it is written


@pytest.mark.parametrize(
    ("dialect", "name", "text", "number"),
    [
        (DUCKDB, '"a""b`c"', r"'it''s \n'", "cast('0.30000000000000004' as double)"),
        (POSTGRES, '"a""b`c"', r"'it''s \n'", "cast('0.30000000000000004' as double precision)"),
        (SPARK, '`a"b``c`', r"'it\'s \\n'", "cast('0.30000000000000004' as double)"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_names_texts_and_numbers_are_written_as_the_dialect_has_them(
    dialect: Dialect, name: str, text: str, number: str
) -> None:
    assert dialect.named('a"b`c') == name
    assert dialect.text("it's \\n") == text
    assert dialect.number(0.1 + 0.2) == number


def test_the_script_tells_its_version_and_dialect(real: Knowledge) -> None:
    for dialect in DIALECTS.values():
        first, *_ = Script(real, dialect).answers().splitlines()
        assert first == f"-- spinepath {real.version} for {dialect.name}: one row for each person in charts"


def test_a_choice_of_nothing_and_a_negated_choice_are_conditions_too() -> None:
    for when in (In("place_of_pain", ()), Not(In("place_of_pain", ())), Not(In("place_of_pain", ("leg",)))):
        knowledge = with_rule(when)
        charts: list[Chart] = [{}, {"place_of_pain": "leg"}, {"place_of_pain": "back"}]
        assert_same(knowledge, charts, on_duckdb.judge(knowledge, charts))


def test_the_answers_are_those_of_the_naive_evaluator_by_hand() -> None:
    """The comparison itself can fail: another chart has another verdict."""
    [verdict] = on_duckdb.judge(small(), [answers(fever=True)])
    assert (verdict.disposition, verdict.least, verdict.most, verdict.firm) == ("emergency",) * 4
    assert verdict.fired == ["screen.fever"]
    assert verdict != naive(small(), answers())
