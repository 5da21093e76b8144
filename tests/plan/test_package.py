"""The draft package: exercise always, hands-on care only where the rules allow it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.plan.package import Choice, Package, draft_package
from tests.engine.charts import Base
from tests.engine.small import GROUND, PLAN, answers, changed, files, outcome_of, page, small

OFF = "patient: You run.\n    phases: [main]\n    offer: 'off'"


def package(**changes: Value) -> Package:
    found = draft_package(small(), outcome_of(**changes))
    assert found is not None
    return found


def ids(choices: tuple[Choice, ...]) -> list[str]:
    return [choice.technique.id for choice in choices]


def levels(choices: tuple[Choice, ...]) -> dict[str, list[str]]:
    return {choice.technique.id: [level.id for level in choice.levels] for choice in choices if choice.levels}


def limited(limit: str, start: str = "F1", most: str = "F2") -> Package:
    """The package of somebody of 60 years, for whom force is limited, when rubbing has these levels."""
    plan = PLAN.replace("start_level: F1", f"start_level: {start}").replace("leg_signs: F1", f"leg_signs: {most}")
    plan = plan.replace("rule: fires, limit: {sessions_most: 9}", "rule: fires")
    plan = plan.replace("limit: {sessions_most: 9}", f"limit: {limit}")
    force = "unit: level, stricter: lower, says: 'Up to {value}.', scale: force"
    kinds = f"""
  - {{id: force_most, name: Force, {force}}}
  - {{id: pull_most, name: Pull, classes: [pulling], {force}}}
  - {{id: rub_most, name: Rub, classes: [rubbing], {force}}}

readings:"""
    base = build(files(plan=plan, ground=GROUND.replace("\nreadings:", kinds)))
    found = draft_package(base, evaluate(base, answers(age_years=60)))
    assert found is not None
    return found


def test_a_clean_chart_gets_exercise_and_everything_by_hand() -> None:
    found = package()
    assert ids(found.core) == ["stroll", "run"]
    assert ids(found.by_hand) == ["pull_and_stroll", "rub_hard", "pull", "rub"]
    assert found.preset is small().presets["short"]


def test_better_standing_comes_first_and_what_is_preferred_before_all() -> None:
    found = package(age_years=65)
    assert ids(found.by_hand)[0] == "rub_hard"
    assert found.preset is small().presets["long"]


def test_what_the_clinic_has_not_switched_on_is_left_out() -> None:
    base = build(files(**changed("plan", "patient: You run.\n    phases: [main]\n    offer: comfort", OFF)))
    found = draft_package(base, evaluate(base, answers()))
    assert found is not None
    assert ids(found.core) == ["stroll"]


def test_what_is_restricted_excluded_or_undecided_is_left_out() -> None:
    assert ids(package(skin_broken=True).by_hand) == ["pull_and_stroll", "pull"]
    assert ids(package(brittle_bones=True).by_hand) == ["rub_hard", "rub"]
    assert ids(package(scan_left=None).by_hand) == ["rub_hard", "rub"]


def test_while_care_must_not_begin_there_is_no_package() -> None:
    for change in ({"fever": True}, {"fever": None}, {"place_of_pain": "upper_neck"}):
        assert draft_package(small(), outcome_of(**change)) is None


def test_the_session_and_the_home_part_stand_in_their_order() -> None:
    steps = page(
        "phases",
        "id: later\nname: Later\npart_of: home\norder: 3\ncontent: [Run.]\ngo_on_when: It is fun.\nstate: project",
        "id: sooner\nname: Sooner\npart_of: home\norder: 2\ncontent: [Walk.]\ngo_on_when: It is easy.\nstate: project",
    )
    base = build(files(steps=steps))
    found = draft_package(base, evaluate(base, answers()))
    assert found is not None
    assert [phase.id for phase in found.session] == ["warm_up", "main"]
    assert [phase.id for phase in found.daily] == ["at_home"]
    assert [phase.id for phase in found.home] == ["sooner", "later"]


def test_the_home_part_of_the_real_base_begins_with_its_first_step(real: Knowledge) -> None:
    found = draft_package(real, evaluate(real, Base(real).clean))
    assert found is not None
    assert len(found.daily) == 1
    assert len(found.home) > 3
    assert all(phase.dose for phase in found.home)
    assert not {phase.id for phase in found.home} & {phase.id for phase in found.session}


# levels


def test_a_technique_starts_at_its_level_and_ends_at_the_highest_with_leg_signs() -> None:
    assert levels(limited("{sessions_most: 9}").by_hand) == {"rub": ["F1", "F2"]}
    assert levels(limited("{sessions_most: 9}", most="F1").by_hand) == {"rub": ["F1"]}


def test_a_limit_takes_the_higher_levels_away() -> None:
    assert levels(limited("{force_most: 1}").by_hand) == {"rub": ["F1"]}
    assert levels(limited("{force_most: 2, rub_most: 1}").by_hand) == {"rub": ["F1"]}


def test_a_limit_for_other_classes_takes_nothing_away() -> None:
    assert levels(limited("{pull_most: 1}").by_hand) == {"rub": ["F1", "F2"]}


def test_what_begins_above_the_limits_is_left_out_and_named() -> None:
    found = limited("{force_most: 1}", start="F2")
    assert "rub" not in ids(found.by_hand)
    assert [technique.id for technique in found.above_limits] == ["rub"]
    assert "rub" in ids(limited("{force_most: 2}", start="F2").by_hand)
    assert "rub" not in ids(limited("{force_most: 0}").by_hand)


def test_limits_of_what_must_not_be_done_are_left_out() -> None:
    limit = "{pull_most: 1, rub_most: 2, sessions_most: 9}, exclude: [pulling]"
    assert limited(limit.removesuffix(", exclude: [pulling]")).limits == {
        "sessions_most": 9,
        "pull_most": 1,
        "rub_most": 2,
    }
    assert limited(limit).limits == {"sessions_most": 9, "rub_most": 2}


def test_nothing_of_the_real_base_exceeds_the_lowest_levels_of_the_first_sessions(real: Knowledge) -> None:
    found = draft_package(real, evaluate(real, Base(real).clean))
    assert found is not None
    bounded = {real.limits[name].scale: value for name, value in found.limits.items() if real.limits[name].scale}
    assert bounded
    for choice in (*found.core, *found.by_hand):
        if choice.technique.scale in bounded:
            assert len(choice.levels) == bounded[choice.technique.scale] == 1
    assert found.above_limits


def test_without_a_default_there_is_no_preset() -> None:
    import msgspec

    knowledge = msgspec.structs.replace(small(), presets={})
    found = draft_package(knowledge, outcome_of(age_years=65))
    assert found is not None
    assert found.preset is None


@given(st.data())
def test_no_package_holds_what_is_not_offered(base: Base, data: st.DataObject) -> None:
    outcome = evaluate(base.knowledge, data.draw(base.charts()))
    found = draft_package(base.knowledge, outcome)
    assert (found is None) == (not base.knowledge.dispositions[outcome.disposition].offers_care)
    for choice in (*found.core, *found.by_hand) if found else ():
        assert outcome.techniques[choice.technique.id].status == "offered"
        assert choice.technique.offer != "off"
