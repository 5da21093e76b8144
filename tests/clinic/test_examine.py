"""Examining: sheets come from the knowledge base, what is empty stays unknown, and what changed is told at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.examine.saving import Overtaken, newest, save
from spinepath.clinic.examine.sheets import OTHER, parts_of, picture_of, sheet_named, sheets
from spinepath.clinic.models import AuditEntry, Clinic, Episode, KeptFinding, Member
from spinepath.clinic.record import Author, add, correct
from tests.clinic.conftest import signed_in
from tests.clinic.people import queries_of

GRID = "examination"


def sheet_page(episode: Episode, name: str = GRID) -> str:
    return reverse("examine_sheet", args=[episode.key, name])


def seen(client: Client, page: str) -> str:
    found = re.search(r'name="_seen" value="(\d+)"', client.get(page).content.decode())
    assert found
    return found.group(1)


def parts(episode: Episode, name: str = GRID) -> list:
    picture = picture_of(episode, timezone.localtime())
    sheet = sheet_named(name, picture)
    assert sheet
    return parts_of(sheet, picture)


# what is shown


def test_left_and_right_stand_in_one_row_under_the_title_of_the_knowledge_base(episode: Episode) -> None:
    first = parts(episode)[0]
    titles = advice.knowledge().questions[GRID].parts
    assert first.title == next(iter(titles.values()))
    assert all(len(row.cells) == 2 for row in first.grid)
    assert not first.lines
    for part in parts(episode):
        for row in part.grid:
            assert "left" not in row.label
            assert "right" not in row.label


def test_every_fact_of_a_clinician_stands_on_one_sheet(episode: Episode) -> None:
    base, picture = advice.knowledge(), picture_of(episode, timezone.localtime())
    names = [name for sheet in sheets(picture) for name in sheet.facts]
    assert len(names) == len(set(names))
    asked = {ask.fact for ask in picture.asks if base.facts[ask.fact].who in ("clinician", "device")}
    assert asked <= set(names)


@pytest.mark.parametrize(
    "name", [OTHER, *(q.id for q in advice.knowledge().questions.values() if q.reader == "clinician")]
)
def test_every_sheet_opens_and_can_be_made_normal(episode: Episode, as_therapist: Client, name: str) -> None:
    page = sheet_page(episode, name)
    assert as_therapist.get(page).status_code == 200
    answer = as_therapist.post(page, {"_normal": "0"})
    assert answer.status_code == 200
    assert not KeptFinding.objects.exists()


def test_what_matters_now_comes_first_and_goes_when_it_is_answered(cleared: Episode, as_therapist: Client) -> None:
    page = as_therapist.get(reverse("examine", args=[cleared.key])).content.decode()
    assert "No examination can change the advice now" in page


def test_the_last_finding_stands_beside_and_is_not_filled_in(episode: Episode, therapist: Member) -> None:
    add(episode, {"ankle_up_left": "4"}, Author.of(therapist), at=timezone.now() - timedelta(days=3))
    cell = next(cell for part in parts(episode) for cell in part.cells if cell.fact.id == "ankle_up_left")
    assert (cell.value, cell.last.short, cell.last.counts) == ("", "4", False)


def test_what_an_image_showed_stands_in_its_sheet_and_is_not_added_again(
    episode: Episode, as_therapist: Client, therapist: Member
) -> None:
    add(episode, {"disc_level": "L4_L5"}, Author.of(therapist))
    page = sheet_page(episode, "images")
    assert '<option value="L4_L5" selected' in as_therapist.get(page).content.decode()
    as_therapist.post(page, {"disc_level": "L4_L5", "disc_side": "left", "_seen": seen(as_therapist, page)})
    assert sorted(KeptFinding.objects.values_list("fact", flat=True)) == ["disc_level", "disc_side"]


# what is kept


def test_what_is_left_empty_adds_nothing_and_who_says_it_is_kept(
    episode: Episode, as_therapist: Client, therapist: Member
) -> None:
    form = {"ankle_up_left": "4", "ankle_up_right": "", "systolic": "128", "_seen": "0"}
    assert as_therapist.post(sheet_page(episode), form).status_code == 302
    rows = {row.fact: row for row in KeptFinding.objects.all()}
    assert set(rows) == {"ankle_up_left", "systolic"}
    assert (rows["ankle_up_left"].source, rows["systolic"].source) == ("clinician", "device")
    assert rows["systolic"].member == therapist


def test_the_next_page_tells_what_changed(cleared: Episode, as_therapist: Client) -> None:
    calm = cleared.disposition
    as_therapist.post(sheet_page(cleared), {"plantar_up_left": "yes", "_seen": str(newest(cleared))})
    cleared.refresh_from_db()
    page = as_therapist.get(reverse("examine", args=[cleared.key])).content.decode()
    assert cleared.disposition != calm
    dispositions = advice.knowledge().dispositions
    assert dispositions[cleared.disposition].name in page
    assert dispositions[calm].name in page
    first_act = dispositions[cleared.disposition].actions[0]
    assert first_act in page
    as_therapist.get(reverse("examine", args=[cleared.key]))
    add(cleared, {"limp": "no"}, Author(source="clinician", by="somebody"))
    assert first_act not in as_therapist.get(reverse("examine", args=[cleared.key])).content.decode()


def test_what_somebody_else_found_meanwhile_is_shown_before_it_is_overruled(
    episode: Episode, as_lead: Client, as_therapist: Client
) -> None:
    page = sheet_page(episode)
    opened = seen(as_therapist, page)
    as_lead.post(page, {"ankle_up_left": "0", "limp": "no", "_seen": opened})
    form = {"ankle_up_left": "5", "ankle_up_right": "5", "_seen": opened}
    answer = as_therapist.post(page, form)
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "Anna Berg added “0" in said
    assert said.count('<option value="5" selected') == 2, "what was typed stays, once"
    assert KeptFinding.objects.filter(fact__startswith="ankle_up").count() == 1
    newest_shown = re.search(r'name="_seen" value="(\d+)"', said)
    assert newest_shown
    assert as_therapist.post(page, {**form, "_seen": newest_shown[1]}).status_code == 302
    assert KeptFinding.objects.filter(fact="ankle_up_left").count() == 2


def test_what_somebody_else_has_set_right_meanwhile_stands_in_nobodys_way(
    episode: Episode, therapist: Member, clinic: Clinic
) -> None:
    lead = Member.objects.filter(clinic=clinic, role="lead")[0]
    add(episode, {"limp": "yes"}, Author.of(lead))
    correct(KeptFinding.objects.get(), "no", Author.of(lead), "wrong line")
    assert save(episode, therapist, {"limp": "no"}, None, 0).others
    with pytest.raises(Overtaken):
        save(episode, therapist, {"limp": "yes"}, None, 0)


def test_two_members_at_once_lose_nothing_and_the_second_is_told(
    episode: Episode, clinic: Clinic, as_therapist: Client
) -> None:
    page = sheet_page(episode)
    first = signed_in(clinic, "lead")
    opened = seen(as_therapist, page)
    first.post(page, {"ankle_up_left": "5", "limp": "no", "_seen": opened})
    as_therapist.post(page, {"ankle_up_left": "5", "ankle_up_right": "4", "_seen": opened})
    assert KeptFinding.objects.filter(fact="ankle_up_left").count() == 2
    told = as_therapist.get(reverse("examine", args=[episode.key])).content.decode()
    assert "somebody else added findings" in told
    assert "Anna Berg" in told


def test_the_same_form_sent_twice_is_kept_once(episode: Episode, as_therapist: Client) -> None:
    form = {"ankle_up_left": "5", "_seen": "0"}
    for _ in range(2):
        assert as_therapist.post(sheet_page(episode), form).status_code == 302
    assert KeptFinding.objects.count() == 1
    assert "Nothing was added twice" in as_therapist.get(reverse("examine", args=[episode.key])).content.decode()


def test_the_same_answer_of_a_new_examination_is_kept(episode: Episode, therapist: Member) -> None:
    for _ in range(2):
        save(episode, therapist, {"ankle_up_left": "5"}, None, newest(episode))
    assert KeptFinding.objects.count() == 2


def test_the_time_of_the_examination_can_be_told(episode: Episode, as_therapist: Client) -> None:
    then = timezone.localtime() - timedelta(days=2)
    form = {"limp": "no", "_at": then.strftime("%Y-%m-%dT%H:%M"), "_seen": "0"}
    assert as_therapist.post(sheet_page(episode), form).status_code == 302
    assert abs(KeptFinding.objects.get().at - then) < timedelta(hours=3)


def test_a_closed_episode_takes_nothing_and_says_so(episode: Episode, as_therapist: Client) -> None:
    Episode.objects.filter(pk=episode.pk).update(stage=Episode.Stage.CLOSED)
    answer = as_therapist.post(sheet_page(episode), {"limp": "no", "_seen": "0"})
    assert answer.status_code == 422
    assert "closed" in answer.content.decode()
    assert not KeptFinding.objects.exists()


# what comes in

ODD = [
    "maybe",
    "6",
    "-1",
    "1e9",
    "🦴",
    "ما هو",
    "<script>alert(1)</script>",
    "a\x00b",
    "9" * 5000,
    "yes\nno",
    "٣",
    "NaN",
]


@pytest.mark.parametrize("written", ODD)
@pytest.mark.parametrize(
    "fact", ["ankle_up_left", "slr_left", "limp", "movement_response", "systolic", "slr_angle_left"]
)
def test_bad_input_comes_back_with_what_is_wrong(
    episode: Episode, as_therapist: Client, fact: str, written: str
) -> None:
    if (fact, written) == ("slr_angle_left", "6"):
        return
    answer = as_therapist.post(sheet_page(episode), {fact: written, "hip_flexion_left": "5", "_seen": "0"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in said
    assert f'id="e-{fact}"' in said
    assert "<script>alert" not in said
    assert not KeptFinding.objects.exists()
    assert re.search(r'id="f-hip_flexion_left".*?value="5" selected', said, re.DOTALL)


@pytest.mark.parametrize(
    "at", ["yesterday", "9999-12-31T23:59", "0001-01-01T00:00", "2026-02-30T10:00", "x" * 3000, "\x00"]
)
def test_a_time_that_cannot_be_comes_back(episode: Episode, as_therapist: Client, at: str) -> None:
    answer = as_therapist.post(sheet_page(episode), {"limp": "no", "_at": at, "_seen": "0"})
    assert answer.status_code == 422
    assert not KeptFinding.objects.exists()


@pytest.mark.parametrize("number", ["", "-1", "x", "9" * 400, "٣", "🦴"])
def test_an_odd_page_number_harms_nothing(episode: Episode, as_therapist: Client, number: str) -> None:
    assert as_therapist.post(sheet_page(episode), {"limp": "no", "_seen": number}).status_code == 302
    assert as_therapist.post(sheet_page(episode), {"limp": "no", "_normal": number}).status_code == 200


def test_an_empty_form_says_that_nothing_is_filled_in(episode: Episode, as_therapist: Client) -> None:
    answer = as_therapist.post(sheet_page(episode), {})
    assert answer.status_code == 422
    assert "Nothing new is filled in" in answer.content.decode()


# who may


def test_another_clinic_and_other_roles_cannot(episode: Episode) -> None:
    other = signed_in(make_clinic("Other", suffix="2"), "therapist")
    for page in (sheet_page(episode), reverse("documents", args=[episode.key])):
        assert other.get(page).status_code == 404
        assert other.post(page, {"limp": "no"}).status_code == 404
        for role in ("desk", "administrator", "auditor"):
            assert signed_in(episode.clinic, role).post(page, {"limp": "no"}).status_code == 403
    assert other.post(reverse("examine_drawing", args=[episode.key])).status_code == 404
    assert not KeptFinding.objects.exists()


def test_a_sheet_that_is_not_there(episode: Episode, as_therapist: Client) -> None:
    assert as_therapist.get(sheet_page(episode, "nothing")).status_code == 404


def test_every_look_and_every_answer_is_in_the_audit(episode: Episode, as_therapist: Client) -> None:
    as_therapist.get(sheet_page(episode))
    as_therapist.post(sheet_page(episode), {"limp": "no", "_seen": "0"})
    acts = list(AuditEntry.objects.filter(person=episode.person.key).values_list("act", "about"))
    assert ("read", "examine") in acts
    assert ("add", "findings") in acts


def test_more_findings_need_no_more_queries(episode: Episode, as_therapist: Client, therapist: Member) -> None:
    for page in (reverse("examine", args=[episode.key]), sheet_page(episode)):
        counts = []
        for times in (1, 12):
            for _ in range(times):
                add(episode, {"limp": "no", "ankle_up_left": "5"}, Author.of(therapist))
            as_therapist.get(page)
            counts.append(queries_of(as_therapist, page))
        assert counts[0] == counts[1]
