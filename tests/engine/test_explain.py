"""Why, why not and what would change it: each explanation does what it says."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
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
    Value,
    truth,
)
from spinepath.engine.evaluate import complete, evaluate, strictest
from spinepath.engine.explain import Because, Change, reasons, telling_answers, ways_out, why, why_not, would_change
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from tests.engine.charts import Base, Chart
from tests.engine.small import answers, files, outcome_of, page, small


def because(chart: Chart, knowledge: Knowledge | None = None) -> dict[str, Value]:
    base = knowledge or small()
    return {one.fact: one.value for one in why(base, chart, evaluate(base, chart))}


def changes(chart: Chart, knowledge: Knowledge | None = None) -> list[tuple[dict[str, Value], str]]:
    base = knowledge or small()
    return [(one.answers, one.disposition) for one in would_change(base, chart, evaluate(base, chart))]


def rule(name: str, when: str, then: str, if_unknown: str = "settle") -> str:
    return (
        f"id: {name}\nwhen: {when}\nthen: {{{then}}}\nif_unknown: {if_unknown}\nsays: {{therapist: {name}.}}\n"
        "since: 2026-01-01\nstate: project"
    )


def base_with(*rules: str) -> Knowledge:
    return build(files(extra=page("rules", *rules)))


# why


@pytest.mark.parametrize(
    ("chart", "expected"),
    [
        (answers(fever=True), {"fever": True}),
        ({"fever": True}, {"fever": True}),
        ({"fever": True, "seen_by_doctor": False}, {"fever": True}),
        (answers(numbness=True, weak_leg=True), {"numbness": True, "weak_leg": True}),
        ({"numbness": True, "weak_leg": True}, {"numbness": True, "weak_leg": True}),
        (answers(place_of_pain="upper_neck"), {"place_of_pain": "upper_neck"}),
        (answers(place_of_pain="upper_neck", reflex="brisk"), {"place_of_pain": "upper_neck"}),
        (answers(policy_doctor=True), {"policy_doctor": True}),
    ],
)
def test_why_names_the_answers_that_alone_lead_there(chart: Chart, expected: dict[str, Value]) -> None:
    assert because(chart) == expected


def test_the_shortest_of_several_reasons_is_told() -> None:
    knowledge = base_with(
        rule("x.one", "skin_broken and brittle_bones and weak_leg", "at_least: emergency"),
        rule("x.two", "numbness and not fever", "at_least: emergency"),
    )
    chart = answers(skin_broken=True, brittle_bones=True, weak_leg=True, numbness=True)
    assert because(chart, knowledge) == {"fever": False, "numbness": True}


def test_no_answer_is_told_that_could_be_spared() -> None:
    knowledge = base_with(
        rule("x.one", "(skin_broken or numbness) and numbness and not confirmed(weak_leg)", "at_least: emergency")
    )
    assert because(answers(skin_broken=True, numbness=True), knowledge) == {"numbness": True}


def test_where_the_disposition_rests_on_open_questions_there_is_no_why() -> None:
    assert because(answers(fever=None)) == {}
    assert because({}) == {}


def test_why_care_may_begin_names_every_danger_that_was_answered() -> None:
    found = because(answers())
    assert set(found) == {"fever", "numbness", "weak_leg", "brittle_bones", "place_of_pain", "reflex"}
    assert evaluate(small(), found).disposition == "go"
    assert "skin_broken" not in found, "it decides techniques, not the disposition"


def test_what_keeps_a_stricter_rule_from_firing_is_part_of_why() -> None:
    knowledge = base_with(rule("x.one", "fever and numbness", "at_least: refer"))
    chart = answers(fever=True, numbness=True, seen_by_doctor=True)
    assert evaluate(knowledge, chart).disposition == "refer"
    assert because(chart, knowledge) == {"fever": True, "numbness": True, "seen_by_doctor": True}


def test_why_care_may_begin_names_the_confirmation_that_it_rests_on() -> None:
    found = because(answers(fever=True, seen_by_doctor=True, age_years=40))
    assert found["seen_by_doctor"] is True


def test_why_of_a_limit_names_what_sets_it() -> None:
    assert because(answers(since_days=1))["since_days"] == 1


def test_behind_worked_out_facts_stands_what_was_answered() -> None:
    found = because(answers(age_years=80, numbness=True))
    assert found["age_years"] == 80
    assert found["numbness"] is True
    assert "danger_sign" not in found


def test_a_comparison_with_the_past_is_told_with_its_number() -> None:
    knowledge = base_with(rule("x.rise", "pain_rise >= 2", "at_least: emergency"))
    assert because(answers(pain=6, pain_rise=3), knowledge) == {"pain": 6, "pain_rise": 3}
    calm = base_with(rule("x.rise", "pain_rise < 2", "at_least: emergency"))
    assert because(answers(pain=6), calm) == {"pain": 6}


def test_what_only_had_to_be_known_is_told() -> None:
    knowledge = base_with(rule("x.known", "numbness and known(danger_sign)", "at_least: emergency"))
    found = because(answers(numbness=True), knowledge)
    assert found == {"numbness": True}
    plain = base_with(rule("x.known", "weak_leg and known(pain)", "at_least: emergency"))
    assert because(answers(weak_leg=True), plain) == {"weak_leg": True, "pain": 5}


def forces(knowledge: Knowledge, chart: Chart, disposition: str) -> bool:
    """Is this the disposition for certain: by what fires alone, or, where care is offered, by all being settled?"""
    outcome = evaluate(knowledge, chart)
    if knowledge.dispositions[disposition].offers_care:
        return outcome.disposition == disposition
    return strictest(knowledge, [knowledge.rules[name] for name in outcome.fired]) == disposition


@given(st.data())
def test_the_reasons_alone_force_the_disposition_and_none_can_be_spared(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    outcome = evaluate(base.knowledge, chart)
    found = {one.fact: one.value for one in why(base.knowledge, chart, outcome)}
    values = complete(base.knowledge, chart)
    assert found == {fact: values[fact] for fact in found}, "each is told as it is"
    if found:
        assert forces(base.knowledge, found, outcome.disposition)
        for fact in data.draw(st.lists(st.sampled_from(list(found)), max_size=10, unique=True)):
            spared = {other: value for other, value in found.items() if other != fact}
            assert not forces(base.knowledge, spared, outcome.disposition), fact


@given(st.data())
def test_without_reasons_nothing_answered_leads_to_the_same(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    outcome = evaluate(base.knowledge, chart)
    if not why(base.knowledge, chart, outcome):
        assert evaluate(base.knowledge, {}).disposition == outcome.disposition


# reasons of single conditions

A, B, C = Is("fever"), Is("numbness"), Is("weak_leg")
VALUES = complete(
    small(), {"fever": True, "numbness": True, "weak_leg": False, "age_years": 50, "place_of_pain": "leg"}
)


@pytest.mark.parametrize(
    ("condition", "wanted", "expected"),
    [
        (A, True, {"fever"}),
        (Not(C), True, {"weak_leg"}),
        (And((A, B)), True, {"fever", "numbness"}),
        (And((A, C)), False, {"weak_leg"}),
        (Or((A, C)), True, {"fever"}),
        (Or((C, Not(A))), False, {"weak_leg", "fever"}),
        (AtLeast(1, (C, A, B)), True, {"fever"}),
        (AtLeast(2, (C, A, B)), True, {"fever", "numbness"}),
        (AtLeast(3, (C, A, B)), False, {"weak_leg"}),
        (Compare("age_years", ">", 40), True, {"age_years"}),
        (In("place_of_pain", ("back",)), False, {"place_of_pain"}),
        (Confirmed(A), True, {"fever"}),
        (Confirmed(C), False, set()),
        (Confirmed(Is("skin_broken")), False, set()),
        (Known("age_years"), True, {"age_years"}),
        (Known("pain"), False, set()),
        (Is("danger_sign"), True, {"fever"}),
        (Is("policy_pulling"), True, set()),
    ],
)
def test_few_facts_give_a_condition_its_truth(condition: Condition, wanted: bool, expected: set[str]) -> None:
    assert reasons(small(), condition, VALUES, wanted) == expected


def test_what_is_no_condition_has_no_reasons() -> None:
    with pytest.raises(TypeError, match="not a condition"):
        reasons(small(), "fever", {}, True)  # type: ignore[arg-type]


# why not


def test_why_not_names_the_rules_against_each_technique_that_is_not_offered() -> None:
    assert why_not(outcome_of(skin_broken=True, brittle_bones=True)) == {
        "rub": ("contra.skin", "contra.bones"),
        "rub_hard": ("contra.skin",),
        "pull": ("contra.bones",),
        "pull_and_stroll": ("contra.bones",),
    }
    assert why_not(outcome_of()) == {}


@given(st.data())
def test_every_technique_that_is_not_offered_has_a_reason(base: Base, data: st.DataObject) -> None:
    outcome = evaluate(base.knowledge, data.draw(base.charts()))
    against = why_not(outcome)
    for name, offer in outcome.techniques.items():
        assert (name in against) == (offer.status != "offered")
        assert against.get(name, ("offered",))
        for one in against.get(name, ()):
            assert outcome.rules[one] in ("fires", "open")


# what would change it


def test_one_answer_for_each_disposition_that_one_answer_reaches() -> None:
    assert changes(answers()) == [
        ({"brittle_bones": True}, "careful"),
        ({"place_of_pain": "upper_neck"}, "wait"),
        ({"fever": True}, "emergency"),
    ]


def test_an_open_question_is_changed_by_answering_it() -> None:
    found = changes(answers(fever=None))
    assert ({"fever": False}, "go") in found
    assert ({"fever": True}, "emergency") in found


def test_several_answers_are_needed_where_one_does_not_do() -> None:
    chart = answers(numbness=True, weak_leg=True, strength=2)
    assert changes(chart) == [({"fever": True}, "emergency")]
    knowledge = base_with(rule("x.top", "skin_broken or brittle_bones", "at_least: emergency"))
    assert changes(answers(skin_broken=True, brittle_bones=True), knowledge) == [
        ({"brittle_bones": False, "skin_broken": False}, "go")
    ]


def test_more_than_three_answers_are_not_looked_for() -> None:
    knowledge = base_with(rule("x.top", "skin_broken or brittle_bones or numbness or weak_leg", "at_least: emergency"))
    three = answers(skin_broken=True, brittle_bones=True, numbness=True)
    assert changes(three, knowledge) == [({"numbness": False, "brittle_bones": False, "skin_broken": False}, "go")]
    assert changes({**three, "weak_leg": True}, knowledge) == []


def test_what_is_stricter_by_one_answer_is_told_rather_than_what_is_milder_by_two() -> None:
    assert changes(answers(place_of_pain="upper_neck", reflex="brisk")) == [({"fever": True}, "emergency")]


def test_open_questions_are_answered_together_where_no_single_answer_leads_elsewhere() -> None:
    knowledge = base_with(
        rule("x.top", "scan_left", "at_least: emergency"), rule("x.also", "scan_right", "at_least: emergency")
    )
    chart = answers(scan_left=True, scan_right=True, fever=None)
    assert changes(chart, knowledge) == [
        ({"scan_left": False, "scan_right": False}, "wait"),
    ], "with the fever still open"


def test_policies_are_not_the_patients_to_change() -> None:
    assert not [answers for answers, _ in changes(answers(policy_doctor=True)) if "policy_doctor" in answers]
    assert changes(answers(policy_doctor=True))[0] == ({"seen_by_doctor": True}, "go")


def test_comparisons_with_the_past_are_not_there_to_be_changed() -> None:
    knowledge = base_with(rule("x.rise", "pain_rise >= 2", "at_least: emergency"))
    found = changes(answers(pain_rise=3), knowledge)
    assert not [one for one, _ in found if "pain_rise" in one]


@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_the_answers_lead_where_they_say_and_are_new(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    outcome = evaluate(base.knowledge, chart)
    values = complete(base.knowledge, chart)
    found = would_change(base.knowledge, chart, outcome)
    for change in found:
        assert change.disposition != outcome.disposition
        assert evaluate(base.knowledge, {**chart, **change.answers}).disposition == change.disposition
        assert all(values.get(fact) != value for fact, value in change.answers.items())
        assert set(change.answers) <= set(base.patient_facts)
    assert len({len(change.answers) for change in found}) <= 1, "only the fewest"
    ladder = [base.knowledge.strictness[change.disposition] for change in found]
    assert ladder == sorted(set(ladder)), "one for each disposition, mildest first"


@settings(max_examples=max(10, settings().max_examples // 4))
@given(st.data())
def test_what_one_or_two_answers_can_reach_is_found(data: st.DataObject) -> None:
    """Compared with trying everything out, which only the small base allows."""
    base = Base(small())
    chart = data.draw(base.charts())
    outcome = evaluate(small(), chart)
    found = would_change(small(), chart, outcome)

    def reachable(number: int) -> set[str]:
        options = {fact: telling_answers(small(), fact) for fact in base.patient_facts if small().decided_by[fact]}
        return {
            evaluate(small(), {**chart, **dict(zip(facts, tried, strict=True))}).disposition
            for facts in combinations(options, number)
            for tried in product(*(options[fact] for fact in facts))
        } - {outcome.disposition}

    one = reachable(1)
    if one:
        assert {change.disposition for change in found} == one
        assert {len(change.answers) for change in found} == {1}
    else:
        milder = {name for name in reachable(2) if small().strictness[name] < small().strictness[outcome.disposition]}
        two = {change.disposition for change in found if len(change.answers) == 2}
        assert milder <= two


# ways out of single conditions


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        (A, {"fever": False}, [[]]),
        (A, {"fever": None}, [[]]),
        (A, {"fever": True}, [["fever"]]),
        (And((A, B)), {"fever": True, "numbness": True}, [["fever"], ["numbness"]]),
        (Or((A, B)), {"fever": True, "numbness": True}, [["fever", "numbness"]]),
        (Or((A, B)), {"fever": True, "numbness": False}, [["fever"]]),
        (AtLeast(2, (A, B, C)), {"fever": True, "numbness": True, "weak_leg": False}, [["fever"], ["numbness"]]),
        (Not(A), {"fever": False}, [["fever"]]),
        (And((A, Not(Confirmed(B)))), {"fever": True, "numbness": False}, [["fever"], ["numbness"]]),
        (And((A, Not(Known("pain")))), {"fever": True}, [["fever"], ["pain"]]),
        (Is("danger_sign"), {"fever": True, "numbness": True}, [["fever", "numbness"]]),
        (Not(Is("policy_pulling")), {"policy_pulling": False}, []),
        (Compare("pain_fall", ">=", 30), {"pain": 3, "pain_fall": 40}, []),
        (Or((A, B, C, Is("skin_broken"))), dict.fromkeys(("fever", "numbness", "weak_leg", "skin_broken"), True), []),
    ],
)
def test_the_facts_that_must_be_answered_otherwise(
    condition: Condition, values: Chart, expected: list[list[str]]
) -> None:
    found = ways_out(small(), condition, complete(small(), values), 3)
    assert sorted(map(sorted, found)) == expected


def test_where_unknown_is_not_enough_an_open_question_must_be_answered() -> None:
    values = complete(small(), {"fever": None, "numbness": None})
    assert {frozenset(one) for one in ways_out(small(), And((A, B)), values, 3, sure=True)} >= {
        frozenset(["fever"]),
        frozenset(["numbness"]),
    }
    assert truth(And((A, B)), values) is None


# telling answers


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        ("fever", (True, False)),
        ("place_of_pain", ("back", "leg", "upper_neck")),
        ("age_years", (59, 60, 61, 70, 71)),
        ("strength", (2, 3, 4)),
        ("since_days", (2, 3, 4)),
        ("pain", (0,)),
    ],
)
def test_one_answer_for_every_way_in_which_the_rules_see_a_fact(fact: str, expected: tuple[Value, ...]) -> None:
    assert telling_answers(small(), fact) == expected


def test_explanations_are_plain_records() -> None:
    assert why(small(), {"fever": True}, evaluate(small(), {"fever": True})) == (Because(fact="fever", value=True),)
    assert Change(answers={"fever": True}, disposition="emergency") in would_change(
        small(), answers(), evaluate(small(), answers())
    )
