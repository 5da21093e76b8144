"""The crowd that pages are measured with: as many as asked, and diaries as a clinic has them."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db.models import Count
from django.utils import timezone

from spinepath.clinic.book import changes, diary
from spinepath.clinic.crowd import make_crowd, size
from spinepath.clinic.models import Course, Episode, Session

pytestmark = pytest.mark.django_db


def test_a_crowd_has_as_many_as_asked_and_courses_with_days_of_rest() -> None:
    assert len(list(make_crowd(200, 4000, 1999))) == 6
    assert size() == {"Person": 200, "KeptFinding": 4000, "Session": 1999}
    for course in Course.objects.all():
        rows = list(course.sessions.order_by("day"))
        assert {2, 3, 4} >= {(later.day - earlier.day).days for earlier, later in pairwise(rows)}
        assert [one.number for one in rows] == list(range(6 - len(rows), 6))


def test_the_sessions_of_a_full_record_can_be_moved() -> None:
    list(make_crowd(1500, 1500, 4500))
    full = Episode.objects.annotate(many=Count("findings")).filter(many__gt=60)
    ahead = Session.objects.filter(episode__in=full, status="booked", day__gt=timezone.localdate() + timedelta(days=1))
    offered = []
    for session in ahead.select_related("course__episode__clinic", "course__episode__person", "course__plan")[:10]:
        days = [session.day + timedelta(days=number) for number in range(3)]
        offered += changes.free_places(session.course, session.key, diary.therapist_id(session.therapist_id), days)
    assert offered


def test_nobody_treats_two_at_once_and_every_day_has_free_times() -> None:
    list(make_crowd(1500, 1500, 4500))
    at_once = Session.objects.values("therapist", "day", "start").annotate(many=Count("pk"))
    assert max(one["many"] for one in at_once) == 1
    in_a_day = Session.objects.values("therapist", "day").annotate(many=Count("pk"))
    assert max(one["many"] for one in in_a_day) == 16  # of 18 half hours


def test_a_crowd_comes_into_an_empty_database_only() -> None:
    list(make_crowd(50, 200, 100))
    before = size()
    assert ["There are people" in told for told in make_crowd(50, 200, 100)] == [True]
    assert size() == before
