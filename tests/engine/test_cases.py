"""Cases: the values they stand for, and every way in which what came out can differ from what was expected."""

from __future__ import annotations

import pytest

from spinepath.engine.cases import compared, differences, values_of
from spinepath.engine.chart_file import written_in
from spinepath.engine.entries import Case, Expect
from spinepath.engine.load import build
from tests.engine.small import answers, files, page, small


def case(expect: Expect | None = None, start: str | None = "nothing_found", **given: str) -> Case:
    return Case(name="a case", start=start, given=given, expect=expect or Expect())  # type: ignore[arg-type]


def test_the_chart_it_starts_from_stands_below_what_is_given() -> None:
    assert values_of(small(), case()) == answers()
    assert values_of(small(), case(fever="yes", age_years="unknown")) == answers(fever=True, age_years=None)
    assert values_of(small(), case(start=None, fever="yes")) == {"fever": True}


def test_a_group_stands_for_its_members_and_a_fact_of_its_own_outranks_it() -> None:
    for given in ({"nerve_signs": "yes", "weak_leg": "no"}, {"weak_leg": "no", "nerve_signs": "yes"}):
        assert values_of(small(), case(start=None, **given)) == {"numbness": True, "weak_leg": False}


def test_charts_follow_the_same_order_of_rank() -> None:
    charts = page(
        "charts",
        "id: base_chart\nname: B\nanswers: {dangers: none}\ngiven: {weak_leg: yes, nerve_signs: unknown}",
        "id: next_chart\nname: N\nstart: base_chart\ngiven: {fever: yes}",
    )
    knowledge = build(files(extra=charts))
    assert written_in(knowledge, "next_chart") == {"fever": "yes", "numbness": "unknown", "weak_leg": "yes"}


@pytest.mark.parametrize(
    ("expect", "given"),
    [
        (Expect(disposition="go", least="go", most="go"), {}),
        (Expect(ask=(), not_ask=("fever",), offers=("rub", "rub_hard", "pull", "pull_and_stroll")), {}),
        (Expect(offers_also=("stroll", "walking"), hold=False), {}),
        (Expect(disposition="emergency", fires=("screen.fever",), need=("blood_test",), offers=()), {"fever": "yes"}),
        (Expect(excludes=("pulling", "rub"), open=(), clear=("screen.age",)), {"fever": "yes"}),
        (Expect(ask=("fever",), undecided=("rubbing",), open=("screen.fever",)), {"fever": "unknown"}),
        (Expect(restricts=("rub",), excludes=("rub_hard",)), {"skin_broken": "yes"}),
        (Expect(limit={"sessions_most": 3}), {"age_years": "75", "numbness": "yes"}),
        (Expect(reading="alarm", hold=True), {"weak_leg": "yes"}),
    ],
)
def test_a_case_that_holds_has_no_difference(expect: Expect, given: dict[str, str]) -> None:
    assert differences(small(), None, case(expect, **given)) == ()


@pytest.mark.parametrize(
    ("expect", "given", "words"),
    [
        (Expect(disposition="wait"), {}, "disposition is go, not wait"),
        (Expect(least="wait"), {}, "least is go, not wait"),
        (Expect(most="wait"), {}, "most is go, not wait"),
        (Expect(reading="fine"), {}, "reading is None, not fine"),
        (Expect(hold=True), {}, "does not hold the course"),
        (Expect(hold=False), {"weak_leg": "yes"}, "holds the course"),
        (Expect(limit={"sessions_most": 5}), {}, "limit sessions_most is not set, not 5"),
        (Expect(limit={"sessions_most": 5}), {"age_years": "60"}, "limit sessions_most is 9.0, not 5"),
        (Expect(need=("blood_test",)), {}, "does not need blood_test"),
        (Expect(this_rule="fires"), {}, "screen.fever is clear, not fires"),
        (Expect(fires=("screen.age",)), {}, "screen.age is clear, not fires"),
        (Expect(clear=("screen.fever",)), {"fever": "yes"}, "screen.fever is fires, not clear"),
        (Expect(open=("screen.fever",)), {}, "screen.fever is clear, not open"),
        (Expect(ask=("fever",)), {}, "does not ask fever"),
        (Expect(not_ask=("fever",)), {"fever": "unknown"}, "asks fever"),
        (Expect(offers=()), {}, "offers by hand rub, rub_hard, pull, pull_and_stroll, not nothing"),
        (Expect(offers=("rub",)), {"fever": "yes"}, "offers by hand nothing, not rub"),
        (Expect(offers_also=("rub",)), {"fever": "yes"}, "rub is excluded, not offered"),
        (Expect(restricts=("rub",)), {}, "rub is offered, not restricted"),
        (Expect(restricts=("rubbing",)), {}, "rub is offered, not restricted"),
        (Expect(restricts=("rub_hard",)), {"skin_broken": "yes"}, "rub_hard is excluded, not restricted"),
        (Expect(excludes=("walking",)), {}, "stroll is offered, not excluded"),
        (Expect(undecided=("pull",)), {}, "pull is offered, not undecided"),
    ],
)
def test_what_came_out_otherwise_is_told_in_words(expect: Expect, given: dict[str, str], words: str) -> None:
    found = differences(small(), small().rules["screen.fever"], case(expect, **given))
    assert words in found


def test_of_a_class_members_that_are_excluded_anyway_do_not_count_as_a_difference() -> None:
    assert differences(small(), None, case(Expect(restricts=("rubbing",)), skin_broken="yes")) == ()


def test_an_expectation_can_be_compared_without_a_rule() -> None:
    assert compared(small(), answers(), Expect(this_rule="fires")) == ()


def test_to_ask_nothing_can_be_expected() -> None:
    asks_nothing = Expect(ask=())
    assert differences(small(), None, case(asks_nothing)) == ()
    assert differences(small(), None, case(asks_nothing, fever="unknown")) == ("asks fever",)


def test_a_caution_can_be_expected_of_a_rule() -> None:
    rules = [rule for rule in small().rules.values() if rule.then.caution]
    assert rules
    rule = rules[0]
    fires = next(one for one in rule.cases if one.expect.this_rule == "fires")
    wanted = Expect(cautions=rule.then.caution)
    given = Case(name="a case", start=fires.start, given=fires.given, expect=wanted)
    clear = Case(name="a case", start="nothing_found", given={}, expect=wanted)
    assert differences(small(), rule, given) == ()
    assert all("is not under caution" in one for one in differences(small(), rule, clear))
    assert differences(small(), rule, clear)
