"""The chart of an episode on one page, corrections, old decisions, and who read the record."""

from __future__ import annotations

import json
from datetime import time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import AuditEntry, Episode, KeptAssessment, KeptFinding, KnowledgeVersion, Member
from spinepath.clinic.people import chart
from spinepath.clinic.record import Author, add, correct
from tests.clinic.conftest import signed_in
from tests.clinic.people import answers_of, new_episode, queries_of
from tests.clinic.test_today import course_of, session_of

ODD = ["", "\0", "🙂" * 99, "<script>alert(1)</script>", "‮עברית", "9" * 400, "yes\0", "maybe"]


def told(client: Client, episode: Episode) -> str:
    page = client.get(reverse("episode", args=[episode.key]))
    assert page.status_code == 200
    return page.content.decode()


def test_of_somebody_new_the_chart_says_what_to_ask(episode: Episode, as_therapist: Client) -> None:
    page = told(as_therapist, episode)
    assert "Nothing is known yet." in page
    assert "Nothing has been asked yet" in page
    assert "questions are still open" not in page


def test_of_somebody_asked_in_part_the_chart_says_how_much_is_open(
    episode: Episode, therapist: Member, as_therapist: Client
) -> None:
    add(episode, {"saddle_numbness": "no"}, Author.of(therapist))
    page = told(as_therapist, episode)
    assert "Go on asking" in page
    assert "questions are still open" in page


def test_of_somebody_cleared_the_next_step_is_a_plan(cleared: Episode, as_therapist: Client) -> None:
    assert "Make the plan" in told(as_therapist, cleared)


def test_a_danger_comes_with_its_rule_and_what_to_do(cleared: Episode, therapist: Member, as_therapist: Client) -> None:
    add(cleared, {"saddle_numbness": "yes"}, Author.of(therapist))
    page = told(as_therapist, cleared)
    made = advice.assessment_of(cleared)
    assert advice.knowledge().dispositions[made.outcome.disposition].name in page
    assert "I have acted on it" in page
    assert "Write the referral" in page


def test_a_correction_shows_both_and_why(cleared: Episode, therapist: Member, as_therapist: Client) -> None:
    row = KeptFinding.objects.get(fact="leg_pain")
    correct(row, "9", Author.of(therapist), "typed the wrong digit")
    page = told(as_therapist, cleared)
    assert "typed the wrong digit" in page
    assert "<del" in page


def test_answers_that_disagree_and_stale_ones_are_marked(episode: Episode, therapist: Member) -> None:
    long_ago = timezone.now() - timedelta(days=60)
    add(episode, {"fever": "no"}, Author.of(therapist), at=long_ago)
    add(episode, {"cancer_history": "no"}, Author("record", "Dr. Wu"))
    add(episode, {"cancer_history": "yes"}, Author("patient", "Helen"))
    found = chart.findings(episode, advice.assessment_of(episode))
    assert [one.row.fact for one in found.old] == ["fever"]
    assert {one.mark for one in found.found} == {"disagrees"}


def test_a_lasting_finding_of_an_earlier_episode_is_shown_as_such(cleared: Episode, therapist: Member) -> None:
    lasting = next(name for name, fact in advice.knowledge().facts.items() if fact.lasting and fact.answer == "yes_no")
    add(cleared, {lasting: "yes"}, Author.of(therapist))
    later = new_episode(cleared.clinic, therapist)
    Episode.objects.filter(pk=later.pk).update(person=cleared.person)
    later.refresh_from_db()
    found = chart.findings(later, advice.assessment_of(later))
    assert [one.row.fact for one in found.found if one.is_earlier] == [lasting]


