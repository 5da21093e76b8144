"""Booking a whole course: what is asked of the diary, what is refused, all or nothing, twice is once."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from spinepath.booking.course import NO_WISHES
from spinepath.booking.propose import Proposal, propose
from spinepath.clinic import advice
from spinepath.clinic.book import asking, diary, gates, ready, showing, writing
from spinepath.clinic.models import (
    AuditEntry,
    Clinic,
    Course,
    Episode,
    Hold,
    KeptFinding,
    Member,
    Plan,
    Session,
)
from spinepath.clinic.record import Author, add, hold
from tests.clinic.bookings import HAD, agreed, booked, cleared_too, never_treated, page, proposed
from tests.clinic.conftest import signed_in
from tests.clinic.people import answers_of, new_episode


@pytest.fixture
def cleared(cleared: Episode, therapist: Member) -> Episode:
    never_treated(cleared, therapist)
    return cleared


def first_choice(text: str) -> dict[str, str]:
    """The first proposal on a page, as its button sends it."""
    import html

    sessions = re.search(r'name="sessions" value="([^"]+)"', text)
    wished = re.search(r'name="wishes" value="([^"]+)"', text)
    assert sessions
    assert wished
    return {"act": "book", "sessions": sessions[1], "wishes": html.unescape(wished[1])}


# what is asked


def test_a_first_timer_has_had_nothing_and_somebody_said_so(cleared: Episode) -> None:
    had = asking.had_of(asking.known_of(cleared))
    assert (had.days, had.sessions_episode, had.courses_year, had.last_course_ended) == ((), 0, 1, "never")


def test_what_nobody_said_is_unknown_and_refuses(episode: Episode, therapist: Member) -> None:
    had = asking.had_of(asking.known_of(episode))
    assert (had.days, had.sessions_episode, had.courses_year, had.last_course_ended) == (None, None, None, None)


def test_no_name_goes_to_the_engine(cleared: Episode, therapist: Member) -> None:
    booked(cleared, therapist)
    told = repr(vars(diary.diary_of(cleared.clinic, timezone.localtime())))
    assert cleared.person.family_name not in told
    assert therapist.name not in told


def test_the_diary_takes_the_same_queries_however_much_is_booked(
    cleared: Episode, therapist: Member, django_assert_max_num_queries: Any
) -> None:
    booked(cleared, therapist)
    with django_assert_max_num_queries(8):
        diary.diary_of(cleared.clinic, timezone.localtime())


# booking


def test_a_course_is_booked_in_one_act_by_the_desk(cleared: Episode, therapist: Member, as_desk: Client) -> None:
    agreed(cleared, therapist)
    shown = as_desk.get(page(cleared))
    assert shown.status_code == 200
    assert "Book these 6 sessions" in shown.content.decode()
    done = as_desk.post(page(cleared), first_choice(shown.content.decode()), follow=True)
    assert "6 sessions are booked" in done.content.decode()
    course = Course.objects.get(episode=cleared)
    assert course.sessions.filter(status="booked").count() == 6
    assert course.price["total"] == "273.60"
    cleared.refresh_from_db()
    assert cleared.stage == "treat"
    assert AuditEntry.objects.filter(about="course", act="add").count() == 1


def test_the_same_choice_twice_is_booked_once(cleared: Episode, therapist: Member, as_desk: Client) -> None:
    agreed(cleared, therapist)
    choice = first_choice(as_desk.get(page(cleared)).content.decode())
    for _again in range(2):
        assert as_desk.post(page(cleared), choice).status_code == 302
    assert (Course.objects.count(), Session.objects.count()) == (1, 6)


def test_a_second_desk_gets_a_clear_clash_and_fresh_proposals(
    cleared: Episode, therapist: Member, as_desk: Client
) -> None:
    agreed(cleared, therapist)
    choice = first_choice(as_desk.get(page(cleared)).content.decode())
    other = cleared_too(cleared.clinic, therapist)
    places = showing.read(choice["sessions"])
    writing.book(other, therapist, places, NO_WISHES)
    answer = as_desk.post(page(cleared), choice)
    assert answer.status_code == 409
    told = answer.content.decode()
    assert "Nothing was booked" in told
    assert "has another session then" in told
    assert "Book these 6 sessions" in told
    assert not Course.objects.filter(episode=cleared).exists()
    assert first_choice(told)["sessions"] != choice["sessions"]


@pytest.mark.parametrize(
    "sessions",
    ["", "x", "2026-13-45 99:99 30 t1 r1", "2030-01-07 09:00 30 t1 r1", "\x00", "💥;💥", "a b c d e" * 400,
     "2030-01-07 09:00 30 t99999999999999999999999 r1", "2030-01-07 09:00+05:00 30 t1 r1", "٣"],
)  # fmt: skip
def test_a_forged_choice_books_nothing(cleared: Episode, therapist: Member, as_desk: Client, sessions: str) -> None:
    agreed(cleared, therapist)
    answer = as_desk.post(page(cleared), {"act": "book", "sessions": sessions, "wishes": ""})
    assert answer.status_code in (409, 422)
    assert not Session.objects.exists()


@pytest.mark.parametrize("wished", ["{", '{"weekdays": [9]}', '{"therapists": ["t0"]}', "null"])
def test_forged_wishes_are_not_used(cleared: Episode, therapist: Member, as_desk: Client, wished: str) -> None:
    agreed(cleared, therapist)
    assert as_desk.post(page(cleared), {"act": "relax", "wishes": wished}).status_code in (302, 422)
    assert "Book these 6 sessions" in as_desk.get(page(cleared)).content.decode()


def test_a_choice_that_breaks_the_rest_days_is_refused(cleared: Episode, therapist: Member) -> None:
    agreed(cleared, therapist)
    first = proposed(cleared).sessions[0]
    import msgspec

    daily = [msgspec.structs.replace(first, day=first.day + timedelta(days=n)) for n in range(6)]
    with pytest.raises(writing.Taken) as refused:
        writing.book(cleared, therapist, daily, NO_WISHES)
    assert any(one.rule == "days_least" for broken in refused.value.broken.values() for one in broken)
    with pytest.raises(ValueError, match="whole course"):
        writing.book(cleared, therapist, daily[:2], NO_WISHES)
    assert not Session.objects.exists()


def test_how_long_a_session_is_comes_from_the_plan_and_not_from_the_browser(
    cleared: Episode, therapist: Member
) -> None:
    import msgspec

    agreed(cleared, therapist)
    short = [msgspec.structs.replace(one, minutes=5) for one in proposed(cleared).sessions]
    writing.book(cleared, therapist, short, NO_WISHES)
    assert set(Session.objects.values_list("minutes", flat=True)) == {30}


def test_two_desks_at_the_same_moment_book_one_course(tmp_path: Path) -> None:
    """On a database on disk, with two threads: the second one is told, and nothing is booked twice."""
    environment = {**os.environ, "SPINEPATH_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "spinepath.clinic.settings"}
    told = subprocess.run(
        [sys.executable, "-m", "tests.clinic.two_desks"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[2],
        check=True,
    )
    assert told.stdout.split() == ["booked", "taken", "6"]


# what forbids it


def test_without_a_plan_the_page_says_what_is_missing(cleared: Episode, as_desk: Client, as_therapist: Client) -> None:
    assert "There is no agreed plan yet. The therapist makes it." in as_desk.get(page(cleared)).content.decode()
    assert "To the plan" in as_therapist.get(page(cleared)).content.decode()


def test_while_care_is_not_offered_nothing_is_booked_and_the_desk_reads_nothing_clinical(
    episode: Episode, therapist: Member, as_desk: Client, as_therapist: Client
) -> None:
    agreed(episode, therapist)
    told = as_desk.get(page(episode)).content.decode()
    assert "The therapist has to decide first" in told
    assert episode.complaint not in told
    name = advice.knowledge().dispositions[advice.outcome_of(episode).disposition].name
    assert name not in told
    assert name in as_therapist.get(page(episode)).content.decode()
    with pytest.raises(ready.NotNow):
        writing.book(episode, therapist, [], NO_WISHES)


def test_a_hold_forbids_a_new_booking(cleared: Episode, therapist: Member, as_desk: Client) -> None:
    agreed(cleared, therapist)
    Hold.objects.create(episode=cleared, since=timezone.now(), because="something")
    answer = as_desk.get(page(cleared))
    assert answer.content.decode().count("until a therapist has decided") == 1
    assert "The therapist has to decide first" not in answer.content.decode(), "once is enough"
    assert "A course cannot be booked now" not in answer.content.decode()
    assert b"something" not in answer.content
    with pytest.raises(ready.NotNow):
        writing.book(cleared, therapist, [], NO_WISHES)


def test_others_see_nothing(cleared: Episode, clinic: Clinic, django_user_model: Any) -> None:
    from spinepath.clinic.demo import make_clinic

    elsewhere = make_clinic("Elsewhere", suffix="2")
    assert signed_in(elsewhere, "desk").get(page(cleared)).status_code == 404
    for role in ("auditor", "administrator"):
        assert signed_in(clinic, role).get(page(cleared)).status_code == 403


# wishes and clashes


def test_wishes_are_kept_and_a_clash_says_what_would_make_room(
    cleared: Episode, therapist: Member, as_desk: Client
) -> None:
    agreed(cleared, therapist)
    answer = as_desk.post(page(cleared), {"act": "wishes", "weekdays": ["6", "7"]}, follow=True)
    told = answer.content.decode()
    assert "finds no place" in told
    assert "lso on" in told or "ny day of the week" in told
    assert "days of the week wished for" in told
    import html

    wished = re.search(r'name="act" value="relax"><input type="hidden" name="wishes" value="([^"]+)"', told)
    assert wished
    after = as_desk.post(page(cleared), {"act": "relax", "wishes": html.unescape(wished[1])}, follow=True)
    assert "Book these 6 sessions" in after.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {"weekdays": ["9"]},
        {"weekdays": "x" * 10000},
        {"hours_from": "25:00"},
        {"hours_from": "12:00", "hours_until": "11:00"},
        {"therapists": ["t0", "'; drop table", "💥"]},
        {"therapist_sex": "\x00"},
        {"earliest": "2026-99-99"},
        {"earliest": "2027-02-01", "starts_by": "2027-01-01"},
        {"earliest": "<script>alert(1)</script>"},
        {"away_first_1": "2027-01-02", "away_last_1": "2027-01-01"},
        {"away_first_1": "2027-01-02"},
    ],
)
def test_bad_wishes_are_said_at_their_field_and_kept(
    cleared: Episode, therapist: Member, as_desk: Client, typed: dict[str, Any]
) -> None:
    agreed(cleared, therapist)
    answer = as_desk.post(page(cleared), {"act": "wishes", **typed})
    assert answer.status_code == 422
    assert b"There is a problem" in answer.content
    assert b"<script>alert" not in answer.content


def test_unknown_counts_are_asked_for_where_they_are_missing(
    clinic: Clinic, therapist: Member, as_therapist: Client, as_desk: Client
) -> None:
    episode = new_episode(clinic, therapist, family_name="New")
    add(episode, answers_of("nothing_found"), Author.of(therapist))
    agreed(episode, therapist)
    facts = [one.fact for one in advice.knowledge().own_records.values() if one.tells in HAD]
    told = as_therapist.get(page(episode)).content.decode()
    assert all(f'name="{fact}"' in told for fact in facts)
    assert "The therapist enters it" in as_desk.get(page(episode)).content.decode()
    said = {"act": "had", **dict.fromkeys(facts, "0")}
    assert as_desk.post(page(episode), said).status_code == 403
    for wrong in ("", "x", "-1", "💥", "\x00", "9" * 500):
        assert as_therapist.post(page(episode), {"act": "had", facts[0]: wrong}).status_code == 422
    after = as_therapist.post(page(episode), said, follow=True)
    assert "Book these 6 sessions" in after.content.decode()


# gates and holds


def test_sessions_behind_a_gate_are_held_until_a_named_person_releases_it(cleared: Episode, therapist: Member) -> None:
    from django.core.exceptions import PermissionDenied

    course = booked(cleared, therapist, gates_at=(4,))
    states = list(course.sessions.order_by("number").values_list("status", flat=True))
    assert states == ["booked"] * 4 + ["held"] * 2
    desk = Member.objects.get(clinic=cleared.clinic, role="desk")
    with pytest.raises(PermissionDenied):
        gates.release(course, 0, desk, "because")
    with pytest.raises(gates.NotReleased):
        gates.release(course, 0, therapist, " ")
    assert len(gates.release(course, 0, therapist, "gains are measured")) == 2
    assert set(course.sessions.values_list("status", flat=True)) == {"booked"}
    course.refresh_from_db()
    assert course.gates[0]["released_by"] == therapist.name
    assert gates.release(course, 0, desk_lead(cleared.clinic), "again") == []
    course.refresh_from_db()
    assert course.gates[0]["released_by"] == therapist.name


def desk_lead(clinic: Clinic) -> Member:
    return Member.objects.get(clinic=clinic, role="lead")


def test_a_gate_is_due_when_its_sessions_are_done(cleared: Episode, therapist: Member) -> None:
    course = booked(cleared, therapist, gates_at=(2,))
    assert gates.gates_due(course, timezone.localtime()) == []
    keys = list(course.sessions.order_by("day").values_list("pk", flat=True)[:2])
    Session.objects.filter(pk__in=keys).update(status="done")
    assert gates.gates_due(course, timezone.localtime()) == [0]


def test_after_a_hold_is_released_what_no_gate_holds_is_booked(cleared: Episode, therapist: Member) -> None:
    course = booked(cleared, therapist, gates_at=(4,))
    standing = hold(cleared, [])
    assert set(course.sessions.values_list("status", flat=True)) == {"held"}
    assert gates.settle_all(cleared.pk, timezone.localtime()) == []
    Hold.objects.filter(pk=standing.pk).update(released_at=timezone.now(), released_by=therapist)
    assert len(gates.settle_all(cleared.pk, timezone.localtime())) == 4
    assert list(course.sessions.order_by("number").values_list("status", flat=True)) == ["booked"] * 4 + ["held"] * 2


# a new plan


def test_a_new_plan_books_the_rest_anew_and_counts_what_was_had(cleared: Episode, therapist: Member) -> None:
    course = booked(cleared, therapist)
    first = course.sessions.order_by("day")[0]
    Session.objects.filter(pk=first.pk).update(status="done", day=date.today() - timedelta(days=2))
    facts = [one.fact for one in advice.knowledge().own_records.values() if one.tells in HAD]
    KeptFinding.objects.filter(fact__in=facts).update(at=timezone.now() - timedelta(days=3))
    Plan.objects.filter(episode=cleared).update(status="replaced")
    agreed(cleared, therapist, sessions=5)
    known = asking.known_of(cleared)
    plan = asking.agreed_plan(cleared)
    assert plan is not None
    asked = asking.course_to_book(known, plan)
    assert asked.sessions == 4
    ahead = [one.id for one in diary.sessions_of(course, diary.AHEAD)]
    found = propose(diary.diary_of(cleared.clinic, known.now, course=course, without=ahead), asked)
    assert isinstance(found, Proposal)
    assert ready.hindrances(known, plan) == []
    again = writing.book(cleared, therapist, found.sessions, NO_WISHES)
    assert again.pk == course.pk
    assert again.sessions.filter(status__in=diary.AHEAD).count() == 4
    assert again.sessions.filter(status="cancelled").count() == 5


# prices


def test_the_plan_says_what_the_course_costs(cleared: Episode, therapist: Member) -> None:
    from django.template import engines

    plan = agreed(cleared, therapist)
    shown = engines["django"].from_string("{% load booking %}{% course_price plan as price %}{{ price.total }}")
    assert shown.render({"plan": plan}) == "273.60"
    cleared.clinic.price_lists.all().delete()
    assert shown.render({"plan": plan}) == ""
    cleared.clinic.price_lists.create(since=date(2020, 1, 1), rates=[{"kind": 1}], discounts=[{"x": None}])
    assert shown.render({"plan": plan}) == ""
