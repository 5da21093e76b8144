"""What pages are told by the compiled rules is what the engine says."""

from __future__ import annotations

import pytest

from spinepath.clinic import advice
from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import evaluate
from spinepath.engine.questions import questions
from spinepath.engine.screens import next_screen
from spinepath.engine.values import NotAValue, read_value
from tests.clinic.people import answers_of


def values_of(chart: str) -> dict[str, Value]:
    facts = advice.knowledge().facts
    return {name: read_value(facts[name], written) for name, written in answers_of(chart).items()}


@pytest.mark.parametrize("chart", sorted(advice.knowledge().charts))
def test_pages_are_told_what_the_engine_says(chart: str) -> None:
    knowledge, values = advice.knowledge(), values_of(chart)
    outcome = evaluate(knowledge, values)
    assert advice.judge(values) == outcome
    assert advice.rules().questions(values) == questions(knowledge, values, outcome)
    for answered in ((), tuple(values)[:3]):
        told = advice.rules().next_screen(values, answered=answered, reader="patient")
        assert told == next_screen(knowledge, values, answered=answered, reader="patient")


@pytest.mark.parametrize("values", [{"no_such_fact": True}, {"fever": "yes"}, {"fever": 1}])
def test_what_is_no_value_is_refused(values: dict[str, Value]) -> None:
    with pytest.raises(NotAValue):
        advice.judge(values)
