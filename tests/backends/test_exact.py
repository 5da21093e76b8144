"""The exact interval is what trying every answer gives."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from functools import cache
from itertools import combinations, product
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pysat")

from spinepath.backends.compiled import Compiled
from spinepath.backends.exact import Exact, NoSolver
from spinepath.engine.conditions import Compare, Condition, Is, Not, Value, Values, facts_in
from spinepath.engine.entries import Then, Word
from spinepath.engine.evaluate import evaluate
from spinepath.engine.knowledge import Knowledge
from tests.backends.generated import GIVEN, answers_to, conditions
from tests.engine.charts import Base, Chart
from tests.engine.small import answers, small


def free_facts(knowledge: Knowledge, chart: Values) -> list[str]:
    """What can still be answered: not policies, which have their default, nor a number whose comparison is settled."""
    compared = knowledge.compared_facts
    return [
        name
        for name in (*knowledge.asked_facts, *compared)
        if chart.get(name) is None
        and name not in knowledge.defaults
        and (name not in compared or chart.get(knowledge.asked_behind[name][0]) is None)
    ]


def tried(knowledge: Knowledge, chart: Values, free: dict[str, tuple[Value, ...]]) -> tuple[str, ...]:
    """Every disposition that some way of answering the free facts leads to."""
    known = {name: value for name, value in chart.items() if value is not None}
    ways = (dict(zip(free, way, strict=True)) for way in product(*free.values()))
    ends = {evaluate(knowledge, {**known, **way}).disposition for way in ways}
    return tuple(name for name in knowledge.ladder if name in ends)


def with_levels(conditions: Sequence[Condition]) -> Knowledge:
    """A knowledge base in which each of the conditions leads to a stricter disposition than the one before."""
    rules = {}
    for level, when in zip(small().ladder[1:], conditions, strict=False):
        like = small().rules["screen.fever"]
        rules[level] = msgspec.structs.replace(like, id=Word(level), when=when, then=Then(at_least=Word(level)))
    return msgspec.structs.replace(small(), facts=GIVEN, rules=rules)


@st.composite
def nearly_whole(draw: st.DrawFn, named: Collection[str]) -> Chart:
    """A chart in which few things are open, so that all ways to answer them can be tried."""
    chart = {name: draw(st.sampled_from(answers_to(fact))) for name, fact in GIVEN.items()}
    for name in draw(st.lists(st.sampled_from(sorted(named)), max_size=3, unique=True)):
        del chart[name]
    return chart


def same(exact: Exact, chart: Values, free: dict[str, tuple[Value, ...]]) -> None:
    expected = tried(exact.compiled.knowledge, chart, free)
    assert exact.levels(chart) == expected
    assert exact.interval(chart) == (expected[0], expected[-1])


@settings(max_examples=150)
@given(st.lists(conditions(), min_size=2, max_size=4), st.data())
def test_it_is_what_trying_every_answer_gives(some: list[Condition], data: st.DataObject) -> None:
    named = {fact for condition in some for fact in facts_in(condition)} or set(GIVEN)
    exact = Exact(Compiled(with_levels(some)))
    chart = data.draw(nearly_whole(named))
    same(exact, chart, {name: answers_to(GIVEN[name]) for name in free_facts(exact.compiled.knowledge, chart)})


@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize("number", [-6.0, -5.0, 2.0, 5.0, 5.7])
@pytest.mark.parametrize("sign", ["<", "<=", "=", ">=", ">"])
def test_every_comparison_on_both_sides_of_its_bound(sign: Any, number: float, wanted: bool) -> None:
    """Another open question keeps the evaluator's bounds apart, so that the solver has to be asked."""
    compared = Compare("free", sign, number)
    exact = Exact(Compiled(with_levels([compared if wanted else Not(compared), Is("fever")])))
    everything = {name: answers_to(GIVEN[name]) for name in ("free", "fever")}
    for value in everything["free"]:
        same(exact, {"free": value}, {"fever": everything["fever"]})
    same(exact, {}, everything)


def test_definitions_count_in_both_directions() -> None:
    """A sign of danger is what the small base works out from fever and numbness."""
    exact = Exact(Compiled(small()))
    for fever, numbness in product((True, False, None), repeat=2):
        chart = answers(age_years=75, seen_by_doctor=True, fever=fever, numbness=numbness)
        same(exact, chart, {name: (True, False) for name in ("fever", "numbness") if chart[name] is None})


def test_a_number_without_a_past_has_not_changed() -> None:
    exact = Exact(Compiled(with_levels([Compare("free-rise", ">", 0), Is("fever")])))
    assert exact.levels({"free": 3}) == ("go", "wait")
    assert exact.levels({}) == ("go", "careful", "wait")


def test_it_is_what_trying_every_answer_gives_for_the_small_base() -> None:
    base, exact = Base(small()), Exact(Compiled(small()))
    names = ("fever", "numbness", "strength", "age_years", "place_of_pain")
    for open_facts in combinations(names, 3):
        for seen in (False, True):
            chart = answers(**dict.fromkeys(open_facts), seen_by_doctor=seen)
            same(exact, chart, {name: base.answers(name) for name in open_facts})


@given(st.data())
def test_it_lies_within_the_bounds_of_the_evaluator(base: Base, data: st.DataObject) -> None:
    exact = _exact(base)
    chart = data.draw(base.charts())
    outcome = evaluate(base.knowledge, chart)
    place = base.knowledge.strictness
    least, most = exact.interval(chart)
    assert place[outcome.least] <= place[least] <= place[most] <= place[outcome.most]
    completed = base.completed(chart, data.draw(base.whole_charts()))
    assert evaluate(base.knowledge, completed).disposition in exact.levels(chart)


@cache
def _exact(base: Base) -> Exact:
    return Exact(Compiled(base.knowledge))


def test_it_is_tighter_than_the_bounds_where_rules_share_a_fact() -> None:
    """With fever one rule asks to refer, without it another one to wait: it can never be "go"."""
    rules = {
        name: msgspec.structs.replace(small().rules[name], when=when, then=Then(at_least=Word(level)))
        for name, when, level in (
            ("screen.fever", Is("fever"), "refer"),
            ("screen.nerves", Not(Is("fever")), "wait"),
        )
    }
    knowledge = msgspec.structs.replace(small(), rules=rules)
    assert evaluate(knowledge, {}).least == "go"
    assert Exact(Compiled(knowledge)).interval({}) == ("wait", "refer")


def test_gaps_between_the_ends_are_seen() -> None:
    assert Exact(Compiled(small())).levels(answers(fever=None)) == ("go", "emergency")


def test_without_the_solver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pysat.solvers", None)
    with pytest.raises(NoSolver, match=r"pip install 'spinepath\[exact\]'"):
        Exact(Compiled(small()))
