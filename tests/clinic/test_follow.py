"""Following: what is due, curves, decisions by name, the end and a new beginning."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.ask import doors
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.follow.charts import chart_of
from spinepath.clinic.follow.course import Going
from spinepath.clinic.models import Course, Episode, Hold, KeptFinding, Member, PersonalLink, Session, Task
from spinepath.clinic.record import Author, add
from tests.clinic.conftest import signed_in
from tests.clinic.courses import calm_answers, days_ago, session_today, under_care

pytestmark = pytest.mark.django_db


@pytest.fixture
def cared(therapist: Member) -> Episode:
    return under_care(therapist, had=1)


def held(episode: Episode, therapist: Member) -> Hold:
    """A reaction that limited the day: the bookings wait until somebody by name has looked."""
    add(episode, {"after_last_session": "moderate"}, Author(source="patient", by="Helen Marsh"))
    return Hold.objects.get(episode=episode, released_at=None)


@pytest.mark.parametrize("room", ["session", "plan", "book", "treat", "episode", "examine", "follow"])
def test_that_bookings_are_held_is_said_once_on_a_page(
    as_therapist: Client, cared: Episode, therapist: Member, room: str
) -> None:
    held(cared, therapist)
    today = cared.sessions.get(day=timezone.localdate())
    page = as_therapist.get(reverse(room, args=[today.key if room == "session" else cared.key])).content.decode()
    assert page.count("Bookings are held") == 1
    assert page.count("Look at it and decide") == (room != "follow")
    assert ("This session too" in page) == (room == "session")
    assert "This session waits" not in page


def test_a_session_behind_a_review_says_what_it_waits_for(as_therapist: Client, cared: Episode) -> None:
    today = cared.sessions.get(day=timezone.localdate())
    cared.sessions.filter(pk=today.pk).update(status="held")
    page = as_therapist.get(reverse("session", args=[today.key])).content.decode()
    assert "Bookings are held" not in page
    assert "This session waits for a review of the course" in page


def test_the_page_shows_what_is_due_and_keeps_it(as_therapist: Client, cared: Episode) -> None:
    going = Going(cared)
    assert going.due_now
    page = as_therapist.get(reverse("follow", args=[cared.key])).content.decode()
    assert going.due_now[0][0].name in page
    assert f'hx-get="{reverse("measures", args=[cared.key])}"' in page
    due = calm_answers(as_therapist.get(reverse("measures", args=[cared.key])).content.decode())
    assert due
    before = KeptFinding.objects.count()
    answered = as_therapist.post(reverse("measures", args=[cared.key]), due)
    assert answered.status_code == 302, answered.context["faults"]
    assert KeptFinding.objects.count() > before
    nothing = as_therapist.post(reverse("measures", args=[cared.key]), {})
    assert nothing.status_code == 422
    assert "Nothing was entered yet" in nothing.content.decode()


def test_a_fault_in_a_measure_is_told_beside_what_was_typed(as_therapist: Client, cared: Episode) -> None:
    url = reverse("measures", args=[cared.key])
    due = calm_answers(as_therapist.get(url).content.decode())
    before = KeptFinding.objects.count()
    answered = as_therapist.post(url, {**due, "f-leg_pain": "77"})
    assert answered.status_code == 422
    assert answered.context["faults"]
    assert 'value="77"' in answered.content.decode()
    assert KeptFinding.objects.count() == before


def test_a_curve_has_its_first_and_last_point_and_all_numbers_in_the_table(
    as_therapist: Client, cared: Episode, therapist: Member
) -> None:
    add(cared, {"leg_pain": "5"}, Author.of(therapist), at=days_ago(3))
    add(cared, {"leg_pain": "2"}, Author.of(therapist))
    line = next(one for one in Going(cared).lines if one.fact.id == "leg_pain")
    assert line.judged.verdict == "better"
    spec = chart_of(line)
    assert [row["value"] for row in spec["layer"][-1]["data"]["values"]][-1] == 2
    page = as_therapist.get(reverse("follow", args=[cared.key])).content.decode()
    assert "better by a change that counts" in page
    assert "As a table" in page


def test_a_reading_without_todays_measures_says_so(as_therapist: Client, therapist: Member) -> None:
    cared = under_care(therapist, first_seen=20, had=6, family_name="Rossi")
    add(cared, {"leg_pain": "7"}, Author.of(therapist), at=days_ago(20))
    add(cared, {"leg_pain": "1"}, Author.of(therapist), at=days_ago(1))
    page = reverse("follow", args=[cared.key])
    assert Going(cared).is_unmeasured
    assert "Until somebody gives them, no gain counts" in as_therapist.get(page).content.decode()
    add(cared, {"leg_pain": "1"}, Author.of(therapist))
    assert not Going(cared).is_unmeasured


def test_a_hold_is_released_by_name_with_a_reason_and_the_sessions_are_booked_again(
    as_therapist: Client, cared: Episode, therapist: Member
) -> None:
    hold = held(cared, therapist)
    ahead = Session.objects.filter(episode=cared, day__gte=timezone.localdate())
    assert set(ahead.values_list("status", flat=True)) == {"held"}
    url = reverse("release", args=[cared.key])
    assert as_therapist.post(url, {"hold": hold.pk, "because": " "}).status_code == 422
    for _twice in range(2):
        sent = {"hold": hold.pk, "because": "Examined, strength as before, half the dose."}
        assert as_therapist.post(url, sent).status_code == 302
    hold.refresh_from_db()
    assert hold.released_by is not None
    assert set(ahead.values_list("status", flat=True)) == {"booked"}
    assert not Task.objects.filter(episode=cared, kind=Task.Kind.HOLD, settled_at=None).exists()
    page = as_therapist.get(reverse("follow", args=[cared.key])).content.decode()
    assert hold.released_by.name in page


def test_what_was_released_is_not_held_again_by_the_same_answer_but_by_a_new_one(
    as_therapist: Client, cared: Episode, therapist: Member
) -> None:
    hold = held(cared, therapist)
    sent = {"hold": hold.pk, "because": "Examined, strength as before."}
    as_therapist.post(reverse("release", args=[cared.key]), sent)
    add(cared, {"back_pain": "2"}, Author.of(therapist))
    assert not Hold.objects.filter(episode=cared, released_at=None).exists()
    add(cared, {"after_last_session": "moderate"}, Author(source="patient", by="Helen Marsh"))
    assert Hold.objects.filter(episode=cared, released_at=None).exists()


def test_nobody_releases_a_danger(as_lead: Client, cared: Episode, therapist: Member) -> None:
    add(cared, {"saddle_numbness": "yes"}, Author.of(therapist))
    hold = Hold.objects.get(episode=cared, released_at=None)
    sent = {"hold": hold.pk, "because": "I am sure that it is nothing."}
    assert as_lead.post(reverse("release", args=[cared.key]), sent).status_code == 422
    hold.refresh_from_db()
    assert hold.released_at is None


def test_a_review_is_decided_by_name(as_therapist: Client, cared: Episode) -> None:
    course = Course.objects.get(episode=cared)
    course.gates = [{"after_sessions": 1, "after_days": None}]
    course.save()
    page = as_therapist.get(reverse("follow", args=[cared.key])).content.decode()
    assert "Review of the course is due" in page
    sent = {"review": "0", "because": "Better by three points; goes on."}
    assert as_therapist.post(reverse("release", args=[cared.key]), sent).status_code == 302
    course.refresh_from_db()
    assert course.gates[0]["released_by"]
    assert as_therapist.post(reverse("release", args=[cared.key]), {**sent, "review": "7"}).status_code == 422


def test_a_hold_and_a_review_that_is_due_are_one_decision(
    as_therapist: Client, cared: Episode, therapist: Member
) -> None:
    hold = held(cared, therapist)
    course = Course.objects.get(episode=cared)
    course.gates = [{"after_sessions": 1, "after_days": None}]
    course.save()
    url = reverse("release", args=[cared.key])
    page = as_therapist.get(reverse("follow", args=[cared.key])).content.decode()
    assert page.count(f'action="{url}"') == 1
    sent = {"hold": [hold.pk, "x"], "review": ["0"], "because": "Examined: better, goes on at half the dose."}
    assert as_therapist.post(url, sent).status_code == 422
    hold.refresh_from_db()
    assert hold.released_at is None
    assert as_therapist.post(url, {**sent, "hold": hold.pk}).status_code == 302
    hold.refresh_from_db()
    course.refresh_from_db()
    assert hold.released_because == course.gates[0]["because"]
    ahead = Session.objects.filter(episode=cared, day__gte=timezone.localdate())
    assert set(ahead.values_list("status", flat=True)) == {"booked"}


def test_a_closed_episode_holds_nothing_and_says_so_first(as_therapist: Client, therapist: Member) -> None:
    cared = under_care(therapist, first_seen=30, had=6, ahead=2, family_name="Rossi")
    add(cared, {"leg_pain": "7"}, Author.of(therapist), at=days_ago(29))
    add(cared, {"leg_pain": "1"}, Author.of(therapist), at=days_ago(2))
    Hold.objects.all().delete()
    said = {"f-goals_met": "yes", "f-home_plan_given": "yes", "f-come_back_advice_given": "yes", "summary": "Well."}
    assert as_therapist.post(reverse("discharge", args=[cared.key]), said).status_code == 302
    assert not Hold.objects.filter(episode=cared).exists(), "nothing that has ended is held"
    Hold.objects.create(episode=cared, since=timezone.now(), rules=[], because="From before.")
    for name in ("follow", "episode", "book"):
        page = as_therapist.get(reverse(name, args=[cared.key])).content.decode()
        assert "Bookings are held" not in page
    assert "This episode is closed" in as_therapist.get(reverse("episode", args=[cared.key])).content.decode()


def test_another_course_is_a_question_only_after_this_one(as_therapist: Client, cared: Episode) -> None:
    url = reverse("follow", args=[cared.key])
    assert "how many courses there were" not in as_therapist.get(url).content.decode()
    Session.objects.filter(episode=cared).exclude(status="done").update(status="cancelled")
    assert "how many courses there were" in as_therapist.get(url).content.decode()


def test_who_tells_a_danger_from_home_reads_the_same_page_as_who_was_asked(cared: Episode, therapist: Member) -> None:
    phone = Client()
    phone.get(
        reverse("enter", args=[doors.make_link(cared, PersonalLink.Purpose.FOLLOW, therapist, timedelta(days=1))])
    )
    add(cared, {"saddle_numbness": "yes"}, Author(source="patient", by="Helen Marsh"))
    page = phone.get(reverse("my_follow")).content.decode()
    assert "ask-urgent" in page
    assert "told at" in page
    assert f"tel:{cared.clinic.emergency_phone}" in page
    assert reverse("my_check") not in page, "the answers of this link have no page"


def test_the_measures_are_a_page_of_their_own_and_a_part_of_another(as_therapist: Client, cared: Episode) -> None:
    url = reverse("measures", args=[cared.key])
    part = as_therapist.get(url, headers={"HX-Request": "true"}).content.decode()
    whole = as_therapist.get(url).content.decode()
    assert part.lstrip().startswith("<form")
    assert "<html" in whole
    assert calm_answers(part) == calm_answers(whole)
    Episode.objects.filter(pk=cared.pk).update(stage=Episode.Stage.CLOSED, closed_at=timezone.now())
    answered = as_therapist.get(url, headers={"HX-Request": "true"})  # a page that was open before
    assert answered["HX-Redirect"] == reverse("follow", args=[cared.key])
    for answered in (as_therapist.get(url), as_therapist.post(url, calm_answers(whole))):
        assert answered["Location"] == reverse("follow", args=[cared.key])
    assert "The episode is closed" in as_therapist.get(reverse("follow", args=[cared.key])).content.decode()


def test_discharge_gives_what_belongs_to_it_or_says_why_not(as_therapist: Client, cared: Episode) -> None:
    url = reverse("discharge", args=[cared.key])
    assert as_therapist.get(url).status_code == 200
    assert as_therapist.post(url, {}).status_code == 422
    said = {"f-goals_met": "yes", "f-home_plan_given": "yes", "f-come_back_advice_given": "no", "summary": "Well."}
    assert as_therapist.post(url, said).status_code == 422
    said["f-come_back_advice_given"] = "yes"
    for _twice in range(2):
        assert as_therapist.post(url, said).status_code == 302
    cared.refresh_from_db()
    assert not cared.is_open
    assert cared.closing["safety_net"]
    assert cared.closing["home"]
    assert not Session.objects.filter(episode=cared, status__in=["booked", "held"]).exists()
    for _twice in range(2):
        assert as_therapist.post(reverse("begin_anew", args=[cared.key])).status_code == 302
    assert Episode.objects.filter(person=cared.person, stage=Episode.Stage.ASK).count() == 1


def test_a_person_answers_by_the_link_one_question_a_page(as_therapist: Client, cared: Episode) -> None:
    shown = as_therapist.post(reverse("follow_link", args=[cared.key])).content.decode()
    assert "/i/" in shown
    address = shown.split('readonly value="')[1].split('"')[0]
    phone = Client()
    answered = phone.get(address, follow=True)
    for _page in range(40):
        body = answered.content.decode()
        if "Thank you" in body:
            break
        fact = body.split('name="fact" value="')[1].split('"')[0]
        assert phone.post(reverse("my_follow"), {"fact": fact}).status_code == 422
        value = "none" if advice.knowledge().facts[fact].answer == "choice" else "no"
        value = "1" if advice.knowledge().facts[fact].answer == "number" else value
        answered = phone.post(reverse("my_follow"), {"fact": fact, f"a-{fact}": value}, follow=True)
    assert "Thank you" in body
    assert KeptFinding.objects.filter(episode=cared, source="patient").exists()


def behind_a_link(episode: Episode, therapist: Member) -> Client:
    phone = Client()
    told = doors.make_link(episode, PersonalLink.Purpose.FOLLOW, therapist, timedelta(days=1))
    phone.get(reverse("enter", args=[told]))
    return phone


def asked_by(phone: Client) -> str:
    """The fact that the page asks for; empty when it asks nothing more."""
    found = re.search(r'name="fact" value="(\w+)"', phone.get(reverse("my_follow")).content.decode())
    return found[1] if found else ""


def all_calm(phone: Client) -> list[str]:
    """The facts that were asked until nothing was left."""
    asked = []
    while len(asked) < 40 and (fact := asked_by(phone)):
        kind = advice.knowledge().facts[fact].answer
        value = {"choice": "none", "number": "1"}.get(kind, "no")
        assert phone.post(reverse("my_follow"), {"fact": fact, f"a-{fact}": value}).status_code == 302
        asked.append(fact)
    return asked


def test_what_was_said_before_the_session_does_not_answer_how_it_went(cared: Episode, therapist: Member) -> None:
    phone = behind_a_link(cared, therapist)
    first = asked_by(phone)
    add(cared, {first: "none"}, Author(source="patient", by="Helen Marsh", member=therapist))
    assert asked_by(phone) == first, "told to a member before a session"


def test_after_a_session_the_link_asks_again_on_the_same_day(cared: Episode, therapist: Member) -> None:
    phone = behind_a_link(cared, therapist)
    asked = all_calm(phone)
    assert asked_by(phone) == ""
    session = session_today(cared)
    Session.objects.filter(pk=session.pk).update(arrived_at=timezone.now())
    assert asked_by(phone) == asked[0]
    all_calm(phone)
    assert asked_by(phone) == "", "once for each session"


def test_whoever_has_answered_can_say_that_something_has_changed(cared: Episode, therapist: Member) -> None:
    phone = behind_a_link(cared, therapist)
    asked = all_calm(phone)
    page = phone.get(reverse("my_follow")).content.decode()
    assert 'name="changed"' in page
    phone.post(reverse("my_follow"), {"changed": "1"})
    assert asked_by(phone) == asked[0]
    phone.post(reverse("my_follow"), {"fact": asked[0], f"a-{asked[0]}": "serious"})
    assert cared.clinic.emergency_phone in phone.get(reverse("my_follow")).content.decode()


def test_a_danger_told_by_the_link_is_said_at_once(cared: Episode, therapist: Member) -> None:
    told = doors.make_link(cared, PersonalLink.Purpose.FOLLOW, therapist, timedelta(days=1))
    phone = Client()
    phone.get(reverse("enter", args=[told]))
    sent = {"fact": "after_last_session", "a-after_last_session": "serious"}
    answered = phone.post(reverse("my_follow"), sent, follow=True)
    body = answered.content.decode()
    assert not answered.context.get("faults")
    assert cared.clinic.emergency_phone in body
    assert Hold.objects.filter(episode=cared, released_at=None).exists()


def test_others_do_not_get_in(as_desk: Client, cared: Episode) -> None:
    elsewhere = signed_in(make_clinic("Other", "2"), "therapist")
    assert as_desk.get(reverse("follow", args=[cared.key])).status_code == 403
    for name in ("measures", "follow_link", "release", "discharge", "begin_anew", "episode_event"):
        assert elsewhere.post(reverse(name, args=[cared.key])).status_code == 404, name
    assert elsewhere.get(reverse("follow", args=[cared.key])).status_code == 404
    assert Client().get(reverse("my_follow")).status_code == 302


WILD = ["", "\x00", "<b>x</b>", "😀" * 900, "‮שלום", "-1e999", "9" * 30, "x" * 25000]


@pytest.mark.parametrize("wild", WILD, ids=range(len(WILD)))
def test_nothing_typed_breaks_a_form(as_therapist: Client, cared: Episode, therapist: Member, wild: str) -> None:
    held(cared, therapist)
    page = as_therapist.get(reverse("measures", args=[cared.key])).content.decode()
    every = [*calm_answers(page), "severity", "techniques", "says", "because", "review", "hold", "summary", "why_not"]
    sent = {**dict.fromkeys(every, wild), "f-goals_met": wild}
    for name in ("measures", "release", "discharge", "episode_event"):
        answered = as_therapist.post(reverse(name, args=[cared.key]), sent)
        assert answered.status_code in (200, 302, 404, 422), name
    told = doors.make_link(cared, PersonalLink.Purpose.FOLLOW, therapist, timedelta(days=1))
    phone = Client()
    phone.get(reverse("enter", args=[told]))
    sent = {"fact": wild or "after_last_session", "a-after_last_session": wild}
    assert phone.post(reverse("my_follow"), sent).status_code in (200, 302, 422)


def test_the_page_asks_no_more_of_the_database_as_the_record_grows(
    as_therapist: Client, therapist: Member, cared: Episode, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for rounds in (1, 12):
        for place in range(rounds):
            add(cared, {"leg_pain": str(place % 10)}, Author.of(therapist))
        with django_assert_max_num_queries(60) as asked:
            assert as_therapist.get(reverse("follow", args=[cared.key])).status_code == 200
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 1
