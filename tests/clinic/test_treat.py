"""A session: asked again, agreed, written down, signed; nothing is lost when two write, and dangers lock it."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.models import (
    AdverseEvent,
    AuditEntry,
    Clinic,
    Episode,
    Hold,
    KeptFinding,
    Member,
    Note,
    Session,
    Task,
)
from spinepath.clinic.oversight.export_paper import paper_of
from spinepath.clinic.oversight.kept import kept_of
from spinepath.clinic.plan.options import Options
from spinepath.clinic.treat import closing, notes, rescreen
from spinepath.clinic.treat.showing import Shown
from spinepath.engine.words import level_words
from tests.clinic.conftest import signed_in
from tests.clinic.courses import calm_answers, session_today, under_care

pytestmark = pytest.mark.django_db


@pytest.fixture
def cared(therapist: Member) -> Episode:
    return under_care(therapist, had=1)


@pytest.fixture
def today(cared: Episode) -> Session:
    return session_today(cared)


def asked_again(client: Client, session: Session, **other: str) -> Any:
    """Answer until nothing is open any more."""
    for _round in range(5):
        page = client.get(reverse("session", args=[session.key])).content.decode()
        if "Ask again today" not in page:
            break
        answers = {**calm_answers(page), **other}
        for name in other:
            question = advice.knowledge().question_of.get(name.removeprefix("f-"))
            if question:
                answers.pop(f"none-{question.id}", None)
        client.post(reverse("session_ask", args=[session.key]), answers)
    return page


def begun(client: Client, session: Session) -> Note:
    asked_again(client, session)
    plan = notes.plan_of(session)
    agrees = {f"agrees-{one['id']}": "yes" for one in plan.techniques}
    client.post(reverse("session_begin", args=[session.key]), {**agrees, "none_so_far": "yes"})
    return Note.objects.get(session=session)


def form_of(session: Session, note: Note, **more: str) -> dict[str, str]:
    what = notes.written(note, session, notes.plan_of(session))
    typed: dict[str, str] = {"version": str(note.version)}
    for one in what.techniques():
        typed |= {f"t-{one['id']}-done": "yes", f"t-{one['id']}-level": one["level"]}
    phases = [name for phase in advice.knowledge().phases.values() for name in phase.asks]
    return {**typed, **{f"f-{name}": "yes" for name in phases}, **more}


def test_the_second_visit_asks_again_and_locks_the_phases(as_therapist: Client, today: Session) -> None:
    page = as_therapist.get(reverse("session", args=[today.key])).content.decode()
    assert "Ask again today" in page
    assert "Begin the session" not in page
    answered = as_therapist.post(reverse("session_begin", args=[today.key]), {"none_so_far": "yes"})
    assert answered.status_code == 409
    assert not Note.objects.filter(session=today).exists()


def test_answers_are_kept_as_told_by_the_patient(as_therapist: Client, today: Session) -> None:
    page = asked_again(as_therapist, today)
    assert "Begin the session" in page
    kept = KeptFinding.objects.filter(episode=today.episode, at__date=timezone.localdate())
    assert {row.source for row in kept} == {"patient", "clinician"}
    assert all(row.member_id for row in kept)
    told = [row for row in kept if row.source == "patient"]
    assert {row.by for row in told} == {"Helen Marsh"}
    names = {str(row.member.name) for row in kept if row.member}
    acted = AuditEntry.objects.filter(about="findings", person=today.episode.person.key)
    assert {one.actor for one in acted} == names, "the audit names who typed"
    assert not acted.filter(actor__contains="Marsh").exists()


def test_a_danger_shows_what_to_do_locks_the_session_and_holds_what_is_booked(
    as_therapist: Client, today: Session
) -> None:
    asked_again(as_therapist, today, **{"f-saddle_numbness": "yes"})
    page = as_therapist.get(reverse("session", args=[today.key])).content.decode()
    assert advice.knowledge().dispositions[advice.knowledge().ladder[-1]].name in page
    assert "Begin the session" not in page
    assert Hold.objects.filter(episode=today.episode, released_at=None).count() == 1
    assert not Session.objects.filter(episode=today.episode, status="booked").exists()


def test_it_begins_only_with_an_answer_to_each_technique_and_a_look_at_the_signs(
    as_therapist: Client, today: Session
) -> None:
    asked_again(as_therapist, today)
    answered = as_therapist.post(reverse("session_begin", args=[today.key]), {})
    assert answered.status_code == 422
    note = begun(as_therapist, today)
    assert note.consent["by"] == Member.objects.get(role="therapist", pk=today.therapist_id).name
    assert set(note.consent["techniques"].values()) == {"yes"}


def test_a_session_is_signed_and_counts(as_therapist: Client, today: Session) -> None:
    note = begun(as_therapist, today)
    answered = as_therapist.post(
        reverse("session", args=[today.key]), form_of(today, note, act="sign", free="All well.")
    )
    assert answered.status_code == 302, answered.content.decode()[:3000]
    today.refresh_from_db()
    note.refresh_from_db()
    assert today.status == "done"
    assert note.signed_by == today.therapist
    assert note.free == "All well."
    assert note.before
    page = as_therapist.get(reverse("session", args=[today.key])).content.decode()
    assert "Signed by" in page


def test_a_signed_note_says_levels_and_days_in_words(as_therapist: Client, therapist: Member, today: Session) -> None:
    note = begun(as_therapist, today)
    as_therapist.post(reverse("session", args=[today.key]), {**form_of(today, note), "act": "sign"})
    first = next(line for line in Shown(today, Note.objects.get(pk=note.pk)).lines if line.technique.scale)
    planned, other = advice.knowledge().scales[str(first.technique.scale)].levels[:2]
    first.row.update(planned_level=planned.id, level=other.id, minutes="7", why="Asked for it.")
    phases = [{"phase": next(iter(first.technique.phases)), "techniques": [first.row]}]
    Note.objects.filter(pk=note.pk).update(phases=phases)
    as_therapist.post(reverse("session_add", args=[today.key]), {"says": "Rang at noon."})
    page = html.unescape(as_therapist.get(reverse("session", args=[today.key])).content.decode())
    assert f"{first.technique.name}, {level_words(other)}, planned {level_words(planned)}, 7 min: Asked" in page
    ids = [re.escape(level.id) for scale in advice.knowledge().scales.values() for level in scale.levels]
    assert not re.search(rf", ({'|'.join(ids)})[,<: ]+(?!\()", page), "a level stands there without its words"
    assert str(timezone.localdate()) not in re.sub(r'="[^"]*"', "", page), "a day stands there as a machine writes it"
    # and so it does on the paper of the whole record
    lead = Member.objects.filter(clinic=today.clinic, role="lead")[0]
    person = today.episode.person
    text = repr(paper_of(person, kept_of(person), lead, timezone.localtime()))
    assert f"{first.technique.name}, {level_words(other)}" in text
    assert "Rang at noon." in text


def test_what_was_left_out_needs_a_reason_and_a_wrong_number_is_said_at_its_place(
    as_therapist: Client, today: Session
) -> None:
    note = begun(as_therapist, today)
    form = form_of(today, note, act="sign", free="typed")
    first = next(name for name in form if name.endswith("-done"))
    del form[first]
    form[first.replace("-done", "-minutes")] = "many"
    after = next(name for name in advice.knowledge().facts if name == "leg_pain")
    form[f"after-{after}"] = "99"
    answered = as_therapist.post(reverse("session", args=[today.key]), form)
    assert answered.status_code == 422
    page = answered.content.decode()
    assert "write why it was left out" in page
    assert "many" in page
    assert "typed" in page
    assert Note.objects.get(pk=note.pk).signed_at is None


def test_signing_twice_signs_once_and_loses_no_word(as_therapist: Client, as_lead: Client, today: Session) -> None:
    note = begun(as_therapist, today)
    form = form_of(today, note, act="sign", free="first")
    as_therapist.post(reverse("session", args=[today.key]), form)
    signed = Note.objects.get(pk=note.pk)
    answered = as_lead.post(reverse("session", args=[today.key]), {**form, "free": "other words"})
    assert answered.status_code == 409
    assert "other words" in answered.content.decode()
    again = Note.objects.get(pk=note.pk)
    assert (again.free, again.signed_by_id, again.signed_at) == ("first", signed.signed_by_id, signed.signed_at)
    for _twice in range(2):
        as_lead.post(reverse("session_add", args=[today.key]), {"says": "other words"})
    assert [one["says"] for one in Note.objects.get(pk=note.pk).additions] == ["other words"]


def test_a_stale_page_shows_both_texts(as_therapist: Client, as_lead: Client, today: Session) -> None:
    note = begun(as_therapist, today)
    form = form_of(today, note)
    url = reverse("session_draft", args=[today.key])
    assert as_therapist.post(url, {**form, "free": "of Ben"}).status_code == 200
    told = as_lead.post(url, {**form, "free": "of Anna"})
    assert told.status_code == 409
    assert told.json()["free"] == "of Ben"
    page = as_lead.post(reverse("session", args=[today.key]), {**form, "free": "of Anna"})
    assert page.status_code == 409
    assert "of Ben" in page.content.decode()
    assert "of Anna" in page.content.decode()
    assert Note.objects.get(pk=note.pk).free == "of Ben"


@pytest.mark.parametrize("act", ["save", "sign"])
def test_keeping_mine_loses_nothing_of_theirs(as_therapist: Client, as_lead: Client, today: Session, act: str) -> None:
    note = begun(as_therapist, today)
    form = form_of(today, note)
    page, technique = reverse("session", args=[today.key]), notes.plan_of(today).techniques[0]["id"]
    theirs = {**form, "free": "of Ben", f"t-{technique}-where": "left of L5"}
    as_therapist.post(page, theirs)
    shown = as_lead.post(page, {**form, "free": "of Anna"}).content.decode()
    version = shown.split('name="version" value="')[1].split('"')[0]
    assert 'name="over" value="yes"' in shown
    mine = {**form, "free": "of Anna", "version": version, "over": "yes", "act": act}
    assert as_lead.post(page, mine).status_code == 302
    kept = Note.objects.get(pk=note.pk)
    assert kept.free == "of Anna"
    assert [(one["by"], one["replaced_by"], one["free"]) for one in kept.replaced] == [
        (kept.session.therapist.name, kept.saved_by.name, "of Ben")  # type: ignore[union-attr]
    ]
    seen = as_therapist.get(page).content.decode()
    assert "of Ben" in seen
    assert "left of L5" in seen
    # who goes on with the own draft replaces nothing
    if act == "save":
        as_lead.post(page, {**mine, "version": str(kept.version), "over": "", "free": "of Anna, more"})
        assert len(Note.objects.get(pk=note.pk).replaced) == 1


def test_keeping_both_replaces_nothing(as_therapist: Client, as_lead: Client, today: Session) -> None:
    note = begun(as_therapist, today)
    form = form_of(today, note)
    url = reverse("session_draft", args=[today.key])
    version = as_therapist.post(url, {**form, "free": "of Ben"}).json()["version"]
    both = {**form, "free": "of Anna\n\nBen: of Ben", "version": version, "over": "yes"}
    assert as_lead.post(url, both).status_code == 200
    assert Note.objects.get(pk=note.pk).replaced == []


def test_the_same_person_at_two_machines_loses_nothing_either(as_therapist: Client, today: Session) -> None:
    note = begun(as_therapist, today)
    form = form_of(today, note)
    url = reverse("session_draft", args=[today.key])
    version = as_therapist.post(url, {**form, "free": "on the tablet"}).json()["version"]
    as_therapist.post(url, {**form, "free": "at the desk", "version": version, "over": "yes"})
    assert [one["free"] for one in Note.objects.get(pk=note.pk).replaced] == ["on the tablet"]


def test_the_same_draft_twice_is_one(as_therapist: Client, today: Session) -> None:
    note = begun(as_therapist, today)
    form = form_of(today, note, free="once")
    url = reverse("session_draft", args=[today.key])
    first = as_therapist.post(url, form).json()["version"]
    assert as_therapist.post(url, form).json()["version"] == first


def marks_of(page: str) -> dict[str, str]:
    """How the page says that each technique stands."""
    return dict(re.findall(r'name="(t-[^"]+-stands)" value="([^"]+)"', page))


def test_what_nobody_asked_yet_does_not_read_like_a_finding(as_therapist: Client, today: Session) -> None:
    page = reverse("session", args=[today.key])
    closing.begin(today, {}, today.therapist)
    told = as_therapist.get(page).content.decode()
    state = "".join(re.findall(r'<p class="treat-closed">(.*?)</p>', told, re.DOTALL))
    assert "It waits for answers that are still open." in state
    base = advice.knowledge()
    grave = {rule.says.therapist for rule in base.rules.values() if rule.then.at_least == base.ladder[-1]}
    assert not any(says in html.unescape(state) for says in grave)
    # what the phases themselves settle is said, and a sign that was really seen is
    about = {rule for name in rescreen.in_phases() for rule in base.rules_about[name]}
    assert any(base.rules[name].says.therapist in html.unescape(state) for name in about)
    closing.seen(today, ["reaction_saddle"], today.therapist)
    seen = html.unescape(as_therapist.get(page).content.decode())
    assert base.rules["stop.saddle"].says.therapist in seen


def test_a_draft_brings_what_opened_by_it_and_nothing_else(as_therapist: Client, today: Session) -> None:
    note = begun(as_therapist, today)
    page, url = reverse("session", args=[today.key]), reverse("session_draft", args=[today.key])
    marks = marks_of(as_therapist.get(page).content.decode())
    form = {**form_of(today, note), **marks}
    waits = [line.prefix for line in Shown(today, note).lines if line.row["done"] is None]
    assert waits
    form = {name: text for name, text in form.items() if not name.endswith("-done") or name[:-4] not in waits}
    form |= {f"{prefix}waits": "yes" for prefix in waits}
    told = as_therapist.post(url, form).json()
    assert set(told["parts"]) == {f"{prefix}{part}" for prefix in waits for part in ("state", "levels")}
    assert all("data-proposed" in told["parts"][f"{prefix}state"] for prefix in waits)
    # what the page shows after it stands as the server says
    fresh = marks_of("".join(told["parts"].values()))
    form = {name: text for name, text in {**form, **fresh}.items() if not name.endswith("waits")}
    again = as_therapist.post(url, {**form, **{f"{prefix}done": "yes" for prefix in waits}, "version": told["version"]})
    assert again.json()["parts"] == {}
    # and what is no longer allowed comes back closed
    phases = {f"f-{name}" for name in rescreen.in_phases()}
    undone = {name: text for name, text in form.items() if name not in phases}
    closed = as_therapist.post(url, {**undone, "version": again.json()["version"]}).json()["parts"]
    assert all("not allowed as things stand" in closed[f"{prefix}state"] for prefix in waits)


def test_a_stop_sign_counts_at_once(as_therapist: Client, today: Session) -> None:
    begun(as_therapist, today)
    url = reverse("session_signs", args=[today.key])
    answered = as_therapist.post(url, {"seen": "reaction_saddle"}, headers={"HX-Request": "true"})
    assert advice.knowledge().rules["stop.saddle"].says.therapist[:40] in answered.content.decode()
    assert Hold.objects.filter(episode=today.episode, released_at=None).exists()
    assert as_therapist.post(url, {"seen": "fever"}).status_code == 302
    assert not KeptFinding.objects.filter(episode=today.episode, fact="fever", value="yes").exists()


def test_an_adverse_event_is_kept_once_with_somebody_to_ask_again(as_therapist: Client, today: Session) -> None:
    begun(as_therapist, today)
    url = reverse("session_event", args=[today.key])
    technique = notes.plan_of(today).techniques[0]["id"]
    for _twice in range(2):
        as_therapist.post(url, {"severity": "harm.moderate", "techniques": [technique, "nonsense"], "says": "sore"})
    event = AdverseEvent.objects.get()
    assert event.techniques == [technique]
    due = (event.follow_up_due - timezone.localdate()).days
    assert due == advice.knowledge().severities["harm.moderate"].ask_again_days
    assert Task.objects.filter(kind=Task.Kind.FOLLOW_UP, about=event.key, settled_at=None).count() == 1
    assert Hold.objects.filter(episode=today.episode).exists()
    assert as_therapist.post(url, {"severity": "terrible"}).status_code == 422
    for _twice in range(2):
        as_therapist.post(reverse("event_asked", args=[event.key]), {"outcome": "well again"})
    assert not Task.objects.filter(kind=Task.Kind.FOLLOW_UP, settled_at=None).exists()


def test_a_milder_event_does_not_hide_a_graver_one(as_therapist: Client, today: Session) -> None:
    begun(as_therapist, today)
    for grade in ("harm.severe", "harm.mild"):
        as_therapist.post(reverse("session_event", args=[today.key]), {"severity": grade})
    assert list(KeptFinding.objects.filter(fact="after_last_session").values_list("value", flat=True))[-1] == "severe"
    assert AdverseEvent.objects.count() == 2


def test_others_do_not_get_in(clinic: Clinic, as_desk: Client, today: Session) -> None:
    from spinepath.clinic.demo import make_clinic

    assert as_desk.get(reverse("session", args=[today.key])).status_code == 403
    assert as_desk.post(reverse("session_draft", args=[today.key])).status_code == 403
    elsewhere = signed_in(make_clinic("Other", "2"), "therapist")
    for name in ("session", "session_ask", "session_begin", "session_draft", "session_signs", "session_event"):
        method = elsewhere.get if name == "session" else elsewhere.post
        assert method(reverse(name, args=[today.key])).status_code == 404, name


WILD = ["", "\x00", "<b>x</b>", "😀" * 5000, "‮שלום", "-1e999", "NaN", "9" * 30, "../../etc", "yes\nno", "x" * 25000]


@pytest.mark.parametrize("wild", WILD, ids=range(len(WILD)))
def test_nothing_typed_breaks_a_form(as_therapist: Client, today: Session, wild: str) -> None:
    page = as_therapist.get(reverse("session", args=[today.key])).content.decode()
    answers = dict.fromkeys(calm_answers(page), wild)
    assert as_therapist.post(reverse("session_ask", args=[today.key]), answers).status_code in (302, 422)
    note = begun(as_therapist, today)
    form = dict.fromkeys(form_of(today, note, act="sign", free=""), wild)
    for name in ("session", "session_draft"):
        assert as_therapist.post(reverse(name, args=[today.key]), form).status_code in (200, 302, 409, 422)
        sent = {**form, "act": "sign", "free": wild}
        assert as_therapist.post(reverse(name, args=[today.key]), sent).status_code in (200, 302, 409, 422)
    for name in ("session_signs", "session_event", "session_add", "session_begin"):
        sent = dict.fromkeys(("seen", "severity", "techniques", "says", "none_so_far"), wild)
        assert as_therapist.post(reverse(name, args=[today.key]), sent).status_code in (200, 302, 409, 422)


def test_the_pages_ask_no_more_of_the_database_as_sessions_grow(
    as_therapist: Client, therapist: Member, django_assert_max_num_queries: Any
) -> None:
    few, many = under_care(therapist, had=1, ahead=1), under_care(therapist, had=12, ahead=12, family_name="Long")
    counts = []
    for episode in (few, many):
        with django_assert_max_num_queries(60) as asked:
            assert as_therapist.get(reverse("treat", args=[episode.key])).status_code == 200
            assert as_therapist.get(reverse("session", args=[session_today(episode).key])).status_code == 200
        counts.append(len(asked))
    assert counts[1] <= counts[0]


def test_what_is_not_allowed_yet_is_not_ticked_until_somebody_ticks_it(as_therapist: Client, today: Session) -> None:
    note = begun(as_therapist, today)
    by_hand = [one["id"] for one in notes.plan_of(today).techniques if advice.knowledge().is_hands_on(one["id"])]
    assert all(line.row["done"] for line in Shown(today, note).lines if line.is_allowed)
    as_therapist.post(reverse("session_signs", args=[today.key]), {"seen": rescreen.stop_signs()})
    waiting = [line for line in Shown(today, note).lines if not line.is_allowed]
    assert {line.technique.id for line in waiting} & set(by_hand)
    assert {line.row["done"] for line in waiting} == {None}
    first = waiting[0].technique.id
    sent = {f"t-{first}-done": "yes", "version": str(note.version)}
    as_therapist.post(reverse("session_draft", args=[today.key]), sent)
    note.refresh_from_db()
    assert [line.row["done"] for line in Shown(today, note).lines if line.technique.id == first] == [True]


def test_what_was_waiting_is_proposed_once_it_is_allowed_and_signed_only_when_it_was_looked_at(
    as_therapist: Client, today: Session
) -> None:
    note = begun(as_therapist, today)
    start = notes.planned(today, notes.plan_of(today))
    names = [one["id"] for one in start.techniques()]
    sent = {f"t-{name}-waits": "yes" for name in names}
    what = notes.typed(start, sent, [])
    assert {one["done"] for one in what.techniques()} == {None}
    lines = Shown(today, note, what).lines
    assert all(line.row["done"] is (True if line.is_allowed else None) for line in lines)
    options = Options(advice.outcome_of(today.episode), [])
    assert {field for field, _says in notes.faults_of(what, options, [], set(names))} >= {
        f"t-{line.technique.id}-done" for line in lines if line.is_allowed
    }
    left_out = notes.typed(start, {**sent, **{f"t-{name}-why": "Tired." for name in names}}, [])
    assert {one["done"] for one in left_out.techniques()} == {False}
    assert notes.faults_of(left_out, options, [], set(names)) == []
