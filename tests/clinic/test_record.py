"""Findings come in one way, are never edited, and set off what a danger asks for."""

from __future__ import annotations

import pytest

from spinepath.clinic import advice, audit
from spinepath.clinic.models import AuditEntry, Episode, KeptFinding, Member, Task
from spinepath.clinic.record import Author, NotRecorded, add, correct
from tests.clinic.people import answers_of, new_episode


def test_what_nobody_asked_is_unknown_and_nobody_is_treated_by_hand(episode: Episode) -> None:
    outcome = advice.outcome_of(episode)
    assert not advice.knowledge().dispositions[outcome.disposition].offers_care


def test_everything_asked_and_nothing_found_leads_to_care(cleared: Episode) -> None:
    outcome = advice.outcome_of(cleared)
    assert advice.knowledge().dispositions[outcome.disposition].offers_care, outcome.disposition


def test_a_value_that_is_none_changes_nothing(episode: Episode, therapist: Member) -> None:
    with pytest.raises(NotRecorded) as refused:
        add(episode, {"leg_pain": "11", "fever": "maybe"}, Author.of(therapist))
    assert set(refused.value.faults) == {"leg_pain", "fever"}
    assert not KeptFinding.objects.exists()


def test_a_correction_keeps_both_and_the_rules_see_the_new_one(cleared: Episode, therapist: Member) -> None:
    row = KeptFinding.objects.get(fact="fever")
    correct(row, "yes", Author.of(therapist), "misheard")
    assert KeptFinding.objects.filter(fact="fever").count() == 2
    assert advice.outcome_of(cleared).disposition == advice.knowledge().ladder[-1]
    with pytest.raises(NotRecorded):
        correct(row, "no", Author.of(therapist), "again")


def test_a_danger_makes_one_task(cleared: Episode, therapist: Member) -> None:
    for _ in range(2):
        add(cleared, {"saddle_numbness": "yes"}, Author.of(therapist))
    assert Task.objects.filter(episode=cleared, kind=Task.Kind.DANGER, settled_at=None).count() == 1


def test_a_lasting_danger_of_an_earlier_episode_counts(cleared: Episode, therapist: Member) -> None:
    lasting = next(name for name, fact in advice.knowledge().facts.items() if fact.lasting and fact.answer == "yes_no")
    add(cleared, {lasting: "yes"}, Author.of(therapist))
    later = new_episode(cleared.clinic, therapist)
    later.person = cleared.person
    later.save()
    known = {one.fact: one.value for one in advice.findings_of(later, later.opened_at)}
    assert known[lasting] is True
    assert "leg_pain" not in known


def test_a_kept_assessment_is_replayed(cleared: Episode, therapist: Member) -> None:
    kept = advice.keep_assessment(cleared, "plan", therapist)
    assert advice.replayed(kept).outcome.disposition == kept.disposition


def test_the_audit_never_names_the_person_as_who_acted(episode: Episode, therapist: Member) -> None:
    fact = next(iter(answers_of("nothing_found")))
    value = answers_of("nothing_found")[fact]
    for author in (Author("patient", "Helen Marsh"), Author("patient", "Helen Marsh", therapist)):
        add(episode, {fact: value}, author)
        correct(KeptFinding.objects.latest("pk"), value, author, "a mistake")
    actors = AuditEntry.objects.filter(about__in=("finding", "findings")).order_by("number")
    assert list(actors.values_list("actor", flat=True)) == ["patient"] * 2 + [therapist.name] * 2


def test_the_chain_of_the_audit_shows_what_was_changed(cleared: Episode, therapist: Member) -> None:
    for _ in range(3):
        audit.note(cleared.clinic, therapist.name, audit.READ, "record", episode=cleared)
    assert audit.first_break(cleared.clinic) is None
    entry = AuditEntry.objects.get(number=2)
    AuditEntry.objects.filter(pk=entry.pk).update(actor="somebody else")
    assert audit.first_break(cleared.clinic) == 2
    AuditEntry.objects.filter(pk=entry.pk).update(actor=entry.actor)
    AuditEntry.objects.filter(number=AuditEntry.objects.count()).delete()
    assert audit.first_break(cleared.clinic) is not None
