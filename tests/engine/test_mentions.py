"""Mentions in records that do not fit the facts they speak of are refused, each with its cause."""

from __future__ import annotations

import pytest

from spinepath.engine.cache import default_folder
from spinepath.engine.content_files import read_files
from spinepath.engine.faults import FaultyKnowledge
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build

FACTS = """
title: Facts
about: For tests.
facts:
  - {id: ill, name: Ill, ask: Ill?, state: project}
  - {id: sum_of_it, name: Sum, worked_out: {when: ill}, state: project}
  - {id: pressure, name: Pressure, ask: Pressure?, answer: number, unit: mmHg, least: 0, most: 300, state: project}
  - {id: sex, name: Sex, ask: Sex?, answer: choice, values: {female: F, male: M}, state: project}
codes:
  - {id: snomed.1, system: snomed, code: '1', display: One, seen_in: here}
"""
MENTION = "mentions:\n  - {id: mention.x, codes: [snomed.1], state: project, "


def faults_of(entry: str) -> str:
    with pytest.raises(FaultyKnowledge) as caught:
        build({"base/a.yaml": f"{FACTS}{entry}".encode()})
    return " ".join(fault.cause for fault in caught.value.faults if "disposition" not in fault.cause)


@pytest.mark.parametrize(
    ("keys", "cause"),
    [
        ("fact: ill, found_in: condition}", "mention.x says nothing."),
        ("fact: ill, found_in: condition, says: no}", "mention.x says no by its presence."),
        ("fact: ill, found_in: condition, says: maybe}", "ill cannot be this"),
        ("fact: sum_of_it, found_in: condition, says: yes}", "worked out or a policy"),
        ("fact: nobody, found_in: condition, says: yes}", "names nobody (fact)"),
        ("fact: pressure, found_in: observation, says: yes}", "the number fact pressure do not fit"),
        ("fact: ill, found_in: observation, unit: mm}", "the yes_no fact ill do not fit"),
        ("fact: ill, found_in: observation, says: yes, at_least: 38}", "compares a number without unit"),
        ("fact: pressure, found_in: [observation, condition], unit: mm}", "reads a value, which only observations"),
        ("fact: ill, found_in: condition, says: yes, for_days: 3}", "has for_days but does not count as new"),
        ("fact: ill, found_in: condition, says: yes, counts: new, open_for_days: 3}", "has open_for_days but"),
        ("fact: sex, found_in: observation, words: {snomed.1: neither}}", "sex cannot be this"),
        ("fact: sex, found_in: observation, words: {snomed.2: male}}", "names snomed.2 (words)"),
    ],
)
def test_mentions_that_cannot_say_what_they_are_meant_to_say(keys: str, cause: str) -> None:
    assert cause in faults_of(MENTION + keys)


@pytest.mark.parametrize(
    ("keys", "cause"),
    [
        ("fact: sex, field: extension}", "needs a url"),
        ("fact: sex, field: gender, url: 'http://x'}", "needs a url"),
        ("fact: sex, field: gender, words: {x: neither}}", "sex cannot be this"),
        ("fact: pressure, field: birthDate}", "pressure does not grow from 0"),
    ],
)
def test_demographics_that_do_not_fit(keys: str, cause: str) -> None:
    assert cause in faults_of("demographics:\n  - {id: demographic.x, state: project, " + keys)


def test_every_mention_of_the_real_base_fits_and_says_no_to_nobody(real: Knowledge) -> None:
    assert len(real.mentions) > 50
    assert all(mention.says != "no" for mention in real.mentions.values())
    denied = [mention for mention in real.mentions.values() if mention.denied is not None]
    assert all(mention.note and real.facts[mention.fact].lasting for mention in denied)


def test_each_mention_shows_that_the_check_looks_at_it(real: Knowledge) -> None:
    files = read_files(default_folder())
    name = next(name for name in files if name.endswith("0_ground/records.yaml"))
    broken = files[name].replace(b"says: possible", b"says: certain")
    assert broken != files[name]
    with pytest.raises(FaultyKnowledge, match="pregnancy cannot be this"):
        build({**files, name: broken})
