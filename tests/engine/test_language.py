"""The language of conditions: what is read, what is refused and in which words, and that writing reads back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.conditions import And, AtLeast, Compare, Condition, Confirmed, In, Is, Known, Not, Or
from spinepath.engine.language import FactType, NotACondition, Vocabulary, can_be_named, parse, write

FACTS = {
    "a": FactType("yes_no"),
    "b": FactType("yes_no"),
    "c": FactType("yes_no"),
    "age": FactType("number", least=0, most=120),
    "pain": FactType("number", least=-10, most=10),
    "width": FactType("number"),
    "lopsided": FactType("number", most=3),
    "place": FactType("choice", ("back", "leg", "neck")),
}
GROUPS = {"signs": ("a", "b"), "numbers": ("age", "pain"), "mixed": ("a", "age"), "lost": ("nothing_at_all",)}
NUMBERS = {"old_from": 70.0, "deep": -3.5}


def vocabulary() -> Vocabulary:
    return Vocabulary(FACTS, GROUPS, NUMBERS)


def read(text: str) -> Condition:
    return parse(text, vocabulary())


A, B, C = Is("a"), Is("b"), Is("c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", A),
        ("  a  ", A),
        ("a = yes", A),
        ("a != no", A),
        ("a = no", Not(A)),
        ("a != yes", Not(A)),
        ("not a", Not(A)),
        ("not not a", Not(Not(A))),
        ("(a)", A),
        ("age >= 70", Compare("age", ">=", 70)),
        ("age>=70", Compare("age", ">=", 70)),
        ("age < 0.5", Compare("age", "<", 0.5)),
        ("pain > -3", Compare("pain", ">", -3)),
        ("age = 5", Compare("age", "=", 5)),
        ("age != 5", Not(Compare("age", "=", 5))),
        ("age >= old_from", Compare("age", ">=", 70)),
        ("pain <= deep", Compare("pain", "<=", -3.5)),
        ("age between 2 and 5", And((Compare("age", ">=", 2), Compare("age", "<=", 5)))),
        ("age between 2 and old_from and a", And((Compare("age", ">=", 2), Compare("age", "<=", 70), A))),
        ("width >= 5000", Compare("width", ">=", 5000)),
        ("place = leg", In("place", ("leg",))),
        ("place != leg", Not(In("place", ("leg",)))),
        ("place in (leg, neck)", In("place", ("leg", "neck"))),
        ("place in (leg, leg)", In("place", ("leg",))),
        ("known(a)", Known("a")),
        ("confirmed(a or b)", Confirmed(Or((A, B)))),
        ("count(a, b, c) >= 2", AtLeast(2, (A, B, C))),
        ("count(signs, c) >= 2", AtLeast(2, (A, B, C))),
        ("count(a and b, not c) >= 1", AtLeast(1, (And((A, B)), Not(C)))),
        ("least(age, pain) <= 3", Or((Compare("age", "<=", 3), Compare("pain", "<=", 3)))),
        ("least(numbers) >= 3", And((Compare("age", ">=", 3), Compare("pain", ">=", 3)))),
        ("greatest(numbers) > 3", Or((Compare("age", ">", 3), Compare("pain", ">", 3)))),
        ("greatest(age, pain) < 3", And((Compare("age", "<", 3), Compare("pain", "<", 3)))),
        ("least(age) < 3", Compare("age", "<", 3)),
    ],
)
def test_every_form_is_read_as_it_is_meant(text: str, expected: Condition) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a or b and c", Or((A, And((B, C))))),
        ("a and b or c", Or((And((A, B)), C))),
        ("not a and b", And((Not(A), B))),
        ("not a or b", Or((Not(A), B))),
        ("not (a or b)", Not(Or((A, B)))),
        ("(a or b) and c", And((Or((A, B)), C))),
        ("a or b or c", Or((A, B, C))),
        ("a or (b or c)", Or((A, B, C))),
        ("a and (b and c)", And((A, B, C))),
        ("not age >= 5", Not(Compare("age", ">=", 5))),
    ],
)
def test_not_binds_tightest_then_and_then_or(text: str, expected: Condition) -> None:
    assert read(text) == expected


def test_groups_and_named_numbers_that_were_used_are_remembered() -> None:
    names = vocabulary()
    parse("count(signs) >= 1 and age >= old_from", names)
    assert names.used == {"signs", "old_from"}


@pytest.mark.parametrize(
    ("text", "cause", "act"),
    [
        ("", "The condition ends at column 1 where it needs a fact.", "age_years >= 70"),
        ("   ", "ends", "age_years"),
        ("a or", "ends at column 5 where it needs a fact", ""),
        ("and a", "has 'and' at column 1 where it needs a fact", ""),
        ("a b", "has 'b' at column 3 where it should be finished or go on with 'and' or 'or'", ""),
        ("(a", "ends at column 3 where it needs ')'", ""),
        ("a)", "has ')' at column 2 where it should be finished", ""),
        ("not", "ends at column 4 where it needs a fact", ""),
        ("5", "has '5' at column 1 where it needs a fact", ""),
        ("a & b", "has '&' at column 3, which the language does not know", "age_years >= 70 and not pregnant"),
        ("age >= 5%", "has '%' at column 9", ""),
        ("age >= 1e3", "has '1' at column 8, which the language does not know", ""),
        ("age >= 9999999999999999", "has '9' at column 8, which the language does not know", ""),
        ("a; drop", "has ';' at column 2", ""),
        ("agee >= 5", "There is no fact agee (column 1).", "Did you mean age?"),
        ("known(zzz)", "There is no fact zzz (column 7).", "Define the fact first."),
        ("signs", "There is no fact signs (column 1).", "signs is a group: use it inside count, least or greatest."),
        ("a = 5", "has '5' at column 5 where it needs yes or no", "write  a  or  not a"),
        ("a = true", "has 'true' at column 5 where it needs yes or no", "write  a  or  not a"),
        ("a >= 5", "has '>=' at column 3 where it goes on after a yes/no fact", "a is answered yes or no"),
        ("a in (b)", "goes on after a yes/no fact", ""),
        ("a between 1 and 2", "goes on after a yes/no fact", ""),
        ("age", "ends at column 4 where it compares a number", "write for example  age >= 5"),
        ("age in (5)", "has 'in' at column 5 where it compares a number", ""),
        ("age >= old_form", "has 'old_form' at column 8 where it needs a number", "Did you mean old_from?"),
        ("age >= zzz", "needs a number", "Write a number or its name."),
        ("age >=", "ends at column 7 where it needs a number", ""),
        ("age between 2 or 3", "has 'or' at column 15 where it needs 'and'", ""),
        ("age >= 130", "age lies between 0 and 120; 130 is outside.", "Correct the number, or the range of the fact."),
        ("age >= -1", "age lies between 0 and 120; -1 is outside.", ""),
        ("age != 121", "121 is outside", ""),
        ("place", "ends at column 6 where it compares a choice", "place = back  or  place in (back, leg)"),
        ("place >= 5", "has '>=' at column 7 where it compares a choice", ""),
        ("place = lag", "has 'lag' at column 9 where it needs a value of place", "Did you mean leg?"),
        ("place = zzz", "needs a value of place", "place can be back, leg, neck."),
        ("place in leg", "has 'leg' at column 10 where it needs '('", ""),
        ("place in ()", "has ')' at column 11 where it needs a value of place", ""),
        ("place in (leg neck)", "has 'neck' at column 15 where it needs ')'", ""),
        ("knwon(a)", "has 'knwon' at column 1 where it names a function that does not exist", "Did you mean known?"),
        ("zzz(a)", "a function that does not exist", "There are confirmed, count, greatest, known, least."),
        ("known a", "has 'a' at column 7 where it needs '('", ""),
        ("known(5)", "has '5' at column 7 where it needs a fact", ""),
        ("known(a, b)", "has ',' at column 8 where it needs ')'", ""),
        ("confirmed(a", "ends at column 12 where it needs ')'", ""),
        ("count(a, b)", "ends at column 12 where it needs '>='", "count says 'at least'"),
        ("count(a, b) = 2", "has '=' at column 13 where it needs '>='", "count(a, b, c) >= 2"),
        (
            "count(a, b) >= 3",
            "count(2 parts) >= 3 can never be decided by counting.",
            "Give a whole number from 1 to 2.",
        ),
        ("count(a, b) >= 0", "can never be decided", ""),
        ("count(a, b) >= 1.5", "count(2 parts) >= 1.5 can never be decided", ""),
        ("count(mixed) >= 1", "The group mixed holds age, whose answer is number, not yes_no.", "right kind of answer"),
        ("count(lost) >= 1", "The group lost holds nothing_at_all, which is not a fact.", ""),
        ("least(mixed) >= 1", "The group mixed holds a, whose answer is yes_no, not number.", ""),
        ("least(age) = 1", "has '=' at column 12 where it needs <, <=, >= or >", "least(a, b) <= 3"),
        ("greatest(age)", "ends at column 14 where it needs <, <=, >= or >", "greatest(a, b) <= 3"),
        ("least(5) <= 1", "has '5' at column 7 where it needs a fact", ""),
        ("least(numbers) <= 50", "pain lies between -10 and 10; 50 is outside.", ""),
        ("(" * 21 + "a" + ")" * 21, "nests too deep", "Keep to 20 levels"),
        ("not " * 2000 + "a", "nests too deep", "make a part a worked-out fact of its own"),
        ("confirmed(" * 2000 + "a" + ")" * 2000, "nests too deep", ""),
        ("count(" * 2000 + "a" + ") >= 1" * 2000, "nests too deep", ""),
    ],
)
def test_whatever_else_is_written_is_refused_with_its_column_and_the_next_act(text: str, cause: str, act: str) -> None:
    with pytest.raises(NotACondition) as problem:
        read(text)
    assert cause in problem.value.cause
    assert act in problem.value.act
    assert problem.value.act, "there is always a next act"


def test_a_number_fact_that_lacks_half_its_range_is_no_reason_to_stop() -> None:
    assert read("lopsided > 5") == Compare("lopsided", ">", 5)


def test_twenty_levels_may_be_nested() -> None:
    assert read("(" * 20 + "a" + ")" * 20) == A


@pytest.mark.parametrize("name", ["fever", "_x", "pain_2", "oddly_known"])
def test_names_of_letters_digits_and_underscores_can_be_written(name: str) -> None:
    assert can_be_named(name)


@pytest.mark.parametrize("name", ["not", "and", "known", "least", "yes", "unknown", "a.b", "a-b", "2a", ""])
def test_words_of_the_language_are_no_names(name: str) -> None:
    assert not can_be_named(name)


# writing and reading back

_numbers = st.one_of(
    st.integers(-999_999_999, 999_999_999),
    st.decimals(-9999, 9999, places=3).map(float),
    st.sampled_from([0.00001, -0.000025, 123456.789, 1000000, 999999999999999]),
)
_leaves = st.one_of(
    st.builds(Is, st.sampled_from("abc")),
    st.builds(Compare, st.just("width"), st.sampled_from(("<", "<=", "=", ">=", ">")), _numbers.map(float)),
    st.builds(In, st.just("place"), st.sampled_from([("leg",), ("neck", "back"), ("leg", "back", "neck")])),
    st.builds(Known, st.sampled_from(("a", "age", "place"))),
)


def _several(parts: st.SearchStrategy[Condition], kind: type) -> st.SearchStrategy[Condition]:
    """A chain that is not nested in its own kind, as the reader makes them."""
    others = parts.filter(lambda part: not isinstance(part, kind))
    return st.builds(kind, st.lists(others, min_size=2, max_size=3).map(tuple))


def _deeper(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    counted = st.lists(parts, min_size=1, max_size=3).flatmap(
        lambda found: st.builds(AtLeast, st.integers(1, len(found)), st.just(tuple(found)))
    )
    return st.one_of(
        st.builds(Not, parts), st.builds(Confirmed, parts), _several(parts, And), _several(parts, Or), counted
    )


@given(st.recursive(_leaves, _deeper, max_leaves=8))
def test_a_condition_that_is_written_reads_back_as_the_same(condition: Condition) -> None:
    assert read(write(condition)) == condition


@pytest.mark.parametrize(
    "text",
    [
        "a or b and not c",
        "(a or b) and not (a and b)",
        "age >= 70 and place in (leg, neck)",
        "count(a, b and c, not c) >= 2",
        "confirmed(a or b) or known(age)",
        "width < 0.00001",
        "width >= 1234567.25",
        "place = leg",
    ],
)
def test_what_is_read_is_written_again_in_the_same_words(text: str) -> None:
    assert write(read(text)) == text


def test_what_is_no_condition_is_not_written() -> None:
    with pytest.raises(TypeError, match="not a condition"):
        write(5)  # type: ignore[arg-type]
