"""Strong Kleene logic: what each kind of node means for yes, no and unknown, as things stand and when settled."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Truth,
    depends_on_asking,
    facts_in,
    parts_of,
    truth,
    walk,
)

A, B, C = Is("a"), Is("b"), Is("c")
T, F, U = True, False, None


@pytest.mark.parametrize(("value", "expected"), [(T, T), (F, F), (U, U)])
def test_a_fact_is_as_it_was_answered(value: Truth, expected: Truth) -> None:
    assert truth(A, {"a": value}) is expected


def test_a_fact_that_nobody_mentions_is_unknown() -> None:
    for condition in (A, Compare("a", ">=", 1), In("a", ("x",))):
        assert truth(condition, {}) is None


@pytest.mark.parametrize(("value", "expected"), [(T, F), (F, T), (U, U)])
def test_not(value: Truth, expected: Truth) -> None:
    assert truth(Not(A), {"a": value}) is expected


@pytest.mark.parametrize(
    ("a", "b", "both", "either"),
    [
        (T, T, T, T),
        (T, F, F, T),
        (T, U, U, T),
        (F, T, F, T),
        (F, F, F, F),
        (F, U, F, U),
        (U, T, U, T),
        (U, F, F, U),
        (U, U, U, U),
    ],
)
def test_and_and_or(a: Truth, b: Truth, both: Truth, either: Truth) -> None:
    values = {"a": a, "b": b}
    assert truth(And((A, B)), values) is both
    assert truth(Or((A, B)), values) is either


@pytest.mark.parametrize("values", list(product((T, F, U), repeat=3)))
@pytest.mark.parametrize("number", [1, 2, 3])
def test_at_least_counts_what_is_sure_and_what_is_possible(number: int, values: tuple[Truth, ...]) -> None:
    sure = values.count(T)
    possible = sure + values.count(U)
    expected = True if sure >= number else None if possible >= number else False
    assert truth(AtLeast(number, (A, B, C)), dict(zip("abc", values, strict=True))) is expected


@pytest.mark.parametrize(
    ("sign", "below", "at", "above"),
    [("<", T, F, F), ("<=", T, T, F), ("=", F, T, F), (">=", F, T, T), (">", F, F, T)],
)
def test_comparisons(sign: str, below: Truth, at: Truth, above: Truth) -> None:
    condition = Compare("n", sign, 5)  # type: ignore[arg-type]
    assert [truth(condition, {"n": number}) for number in (4, 5, 6, None)] == [below, at, above, U]


def test_a_choice_is_one_of_the_words_or_not_or_unknown() -> None:
    condition = In("n", ("x", "y"))
    assert [truth(condition, {"n": word}) for word in ("x", "y", "z", None)] == [T, T, F, U]


@pytest.mark.parametrize(("value", "now", "settled"), [(T, T, T), (F, T, T), (U, F, T)], ids=["yes", "no", "unknown"])
def test_known_is_never_unknown_and_becomes_true_once_all_is_answered(value: Truth, now: Truth, settled: Truth) -> None:
    assert truth(Known("a"), {"a": value}) is now
    assert truth(Known("a"), {"a": value}, settled=True) is settled


@pytest.mark.parametrize(("value", "now", "settled"), [(T, T, T), (F, F, F), (U, F, U)], ids=["yes", "no", "unknown"])
def test_what_is_unknown_is_not_confirmed_but_may_become_so(value: Truth, now: Truth, settled: Truth) -> None:
    assert truth(Confirmed(A), {"a": value}) is now
    assert truth(Confirmed(A), {"a": value}, settled=True) is settled


def test_settled_reaches_into_every_kind_of_node() -> None:
    unconfirmed = Not(Confirmed(A))
    for condition in (unconfirmed, And((unconfirmed, B)), Or((unconfirmed, Not(B))), AtLeast(2, (unconfirmed, B))):
        assert truth(condition, {"b": T}) is True
        assert truth(condition, {"b": T}, settled=True) is None


def test_what_is_no_condition_is_refused() -> None:
    with pytest.raises(TypeError, match="not a condition"):
        truth("fever", {})  # type: ignore[arg-type]


# properties over generated conditions

_leaves = st.sampled_from([A, B, C, Compare("n", ">=", 3), Compare("n", "<", 1), In("w", ("x",)), In("w", ("x", "y"))])


def _deeper(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    counted = several.flatmap(lambda found: st.builds(AtLeast, st.integers(1, len(found)), st.just(found)))
    return st.one_of(st.builds(Not, parts), st.builds(And, several), st.builds(Or, several), counted)


conditions = st.recursive(_leaves, _deeper, max_leaves=10)
asking = st.recursive(
    st.one_of(_leaves, st.builds(Known, st.sampled_from("abcnw"))),
    lambda parts: st.one_of(_deeper(parts), st.builds(Confirmed, parts)),
    max_leaves=10,
)
ANSWERS = {"a": (T, F), "b": (T, F), "c": (T, F), "n": (0, 2, 3), "w": ("x", "y", "z")}
charts = st.fixed_dictionaries(
    {}, optional={fact: st.sampled_from((None, *answers)) for fact, answers in ANSWERS.items()}
)


@given(conditions, charts)
def test_true_and_false_are_only_said_of_what_holds_however_the_unknown_is_answered(condition, chart) -> None:
    said = truth(condition, chart)
    open_facts = [fact for fact in ANSWERS if chart.get(fact) is None]
    for answers in product(*(ANSWERS[fact] for fact in open_facts)):
        whole = {**chart, **dict(zip(open_facts, answers, strict=True))}
        assert said in (None, truth(condition, whole))


@given(asking, charts)
def test_what_is_settled_stays_so_in_every_whole_chart(condition, chart) -> None:
    said = truth(condition, chart, settled=True)
    open_facts = [fact for fact in ANSWERS if chart.get(fact) is None]
    for answers in product(*(ANSWERS[fact] for fact in open_facts)):
        whole = {**chart, **dict(zip(open_facts, answers, strict=True))}
        assert said in (None, truth(condition, whole))


@given(asking, charts)
def test_de_morgan_holds_with_unknowns(condition, chart) -> None:
    for settled in (False, True):
        negated = truth(Not(Or((Not(condition), Not(A)))), chart, settled=settled)
        assert negated is truth(And((condition, A)), chart, settled=settled)


@given(asking, charts)
def test_and_and_or_are_the_ends_of_counting(condition, chart) -> None:
    parts = (condition, A, B)
    assert truth(AtLeast(1, parts), chart) is truth(Or(parts), chart)
    assert truth(AtLeast(3, parts), chart) is truth(And(parts), chart)


# walking through a condition

DEEP = And((A, Not(Or((B, Confirmed(In("w", ("x",)))))), AtLeast(1, (Known("n"), A))))


def test_facts_are_listed_once_in_reading_order() -> None:
    assert facts_in(DEEP) == ("a", "b", "w", "n")


def test_a_walk_visits_every_node_from_outside_in() -> None:
    assert [type(node).__name__ for node in walk(DEEP)] == [
        "And",
        "Is",
        "Not",
        "Or",
        "Is",
        "Confirmed",
        "In",
        "AtLeast",
        "Known",
        "Is",
    ]
    assert parts_of(A) == ()


@pytest.mark.parametrize(
    ("condition", "expected"), [(DEEP, True), (Known("a"), True), (And((A, Not(B))), False), (A, False)]
)
def test_looking_at_what_is_known_is_noticed(condition: Condition, expected: bool) -> None:
    assert depends_on_asking(condition) is expected
