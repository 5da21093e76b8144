"""Nodes to entries: each wrong key, kind of value and missing key is named with its line and how to write it."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from spinepath.engine.entries import Fact, Rule
from spinepath.engine.faults import FaultList
from spinepath.engine.language import FactType, Vocabulary
from spinepath.engine.nodes import read_nodes
from spinepath.engine.shape import NOTHING, Reader
from tests.engine.small import faults_in, files, page, place_of, small

FACT = "id: cough\nname: Cough\nask: Do you cough?\nstate: project"
RULE = (
    "id: screen.cough\nwhen: fever\nthen: {at_least: wait}\nif_unknown: settle\nsays: {therapist: A cough.}\n"
    "since: 2026-01-01\nstate: project"
)
LIMIT = "id: walks_most\nname: Walks\nunit: walks\nstricter: lower\nsays: Few."
DISPOSITION = "id: dance\nname: Dance\norder: 9\nsays: {therapist: Dance.}\ntime_limit: none\nstate: project"
TOPIC = "id: topic.x\ntitle: X\nkind: education\nreader: patient\nsays: [X.]\nstate: project"


def with_line(entry: str, line: str) -> str:
    """The entry with one line more, or in place of the line with the same key."""
    key = line.split(":")[0]
    return "\n".join([other for other in entry.splitlines() if not other.startswith(f"{key}:")] + [line])


@pytest.mark.parametrize(
    ("section", "entry", "cause", "act"),
    [
        ("facts", with_line(FACT, "aks: Again?"), "A fact has no key 'aks'.", "Did you mean ask?"),
        ("facts", with_line(FACT, "zzzzzz: x"), "A fact has no key 'zzzzzz'.", "Keys are: id, state, source"),
        ("facts", "id: cough\nname: Cough", "The fact cough lacks state.", "Add it, for example:\n- id: fever"),
        ("facts", "name: Cough", "The fact lacks id, state.", "Add it, for example:"),
        ("facts", with_line(FACT, "state: sure"), "'sure' is not allowed here.", "Use one of: verified, secondary"),
        ("facts", with_line(FACT, "state: verifed"), "'verifed' is not allowed here.", "Did you mean verified?"),
        ("facts", with_line(FACT, "state: [verified]"), "'a list or mapping' is not allowed here.", "Use one of"),
        ("facts", with_line(FACT, "grows: true"), "'true' is not yes or no.", "Write yes or no."),
        ("facts", with_line(FACT, "grows: False"), "'False' is not yes or no.", "Write yes or no."),
        ("facts", with_line(FACT, "grows: [yes]"), "A single value is needed here.", "Write it on one line"),
        ("facts", with_line(FACT, "name: [Cough]"), "A single value is needed here.", "Write it on one line"),
        ("facts", with_line(FACT, "name:"), "A text is missing here.", "Write it after the colon, or remove the key."),
        ("facts", with_line(FACT, "id: 2cough"), "'2cough' is not a name.", "A name starts with a letter"),
        ("facts", with_line(FACT, "id: my cough"), "'my cough' is not a name.", "A name starts with a letter"),
        ("facts", with_line(FACT, "least: low"), "'low' is not a number.", "Write digits with a point"),
        ("facts", with_line(FACT, "least: '5'"), "'5' is not a number.", "Write digits with a point"),
        ("facts", with_line(FACT, "least: 1e3"), "'1e3' is not a number.", "for example 7 or 0.5"),
        ("facts", with_line(FACT, "least: .5"), "'.5' is not a number.", "for example 7 or 0.5"),
        ("facts", with_line(FACT, f"least: {'9' * 40}"), "is not a number.", "for example 7 or 0.5"),
        ("facts", with_line(FACT, "values: [a, b]"), "Keys with values are needed here.", "Write  {name: value}."),
        ("facts", with_line(FACT, "values: {2a: b}"), "'2a' is not a name.", "A name starts with a letter"),
        ("facts", with_line(FACT, "source: {a: b}"), "A list is needed here.", "Write  [one, two]"),
        ("facts", with_line(FACT, "source: [[a]]"), "A single value is needed here.", ""),
        ("facts", with_line(FACT, "worked_out: fever"), "A derivation needs keys with values.", ""),
        ("facts", with_line(FACT, "worked_out: {wen: fever}"), "A derivation has no key 'wen'.", "Did you mean when?"),
        ("rules", with_line(RULE, "when: [fever]"), "A condition is one line of text.", "when: age_years >= 70"),
        ("rules", with_line(RULE, "when: fevr"), "There is no fact fevr (column 1).", "Did you mean fever?"),
        ("rules", with_line(RULE, "since: yesterday"), "'yesterday' is not a date.", "for example 2026-11-22"),
        ("rules", with_line(RULE, "since: 2026-02-30"), "'2026-02-30' is not a date.", "year-month-day"),
        ("rules", with_line(RULE, "if_unknown: what"), "'what' is not allowed here.", "Use one of: settle, note."),
        ("rules", with_line(RULE, "says: A cough."), "A says needs keys with values.", ""),
        ("rules", with_line(RULE, "says: {patient: Cough.}"), "The says lacks therapist.", "Add it."),
        ("rules", with_line(RULE, "then: {limit: [a]}"), "Keys with values are needed here.", ""),
        ("rules", with_line(RULE, "cases: [{expect: {}}]"), "The case lacks name.", "Add it."),
        ("rules", with_line(RULE, "cases: [x]"), "A case needs keys with values.", ""),
        ("dispositions", with_line(DISPOSITION, "order: 1.5"), "'1.5' is not a whole number.", "without a fraction"),
        ("dispositions", with_line(DISPOSITION, "order: first"), "'first' is not a number.", ""),
        ("limits", with_line(LIMIT, "stricter: less"), "'less' is not allowed here.", "Use one of: lower, higher."),
        ("topics", with_line(TOPIC, "says: {a: b}"), "A list is needed here.", ""),
        ("topics", "just a text", "A topic needs keys with values.", "Write:\n- id: topic.natural_recovery"),
    ],
)
def test_an_entry_that_cannot_be_read_is_refused_with_cause_and_next_act(
    section: str, entry: str, cause: str, act: str
) -> None:
    found = [fault for fault in faults_in(files(extra=page(section, entry))) if fault.startswith("extra.yaml:")]
    assert any(cause in fault and act in fault for fault in found), found


def test_a_section_must_be_a_list() -> None:
    text = "title: T\nabout: A\nfacts:\n  cough: x\n"
    assert faults_in(files(extra=text)) == [
        f"extra.yaml:4: A section must be a list of entries. Write:\n{Fact.example}",
    ]


def test_the_line_named_is_the_line_of_the_mistake() -> None:
    entry = "id: cough\nname: Cough\nask: Do you cough?\nstate: sure\ngrows: true\nleast: low"
    assert [fault.split(" ")[0] for fault in faults_in(files(extra=page("facts", entry)))] == [
        "extra.yaml:7:",
        "extra.yaml:8:",
        "extra.yaml:9:",
    ]


def test_one_word_may_stand_for_a_list_of_one() -> None:
    reader = Reader(FaultList(), None)
    node = read_nodes(b"word", "f", reader.faults)
    assert node is not None
    assert reader.value(node, tuple[str, ...]) == ("word",)


def test_values_become_what_their_keys_are_meant_for() -> None:
    rule = small().rules["screen.age"]
    assert rule.since == date(2026, 1, 1)
    assert rule.then.limit == {"sessions_most": 3.0, "rest_least": 2.0}
    assert small().dispositions["emergency"].order == 5
    assert small().dispositions["go"].offers_care is True
    assert small().sources["read_book"].year == 2020
    assert small().sources["old_talk"].year is None
    assert rule.place == place_of("screen", "id: screen.age")


def test_texts_over_several_lines_become_one() -> None:
    faults = FaultList()
    node = read_nodes(f"{with_line(FACT, 'name:')}\n  one\n  two\n".encode(), "f", faults)
    assert node is not None
    fact = Reader(faults, None).struct(node, Fact)
    assert fact.name == "one two"


def test_while_only_names_are_collected_conditions_are_not_read() -> None:
    faults = FaultList()
    node = read_nodes(with_line(RULE, "when: nothing known").encode(), "f", faults)
    assert node is not None
    assert Reader(faults, None).struct(node, Rule).when is None
    assert Reader(faults, Vocabulary({"fever": FactType("yes_no")})).struct(node, Rule) is NOTHING
    assert len(faults) == 1


def test_the_example_of_every_kind_of_entry_has_the_keys_it_needs() -> None:
    from spinepath.engine.content import SECTIONS

    for section, kind in SECTIONS.items():
        needed = {field.name for field in msgspec.structs.fields(kind) if field.required}
        shown = {line.strip(" -").split(":")[0] for line in kind.example.splitlines()}
        if not kind.example.endswith("..."):
            assert needed <= shown, section
