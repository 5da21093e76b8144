"""Letters: the very bytes are kept, nobody's text becomes layout, and only who may read the record gets them."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from spinepath.clinic import advice
from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import AuditEntry, Clinic, Episode, Letter, Member, Person
from spinepath.clinic.plan import drafting, state
from spinepath.clinic.plan.letters import for_people, writing
from spinepath.clinic.plan.refused import Refused
from spinepath.clinic.record import Author, add
from tests.clinic.conftest import signed_in
from tests.clinic.test_plan import options_of, wanted_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def agreed(cleared: Episode, therapist: Member) -> Episode:
    technique = options_of(cleared).offered[0].id
    state.agree(drafting.save(cleared, wanted_of(cleared, technique), therapist, ""), therapist)
    return cleared


def test_each_letter_can_be_written_when_it_makes_sense(agreed: Episode, therapist: Member) -> None:
    for kind in (Letter.Kind.PLAN, Letter.Kind.HOME, Letter.Kind.REPORT):
        assert bytes(writing.write(agreed, kind, therapist).pdf).startswith(b"%PDF")
    with pytest.raises(Refused):
        writing.write(agreed, Letter.Kind.REFERRAL, therapist)
    add(agreed, {"saddle_numbness": "yes"}, Author.of(therapist))
    assert bytes(writing.write(agreed, Letter.Kind.REFERRAL, therapist).pdf).startswith(b"%PDF")
    with pytest.raises(Refused):
        writing.write(agreed, Letter.Kind.HOME, therapist)


def test_a_plan_letter_needs_an_agreed_plan(cleared: Episode, therapist: Member) -> None:
    drafting.save(cleared, wanted_of(cleared), therapist, "")
    with pytest.raises(Refused):
        writing.write(cleared, Letter.Kind.PLAN, therapist)


@pytest.mark.parametrize(
    "name", ["#panic()", "$ x^2 $ *bold* _it_ @ref <label>", "שלום مرحبا", "😀👩‍⚕️", "Ж" * 120, '"]#eval("1")']
)
def test_no_text_of_a_person_becomes_layout(agreed: Episode, therapist: Member, name: str) -> None:
    agreed.person.family_name = name
    agreed.person.save()
    agreed.complaint = name
    agreed.save()
    for kind in (Letter.Kind.REPORT, Letter.Kind.PLAN):
        assert bytes(writing.write(agreed, kind, therapist).pdf).startswith(b"%PDF")


def words_in(letter: Letter) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(bytes(letter.pdf))).pages)


RUSSIAN = re.compile("[а-яё]{3}")


@pytest.mark.parametrize(("of_person", "of_clinic", "of_staff"), [("ru", "en", "en"), ("en", "ru", "ru")])
def test_letters_speak_the_language_of_their_reader_whoever_writes_them(
    agreed: Episode, therapist: Member, of_person: str, of_clinic: str, of_staff: str
) -> None:
    Person.objects.filter(pk=agreed.person_id).update(language=of_person)
    Clinic.objects.filter(pk=agreed.clinic_id).update(language=of_clinic)
    episode = Episode.objects.select_related("person", "clinic").get(pk=agreed.pk)
    with translation.override(of_staff):
        told = {kind: writing.write(episode, kind, therapist) for kind in ("plan", "home", "report")}
        assert translation.get_language() == of_staff
    assert {kind: one.language for kind, one in told.items()} == {
        "plan": of_person, "home": of_person, "report": of_clinic,
    }  # fmt: skip
    for one in told.values():
        assert bool(RUSSIAN.search(words_in(one))) == (one.language == "ru"), one.kind
        assert f"({one.language}".encode() in bytes(one.pdf)  # for who hears it read aloud


def test_a_language_nobody_here_writes_is_the_usual_one(agreed: Episode, therapist: Member) -> None:
    Person.objects.filter(pk=agreed.person_id).update(language="tlh")
    episode = Episode.objects.select_related("person", "clinic").get(pk=agreed.pk)
    assert writing.write(episode, "plan", therapist).language == "en"


def test_writing_twice_gives_one_letter(agreed: Episode, as_therapist: Client) -> None:
    for _time in range(2):
        assert as_therapist.post(reverse("letters", args=[agreed.key]), {"kind": "report"}).status_code == 302
    row = Letter.objects.get()
    assert row.assessment is not None
    answer = as_therapist.get(reverse("letter", args=[agreed.key, row.key]))
    assert answer.content == bytes(row.pdf)
    assert answer["Content-Type"] == "application/pdf"
    assert agreed.person.family_name not in answer["Content-Disposition"]
    assert AuditEntry.objects.filter(act="out", about="letter", key=row.key).count() == 1


@pytest.mark.parametrize("kind", ["", "record", "plan'--", "😀", "x" * 10000, "\0"])
def test_no_kind_of_letter_breaks_the_page(agreed: Episode, as_therapist: Client, kind: str) -> None:
    assert as_therapist.post(reverse("letters", args=[agreed.key]), {"kind": kind}).status_code == 302
    assert not Letter.objects.exists()


def test_a_letter_is_for_its_clinic_and_its_episode(agreed: Episode, therapist: Member) -> None:
    row = writing.write(agreed, Letter.Kind.REPORT, therapist)
    page = reverse("letter", args=[agreed.key, row.key])
    assert signed_in(make_clinic("Other", suffix="2"), "therapist").get(page).status_code == 404
    assert signed_in(agreed.clinic, "desk").get(page).status_code == 403
    assert Client().get(page).status_code == 302


def test_every_exercise_has_its_drawing() -> None:
    for phase in advice.knowledge().phases.values():
        if phase.drawings:
            assert len(phase.drawings) == len(phase.content), phase.id
            for name in phase.drawings:
                assert for_people.picture(name).startswith("<svg"), name
    steps = [one for one in advice.knowledge().phases.values() if one.part_of == "home" and one.go_on_when]
    assert all(phase.drawings for phase in steps)


def test_the_layout_reads_data_only() -> None:
    layout = (ROOT / "src/spinepath/clinic/plan/letters/letter.typ").read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|\bread\(", layout)
