"""The rules as CQL: both JavaScript engines give exactly the evaluator's answers, and what cannot be said is refused.

The tests that run CQL need Node; the everyday run leaves them out (`pytest -m services` runs them). They install the
two engines from tests/cql/package-lock.json. SPINEPATH_CQL_CHARTS sets another number of charts.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.backends.charts import Refused
from spinepath.engine.conditions import (
    And,
    AtLeast,
    Compare,
    Condition,
    Confirmed,
    In,
    Is,
    Known,
    Not,
    Or,
    Values,
)
from spinepath.engine.evaluate import evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.interop.cql import cql, parameters
from tests.backends.generated import knowledge_bases, several_charts
from tests.backends.many import examples, many_charts
from tests.backends.test_sql import with_rule
from tests.engine.charts import Base, Chart
from tests.engine.small import answers, small

PROJECT = Path(__file__).parents[1] / "cql"
ENGINES = ("cql-execution", "@cqframework/cql")
CHARTS = int(os.environ.get("SPINEPATH_CQL_CHARTS", "150"))

STATUS = {True: "fires", False: "clear", None: "open"}

Question = dict[str, Any]
Run = Callable[[Sequence[Question]], list[dict[str, Any]]]

# running CQL


@pytest.fixture(scope="session")
def installed() -> Path:
    """The folder with both engines, installed as package-lock.json has them."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.fail("Node is missing. Install it: apt-get install nodejs npm", pytrace=False)
    lock, copy = PROJECT / "package-lock.json", PROJECT / "node_modules" / ".package-lock.json"
    if not copy.exists() or copy.stat().st_mtime < lock.stat().st_mtime:
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, timeout=300)  # noqa: S603
    return PROJECT


