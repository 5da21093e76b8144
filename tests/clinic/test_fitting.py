"""Sessions that no longer fit when the clinic changes: a task for the desk, settled by a move; absences withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from spinepath.booking.clinic import Period
from spinepath.clinic.advice import knowledge
from spinepath.clinic.book import absences, changes, diary, fitting
from spinepath.clinic.models import (
    AuditEntry,
    Away,
    Clinic,
    Closure,
    Course,
    Episode,
    Member,
    Opening,
    Session,
    Shift,
    Task,
)
from spinepath.clinic.record import Author, add
from spinepath.clinic.today import tasks
from tests.clinic.bookings import at, booked, cleared_too, nth
from tests.clinic.conftest import signed_in
from tests.clinic.courses import under_care
from tests.clinic.people import queries_of


def open_fits(clinic: Clinic) -> list[str]:
    return sorted(Task.objects.filter(clinic=clinic, kind="fit", settled_at=None).values_list("about", flat=True))


def close_the_clinic(session: Session, lead: Client) -> None:
    typed = {"add": "closure", "closure-first": session.day, "closure-last": session.day, "closure-why": "holiday"}
    assert lead.post(reverse("hours"), typed).status_code == 302


def take_hours_away(session: Session, lead: Client) -> None:
    row = Opening.objects.get(clinic=session.clinic, weekday=session.day.isoweekday())
    assert lead.post(reverse("remove", args=["opening", row.pk])).status_code == 302


def take_the_shift_away(session: Session, lead: Client) -> None:
    row = Shift.objects.get(member=session.therapist, weekday=session.day.isoweekday())
    assert lead.post(reverse("remove", args=["shift", row.pk])).status_code == 302


def away_without_mending(session: Session, lead: Client) -> None:
    typed = {"add": "away", "away-first": session.day, "away-last": session.day}
    assert lead.post(reverse("member", args=[session.therapist_id]), typed).status_code == 302


def leave(session: Session, lead: Client) -> None:
    assert lead.post(reverse("door", args=[session.therapist_id]), {"act": "close"}).status_code == 302


def use_the_room_no_more(session: Session, lead: Client) -> None:
    page = lead.get(reverse("room", args=[session.room_id]))
    form = page.context["form"]
    typed = {name: form.initial.get(name) or "" for name in form.fields if name != "is_used"}
    typed |= {field.html_name: field.value() or "" for field in form.hidden_fields()}
    assert lead.post(reverse("room", args=[session.room_id]), typed).status_code == 302


CHANGES = [
    close_the_clinic, take_hours_away, take_the_shift_away, away_without_mending, leave, use_the_room_no_more,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_clinic_makes_a_task_for_what_does_not_fit_and_moves_nothing(
    course: Course, clinic: Clinic, as_lead: Client, as_desk: Client, change: Callable[[Session, Client], None]
) -> None:
    if change is leave:  # nobody closes the own door
        Session.objects.update(therapist=Member.objects.filter(clinic=clinic, role="therapist")[0])
    before = list(Session.objects.order_by("pk").values())
    session = nth(course, 2)
    change(session, as_lead)
    assert fitting.about(session.key) in open_fits(clinic)
    assert list(Session.objects.order_by("pk").values()) == before
    assert AuditEntry.objects.filter(clinic=clinic, about="tasks", detail__contains="no longer fit").exists()
    today = as_desk.get(reverse("today")).content.decode()
    assert at(session) in today
    assert "Session to move" in today
    assert "This session does not fit any more" in as_desk.get(at(session)).content.decode()


def test_moving_the_session_settles_the_task_by_name(
    course: Course, clinic: Clinic, as_lead: Client, as_desk: Client
) -> None:
    session = nth(course, 6)
    close_the_clinic(session, as_lead)
    assert open_fits(clinic) == [fitting.about(session.key)]
    shown = as_desk.get(at(session)).content.decode()
    value = shown.split('name="free" id="f-')[1].split('value="')[1].split('"')[0]
    assert not value.startswith(str(session.day))
    moved = {"act": "move", "version": session.version, "free": value, "therapist": f"t{session.therapist_id}"}
    assert as_desk.post(at(session), moved).status_code == 302
    assert Task.objects.get(kind="fit").settled_by.role == "desk"  # type: ignore[union-attr]


def test_cancelling_it_settles_the_task(course: Course, clinic: Clinic, as_lead: Client, as_desk: Client) -> None:
    session = nth(course, 2)
    close_the_clinic(session, as_lead)
    as_desk.post(at(session), {"act": "cancelled", "version": session.version, "because": "closed"})
    assert open_fits(clinic) == []


def test_who_agrees_leaves_it_where_it_is_and_is_not_asked_again(
    course: Course, clinic: Clinic, as_lead: Client, as_desk: Client
) -> None:
    session = nth(course, 2)
    away_without_mending(session, as_lead)
    assert "Everybody concerned agrees: leave it here" in as_desk.get(at(session)).content.decode()
    there = {"act": "move", "version": session.version, "set_aside": "yes", "therapist": f"t{session.therapist_id}"}
    there |= {"free": f"{session.day} {session.start:%H:%M}", "room": f"r{session.room_id}"}
    assert as_desk.post(at(session), there).status_code == 302
    session.refresh_from_db()
    assert session.status in diary.AHEAD
    assert open_fits(clinic) == []
    # another change that does not touch it, and the next day, do not bring the task back
    close_the_clinic(nth(course, 5), as_lead)
    tasks.refresh(clinic, timezone.localdate())
    assert open_fits(clinic) == [fitting.about(nth(course, 5).key)]
    # a new reason does
    close_the_clinic(session, as_lead)
    assert fitting.about(session.key) in open_fits(clinic)


def test_what_fits_again_needs_nobody(course: Course, clinic: Clinic, as_lead: Client) -> None:
    close_the_clinic(nth(course, 2), as_lead)
    as_lead.post(reverse("remove", args=["closure", Closure.objects.get().pk]))
    assert open_fits(clinic) == []
    close_the_clinic(nth(course, 2), as_lead)
    Closure.objects.all().delete()  # in whatever way
    tasks.refresh(clinic, timezone.localdate())
    assert open_fits(clinic) == []


def test_a_change_costs_as_many_queries_however_much_is_booked(
    course: Course, clinic: Clinic, therapist: Member, django_assert_max_num_queries: Callable[..., object]
) -> None:
    now = timezone.localtime()
    with django_assert_max_num_queries(9):
        assert fitting.misfits(clinic, now) == {}
    booked(cleared_too(clinic, therapist), therapist)
    Closure.objects.create(clinic=clinic, first=now.date(), last=now.date() + timedelta(days=200))
    with django_assert_max_num_queries(9):
        assert len(fitting.misfits(clinic, now)) == Session.objects.count()


def test_another_clinic_is_not_touched(course: Course, clinic: Clinic) -> None:
    from spinepath.clinic.demo import make_clinic

    other = make_clinic("Other", suffix="2")
    close_the_clinic(nth(course, 2), signed_in(other, "lead"))
    assert open_fits(clinic) == open_fits(other) == []


# absences


def test_what_many_episodes_know_at_once_is_what_each_knows(clinic: Clinic, therapist: Member) -> None:
    from spinepath.clinic.book import asking

    earlier = under_care(therapist, had=3)
    again = Episode.objects.create(
        person=earlier.person, clinic=clinic, complaint="again", therapist=therapist, opened_at=timezone.now()
    )
    lasting = next(one for one in knowledge().facts.values() if one.lasting and one.answer == "yes_no")
    add(earlier, {lasting.id: "yes"}, Author.of(therapist))
    rows = list(Episode.objects.select_related("person", "clinic", "therapist"))
    now = timezone.localtime()
    together = asking.known_of_many(rows, now)
    assert together[again.pk].values[lasting.id] is True
    for one in rows:
        alone = asking.known_of(one, now)
        assert (alone.values, alone.outcome, alone.running, alone.done) == (
            together[one.pk].values,
            together[one.pk].outcome,
            together[one.pk].running,
            together[one.pk].done,
        )


def test_a_look_at_an_absence_takes_the_same_queries_however_many_courses_are_hit(
    course: Course, clinic: Clinic, therapist: Member
) -> None:
    session = nth(course, 1)
    member = session.therapist
    away = Period(first=session.day, last=session.day + timedelta(days=30))

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as seen:
            found = absences.preview(clinic, member, away)
        return len(found.lost), len(seen)

    few = asked()
    other = booked(cleared_too(clinic, therapist), therapist)
    Session.objects.filter(course=other).update(therapist=member, start=time(8, 7))  # nobody proposes this time
    assert (few[0], asked()[0]) == (1, 2)
    assert asked()[1] == few[1]


# absences withdrawn


def entered(course: Course, clinic: Clinic, *, without_place: bool) -> Away:
    session = nth(course, 2)
    if without_place:
        Shift.objects.exclude(member=session.therapist).delete()
        Shift.objects.filter(member=session.therapist).update(last=session.day)
    away = Period(first=session.day, last=session.day, start=time(0, 10), end=time(23))
    found = absences.preview(clinic, session.therapist, away)
    desk = Member.objects.get(clinic=clinic, role="desk")
    assert absences.accept(clinic, session.therapist, away, "ill", found.mark, desk) is not None
    return Away.objects.get()


def test_a_withdrawn_absence_stays_and_counts_no_more(course: Course, clinic: Clinic, as_desk: Client) -> None:
    away = entered(course, clinic, without_place=False)
    places = list(course.sessions.order_by("pk").values_list("day", "start"))
    for _twice in range(2):
        assert as_desk.post(reverse("absence"), {"act": "withdraw", "number": away.pk}).status_code == 302
    row = Away.everything.get(pk=away.pk)
    assert row.withdrawn_by is not None
    assert row.withdrawn_by.role == "desk"
    assert not Away.objects.exists()
    assert list(course.sessions.order_by("pk").values_list("day", "start")) == places
    assert AuditEntry.objects.filter(about="absence", detail="withdrawn").count() == 1
    around = diary.diary_of(clinic, timezone.localtime())
    assert not any(one.away for one in around.clinic.therapists)


def test_what_was_cancelled_for_it_comes_back_and_its_task_is_settled(
    course: Course, clinic: Clinic, as_desk: Client
) -> None:
    session = nth(course, 2)
    away = entered(course, clinic, without_place=True)
    session.refresh_from_db()
    assert session.status == "cancelled"
    told = as_desk.post(reverse("absence"), {"act": "withdraw", "number": away.pk}, follow=True).content.decode()
    assert at(session) in told
    session.refresh_from_db()
    assert session.status in diary.AHEAD
    assert not Task.objects.filter(kind="clash", settled_at=None).exists()
    assert session.reminders.exists() == (session.status == "booked")


def test_what_cannot_come_back_stays_a_task(course: Course, clinic: Clinic, as_desk: Client) -> None:
    session = nth(course, 2)
    away = entered(course, clinic, without_place=True)
    Closure.objects.create(clinic=clinic, first=session.day, last=session.day)
    as_desk.post(reverse("absence"), {"act": "withdraw", "number": away.pk})
    session.refresh_from_db()
    assert session.status == "cancelled"
    assert Task.objects.filter(kind="clash", settled_at=None).exists()


@pytest.mark.parametrize("number", ["", "x", "\x00", "9" * 400, "0", "-1", "٣"])
def test_no_such_absence_is_said(clinic: Clinic, as_desk: Client, number: str) -> None:
    told = as_desk.post(reverse("absence"), {"act": "withdraw", "number": number}, follow=True)
    assert "withdrawn already" in told.content.decode()


def test_an_absence_of_another_clinic_stays(course: Course, clinic: Clinic) -> None:
    from spinepath.clinic.demo import make_clinic

    away = entered(course, clinic, without_place=False)
    other = signed_in(make_clinic("Other", suffix="2"), "lead")
    other.post(reverse("absence"), {"act": "withdraw", "number": away.pk})
    other.post(reverse("remove", args=["away", away.pk]))
    assert Away.objects.exists()


def test_mending_a_course_settles_that_it_was_to_be_mended(course: Course, clinic: Clinic, as_desk: Client) -> None:
    session = nth(course, 6)
    Task.objects.create(
        clinic=clinic, episode=course.episode, kind="clash", about=course.key, says="x", due=session.day
    )
    as_desk.post(at(session), {"act": "cancelled", "version": session.version, "because": "x"})
    assert Task.objects.filter(kind="clash", settled_at=None).exists()
    found = changes.booked(Course.objects.select_related("episode__clinic", "episode__person", "plan").get())
    answer = changes.mended(found, [session.key])
    assert changes.mend(found.row, changes.mark_of(answer.sessions), session.therapist)  # type: ignore[union-attr]
    assert not Task.objects.filter(kind="clash", settled_at=None).exists()


def test_the_list_of_today_takes_the_same_queries_however_many_must_be_moved(
    course: Course, clinic: Clinic, as_lead: Client, as_desk: Client
) -> None:
    close_the_clinic(nth(course, 2), as_lead)
    as_desk.get(reverse("today"))
    few = queries_of(as_desk, reverse("today"))
    for number in (1, 3, 4):
        close_the_clinic(nth(course, number), as_lead)
    assert len(open_fits(clinic)) == 4
    assert queries_of(as_desk, reverse("today")) == few
