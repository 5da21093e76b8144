"""What must hold for every patient there could be, holds of the rules of this project."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from spinepath.engine.chart_file import read_chart
from spinepath.engine.findings import values_at
from spinepath.prove.explanations import untrue
from spinepath.prove.interview import Bounds
from spinepath.prove.results import Result
from spinepath.prove.run import answer
from tests.prove.desk import obligation, real, real_bench

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
NAMES = [one.id for one in real_bench().statements.obligations]


def proved(name: str) -> Result:
    return answer(real_bench(), obligation(name, real_bench().statements))


@pytest.mark.parametrize("name", NAMES)
def test_it_holds(name: str) -> None:
    result = proved(name)
    told = "\n".join((*result.faults, *(f"{patient.wrong}\n{patient.file}" for patient in result.patients)))
    assert result.answer in ("proved", "checked"), told


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_explanations_of_the_examples_are_true(path: Path) -> None:
    bench = real_bench()
    chart = read_chart(path.read_bytes(), path.name, real(), datetime(2026, 11, 22, 12, tzinfo=UTC))
    values = values_at(real(), chart.findings, chart.as_of)
    search = bench.search(obligation("explanations_are_true", bench.statements))
    assert list(untrue(bench, search, values)) == []


def test_the_interview_is_no_longer_than_is_said() -> None:
    bounds = Bounds(real_bench(), as_shipped=True)
    assert bounds.most_until_told < bounds.most_until_emergency < bounds.most
    assert bounds.most <= 45
    assert bounds.most_until_told <= 18
    assert bounds.odd == []


def test_dangers_that_are_only_noted_do_not_bind_reasons() -> None:
    noted = [rule.id for rule in real().rules.values() if rule.then.at_least and rule.if_unknown == "note"]
    assert all("session_running" in str(real().rules[name].when) for name in noted)
