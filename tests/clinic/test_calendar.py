"""The calendar: sessions moved, refused in words, cancelled and mended; absences, other calendars, reminders."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spinepath.booking.clinic import Period
from spinepath.booking.course import NO_WISHES
from spinepath.booking.diary import Diary
from spinepath.clinic.book import absences, calendar_views, changes, diary, reminders, writing
from spinepath.clinic.models import (
    Away,
    CalendarLink,
    Clinic,
    Course,
    Episode,
    Member,
    Person,
    Reminder,
    Session,
    Shift,
    Task,
)
from tests.clinic.bookings import at, cleared_too, later, nth, page, proposed, to
from tests.clinic.conftest import signed_in
from tests.clinic.people import queries_of

# moving


def test_a_session_is_moved_by_choosing_a_free_time(course: Course, as_desk: Client) -> None:
    session = nth(course, 2)
    shown = as_desk.get(at(session)).content.decode()
    value = shown.split('name="free"')[1].split('value="')[1].split('"')[0]
    answer = as_desk.post(at(session), {"act": "move", "version": session.version, "free": value,
                                        "therapist": diary.therapist_id(session.therapist_id)})  # fmt: skip
    assert answer.status_code == 302
    session.refresh_from_db()
    assert f"{session.day} {session.start:%H:%M}" == value
    assert session.changed_because == "moved"


def test_every_free_time_that_is_offered_can_be_taken(course: Course, therapist: Member) -> None:
    session = nth(course, 3)
    days = [session.day + timedelta(days=number) for number in range(7)]
    places = changes.free_places(course, session.key, diary.therapist_id(session.therapist_id), days)
    assert places
    for place in (places[0], places[-1]):
        session.refresh_from_db()
        changes.move(session, session.version, place, therapist)


def test_the_diary_for_one_therapist_offers_what_the_whole_diary_offers(course: Course, therapist: Member) -> None:
    session, clinic = nth(course, 3), course.episode.clinic
    other = cleared_too(clinic, therapist)
    theirs = writing.book(other, therapist, proposed(other).sessions, NO_WISHES)
    own = Episode.objects.create(person=course.episode.person, clinic=clinic, opened_at=timezone.now())
    of_person = Session(episode=own, therapist=therapist, start=time(14, 1))
    of_rooms = [Session(episode=other, therapist=therapist, start=time(10 + n, n)) for n in range(3)]
    for number, one in enumerate([of_person, *of_rooms]):
        one.course, one.clinic, one.number, one.minutes = theirs, clinic, number + 7, 120
        one.day, one.room = session.day + timedelta(days=number), clinic.rooms.order_by("pk")[number % 2]
        one.save()
    days = [session.day + timedelta(days=number) for number in range(7)]
    whole, offered = changes.booked(course, days=(days[0], days[-1])), set()
    for member in diary.treating(clinic):
        name = diary.therapist_id(member.pk)
        places = changes.free_places(course, session.key, name, days)
        assert places == list(changes.free_places_in(whole, session.key, name, days))
        offered |= {(place.day, place.room) for place in places}
    assert len(offered) > len({day for day, _room in offered})  # rooms that others take make a difference


def test_a_session_can_still_be_called_off_where_nobody_treats_any_more(course: Course, as_desk: Client) -> None:
    session = nth(course, 2)
    Member.objects.filter(role__in=diary.TREATS).update(is_active=False)
    shown = as_desk.get(at(session))
    assert shown.status_code == 200
    assert "Cancel this session" in shown.content.decode()
    assert as_desk.post(at(session), to(session, start=later(session))).status_code in (409, 422)


@pytest.mark.parametrize(
    ("clock", "over"),
    [
        ("00:00:00", None),
        ("00:00:01", "00:01"),
        ("10:00:00", "10:00"),
        ("10:00:01", "10:01"),
        ("10:09:59.9", "10:10"),
        ("23:59:00", "23:59"),
        ("23:59:30", "00:00"),  # the whole day
    ],
)
def test_the_minute_that_has_begun_is_over(clinic: Clinic, clock: str, over: str | None) -> None:
    now = timezone.make_aware(datetime.combine(timezone.localdate(), time.fromisoformat(clock)))
    today = [one for one in diary.clinic_of(clinic, now).closures if one.first == one.last == now.date()]
    assert [one.end for one in today] == ([time.fromisoformat(over)] if over else [])
    free = Diary(diary.clinic_of(clinic, now), now.date(), now.date()).opening[0]
    begun = now.hour * 60 + now.minute + (now.second > 0)
    assert not free & ((1 << -(-begun // clinic.grid)) - 1)
    assert not over or over != "00:00" or not free


def test_no_free_time_lies_beyond_what_can_be_booked(
    course: Course, as_desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = nth(course, 6)

    def offered(since: date) -> set[str]:
        shown = as_desk.get(at(session), {"from": since.isoformat()}).content.decode()
        return set(re.findall(r'name="free" id="[^"]*" value="(\d{4}-\d\d-\d\d)', shown))

    assert max(offered(session.day)) > session.day.isoformat()
    monkeypatch.setattr(diary, "last_day", lambda _today: session.day)
    assert offered(session.day) == {session.day.isoformat()}
    assert offered(session.day + timedelta(days=30)) == {session.day.isoformat()}
    today = timezone.localdate()
    monkeypatch.undo()
    assert diary.diary_of(course.episode.clinic, timezone.localtime()).last == diary.last_day(today)


def test_a_clinical_rule_refuses_in_words_whoever_agrees(course: Course, as_desk: Client) -> None:
    first, second = nth(course, 1), nth(course, 2)
    beside = first.day + timedelta(days=-1 if first.day.isoweekday() == 5 else 1)  # a day of work
    for aside in ("", "yes"):
        answer = as_desk.post(at(second), to(second, day=beside, set_aside=aside))
        assert answer.status_code == 409
        assert "Too close to another session of the course" in answer.content.decode()
        assert "move nevertheless" not in answer.content.decode()
    before = second.day
    second.refresh_from_db()
    assert second.day == before


def test_a_wish_is_set_aside_when_everybody_agrees(course: Course, as_desk: Client) -> None:
    session = nth(course, 2)
    Course.objects.filter(pk=course.pk).update(
        wishes={"hours": [{"start": "08:00:00", "end": "09:00:00", "weekdays": [1, 2, 3, 4, 5, 6, 7]}]}
    )
    form = to(session, start=later(session))
    refused = as_desk.post(at(session), form)
    assert refused.status_code == 409
    assert "wished for other hours" in refused.content.decode()
    assert "move nevertheless" in refused.content.decode()
    assert as_desk.post(at(session), {**form, "set_aside": "yes"}).status_code == 302
    session.refresh_from_db()
    assert f"{session.start:%H:%M}" == form["start"]


def test_dragging_answers_in_words_and_an_old_calendar_changes_nothing(course: Course, as_desk: Client) -> None:
    session = nth(course, 2)
    move = reverse("session_move", args=[session.key])
    moved = as_desk.post(move, to(session, start=later(session)))
    assert moved.status_code == 200
    assert moved.json()["says"][0].startswith("Moved to")
    stale = as_desk.post(move, to(session, start=later(session, 3)))
    assert stale.status_code == 409
    assert "somebody else changed this session" in stale.json()["says"][0]
    refused = as_desk.post(move, {**to(session), "version": session.version + 1, "start": "05:00"})
    assert refused.status_code == 409
    assert refused.json() == {
        "says": ["The clinic is closed then.", "The therapist does not work then."],
        "may_set_aside": False,
    }


def test_nobody_is_booked_twice_by_a_move(course: Course, as_desk: Client, therapist: Member) -> None:
    other = cleared_too(course.episode.clinic, therapist)
    places = proposed(other)
    theirs = writing.book(other, therapist, places.sessions, NO_WISHES)
    mine, taken = nth(course, 1), nth(theirs, 1)
    form = to(mine, day=taken.day, start=f"{taken.start:%H:%M}", therapist=diary.therapist_id(taken.therapist_id))
    answer = as_desk.post(at(mine), {**form, "set_aside": "yes"})
    if (taken.day, taken.start, taken.therapist_id) != (mine.day, mine.start, mine.therapist_id):
        assert answer.status_code == 409
        assert "has another session then" in answer.content.decode()


_BAD: list[dict[str, Any]] = [
    {"day": ""}, {"day": "2026-02-30"}, {"day": "<script>alert(1)</script>"}, {"day": "9999-12-31"},
    {"day": "0001-01-01"}, {"start": "x"}, {"start": "\x00"}, {"therapist": "t0"}, {"therapist": "💥"},
    {"room": "r999999"}, {"version": "x"}, {"version": ""},
    {"version": "9" * 400}, {"free": "x"}, {"free": "x y"}, {"free": "؀ ؀"},
]  # fmt: skip


@pytest.mark.parametrize("bad", _BAD)
def test_bad_places_change_nothing(course: Course, as_desk: Client, bad: dict[str, Any]) -> None:
    session = nth(course, 2)
    for address in (at(session),) if "free" in bad else (at(session), reverse("session_move", args=[session.key])):
        answer = as_desk.post(address, {**to(session), **bad})
        assert answer.status_code in (409, 422)
        assert b"<script>alert" not in answer.content
    again = nth(course, 2)
    assert (again.day, again.start, again.version) == (session.day, session.start, session.version)


@pytest.mark.parametrize("query", ["?from=x", "?from=9999-12-31", "?with=t0", "?with=%00&from=0001-01-01"])
def test_bad_questions_for_free_times_are_answered(course: Course, as_desk: Client, query: str) -> None:
    assert as_desk.get(at(nth(course, 2)) + query).status_code == 200


def test_another_clinic_and_other_roles(course: Course, clinic: Clinic) -> None:
    from spinepath.clinic.demo import make_clinic

    session = nth(course, 1)
    elsewhere = signed_in(make_clinic("Elsewhere", suffix="2"), "desk")
    for address in (at(session), reverse("book_ics", args=[course.episode.key])):
        assert elsewhere.get(address).status_code == 404
        assert signed_in(clinic, "auditor").get(address).status_code == 403
    assert elsewhere.post(reverse("session_move", args=[session.key]), to(session)).status_code == 404
    assert signed_in(clinic, "administrator").post(at(session), to(session)).status_code == 403


# cancelling and mending


def test_a_cancelled_session_is_mended_with_as_little_as_possible(course: Course, as_desk: Client) -> None:
    session = nth(course, 3)
    done = as_desk.post(at(session), {"act": "cancelled", "version": session.version, "because": "called"}, follow=True)
    told = done.content.decode()
    assert "1 session has lost its place" in told
    mark = told.split('name="mark" value="')[1].split('"')[0]
    assert as_desk.post(page(course.episode), {"act": "mend", "mark": "old"}).status_code == 409
    after = as_desk.post(page(course.episode), {"act": "mend", "mark": mark}, follow=True)
    assert "The course is complete again" in after.content.decode()
    assert list(course.sessions.filter(status="booked").order_by("day").values_list("number", flat=True)) == [
        1, 2, 3, 4, 5, 6,
    ]  # fmt: skip
    assert as_desk.post(page(course.episode), {"act": "mend", "mark": mark}).status_code == 302


def test_nobody_misses_a_session_that_has_not_begun(course: Course, as_desk: Client) -> None:
    session = nth(course, 3)
    answer = as_desk.post(at(session), {"act": "missed", "version": session.version})
    assert answer.status_code == 409
    assert "has not begun yet" in answer.content.decode()
    again = {"act": "cancelled", "version": session.version, "because": "\x00" + "x" * 9999}
    assert as_desk.post(at(session), again).status_code == 302
    assert as_desk.post(at(session), again).status_code == 409


def test_what_is_over_must_be_settled_before_the_rest_is_mended(course: Course, as_desk: Client) -> None:
    session = nth(course, 1)
    Session.objects.filter(pk=session.pk).update(day=timezone.localdate() - timedelta(days=1))
    assert "Say first what became of these" in as_desk.get(page(course.episode)).content.decode()
    session.refresh_from_db()
    done = as_desk.post(at(session), {"act": "missed", "version": session.version}, follow=True)
    assert "Noted: the person did not come" in done.content.decode()
    assert "has lost its place" in done.content.decode()


# the calendar


def events(client: Client, course: Course, **asked: Any) -> Any:
    first = course.sessions.order_by("day")[0].day
    span = {"start": first.isoformat(), "end": (first + timedelta(days=40)).isoformat()}
    return client.get(reverse("calendar_events"), {**span, **asked})


def test_the_calendar_has_what_is_booked_and_no_clinical_word(course: Course, as_desk: Client) -> None:
    found = events(as_desk, course).json()["sessions"]
    assert len(found) == 6
    assert all(one["editable"] for one in found)
    assert course.episode.complaint not in str(found)
    assert events(as_desk, course, therapist="999").json()["sessions"] == []
    assert len(events(as_desk, course, room=str(nth(course, 1).room_id)).json()["sessions"]) == 6


@pytest.mark.parametrize(
    "span",
    [
        {},
        {"start": "x", "end": "y"},
        {"start": "2026-01-01", "end": "2027-01-01"},
        {"start": "2026-02-01", "end": "2026-01-01"},
    ],
)
def test_the_calendar_is_asked_for_bounded_spans_only(as_desk: Client, span: dict[str, str]) -> None:
    assert as_desk.get(reverse("calendar_events"), span).status_code == 400


def test_too_many_sessions_to_read_are_counted(
    course: Course, as_desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert events(as_desk, course).json()["counted"] is False
    monkeypatch.setattr(calendar_views, "MOST_SESSIONS", 0)
    for days, by_hour in ((7, True), (40, False)):
        first = nth(course, 1).day
        span = {"start": first.isoformat(), "end": (first + timedelta(days=days)).isoformat()}
        told = as_desk.get(reverse("calendar_events"), span).json()
        there = course.sessions.filter(day__gte=first, day__lt=first + timedelta(days=days)).count()
        assert told["counted"] is True
        assert sum(int(one["title"].split()[0]) for one in told["sessions"]) == there
        assert all(("T" in one["start"]) is by_hour for one in told["sessions"])
        assert "Marsh" not in str(told)


def test_the_calendar_takes_the_same_queries_however_much_is_booked(
    course: Course, as_desk: Client, therapist: Member, django_assert_max_num_queries: Any
) -> None:
    day = reverse("calendar_day") + f"?day={nth(course, 1).day}"
    for address in (reverse("calendar"), day, day + "&by=room"):
        with django_assert_max_num_queries(18):
            assert as_desk.get(address).status_code == 200
    with django_assert_max_num_queries(12):
        events(as_desk, course)


@pytest.mark.parametrize("query", ["?day=x", "?day=9999-12-31&by=x", "?day=0001-01-01", "?by=%00"])
def test_odd_days_are_answered(as_desk: Client, clinic: Clinic, query: str) -> None:
    assert as_desk.get(reverse("calendar_day") + query).status_code == 200


# absences


def away_all_day(course: Course) -> tuple[Member, Period]:
    session = nth(course, 2)
    return session.therapist, Period(first=session.day, last=session.day)


def test_an_absence_is_looked_at_and_accepted_as_a_whole(course: Course, as_desk: Client) -> None:
    member, away = away_all_day(course)
    typed = {"therapist": member.pk, "first": away.first, "last": away.last, "start": "", "end": ""}
    shown = as_desk.post(reverse("absence"), {**typed, "act": "look"})
    assert "1 course is hit" in shown.content.decode()
    assert not Away.objects.exists()
    assert as_desk.post(reverse("absence"), {**typed, "act": "accept", "mark": "old"}).status_code == 409
    mark = shown.content.decode().split('name="mark" value="')[1].split('"')[0]
    done = as_desk.post(reverse("absence"), {**typed, "act": "accept", "mark": mark}, follow=True)
    assert "1 course was mended" in done.content.decode()
    assert not Session.objects.filter(therapist=member, day=away.first, status__in=diary.AHEAD).exists()
    assert course.sessions.filter(status="booked").count() == 6


def test_what_finds_no_place_is_cancelled_and_makes_a_task(course: Course, clinic: Clinic, as_desk: Client) -> None:
    member, away = away_all_day(course)
    # everybody else stops working
    Shift.objects.exclude(member=member).delete()
    Shift.objects.filter(member=member).update(last=away.first)
    found = absences.preview(clinic, member, away)
    assert set(found.answer.clashes) == {course.key}
    desk = Member.objects.get(clinic=clinic, role="desk")
    assert absences.accept(clinic, member, away, "ill", found.mark, desk) is not None
    assert Task.objects.get(kind="clash").about == course.key
    assert course.sessions.filter(status="cancelled").count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"therapist": "x", "first": "x", "last": "x"},
        {"therapist": "999", "first": "2027-01-01", "last": "2026-01-01"},
        {"first": "2027-01-01", "last": "2029-01-01"},
        {"first": "2020-01-01", "last": "2020-01-01"},
        {"first": "2027-01-01", "last": "2027-01-01", "start": "10:00"},
        {"first": "2027-01-01", "last": "2027-01-01", "start": "10:00", "end": "09:00"},
        {"first": "\x00💥", "last": "<b>"},
    ],
)
def test_bad_absences_are_said_at_their_field(clinic: Clinic, as_desk: Client, typed: dict[str, str]) -> None:
    member = Member.objects.filter(clinic=clinic, role="therapist")[0]
    answer = as_desk.post(reverse("absence"), {"therapist": str(member.pk), **typed})
    assert answer.status_code == 422
    assert b"There is a problem" in answer.content


# other calendars


def test_the_persons_file_says_when_and_where_and_never_why(course: Course, as_desk: Client) -> None:
    text = as_desk.get(reverse("book_ics", args=[course.episode.key])).content.decode()
    assert text.count("BEGIN:VEVENT") == 6
    for word in (course.episode.complaint, course.episode.person.family_name, nth(course, 1).therapist.name):
        assert word not in text


def test_a_members_address_works_until_it_is_withdrawn(course: Course, clinic: Clinic) -> None:
    client = signed_in(clinic, "therapist")
    member = Member.objects.filter(clinic=clinic, role="therapist")[0]
    Session.objects.filter(course=course).update(therapist=member)
    text = client.post(reverse("calendar_own"), {"act": "make"}).content.decode()
    address = "/calendar/of/" + text.split("/calendar/of/")[1].split("<")[0]
    nobody = Client()
    feed = nobody.get(address)
    assert feed.status_code == 200
    assert feed.content.decode().count("BEGIN:VEVENT") == 6
    assert course.episode.person.family_name not in feed.content.decode()
    assert address.split("/")[-1][:-4] not in str(list(CalendarLink.objects.values()))
    client.post(reverse("calendar_own"), {"act": "withdraw"})
    assert nobody.get(address).status_code == 404
    assert nobody.get("/calendar/of/x.ics").status_code == 404


# reminders


def due_now() -> datetime:
    return max(Reminder.objects.values_list("due_at", flat=True)) + timedelta(minutes=1)


@pytest.fixture
def reminded(course: Course) -> Course:
    Person.objects.filter(pk=course.episode.person_id).update(email="helen@example.org")
    return course


def test_a_reminder_is_sent_once_and_says_nothing_medical(reminded: Course) -> None:
    Reminder.objects.exclude(session__number=6).delete()
    now = due_now()
    assert reminders.send_due(now) == (1, 0)
    assert reminders.send_due(now) == (0, 0)
    told = mail.outbox[0].subject + mail.outbox[0].body
    assert reminded.episode.clinic.phone in told
    assert "To cancel or move it" in told
    assert reminded.episode.complaint not in told


def test_after_a_move_a_new_reminder_is_made_and_the_old_one_is_gone(reminded: Course, therapist: Member) -> None:
    session = nth(reminded, 6)
    before = session.reminders.get().due_at
    place = changes.Place(session.day, time(session.start.hour + 3), diary.therapist_id(session.therapist_id))
    changes.move(session, session.version, place, therapist)
    assert session.reminders.get().due_at - before == timedelta(hours=3)


def test_what_fails_is_tried_again_and_seen(reminded: Course, settings: Any, clinic: Clinic) -> None:
    Reminder.objects.exclude(session__number=6).delete()
    now = due_now()
    settings.EMAIL_BACKEND = "tests.clinic.broken_mail.Broken"
    assert reminders.send_due(now) == (0, 1)
    failed = reminders.failures(clinic)
    assert [one.failed_because for one in failed] == ["ConnectionRefusedError"]
    assert reminders.send_due(now) == (0, 0)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert reminders.send_due(now + reminders.WAIT) == (1, 0)
    assert reminders.failures(clinic) == []
    # a later change of the course does not remind a second time
    from spinepath.clinic.book import gates

    gates.settle(reminded, timezone.localtime())
    assert Reminder.objects.filter(session__number=6).count() == 1


def test_where_no_server_takes_mail_nothing_counts_as_sent(reminded: Course, settings: Any) -> None:
    settings.MAIL_GOES_OUT = False
    before = list(Reminder.objects.order_by("pk").values())
    with pytest.raises(reminders.NoMail):
        reminders.send_due(due_now())
    with pytest.raises(CommandError, match="SPINEPATH_MAIL"):
        call_command("remind")
    assert list(Reminder.objects.order_by("pk").values()) == before
    assert mail.outbox == []


def test_the_page_says_that_nothing_goes_out_and_whom_to_call(
    reminded: Course, clinic: Clinic, as_desk: Client, settings: Any
) -> None:
    address = reverse("reminders")
    assert "No reminder goes out" not in as_desk.get(address).content.decode()
    settings.MAIL_GOES_OUT = False
    told = as_desk.get(address).content.decode()
    assert "SPINEPATH_MAIL" in told
    assert "Everything that was due got out" not in told
    # who comes tomorrow stands there with the telephone, who comes later is counted
    Person.objects.filter(pk=reminded.episode.person_id).update(phone="+44 20 7946 0000")
    Reminder.objects.filter(session__number=6).update(due_at=timezone.now())
    Reminder.objects.exclude(session__number=6).update(due_at=timezone.now() + timedelta(days=9))
    told = as_desk.get(address).content.decode()
    assert 'href="tel:+442079460000"' in told
    found = reminders.standstill(clinic, timezone.now())
    assert found
    assert [one.session.number for one in found.rows] == [6]
    assert found.others == Reminder.objects.count() - 1
    assert reminded.episode.complaint not in told


def test_reminders_that_nobody_sends_are_noticed(reminded: Course, clinic: Clinic, as_desk: Client) -> None:
    now = timezone.now()
    Reminder.objects.update(due_at=now - reminders.LATE / 2)
    assert reminders.standstill(clinic, now) is None
    Reminder.objects.update(due_at=now - reminders.LATE * 2)
    assert reminders.standstill(clinic, now) is None, "a course that was just booked waits for the next turn"
    Course.objects.update(made_at=now - reminders.LATE * 3)
    assert "manage remind” does not run" in as_desk.get(reverse("reminders")).content.decode()
    reminders.send_due(now)
    assert reminders.standstill(clinic, now) is None


def test_the_list_of_whom_to_call_asks_the_database_as_often_for_one_as_for_all(
    reminded: Course, as_desk: Client, settings: Any
) -> None:
    settings.MAIL_GOES_OUT = False
    counts = []
    for numbers in ([6], [one.number for one in reminded.sessions.all()]):
        Reminder.objects.filter(session__number__in=numbers).update(due_at=timezone.now())
        counts.append(queries_of(as_desk, reverse("reminders")))
    assert counts[0] == counts[1]


def test_one_whose_sending_broke_off_is_not_sent_again_but_seen(reminded: Course, clinic: Clinic) -> None:
    Reminder.objects.exclude(session__number=6).delete()
    now = due_now()
    Reminder.objects.update(claimed_at=now)
    assert reminders.send_due(now) == (0, 0)
    assert len(reminders.failures(clinic)) == 1


def test_without_an_address_somebody_should_call(course: Course, as_desk: Client, capsys: Any) -> None:
    Reminder.objects.filter(session__number=6).update(due_at=timezone.now() - timedelta(minutes=1))
    Reminder.objects.exclude(session__number=6).delete()
    call_command("remind")
    assert "0 sent, 1 not sent" in capsys.readouterr().out
    assert "no e-mail address" in as_desk.get(reverse("reminders")).content.decode()
