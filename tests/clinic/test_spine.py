"""The drawing shows what was chosen, and where."""

from __future__ import annotations

from itertools import product
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from spinepath.clinic import advice
from spinepath.clinic.examine import spine
from spinepath.clinic.models import Episode
from spinepath.engine.drawings import SpineDrawing


def drawing() -> SpineDrawing:
    return next(iter(advice.knowledge().drawings.values()))


def drawn(**chosen: str) -> spine.Spine:
    one = drawing()
    return spine.draw(one, {getattr(one, key): word for key, word in chosen.items()})


def test_without_findings_nothing_stands_out() -> None:
    empty = drawn()
    assert not empty.words
    assert not empty.bump
    assert not empty.marks
    assert not any(part.chosen for part in (*empty.discs, *empty.zones))


@pytest.mark.parametrize("word", [word for word, above in drawing().levels.items() if len(above) == 1])
def test_each_level_is_one_disc(word: str) -> None:
    assert [part.key for part in drawn(level=word).discs if part.chosen] == [word]


@pytest.mark.parametrize(("side", "at"), [("left", ["left"]), ("right", ["right"]), ("both", ["left", "right"])])
def test_the_side_is_that_of_the_person(side: str, at: list[str]) -> None:
    word = {part: word for word, part in drawing().zones.items()}["foramen"]
    found = drawn(zone=word, side=side, shape="extrusion")
    assert sorted(part.key.rsplit("-", 1)[1] for part in found.zones if part.chosen) == at
    left = float(next(part for part in found.zones if part.key.endswith("-left")).path[1:].split()[0])
    assert left > 150, "the person's left is on the right of the page"


def test_every_choice_makes_a_sound_picture() -> None:
    one = drawing()
    for shape, zone, side in product(one.shapes, one.zones, one.sides):
        found = drawn(level="L5_S1", shape=shape, zone=zone, side=side, narrowing="severe", migration="cranial")
        page = render_to_string("clinic/examine/spine.html", {"spine": found, "is_form": shape == "bulge"})
        ElementTree.fromstring(page)  # noqa: S314  our own page


def test_a_part_chooses_answers_that_the_facts_have() -> None:
    facts = advice.knowledge().facts
    for part in (*drawn().discs, *drawn().zones):
        for name, words in parse_qs(part.picks).items():
            assert words[0] in facts[name].values


def test_the_drawing_follows_the_form_and_keeps_nothing(episode: Episode, as_therapist: Client) -> None:
    one = drawing()
    page = reverse("examine_drawing", args=[episode.key])
    said = as_therapist.post(page, {one.level: "L4_L5", one.shape: "<script>", "other": "x\x00"}).content.decode()
    assert "spine__disc--chosen" in said
    assert "<script>" not in said
    assert not episode.findings.exists()
