"""Each kind of proof on a knowledge base that fits on one page: where it holds, and where one thing was broken."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from spinepath.engine.entries import Rule
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.prove.bench import Bench
from spinepath.prove.patients import NotConfirmed
from spinepath.prove.results import Result
from spinepath.prove.run import PROOFS, answer
from spinepath.prove.solver import NotDecided
from tests.engine.small import files, page, small
from tests.prove.desk import condition, edited, obligation, stated, with_entries

OBLIGATIONS = "obligations:\n" + "".join(
    f"  - {{id: {kind}, number: 1, says: It holds., because: It must., kind: {kind}, dispositions: [refer, emergency], "
    "offers: [core], start: nothing_found, charts: 8}\n"
    for kind in PROOFS
)

STATEMENTS = """
columns:
  - {id: rubbing, hands_on: yes}
  - {id: pulling, hands_on: yes}
red_flags:
  - {id: fever, when: fever and not confirmed(seen_by_doctor), at_least: emergency}
  - {id: brittle, when: brittle_bones, at_least: careful}
contraindications:
  - {id: bones, when: brittle_bones, cells: C A}
  - {id: skin, when: skin_broken, cells: R .}
both_ways:
  - {id: more_days, facts: [since_days], why: New pain is another thing., down_from: 4000}
  - {id: pulling_on, facts: [policy_pulling], why: It frees pulling., never_milder: {yes: [no]}, frees: [pulling]}
ceilings:
  - {id: most, limit: sessions_most, value: 3, when: age_years >= 70 and numbness, why: The old tire.}
counts:
  - {id: strength, fact: strength, free_from: 0, why: Some strength is needed.}
