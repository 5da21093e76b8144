"""Mistakes made on purpose: every kind is made, each is what it says, and what guards the rules catches them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.conditions import truth
from spinepath.engine.evaluate import complete
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.prove.mutants import Mutant, mutants
from spinepath.prove.mutation import (
    NO_DIFFERENCE,
    Caught,
    by_a_reason,
    guards_of,
    mutation,
    trials,
    unguarded,
    without_difference,
)
from spinepath.prove.statements import read_statements, statements_folder, statements_in
from tests.engine.charts import Base
from tests.engine.small import files, page, small

WHEN = (
    "(fever and not confirmed(seen_by_doctor) or count(nerve_signs) >= 2) "
    "and age_years >= 65 and place_of_pain = upper_neck"
)
RULE = (
    f"id: x.rule\nwhen: {WHEN}\n"
    "then: {at_least: emergency, exclude: [pulling, rub], limit: {sessions_most: 3}, hold: yes}\n"
    "if_unknown: settle\nsays: {therapist: X.}\nsince: 2026-01-01\nstate: project"
)


def with_rule() -> Knowledge:
    return build(files(extra=page("rules", RULE)))


def changes(knowledge: Knowledge, name: str = "x.rule") -> dict[str, Mutant]:
    return {one.change: one for one in mutants(knowledge, knowledge.rules[name])}


@pytest.mark.parametrize(
    ("change", "loosens"),
    [
        ("never fires", True),
        ("fires where it was clear, and the other way round", False),
        ("without fever", False),
        ("without a part with and", True),
        ("without a part with atleast", True),
        ("without age_years", False),
        ("asks for 3 instead of 2", True),
        ("asks for 1 instead of 2", False),
        ("no longer counts numbness", True),
        ("what is unknown of seen_by_doctor counts as open, not as unconfirmed", True),
        ("age_years > 65", True),
        ("age_years >= 66", True),
        ("age_years >= 64", False),
        ("place_of_pain may no longer be upper_neck", True),
        ("place_of_pain may be back as well", False),
        ("leads to refer, not emergency", True),
        ("no longer has pulling under exclude", True),
        ("no longer has rub under exclude", True),
        ("limit sessions_most is 4", True),
        ("no longer holds the course", True),
        ("its open question is passed over", True),
    ],
)
def test_every_kind_of_mistake_is_made(change: str, loosens: bool) -> None:
    assert changes(with_rule())[change].loosens is loosens


def test_no_mutant_is_the_rule_itself() -> None:
    knowledge = with_rule()
    found = [msgspec.json.encode(one.rule) for one in mutants(knowledge, knowledge.rules["x.rule"])]
    assert msgspec.json.encode(knowledge.rules["x.rule"]) not in found


@given(st.data())
def test_what_loosens_never_fires_for_somebody_more(base: Base, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(list(base.knowledge.rules.values())))
    values = complete(base.knowledge, data.draw(base.whole_charts()))
    for mutant in mutants(base.knowledge, rule):
        fires, fired = truth(mutant.rule.when, values), truth(rule.when, values)
        assert not (mutant.loosens and fires and not fired), mutant.name


def caught(knowledge: Knowledge, name: str) -> Iterator[Caught]:
    return mutation(knowledge, [knowledge.rules[name]], trials(knowledge))


def test_cases_catch_what_they_are_about() -> None:
    found = {one.mutant.change: one for one in caught(small(), "screen.fever")}
    assert found["never fires"].by == "case 'Fever'"
    assert found["leads to refer, not emergency"].kind == "case"
    assert found["its open question is passed over"].kind in ("case", "law")


def test_laws_catch_what_no_case_is_about() -> None:
    knowledge = with_rule()
    found = {one.mutant.change: one for one in caught(knowledge, "x.rule")}
    assert found["its open question is passed over"].by == (
        "law: x.rule leads to emergency but its open question would be passed over."
    )


def test_a_rule_without_cases_leaves_survivors_that_are_named() -> None:
    knowledge = with_rule()
    found = list(caught(knowledge, "x.rule"))
    assert "never fires" in {one.mutant.change for one in found if one.kind == "survived"}
    left = unguarded(knowledge, found)
    assert {one.change for one in left} >= {"never fires", "age_years >= 66", "leads to refer, not emergency"}
    assert all(one.loosens for one in left)


def test_a_change_that_is_none_is_proved_to_be_none() -> None:
    twice = RULE.replace("x.rule", "x.twin")
    knowledge = build(files(extra=page("rules", RULE, twice)))
    catch = without_difference(knowledge, 30)
    level = changes(knowledge)["leads to refer, not emergency"]
    assert catch(knowledge.with_rule(level.rule), level) == NO_DIFFERENCE
    alone = with_rule()
    assert without_difference(alone, 30)(alone.with_rule(level.rule), level) is None
    limit = changes(knowledge)["limit sessions_most is 4"]
    assert catch(knowledge.with_rule(limit.rule), limit) is None, "limits are not what the solver compares"


def test_statements_catch_a_red_flag_that_no_longer_leads_where_it_must(real: Knowledge) -> None:
    mutant = next(one for one in mutants(real, real.rules["screen.cauda_equina"]) if one.change == "never fires")
    changed = real.with_rule(mutant.rule)
    found = [catch(changed, mutant) for catch in guards_of(real, 30)]
    assert found[0] is None
    assert found[1] is not None
    assert found[1].startswith("proof: ")


UNNOTICED = """\
unnoticed:
  - id: said_twice
    rule: x.rule
    changes: ['leads to refer, not emergency', age_years >= 64]
    why: Another rule says it.
"""


def test_a_change_can_be_explained_but_not_one_that_loosens_the_gravest() -> None:
    knowledge = with_rule()
    catch = by_a_reason(statements_in({"x.yaml": UNNOTICED.encode()}, knowledge))
    known = changes(knowledge)
    tighter, looser, other = (
        known[name] for name in ("age_years >= 64", "leads to refer, not emergency", "never fires")
    )
    assert catch(knowledge.with_rule(tighter.rule), tighter) == "explained: Another rule says it."
    assert catch(knowledge.with_rule(looser.rule), looser) is None
    assert catch(knowledge.with_rule(other.rule), other) is None


def test_what_is_explained_is_a_change_that_mutate_makes(real: Knowledge) -> None:
    statements = read_statements(statements_folder(), real)
    for one in statements.unnoticed:
        made = {mutant.change for mutant in mutants(real, real.rules[one.rule])}
        assert set(one.changes) <= made, one.id


def test_no_case_of_a_grave_rule_is_missing_where_the_law_is_silent(real: Knowledge) -> None:
    """The whole score is `make mutate`; here one rule stands for all."""
    rule = real.rules["screen.blood_pressure_crisis"]
    assert unguarded(real, mutation(real, [rule], trials(real))) == ()
