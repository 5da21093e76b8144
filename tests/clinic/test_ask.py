"""Personal links and the questions that people answer by them: who comes in, what is kept, what is said at once."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from spinepath.clinic import advice, record
from spinepath.clinic.ask import doors
from spinepath.clinic.ask.sitting import Sitting
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import AuditEntry, Clinic, Drawing, Episode, KeptFinding, Member, PersonalLink, Task
from spinepath.clinic.models.people import hash_of
from spinepath.engine.cache import default_folder
from spinepath.engine.evaluate import evaluate
from spinepath.engine.questions import questions
from spinepath.engine.screens import reader_of
from tests.clinic.conftest import signed_in
from tests.clinic.people import answers_of, new_episode, queries_of

WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def nobody_tried() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def secret(episode: Episode, therapist: Member) -> str:
    return doors.make_link(episode, "ask", therapist, WEEK)


@pytest.fixture
def link(secret: str) -> PersonalLink:
    return PersonalLink.objects.get(secret_hash=hash_of(secret))


@pytest.fixture
def person(secret: str) -> Client:
    """The browser of somebody who opened the link."""
    client = Client()
    assert client.get(f"/i/{secret}")["Location"] == "/my/ask/"
    return client


def fields_of(client: Client, address: str = "") -> dict[str, Any]:
    """What the form of the next page would send, with "I do not know" everywhere."""
    address = address or client.get("/my/ask/next/")["Location"]
    text = client.get(address).content.decode()
    sent: dict[str, Any] = {name: re.search(f'name="{name}" value="([^"]*)"', text)[1] for name in ("screen", "facts")}  # type: ignore[index]
    if 'name="rest"' in text:
        return {**sent, "rest": "unknown"}
    for fact in sent["facts"].split(","):
        typed = f'type="checkbox" id="a-{fact}-unknown"' in text
        sent[f"a-{fact}-unknown" if typed else f"a-{fact}"] = "unknown"
    return sent


def answer_all(client: Client, chart: dict[str, str]) -> int:
    """Answer as the chart says until nothing is asked any more; how many pages there were."""
    for pages in range(60):
        address = client.get("/my/ask/next/")["Location"]
        if not re.fullmatch(r"/my/ask/\d+/", address):
            return pages
        sent = fields_of(client, address)
        facts = sent["facts"].split(",")
        if "rest" in sent:
            sent["ticked"] = [fact for fact in facts if chart.get(fact) == "yes"]
            sent["unsure"] = [fact for fact in facts if fact not in chart]
            sent["rest"] = [] if sent["ticked"] else ["none"]
            if sent["unsure"] and len(sent["unsure"]) == len(facts):
                sent["rest"] = ["unknown"]
        else:
            sent |= {f"a-{fact}": chart[fact] for fact in facts if fact in chart}
            for fact in facts:
                if fact in chart:
                    sent.pop(f"a-{fact}-unknown", None)
        response = client.post(address, sent)
        assert response.status_code == 302, response.content.decode()[:3000]
    raise AssertionError("the questions do not end")


def gravest_line() -> tuple[str, str]:
    """A screen for people and the first of its lines that is an emergency by itself."""
    base = advice.knowledge()
    last = base.ladder[-1]
    for question in sorted(base.questions.values(), key=lambda one: one.order):
        for fact in question.settles if question.kind == "checklist" and question.reader == "patient" else ():
            if any(base.rules[rule].then.at_least == last for rule in base.rules_about[fact]):
                return question.id, fact
    raise AssertionError


# the door


def test_the_secret_is_exchanged_and_stands_nowhere_afterwards(
    secret: str, episode: Episode, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = Client()
    response = client.get(f"/i/{secret}")
    assert response["Location"] == "/my/ask/"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    assert secret not in str(dict(client.session))
    assert secret not in caplog.text
    assert not PersonalLink.objects.filter(secret_hash__contains=secret[:8]).exists()
    page = client.get("/my/ask/")
    assert page.status_code == 200
    assert secret not in page.content.decode()
    assert not any(secret in str(entry.__dict__) for entry in AuditEntry.objects.all())


@pytest.mark.parametrize("wrong", ["x", "A" * 2000, "..", "%00", "%F0%9F%98%80", "<script>", "a b", "'--"])
def test_a_wrong_link_is_a_kind_page_and_never_in_a_log(
    clinic: Clinic, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client = Client()
    response = client.get(f"/i/{wrong}")
    assert response["Location"] == "/my/closed/"
    closed = client.get("/my/closed/")
    assert closed.status_code == 410
    assert "112" in closed.content.decode()
    assert f"/i/{wrong}" not in caplog.text


def test_whoever_tries_many_wrong_links_has_to_wait(secret: str) -> None:
    client = Client()
    for _try in range(doors.WRONG_TRIES):
        client.get("/i/wrong")
    client.get("/i/wrong")
    assert client.get("/my/closed/").status_code == 429
    # behind another server everybody comes from one address: who has a link is not kept out by others' tries
    assert client.get(f"/i/{secret}")["Location"] == "/my/ask/"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expires_at": timezone.now() - timedelta(minutes=1)}, "has expired"),
        ({"revoked_at": timezone.now()}, "was replaced"),
        ({"finished_at": timezone.now()}, "have arrived"),
    ],
)
def test_a_link_that_ended_says_why_before_and_in_the_middle(
    person: Client, link: PersonalLink, secret: str, changes: dict[str, Any], says: str
) -> None:
    fields = fields_of(person)
    PersonalLink.objects.filter(pk=link.pk).update(**changes)
    for browser, response in (
        (person, person.post("/my/ask/1/", fields)),
        (other := Client(), other.get(f"/i/{secret}")),
    ):
        assert response["Location"] == "/my/closed/"
        closed = browser.get("/my/closed/")
        assert closed.status_code == 410
        assert says in closed.content.decode()
        assert link.episode.clinic.phone in closed.content.decode()
    assert not KeptFinding.objects.exists()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"expires_at": timezone.now() - timedelta(minutes=1)}, "has expired"),
        ({"revoked_at": timezone.now()}, "was replaced"),
    ],
)
def test_a_finished_link_tells_of_a_danger_only_until_it_ends(
    person: Client, link: PersonalLink, secret: str, therapist: Member, changes: dict[str, Any], says: str
) -> None:
    link.finished_at = timezone.now()
    link.save()
    _screen, fact = gravest_line()
    record.add(link.episode, {fact: "yes"}, record.Author.of(therapist))
    assert Client().get(f"/i/{secret}")["Location"] == "/my/ask/urgent/"
    assert person.get("/my/ask/urgent/").status_code == 200
    PersonalLink.objects.filter(pk=link.pk).update(**changes)
    other = Client()
    for browser, address in ((other, f"/i/{secret}"), (person, "/my/ask/urgent/"), (person, "/my/ask/end/")):
        assert browser.get(address)["Location"] == "/my/closed/"
        assert says in browser.get("/my/closed/").content.decode()


def test_without_a_link_nothing_opens(client: Client, episode: Episode) -> None:
    for address in ("", "next/", "1/", "urgent/", "drawing/", "check/", "end/"):
        assert client.get(f"/my/ask/{address}")["Location"] == "/my/closed/"
        assert client.post(f"/my/ask/{address}", {"rest": "none"})["Location"] == "/my/closed/"


def test_a_link_of_another_purpose_does_not_open_the_questions(episode: Episode, therapist: Member) -> None:
    client = Client()
    session = client.session
    doors.make_link(episode, "follow", therapist, WEEK)
    session["link"] = PersonalLink.objects.get().pk
    session.save()
    assert client.get("/my/ask/")["Location"] == "/my/closed/"


def test_a_member_is_signed_out_before_a_link_opens(as_therapist: Client, secret: str, episode: Episode) -> None:
    assert "Sign out and open" in as_therapist.get(f"/i/{secret}").content.decode()
    assert as_therapist.get(f"/episodes/{episode.key}/ask/").status_code == 200, "asking first changed nothing"
    assert as_therapist.post(f"/i/{secret}")["Location"] == "/my/ask/"
    assert "/login" in as_therapist.get(f"/episodes/{episode.key}/ask/")["Location"]


def test_a_tablet_is_handed_over_signed_out(as_desk: Client, episode: Episode) -> None:
    before = as_desk.session.session_key
    assert as_desk.post(f"/episodes/{episode.key}/links/here/")["Location"] == "/my/ask/"
    assert as_desk.session.session_key != before
    assert "_auth_user_id" not in as_desk.session
    assert "/login" in as_desk.get(f"/episodes/{episode.key}/links/")["Location"]
    assert as_desk.get("/my/ask/").status_code == 200
    assert as_desk.post("/my/left/").status_code == 200
    assert as_desk.get("/my/ask/")["Location"] == "/my/closed/"


def test_a_member_who_signs_in_on_the_tablet_is_no_patient(person: Client, clinic: Clinic) -> None:
    user = Member.objects.filter(clinic=clinic, role="desk")[0].user
    person.force_login(user, backend="spinepath.clinic.access.MemberBackend")
    assert person.get("/my/ask/")["Location"] == "/my/closed/"


def test_links_are_shown_once_listed_and_taken_back(as_desk: Client, episode: Episode) -> None:
    page = as_desk.post(f"/episodes/{episode.key}/links/", {"days": "3"}).content.decode()
    secret = re.search(r"/i/([\w-]+)", page)[1]  # type: ignore[index]
    assert "<svg" in page
    assert PersonalLink.objects.get().secret_hash == hash_of(secret)
    assert secret not in as_desk.get(f"/episodes/{episode.key}/links/").content.decode()
    as_desk.post(f"/episodes/{episode.key}/links/", {"days": "nonsense"})
    states = [doors.why_closed(link, timezone.now()) for link in PersonalLink.objects.order_by("pk")]
    assert states == ["revoked", None], "a newer link takes the place of the older one"
    newest = PersonalLink.objects.order_by("pk").last()
    for _twice in range(2):
        as_desk.post(f"/episodes/{episode.key}/links/revoke/", {"link": newest.pk})  # type: ignore[union-attr]
    assert AuditEntry.objects.filter(about="link", detail="revoked").count() == 1
    for wrong in ("", "x", "9" * 30, "٣", "-1"):
        assert as_desk.post(f"/episodes/{episode.key}/links/revoke/", {"link": wrong}).status_code == 302


def test_another_clinic_sees_and_changes_no_link(link: PersonalLink, episode: Episode) -> None:
    stranger = signed_in(make_clinic("Elsewhere", "2"), "lead")
    for address in ("links/", "links/here/", "links/revoke/", "ask/", "ask/answers/", "ask/drawing/"):
        method = stranger.post if address.startswith("links/") else stranger.get
        assert method(f"/episodes/{episode.key}/{address}", {"link": link.pk}).status_code == 404
    own = new_episode(Clinic.objects.get(name="Elsewhere"))
    stranger.post(f"/episodes/{own.key}/links/revoke/", {"link": link.pk})
    link.refresh_from_db()
    assert link.revoked_at is None


# answering


def test_a_clean_person_answers_everything_and_finishes(person: Client, episode: Episode, link: PersonalLink) -> None:
    assert answer_all(person, answers_of("nothing_found")) > 10
    assert person.get("/my/ask/next/")["Location"] == "/my/ask/drawing/"
    assert person.post("/my/ask/drawing/", {"skip": "1"})["Location"] == "/my/ask/next/"
    assert person.get("/my/ask/check/").status_code == 200
    assert person.post("/my/ask/check/")["Location"] == "/my/ask/end/"
    assert person.get("/my/ask/end/").status_code == 200
    link.refresh_from_db()
    episode.refresh_from_db()
    assert link.finished_at is not None
    assert episode.stage == "examine"
    assert set(KeptFinding.objects.values_list("source", "by")) == {("patient", "personal link")}
    assert episode.assessments.count() == 1
    assert person.post("/my/ask/check/")["Location"] == "/my/closed/", "sending twice does nothing"
    assert episode.assessments.count() == 1


def test_a_danger_brings_the_advice_at_once_and_a_task(person: Client, episode: Episode) -> None:
    screen, fact = gravest_line()
    sent = {"screen": screen, "facts": fact, "ticked": [fact]}
    assert person.post("/my/ask/1/", sent)["Location"] == "/my/ask/urgent/"
    page = person.get("/my/ask/urgent/").content.decode()
    base = advice.knowledge()
    assert 'href="tel:112"' in page
    assert base.facts[fact].item in page
    assert base.dispositions[base.ladder[-1]].says.patient.split(".")[0] in page  # type: ignore[union-attr]
    assert Task.objects.filter(episode=episode, kind="danger").count() == 1
    assert person.get("/my/ask/next/")["Location"] == "/my/ask/urgent/", "nobody is kept with questions"
    assert person.get("/my/ask/")["Location"] == "/my/ask/urgent/"


def test_a_danger_that_was_a_mistake_is_taken_back_and_both_stay(person: Client, episode: Episode) -> None:
    screen, fact = gravest_line()
    person.post("/my/ask/1/", {"screen": screen, "facts": fact, "ticked": [fact]})
    assert person.get("/my/ask/check/").status_code == 200
    assert person.post("/my/ask/check/")["Location"] in ("/my/ask/next/", "/my/ask/end/")
    PersonalLink.objects.update(finished_at=None)
    person.post("/my/ask/1/", {"screen": screen, "facts": fact, "rest": "none", "change": "1"})
    old, new = KeptFinding.objects.filter(fact=fact).order_by("pk")
    assert (old.value, new.value, new.corrects_id) == ("yes", "no", old.pk)
    assert person.get("/my/ask/urgent/")["Location"] == "/my/ask/next/"
    assert Task.objects.filter(episode=episode, kind="danger", settled_at=None).exists(), "somebody still looks at it"


@pytest.mark.parametrize(
    ("rest", "ticked", "unsure", "fault"),
    [
        ([], [], [], "Tick what applies"),
        (["none"], [0], [], "Take one of the two away"),
        (["none", "unknown"], [], [], "not both"),
        ([], [0], [0], "Take one of the two away"),
        ([], [], [0], "Tick what applies"),
        (["nonsense"], [], [], "Tick what applies"),
    ],
)
def test_contradictions_are_said_and_what_was_ticked_stays(
    person: Client, rest: list[str], ticked: list[int], unsure: list[int], fault: str
) -> None:
    sent = fields_of(person)
    names = sent["facts"].split(",")
    sent |= {"rest": rest, "ticked": [names[at] for at in ticked], "unsure": [names[at] for at in unsure]}
    response = person.post("/my/ask/1/", sent)
    assert response.status_code == 422
    assert fault in response.content.decode()
    text = response.content.decode()
    assert len(re.findall(r'name="ticked"[^>]*checked', text)) == len(ticked)
    assert len(re.findall(r'name="unsure"[^>]*checked', text)) == len(unsure)
    assert not KeptFinding.objects.exists()


def test_ticks_none_unsure_and_unknown_each_mean_what_they_say(person: Client) -> None:
    sent = fields_of(person)
    names = sent["facts"].split(",")
    calm = [name for name in names if name != gravest_line()[1]]
    person.post("/my/ask/1/", {**sent, "rest": "none", "unsure": calm[:1]})
    kept = dict(KeptFinding.objects.values_list("fact", "value"))
    assert kept == {name: "unknown" if name == calm[0] else "no" for name in names}
    again = person.get("/my/ask/1/").content.decode()
    assert re.search(r'id="rest-none"[^>]*checked', again)
    assert re.search(rf'id="a-{calm[0]}-unsure"[^>]*checked', again)


def test_changing_an_answer_corrects_it_and_the_same_again_is_nothing_new(person: Client) -> None:
    sent = fields_of(person)
    for _twice in range(2):
        assert person.post("/my/ask/1/", {**sent, "rest": "none"})["Location"] == "/my/ask/2/"
    count = KeptFinding.objects.count()
    assert count == len(sent["facts"].split(","))
    person.post("/my/ask/1/", {**sent, "rest": "unknown", "change": "1"})
    assert KeptFinding.objects.count() == 2 * count
    assert KeptFinding.objects.filter(corrects__isnull=False).count() == count


def test_what_waits_for_an_examination_is_not_asked_of_the_person(person: Client, link: PersonalLink) -> None:
    answer_all(person, answers_of("nothing_found"))
    sitting = Sitting(link)
    base = advice.knowledge()
    left = questions(base, sitting._values, evaluate(base, sitting._values))
    waiting = [ask for ask in left if reader_of(base, ask.fact) == "patient"]
    assert waiting, "the chart has no such question any more; choose another"
    assert all(ask.waits for ask in waiting)
    assert sitting.next is None


def test_one_resumes_where_one_left_on_another_device(person: Client, secret: str) -> None:
    for _page in range(3):
        person.post(person.get("/my/ask/next/")["Location"], fields_of(person))
    other = Client()
    other.get(f"/i/{secret}")
    assert other.get("/my/ask/next/")["Location"] == "/my/ask/4/"
    assert "Go on where you left" in other.get("/my/ask/").content.decode()


def test_what_goes_stale_over_night_is_asked_again(person: Client, link: PersonalLink) -> None:
    person.post("/my/ask/1/", {**fields_of(person), "rest": "none"})
    assert Sitting(link).next.question != Sitting(link, timezone.localtime() + timedelta(days=1)).next.question  # type: ignore[union-attr]
    assert not Sitting(link, timezone.localtime() + timedelta(days=1)).pages


def test_a_page_sent_under_another_number_is_still_kept(person: Client) -> None:
    first = fields_of(person)
    assert person.post("/my/ask/77/", {**first, "rest": "none"}).status_code == 302
    assert KeptFinding.objects.count() == len(first["facts"].split(","))
    assert person.get("/my/ask/77/")["Location"] == "/my/ask/next/"
    assert person.get(f"/my/ask/{10**30}/").status_code == 302


def number_screens() -> list[str]:
    base = advice.knowledge()
    return [
        fact
        for fact in base.facts
        if base.facts[fact].grows
        and base.facts[fact].unit == "days"
        and fact in base.question_of
        and base.question_of[fact].reader == "patient"
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"": "21"}, "21"),
        ({"": "3", "-unit": "weeks"}, "21"),
        ({"": " 21 "}, "21"),
        ({"": "2,0", "-unit": "weeks"}, "14"),
        ({"-unknown": "unknown"}, "unknown"),
        ({"-since": "TEN_DAYS_AGO"}, "10"),
    ],
)
def test_a_time_is_given_as_a_number_in_any_unit_or_as_a_date(person: Client, typed: dict[str, str], kept: str) -> None:
    fact = number_screens()[0]
    screen = advice.knowledge().question_of[fact].id
    ago = str(timezone.localdate() - timedelta(days=10))
    sent = {f"a-{fact}{field}": ago if text == "TEN_DAYS_AGO" else text for field, text in typed.items()}
    assert person.post("/my/ask/1/", {"screen": screen, "facts": fact, **sent}).status_code == 302
    assert KeptFinding.objects.get(fact=fact).value == kept


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"": "abc"},
        {"": "-1"},
        {"": "9" * 400},
        {"": "1e5"},
        {"": "😀"},
        {"": "<b>1</b>"},
        {"": "\u202e12"},
        {"": "12\x00"},
        {"": "99999", "-unit": "years"},
        {"": "3", "-unit": "fortnights; drop"},
        {"": "21 weeks"},
        {"": "2026-01-01"},
        {"-since": "2999-01-01"},
        {"-since": "yesterday"},
        {"-since": "0000-00-00"},
        {"": "3", "-since": "2026-01-01"},
        {"": "3", "-unknown": "unknown"},
    ],
)
def test_what_is_no_time_is_refused_and_stays_typed(person: Client, typed: dict[str, str]) -> None:
    fact = number_screens()[0]
    sent = {f"a-{fact}{field}": text for field, text in typed.items()}
    response = person.post("/my/ask/1/", {"screen": advice.knowledge().question_of[fact].id, "facts": fact, **sent})
    if typed.get("-unit", "").startswith("fortnights"):
        assert response.status_code == 302
        assert KeptFinding.objects.get().value == "3"
        return
    assert response.status_code == 422
    assert "There is a problem" in response.content.decode()
    assert fact not in re.sub(r'(name|id|for|href|value|describedby)="[^"]*"', "", response.content.decode())
    assert not KeptFinding.objects.exists()


@pytest.mark.parametrize("screen", ["", "\x00", "😀<script>" * 50], ids=["empty", "nul", "huge"])
@pytest.mark.parametrize(
    "facts",
    ["", ",,,", "nonsense", "\x00", "x" * 9000, "FIRST", "CLINICIAN"],
    ids=["empty", "commas", "word", "nul", "huge", "other_screen", "clinicians"],
)
def test_a_form_that_was_tampered_with_changes_nothing(person: Client, screen: str, facts: str) -> None:
    base = advice.knowledge()
    clinicians = next(
        fact for question in base.questions.values() if question.reader == "clinician" for fact in question.settles
    )
    facts = {"FIRST": gravest_line()[1], "CLINICIAN": clinicians}.get(facts, facts)
    screen = base.question_of[clinicians].id if facts == clinicians else screen
    response = person.post("/my/ask/1/", {"screen": screen, "facts": facts, "rest": "none", f"a-{facts[:40]}": "yes"})
    assert response.status_code == 302
    assert not KeptFinding.objects.exists()


def test_a_new_question_appears_without_python(person: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "knowledge"
    shutil.copytree(default_folder(), folder)
    (folder / "1_ask" / "newcomer.yaml").write_text(
        "title: A newcomer\nabout: A question that was written a minute ago.\n"
        "facts:\n  - {id: seen_a_unicorn, name: Unicorn seen, ask: Have you seen a unicorn?, item: A unicorn,\n"
        "     why_we_ask: It would be news., fresh_for: session, state: project}\n"
        "questions:\n  - {id: wonders, title: Any wonders lately?, kind: checklist, reader: patient, order: 0.5,\n"
        "     settles: [seen_a_unicorn]}\n"
        "rules:\n  - id: screen.unicorn\n    when: seen_a_unicorn\n    then: {at_least: emergency_today}\n"
        "    if_unknown: settle\n    says: {therapist: A unicorn., patient: Call the king now.}\n"
        "    since: 2026-11-22\n    state: project\n"
        "    cases:\n      - {name: A unicorn, given: {seen_a_unicorn: yes}, expect: {disposition: emergency_today}}\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(advice, "default_folder", lambda: folder)
    advice.knowledge.cache_clear()
    try:
        page = person.get(person.get("/my/ask/next/")["Location"]).content.decode()
        assert "Any wonders lately?" in page
        assert "A unicorn" in page
        assert "It would be news." in page
        sent = {"screen": "wonders", "facts": "seen_a_unicorn", "ticked": ["seen_a_unicorn"]}
        assert person.post("/my/ask/1/", sent)["Location"] == "/my/ask/urgent/"
        assert "Call the king now." in person.get("/my/ask/urgent/").content.decode()
    finally:
        advice.knowledge.cache_clear()


# pain drawing


def test_a_drawing_is_kept_once_and_shown_again(person: Client, episode: Episode) -> None:
    body = next(iter(advice.knowledge().body_charts.values()))
    region, kind, view = next(body.regions), body.kinds[0], body.views[0]
    strokes = f'[{{"view":"{view.id}","kind":"{kind.id}","points":[[1,2],[3.14159,4]]}}]'
    for _twice in range(2):
        sent = {"felt": [f"{region.id}:{kind.id}"] * 2, "strokes": strokes}
        assert person.post("/my/ask/drawing/", sent).status_code == 302
    drawing = Drawing.objects.get(episode=episode)
    assert drawing.regions == [{"region": region.id, "kind": kind.id}]
    assert drawing.strokes[0]["points"][1] == [3.1, 4.0]
    assert re.search(rf'value="{region.id}:{kind.id}" checked', person.get("/my/ask/drawing/").content.decode())


@pytest.mark.parametrize(
    "strokes",
    [
        "", "[]", "{", "null", "7", '"x"', "[1]", "[[]]", "[{}]", "\x00", "[" * 5000, "[" + "1," * 300 + "1]",
        '[{"view":"back","kind":"nonsense","points":[[1,2],[3,4]]}]',
        '[{"view":"back","kind":"pain","points":[[1,2]]}]',
        '[{"view":"back","kind":"pain","points":[[1,2],[NaN,4]]}]',
        '[{"view":"back","kind":"pain","points":[[1,2],[1e999,4]]}]',
        '[{"view":"back","kind":"pain","points":[[1,2],[' + "9" * 400 + ",4]]}]",
        '[{"view":"back","kind":"pain","points":[[1,2],["<script>",4]]}]',
        '[{"view":["x"],"kind":{"a":1},"points":[[1,2],[3,4]]}]',
        "9" * 500_000,
    ],
)  # fmt: skip
def test_what_is_no_drawing_is_refused(person: Client, strokes: str) -> None:
    response = person.post("/my/ask/drawing/", {"strokes": strokes, "felt": ["nonsense", "a:b", ":", "\x00:\x00"]})
    assert response.status_code == 422
    assert not Drawing.objects.exists()


# no more queries as rows grow


def test_pages_ask_the_database_no_more_often_as_answers_grow(person: Client, episode: Episode) -> None:
    person.post("/my/ask/1/", fields_of(person))
    few = queries_of(person, "/my/ask/2/")
    answer_all(person, answers_of("nothing_found"))
    pages = len(Sitting(PersonalLink.objects.get()).pages)
    assert queries_of(person, f"/my/ask/{pages}/") <= few
    person.session["no_drawing"] = True
    assert queries_of(person, "/my/ask/check/") <= few + 4