"""


def proved(kind: str, knowledge: Knowledge | None = None, extra: str = STATEMENTS) -> Result:
    base = knowledge or small()
    statements = stated(base, OBLIGATIONS + extra)
    return answer(Bench(base, statements), obligation(kind, statements))


def small_with(rule: str, *, when: str | None = None, **then: Any) -> Knowledge:
    entry: Rule = small().rules[rule]
    new = condition(small(), when) if when else entry.when
    return edited(small(), "rules", rule, when=new, then=msgspec.structs.replace(entry.then, **then))


@pytest.mark.parametrize("kind", PROOFS)
def test_everything_holds_of_the_small_base(kind: str) -> None:
    result = proved(kind)
    assert result.answer == ("checked" if kind == "explanations" else "proved"), result


BROKEN: dict[str, tuple[str, Knowledge, str]] = {
    "care under a referral": (
        "care_withheld",
        edited(small(), "dispositions", "refer", bars=("rubbing",)),
        "pull can be had although the rule screen.nerves fires",
    ),
    "a softened red flag": (
        "red_flags",
        small_with("screen.fever", at_least="refer"),
        "fever is there, and the disposition is refer, not emergency.",
    ),
    "a mild red flag that is passed over": (
        "red_flags",
        edited(small(), "rules", "contra.bones", if_unknown="note"),
        "brittle is not asked about, and the disposition is",
    ),
    "a restriction that is gone": ("contraindications", small_with("contra.skin", restrict=()), "and rub"),
    "a danger that loosens": (
        "adding_a_danger",
        small_with("screen.new_pain", when="since_days < 3 and not fever"),
        "fever from ",
    ),
    "a form that does not hold": (
        "both_ways",
        small_with("plan.no_pulling", when="not policy_pulling and skin_broken", exclude=("rubbing",)),
        "policy_pulling from no to yes turns rub",
    ),
    "no care for somebody": (
        "some_care",
        small_with("contra.skin", exclude=("walking",)),
        "none of stroll is offered.",
    ),
    "a bound that is too loose": (
        "bounds_in_force",
        small_with("screen.age", limit={"sessions_most": 4.0}),
        "sessions_most is 4",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_shown_by_a_patient(name: str) -> None:
    kind, knowledge, words = BROKEN[name]
    result = proved(kind, knowledge)
    assert result.answer == "refuted"
    assert any(words in patient.wrong for patient in result.patients), result
    assert all(patient.as_file for patient in result.patients)


def test_bounds_that_no_answers_reach_are_named_with_their_rules() -> None:
    other = msgspec.structs.replace(
        small().rules["screen.new_pain"], id="screen.old_pain", when=condition(small(), "since_days >= 3")
    )
    knowledge = with_entries(small(), "rules", {**small().rules, "screen.old_pain": other})
    result = proved("tight", knowledge)
    assert result.faults == ("Not tight: screen.new_pain, screen.old_pain cannot all let go, though each could.",)
    (patient,) = result.patients
    assert "The lower bound is go, but every answer leads to careful or stricter." in patient.wrong
    excused = "not_tight:\n  - {id: days, fact: since_days, when: not known(since_days), why: Every pain has an age.}\n"
    assert proved("tight", knowledge, STATEMENTS + excused).answer == "proved"
    assert "is named as not tight" in proved("tight", extra=STATEMENTS + excused).faults[0]


def test_a_rule_that_no_answers_can_make_fire_is_not_possible() -> None:
    when = "place_of_pain = back and (reflex = brisk or strength <= 2) and place_of_pain = leg"
    result = proved("tight", small_with("screen.upper_neck", when=when))
    assert result.answer == "refuted"
    assert "no answers make it fire" in result.patients[0].wrong


def test_a_rule_that_takes_what_is_known_for_true_is_outside_its_bounds() -> None:
    knowledge = small_with("screen.doctor_first", when="known(fever) and fever", at_least="wait")
    assert proved("learning", knowledge).answer == "proved"


def test_facts_of_several_dangers_need_a_form() -> None:
    knowledge = edited(small(), "facts", "fever", danger=("yes", "no"))
    result = proved("adding_a_danger", knowledge)
    assert result.faults == ("Of more than one danger, and without a form of their own: fever.",)


def test_what_has_no_effect_is_named() -> None:
    assert proved("alive", small_with("screen.fever", when="fever and not fever")).faults == (
        "The rule screen.fever can never fire.",
    )
    again = msgspec.structs.replace(small().rules["contra.skin"], id="contra.again")
    twice = with_entries(small(), "rules", {**small().rules, "contra.again": again})
    assert len(proved("contained", twice).faults) == 2
    said = edited(twice, "rules", "contra.again", contained_in="contra.skin")
    assert proved("contained", said).answer == "proved"
    wrongly = edited(small(), "rules", "contra.skin", contained_in="screen.fever")
    assert "says that it is contained in screen.fever, and it is not" in proved("contained", wrongly).faults[0]


def test_what_nobody_gets_or_is_asked_is_named_unless_on_purpose() -> None:
    always = small_with("plan.no_pulling", when="policy_pulling or not policy_pulling", exclude=("run",))
    assert proved("reachable", always).faults == ("run is never offered to anybody.",)
    purpose = STATEMENTS + "off_on_purpose:\n  - {id: run, why: Nobody should.}\n"
    assert proved("reachable", always, purpose).answer == "proved"
    assert "run is said never to be offered" in proved("reachable", extra=purpose).faults[0]
    asked = STATEMENTS + "off_on_purpose:\n  - {id: fever, why: Nobody says.}\n"
    assert proved("asked", extra=asked).faults == ("fever is said never to be asked, but it is.",)


def test_a_question_inside_what_is_certain_anyway_is_never_asked() -> None:
    emergency = small_with("screen.doctor_first", when="fever and not confirmed(seen_by_doctor)", at_least="emergency")
    alone = edited(emergency, "rules", "screen.fever", when=condition(small(), "fever"))
    faults = proved("asked", edited(alone, "rules", "plan.scan_first", if_unknown="note")).faults
    assert "seen_by_doctor decides a danger and is never asked." in faults


def test_counts_and_holds() -> None:
    full = STATEMENTS.replace("free_from: 0", "full_at: 3")
    result = proved("counts_stay_inside", extra=full)
    assert "though strength is" in result.patients[0].wrong
    assert "strength" in result.notes[-1]
    released = small_with("follow.alarm", hold=False)
    assert "0 rules hold a course" in proved("holds_last", released).notes[0]


def test_an_emergency_may_not_hide_its_questions() -> None:
    hiding = small_with("screen.fever", when="not (fever and not numbness)")
    assert "screen.fever is an emergency whose questions may come late." in proved("interview_ends", hiding).faults


def test_readings_of_contradictions() -> None:
    contradictory = build(
        files(
            extra=page(
                "contradictions",
                "id: X01\ntitle: Twice\nsides: [[claim-fever], [claim-magic]]\nreading: No.\nhome: [screen.fever]",
            )
        )
    )
    assert proved("contradictions", contradictory).faults == ("X01 has no reading that can be checked.",)
    held = "readings:\n  - {id: a, contradiction: X01, when: fever and not seen_by_doctor, withheld: yes}\n"
    assert proved("contradictions", contradictory, STATEMENTS + held).answer == "proved"
    broken = (
        "readings:\n"
        "  - {id: a, contradiction: X01, when: skin_broken, never: [rub], not_followed: [claim-fever]}\n"
        "  - {id: b, contradiction: X01, when: skin_broken, at_least: wait, held: yes, class_of: {rub: pulling}}\n"
        "  - {id: c, contradiction: X01, when: pain_rise >= 2, not_reading: [alarm], unreached: [long]}\n"
        "  - {id: d, contradiction: X01, always_offered: [pull], care_possible: fever and not seen_by_doctor}\n"
        "  - {id: e, contradiction: X01, when: pain >= 0, bounds: {sessions_most: 9}, phase_of: {rub: at_home}}\n"
    )
    result = proved("contradictions", contradictory, STATEMENTS + broken)
    told = " ".join((*result.faults, *(patient.wrong for patient in result.patients)))
    for words in (
        "a: the claim claim-fever counts as followed",
        "b: rub is not pulling",
        "c: long can be given to somebody",
        "d: care is possible for nobody",
        "e: rub has no place in at_home",
        "a holds, and rub can be had",
        "b: the",
        "c: the course is read as alarm",
        "sessions_most is not bounded",
    ):
        assert words in told, (words, told)


def test_a_proof_that_takes_too_long_says_so() -> None:
    statements = stated(small(), OBLIGATIONS + STATEMENTS)
    hurried = msgspec.structs.replace(obligation("care_withheld", statements), seconds=-1)
    result = answer(Bench(small(), statements), hurried)
    assert result.answer == "not decided"
    assert result.notes == ("Not decided in -1 seconds.",)


def test_a_patient_whom_the_plain_evaluator_does_not_confirm_refutes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_so(*_: object) -> None:
        raise NotConfirmed

    monkeypatch.setitem(PROOFS, "alive", not_so)
    assert proved("alive").answer == "not decided"
    assert issubclass(NotDecided, Exception)