@pytest.fixture(scope="session")
def run(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs several libraries with their charts on both engines, in one start of Node."""

    def run(questions: Sequence[Question]) -> list[dict[str, Any]]:
        folder = tmp_path_factory.mktemp("cql")
        asked, found = folder / "questions.json", folder / "answers.json"
        asked.write_text(json.dumps(questions))
        command = ["node", str(installed / "run.mjs"), str(asked), str(found)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=3000)  # noqa: S603
        answers: list[dict[str, Any]] = json.loads(found.read_text())
        return answers

    return run


def question(knowledge: Knowledge, charts: Sequence[Values]) -> Question:
    return {"cql": cql(knowledge), "parameters": parameters(knowledge), "charts": charts}


def expected(knowledge: Knowledge, chart: Values) -> dict[str, object]:
    """What the evaluator says, in the words of the library."""
    outcome = evaluate(knowledge, chart)
    return {
        "Disposition": outcome.disposition,
        "Least": outcome.least,
        "Most": outcome.most,
        "Fired": list(outcome.fired),
        "Open": list(outcome.open),
        **outcome.rules,
        **{name: offer.status for name, offer in outcome.techniques.items()},
    }


def said(knowledge: Knowledge, found: dict[str, Any]) -> dict[str, object]:
    """What an engine says; rules are true, false or null there, and worked-out facts stand beside them."""
    rules = {name: STATUS[found[name]] for name in knowledge.rules}
    return {**{name: value for name, value in found.items() if name not in knowledge.facts}, **rules}


def differences(run: Run, asked: Sequence[tuple[Knowledge, Sequence[Values]]]) -> list[str]:
    """Where an engine says something else than the evaluator, or the translator finds a mistake."""
    found = []
    answers = run([question(*one) for one in asked])
    for (knowledge, charts), answer in zip(asked, answers, strict=True):
        found += compared(knowledge, charts, answer)
    return found


def compared(knowledge: Knowledge, charts: Sequence[Values], answer: dict[str, Any]) -> list[str]:
    if answer["errors"]:
        return list(answer["errors"])
    found = []
    for engine in ENGINES:
        for chart, results in zip(charts, answer[engine], strict=True):
            ours, theirs = expected(knowledge, chart), said(knowledge, results)
            names = [name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)]
            found += [f"{engine}: {name} is {theirs.get(name)}, not {ours.get(name)}" for name in names]
    return found


@pytest.mark.services
@settings(max_examples=6)
@given(st.lists(st.tuples(knowledge_bases(), several_charts), min_size=8, max_size=8))
def test_generated_rules_mean_the_same_in_cql(run: Run, asked: list[tuple[Knowledge, list[Chart]]]) -> None:
    assert differences(run, asked) == []


@pytest.mark.services
def test_our_own_rules_mean_the_same_in_cql(run: Run, real: Knowledge) -> None:
    charts = [*examples(real).values(), *many_charts(Base(real), CHARTS)]
    assert len(charts) >= CHARTS + 24
    of_small = list(many_charts(Base(small()), CHARTS))
    assert differences(run, [(real, charts), (small(), of_small)]) == []


@pytest.mark.services
@pytest.mark.parametrize(
    ("old", "new", "noticed"),
    [
        ("define", "defined", "line "),
        (" is true))", "))", "screen.fever is open, not fires"),
        ("'offered'", "'restricted'", "is restricted, not offered"),
    ],
)
def test_a_wrong_library_is_noticed(run: Run, old: str, new: str, noticed: str) -> None:
    asked = question(small(), [{"fever": True}, answers()])
    assert old in asked["cql"]
    [answer] = run([{**asked, "cql": asked["cql"].replace(old, new, 1)}])
    assert any(noticed in difference for difference in compared(small(), asked["charts"], answer))


# how it is written


def define(name: str, text: str) -> str:
    """What a definition of the library says."""
    found = re.search(rf'^define "{re.escape(name)}":\n((?:  .*\n)+)', text, re.MULTILINE)
    assert found, name
    return " ".join(found.group(1).split())


FEVER = Is("fever")
OLD = Compare("age_years", ">=", 70)
NECK = In("place_of_pain", ("leg", "upper_neck"))


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (FEVER, '"fever"'),
        (Not(OLD), '(not ("age_years" >= 70.0))'),
        (Compare("age_years", "<", 6.5), '("age_years" < 6.5)'),
        (NECK, """(("place_of_pain" = 'leg') or ("place_of_pain" = 'upper_neck'))"""),
        (Known("fever"), '("fever" is not null)'),
        (Confirmed(FEVER), '("fever" is true)'),
        (
            And((FEVER, Or((OLD, In("reflex", ("lost",)))))),
            """("fever" and (("age_years" >= 70.0) or ("reflex" = 'lost')))""",
        ),
        (AtLeast(2, (FEVER, OLD)), '"At least"(2, {"fever", ("age_years" >= 70.0)})'),
        (Is("policy_doctor"), '"policy_doctor as it counts"'),
        (Compare("pain_fall", ">", 1), '("pain_fall as it counts" > 1.0)'),
        (And(()), "true"),
        (Or(()), "false"),
        (In("reflex", ()), '("reflex" != "reflex")'),
    ],
)
def test_each_kind_of_node_is_written_so_that_cql_cannot_mean_another(when: Condition, text: str) -> None:
    assert define("screen.fever", cql(with_rule(when))) == text


def test_where_the_end_is_another_question_it_has_its_own_definition() -> None:
    text = cql(with_rule(And((Known("fever"), Not(Confirmed(OLD))))))
    assert define("screen.fever", text) == '(("fever" is not null) and (not (("age_years" >= 70.0) is true)))'
    assert define("screen.fever in the end", text) == '(true and (not ("age_years" >= 70.0)))'


def test_policies_and_compared_numbers_count_as_the_evaluator_has_them() -> None:
    text = cql(small())
    assert define("policy_pulling as it counts", text) == 'Coalesce("policy_pulling", true)'
    compared_with_pain = 'if "pain" is null then null else Coalesce("pain_fall", 0.0)'
    assert define("pain_fall as it counts", text) == compared_with_pain


def test_every_rule_says_what_it_tells_a_therapist_and_the_version_is_named(real: Knowledge) -> None:
    text = cql(real)
    assert f"library Spinepath version '{real.version}'" in text
    for name, rule in real.rules.items():
        assert f'// {" ".join(rule.says.therapist.split())}\ndefine "{name}":' in text


def test_the_traps_of_cql_are_not_in_the_text(real: Knowledge) -> None:
    code = "\n".join(line for line in cql(real).splitlines() if not line.startswith("//"))
    assert not re.search(r" in \{|\bexists\b|\bcase\b|\bxor\b", code)


def test_every_given_fact_is_a_parameter(real: Knowledge) -> None:
    named = dict(re.findall(r'^parameter "(.+)" (\w+)$', cql(real), re.MULTILINE))
    assert named == parameters(real)
    assert named.keys() == {*real.asked_facts, *real.compared_facts}
    assert set(named.values()) == {"Boolean", "Decimal", "String"}


@pytest.mark.parametrize("number", [float("inf"), 1e20, 1e-9, 0.123456789])
def test_a_number_that_cql_would_round_is_refused_by_name(number: float) -> None:
    with pytest.raises(Refused, match="it compares age_years with"):
        cql(with_rule(Compare("age_years", ">=", number)))


def test_a_number_in_a_worked_out_fact_is_refused_too() -> None:
    facts = small().facts
    how = msgspec.structs.replace(facts["danger_sign"].worked_out, when=Compare("age_years", ">=", 1e-9))
    knowledge = msgspec.structs.replace(
        small(), facts={**facts, "danger_sign": msgspec.structs.replace(facts["danger_sign"], worked_out=how)}
    )
    with pytest.raises(Refused, match="danger_sign: it compares age_years with 1e-09, but CQL has 20 digits"):
        cql(knowledge)


@pytest.mark.parametrize("number", [0.1, 1e-8, -5.5, 12345678.9, 1e19])
def test_a_number_that_cql_can_hold_is_written_without_an_exponent(number: float) -> None:
    text = define("screen.fever", cql(with_rule(Compare("age_years", ">=", number))))
    [written] = re.findall(r">= (-?\d+\.\d{1,8})\)$", text)
    assert float(written) == number
