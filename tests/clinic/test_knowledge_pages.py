"""Every entry of the knowledge base can be read, and found by any of its words; old decisions are made again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from spinepath.clinic import advice
from spinepath.clinic.knowledge_pages import finder
from spinepath.clinic.knowledge_pages.entry import page_of
from spinepath.clinic.models import Clinic, Episode, Member
from tests.clinic.conftest import signed_in


def test_every_entry_has_a_page_and_every_way_on_it_leads_to_one() -> None:
    entries = advice.knowledge().entries
    for name in entries:
        page = page_of(name)
        assert page is not None
        for target in str(page.says).split('href="/knowledge/entry/')[1:]:
            assert target.split("/")[0] in entries, name


def test_the_very_id_comes_first_and_any_word_finds() -> None:
    rule = next(iter(advice.knowledge().rules.values()))
    assert finder.find(rule.id)[0].id == rule.id
    longest = max(rule.says.therapist.split(), key=len).strip(".,")
    assert rule.id in {one.id for one in finder.find(longest)}
    assert {one.state for one in finder.find(state="recalled")} == {"recalled"}
    assert {one.section for one in finder.find(section="sources")} == {"sources"}


@pytest.mark.parametrize("query", ["\0", "x" * 5000, "‮שלום", "<script>alert(1)</script>", "%00", "  ", "🙂"])
def test_any_query_is_answered(clinic: Clinic, as_therapist: Client, query: str) -> None:
    answer = as_therapist.get(reverse("knowledge"), {"q": query, "kind": query, "state": query, "page": query})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_a_rule_leads_to_its_source(clinic: Clinic, as_desk: Client) -> None:
    rule = next(one for one in advice.knowledge().rules.values() if one.source)
    page = as_desk.get(reverse("entry", args=[rule.id])).content.decode()
    assert reverse("entry", args=[rule.source[0]]) in page
    source = as_desk.get(reverse("entry", args=[rule.source[0]])).content.decode()
    assert reverse("entry", args=[rule.id]) in source


def test_an_entry_that_is_none_is_not_found(clinic: Clinic, as_therapist: Client) -> None:
    assert as_therapist.get(reverse("entry", args=["no_such_entry"])).status_code == 404


def test_the_auditor_reads_no_medicine(clinic: Clinic) -> None:
    assert signed_in(clinic, "auditor").get(reverse("knowledge")).status_code == 403


def test_the_decisions_of_a_version_lead_to_their_pages(
    cleared: Episode, therapist: Member, as_therapist: Client
) -> None:
    kept = advice.keep_assessment(cleared, "plan", therapist)
    assert kept.knowledge in as_therapist.get(reverse("versions")).content.decode()
    told = as_therapist.get(reverse("decisions", args=[kept.knowledge])).content.decode()
    assert reverse("assessment", args=[kept.key]) in told


def test_another_clinic_and_the_desk_see_no_decisions(
    cleared: Episode, therapist: Member, as_desk: Client, django_assert_max_num_queries: Any
) -> None:
    from spinepath.clinic.demo import make_clinic

    kept = advice.keep_assessment(cleared, "plan", therapist)
    other = signed_in(make_clinic("Other", suffix="2"), "therapist")
    assert other.get(reverse("decisions", args=[kept.knowledge])).status_code == 404
