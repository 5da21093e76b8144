"""Staff ask whole screens: what is kept in whose name, what disagrees, what is corrected, and who may do it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from spinepath.clinic import advice
from spinepath.clinic.ask.groups import Asking, Group, place_of
from spinepath.clinic.models import Drawing, Episode, KeptFinding, Member, Task
from spinepath.clinic.record import Author, add
from tests.clinic.conftest import signed_in
from tests.clinic.people import answers_of, queries_of
from tests.clinic.test_ask import gravest_line, number_screens

PATIENT = Author(source="patient", by="personal link")


def address_of(episode: Episode, screen: str) -> str:
    return f"/episodes/{episode.key}/ask/page/{place_of(screen)}/"


def a_checklist() -> tuple[str, tuple[str, ...]]:
    """A screen for people on which every line is a yes or no without grave lines."""
    base, (_screen, fact) = advice.knowledge(), gravest_line()
    for question in base.questions.values():
        if question.kind == "checklist" and question.reader == "patient" and fact not in question.settles:
            return question.id, question.settles
    raise AssertionError


def sent_for(client: Client, address: str, **answers: str) -> dict[str, Any]:
    page = client.get(address).content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    return {
        "seen": seen[1],
        "open": re.findall(r'name="open" value="(\w+)"', page),
        **{f"a-{fact}": value for fact, value in answers.items()},
    }


@pytest.mark.parametrize("role", ["desk", "administrator", "auditor"])
def test_only_who_may_see_the_record_sees_answers(clinic: Any, episode: Episode, role: str) -> None:
    client = signed_in(clinic, role)
    screen, _facts = a_checklist()
    for address in ("ask/", "ask/answers/", "ask/drawing/", "findings/1/", f"ask/page/{place_of(screen)}/"):
        assert client.get(f"/episodes/{episode.key}/{address}").status_code == 403
    assert client.get(f"/episodes/{episode.key}/links/").status_code == (403 if role == "auditor" else 200)


def test_a_whole_screen_is_kept_in_the_members_name(as_therapist: Client, episode: Episode) -> None:
    screen, facts = a_checklist()
    address = address_of(episode, screen)
    first, second = facts[:2]
    response = as_therapist.post(address, sent_for(as_therapist, address, **{first: "no", second: "unknown"}))
    assert response.status_code == 302
    assert "/ask/page/" in response["Location"]
    assert place_of(screen) not in response["Location"]
    kept = KeptFinding.objects.filter(episode=episode)
    assert dict(kept.values_list("fact", "value")) == {first: "no", second: "unknown"}
    assert set(kept.values_list("source", "by")) == {("clinician", Member.objects.get(user__username="ben").name)}


def test_the_act_for_the_rest_answers_what_is_not_known_only(as_therapist: Client, episode: Episode) -> None:
    screen, facts = a_checklist()
    add(episode, {facts[0]: "yes"}, PATIENT)
    address = address_of(episode, screen)
    as_therapist.post(address, {**sent_for(as_therapist, address, **{facts[1]: "unknown"}), "rest": "1"})
    by_clinician = dict(KeptFinding.objects.filter(source="clinician").values_list("fact", "value"))
    assert by_clinician == {facts[1]: "unknown"} | dict.fromkeys(facts[2:], "no")


def test_the_act_for_the_rest_answers_no_line_that_showed_an_answer(as_therapist: Client, episode: Episode) -> None:
    screen, facts = a_checklist()
    address = address_of(episode, screen)
    add(episode, {facts[0]: "yes"}, PATIENT)
    sent = sent_for(as_therapist, address)
    KeptFinding.objects.update(value="unknown")  # as when midnight has passed: nothing counts of it any more
    assert Asking(episode).group(screen).rows[0].value == ""
    as_therapist.post(address, {**sent, "rest": "1"})
    kept = dict(KeptFinding.objects.filter(source="clinician").values_list("fact", "value"))
    assert kept == dict.fromkeys(facts[1:], "no")


def test_all_left_as_no_overrules_nobody_who_said_yes_since(
    as_therapist: Client, as_lead: Client, episode: Episode
) -> None:
    screen, facts = a_checklist()
    address = address_of(episode, screen)
    sent = sent_for(as_therapist, address)
    as_lead.post(address, sent_for(as_lead, address, **{facts[0]: "yes"}))
    assert as_therapist.post(address, {**sent, "rest": "1"}).status_code == 302
    assert list(KeptFinding.objects.filter(fact=facts[0]).values_list("value", flat=True)) == ["yes"]


def test_nothing_filled_in_adds_nothing(as_therapist: Client, episode: Episode) -> None:
    address = address_of(episode, a_checklist()[0])
    assert as_therapist.post(address, sent_for(as_therapist, address)).status_code == 302
    assert not KeptFinding.objects.exists()


def test_a_danger_leads_back_to_what_must_be_done(as_therapist: Client, episode: Episode) -> None:
    screen, fact = gravest_line()
    address = address_of(episode, screen)
    response = as_therapist.post(address, sent_for(as_therapist, address, **{fact: "yes"}))
    assert response["Location"] == f"/episodes/{episode.key}/ask/"
    page = as_therapist.get(response["Location"]).content.decode()
    last = advice.knowledge().dispositions[advice.knowledge().ladder[-1]]
    assert all(act.split("'")[0] in page for act in last.actions)
    assert Task.objects.filter(kind="danger").count() == 1
    assert episode.assessments.count() == 1
    episode.refresh_from_db()
    assert episode.stage == "screen"


def test_the_same_sent_twice_is_kept_once(as_therapist: Client, episode: Episode) -> None:
    screen, facts = a_checklist()
    address = address_of(episode, screen)
    sent = sent_for(as_therapist, address, **{facts[0]: "no"})
    for _twice in range(2):
        assert as_therapist.post(address, sent).status_code == 302
    assert KeptFinding.objects.count() == 1


def test_what_somebody_else_said_meanwhile_is_shown_before_it_is_overruled(
    as_therapist: Client, as_lead: Client, episode: Episode
) -> None:
    screen, facts = a_checklist()
    address = address_of(episode, screen)
    sent = sent_for(as_therapist, address, **{facts[0]: "no", facts[1]: "no"})
    as_lead.post(address, sent_for(as_lead, address, **{facts[0]: "yes"}))
    response = as_therapist.post(address, sent)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Anna Berg" in text
    assert len(re.findall(r'value="no"[^>]*checked', text)) == 2, "what was chosen stays"
    assert KeptFinding.objects.count() == 1
    again = {**sent, "seen": re.search(r'name="seen" value="(\d+)"', text)[1]}  # type: ignore[index]
    assert as_therapist.post(address, again).status_code == 302
    assert KeptFinding.objects.count() == 3


def test_answers_that_disagree_are_flagged_until_a_clinician_settles_them(
    as_therapist: Client, episode: Episode
) -> None:
    base = advice.knowledge()
    fact = next(one for one in a_checklist()[1] if base.facts[one].danger is None and not base.facts[one].lasting)
    add(episode, {fact: "no"}, PATIENT)
    add(episode, {fact: "yes"}, Author(source="record", by="letter"))
    page = as_therapist.get(f"/episodes/{episode.key}/ask/").content.decode()
    assert "Answers that disagree" in page
    assert "letter" in page
    assert "they disagree" in as_therapist.get(f"/episodes/{episode.key}/ask/answers/").content.decode()
    address = address_of(episode, base.question_of[fact].id)
    as_therapist.post(address, sent_for(as_therapist, address, **{fact: "no"}))
    assert "Answers that disagree" not in as_therapist.get(f"/episodes/{episode.key}/ask/").content.decode()


def test_a_mistake_is_set_right_and_the_way_leads_back_to_the_answers(as_therapist: Client, episode: Episode) -> None:
    fact = a_checklist()[1][0]
    add(episode, {fact: "yes"}, PATIENT)
    row = KeptFinding.objects.get()
    answers = f"/episodes/{episode.key}/ask/answers/"
    address = f"/episodes/{episode.key}/findings/{row.pk}/?back=ask_answers"
    assert f'href="{address}"' in as_therapist.get(answers).content.decode()
    assert f'href="{answers}"' in as_therapist.get(address).content.decode()
    done = as_therapist.post(address, {"value": "no", "reason": "Wrong <b>line</b> \x00 " * 40})
    assert (done.status_code, done["Location"]) == (302, answers)
    text = as_therapist.get(answers).content.decode()
    assert "<s>yes</s>" in text
    assert "Wrong &lt;b&gt;line" in text


def test_the_way_back_leads_nowhere_else(as_therapist: Client, episode: Episode) -> None:
    fact = a_checklist()[1][0]
    add(episode, {fact: "yes"}, PATIENT)
    address = f"/episodes/{episode.key}/findings/{KeptFinding.objects.get().pk}/?back=//elsewhere.example/"
    done = as_therapist.post(address, {"value": "no", "reason": "Misheard"})
    assert done["Location"] == f"/episodes/{episode.key}/"


def test_entries_of_others_cannot_be_set_right_from_here(as_therapist: Client, episode: Episode) -> None:
    for number in (999_999, 10**30):
        assert as_therapist.get(f"/episodes/{episode.key}/findings/{number}/").status_code == 404
    assert as_therapist.get(f"/episodes/{episode.key}/ask/page/nonsense/").status_code == 404


@pytest.mark.parametrize("typed", ["abc", "-5", "9" * 300, "😀", "\u202e7", "\x00", "<script>", "1 parsec"])
def test_what_is_no_number_is_refused_and_the_rest_stays(as_therapist: Client, episode: Episode, typed: str) -> None:
    fact = number_screens()[0]
    question = advice.knowledge().question_of[fact]
    other = next(one for one in question.settles if advice.knowledge().facts[one].answer == "yes_no")
    address = address_of(episode, question.id)
    response = as_therapist.post(address, sent_for(as_therapist, address, **{fact: typed, other: "yes"}))
    assert response.status_code == 422
    assert re.search(rf'name="a-{other}"[^>]*value="yes"[^>]*checked', response.content.decode())
    assert not KeptFinding.objects.exists()


@pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40, "٣"])
def test_a_page_without_a_sound_mark_of_what_was_seen_is_read(
    as_therapist: Client, episode: Episode, seen: str
) -> None:
    screen, facts = a_checklist()
    response = as_therapist.post(address_of(episode, screen), {"seen": seen, f"a-{facts[0]}": "no"})
    assert response.status_code == 302
    assert KeptFinding.objects.count() == 1


def test_the_drawing_is_made_together(as_therapist: Client, episode: Episode) -> None:
    body = next(iter(advice.knowledge().body_charts.values()))
    felt = f"{next(body.regions).id}:{body.kinds[-1].id}"
    address = f"/episodes/{episode.key}/ask/drawing/"
    assert as_therapist.post(address, {"felt": felt, "strokes": "[]"}).status_code == 302
    assert Drawing.objects.get().source == "clinician"
    assert body.kinds[-1].name in as_therapist.get(f"/episodes/{episode.key}/ask/").content.decode()
    Drawing.objects.update(regions=[{"region": "gone", "kind": "gone"}], strokes=[])
    assert as_therapist.get(address).status_code == 200, "a drawing of an older chart is shown as far as it goes"


def test_everything_answered_leads_on_to_the_examination(as_therapist: Client, episode: Episode) -> None:
    told = answers_of("nothing_found")
    add(episode, {fact: value for fact, value in told.items() if fact not in a_checklist()[1]}, PATIENT)
    for _page in range(20):
        asking = Asking(Episode.objects.get(pk=episode.pk))
        if not asking.open:
            break
        group: Group = asking.open[0]
        address = address_of(episode, group.screen)
        values = {row.line.fact.id: row.line.options[-2].value if row.line.options else "0" for row in group.rows}
        assert as_therapist.post(address, sent_for(as_therapist, address, **values)).status_code == 302
    assert not asking.open
    episode.refresh_from_db()
    assert episode.stage == "examine"
    assert as_therapist.get(f"/episodes/{episode.key}/ask/").status_code == 200


def test_pages_ask_the_database_no_more_often_as_answers_grow(
    as_therapist: Client, episode: Episode, therapist: Member
) -> None:
    addresses = [
        f"/episodes/{episode.key}/ask/",
        f"/episodes/{episode.key}/ask/answers/",
        f"/episodes/{episode.key}/links/",
    ]
    addresses.append(address_of(episode, a_checklist()[0]))

    def queries() -> list[int]:
        return [queries_of(as_therapist, address) for address in addresses]

    add(episode, {a_checklist()[1][0]: "no"}, PATIENT)
    few = queries()
    for author in (PATIENT, Author.of(therapist), PATIENT):
        add(episode, answers_of("nothing_found"), author)
    assert all(more <= before for more, before in zip(queries(), few, strict=True))


def test_calm_answers_stand_together_and_the_rest_in_lines_of_their_own(as_therapist: Client, episode: Episode) -> None:
    screen, facts = a_checklist()
    calm = [name for name in facts if advice.knowledge().facts[name].danger is None][:3]
    add(episode, {**dict.fromkeys(calm, "no"), calm[0]: "yes"}, PATIENT)
    group = next(one for one in Asking(episode).answered if one.screen == screen)
    assert [row.line.fact.id for row in group.worth_a_look] == [calm[0]]
    assert [[row.line.fact.id for row in one.rows] for one in group.calm] == [calm[1:]]
    add(episode, {calm[1]: "no"}, Author.of(episode.therapist))
    group = next(one for one in Asking(episode).answered if one.screen == screen)
    assert {row.line.fact.id for row in group.worth_a_look} == set(calm[:2]), "said twice: who said it is shown"
    page = as_therapist.get(f"/episodes/{episode.key}/ask/answers/").content.decode()
    rows = KeptFinding.objects.filter(episode=episode)
    ways = [f"/episodes/{episode.key}/findings/{row.pk}/?back=ask_answers" for row in rows]
    assert all(page.count(f'"{one}"') == 1 for one in ways), "each can be set right"
