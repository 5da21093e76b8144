"""The fast questions are the questions, and the screen they lead to is the screen."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.backends import asking as module
from spinepath.backends.asking import Asking
from spinepath.backends.compiled import Compiled
from spinepath.engine.conditions import And, Compare, Is, Or, Value, Values
from spinepath.engine.evaluate import evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.questions import questions
from spinepath.engine.screens import next_screen, walk
from tests.backends.generated import knowledge_bases, several_charts
from tests.engine.charts import Base, Chart
from tests.engine.small import answers, small


@pytest.fixture(scope="module")
def asking(base: Base) -> Asking:
    return Asking(Compiled(base.knowledge))


def same(asking: Asking, chart: Values) -> None:
    expected = questions(asking.knowledge, chart, evaluate(asking.knowledge, chart))
    assert asking.questions(chart) == expected
    assert asking.first(chart) == (expected[0] if expected else None)


@given(st.data())
def test_the_questions_are_the_same(asking: Asking, base: Base, data: st.DataObject) -> None:
    same(asking, data.draw(base.charts()))


@given(knowledge_bases(), several_charts)
def test_the_questions_are_the_same_in_generated_knowledge(knowledge: Knowledge, some: list[Chart]) -> None:
    asking = Asking(Compiled(knowledge))
    for chart in some:
        same(asking, chart)


@given(st.data())
def test_the_screens_are_the_same(asking: Asking, base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    reader = data.draw(st.sampled_from((None, "patient", "clinician")))
    answered = data.draw(st.sets(st.sampled_from(base.knowledge.asked_facts), max_size=20))
    expected = next_screen(base.knowledge, chart, answered=answered, reader=reader)
    assert asking.next_screen(chart, answered=answered, reader=reader) == expected


def test_whole_interviews_are_the_same(real: Knowledge, example_charts: dict[str, Chart]) -> None:
    asking = Asking(Compiled(real))
    for chart in list(example_charts.values())[::8]:
        shown, values, answered = [], dict[str, Value](), set[str]()
        while (screen := asking.next_screen(values, answered=answered)) is not None:
            shown.append(screen)
            answered.update(screen.facts)
            values.update({fact: chart[fact] for fact in screen.facts if chart.get(fact) is not None})
        assert tuple(shown) == walk(real, chart).screens


def test_on_a_bound_is_another_place_than_below_or_above_it() -> None:
    """The rule is open for all three ages, and waits for something else for each."""
    at, above = Compare("age_years", ">=", 70), Compare("age_years", ">", 70)
    when = Or((Is("numbness"), And((at, Is("fever"))), And((above, Is("weak_leg")))))
    rule = msgspec.structs.replace(small().rules["screen.nerves"], when=when)
    asking = Asking(Compiled(small().with_rule(rule)))
    for age in (69, 70, 71, 69.5):
        same(asking, answers(fever=None, numbness=None, weak_leg=None, age_years=age))


def most_kept() -> int:
    asking = Asking(Compiled(small()))
    for strength, fever, age in product((2, 3, 4), (True, False), (20, 80)):
        same(asking, answers(numbness=None, weak_leg=None, strength=strength, fever=fever, age_years=age))
    return max(map(len, (*asking._settling.values(), asking._releasing, asking._matters)))


def test_what_is_kept_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert most_kept() > 2
    monkeypatch.setattr(module, "KEPT", 2)
    assert most_kept() <= 2
