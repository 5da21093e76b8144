"""What to ask next: only what can still matter, the gravest and cheapest first, and never what is known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.conditions import Value, facts_in, truth
from spinepath.engine.evaluate import complete, evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.engine.questions import Ask, questions
from tests.engine.charts import Base
from tests.engine.small import answers, asked, files, page


def facts(chart: dict[str, Value], knowledge: Knowledge | None = None) -> list[str]:
    return [ask.fact for ask in asked(chart, knowledge)]


def rule(name: str, when: str, then: str, if_unknown: str = "settle") -> str:
    return (
        f"id: {name}\nwhen: {when}\nthen: {{{then}}}\nif_unknown: {if_unknown}\nsays: {{therapist: {name}.}}\n"
        "since: 2026-01-01\nstate: project"
    )


def base_with(*rules: str) -> Knowledge:
    return build(files(extra=page("rules", *rules)))


# what is asked


def test_of_a_clean_whole_chart_nothing_is_asked() -> None:
    assert facts(answers()) == []


def test_an_unanswered_danger_is_asked_with_its_reason() -> None:
    assert asked(answers(fever=None)) == (
        Ask(
            fact="fever",
            why="Fever can mean an infection.",
            could_be="emergency",
            rules=("screen.fever",),
            waits=False,
        ),
    )


def test_a_fact_without_a_reason_of_its_own_tells_what_it_decides() -> None:
    (ask,) = asked(answers(scan_left=None))
    assert ask.why == "It decides: The scan speaks against pulling."


def test_what_only_a_note_waits_for_is_not_asked() -> None:
    assert facts(answers(since_days=None)) == []


def test_what_can_only_take_away_an_excluded_technique_is_not_asked() -> None:
    assert facts(answers(scan_left=None)) == ["scan_left"]
    assert facts(answers(scan_left=None, brittle_bones=True)) == []
    assert facts(answers(skin_broken=None, fever=True, seen_by_doctor=False)) == []


def test_what_cannot_be_stricter_than_what_is_certain_is_not_asked() -> None:
    chart = answers(numbness=True, weak_leg=True, place_of_pain=None, brittle_bones=None, fever=None)
    assert facts(chart) == ["fever"], "only an emergency is stricter than to refer"


def test_when_the_strictest_is_certain_it_stops_at_once() -> None:
    assert facts({"fever": True}) == []
    assert facts({"fever": True, "seen_by_doctor": False}) == []


def test_through_worked_out_facts_what_they_rest_on_is_asked() -> None:
    chart = answers(age_years=75, fever=False, numbness=None)
    assert "danger_sign" not in facts(chart)
    assert "screen.age" in next(ask for ask in asked(chart) if ask.fact == "numbness").rules


def test_of_a_fact_compared_with_its_past_the_number_is_asked() -> None:
    knowledge = base_with(rule("x.rise", "pain_rise >= 2", "at_least: wait"))
    assert facts(answers(pain=None), knowledge) == ["pain"]


def test_a_rule_that_fires_asks_for_what_would_release_it() -> None:
    knowledge = base_with(
        rule("x.wait", "numbness and not confirmed(brittle_bones and skin_broken)", "at_least: refer")
    )
    chart = answers(numbness=True, brittle_bones=None, skin_broken=True)
    assert evaluate(knowledge, chart).disposition == "refer"
    assert facts(chart, knowledge) == ["brittle_bones"]
    assert facts({**chart, "brittle_bones": False}, knowledge) == []


def test_a_rule_that_fires_because_something_is_not_known_asks_for_it() -> None:
    knowledge = base_with(rule("x.ask", "numbness and not known(pain)", "at_least: wait"))
    assert facts(answers(numbness=True, pain=None), knowledge) == ["pain"]
    assert facts(answers(numbness=True), knowledge) == []
    derived = base_with(rule("x.ask", "numbness and not known(danger_sign)", "at_least: refer"))
    assert facts(answers(numbness=True, fever=None), derived) == ["fever"]


def test_a_release_that_can_no_longer_come_is_not_asked_for() -> None:
    knowledge = base_with(rule("x.wait", "numbness and not confirmed(scan_left and scan_right)", "at_least: refer"))
    assert facts(answers(numbness=True, scan_left=True, scan_right=None), knowledge) == ["scan_right"]
    assert facts(answers(numbness=True, scan_left=False, scan_right=None), knowledge) == []


def test_no_release_is_asked_for_while_another_rule_holds_firm() -> None:
    letting_go = rule("x.lets_go", "numbness and not confirmed(scan_left)", "at_least: refer")
    chart = answers(numbness=True, brittle_bones=True, scan_left=None, policy_pulling=False)
    assert facts(chart, base_with(letting_go)) == ["scan_left"]
    assert facts(chart, base_with(letting_go, rule("x.firm", "brittle_bones", "at_least: refer"))) == []


def test_a_release_of_a_branch_that_does_not_hold_is_not_asked_for() -> None:
    when = "(numbness and not confirmed(scan_left)) or (brittle_bones and not confirmed(scan_right))"
    knowledge = base_with(rule("x.two", when, "at_least: refer"))
    both = {"scan_left": None, "scan_right": None, "policy_pulling": False}
    assert facts(answers(numbness=True, **both), knowledge) == ["scan_left"]
    assert facts(answers(numbness=True, brittle_bones=True, **both), knowledge) == ["scan_left", "scan_right"]


def test_where_care_is_out_techniques_are_no_reason_to_ask() -> None:
    stroll = rule("x.stroll", "scan_left", "exclude: [stroll]")
    knowledge = base_with(stroll, rule("x.refer", "numbness", "at_least: refer"))
    assert facts(answers(scan_left=None), knowledge) == ["scan_left"]
    assert facts(answers(scan_left=None, numbness=True), knowledge) == []


def test_a_rule_that_does_not_decide_asks_for_no_release() -> None:
    knowledge = base_with(rule("x.wait", "numbness and not confirmed(scan_left)", "at_least: wait"))
    assert facts(answers(numbness=True, scan_left=None), knowledge) == ["scan_left"]
    graver = answers(numbness=True, weak_leg=True, scan_left=None)
    assert evaluate(knowledge, graver).disposition == "refer"
    assert facts(graver, knowledge) == []


# the order


def test_what_could_reveal_the_strictest_is_asked_first() -> None:
    chart = answers(brittle_bones=None, place_of_pain=None, numbness=None, weak_leg=None, fever=None)
    found = asked(chart)
    assert [ask.could_be for ask in found] == ["emergency", "refer", "refer", "wait", "careful"]
    assert [ask.fact for ask in found] == ["fever", "numbness", "weak_leg", "place_of_pain", "brittle_bones"]


def test_of_equally_grave_ones_the_cheapest_is_asked_first() -> None:
    assert facts(answers(numbness=True, weak_leg=None, strength=None)) == ["weak_leg", "strength"]


def test_of_equally_cheap_ones_what_settles_most_rules_is_asked_first() -> None:
    knowledge = base_with(rule("x.one", "weak_leg", "at_least: refer"), rule("x.two", "skin_broken", "at_least: refer"))
    assert facts(answers(weak_leg=None, skin_broken=None, numbness=True), knowledge) == ["weak_leg", "skin_broken"]
    more = base_with(*(rule(f"x.{name}", "skin_broken", "at_least: refer") for name in ("one", "two", "three")))
    assert facts(answers(weak_leg=None, skin_broken=None, numbness=True), more) == ["skin_broken", "weak_leg"]


def test_of_equal_ones_the_order_of_the_screens_decides_and_then_that_of_the_files() -> None:
    knowledge = base_with(rule("x.both", "skin_broken or weak_leg or scan_right or scan_left", "at_least: refer"))
    chart = answers(skin_broken=None, weak_leg=None, numbness=True, scan_left=None, scan_right=None)
    assert facts(chart, knowledge)[:2] == ["weak_leg", "skin_broken"]
    assert facts(chart, knowledge)[2:] == ["scan_left", "scan_right"]


def test_what_waits_for_another_answer_comes_last() -> None:
    knowledge = base_with(rule("x.waits", "skin_broken and pain > 5", "at_least: emergency"))
    found = asked(answers(skin_broken=None, pain=None, scan_left=None), knowledge)
    assert [(ask.fact, ask.waits) for ask in found] == [("skin_broken", False), ("scan_left", False), ("pain", True)]


def test_what_one_rule_would_make_wait_need_not_wait_for_another() -> None:
    knowledge = base_with(rule("x.waits", "skin_broken and brittle_bones", "at_least: emergency"))
    found = asked(answers(skin_broken=None, brittle_bones=None), knowledge)
    assert {ask.fact: ask.waits for ask in found} == {"skin_broken": False, "brittle_bones": False}


# all charts


@given(st.data())
def test_only_unknown_facts_are_asked_and_each_has_an_open_rule_or_a_release(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    values = complete(base.knowledge, chart)
    outcome = evaluate(base.knowledge, chart)
    for ask in questions(base.knowledge, chart, outcome):
        assert values.get(ask.fact) is None
        assert ask.fact in base.patient_facts
        assert ask.rules
        for name in ask.rules:
            condition = base.knowledge.rules[name].when
            behind = {asked for fact in facts_in(condition) for asked in base.knowledge.asked_behind[fact]}
            assert ask.fact in behind
            open_rule = outcome.rules[name] == "open" and base.knowledge.rules[name].if_unknown == "settle"
            release = outcome.rules[name] == "fires" and truth(condition, values, settled=True) is not True
            assert open_rule or release


@given(st.data())
def test_as_long_as_a_danger_is_open_something_is_asked(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    outcome = evaluate(base.knowledge, chart)
    found = questions(base.knowledge, chart, outcome)
    blocked = any(offer.status == "undecided" for offer in outcome.techniques.values())
    if outcome.disposition == base.knowledge.mildest_without_care and blocked:
        assert found
    if outcome.least == base.knowledge.ladder[-1]:
        assert not found


@given(st.data())
def test_every_question_is_told_with_a_reason(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    for ask in questions(base.knowledge, chart, evaluate(base.knowledge, chart)):
        assert ask.why


# red flags


def closed_by_a_guard(base: Base, fact: str, rules: tuple[str, ...]) -> bool:
    """Is the fact beside the point in the clean chart, because another answer clears every rule that watches it?"""
    outcome = evaluate(base.knowledge, {**base.clean, fact: None})
    return all(outcome.rules[name] == "clear" for name in rules)


def test_every_red_flag_left_unanswered_blocks_hands_on_care_and_is_asked(base: Base) -> None:
    flags = [fact for fact, rules in base.red_flags() if not closed_by_a_guard(base, fact, rules)]
    assert flags
    for fact in flags:
        chart = {**base.clean, fact: None}
        outcome = evaluate(base.knowledge, chart)
        offered = [name for name, offer in outcome.techniques.items() if offer.status == "offered"]
        assert not [name for name in offered if base.knowledge.is_hands_on(name)], fact
        assert not base.knowledge.dispositions[outcome.disposition].offers_care, fact
        assert fact in facts(chart, base.knowledge), fact


def test_a_red_flag_that_a_guard_makes_beside_the_point_counts_as_soon_as_the_guard_is_open(base: Base) -> None:
    for fact, rules in base.red_flags():
        if not closed_by_a_guard(base, fact, rules):
            continue
        for name in rules:
            named = facts_in(base.knowledge.rules[name].when)
            behind = {asked for one in named for asked in base.knowledge.asked_behind[one]}
            chart = {**base.clean, **dict.fromkeys(behind.difference(base.knowledge.defaults))}
            opened = evaluate(base.knowledge, chart)
            assert opened.rules[name] == "open", (fact, name)
            assert not base.knowledge.dispositions[opened.disposition].offers_care, (fact, name)
            assert fact in facts(chart, base.knowledge) or name in base.knowledge.asking, (fact, name)


@pytest.mark.parametrize("start", ["clean", "empty"])
def test_every_danger_answer_of_a_red_flag_is_never_milder_than_leaving_it_open(base: Base, start: str) -> None:
    chart = base.clean if start == "clean" else {}
    for fact, _ in base.red_flags():
        for danger in base.dangers(fact):
            open_one = evaluate(base.knowledge, {**chart, fact: None})
            told = evaluate(base.knowledge, {**chart, fact: danger})
            assert base.knowledge.strictness[told.least] >= base.knowledge.strictness[open_one.least], fact
