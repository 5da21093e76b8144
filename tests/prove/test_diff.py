"""Whose advice changes: each kind of change is found with a small patient, and none is found where there is none."""

from __future__ import annotations

import msgspec
import pytest

from spinepath.engine.conditions import And, Compare, Is, Or
from spinepath.engine.entries import Rule
from spinepath.engine.evaluate import evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.prove.diff import RuleChange, counts, differences
from tests.engine.small import answers, files, page, small


def changed(name: str, **new: object) -> Knowledge:
    """The small base with other keys in one rule; keys of its effects stand beside those of the rule."""
    rule = small().rules[name]
    then = msgspec.structs.replace(rule.then, **{key: value for key, value in new.items() if hasattr(rule.then, key)})
    own = {key: value for key, value in new.items() if not hasattr(rule.then, key)}
    return small().with_rule(msgspec.structs.replace(rule, **{"then": then, **own}))


def of_rule(after: Knowledge, before: Knowledge | None = None) -> RuleChange:
    together, *rules = differences(before or small(), after, 30)
    assert together.kind == "all together"
    (found,) = rules
    assert (bool(found.loosened), bool(found.tightened)) == (bool(together.loosened), bool(together.tightened))
    return found


def test_the_same_knowledge_changes_nobodys_advice() -> None:
    (together,) = differences(small(), small(), 30)
    assert together == RuleChange(rule=None, kind="all together")


def test_a_milder_level_is_loosened_with_the_smallest_patient() -> None:
    found = of_rule(changed("screen.nerves", at_least="careful"))
    assert (found.rule, found.kind, found.tightened) == ("screen.nerves", "changed", None)
    assert found.loosened is not None
    assert len(found.loosened.values) == 2
    assert "disposition: refer → wait" in found.loosened.changes


def test_a_stricter_level_is_tightened_only() -> None:
    found = of_rule(
        changed("screen.nerves", when=small().rules["screen.nerves"].when, if_unknown="settle", at_least="emergency")
    )
    assert found.loosened is None
    assert found.tightened is not None
    assert "disposition: refer → emergency" in found.tightened.changes


def test_a_number_moved_by_one_is_found_at_the_number() -> None:
    rule = small().rules["screen.age"]
    assert isinstance(rule.when, And)
    moved = And((Compare("age_years", ">=", 71), *rule.when.parts[1:]))
    found = of_rule(changed("screen.age", when=moved))
    assert found.tightened is None
    assert found.loosened is not None
    assert found.loosened.values["age_years"] == 70


def test_an_unknown_read_as_no_is_loosened() -> None:
    found = of_rule(changed("screen.fever", if_unknown="note"))
    assert found.loosened is not None
    assert "fever" not in found.loosened.values
    assert found.tightened is None


def test_a_forgotten_exclusion_is_loosened() -> None:
    found = of_rule(changed("contra.bones", exclude=()))
    assert found.loosened is not None
    assert any(told.startswith("pull: excluded → ") for told in found.loosened.changes)


def test_a_limit_alone_is_found() -> None:
    rule = small().rules["screen.age"]
    looser = of_rule(changed("screen.age", limit={**rule.then.limit, "sessions_most": 4}))
    assert looser.tightened is None
    assert looser.loosened is not None
    assert "limit sessions_most: 3 → 4" in looser.loosened.changes
    back = of_rule(small(), changed("screen.age", limit={**rule.then.limit, "sessions_most": 4}))
    assert back.tightened is not None
    assert back.tightened.changes == ("limit sessions_most: 4 → 3",)


def test_rules_are_added_and_removed() -> None:
    rule = (
        "id: x.more\nwhen: skin_broken and fever\nthen: {at_least: refer}\nif_unknown: settle\nsays: {therapist: X.}\n"
        "since: 2026-01-01\nstate: project"
    )
    more = build(files(extra=page("rules", rule)))
    added, removed = of_rule(more), of_rule(small(), more)
    assert (added.rule, added.kind, added.loosened is None) == ("x.more", "added", True)
    assert (removed.rule, removed.kind, removed.tightened) == ("x.more", "removed", None)
    assert removed.loosened is not None


def test_a_change_that_nobody_can_notice_is_proved_to_be_none() -> None:
    rule = small().rules["screen.fever"]
    found = of_rule(changed("screen.fever", when=And((rule.when, Or((Is("fever"), rule.when))))))
    assert (found.loosened, found.tightened, found.undecided) == (None, None, ())


@pytest.mark.parametrize("name", [name for name, rule in small().rules.items() if rule.then.at_least])
def test_every_example_is_confirmed_by_the_plain_evaluator(name: str) -> None:
    after = changed(name, at_least=None)
    found = of_rule(after)
    for example in (found.loosened, found.tightened):
        if example is not None:
            assert evaluate(small(), example.values) != evaluate(after, example.values)


def test_patients_are_counted() -> None:
    after = changed("screen.fever", at_least="refer")
    found = counts(small(), after, [answers(), answers(fever=True), answers(fever=True), answers(numbness=True)])
    assert (found.patients, found.loosened, found.tightened) == (4, 2, 0)
    assert found.dispositions == {"emergency → refer": 2}


def test_rules_are_frozen_while_they_are_compared() -> None:
    before = msgspec.json.encode(small().rules["screen.fever"])
    list(differences(small(), changed("screen.fever", at_least="refer"), 30))
    assert msgspec.json.encode(small().rules["screen.fever"]) == before
    assert isinstance(small().rules["screen.fever"], Rule)