def test_a_fact_that_the_knowledge_base_no_longer_has_stays_readable(
    episode: Episode, therapist: Member, as_therapist: Client
) -> None:
    row = KeptFinding.objects.create(
        episode=episode, fact="gone_long_ago", value="ja", at=timezone.now(), source="clinician", by="Old Hand"
    )
    old = as_therapist.get(reverse("more_findings", args=[episode.key, "old"]))
    assert "gone_long_ago" in old.content.decode()
    page = as_therapist.get(reverse("correct_finding", args=[episode.key, row.pk]))
    assert "stays as it was written" in page.content.decode()
    assert as_therapist.post(page.request["PATH_INFO"], {"value": "no", "reason": "x"}).status_code == 422


# setting right


def test_two_who_set_the_same_finding_right(cleared: Episode, as_therapist: Client, as_lead: Client) -> None:
    row = KeptFinding.objects.get(fact="leg_pain")
    page = reverse("correct_finding", args=[cleared.key, row.pk])
    assert as_therapist.post(page, {"value": "4", "reason": "misheard"}).status_code == 302
    second = as_lead.post(page, {"value": "6", "reason": "looked again"})
    said = second.content.decode()
    assert second.status_code == 409
    assert "Yours is not saved" in said
    assert "looked again" in said
    assert "misheard" in said
    newer = KeptFinding.objects.get(corrects=row)
    assert newer.value == "4"
    follow = reverse("correct_finding", args=[cleared.key, newer.pk])
    assert follow in said
    assert as_lead.post(follow, {"value": "6", "reason": "looked again"}).status_code == 302
    assert KeptFinding.objects.filter(fact="leg_pain").count() == 3


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize("reason", ODD)
def test_no_correction_breaks_the_page(cleared: Episode, as_therapist: Client, value: str, reason: str) -> None:
    row = KeptFinding.objects.get(fact="fever")
    answer = as_therapist.post(
        reverse("correct_finding", args=[cleared.key, row.pk]), {"value": value, "reason": reason}
    )
    assert answer.status_code in (302, 422)
    if answer.status_code == 422:
        assert "There is a problem" in answer.content.decode()
        assert not KeptFinding.objects.filter(corrects=row).exists()


@pytest.mark.parametrize("fact", ["fever", "leg_pain"])
def test_the_form_to_set_right_fits_the_fact(cleared: Episode, as_therapist: Client, fact: str) -> None:
    row = KeptFinding.objects.get(fact=fact)
    assert as_therapist.get(reverse("correct_finding", args=[cleared.key, row.pk])).status_code == 200


def test_findings_of_others_are_out_of_reach(cleared: Episode, therapist: Member, as_therapist: Client) -> None:
    row = KeptFinding.objects.get(fact="fever")
    mine = new_episode(cleared.clinic, therapist)
    assert as_therapist.get(reverse("correct_finding", args=[mine.key, row.pk])).status_code == 404
    page = reverse("correct_finding", args=[cleared.key, row.pk])
    assert signed_in(make_clinic("Other", suffix="2"), "lead").post(page).status_code == 404
    assert signed_in(cleared.clinic, "desk").post(page).status_code == 403


# old decisions


@pytest.fixture
def kept(cleared: Episode, therapist: Member) -> KeptAssessment:
    return advice.keep_assessment(cleared, "plan", therapist)


def test_an_old_decision_is_shown_and_made_again(kept: KeptAssessment, as_therapist: Client) -> None:
    page = reverse("assessment", args=[kept.key])
    said = as_therapist.get(page).content.decode()
    assert kept.knowledge in said
    assert advice.knowledge().dispositions[kept.disposition].name in said
    again = as_therapist.get(page, {"again": "yes"}).content.decode()
    assert "to the letter" in again
    assert "same advice today" in again
    assert page in told(as_therapist, kept.episode)


def test_a_decision_with_other_knowledge_is_compared(kept: KeptAssessment, as_therapist: Client) -> None:
    stored = json.loads(bytes(kept.stored))
    stored["said"]["fired"][0] = "rule.of.old"
    kept.knowledge = stored["knowledge"] = "2020.01+000000000000"
    kept.stored = json.dumps(stored).encode()
    kept.save()
    again = as_therapist.get(reverse("assessment", args=[kept.key]), {"again": "yes"})
    said = again.content.decode()
    assert again.status_code == 200
    assert "It cannot be repeated" in said
    assert "Rules that apply today and did not then" in said
    assert "rule.of.old" in said


