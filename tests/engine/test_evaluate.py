"""What the rules say: open dangers block, graver effects win, nothing unknown counts as no, and no danger loosens."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import Offer, Outcome, changed, complete, evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.engine.values import NotAValue
from tests.engine.charts import Base, Chart
from tests.engine.small import answers, files, outcome_of, page, small

HANDS_ON = ("rub", "rub_hard", "pull", "pull_and_stroll")


def statuses(**changes: Value) -> dict[str, str]:
    return {name: offer.status for name, offer in outcome_of(**changes).techniques.items()}


def base_with(*rules: str) -> Knowledge:
    return build(files(extra=page("rules", *rules)))


def rule(name: str, when: str, then: str, if_unknown: str = "settle") -> str:
    return (
        f"id: {name}\nwhen: {when}\nthen: {{{then}}}\nif_unknown: {if_unknown}\nsays: {{therapist: {name}.}}\n"
        "since: 2026-01-01\nstate: project"
    )


# the door


def test_a_word_in_place_of_a_danger_is_refused_and_not_read_as_its_absence() -> None:
    with pytest.raises(NotAValue, match="fever cannot be this value"):
        evaluate(small(), answers(fever="yes"))


# the disposition


def test_a_clean_whole_chart_goes() -> None:
    found = outcome_of()
    assert (found.disposition, found.least, found.most) == ("go", "go", "go")
    assert found.fired == found.open == ()
    assert all(
        offer == Offer(technique_class=offer.technique_class, status="offered", because=())
        for offer in found.techniques.values()
    )


@pytest.mark.parametrize(
    ("changes", "disposition"),
    [
        ({"fever": True}, "emergency"),
        ({"numbness": True, "weak_leg": True}, "refer"),
        ({"place_of_pain": "upper_neck"}, "wait"),
        ({"brittle_bones": True}, "careful"),
        ({"brittle_bones": True, "place_of_pain": "upper_neck"}, "wait"),
        ({"brittle_bones": True, "fever": True, "place_of_pain": "upper_neck"}, "emergency"),
        ({"since_days": 1}, "careful"),
        ({"skin_broken": True}, "go"),
    ],
)
def test_the_strictest_of_the_rules_that_fire_decides(changes: dict[str, Value], disposition: str) -> None:
    assert outcome_of(**changes).disposition == disposition


def test_an_open_settle_rule_blocks_hands_on_care() -> None:
    found = outcome_of(fever=None)
    assert found.disposition == "wait"
    assert {found.techniques[name].status for name in HANDS_ON} == {"undecided"}
    assert found.techniques["stroll"].status == "offered"
    assert found.techniques["rub"].because == ("screen.fever",)


def test_an_open_settle_rule_at_a_mild_level_blocks_hands_on_care_as_well() -> None:
    found = outcome_of(brittle_bones=None)
    assert found.disposition == "wait"
    assert found.techniques["rub"].status == "undecided"


def test_an_open_note_does_not_block() -> None:
    found = outcome_of(since_days=None)
    assert found.open == ("screen.new_pain",)
    assert (found.disposition, found.least, found.most) == ("go", "go", "careful")
    assert found.techniques["rub"].status == "offered"


def test_an_open_rule_without_a_disposition_leaves_it_and_other_techniques_alone() -> None:
    found = outcome_of(scan_left=None)
    assert found.disposition == "go"
    assert statuses(scan_left=None) == {
        "rub": "offered",
        "rub_hard": "offered",
        "pull": "undecided",
        "pull_and_stroll": "undecided",
        "stroll": "offered",
        "run": "offered",
    }
    assert found.techniques["pull"].because == ("plan.scan_first",)


def test_of_an_empty_chart_nothing_is_read_as_no() -> None:
    found = evaluate(small(), {})
    assert found.disposition == "wait"
    assert (found.least, found.most) == ("go", "emergency")
    assert set(found.rules.values()) == {"open", "clear"}
    assert set(found.open) == set(small().rules) - {"screen.doctor_first", "plan.no_pulling"}
    assert not [name for name in HANDS_ON if found.techniques[name].status == "offered"]


def test_what_fires_stands_even_when_much_is_open() -> None:
    found = evaluate(small(), {"fever": True})
    assert found.disposition == "emergency"
    assert (found.least, found.most) == ("go", "emergency"), "a doctor may still have seen it"
    certain = evaluate(small(), {"numbness": True, "weak_leg": True})
    assert (certain.disposition, certain.least, certain.most) == ("refer", "refer", "emergency")


def test_until_it_is_confirmed_the_stricter_advice_stands() -> None:
    for seen, disposition, bounds in [
        (None, "emergency", ("go", "emergency")),
        (False, "emergency", ("emergency", "emergency")),
        (True, "go", ("go", "go")),
    ]:
        found = outcome_of(fever=True, seen_by_doctor=seen)
        assert (found.disposition, (found.least, found.most)) == (disposition, bounds)


# techniques


def test_what_the_disposition_bars_is_excluded_because_of_the_rule_that_decides() -> None:
    found = outcome_of(place_of_pain="upper_neck", brittle_bones=True)
    assert found.techniques["rub"] == Offer(
        technique_class="rubbing", status="excluded", because=("screen.upper_neck",)
    )
    assert found.techniques["pull"].because == ("screen.upper_neck", "contra.bones")
    assert found.techniques["stroll"].status == "offered"
    assert set(statuses(fever=True).values()) == {"excluded"}


def test_excluded_comes_before_undecided_before_restricted_before_offered() -> None:
    rules = {
        "x.caution": rule("x.caution", "fever", "caution: [rub]"),
        "x.restrict": rule("x.restrict", "numbness", "restrict: [rub]"),
        "x.open": rule("x.open", "weak_leg", "restrict: [rub]"),
        "x.exclude": rule("x.exclude", "skin_broken", "exclude: [rub]"),
    }
    knowledge = build(
        files(screen="title: T\nabout: A\n", plan=_plan_without_rules(), extra=page("rules", *rules.values()))
    )
    expected = [
        ({"fever": False, "numbness": False, "weak_leg": False, "skin_broken": False}, "offered", ()),
        ({"fever": True}, "offered", ("x.caution",)),
        ({"numbness": True}, "restricted", ("x.restrict", "x.caution")),
        ({"weak_leg": None}, "undecided", ("x.open",)),
        ({"skin_broken": True}, "excluded", ("x.exclude",)),
    ]
    chart: Chart = {}
    for change, status, because in expected:
        chart.update(change)
        offer = evaluate(knowledge, chart).techniques["rub"]
        assert (offer.status, offer.because) == (status, because)


def _plan_without_rules() -> str:
    from tests.engine.small import PLAN

    head, _, rest = PLAN.partition("rules:\n  - id: plan")
    text = head.replace("provisos: [proviso.skin]", "provisos: []") + "measures:" + rest.partition("\nmeasures:")[2]
    return text.replace("rules: [contra.skin]", "rules: []").replace("home: [screen.fever, fever]", "home: [fever]")


def test_a_caution_leaves_a_technique_offered_and_names_the_rule() -> None:
    found = outcome_of(brittle_bones=True)
    assert found.techniques["rub"] == Offer(technique_class="rubbing", status="offered", because=("contra.bones",))


def test_a_variant_falls_with_its_base_and_can_fall_alone() -> None:
    assert statuses(skin_broken=True)["rub_hard"] == "excluded"
    assert statuses(skin_broken=True)["rub"] == "restricted"
    knowledge = base_with(rule("x.rub", "fever", "exclude: [rub]"))
    found = evaluate(knowledge, answers(fever=True, seen_by_doctor=True))
    assert found.techniques["rub_hard"] == Offer(technique_class="rubbing", status="excluded", because=("x.rub",))


def test_what_is_made_of_parts_falls_with_each_part_and_with_their_class() -> None:
    assert statuses(brittle_bones=True)["pull_and_stroll"] == "excluded"
    knowledge = base_with(rule("x.stroll", "fever", "restrict: [stroll]"))
    found = evaluate(knowledge, answers(fever=True, seen_by_doctor=True))
    assert found.techniques["pull_and_stroll"].status == "restricted"


def test_what_is_made_with_a_hands_on_part_is_hands_on() -> None:
    assert small().techniques["pull_and_stroll"].technique_class == "walking"
    assert small().is_hands_on("pull_and_stroll")
    assert statuses(fever=None)["pull_and_stroll"] == "undecided"
    assert statuses(place_of_pain="upper_neck")["pull_and_stroll"] == "excluded"


def test_a_rule_that_restricts_never_excludes() -> None:
    assert statuses(scan_right=True)["pull"] == "restricted"


# other effects


def test_of_several_limits_the_stricter_counts_whichever_way_is_strict() -> None:
    assert outcome_of(since_days=1).limits == {"sessions_most": 5, "rest_least": 4}
    assert outcome_of(age_years=70, numbness=True).limits == {"sessions_most": 3, "rest_least": 2}
    assert outcome_of(age_years=70, numbness=True, since_days=1).limits == {"sessions_most": 3, "rest_least": 4}
    assert outcome_of().limits == {}


def test_limits_stand_in_the_order_of_the_knowledge_base() -> None:
    knowledge = base_with(rule("x.rest", "fever", "limit: {rest_least: 9, sessions_most: 1}"))
    assert list(evaluate(knowledge, {"fever": True}).limits) == ["sessions_most", "rest_least"]


def test_of_several_readings_the_graver_counts_and_holds_the_course() -> None:
    assert outcome_of().reading is None
    better = outcome_of(pain=2, pain_fall=60)
    assert (better.reading, better.held) == ("fine", False)
    worse = outcome_of(pain=2, pain_fall=60, weak_leg=True)
    assert (worse.reading, worse.held) == ("alarm", True)


def test_needs_and_preferences_are_gathered_once_in_order() -> None:
    assert outcome_of(fever=True, place_of_pain="upper_neck").needs == ("blood_test",)
    assert outcome_of(age_years=60).preferred == ("long", "rub_hard")
    assert outcome_of(fever=None).needs == ()


# policies, worked-out and compared facts


def test_policies_are_known_from_the_start_and_can_be_set() -> None:
    assert small().defaults == {"policy_pulling": True, "policy_doctor": False}
    assert evaluate(small(), answers()).techniques["pull"].status == "offered"
    assert statuses(policy_pulling=False)["pull"] == "excluded"
    assert outcome_of(policy_doctor=True).disposition == "wait"
    assert outcome_of(policy_doctor=True, seen_by_doctor=True).disposition == "go"


@pytest.mark.parametrize(
    ("fever", "numbness", "expected"),
    [(True, None, True), (None, True, True), (False, False, False), (False, None, None), (None, None, None)],
)
def test_a_worked_out_fact_follows_from_what_is_known(fever: Value, numbness: Value, expected: Value) -> None:
    assert complete(small(), {"fever": fever, "numbness": numbness})["danger_sign"] is expected


def test_a_worked_out_fact_cannot_be_given() -> None:
    assert complete(small(), {"fever": False, "numbness": False, "danger_sign": True})["danger_sign"] is False


def test_facts_worked_out_from_worked_out_facts_come_after_them() -> None:
    later = "id: a_first\nname: A\nstate: project\nworked_out: {when: not danger_sign}"
    knowledge = build(files(aaa=page("facts", later)))
    assert complete(knowledge, {"fever": True})["a_first"] is False
    assert knowledge.worked_out_order.index("danger_sign") < knowledge.worked_out_order.index("a_first")


def test_a_number_with_nothing_to_compare_it_with_has_fallen_and_risen_by_nothing() -> None:
    assert complete(small(), {})["pain_fall"] is None
    assert complete(small(), {"pain": 4})["pain_fall"] == 0
    assert complete(small(), {"pain": 4, "pain_fall": 40})["pain_fall"] == 40
    assert complete(small(), {"pain_fall": 40})["pain_fall"] is None


def test_changed_answers_work_out_again_what_rests_on_them() -> None:
    values = complete(small(), answers())
    assert changed(small(), values, {"fever": True}) == complete(small(), answers(fever=True))
    assert changed(small(), values, {"pain": None})["pain_fall"] is None


# the whole base, and charts of all kinds


def hands_on_offered(knowledge: Knowledge, found: Outcome) -> list[str]:
    return [
        name for name, offer in found.techniques.items() if offer.status == "offered" and knowledge.is_hands_on(name)
    ]


def unsettled(knowledge: Knowledge, found: Outcome) -> list[str]:
    return [
        name
        for name in found.open
        if knowledge.rules[name].if_unknown == "settle" and knowledge.rules[name].then.at_least
    ]


@given(st.data())
def test_nothing_hands_on_is_offered_where_care_is_not_or_a_danger_is_open(base: Base, data: st.DataObject) -> None:
    found = evaluate(base.knowledge, data.draw(base.charts()))
    if not base.knowledge.dispositions[found.disposition].offers_care or unsettled(base.knowledge, found):
        assert hands_on_offered(base.knowledge, found) == []


@given(st.data())
def test_an_open_danger_leads_at_least_to_the_mildest_disposition_without_care(base: Base, data: st.DataObject) -> None:
    found = evaluate(base.knowledge, data.draw(base.charts()))
    if unsettled(base.knowledge, found):
        assert not base.knowledge.dispositions[found.disposition].offers_care


@given(st.data())
def test_unknown_answers_and_missing_ones_are_the_same(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    assert evaluate(base.knowledge, chart) == evaluate(base.knowledge, base.known(chart))


@given(st.data())
def test_the_order_of_answers_does_not_matter(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    shuffled = dict(data.draw(st.permutations(list(chart.items()))))
    assert msgspec.json.encode(evaluate(base.knowledge, chart)) == msgspec.json.encode(
        evaluate(base.knowledge, shuffled)
    )


@given(st.data())
def test_answering_more_never_leaves_the_bounds(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    more = base.completed(chart, data.draw(base.whole_charts()))
    every = data.draw(st.integers(1, 4))
    some = {**dict(list(more.items())[::every]), **base.known(chart)}
    bounds = [evaluate(base.knowledge, one) for one in (chart, some, more)]
    strictness = base.knowledge.strictness
    least = [strictness[found.least] for found in bounds]
    most = [strictness[found.most] for found in bounds]
    assert least == sorted(least)
    assert most == sorted(most, reverse=True)
    assert least[-1] <= most[-1]


@given(st.data())
def test_when_all_is_answered_the_bounds_meet_the_disposition(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.whole_charts())
    found = evaluate(base.knowledge, chart)
    assert found.open == ()
    assert found.least == found.disposition == found.most
    assert "undecided" not in {offer.status for offer in found.techniques.values()}


_LOOSER = {"offered": 0, "restricted": 1, "undecided": 2, "excluded": 3}


def worsened(base: Base, data: st.DataObject, chart: Chart) -> Chart:
    """The chart with one danger more: an answer that was unknown or harmless becomes a dangerous one."""
    choices = base.worse(complete(base.knowledge, chart))
    assume(choices)
    return {**chart, **dict([data.draw(st.sampled_from(choices))])}


@given(st.data())
def test_a_danger_more_never_loosens_a_whole_chart(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.whole_charts())
    before, after = evaluate(base.knowledge, chart), evaluate(base.knowledge, worsened(base, data, chart))
    assert base.knowledge.strictness[after.disposition] >= base.knowledge.strictness[before.disposition]
    for name, offer in before.techniques.items():
        assert _LOOSER[after.techniques[name].status] >= _LOOSER[offer.status], name


@given(st.data())
def test_a_danger_more_never_loosens_what_is_certain_in_any_chart(base: Base, data: st.DataObject) -> None:
    """Where a question was open, a dangerous answer may close it: then only what was sure can be compared."""
    chart = data.draw(base.charts())
    before, after = evaluate(base.knowledge, chart), evaluate(base.knowledge, worsened(base, data, chart))
    strictness = base.knowledge.strictness
    assert strictness[after.least] >= strictness[before.least]
    if strictness[after.disposition] < strictness[before.disposition]:
        assert before.disposition == base.knowledge.mildest_without_care
        assert unsettled(base.knowledge, before)
    for name, offer in before.techniques.items():
        if offer.status == "excluded":
            assert after.techniques[name].status == "excluded", name
        if offer.status == "restricted":
            assert after.techniques[name].status != "offered", name


def test_a_disposition_may_hold_the_course_by_itself() -> None:
    base = small()
    holding = msgspec.structs.replace(base.dispositions["emergency"], holds=True)
    knowledge = msgspec.structs.replace(base, dispositions={**base.dispositions, "emergency": holding})
    fever = answers(fever=True)
    assert (evaluate(base, fever).held, evaluate(knowledge, fever).held) == (False, True)
    assert not evaluate(knowledge, answers()).held
