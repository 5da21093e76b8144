"""One entry in plain words, with everything it names and everything that names it."""

from __future__ import annotations

import pytest

from spinepath.engine.knowledge import SECTION_NAMES, Knowledge
from spinepath.engine.load import build
from spinepath.engine.neighbours import all_backlinks, backlinks, named_in, section_of
from spinepath.terminal.entry import show_entry
from tests.engine.charts import Base
from tests.engine.small import changed, files, page, place_of, small
from tests.terminal.typed import Typed


def shown(name: str, knowledge: Knowledge | None = None) -> str:
    console = Typed()
    show_entry(console, knowledge or small(), name)
    return console.flat


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fever", ["Fever facts · fever", place_of("ask", "id: fever"), "‹verified›", "ask: Have you had a fever?"]),
        ("fever", ["why we ask: Fever can mean an infection.", "fresh for: session", "source (1) read_book A book"]),
        (
            "fever",
            ["named by rules (1) screen.fever", "named by facts (1) danger_sign", "named by questions (1) dangers"],
        ),
        ("danger_sign", ["when: fever or numbness", "named by rules (1) screen.age"]),
        ("pain_fall", ["worked out: fall of: pain; since: first; as percent: yes"]),
        ("place_of_pain", ["values: back: The back; leg: A leg; upper_neck: The upper neck", "danger: upper_neck"]),
        ("screen.fever", ["Fever with back pain. Emergency.", "to the patient: Go to the hospital. Tell them of the"]),
        (
            "screen.fever",
            [
                "when: fever and not confirmed(seen_by_doctor)",
                "if unknown: Is asked; no hands-on care",
                "within: 4 hours",
            ],
        ),
        ("screen.fever", ["cases: 1. Fever 2. Nobody asked 3. No fever", "tell: Take the temperature."]),
        (
            "screen.fever",
            ["At least (1) emergency Emergency", "Needs (1) blood_test Blood test", "claims (1) claim-fever"],
        ),
        (
            "screen.age",
            ["limit: At most 3 sessions. limit: At least 2 days of rest.", "when: age_years >= 70 and danger_sign"],
        ),
        ("contra.bones", ["Brittle bones rules · contra.bones", "Brittle bones. Never pull."]),
        (
            "rub",
            ["technique class (1) rubbing Rubbing", "named by techniques (1) rub_hard", "patient: We rub your back."],
        ),
        ("contra.bones", ["cases: 2, each run by the check", "Not offered, without override (1) pulling Pulling"]),
        ("screen.nerves", ["when: count(nerve_signs, strength <= 3) >= 2"]),
        ("follow.alarm", ["hold: The remaining bookings wait for a named person", "The course reads as (1) alarm"]),
        ("force", ["levels: F1 (light); F2 (firm)"]),
        ("loinc.0", ["Something codes · loinc.0"]),
        ("rub", ["dose: minutes: 5 to 10", "offer: comfort"]),
        ("read_book", ["A book sources · read_book", "who: A. Author", "year: 2020", "named by facts (1) fever"]),
        ("claim-fever", ["Fever is a danger.", "verdict: followed", "home (2) screen.fever"]),
        ("measure.pain", ["Pain now measures · measure.pain", "change: smallest points: 2", "fact (1) pain Pain"]),
        ("emergency", ["Call for help.", "to the patient: Go to the hospital now.", "bars (3) rubbing", "order: 5"]),
        ("topic.recovery", ["Most people recover. Keep moving.", "reader: patient"]),
        ("contra", ["Contraindications tables · contra", "columns (2) rubbing"]),
        ("nothing_found", ["start (1) nobody_asked Nothing is known", "age_years: 40"]),
        ("myth.magic", ["Magic heals myths · myth.magic", "evidence says: It does not."]),
        ("sessions_most", ["At most {value} sessions.", "named by rules (3) screen.age"]),
        ("proviso.skin", ["The skin is whole.", "rules (1) contra.skin"]),
    ],
)
def test_an_entry_is_told_in_plain_words(name: str, words: list[str]) -> None:
    text = shown(name)
    for part in words:
        assert part in text, part


def test_what_is_said_already_is_not_said_again() -> None:
    text = shown("contra.bones")
    assert text.count("Never pull.") == 1
    text = shown("screen.fever")
    assert text.count("claim-fever") == 1
    assert "worked out" not in shown("danger_sign")


def test_what_an_entry_does_stands_before_what_it_rests_on() -> None:
    rule, fact = shown("screen.fever"), shown("fever")
    assert rule.index("Needs (1)") < rule.index("source (1)") < rule.index("claims (1)")
    assert fact.index("source (1)") < fact.index("named by")


def test_a_long_condition_takes_several_lines_and_names_groups() -> None:
    when = "numbness or weak_leg or fever or seen_by_doctor or brittle_bones or skin_broken or scan_left or scan_right"
    rule = (
        f"id: screen.long\nwhen: {when} or least(numbers) <= 3\nthen: {{tell: Stop.}}\nif_unknown: note\n"
        "says: {therapist: Long.}\nsince: 2026-01-01\nstate: project"
    )
    groups = "groups:\n  - {id: numbers, name: Numbers, facts: [pain, strength]}\n"
    knowledge = build(files(long=f"{page('rules', rule)}{groups}"))
    console = Typed()
    show_entry(console, knowledge, "screen.long")
    lines = [line.strip() for line in console.shown.splitlines()]
    assert "when: numbness" in lines
    assert "or least(numbers) <= 3" in lines


def test_a_fact_on_a_scale_tells_its_levels() -> None:
    knowledge = build(
        files(**changed("ask", "unit: grade\n    least: 0", "unit: grade\n    scale: force\n    least: 0"))
    )
    assert "scale: 0 light · 1 firm" in shown("strength", knowledge)
    assert "scale (1) force Force" in shown("strength", knowledge)


def test_words_in_square_brackets_are_shown_as_they_are_written() -> None:
    knowledge = build(files(**changed("ask", "hint: 38 degrees or more.", "hint: '[red]38[/] degrees.'")))
    assert "hint: [red]38[/] degrees." in shown("fever", knowledge)


def test_every_entry_can_be_told(base: Base) -> None:
    """Of the real base one of each section, because each is compared with all others."""
    for section in SECTION_NAMES:
        names = list(base.knowledge.section(section))
        for name in names if len(base.knowledge.facts) < 100 else names[:1]:
            text = shown(name, base.knowledge)
            assert f"{section} · {name}" in text


# neighbours


def test_what_names_an_entry_is_what_the_entries_name(base: Base) -> None:
    back = all_backlinks(base.knowledge)
    for name, entry in base.knowledge.entries.items():
        section = section_of(base.knowledge, name)
        for target in named_in(entry):
            if target != name:
                assert name in back[target][section]


def test_neighbours_of_what_nobody_names_are_none() -> None:
    assert backlinks(small(), "claim-magic") == {}
    assert backlinks(small(), "blood_test") == {"rules": ["screen.fever", "screen.upper_neck"]}
