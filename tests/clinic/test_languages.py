"""English and Russian: nothing is left untranslated, what is filled in stays, each reader meets their own language."""

from __future__ import annotations

import gettext
import re
from datetime import date, time, timedelta
from pathlib import Path

import allauth
import pytest
from babel.messages.catalog import Message
from django.test import Client
from django.urls import reverse
from django.utils import translation

from spinepath.clinic.advice import knowledge
from spinepath.clinic.ask.doors import make_link
from spinepath.clinic.book.reminders import message
from spinepath.clinic.languages import language_of
from spinepath.clinic.models import Clinic, Episode, Member, Person, Room, Session
from spinepath.clinic.record import Author, add
from spinepath.clinic.templatetags.spinepath import state_mark, value_words, written_words
from spinepath.engine.words import STATE_WORDS
from tests import messages

RUSSIAN = [one for one in messages.kept() if one.id]
_PLACEHOLDER = re.compile(r"%\([a-z_.]+\)[sd]|\{[a-z_]*\}|%%")

_NUMBERS = re.compile(r' (?:viewBox|transform|x|y|cx|cy|r|d|points|width|height|min|max|step)="([^"]*\d[^"]*)"')


def words_of(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


# the message file


def test_every_text_is_translated() -> None:
    kept = {tuple(words_of(one.id)): one for one in RUSSIAN if not one.fuzzy and all(words_of(one.string))}
    missing = [one.id for one in messages.texts() if one.id and tuple(words_of(one.id)) not in kept]
    assert missing == [], "run `make words` and translate what it names"


def test_translations_keep_what_is_filled_in() -> None:
    assert [one.id for one in RUSSIAN if not keeps_what_is_filled_in(one)] == []


def keeps_what_is_filled_in(one: Message) -> bool:
    english, russian = words_of(one.id), words_of(one.string)
    filled = sorted(max((_PLACEHOLDER.findall(text) for text in english), key=len))
    kept = all(sorted(_PLACEHOLDER.findall(text)) == filled for text in russian)
    marked = all(text.count("<") == english[0].count("<") for text in russian)
    return kept and marked and len(russian) == (3 if one.pluralizable else 1)


def test_what_is_compiled_says_the_same() -> None:
    with messages.MESSAGES.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for one in RUSSIAN:
        if one.pluralizable:
            for count, said in zip((1, 2, 5), one.string, strict=True):
                assert compiled.ngettext(*one.id, count) == said, "run `make words`"
        else:
            assert compiled.gettext(one.id) == one.string, "run `make words`"


def test_our_words_for_signing_in_replace_texts_that_are_there() -> None:
    theirs = messages.kept(Path(allauth.__file__).parent / "locale/ru/LC_MESSAGES/django.po")
    ours = [one for one in messages.kept(messages.OWN_WORDS) if one.id]
    assert [one.id for one in ours if theirs.get(words_of(one.id)[0]) is None] == []
    with messages.OWN_WORDS.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for one in ours:
        said = compiled.ngettext(*one.id, 2) if one.pluralizable else compiled.gettext(one.id)
        assert said == words_of(one.string)[-1], "run `make words`"
        assert sorted(_PLACEHOLDER.findall(said)) == sorted(_PLACEHOLDER.findall(words_of(one.id)[-1]))


@pytest.mark.django_db
def test_the_pages_of_signing_in_speak_our_words(as_therapist: Client) -> None:
    page = as_therapist.get("/account/password/change/").content.decode()
    assert "Change password</h1>" in " ".join(page.split()).replace(" </h1>", "</h1>")
    assert "Current Password" not in page


def test_the_numbers_take_their_russian_forms() -> None:
    with translation.override("ru"):
        said = [translation.ngettext("%(days)s day", "%(days)s days", n) % {"days": n} for n in (1, 2, 5, 11, 21, 104)]
    assert said == ["1 день", "2 дня", "5 дней", "11 дней", "21 день", "104 дня"]


def test_every_state_has_a_word(db: None) -> None:
    with translation.override("ru"):
        for state, english in STATE_WORDS.items():
            assert f">{english}<" not in state_mark(state)


# staff


@pytest.fixture
def in_russian(as_therapist: Client) -> Client:
    as_therapist.post(reverse("set_language"), {"language": "ru", "next": "/"})
    return as_therapist


def test_the_switch_at_the_foot_changes_every_page(as_therapist: Client, cleared: Episode) -> None:
    page = as_therapist.get(reverse("today")).content.decode()
    assert '<html lang="en"' in page
    assert ">Today<" in page
    back = as_therapist.post(reverse("set_language"), {"language": "ru", "next": reverse("today")})
    assert back.url == reverse("today")  # type: ignore[attr-defined]
    page = as_therapist.get(reverse("today")).content.decode()
    assert '<html lang="ru"' in page
    assert ">Сегодня<" in page
    as_therapist.post(reverse("set_language"), {"language": "en", "next": reverse("today")})
    assert ">Today<" in as_therapist.get(reverse("today")).content.decode()


@pytest.mark.parametrize("room", ["ask", "examine", "plan", "book", "treat", "follow", "episode"])
def test_every_room_opens_in_russian_and_keeps_numbers_for_machines(
    in_russian: Client, cleared: Episode, room: str
) -> None:
    answer = in_russian.get(reverse(room, args=[cleared.key]))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert '<html lang="ru"' in page
    # a number with a comma is for readers; drawings and fields keep their points
    in_russian.post(reverse("set_language"), {"language": "en", "next": "/"})
    english = in_russian.get(reverse(room, args=[cleared.key])).content.decode()
    assert _NUMBERS.findall(page) == _NUMBERS.findall(english)


def test_dates_speak_russian(in_russian: Client, cleared: Episode) -> None:
    Person.objects.filter(pk=cleared.person_id).update(birth_date=date(1982, 5, 14))
    page = in_russian.get(reverse("episode", args=[cleared.key])).content.decode()
    assert "14 мая 1982" in page


@pytest.mark.parametrize("sent", ["xx", "", "ru'<b>", "ru\x00"])
def test_a_language_that_is_not_spoken_changes_nothing(as_therapist: Client, sent: str) -> None:
    as_therapist.post(reverse("set_language"), {"language": sent, "next": "https://elsewhere.example/"})
    assert '<html lang="en"' in as_therapist.get(reverse("today")).content.decode()


# people


@pytest.fixture
def russian_person(episode: Episode) -> Episode:
    Person.objects.filter(pk=episode.person_id).update(language="ru")
    episode.person.refresh_from_db()
    return episode


def come_in(episode: Episode, therapist: Member, browser: str = "en") -> Client:
    told = make_link(episode, "ask", therapist, timedelta(days=7))
    client = Client(headers={"accept-language": browser})
    client.get(reverse("enter", args=[told]))
    return client


def test_pages_behind_a_link_speak_the_persons_language(russian_person: Episode, therapist: Member) -> None:
    answer = come_in(russian_person, therapist).get(reverse("my_ask"))
    page = answer.content.decode()
    assert '<html lang="ru"' in page
    assert answer.headers["Content-Language"] == "ru"
    assert "Вопросы: Helen" in page
    assert "на английском" in page


def test_questions_say_that_they_are_english(russian_person: Episode, therapist: Member) -> None:
    page = come_in(russian_person, therapist).get(reverse("my_page", args=[1])).content.decode()
    assert '<h1 class="nhsuk-fieldset__heading" lang="en">' in page
    assert "Продолжить" in page


def test_somebody_who_reads_no_english_is_told_that_it_is_urgent(russian_person: Episode, therapist: Member) -> None:
    client = come_in(russian_person, therapist)
    names = [name for name, fact in knowledge().facts.items() if fact.answer == "yes_no" and not fact.worked_out]
    add(russian_person, dict.fromkeys(names, "yes"), Author(source="patient", by="personal link"))
    page = client.get(reverse("my_urgent")).content.decode()
    assert "Это важно" in page
    assert "Позвонить" in page


def test_the_browser_does_not_decide_for_a_person(episode: Episode, therapist: Member) -> None:
    page = come_in(episode, therapist, browser="ru").get(reverse("my_ask")).content.decode()
    assert '<html lang="en"' in page
    assert "in English for now" not in page


def test_a_person_can_switch_and_the_next_one_starts_anew(russian_person: Episode, therapist: Member) -> None:
    client = come_in(russian_person, therapist)
    client.post(reverse("set_language"), {"language": "en", "next": reverse("my_ask")})
    assert '<html lang="en"' in client.get(reverse("my_ask")).content.decode()
    told = make_link(russian_person, "ask", therapist, timedelta(days=7))
    client.get(reverse("enter", args=[told]))
    assert '<html lang="ru"' in client.get(reverse("my_ask")).content.decode()


def test_closed_doors_speak_the_persons_language(russian_person: Episode, therapist: Member) -> None:
    client = come_in(russian_person, therapist)
    make_link(russian_person, "ask", therapist, timedelta(days=7))
    page = client.get(reverse("my_ask"), follow=True).content.decode()
    assert "Эта ссылка заменена" in page
    assert "Спасибо" in come_in(russian_person, therapist).post(reverse("my_left")).content.decode()


def test_a_language_that_we_do_not_speak_is_the_usual_one(person: Person) -> None:
    person.language = "tlh"
    assert language_of(person) == "en"


def test_a_reminder_speaks_the_persons_language(clinic: Clinic, russian_person: Episode, therapist: Member) -> None:
    session = Session(
        clinic=clinic,
        episode=russian_person,
        day=date(2026, 11, 23),
        start=time(9, 30),
        minutes=30,
        therapist=therapist,
        room=Room.objects.filter(clinic=clinic)[0],
    )
    with translation.override("en"):
        told = message(session)
    assert "23 ноября 2026, 09:30" in told.body
    assert "Вы записаны на приём" in told.body


# words of templates


def test_values_are_said_in_the_readers_language(db: None, episode: Episode) -> None:
    yes_no = next(name for name, fact in knowledge().facts.items() if fact.answer == "yes_no")
    with translation.override("ru"):
        assert value_words(yes_no, None) == "Не знаю"
        assert value_words(yes_no, True) == "да"
        assert written_words(yes_no, "no") == "нет"


def test_what_was_found_last_speaks_the_readers_language(as_therapist: Client, cleared: Episode) -> None:
    overview = as_therapist.get(reverse("examine", args=[cleared.key])).content.decode()
    as_therapist.post(reverse("set_language"), {"language": "ru", "next": "/"})
    sheets = {one.rstrip("/") for one in re.findall(r'href="(/episodes/[^"]*/examine/sheets/[^"]*)"', overview)}
    pages = [as_therapist.get(f"{one}/").content.decode() for one in sorted(sheets)]
    said = {word for page in pages for word in re.findall(r'class="exam-last[^"]*">([^ <]+)', page)}
    assert said & {"да", "нет"}
    assert not said & {"yes", "no"}
