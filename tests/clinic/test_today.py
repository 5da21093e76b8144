"""The day of a therapist and of the desk, and what needs somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from spinepath.clinic import advice
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import (
    AdverseEvent,
    AuditEntry,
    Clinic,
    Consent,
    Course,
    Episode,
    Member,
    Plan,
    Session,
    Task,
)
from spinepath.clinic.record import Author, add
from spinepath.clinic.today import day as days
from spinepath.clinic.today.tasks import open_tasks, refresh
from tests.clinic.conftest import signed_in
from tests.clinic.courses import under_care
from tests.clinic.people import answers_of, new_episode

ODD = ["", "\0", "🙂", "<b>", "‮", "9" * 50, "²", "-1", "x" * 5000]


def course_of(episode: Episode, member: Member, **changed: object) -> Course:
    kept = episode.assessments.first() or advice.keep_assessment(episode, "plan", member)
    plan = Plan.objects.create(
        episode=episode, assessment=kept, preset="x", sessions=6, minutes=30, made_by=member, status="agreed"
    )
    return Course.objects.create(episode=episode, plan=plan, asked={}, made_by=member, **changed)


def session_of(course: Course, therapist: Member, day: date, start: time = time(9), **changed: object) -> Session:
    episode = course.episode
    room = changed.pop("room", None) or episode.clinic.rooms.first()
    filled = {"clinic": episode.clinic, "episode": episode, "number": course.sessions.count() + 1, "minutes": 30}
    return Session.objects.create(
        **filled, course=course, day=day, start=start, therapist=therapist, room=room, **changed
    )


@pytest.fixture
def course(episode: Episode, therapist: Member) -> Course:
    return course_of(episode, therapist)


@pytest.fixture
def session(course: Course, therapist: Member) -> Session:
    return session_of(course, therapist, timezone.localdate())


@pytest.mark.parametrize("role", ["therapist", "lead", "desk", "administrator"])
def test_an_empty_day_is_a_page_for_everybody(clinic: Clinic, role: str) -> None:
    page = signed_in(clinic, role).get(reverse("today"))
    assert page.status_code == 200
    assert "No sessions on this day." in page.content.decode()


def test_a_therapist_sees_the_own_day_and_the_desk_everybodys(
    clinic: Clinic, session: Session, as_therapist: Client, as_desk: Client, as_lead: Client
) -> None:
    page = reverse("today")
    assert "session 1 of 1" in as_therapist.get(page).content.decode()
    assert "Marsh" not in as_lead.get(page).content.decode()
    assert "Marsh" in as_lead.get(page, {"who": "all"}).content.decode()
    assert "Marsh" in as_desk.get(page).content.decode()
    assert "Marsh" not in as_desk.get(page, {"day": "2026-01-05"}).content.decode()
    assert "Marsh" not in signed_in(make_clinic("Other", suffix="2"), "desk").get(page).content.decode()


def test_the_desk_reads_no_word_of_medicine(cleared: Episode, therapist: Member, as_desk: Client) -> None:
    add(cleared, {"saddle_numbness": "yes"}, Author.of(therapist))
    session_of(course_of(cleared, therapist), therapist, timezone.localdate())
    told = as_desk.get(reverse("today")).content.decode()
    assert "A therapist must look at this now" in told
    names = {entry.name for entry in advice.knowledge().dispositions.values()}
    assert not [name for name in names if name in told]
    assert "leg pain" not in told


@pytest.mark.parametrize("asked", [{"day": odd, "page": odd, "who": odd, "tasks": odd} for odd in ODD])
def test_no_address_breaks_the_day(as_therapist: Client, asked: dict[str, str]) -> None:
    assert as_therapist.get(reverse("today"), asked).status_code == 200


# coming and not coming


def test_somebody_comes_and_the_click_was_a_mistake(session: Session, as_desk: Client) -> None:
    mark = reverse("mark_session", args=[session.key])
    as_desk.post(mark, {"what": "arrived 0"})
    session.refresh_from_db()
    assert session.arrived_at is not None
    assert "is here" in as_desk.get(reverse("today")).content.decode()
    as_desk.post(mark, {"what": "not_arrived 1"})
    session.refresh_from_db()
    assert session.arrived_at is None


def test_two_desks_at_once_and_a_double_click(session: Session, as_desk: Client, as_lead: Client) -> None:
    mark = reverse("mark_session", args=[session.key])
    as_desk.post(mark, {"what": "arrived 0"})
    told = as_lead.post(mark, {"what": "missed 0"}, follow=True).content.decode()
    assert "Somebody changed this session meanwhile" in told
    session.refresh_from_db()
    assert (session.status, session.version) == ("booked", 1)
    assert AuditEntry.objects.filter(about="session").count() == 1


def test_who_did_not_come_leads_to_a_new_place(therapist: Member, as_desk: Client) -> None:
    session = Session.objects.get(episode=under_care(therapist), day=timezone.localdate())
    mark, page = reverse("mark_session", args=[session.key]), reverse("book", args=[session.episode.key])
    Session.objects.filter(pk=session.pk).update(start=time(23, 59))
    assert "Nothing was changed" in as_desk.post(mark, {"what": "missed 0"}, follow=True).content.decode()
    Session.objects.filter(pk=session.pk).update(day=timezone.localdate() - timedelta(days=1))
    told = as_desk.post(mark, {"what": "missed 0"}, follow=True).content.decode()
    assert f'<a href="{page}">Find a new place</a>' in told
    session.refresh_from_db()
    assert session.status == "missed"


def test_a_course_that_cannot_be_read_is_told(session: Session, as_desk: Client) -> None:
    Session.objects.filter(pk=session.pk).update(start=time(0))
    mark = reverse("mark_session", args=[session.key])
    assert "Nothing was changed" in as_desk.post(mark, {"what": "missed 0"}, follow=True).content.decode()
    page = reverse("session_booking", args=[session.key])
    assert as_desk.get(page).status_code == 200
    assert as_desk.post(page, {"act": "missed", "version": "0"}).status_code == 409


@pytest.mark.parametrize("sent", [{"what": odd} for odd in ODD] + [{"what": f"arrived {odd}"} for odd in ODD] + [{}])
def test_a_forged_mark_changes_nothing(session: Session, as_desk: Client, sent: dict[str, str]) -> None:
    mark = reverse("mark_session", args=[session.key])
    assert as_desk.post(mark, {**sent, "back": "//evil.example/"})["Location"] == reverse("today")
    session.refresh_from_db()
    assert session.version == 0


def test_marking_is_for_the_own_clinic_and_who_books(session: Session) -> None:
    mark = reverse("mark_session", args=[session.key])
    assert signed_in(make_clinic("Other", suffix="2"), "desk").post(mark).status_code == 404
    assert signed_in(session.clinic, "administrator").post(mark).status_code == 403


# what needs somebody


def test_the_gravest_comes_first(clinic: Clinic, therapist: Member) -> None:
    today = timezone.localdate()
    for kind in reversed(Task.Kind.values):
        Task.objects.create(clinic=clinic, episode=new_episode(clinic, therapist), kind=kind, says="x", due=today)
    assert [task.kind for task in open_tasks(clinic, slice(0, 99))] == Task.Kind.values


def test_mine_are_those_of_my_people(clinic: Clinic, therapist: Member, as_therapist: Client, as_lead: Client) -> None:
    Task.objects.create(
        clinic=clinic, episode=new_episode(clinic, therapist), kind="danger", says="look", due=timezone.localdate()
    )
    assert "look" in as_therapist.get(reverse("today")).content.decode()
    assert "look" not in as_lead.get(reverse("today")).content.decode()
    assert "look" in as_lead.get(reverse("today"), {"tasks": "all"}).content.decode()


def _gate(course: Course, therapist: Member, day: date) -> str:
    course.gates = [{"after_sessions": 1, "after_days": None, "released_by": "", "released_at": ""}]
    course.save()
    session_of(course, therapist, day - timedelta(days=1), status="done")
    return Task.Kind.GATE


def _gate_by_days(course: Course, therapist: Member, day: date) -> str:
    course.gates = [{"after_sessions": 9, "after_days": 14, "released_by": "", "released_at": ""}]
    course.save()
    session_of(course, therapist, day - timedelta(days=14), status="done")
    return Task.Kind.GATE


def _follow_up(course: Course, therapist: Member, day: date) -> str:
    AdverseEvent.objects.create(
        episode=course.episode, severity="x", at=timezone.now(), member=therapist, follow_up_due=day
    )
    return Task.Kind.FOLLOW_UP


def _consent(course: Course, therapist: Member, day: date) -> str:
    session_of(course, therapist, day + timedelta(days=3))
    Consent.objects.create(
        episode=course.episode,
        plan=course.plan,
        technique="x",
        signed_name="Helen",
        witness=therapist,
        given_at=timezone.now() - timedelta(days=9),
        expires_at=timezone.now() + timedelta(days=1),
    )
    return Task.Kind.CONSENT


def _measure(course: Course, therapist: Member, day: date) -> str:
    fact = advice.knowledge().measures[next(iter(advice.knowledge().measures))].fact
    at = timezone.now() - timedelta(days=200)
    Episode.objects.filter(pk=course.episode_id).update(stage="treat", opened_at=at)
    add(course.episode, {str(fact): "5"}, Author.of(therapist), at=at)
    return Task.Kind.MEASURE


@pytest.mark.parametrize("cause", [_gate, _gate_by_days, _follow_up, _consent, _measure])
def test_what_time_brings_becomes_one_task_and_goes_with_its_cause(
    course: Course, therapist: Member, cause: Callable[[Course, Member, date], str]
) -> None:
    day = timezone.localdate()
    kind = cause(course, therapist, day)
    for _ in range(2):
        refresh(course.episode.clinic, day)
    assert Task.objects.get(settled_at=None).kind == kind
    Course.objects.update(gates=[])
    AdverseEvent.objects.update(followed_up_at=timezone.now())
    Consent.objects.update(withdrawn_at=timezone.now())
    Episode.objects.update(stage="closed")
    refresh(course.episode.clinic, day)
    assert not Task.objects.filter(settled_at=None).exists()


def test_nothing_is_due_when_nothing_is(course: Course, therapist: Member) -> None:
    session_of(course, therapist, timezone.localdate())
    assert refresh(course.episode.clinic, timezone.localdate()) == 0
    assert not Task.objects.exists()


def test_what_somebody_settled_stays_settled(course: Course, therapist: Member, as_therapist: Client) -> None:
    day = timezone.localdate()
    _follow_up(course, therapist, day)
    refresh(course.episode.clinic, day)
    Task.objects.update(settled_at=timezone.now(), settled_by=therapist)
    assert refresh(course.episode.clinic, day) == 0


def test_a_danger_is_settled_by_name_once(cleared: Episode, therapist: Member, as_therapist: Client) -> None:
    add(cleared, {"saddle_numbness": "yes"}, Author.of(therapist))
    task = Task.objects.get(kind=Task.Kind.DANGER)
    settle = reverse("settle_task", args=[task.key])
    assert signed_in(cleared.clinic, "desk").post(settle).status_code == 403
    assert signed_in(make_clinic("Other", suffix="2"), "therapist").post(settle).status_code == 404
    back = reverse("episode", args=[cleared.key])
    assert as_therapist.post(settle, {"back": back})["Location"] == back
    assert "settled already" in as_therapist.post(settle, {"back": back}, follow=True).content.decode()
    task.refresh_from_db()
    assert task.settled_by == therapist
    assert AuditEntry.objects.filter(about="task").count() == 1


def test_a_hold_is_not_settled_by_saying_so(clinic: Clinic, episode: Episode, as_therapist: Client) -> None:
    task = Task.objects.create(clinic=clinic, episode=episode, kind="hold", says="x", due=timezone.localdate())
    as_therapist.post(reverse("settle_task", args=[task.key]))
    task.refresh_from_db()
    assert task.settled_at is None


def test_the_first_look_of_a_day_makes_the_tasks(course: Course, therapist: Member, as_therapist: Client) -> None:
    _follow_up(course, therapist, timezone.localdate())
    for _ in range(2):
        assert "follow-up after a reaction" in as_therapist.get(reverse("today")).content.decode().lower()
    assert Task.objects.count() == 1


def test_a_command_makes_them_in_the_night(course: Course, therapist: Member) -> None:
    _follow_up(course, therapist, timezone.localdate())
    call_command("due", verbosity=0)
    assert Task.objects.count() == 1


# as the clinic grows


def test_a_long_day_begins_with_those_who_are_not_over_and_leads_to_all(
    clinic: Clinic, course: Course, therapist: Member, as_desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(days, "SHOWN", 4)
    day = timezone.localdate()
    for number in range(12):
        session_of(course, therapist, day, time(8 + number))
    rows = days.sessions_on(clinic, day)
    now = timezone.make_aware(datetime.combine(day, time(13, 15)))
    begun = days.part(rows, None, now)
    assert [one.start.hour for one in begun.sessions] == [13, 14, 15, 16]
    assert days.part(rows, None, None).first == 0
    seen, first = [], 0
    while first is not None:
        part = days.part(rows, first, now)
        seen += [one.pk for one in part.sessions if one.pk not in seen]
        first = part.later
    assert len(seen) == part.total == 12
    assert days.part(rows, 99999, now).later is None
    for odd in (*ODD, "0", "11", "99999999"):
        assert as_desk.get(reverse("today"), {"first": odd}).status_code == 200
    assert "Later sessions of this day" in as_desk.get(reverse("today"), {"first": "0"}).content.decode()


def test_a_busy_day_asks_the_database_as_often_as_a_quiet_one(
    clinic: Clinic, therapist: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    day, desk = timezone.localdate(), signed_in(clinic, "desk")
    starts = [time(hour, minute) for hour in range(6, 23) for minute in (0, 15, 30, 45)]
    rooms = list(clinic.rooms.all())

    def fill(number: int) -> None:
        for place in range(number):
            episode = new_episode(clinic, therapist, f"Busy{place}")
            member = [member for member in clinic.members.all() if member.treats][place % 3]
            taken = Session.objects.filter(therapist=member, day=day).count()
            session_of(course_of(episode, member), member, day, starts[taken], room=rooms[place % 3])
            Task.objects.create(clinic=clinic, episode=episode, kind="gate", about=str(place), says="x", due=day)

    in_the_audit = 4
    fill(3)
    desk.get(reverse("today"))
    with django_assert_max_num_queries(9 + in_the_audit) as few:
        desk.get(reverse("today"))
    fill(60)
    long_day = 3  # how many there are, how many are over, those on the page
    with django_assert_max_num_queries(len(few) + long_day):
        page = desk.get(reverse("today")).content.decode()
    assert page.count("session 1 of 1") == days.SHOWN
    assert "More" in page


def test_refreshing_asks_as_often_for_many(
    clinic: Clinic, therapist: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    day = timezone.localdate()
    made = advice.keep_assessment(new_episode(clinic, therapist), "plan", therapist)
    assert made
    for number in range(40):
        course = course_of(new_episode(clinic, therapist, f"Many{number}"), therapist)
        _follow_up(course, therapist, day)
    with django_assert_max_num_queries(30):
        assert refresh(clinic, day) == 40


def test_a_whole_record_and_a_day(cleared: Episode, therapist: Member, as_therapist: Client) -> None:
    add(cleared, answers_of("nothing_found"), Author.of(therapist), occasion="plan")
    assert as_therapist.get(reverse("today")).status_code == 200


def test_each_look_at_the_day_is_in_the_audit(clinic: Clinic, as_therapist: Client) -> None:
    as_therapist.get(reverse("today"), {"day": "2026-11-22", "page": "2"})
    looks = AuditEntry.objects.filter(clinic=clinic, act="read", about="today")
    assert [one.detail for one in looks] == ["2026-11-22, page 2"]
