"""The lookups over a whole knowledge base."""

from __future__ import annotations

import pytest

from spinepath.engine.conditions import facts_in
from spinepath.engine.knowledge import SECTION_NAMES
from spinepath.engine.load import build
from tests.engine.charts import Base
from tests.engine.small import files, page, small


def test_every_section_of_the_files_is_a_section_in_memory() -> None:
    from spinepath.engine.content import SECTIONS

    assert set(SECTION_NAMES) == set(SECTIONS)


def test_every_entry_is_found_by_its_id() -> None:
    assert small().entries["fever"] is small().facts["fever"]
    assert small().entries["contra.bones"] is small().rules["contra.bones"]
    assert len(small().entries) == sum(len(small().section(name)) for name in SECTION_NAMES)


def test_the_ladder_runs_from_mildest_to_strictest_whatever_the_order_of_the_files() -> None:
    assert small().ladder == ("go", "careful", "wait", "refer", "emergency")
    assert small().strictness == {"go": 0, "careful": 1, "wait": 2, "refer": 3, "emergency": 4}
    assert small().mildest_without_care == "wait"


def test_facts_are_found_out_or_worked_out() -> None:
    assert "fever" in small().asked_facts
    assert "policy_pulling" in small().asked_facts
    assert not {"danger_sign", "pain_fall", "pain_rise"} & set(small().asked_facts)
    assert small().worked_out_order == ("danger_sign", "pain_fall", "pain_rise")
    assert small().compared_facts == {"pain_fall": "pain", "pain_rise": "pain"}


@pytest.mark.parametrize(
    ("fact", "bases", "behind"),
    [
        ("fever", (), ("fever",)),
        ("danger_sign", ("fever", "numbness"), ("fever", "numbness")),
        ("pain_fall", ("pain",), ("pain",)),
        ("pain_rise", ("pain",), ("pain",)),
    ],
)
def test_what_a_fact_rests_on(fact: str, bases: tuple[str, ...], behind: tuple[str, ...]) -> None:
    assert small().bases_of(fact) == bases
    assert small().asked_behind[fact] == behind


def test_what_changes_with_a_fact_reaches_through_worked_out_ones() -> None:
    ill = "id: ill\nname: Ill\nstate: project\nworked_out: {when: danger_sign and weak_leg}"
    knowledge = build(files(extra=page("facts", ill)))
    assert knowledge.worked_out_from["fever"] == ("danger_sign", "ill")
    assert knowledge.worked_out_from["weak_leg"] == ("ill",)
    assert knowledge.asked_behind["ill"] == ("fever", "numbness", "weak_leg")
    assert small().worked_out_from["skin_broken"] == ()


def test_the_screen_of_a_fact() -> None:
    assert small().question_of["fever"].id == "dangers"
    assert "scan_left" not in small().question_of


def test_the_rules_that_a_fact_decides_directly_or_through_others() -> None:
    assert small().rules_about["fever"] == ("screen.fever", "screen.age")
    assert small().rules_about["danger_sign"] == ("screen.age",)
    assert small().decided_by["skin_broken"] == frozenset()
    assert small().decided_by["brittle_bones"] == {"contra.bones"}
    assert "policy_doctor" not in small().decided_by


def test_the_rules_that_ask_for_a_disposition_and_those_that_look_at_what_is_known() -> None:
    assert small().deciding == tuple(name for name, rule in small().rules.items() if rule.then.at_least)
    assert small().asking == {"screen.fever", "screen.doctor_first"}


def test_what_each_rule_can_take_away() -> None:
    assert small().takes_away["contra.skin"] == {"rub_hard", "rubbing", "stroll"}
    assert small().takes_away["screen.fever"] == frozenset()


def test_the_numbers_with_which_a_fact_is_compared() -> None:
    assert small().bounds_of["age_years"] == (60, 70)
    assert small().bounds_of["pain_rise"] == (2,)
    assert "pain" not in small().bounds_of


def test_the_names_under_which_a_technique_falls() -> None:
    assert small().names_of["rub"] == {"rub", "rubbing"}
    assert small().names_of["rub_hard"] == {"rub_hard", "rub", "rubbing"}
    assert small().names_of["pull_and_stroll"] == {"pull_and_stroll", "pull", "pulling", "stroll", "walking"}


@pytest.mark.parametrize(
    ("technique", "expected"),
    [("rub", True), ("rub_hard", True), ("pull_and_stroll", True), ("stroll", False), ("run", False)],
)
def test_what_is_hands_on(technique: str, expected: bool) -> None:
    assert small().is_hands_on(technique) is expected


def test_worked_out_facts_stand_after_all_that_they_rest_on(base: Base) -> None:
    order = base.knowledge.worked_out_order
    for place, name in enumerate(order):
        later = set(order[place:])
        assert not later.intersection(base.knowledge.bases_of(name)), name


def test_every_rule_is_found_from_the_facts_it_names(base: Base) -> None:
    for rule in base.knowledge.rules.values():
        for fact in facts_in(rule.when):
            for asked in base.knowledge.asked_behind[fact]:
                assert rule.id in base.knowledge.rules_about[asked]
