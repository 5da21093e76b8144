"""What would keep made-up people from being drawn is refused where it stands."""

from __future__ import annotations

import pytest

from spinepath.engine.load import build
from spinepath.engine.population_links import drawn_in_order, first_in_circle
from tests.engine.small import faults_in, files

MODEL = """\
title: People
about: Made-up people for tests.
populations:
  - {id: village, name: A village, about: Few people., shares: {has_flu: 0.5}}
traits:
  - {id: how_bad, name: How bad it is}
  - {id: hurt_side, name: The side, answer: choice, values: [left, right]}
causes:
  - id: has_flu
    name: Influenza
    only: age_years >= 1
    leads_to: refer
    share: [{chance: 0.1}, {when: age_years >= 70, chance: 0.2}]
    state: project
tendencies:
  - id: tendency.all
    name: Everybody
    shows:
      - {facts: [how_bad], uniform: [0, 1], step: 0.1}
      - {facts: [hurt_side], words: {left: 0.5, right: 0.5}}
      - {facts: [age_years], normal: [40, 15]}
      - {facts: [pain], normal: [2, 1], by: {how_bad: 5}}
      - {facts: [place_of_pain], words: {back: 0.7, leg: 0.3}}
      - {facts: [since_days], lognormal: [30, 2]}
    state: project
  - id: tendency.flu
    name: Influenza
    when: has_flu
    shows:
      - {facts: [fever], chance: 0.9}
      - {facts: [pain], when: how_bad >= 0.5, value: '7'}
      - {facts: [reflex], unknown: yes}
    state: project
gaps:
  - {id: gap.all, name: Not asked, obtained: [ask], together: screen, chance: 0.1, state: project}
impossibles:
  - {id: impossible.x, when: fever and not fever, why: Nobody is both.}
"""


def faults(old: str, new: str) -> list[str]:
    assert MODEL.count(old) == 1
    return faults_in(files(people=MODEL.replace(old, new)))


def test_a_sound_model_has_no_fault() -> None:
    assert faults_in(files(people=MODEL)) == []
    knowledge = build(files(people=MODEL))
    assert knowledge.causes["has_flu"].share[1].chance == 0.2
    assert knowledge.tendencies["tendency.all"].shows[3].by == {"how_bad": 5}


@pytest.mark.parametrize(
    ("old", "new", "place", "cause"),
    [
        ("chance: 0.2}", "chance: 1.2}", "people.yaml:13", "1.2 is no chance."),
        ("chance: 0.9", "chance: -0.1", "people.yaml:30", "fever: a chance lies between 0 and 1."),
        ("{has_flu: 0.5}", "{has_flu: 5}", "people.yaml:4", "5 is no chance."),
        ("together: screen, chance: 0.1", "together: screen, chance: 2", "people.yaml:35", "2 is no chance."),
        (
            "{has_flu: 0.5}",
            "{has_flo: 0.5}",
            "people.yaml:4",
            "names has_flo (shares), which is not in causes. Did you",
        ),
        ("facts: [fever]", "facts: [fewer]", "people.yaml:30", "fewer is no fact or trait that can be drawn."),
        (
            "leads_to: refer",
            "leads_to: refers",
            "people.yaml:9",
            "names refers (leads_to), which is not in dispositions.",
        ),
        ("when: has_flu", "when: has_cough", "people.yaml:26", "has_cough"),
        ("only: age_years >= 1", "only: age_years >= 500", "people.yaml:9", "500"),
        ("when: how_bad >= 0.5", "when: how_bad >= 2", "people.yaml:31", "2"),
        ("when: fever and not fever", "when: fever and", "people.yaml:37", ""),
        ("facts: [fever], chance", "facts: [pain], chance", "people.yaml:30", "pain is a number, not drawn by chance."),
        ("{back: 0.7, leg: 0.3}", "{back: 0.7, leg: 0.2}", "people.yaml:23", "do not add up to 1."),
        ("{back: 0.7, leg: 0.3}", "{back: 0.7, arm: 0.3}", "people.yaml:23", "arm is none of its words."),
        ("{back: 0.7, leg: 0.3}", "{back: 1.5, leg: -0.5}", "people.yaml:23", "do not add up to 1."),
        ("value: '7'", "value: '70'", "people.yaml:31", "pain is outside 0 to 10"),
        ("value: '7'", "value: unknown", "people.yaml:31", "write  unknown: yes."),
        ("value: '7'", "value: '7', chance: 0.5", "people.yaml:31", "The line draws in 2 ways."),
        ("facts: [pain], when: how_bad >= 0.5, value: '7'", "facts: [pain]", "people.yaml:31", "draws in 0 ways."),
        ("normal: [40, 15]", "normal: [40]", "people.yaml:21", "two numbers are needed"),
        ("normal: [40, 15]", "normal: [40, -1]", "people.yaml:21", "the spread is not below 0."),
        ("lognormal: [30, 2]", "lognormal: [0, 2]", "people.yaml:24", "the median is above 0"),
        ("uniform: [0, 1], step: 0.1", "uniform: [1, 0]", "people.yaml:19", "the least stands first."),
        ("step: 0.1", "step: 0", "people.yaml:19", "a step above 0"),
        ("lognormal: [30, 2]", "lognormal: [30, 2], by: {pain: 1}", "people.yaml:24", "Only normal can be moved"),
        ("by: {how_bad: 5}", "by: {fever: 5}", "people.yaml:22", "numbers for  by."),
        ("facts: [reflex], unknown: yes", "facts: [how_bad], unknown: yes", "people.yaml:32", "always known."),
        ("facts: [reflex], unknown: yes", "facts: [reflex], same_as: hurt_side", "people.yaml:32", "cannot be."),
        ("facts: [reflex], unknown: yes", "facts: [reflex], same_as: pain", "people.yaml:32", "nothing of the same"),
        ("obtained: [ask]", "obtained: [guess]", "people.yaml:35", "guess is no way of finding out."),
        ("answer: choice, values: [left, right]", "answer: choice", "people.yaml:7", "A choice has values"),
        ("id: how_bad,", "id: 'how.bad',", "people.yaml:6", "No condition can name how.bad."),
        ("chance: 0.9", "chance: 0.9, state: verified", "people.yaml:30", "says verified but rests on less."),
        ("chance: 0.9", "chance: 0.9, state: recalled, source: [nobody]", "people.yaml:30", "nobody is no source."),
    ],
)
def test_what_cannot_be_drawn_is_refused_at_its_place(old: str, new: str, place: str, cause: str) -> None:
    found = faults(old, new)
    assert any(fault.startswith(f"{place}: ") and cause in fault for fault in found), found


def test_a_circle_is_refused() -> None:
    found = faults("facts: [fever], chance: 0.9", "facts: [age_years], normal: [40, 2]")
    assert any("is drawn from itself" in fault for fault in found), found


def test_names_stand_after_what_they_need() -> None:
    assert drawn_in_order({"a": ["b"], "b": ["c", "somewhere else"], "c": []}) == ("c", "b", "a")
    assert drawn_in_order({"a": ["b"], "b": ["a"], "c": []}) is None
    assert first_in_circle({"a": ["b"], "b": ["a"], "c": []}) in ("a", "b")
    assert first_in_circle({"a": ["b"], "b": []}) is None