def test_a_damaged_decision_is_told_and_breaks_nothing(kept: KeptAssessment, as_therapist: Client) -> None:
    KeptAssessment.objects.update(stored=b"\x00 not json")
    for query in ({}, {"again": "yes"}, {"again": "\0"}):
        page = as_therapist.get(reverse("assessment", args=[kept.key]), query)
        assert page.status_code == 200
        assert "cannot be read" in page.content.decode()
    KnowledgeVersion.objects.all().delete()
    assert as_therapist.get(reverse("assessment", args=[kept.key])).status_code == 200


def test_an_old_decision_is_of_the_own_clinic(kept: KeptAssessment) -> None:
    page = reverse("assessment", args=[kept.key])
    assert signed_in(make_clinic("Other", suffix="2"), "lead").get(page).status_code == 404
    assert signed_in(kept.episode.clinic, "desk").get(page).status_code == 403


# who read it


def test_leads_and_auditors_see_who_read_and_nothing_of_what(
    cleared: Episode, as_therapist: Client, as_lead: Client
) -> None:
    told(as_therapist, cleared)
    page = reverse("record_audit", args=[cleared.key])
    for role in ("lead", "auditor"):
        said = signed_in(cleared.clinic, role).get(page).content.decode()
        assert "read: episode" in said
        assert "leg pain" not in said
        assert "Marsh" not in said
    assert as_therapist.get(page).status_code == 403
    assert signed_in(make_clinic("Other", suffix="2"), "auditor").get(page).status_code == 404
    assert AuditEntry.objects.filter(about="audit").count() == 2


# as a record grows


def test_a_long_record_asks_the_database_as_often_as_a_short_one(
    cleared: Episode, therapist: Member, as_therapist: Client
) -> None:
    course = course_of(cleared, therapist)
    told(as_therapist, cleared)
    counts = []
    for number in range(2):
        for place in range(6):
            day = timezone.localdate() - timedelta(days=20 * number + place)
            session_of(course, therapist, day, time(9 + number), status="done")
            advice.keep_assessment(cleared, "treat", therapist)
            add(cleared, answers_of("nothing_found"), Author("patient", f"Helen {number}"))
        row = KeptFinding.objects.filter(fact="leg_pain", corrected_by=None).latest("pk")
        correct(row, "3", Author.of(therapist), "again")
        counts.append(queries_of(as_therapist, reverse("episode", args=[cleared.key])))
    assert counts[0] == counts[1] <= 50, counts


def test_the_same_chart_is_assessed_once_and_anew_when_something_was_found(cleared: Episode, therapist: Member) -> None:
    first = advice.assessment_of(cleared)
    assert advice.assessment_of(cleared) is first
    add(cleared, {"leg_pain": "9"}, Author.of(therapist))
    assert advice.assessment_of(cleared) is not first
    assert advice.assessment_of(cleared).values["leg_pain"] == 9


def test_what_is_seldom_looked_at_is_read_when_it_is_opened(
    cleared: Episode, as_therapist: Client, as_desk: Client
) -> None:
    chart = as_therapist.get(reverse("episode", args=[cleared.key])).content.decode()
    part = reverse("more_findings", args=[cleared.key, "clear"])
    assert f'hx-get="{part}"' in chart
    name = advice.knowledge().facts["fever"].name
    assert name not in chart
    assert name in as_therapist.get(part).content.decode(), "a page of its own without a script"
    fragment = as_therapist.get(part, headers={"HX-Request": "true"}).content.decode()
    assert name in fragment
    assert "<html" not in fragment
    assert as_therapist.get(reverse("more_findings", args=[cleared.key, "other"])).status_code == 404
    assert as_desk.get(part).status_code == 403
