"""What happened, on the chart of a long course: alike things stand in one line, and every single one can be read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.models import Consent, Episode, KeptAssessment, Member, Plan, Session
from spinepath.clinic.people import chart
from spinepath.clinic.people.timeline import DAYS_SHOWN, Happened, Timeline, papers_of, timeline
from tests.clinic.courses import under_care
from tests.clinic.people import queries_of


def happened(episode: Episode) -> Timeline:
    sessions = list(Session.objects.filter(episode=episode).select_related("therapist", "course__made_by"))
    plans = list(Plan.objects.filter(episode=episode).select_related("made_by"))
    findings = chart.findings(episode, advice.assessment_of(episode))
    return timeline(episode, findings, sessions, plans, papers_of(episode))


def lines_of(told: Timeline) -> list[Happened]:
    days = [*told.latest, *(day for _month, days in told.months for day in days)]
    return [line for _day, lines in days for line in lines]


def single(told: Timeline) -> list[Happened]:
    """Every line that is no heading of others."""
    return [one for line in lines_of(told) for one in (line.parts or [line])]


@pytest.mark.parametrize("ahead", [2, 20])
def test_a_course_that_was_booked_in_one_act_is_one_line_with_all_its_sessions(therapist: Member, ahead: int) -> None:
    episode = under_care(therapist, had=1, ahead=ahead)
    (booked,) = [line for line in lines_of(happened(episode)) if line.kind == "booking"]
    assert str(ahead + 2) in booked.says
    sessions = Session.objects.filter(episode=episode)
    assert sorted(timezone.localdate(one.at) for one in booked.parts) == sorted(one.day for one in sessions)
    assert all(one.by == therapist.name for one in booked.parts)


@pytest.mark.parametrize("times", [2, 30])
def test_what_is_alike_on_a_day_is_one_line_and_opens_to_each(
    therapist: Member, as_therapist: Client, times: int
) -> None:
    episode = under_care(therapist, had=0)
    before = {one.url for one in single(happened(episode)) if one.kind == "assessment"}
    keys = {advice.keep_assessment(episode, "treat", therapist).key for _time in range(times)}
    told = happened(episode)
    (line,) = [one for one in lines_of(told) if one.kind == "assessment" and ("assessment", min(keys)) in urls(one)]
    assert str(times) in line.says
    assert {("assessment", key) for key in keys} | before == {
        one.url for one in single(told) if one.kind == "assessment"
    }
    page = as_therapist.get(reverse("episode", args=[episode.key])).content.decode()
    for key in keys:
        assert reverse("assessment", args=[key]) in page


def urls(line: Happened) -> set[tuple[str, str] | None]:
    return {one.url for one in line.parts}


def test_what_was_signed_together_is_one_line_and_names_each(therapist: Member) -> None:
    episode = under_care(therapist, had=0)
    techniques = advice.knowledge().techniques
    names = {techniques[one.technique].name for one in Consent.objects.filter(episode=episode)}
    assert len(names) > 1
    (line,) = [one for one in lines_of(happened(episode)) if one.kind == "consent"]
    assert {name for name in names for part in line.parts if name in part.says} == names


def test_different_advice_of_one_day_stays_apart(therapist: Member) -> None:
    episode = under_care(therapist, had=0)
    ladder = advice.knowledge().ladder
    for place in (0, -1, -1):
        kept = advice.keep_assessment(episode, "treat", therapist)
        KeptAssessment.objects.filter(pk=kept.pk).update(disposition=ladder[place])
    today = [one for one in lines_of(happened(episode)) if one.kind == "assessment" and is_today(one)]
    grave = advice.knowledge().dispositions[ladder[-1]].name
    assert sorted(len(one.parts) for one in today if grave in one.says) == [2]
    assert any(grave not in one.says for one in today)


def is_today(line: Happened) -> bool:
    return timezone.localdate(line.at) == timezone.localdate()


@pytest.mark.parametrize("had", [2, 40])
def test_a_long_course_shows_its_latest_days_and_the_others_by_month(
    therapist: Member, as_therapist: Client, had: int
) -> None:
    episode = under_care(therapist, had=had, first_seen=2 * had + 1)
    told = happened(episode)
    days = [day for day, _lines in told.latest] + [day for _month, days in told.months for day, _lines in days]
    assert days == sorted(days, reverse=True), "the newest first"
    assert len(days) == len(set(days))
    assert len(told.latest) <= DAYS_SHOWN + 1
    assert bool(told.months) == (had > DAYS_SHOWN)
    done = {timezone.localdate() - timedelta(days=2 * place) for place in range(1, had + 1)}
    assert done <= {timezone.localdate(one.at) for one in single(told) if one.kind == "session"}
    page = as_therapist.get(reverse("episode", args=[episode.key])).content.decode()
    assert page.count('class="timeline__day"') == len(days), "every day stands on the page"
    assert len(re.findall("timeline__month", page)) == len(told.months)


def test_a_longer_course_asks_no_more_of_the_database(therapist: Member, as_therapist: Client) -> None:
    pages = [reverse("episode", args=[under_care(therapist, had=had, family_name=f"N{had}").key]) for had in (2, 40)]
    counts = []
    for page in pages:
        as_therapist.get(page)
        counts.append(queries_of(as_therapist, page))
    assert counts[0] == counts[1]
