"""One question as every room asks it: whatever it looks like, its answer is read alike, and one template shows it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from spinepath.clinic import advice, asked
from spinepath.clinic.asked import CELL, EXAM, MENDED, PERSON, ROW, SHEET, Asked, Look, NotAnswered, said
from spinepath.engine.entries import Fact

LOOKS = (PERSON, ROW, SHEET, EXAM, CELL, MENDED)
TODAY = date(2026, 11, 20)
TEMPLATES = Path(asked.__file__).parent / "templates/clinic"


def facts(kind: str) -> list[Fact]:
    return [fact for fact in advice.knowledge().facts.values() if fact.answer == kind and fact.worked_out is None]


def time() -> Fact:
    return next(fact for fact in facts("number") if fact.grows and fact.unit == "days")


def sent_as(fact: Fact, look: Look, **typed: str) -> str | None:
    """What is read when `value`, `unit` and `since` are typed in this look."""
    field = Asked(fact, look).field
    names = {"value": field, "unit": f"{field}-unit", "since": f"{field}-since", "unknown": f"{field}-unknown"}
    return said(Asked(fact, look), {names[name]: text for name, text in typed.items()}, TODAY)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_what_can_be_chosen_is_read_as_it_was_sent(look: Look) -> None:
    for fact in (*facts("yes_no"), *facts("choice"), *facts("number")):
        for option in Asked(fact, look).options:
            assert sent_as(fact, look, value=option.value) == option.value, fact.id


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_look_reads_a_time_alike_and_nothing_is_no_answer(look: Look) -> None:
    assert sent_as(time(), look, value="3", unit="weeks") == "21"
    assert sent_as(time(), look, value=" 2,0 ", unit="weeks") == "14"
    assert sent_as(time(), look, since="2026-11-10") == "10"
    assert sent_as(time(), look, value="unknown") == "unknown"
    assert sent_as(time(), look, unknown="unknown") == "unknown"
    assert sent_as(time(), look, value=" ", unit="weeks") is None


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize(
    "typed",
    [
        {"value": "many"},
        {"value": "9" * 4000},
        {"value": "1e3"},
        {"value": "٣"},
        {"value": "2026-11-10"},
        {"value": "3", "since": "2026-11-10"},
        {"value": "3", "unknown": "unknown"},
        {"since": "2999-01-01"},
        {"since": "soon"},
    ],
    ids=lambda typed: " ".join(typed),
)
def test_what_is_no_answer_stays_on_the_page_with_what_to_do(look: Look, typed: dict[str, str]) -> None:
    line = Asked(time(), look)
    sent = {f"{line.field}{'' if name == 'value' else '-' + name}": text for name, text in typed.items()}
    with pytest.raises(NotAnswered) as told:
        said(line, sent, TODAY)
    assert line.fault == str(told.value)
    assert line.value == typed.get("value", "")[:120]
    assert line.since == typed.get("since", "")
    assert "many" not in line.fault


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_one_template_shows_every_kind_in_every_look_with_a_field_for_each_part(look: Look) -> None:
    for fact in (*facts("yes_no"), *facts("choice"), *facts("number")):
        line = Asked(fact, look, fault="Look again.")
        page = render_to_string("clinic/parts/question.html", {"asked": line})
        assert f'name="{line.field}"' in page, fact.id
        assert f'id="{line.id}"' in page, fact.id
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), fact.id
        for about in re.findall(r'(?:for|aria-describedby|aria-labelledby)="([^"]+)"', page):
            assert set(about.split()) <= set(ids), (fact.id, about)
        for option in line.options:
            assert f'value="{option.value}"' in page, fact.id


def test_what_stands_there_is_shown_again() -> None:
    for look in LOOKS:
        for fact in (*facts("yes_no"), *facts("choice")):
            for option in Asked(fact, look).options:
                page = render_to_string("clinic/parts/answer.html", {"asked": Asked(fact, look, value=option.value)})
                chosen = [
                    part for part in re.findall(r"<(?:input|option)[^>]*>", page) if re.search("checked|selected", part)
                ]
                assert len(chosen) == 1, (look.name, fact.id)
                assert f'value="{option.value}"' in chosen[0]


def test_no_other_template_asks_for_the_answer_to_a_fact() -> None:
    """A new kind of answer needs one place: nowhere else is a field made from a fact's own answers."""
    for path in TEMPLATES.rglob("*.html"):
        if path.name in ("answer.html", "boxes.html"):
            continue
        assert not re.search(r"in \w+(\.\w+)*\.options\b|fact\.values|fact\.answer ==", path.read_text("utf-8")), (
            path.name
        )
