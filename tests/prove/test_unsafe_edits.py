"""A prover that cannot fail is worthless: unsafe edits of the real knowledge base, each refuted, most with a patient.

Every patient is a file that `assess` reads, of whom the plain evaluator says one thing under the edited rules and
another under the real ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import msgspec
import pytest

from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import Outcome, evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.prove.patients import Patient
from spinepath.prove.results import Result
from tests.prove.desk import answered, condition, edited, fact_edited, real, rule_edited, values_in, with_entries

Make = Callable[[], Knowledge]


def without(names: tuple[str, ...], *left_out: str) -> tuple[str, ...]:
    return tuple(name for name in names if name not in left_out)


def disposition_without_bar(disposition: str, technique_class: str) -> Knowledge:
    bars = without(real().dispositions[disposition].bars, technique_class)
    return edited(real(), "dispositions", disposition, bars=bars)


def rule_left_out(name: str) -> Knowledge:
    return with_entries(real(), "rules", {key: rule for key, rule in real().rules.items() if key != name})


def with_one_more_rule(name: str, like: str, when: str) -> Knowledge:
    rule = msgspec.structs.replace(real().rules[like], id=name, when=condition(real(), when), cases=())
    return with_entries(real(), "rules", {**real().rules, name: rule})


PLANTED: dict[str, tuple[str, Make]] = {
    "a negation that is missing": (
        "red_flags_lead_where_they_must",
        lambda: rule_edited("contra.consent_not_valid", when="consent_given or consent_impaired"),
    ),
    "more than, where it should be at least": (
        "red_flags_lead_where_they_must",
        lambda: rule_edited(
            "screen.blood_pressure_crisis", when="(systolic > 180 or diastolic > 120) and bp_danger_signs"
        ),
    ),
    "less than, where it should be at most": (
        "red_flags_lead_where_they_must",
        lambda: rule_edited(
            "screen.grave_weakness",
            when="least(every_myotome) < 3 and not confirmed(weakness_course in (over_2_weeks_not_worse, "
            "over_6_weeks_surgeon_seen))",
        ),
    ),
    "an unknown that is read as no": (
        "no_hands_in_danger",
        lambda: rule_edited("screen.aorta_rupture", if_unknown="note"),
    ),
    "an unknown that is read as no, in one part of a condition": (
        "red_flags_lead_where_they_must",
        lambda: rule_edited("screen.pain_gone_weakness_up", when="confirmed(pain_gone_weakness_up)"),
    ),
    "a confirmation that is no longer needed": (
        "red_flags_lead_where_they_must",
        lambda: rule_edited("screen.clot", when="swollen_calf and not doctor_cleared"),
    ),
    "an exclusion that was forgotten": (
        "contraindications_keep",
        lambda: rule_edited(
            "contra.local_skin_infection_or_lesion",
            then={"exclude": without(real().rules["contra.local_skin_infection_or_lesion"].then.exclude, "heat")},
        ),
    ),
    "a restriction that became a caution": (
        "contraindications_keep",
        lambda: rule_edited("contra.severe_arthrosis", then={"restrict": (), "caution": ("thrust", "mobilisation")}),
    ),
    "a level that was lowered": (
        "red_flags_lead_where_they_must",
        lambda: rule_edited("screen.limb_ischaemia", then={"at_least": "urgent_referral"}),
    ),
    "a disposition that no longer bars a class": (
        "no_hands_in_danger",
        lambda: disposition_without_bar("urgent_referral", "soft_tissue"),
    ),
    "a class that no longer counts as hands-on": (
        "no_hands_in_danger",
        lambda: edited(real(), "classes", "mobilisation", hands_on=False),
    ),
    "a danger that is turned round": (
        "dangers_never_loosen",
        lambda: fact_edited("chest_pressure", danger=("no",)),
    ),
    "any, where it should be all of a kind": (
        "red_flags_lead_where_they_must",
        lambda: rule_edited("screen.unwell", when="generally_unwell and lumps and not confirmed(doctor_cleared)"),
    ),
    "a danger that lets go of another": (
        "dangers_never_loosen",
        lambda: rule_edited("screen.heart_or_lung", when="chest_pressure and not cold_pale_leg"),
    ),
    "a gate that was left out": (
        "contradictions_read_strictly",
        lambda: rule_left_out("gate.thrust_policy"),
    ),
    "a bound above its ceiling": (
        "bounds_of_a_course",
        lambda: rule_edited("dose.times_a_week", then={"limit": {"sessions_per_week_most": 5.0}}),
    ),
    "a ceiling that stops nothing": (
        "no_course_runs_over",
        lambda: rule_edited("dose.course_ceiling_reached", then={"hold": False, "exclude": ()}),
    ),
    "a policy that frees more than its own class": (
        "both_ways",
        lambda: rule_edited("gate.craniosacral_policy", then={"exclude": ("craniosacral", "heat")}),
    ),
    "care that leaves nothing to do": (
        "some_care",
        lambda: rule_edited("contra.epilepsy", then={"exclude": ("exercise", "education")}),
    ),
    "bounds that two rules break": (
        "bounds_are_tight",
        lambda: with_one_more_rule("extra.not_swollen", "screen.limb_ischaemia", "not cold_pale_leg"),
    ),
}


@cache
def found(name: str) -> Result:
    obligation, make = PLANTED[name]
    return answered(make(), obligation)


@pytest.mark.parametrize("name", PLANTED)
def test_an_unsafe_edit_is_refuted_with_a_patient(name: str) -> None:
    result = found(name)
    assert result.answer == "refuted"
    assert result.patients


def outcomes(knowledge: Knowledge, patient: Patient, file: dict[str, Value]) -> tuple[Outcome, Outcome]:
    """What the plain evaluator says of the patient, and of the same one with the news."""
    return evaluate(knowledge, file), evaluate(knowledge, {**file, **patient.news})


@pytest.mark.parametrize("name", [name for name in PLANTED if name != "a danger that is turned round"])
def test_the_patient_is_a_file_of_whom_the_edited_rules_say_something_else(name: str) -> None:
    edit = PLANTED[name][1]()
    for patient in found(name).patients:
        assert patient.as_file
        assert len(patient.file.splitlines()) <= 25
        file = values_in(edit, patient.file)
        assert outcomes(edit, patient, file) != outcomes(real(), patient, file)


DEAD_ENDS: dict[str, tuple[str, Make, str]] = {
    "a rule that can never fire": (
        "no_dead_rule",
        lambda: rule_edited("screen.minor", when="age_years < 18 and age_years >= 70"),
        "screen.minor can never fire",
    ),
    "a rule that is contained in another": (
        "no_hidden_containment",
        lambda: with_one_more_rule("extra.same", "screen.limb_ischaemia", "cold_pale_leg and collapse_with_pain"),
        "extra.same adds nothing to",
    ),
    "a technique that nobody can get": (
        "every_technique_is_for_somebody",
        lambda: rule_edited("choose.package", then={"exclude": ("classic_massage",)}),
        "classic_massage is never offered",
    ),
    "a course above the ceiling": (
        "plans_stay_inside",
        lambda: rule_edited("dose.preset_gentle", then={"prefer": ("preset.twenty",)}),
        "preset.twenty: sessions_most is 20, not 15",
    ),
    "an emergency whose questions may come late": (
        "interviews_end",
        lambda: rule_edited("screen.limb_ischaemia", when="not (collapse_with_pain and not cold_pale_leg)"),
        "screen.limb_ischaemia is an emergency whose questions may come late",
    ),
    "a claim of the article that is followed after all": (
        "contradictions_read_strictly",
        lambda: edited(real(), "claims", "efficacy-only-way-to-relieve-pain", verdict="followed"),
        "efficacy-only-way-to-relieve-pain counts as followed",
    ),
    "an exception that is none": (
        "bounds_are_tight",
        lambda: rule_edited("contra.spondylolisthesis_grade1_stable", when="slip_known and spine_variant"),
        "grade_of_a_slip is named as not tight",
    ),
}


@pytest.mark.parametrize("name", DEAD_ENDS)
def test_what_no_patient_can_show_is_said_in_words(name: str) -> None:
    obligation, make, words = DEAD_ENDS[name]
    result = answered(make(), obligation)
    assert result.answer == "refuted"
    assert any(words in fault for fault in result.faults), result.faults
