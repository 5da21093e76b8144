"""Left counts like right, and members of a group count alike: slips that break it are found."""

from __future__ import annotations

import msgspec
import pytest

from spinepath.engine.conditions import And, AtLeast, Compare, Condition, Confirmed, In, Is, Known, Not, Or
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.engine.symmetry import mirrored, one_sided, renamed, uneven
from tests.engine.small import files, page


def with_when(when: str) -> Knowledge:
    rule = (
        f"id: x.rule\nwhen: {when}\nthen: {{at_least: wait}}\nif_unknown: settle\nsays: {{therapist: X.}}\n"
        "since: 2026-01-01\nstate: project"
    )
    return build(files(extra=page("rules", rule)))


@pytest.mark.parametrize(
    ("name", "other"),
    [("scan_left", "scan_right"), ("right_leg", "left_leg"), ("leftover", "leftover"), ("both", "both")],
)
def test_names_are_mirrored_by_whole_words(name: str, other: str) -> None:
    assert mirrored(name) == other


@pytest.mark.parametrize("when", ["scan_left or scan_right", "not (scan_right and scan_left)", "fever"])
def test_a_rule_for_both_sides_is_even(when: str) -> None:
    assert [rule.id for rule in one_sided(with_when(when))] == []


@pytest.mark.parametrize("when", ["scan_left", "scan_left or scan_right and fever", "known(scan_right) and fever"])
def test_a_rule_for_one_side_without_a_twin_is_found(when: str) -> None:
    assert [rule.id for rule in one_sided(with_when(when))] == ["x.rule"]


def test_a_twin_must_do_the_same() -> None:
    base = with_when("scan_left")
    rule = base.rules["x.rule"]
    twin = msgspec.structs.replace(rule, id="x.twin", when=Is("scan_right"))
    assert list(one_sided(msgspec.structs.replace(base, rules={**base.rules, "x.twin": twin}))) == []
    milder = msgspec.structs.replace(twin, if_unknown="note")
    found = one_sided(msgspec.structs.replace(base, rules={**base.rules, "x.twin": milder}))
    assert [rule.id for rule in found] == ["x.rule", "x.twin"]


def test_members_of_a_group_count_alike() -> None:
    assert list(uneven(with_when("count(nerve_signs) >= 2"))) == []
    assert list(uneven(with_when("numbness and fever"))) == [], "the group is not named as a whole"
    found = [(rule.id, one, other) for rule, one, other in uneven(with_when("numbness and not weak_leg"))]
    assert found == [("x.rule", "numbness", "weak_leg")]


def test_a_group_named_by_its_parts_may_differ_between_them() -> None:
    pair = "id: pair\nname: P\nfacts: [fever, numbness]"
    whole = "id: whole\nname: W\nfacts: [fever, numbness, skin_broken, brittle_bones]"
    rest = "id: rest\nname: R\nfacts: [skin_broken, brittle_bones]"
    rule = (
        "id: x.rule\nwhen: count(pair) >= 2 and count(rest) >= 1\nthen: {at_least: wait}\nif_unknown: settle\n"
        "says: {therapist: X.}\nsince: 2026-01-01\nstate: project"
    )
    groups = page("groups", pair, whole, rest)
    assert list(uneven(build(files(extra=page("rules", rule), more=groups)))) == []


def test_every_kind_of_node_is_renamed() -> None:
    def conditions(fact: str, number: str, word: str) -> Condition:
        return And(
            (
                Or((Is(fact), Known(fact))),
                Not(Confirmed(Compare(number, ">=", 2))),
                AtLeast(1, (In(number, (word,)), Is(fact))),
            )
        )

    before = conditions("scan_left", "pain", "left")
    after = conditions("scan_right", "ache", "right")
    assert renamed(before, {"scan_left": "scan_right", "pain": "ache"}, mirrored) == after


def test_the_real_rules_are_even(real: Knowledge) -> None:
    assert list(one_sided(real)) == []
    assert list(uneven(real)) == []
    assert any(mirrored(name) != name for name in real.rules), "there are rules with a side"
