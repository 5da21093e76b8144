"""What single resources say, and that nothing planned, refused, old or unclear says anything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.interop.fhir.records import (
    AS_OF,
    LOINC,
    LONG_AGO,
    SNOMED,
    TODAY,
    YESTERDAY,
    Reader,
    concept,
    condition,
    medication,
    observation,
    procedure,
    quantity,
)

OSTEOPOROSIS, PACEMAKER, EPILEPSY, SLIP, HYPERTENSION = "64859006", "441509002", "84757009", "274152003", "38341003"
RETENTION, LAMINECTOMY, STROKE, CANCER = "267064002", "387731002", "230690007", "363346000"
WARFARIN, PREDNISONE = "855332", "312617"
SYSTOLIC, DIASTOLIC, PANEL, TEMPERATURE, T_SCORE, ODI = "8480-6", "8462-4", "85354-9", "8310-5", "38267-1", "97909-6"


# illnesses


def test_an_open_illness_says_yes_and_history_stays(reader: Reader) -> None:
    assert reader.values(condition(HYPERTENSION)) == {"hypertension_controlled": True, "aaa_risk_factor": True}
    resolved = condition(OSTEOPOROSIS, clinical="resolved", onsetDateTime=LONG_AGO)
    assert reader.values(resolved) == {"osteoporosis": True}


@pytest.mark.parametrize("clinical", ["resolved", "inactive", "remission"])
def test_what_is_over_is_not_present_and_not_denied(reader: Reader, clinical: str) -> None:
    values = reader.values(condition(CANCER, clinical=clinical))
    assert values == {"cancer_history": True}


def test_an_illness_that_ended_before_the_moment_is_over_and_one_that_ends_later_is_not(reader: Reader) -> None:
    def ended(when: str) -> Any:
        return condition(CANCER, clinical="resolved", onsetDateTime=LONG_AGO, abatementDateTime=when)

    assert "cancer_active" not in reader.values(ended(YESTERDAY))
    assert reader.values(ended("2026-04-01"))["cancer_active"] is True
    assert "cancer_active" not in reader.values(condition(CANCER, abatementString="last spring"))
    assert "cancer_active" not in reader.values(condition(CANCER, abatementDateTime="last spring"))


@pytest.mark.parametrize("verified", ["entered-in-error", "unconfirmed", "differential", "no-such-status"])
def test_what_is_wrong_or_only_considered_says_nothing(reader: Reader, verified: str) -> None:
    assert reader.values(condition(EPILEPSY, verified=verified)) == {}


def test_a_status_that_is_not_of_fhir_is_a_fault(reader: Reader) -> None:
    assert reader.reasons(condition(EPILEPSY, clinical="perhaps")) == [
        "Condition.clinicalStatus: This status is not one of FHIR R4."
    ]


def test_a_working_diagnosis_and_one_without_status_count(reader: Reader) -> None:
    bare = condition(EPILEPSY)
    del bare["verificationStatus"], bare["clinicalStatus"]
    assert reader.values(bare) == {"epilepsy": True}
    assert reader.values(condition(EPILEPSY, verified="provisional")) == {"epilepsy": True}


def test_refuted_says_no_only_where_the_code_is_the_whole_fact(reader: Reader) -> None:
    assert reader.values(condition(SLIP, verified="refuted")) == {"slip_known": False}
    for part_of_the_fact in (OSTEOPOROSIS, PACEMAKER, CANCER, HYPERTENSION):
        assert reader.values(condition(part_of_the_fact, verified="refuted")) == {}


def test_a_refuted_entry_never_outweighs_another_that_says_yes(reader: Reader) -> None:
    refuted = condition(EPILEPSY, verified="refuted", recordedDate=TODAY)
    assert reader.values(condition(EPILEPSY, onsetDateTime=LONG_AGO), refuted) == {"epilepsy": True}
    assert reader.values(condition("128613002", onsetDateTime=LONG_AGO), refuted) == {"epilepsy": True}
    found = reader.read(condition(EPILEPSY, onsetDateTime=LONG_AGO), refuted).findings()
    assert [finding.value for finding in found if finding.fact == "epilepsy"] == [True]


def test_the_same_code_of_another_system_means_nothing(reader: Reader) -> None:
    assert reader.values(condition(OSTEOPOROSIS, LOINC)) == {}


def test_something_new_counts_on_its_day_only(reader: Reader) -> None:
    assert reader.values(condition(RETENTION)) == {"bladder_change": True}
    assert reader.values(condition(RETENTION, onsetDateTime=YESTERDAY)) == {}
    assert reader.values(condition(RETENTION, clinical="resolved")) == {}


def test_an_event_counts_for_its_days_even_when_it_has_healed(reader: Reader) -> None:
    for clinical in ("active", "resolved"):
        assert reader.values(condition(STROKE, clinical=clinical, onsetDateTime="2025-12-01"))["brain_or_skull"] is True
    assert reader.values(condition(STROKE, onsetDateTime="2025-01-01")) == {}


def test_what_begins_after_the_moment_is_not_known_yet(reader: Reader) -> None:
    assert reader.values(condition(OSTEOPOROSIS, onsetDateTime="2026-03-11")) == {}


def test_an_open_illness_counts_as_of_the_last_day_of_the_record(reader: Reader) -> None:
    old = condition(HYPERTENSION, onsetDateTime=LONG_AGO)
    assert reader.values(old) == {"aaa_risk_factor": True}
    visit = {"resourceType": "Encounter", "subject": old["subject"], "period": {"start": "2026-02-01T09:00:00Z"}}
    assert reader.values(old, visit)["hypertension_controlled"] is True
    later = visit | {"period": {"start": "2026-06-01T09:00:00Z"}}
    assert reader.values(old, visit, later)["hypertension_controlled"] is True
    assert "hypertension_controlled" not in reader.values(old, later)


def test_an_unreadable_onset_is_a_fault_and_the_illness_still_counts(reader: Reader) -> None:
    broken = condition(EPILEPSY, onsetDateTime="spring 2020", recordedDate=TODAY)
    assert reader.values(broken) == {"epilepsy": True}
    assert reader.reasons(broken) == ["Condition.onset: This is not a date."]


# medicines


def test_an_active_prescription_says_that_it_is_taken(reader: Reader) -> None:
    assert reader.values(medication(WARFARIN)) == {"takes_anticoagulant": True}
    assert reader.values(medication(WARFARIN, "MedicationStatement")) == {"takes_anticoagulant": True}
    assert reader.values(medication(WARFARIN, "MedicationAdministration", status="completed"))


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "stopped"},
        {"status": "draft"},
        {"status": "on-hold"},
        {"status": "completed"},
        {"status": "entered-in-error"},
        {"intent": "proposal"},
        {"intent": "plan"},
        {"doNotPerform": True},
        {"dispenseRequest": {"validityPeriod": {"start": LONG_AGO, "end": YESTERDAY}}},
    ],
    ids=str,
)
def test_what_is_stopped_planned_or_over_is_not_taken_and_not_denied(reader: Reader, changed: Any) -> None:
    assert reader.values(medication(WARFARIN, **changed)) == {}


def test_a_completed_prescription_counts_while_its_own_dates_reach(reader: Reader) -> None:
    until = {"dispenseRequest": {"validityPeriod": {"start": YESTERDAY, "end": "2026-04-01"}}}
    assert reader.values(medication(WARFARIN, status="completed", **until)) == {"takes_anticoagulant": True}
    bounds = {"dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": {"end": "2026-04-01"}}}}]}
    assert reader.values(medication(WARFARIN, status="completed", **bounds)) == {"takes_anticoagulant": True}


def test_steroids_count_after_three_months(reader: Reader) -> None:
    visit = observation("1-1", effectiveDateTime=TODAY)
    assert reader.values(medication(PREDNISONE, authoredOn="2025-11-01"), visit) == {"takes_steroids": True}
    assert reader.values(medication(PREDNISONE, authoredOn="2026-02-01"), visit) == {}


def test_medicines_that_stand_elsewhere_are_found(reader: Reader) -> None:
    def by(reference: str, **more: Any) -> Any:
        found = medication(WARFARIN, medicationReference={"reference": reference}, **more)
        del found["medicationCodeableConcept"]
        return found

    inside = {"resourceType": "Medication", "id": "m", "code": medication(WARFARIN)["medicationCodeableConcept"]}
    later = {**inside, "id": "m2"}
    assert reader.values(by("#m", contained=[inside])) == {"takes_anticoagulant": True}
    assert reader.values(by("Medication/m2"), later) == {"takes_anticoagulant": True}
    assert reader.values(by("Medication/m3"), later) == {}


# what was done


def test_an_operation_is_recent_for_three_months_and_metal_stays(reader: Reader) -> None:
    assert reader.values(procedure(LAMINECTOMY, "2026-01-20")) == {"surgery_recent": True}
    assert reader.values(procedure(LAMINECTOMY, "2025-11-01")) == {}
    assert reader.values(procedure("55705006", LONG_AGO)) == {"spine_metal": True}
    assert reader.values(procedure("55705006", LONG_AGO, status="not-done")) == {}
    dateless = procedure(LAMINECTOMY)
    del dateless["performedDateTime"]
    assert reader.values(dateless) == {}
    assert len(reader.reasons(dateless)) == 1


# what was observed


def test_numbers_are_brought_to_the_unit_of_the_fact(reader: Reader) -> None:
    assert reader.values(observation(SYSTOLIC, **quantity(142.5, "mm[Hg]"))) == {"systolic": 142.5}
    assert reader.values(observation(SYSTOLIC, **quantity(20, "kPa"))) == {"systolic": 150.012337}


def test_components_are_read(reader: Reader) -> None:
    parts = [
        {"code": concept(SYSTOLIC, LOINC), **quantity(121, "mm[Hg]")},
        {"code": concept(DIASTOLIC, LOINC), **quantity(79, "mm[Hg]")},
    ]
    assert reader.values(observation(PANEL, component=parts)) == {"systolic": 121, "diastolic": 79}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (quantity(142, "kg"), "The unit cannot be brought to mm[Hg]."),
        (quantity(142), "The quantity has no unit; mm[Hg] is needed."),
        (quantity(5000, "mm[Hg]"), "The number lies outside 40 to 300 mmHg."),
        ({"valueQuantity": {"code": "mm[Hg]"}}, "The quantity has no value."),
        (
            {"valueQuantity": {"value": 200, "comparator": ">", "code": "mm[Hg]"}},
            "The value is only a bound (it has a comparator).",
        ),
    ],
    ids=lambda part: str(part)[:30],
)
def test_numbers_that_cannot_be_taken_are_faults_and_stay_unknown(reader: Reader, value: Any, reason: str) -> None:
    found = reader.read(observation(SYSTOLIC, **value))
    assert "systolic" not in found.values()
    (fault,) = found.faults
    assert (fault.path, fault.reason, fault.fact) == ("Observation.valueQuantity", reason, "systolic")
    assert not any(number in str(fault) for number in ("5000", "142", "200"))


def test_a_fever_in_any_unit_and_no_fever_that_says_nothing(reader: Reader) -> None:
    assert reader.values(observation(TEMPERATURE, **quantity(38.0, "Cel"))) == {"fever": True}
    assert reader.values(observation(TEMPERATURE, **quantity(100.4, "[degF]"))) == {"fever": True}
    assert reader.values(observation(TEMPERATURE, **quantity(37.9, "Cel"))) == {}


def test_bone_density_counts_at_the_border(reader: Reader) -> None:
    assert reader.values(observation(T_SCORE, **quantity(-2.5, "{T-score}"))) == {"osteoporosis": True}
    assert reader.values(observation(T_SCORE, **quantity(-2.4, "{T-score}"))) == {}


def test_percent_is_not_points(reader: Reader) -> None:
    assert reader.values(observation(ODI, **quantity(40, "%")))["odi_score"] == 40
    assert reader.values(observation(ODI, **quantity(20, "{score}"))) == {}
    assert reader.values(observation("91351-7", valueInteger=4)) == {"startback_total": 4}


@pytest.mark.parametrize("status", ["registered", "cancelled", "entered-in-error", "unknown"])
def test_observations_that_are_not_done_say_nothing(reader: Reader, status: str) -> None:
    assert reader.values(observation(SYSTOLIC, status=status, **quantity(142, "mm[Hg]"))) == {}


def test_an_observation_without_a_date_is_a_fault(reader: Reader) -> None:
    found = observation(SYSTOLIC, **quantity(142, "mm[Hg]"))
    del found["effectiveDateTime"]
    assert reader.values(found) == {}
    assert reader.reasons(found)[0].startswith("Observation.effective: Without a date")
    assert reader.values(found | {"issued": f"{TODAY}T08:00:00Z"}) == {"systolic": 142}


def test_absent_data_is_explicitly_unknown(reader: Reader) -> None:
    measured = observation(SYSTOLIC, effectiveDateTime=f"{TODAY}T08:00:00Z", **quantity(142, "mm[Hg]"))
    absent = observation(SYSTOLIC, effectiveDateTime=f"{TODAY}T09:00:00Z", dataAbsentReason=concept("asked-unknown"))
    found = reader.read(measured, absent)
    assert [finding.value for finding in found.findings() if finding.fact == "systolic"] == [142, None]
    assert "systolic" not in found.values()


@pytest.mark.parametrize(
    "value",
    [
        {"valueBoolean": True},
        {"valueCodeableConcept": concept("LA33-6", LOINC)},
        {"valueCodeableConcept": concept("373066001")},
    ],
    ids=str,
)
def test_a_coded_question_answered_with_yes(reader: Reader, value: Any) -> None:
    assert reader.values(observation(RETENTION, SNOMED, **value)) == {"bladder_change": True}


@pytest.mark.parametrize(
    "value",
    [
        {"valueBoolean": False},
        {"valueCodeableConcept": concept("LA32-8", LOINC)},
        {"valueCodeableConcept": concept("373067005")},
    ],
    ids=str,
)
def test_a_coded_question_answered_with_no_is_no_only_for_the_whole_fact(reader: Reader, value: Any) -> None:
    assert reader.values(observation(EPILEPSY, SNOMED, **value)) == {"epilepsy": False}
    part = reader.read(observation(RETENTION, SNOMED, **value))
    assert not [finding for finding in part.findings() if finding.fact == "bladder_change"]


def test_a_coded_question_without_an_answer_or_with_another_says_nothing(reader: Reader) -> None:
    unknown = observation(RETENTION, SNOMED, valueCodeableConcept=concept("261665006"))
    assert [finding.value for finding in reader.read(unknown).findings() if finding.fact == "bladder_change"] == [None]
    assert reader.values(observation(RETENTION, SNOMED)) == {}
    assert reader.values(observation(RETENTION, SNOMED, valueCodeableConcept=concept("1"))) == {}
    assert reader.values(observation(RETENTION, SNOMED, valueString="yes")) == {}


def test_smoking_in_words(reader: Reader) -> None:
    smoker = observation("72166-2", valueCodeableConcept=concept("8517006"), effectiveDateTime=LONG_AGO)
    never = observation("72166-2", valueCodeableConcept=concept("266919005"))
    assert reader.values(smoker) == {"aaa_risk_factor": True}
    assert reader.values(never) == {}


def test_who_measured_is_the_source(reader: Reader) -> None:
    def source(**more: Any) -> str:
        found = reader.read(observation(SYSTOLIC, **quantity(142, "mm[Hg]"), **more)).findings()
        return next(finding.source for finding in found if finding.fact == "systolic")

    assert source() == "record"
    assert source(device={"reference": "Device/1"}) == "device"
    assert source(performer=[{"reference": "Patient/p1"}]) == "patient"
    assert source(performer=[{"reference": "Practitioner/1"}]) == "record"


def test_a_pregnancy_without_its_week_is_possible(reader: Reader) -> None:
    assert reader.values(condition("72892002")) == {"pregnancy": "possible"}
    assert reader.values(condition("72892002", clinical="resolved")) == {}
    assert reader.values(condition("72892002", verified="refuted")) == {}


def test_nothing_is_later_than_the_moment(reader: Reader) -> None:
    found = reader.read(condition(OSTEOPOROSIS), medication(WARFARIN), observation(SYSTOLIC, **quantity(120, "mm[Hg]")))
    assert found.findings()
    assert all(finding.at <= AS_OF for finding in found.findings())
