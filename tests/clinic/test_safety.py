"""Promise 1 seen by somebody who wants to break it: no hands are laid on while a danger is there or was not asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spinepath.clinic import advice, record
from spinepath.clinic.book import diary
from spinepath.clinic.follow import deciding
from spinepath.clinic.models import (
    AuditEntry,
    CalendarLink,
    Clinic,
    Consent,
    Episode,
    Hold,
    KeptFinding,
    Letter,
    Member,
    Note,
    Override,
    Plan,
    Session,
    Task,
)
from spinepath.clinic.models.people import hash_of
from spinepath.clinic.people import chart
from spinepath.clinic.people.merge import merge
from spinepath.clinic.plan import consents, state
from spinepath.clinic.plan.letters import writing
from spinepath.clinic.plan.telling import Telling
from spinepath.clinic.record import Author, add
from spinepath.clinic.treat import closing, notes, rescreen
from spinepath.engine.evaluate import evaluate
from tests.clinic.conftest import signed_in
from tests.clinic.courses import calm_answers, session_today, under_care
from tests.clinic.people import new_episode
from tests.clinic.test_treat import asked_again, form_of

pytestmark = pytest.mark.django_db

TAKEN_BACK = {"major_trauma": "yes"}
"""Grave as things stand, and yet a picture of the spine could still take it back: the lower bound stays mild."""


@pytest.fixture
def cared(therapist: Member) -> Episode:
    return under_care(therapist, had=1)


# what fires now is acted on, also where an answer could still take it back


@pytest.fixture
def grave(cared: Episode, therapist: Member) -> Episode:
    outcome = add(cared, TAKEN_BACK, Author.of(therapist))
    base = advice.knowledge()
    assert base.dispositions[outcome.least].offers_care
    assert not base.dispositions[advice.firm(outcome)].offers_care
    return cared


def test_a_danger_that_could_be_taken_back_makes_a_task_and_holds_what_is_booked(grave: Episode) -> None:
    assert Task.objects.filter(episode=grave, kind=Task.Kind.DANGER, settled_at=None).count() == 1
    ahead = Session.objects.filter(episode=grave, day__gte=timezone.localdate())
    assert set(ahead.values_list("status", flat=True)) == {"held"}


def test_a_plan_stops_and_says_only_that(grave: Episode) -> None:
    plan = Plan.objects.get(episode=grave)
    outcome = advice.outcome_of(grave)
    called = advice.knowledge().dispositions[outcome.disposition].name
    for found in (state.problems_of(plan, outcome), state.problems_of(plan, outcome, treating=True)):
        assert called in found[0].says
        assert not any(problem.technique for problem in found)
    Plan.objects.filter(pk=plan.pk).update(status=Plan.Status.DRAFT)
    plan.refresh_from_db()
    assert called in state.before_agreeing(plan, outcome)[0].says


def test_the_chart_sends_to_the_letter_once_the_hold_is_decided(grave: Episode) -> None:
    grave.holds.all().delete()
    made = advice.assessment_of(grave)
    assert chart.next_step(grave, made, chart.questions(made), [], []).says == "Write the referral and tell the person"


def test_the_urgent_letter_can_be_written_and_the_exercises_cannot(grave: Episode, therapist: Member) -> None:
    outcome = advice.outcome_of(grave)
    rows = {kind.kind: why for kind, why in writing.kinds_for(grave, outcome)}
    assert rows[Letter.Kind.REFERRAL] == ""
    assert rows[Letter.Kind.HOME] != ""
    assert writing.write(grave, Letter.Kind.REFERRAL, therapist).assessment is not None


def test_the_telling_calls_it_grave_and_an_open_question_not(grave: Episode, episode: Episode) -> None:
    assert Telling(advice.assessment_of(grave)).is_grave
    assert not Telling(advice.assessment_of(episode)).is_grave


# beginning: the button is pressed on a page that may be old


@pytest.fixture
def today(cared: Episode) -> Session:
    return session_today(cared)


def everything_yes(session: Session) -> dict[str, str]:
    plan = notes.plan_of(session)
    return {**{f"agrees-{one['id']}": "yes" for one in plan.techniques}, "none_so_far": "yes"}


def begins(client: Client, session: Session) -> int:
    return client.post(reverse("session_begin", args=[session.key]), everything_yes(session)).status_code


def screened(client: Client, session: Session) -> None:
    asked_again(client, session)


def has_begun(session: Session) -> bool:
    return Note.objects.filter(session=session).exclude(consent={}).exists()


def test_a_session_begins_once_however_often_the_button_is_pressed(as_therapist: Client, today: Session) -> None:
    screened(as_therapist, today)
    assert [begins(as_therapist, today), begins(as_therapist, today)] == [302, 302]
    assert has_begun(today)
    told = KeptFinding.objects.filter(episode=today.episode, fact=rescreen.stop_signs()[0], source="clinician")
    assert told.filter(recorded_at__date=timezone.localdate(), value="no").count() == 1


@pytest.mark.parametrize("status", ["held", "cancelled", "missed"])
def test_what_is_not_booked_does_not_begin(as_therapist: Client, today: Session, status: str) -> None:
    screened(as_therapist, today)
    Session.objects.filter(pk=today.pk).update(status=status)
    assert begins(as_therapist, today) == 409
    assert not has_begun(today)


def test_it_begins_on_its_own_day_only(as_therapist: Client, today: Session) -> None:
    screened(as_therapist, today)
    for days in (-1, 1):
        Session.objects.filter(pk=today.pk).update(day=timezone.localdate() + timedelta(days=days), start="05:00")
        assert begins(as_therapist, today) == 409
    assert not has_begun(today)


def test_what_was_asked_yesterday_was_not_asked_today(as_therapist: Client, today: Session) -> None:
    screened(as_therapist, today)
    said = KeptFinding.objects.filter(episode=today.episode, at__date=timezone.localdate())
    for row in said:
        KeptFinding.objects.filter(pk=row.pk).update(at=row.at - timedelta(days=1))
    assert begins(as_therapist, today) == 409
    assert not has_begun(today)


def test_it_does_not_begin_while_a_hold_stands_in_a_closed_episode_or_after_an_open_danger(
    as_therapist: Client, today: Session, therapist: Member
) -> None:
    screened(as_therapist, today)
    hold = Hold.objects.create(episode=today.episode, since=timezone.now(), because="somebody must look")
    assert begins(as_therapist, today) == 409
    hold.delete()
    Episode.objects.filter(pk=today.episode_id).update(stage="closed")
    assert begins(as_therapist, today) == 409
    Episode.objects.filter(pk=today.episode_id).update(stage="treat")
    add(today.episode, TAKEN_BACK, Author(source="patient", by="personal link"))
    Session.objects.filter(pk=today.pk).update(status="booked")
    Hold.objects.all().delete()
    assert begins(as_therapist, today) == 409
    assert not has_begun(today)


def test_a_stop_sign_told_since_the_page_was_opened_is_not_wiped_away(as_therapist: Client, today: Session) -> None:
    screened(as_therapist, today)
    base = advice.knowledge()
    mild = []
    for name in rescreen.stop_signs():
        outcome = evaluate(base, {**advice.assessment_of(today.episode).values, name: True})
        if base.dispositions[outcome.disposition].offers_care and not outcome.held:
            mild.append(name)
    add(today.episode, {mild[0]: "yes"}, Author(source="patient", by="personal link"))
    assert begins(as_therapist, today) == 422
    assert not has_begun(today)


def test_what_is_not_allowed_today_is_not_agreed_to(as_therapist: Client, today: Session) -> None:
    screened(as_therapist, today)
    Member.objects.filter(pk=today.therapist_id).update(skills=[])  # the qualification was taken back
    assert begins(as_therapist, today) in (409, 422)
    assert not has_begun(today)


def test_who_has_no_skill_does_not_begin_the_session_of_somebody_who_has(today: Session, as_therapist: Client) -> None:
    screened(as_therapist, today)
    other = Member.objects.filter(clinic=today.clinic, role="lead")[0]
    Member.objects.filter(pk=other.pk).update(skills=[])
    assert begins(signed_in(today.clinic, "lead"), today) in (409, 422)
    assert not has_begun(today)


def test_what_has_no_signature_or_was_refused_is_signed_only_with_a_word_why(
    as_therapist: Client, today: Session
) -> None:
    screened(as_therapist, today)
    plan = notes.plan_of(today)
    unsigned, refused = consents.wanted(plan)[:2]
    Consent.objects.filter(episode=today.episode, technique=unsigned).update(withdrawn_at=timezone.now())
    said = {**everything_yes(today), f"agrees-{unsigned}": "yes", f"agrees-{refused}": "no"}
    assert as_therapist.post(reverse("session_begin", args=[today.key]), said).status_code == 302
    note = Note.objects.get(session=today)
    assert note.consent["techniques"] == {refused: "no"}
    form = form_of(today, note, act="sign")
    form |= {f"t-{one['id']}-done": "yes" for one in plan.techniques}
    url = reverse("session", args=[today.key])
    answered = as_therapist.post(url, form)
    assert answered.status_code == 422
    assert {field for field, _says in answered.context["faults"]} == {f"t-{unsigned}-why", f"t-{refused}-why"}
    form |= {f"t-{name}-why": "Done before the answer was heard; told at once." for name in (unsigned, refused)}
    assert as_therapist.post(url, form).status_code == 302


def test_what_was_signed_before_the_reason_of_an_override_does_not_count_for_it(
    cared: Episode, therapist: Member
) -> None:
    plan = Plan.objects.get(episode=cared)
    name = consents.wanted(plan)[0]
    assert name in consents.valid(plan)
    Override.objects.create(plan=plan, technique=name, rules=["some.rule"], reason="weighed", member=therapist)
    assert name not in consents.valid(plan)
    Consent.objects.filter(episode=cared, technique=name).update(given_at=timezone.now())
    assert name in consents.valid(plan)


def test_one_tick_answers_only_what_stood_on_the_page(as_therapist: Client, today: Session) -> None:
    page = as_therapist.get(reverse("session", args=[today.key])).content.decode()
    sent = calm_answers(page)
    none = next(name for name in sent if name.startswith("none-"))
    facts = advice.knowledge().questions[none.removeprefix("none-")].settles
    asked = [name for name in facts if f"shown-{name}" in sent]
    unseen = asked[0]
    del sent[f"shown-{unseen}"]  # it became open after the page had been opened
    as_therapist.post(reverse("session_ask", args=[today.key]), sent)
    kept = set(
        KeptFinding.objects.filter(episode=today.episode, at__date=timezone.localdate()).values_list("fact", flat=True)
    )
    assert unseen not in kept
    assert set(asked[1:]) <= kept


# what belongs to one person counts in every episode


def other_episode(cared: Episode) -> Episode:
    return Episode.objects.create(
        person=cared.person, clinic=cared.clinic, complaint="neck", therapist=cared.therapist, opened_at=timezone.now()
    )


def statuses_ahead(episode: Episode) -> set[str]:
    ahead = Session.objects.filter(episode=episode, day__gte=timezone.localdate())
    return set(ahead.values_list("status", flat=True))


LASTING = {"cancer_active": "yes"}


def test_a_lasting_danger_found_in_one_episode_holds_the_bookings_of_the_other(
    cared: Episode, therapist: Member
) -> None:
    add(other_episode(cared), LASTING, Author.of(therapist))
    assert statuses_ahead(cared) == {"held"}
    assert Hold.objects.filter(episode=cared, released_at=None).exists()
    cared.refresh_from_db()
    assert not advice.knowledge().dispositions[cared.disposition].offers_care


def test_a_lasting_danger_found_in_another_episode_after_a_release_holds_again(
    cared: Episode, therapist: Member
) -> None:
    other = other_episode(cared)
    add(other, LASTING, Author.of(therapist))
    rules = Hold.objects.get(episode=cared).rules
    Hold.objects.update(released_at=timezone.now(), released_by=therapist)
    assert all(record._was_released(cared, rule) for rule in rules)
    add(other, LASTING, Author.of(therapist))
    assert not any(record._was_released(cared, rule) for rule in rules)


def test_two_entries_that_were_one_share_their_dangers(cared: Episode, therapist: Member) -> None:
    twin = new_episode(cared.clinic, therapist, "Twin")
    add(twin, LASTING, Author.of(therapist))
    assert statuses_ahead(cared) == {"booked"}
    merge(cared.person, twin.person, therapist)
    assert statuses_ahead(cared) == {"held"}


# what was begun is not moved or taken away, and can be signed


@pytest.fixture
def running(as_therapist: Client, today: Session) -> Session:
    screened(as_therapist, today)
    assert begins(as_therapist, today) == 302
    today.refresh_from_db()
    return today


@pytest.mark.parametrize("act", ["cancelled", "missed", "move"])
def test_the_desk_cannot_take_away_a_session_that_has_begun(as_desk: Client, running: Session, act: str) -> None:
    day = timezone.localdate() + timedelta(days=1)
    where = {"day": day.isoformat(), "start": "10:00", "therapist": diary.therapist_id(running.therapist_id)}
    sent = {"act": act, "version": str(running.version), "set_aside": "yes", **where}
    answered = as_desk.post(reverse("session_booking", args=[running.key]), sent)
    assert answered.status_code == 409
    assert "has begun" in answered.content.decode()
    assert as_desk.post(reverse("session_move", args=[running.key]), sent).status_code == 409
    running.refresh_from_db()
    assert (running.status, running.day) == ("booked", timezone.localdate())


def test_what_was_begun_is_signed_also_when_a_hold_or_the_end_came_between(
    as_therapist: Client, running: Session, therapist: Member
) -> None:
    closing.seen(running, rescreen.stop_signs()[:1], therapist)
    deciding._close(running.episode, {}, therapist)
    running.refresh_from_db()
    assert running.status in ("booked", "held")
    note = Note.objects.get(session=running)
    form = form_of(running, note, act="sign")
    form |= {name.replace("-done", "-why"): "It was done before." for name in form if name.endswith("-done")}
    assert as_therapist.post(reverse("session", args=[running.key]), form).status_code == 302
    running.refresh_from_db()
    assert running.status == "done"
    assert Episode.objects.get(pk=running.episode_id).stage == "closed"


# midnight


def test_midnight_is_that_of_the_clinic_wherever_the_question_comes_from(cleared: Episode, therapist: Member) -> None:
    clinic = cleared.clinic
    clinic.zone = "Pacific/Auckland"
    clinic.save()
    cleared.clinic = clinic
    now = datetime(2026, 6, 10, 12, 30, tzinfo=UTC)  # half past midnight there, noon of the day before here
    KeptFinding.objects.filter(episode=cleared).update(at=now - timedelta(hours=1))
    base = advice.knowledge()

    def offers_care(moment: datetime) -> set[bool]:
        found = (advice.outcome_of(cleared, moment), advice.assessment_of(cleared, moment).outcome)
        return {base.dispositions[one.disposition].offers_care for one in found}

    with timezone.override(UTC):
        assert offers_care(now - timedelta(minutes=45)) == {True}
        assert offers_care(now) == {False}
    with timezone.override("Pacific/Auckland"):
        assert offers_care(now) == {False}


def test_a_calendar_that_reads_along_is_noted_once_an_hour(clinic: Clinic, therapist: Member) -> None:
    link = CalendarLink.objects.create(member=therapist, secret_hash=hash_of("secret"))
    for _twice in range(2):
        assert Client().get(reverse("calendar_feed", args=["secret"])).status_code == 200
    assert AuditEntry.objects.filter(clinic=clinic, actor=therapist.name, about="calendar address").count() == 1
    link.revoked_at = timezone.now()
    link.save()
    assert Client().get(reverse("calendar_feed", args=["secret"])).status_code == 404
