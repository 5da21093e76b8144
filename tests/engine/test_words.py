"""Values, limits, findings, sources and entries as words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from spinepath.engine.findings import Finding
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.engine.words import (
    counted,
    finding_words,
    first_sentence,
    in_words,
    limit_words,
    name_of,
    number_words,
    said_once,
    scale_words,
    short,
    source_line,
    sources_of,
    value_words,
)
from tests.engine.small import changed, faults_in, files, page, small

SCALE = page(
    "scales", "id: hold\nname: Hold\nlevels: [{id: H1, meaning: light}, {id: H2, meaning: firm}]\nstate: project"
)


def graded() -> Knowledge:
    """The small base with a limit and a fact on a scale."""
    limits = changed("ground", "name: Sessions, unit", "name: Sessions, scale: hold, unit")
    facts = changed("ask", "unit: grade\n    least: 0", "unit: grade\n    scale: force\n    least: 0")
    return build(files(**limits, **facts, scale=SCALE))


# values


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        ("fever", True, "yes"),
        ("fever", None, "unknown"),
        ("place_of_pain", "upper_neck", "The upper neck"),
        ("pain", 3.5, "3.5 points"),
        ("strength", 4, "4 grade"),
    ],
)
def test_values_are_told_as_readers_say_them(fact: str, value: object, words: str) -> None:
    assert value_words(small(), small().facts[fact], value) == words  # type: ignore[arg-type]


def test_a_number_on_a_scale_says_what_its_level_means() -> None:
    base = graded()
    strength = base.facts["strength"]
    assert value_words(base, strength, 0) == "0 grade (light)"
    assert value_words(base, strength, 1.0) == "1 grade (firm)"
    assert value_words(base, strength, 0.5) == "0.5 grade"
    assert value_words(base, strength, 5) == "5 grade"
    assert scale_words(base, strength) == "0 light · 1 firm"
    assert scale_words(base, base.facts["pain"]) == ""


def test_a_limit_on_a_scale_names_its_level_and_the_first_is_1() -> None:
    assert limit_words(graded(), "sessions_most", 1) == "At most H1 (light) sessions."
    assert limit_words(graded(), "sessions_most", 2.0) == "At most H2 (firm) sessions."
    assert limit_words(graded(), "sessions_most", 3) == "At most 3 sessions."
    assert limit_words(graded(), "sessions_most", 0) == "At most 0 sessions."
    assert limit_words(small(), "sessions_most", 5.0) == "At most 5 sessions."


def test_every_limit_on_a_scale_of_the_real_base_names_a_level(real: Knowledge) -> None:
    told = [
        (rule.id, name, value, limit_words(real, name, value))
        for rule in real.rules.values()
        for name, value in rule.then.limit.items()
        if real.limits[name].scale
    ]
    assert told
    assert not [one for one in told if "(" not in one[3]]


def test_every_number_on_a_scale_of_the_real_base_has_as_many_values_as_levels(real: Knowledge) -> None:
    graded = [fact for fact in real.facts.values() if fact.scale]
    assert graded
    for fact in graded:
        assert fact.least is not None
        assert fact.most is not None
        assert fact.most - fact.least + 1 == len(real.scales[fact.scale or ""].levels), fact.id


def test_a_scale_that_is_nowhere_is_a_fault() -> None:
    content = changed("ground", "name: Sessions, unit", "name: Sessions, scale: nowhere, classes: [rub], unit")
    found = " ".join(faults_in(files(**content)))
    assert "LimitKind sessions_most names nowhere (scale), which is not in scales" in found
    assert "LimitKind sessions_most names rub (classes), which is not in classes" in found
    content = changed("ask", "unit: grade\n    least: 0", "unit: grade\n    scale: nowhere\n    least: 0")
    assert "Fact strength names nowhere (scale), which is not in scales" in " ".join(faults_in(files(**content)))


def test_numbers_are_told_as_ranges_and_lists() -> None:
    assert number_words((5.0, 10.0)) == "5 to 10"
    assert number_words((30.0,)) == "30"
    assert number_words((1, 2, 3)) == "1, 2, 3"
    assert number_words(True) == "yes"
    assert number_words(False) == "no"


def test_a_finding_says_who_found_it_and_when() -> None:
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    found = Finding(fact="fever", value=True, at=at, source="record", by="a letter")
    assert finding_words(small(), found) == "yes (record, a letter, 2026-03-10)"
    unknown = Finding(fact="fever", value=None, at=at, source="patient")
    assert finding_words(small(), unknown) == "“I do not know” (patient, 2026-03-10)"


# entries


def test_sources_are_told_in_one_line_and_each_once() -> None:
    base = small()
    assert source_line(base.sources["read_book"]) == "A. Author 2020. A book."
    assert source_line(base.sources["old_talk"]) == "B. Speaker. A talk."
    entries = [base.facts["fever"], base.rules["screen.fever"], base.facts["numbness"], base.questions["dangers"]]
    assert [source.id for source in sources_of(base, entries)] == ["read_book", "old_talk"]


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("fever", "Fever"),
        ("topic.recovery", "Most people recover"),
        ("screen.fever", "Fever with back pain"),
        ("contra.bones", "Brittle bones"),
        ("claim-fever", "Fever is a danger"),
        ("myth.magic", "Magic heals"),
        ("loinc.0", "Something"),
        ("wording.promises", "Promises"),
    ],
)
def test_entries_are_called_by_name_or_by_what_they_say_first(name: str, called: str) -> None:
    assert name_of(small(), small().entries[name]) == called


def test_a_rule_in_few_words_is_its_first_sentence_or_its_row() -> None:
    said = changed("plan", "This clinic does not pull.", "Point 1. This clinic does not pull. Never.")
    base = build(files(**said))
    assert short(base, base.rules["plan.no_pulling"]) == "Point 1. This clinic does not pull"
    assert short(base, base.rules["screen.age"]) == "Old with a danger sign"
    assert short(base, base.rules["contra.bones"]) == "Brittle bones"
    assert base.rules["contra.bones"].says.therapist == "Brittle bones. Never pull."


def test_ids_and_sections_are_told_as_words() -> None:
    assert in_words("red_flag-list") == "Red flag list"
    assert counted(1, "classes") == "1 class"
    assert counted(2, "classes") == "2 classes"
    assert counted(1, "severities") == "1 severity"


# sentences


def test_the_first_sentence_ends_where_the_next_begins() -> None:
    assert first_sentence("Power of 4.5 or less, i.e. weak. Stop.") == "Power of 4.5 or less, i.e. weak"
    assert first_sentence("One only") == "One only"


@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        (["Keep the dose low.", "Keep the dose low."], ["Keep the dose low."]),
        (["Keep the dose low.", "Rest.", "Keep the dose low, and rest."], ["Keep the dose low, and rest."]),
        (["Keep the dose low, and ask.", "Rest.", "Keep the dose low."], ["Keep the dose low, and ask.", "Rest."]),
        (["First. Keep it low.", "keep it LOW"], ["First. Keep it low."]),
        (["Keep it low. Walk.", "Walk. Swim."], ["Keep it low. Walk.", "Walk. Swim."]),
        (["Raise the dose.", "Do not raise the dose."], ["Raise the dose.", "Do not raise the dose."]),
        (["Rest today.", "Never rest today without a reason."], ["Rest today.", "Never rest today without a reason."]),
        (["Go.", "Good."], ["Go.", "Good."]),
        ([], []),
    ],
)
def test_what_another_text_says_as_well_is_said_once(texts: list[str], kept: list[str]) -> None:
    assert list(said_once(texts)) == kept
