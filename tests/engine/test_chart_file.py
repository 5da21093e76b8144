"""A chart file to findings, or every fault in it and nothing half-done."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.chart_file import ChartFile, read_chart, whole_screen
from spinepath.engine.conditions import Value
from spinepath.engine.faults import FaultyFindings
from spinepath.engine.findings import Finding, values_at
from spinepath.engine.values import NotAValue, write_value
from tests.engine.charts import Base
from tests.engine.small import answers, small

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def read(text: str | bytes) -> ChartFile:
    return read_chart(text.encode() if isinstance(text, str) else text, "chart.yaml", small(), NOW)


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(FaultyFindings) as problem:
        read(text)
    assert all(fault.act for fault in problem.value.faults), "every fault says what to do next"
    return [str(fault) for fault in problem.value.faults]


def values(text: str) -> dict[str, Value]:
    """The values of the facts in a file, all of which must be observed at its moment."""
    chart = read(text)
    assert {finding.at for finding in chart.findings} <= {chart.as_of}
    return {finding.fact: finding.value for finding in chart.findings}


# what can be written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fever: yes\npain: 3", {"fever": True, "pain": 3}),
        ("findings: {fever: no, place_of_pain: lumbar}", {"fever": False, "place_of_pain": "back"}),
        ('{"findings": {"fever": "unknown", "age_years": 40}}', {"fever": None, "age_years": 40}),
        ("findings: [{fact: fever, value: yes}, {fact: pain, value: 3 points}]", {"fever": True, "pain": 3}),
        ("nerve_signs: yes", {"numbness": True, "weak_leg": True}),
        ("nerve_signs: no\nweak_leg: yes", {"numbness": False, "weak_leg": True}),
        ("weak_leg: yes\nnerve_signs: no", {"numbness": False, "weak_leg": True}),
        ("since_days: 2026-03-01", {"since_days": 9}),
        ("findings: []", {}),
        ("findings: {}", {}),
        ("findings: {fever: []}", {}),
        ("story: Nothing is known.", {}),
        ("pain_rise: 3", {"pain_rise": 3}),
        ("answers: {dangers: none}", {"fever": False, "numbness": False, "weak_leg": False}),
        ("answers: {dangers: [fever, weak_leg]}", {"fever": True, "numbness": False, "weak_leg": True}),
        ("answers: {dangers: unknown}", {"fever": None, "numbness": None, "weak_leg": None}),
        ("answers: {examination: normal}", {"strength": 5, "reflex": "normal"}),
        (
            "answers: {about_you: unknown}",
            dict.fromkeys(("age_years", "pain", "since_days", "place_of_pain")),
        ),
        ("answers: {dangers: none}\nfindings: {fever: yes}", {"fever": True, "numbness": False, "weak_leg": False}),
        ("start: nothing_found", answers()),
        ("start: nothing_found\nanswers: {dangers: [fever]}", answers(fever=True)),
        (
            "start: nothing_found\nanswers: {dangers: [fever]}\nfindings: {fever: no, numbness: yes}",
            answers(numbness=True),
        ),
    ],
    ids=lambda value: str(value)[:60],
)
def test_facts_screens_and_charts_are_read(text: str, expected: dict[str, Value]) -> None:
    assert values(text) == expected


def test_a_finding_may_have_its_history_time_source_and_author() -> None:
    chart = read(
        "as_of: 2026-03-10T10:00:00+01:00\nstory: >-\n  A person\n  comes.\nfindings:\n  pain:\n"
        "    - {value: 8, at: 2026-03-01, by: Dr Example, source: clinician}\n    - 5\n  fever: no\n"
    )
    as_of = datetime.fromisoformat("2026-03-10T10:00:00+01:00")
    first = datetime.fromisoformat("2026-03-01T00:00:00+01:00")
    assert chart == ChartFile(
        as_of=as_of,
        told=("story",),
        findings=(
            Finding(fact="pain", value=8, at=first, source="clinician", by="Dr Example"),
            Finding(fact="pain", value=5, at=as_of, source="patient"),
            Finding(fact="fever", value=False, at=as_of, source="patient"),
        ),
    )


def test_without_a_source_it_is_the_one_who_is_usually_asked() -> None:
    chart = read("strength: 4\nscan_left: no\npolicy_pulling: no")
    assert [finding.source for finding in chart.findings] == ["clinician", "record", "clinic"]


def test_a_single_finding_outranks_the_chart_it_starts_from_whenever_it_was_made() -> None:
    chart = read("start: nothing_found\nfindings: {fever: [{value: yes, at: 2026-03-01}]}")
    assert [finding.value for finding in chart.findings if finding.fact == "fever"] == [True]
    assert "fever" not in values_at(small(), chart.findings, chart.as_of), "too old to count, and no longer no"


@pytest.mark.parametrize(
    ("text", "as_of"),
    [
        ("fever: no", NOW),
        ("as_of: 2026-01-05", datetime(2026, 1, 5, 23, 59, 59, tzinfo=UTC)),
        ("as_of: 2026-01-05T08:00", datetime(2026, 1, 5, 8, tzinfo=UTC)),
        ("as_of: 2027-01-05", datetime(2027, 1, 5, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_the_moment_is_that_of_the_file_or_else_the_present(text: str, as_of: datetime) -> None:
    assert read(text).as_of == as_of


def test_a_date_is_counted_to_the_day_of_the_finding() -> None:
    chart = read("findings: [{fact: since_days, value: 2026-01-01, at: 2026-01-11}]")
    assert chart.findings[0].value == 10
    assert values_at(small(), chart.findings, chart.as_of) == {"since_days": 10 + 58}


def test_two_sources_may_say_different_things_at_the_same_time() -> None:
    chart = read("findings:\n  fever: [{value: yes, source: record}, {value: no, source: patient}]")
    assert len(chart.findings) == 2


def test_the_same_said_twice_is_no_fault() -> None:
    assert len(read("findings: [{fact: fever, value: no}, {fact: fever, value: no}]").findings) == 1


def test_a_screen_may_be_answered_at_several_times_and_by_others() -> None:
    chart = read(
        "as_of: 2026-03-10\nanswers:\n  dangers:\n    - {answer: none, at: 2026-03-01, by: desk, source: record}\n"
        "    - {answer: [fever], at: 2026-03-10}\n"
    )
    fevers = [(one.value, one.at.day, one.by, one.source) for one in chart.findings if one.fact == "fever"]
    assert fevers == [(False, 1, "desk", "record"), (True, 10, None, "patient")]


def test_a_single_finding_replaces_the_answer_of_its_screen() -> None:
    chart = read("answers: {dangers: none}\nfindings: {fever: yes}")
    assert [one.value for one in chart.findings if one.fact == "fever"] == [True]


def test_an_older_finding_or_another_source_does_not_take_todays_answer_away() -> None:
    older = read("as_of: 2026-03-10\nanswers: {dangers: [fever]}\nfindings: {fever: [{value: no, at: 2026-03-01}]}")
    other = read("as_of: 2026-03-10\nanswers: {dangers: [fever]}\nfindings: {fever: [{value: no, source: record}]}")
    for chart in (older, other):
        assert values_at(small(), chart.findings, chart.as_of)["fever"] is True


# what is refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("findings: {fevr: yes}", "chart.yaml:1: There is no fact 'fevr'. Did you mean fever?"),
        ("findings:\n  qqqq: yes", "chart.yaml:2: There is no fact 'qqqq'. Write for example  findings: {leg_pain"),
        ("findings: [{fact: nerve_sign, value: yes}]", "There is no fact 'nerve_sign'. Did you mean nerve_signs?"),
        ("fevr: yes", "chart.yaml:1: There is no fact or key 'fevr'. Did you mean fever?"),
        ("fever: no\nagee: 40", "chart.yaml:2: There is no fact 'agee'."),
        ("findngs: {fever: yes}", "There is no fact or key 'findngs'. Did you mean findings?"),
        (
            "zzzzz: 3",
            "There is no fact or key 'zzzzz'. Keys are: story, as_of, start, answers, findings, expect, note.",
        ),
        (
            "as_of: 2026-03-10\nfever: yes",
            "chart.yaml:2: fever does not stand under findings. Write  findings: {fever: ...}.",
        ),
        ("fever: true", "chart.yaml:1: fever cannot be this. true and false are not answers here. Write yes, no or"),
        ('{"fever": false}', "fever cannot be this. true and false are not answers here."),
        ("fever: 38.5", "fever cannot be this. Write yes, no or unknown."),
        ("fever:", "fever cannot be this. Write yes, no or unknown."),
        ("age_years: forty", "age_years cannot be this. Write a number (years), or unknown."),
        ("age_years: 40 days", "age_years is given in another unit. Give it in years."),
        ("age_years: 200", "age_years is outside 0 to 120 years. Correct the number, or write unknown."),
        ("place_of_pain: lag", "place_of_pain cannot be this. Did you mean leg?"),
        ("danger_sign: yes", "danger_sign is worked out, not given. Give what it rests on: fever, numbness."),
        ("since_days: 2026-04-01", "since_days is dated in the future. Give a date up to 2026-03-10."),
        (
            "findings: [{fact: fever, value: no, at: 2026-03-11}]",
            "chart.yaml:1: The finding is dated in the future. Give a time up to 2026-03-10.",
        ),
        (
            "findings: [{fact: fever, value: no, at: yesterday}]",
            "chart.yaml:1: This is not a moment. Write for example",
        ),
        ("findings: [{fact: fever, value: no, at: 0001-01-01}]", "This is not a moment."),
        ("findings: [{fact: fever, value: no, at: [1]}]", "This is not a moment."),
        ("as_of: soon", "chart.yaml:1: as_of is not a moment. Write for example  2026-11-22T10:00:00+01:00."),
        ("as_of: [2026-01-01]", "chart.yaml:1: as_of is not a moment."),
        (
            "findings:\n  fever:\n    - yes\n    - no",
            "chart.yaml:4: fever has two values at the same time. Keep the right one",
        ),
        (
            "findings:\n- {fact: pain, value: 3, at: 2026-03-09T10:00Z}\n"
            "- {fact: pain, value: 4, at: '2026-03-09T11:00+01:00'}",
            "chart.yaml:3: pain has two values at the same time",
        ),
        (
            "findings:\n- {fact: nerve_signs, value: yes}\n- {fact: weak_leg, value: no}",
            "chart.yaml:3: weak_leg has two values at the same time",
        ),
        (
            "fever: no\nfever: yes",
            "chart.yaml:2: fever is given twice in one entry (first on line 1). Keep one of the two.",
        ),
        ("findings: 5", "chart.yaml:1: findings holds facts with values. Write for example  findings: {leg_pain: 6"),
        ("findings: [fever]", "chart.yaml:1: A finding needs a fact. Write  {fact: fever, value: no, at: 2026-11-22}."),
        ("findings: [{value: no}]", "A finding needs a fact."),
        ("findings: [{fact: [fever], value: no}]", "A finding needs a fact."),
        ("findings: [{fact: fever}]", "The finding of fever lacks a value. Write  value: ..."),
        ("findings: [{fact: fever, value: [no]}]", "The finding of fever lacks a value."),
        ("findings: {fever: [{at: 2026-03-01}]}", "The finding of fever lacks a value."),
        ("findings: {fever: [[no]]}", "fever needs a value."),
        (
            "findings: [{fact: fever, value: no, form: x}]",
            "A finding has no key 'form'. Keys are: fact, value, at, by, source.",
        ),
        ("findings: [{fact: fever, value: no, sorce: record}]", "A finding has no key 'sorce'. Did you mean source?"),
        (
            "findings: [{fact: fever, value: no, source: clinican}]",
            "'clinican' is not a source. Did you mean clinician?",
        ),
        (
            "findings: [{fact: fever, value: no, source: xyz}]",
            "'xyz' is not a source. Sources are: patient, device, record, clinic, clinician.",
        ),
        (
            "findings: [{fact: fever, value: no, source: [record]}]",
            "source is a list or mapping. Write one name after  source:",
        ),
        ("findings: [{fact: fever, value: no, by: {a: b}}]", "by is a list or mapping. Write one name after  by:"),
        (
            "start: nothing_fund",
            "chart.yaml:1: There is no chart 'nothing_fund' to start from. Did you mean nothing_found?",
        ),
        ("start: [nothing_found]", "There is no chart '' to start from. Remove start."),
        ("answers: [dangers]", "chart.yaml:1: answers holds screens. Write  answers: {screen: none}."),
        ("answers:\n  danger: none", "chart.yaml:2: There is no screen 'danger'. Did you mean dangers?"),
        ("answers: {zzz: none}", "There is no screen 'zzz'. Give single facts under findings."),
        ("answers: {dangers: all}", "The screen dangers cannot be answered so. Write none, unknown or [lines]."),
        (
            "answers: {about_you: none}",
            "The screen about_you cannot be answered so. Write normal, unknown or [lines].",
        ),
        ("answers: {dangers: [fevr]}", "'fevr' is not on the screen dangers. Did you mean fever?"),
        ("answers: {dangers: [pain]}", "'pain' is not on the screen dangers. Lines are: fever, numbness, weak_leg."),
        (
            "answers: {dangers: []}",
            "The answer to the screen dangers is not a list of lines. Write none, unknown or a list such as [fever].",
        ),
        ("answers: {dangers: {fever: yes}}", "The answer to the screen dangers is not a list of lines."),
        ("answers: {dangers: [{fever: yes}]}", "The answer to the screen dangers is not a list of lines."),
        ("answers: {about_you: [pain]}", "pain cannot be this. Write a number (points), or unknown."),
        ("[fever]", "chart.yaml:1: A chart file holds facts with values. Write for example"),
        ("fever", "chart.yaml:1: A chart file holds facts with values."),
        ("---", "chart.yaml:2: A chart file holds facts with values."),
        ("", "chart.yaml: The file is empty. Write at least one entry, or remove the file."),
        ("# fever: no", "chart.yaml: The file is empty."),
        (b"fever: n\xe4in", "chart.yaml:1: Byte 8 is not UTF-8 text. Save the file as UTF-8."),
        ("findings:\n\tfever: no", "chart.yaml:2: The line starts with a tab. Indent with spaces, two for each level."),
        ("fever: &a no\nnumbness: *a", "chart.yaml:1: Anchors and aliases (& and *) are not read. Write the text out"),
        ("a: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]", "chart.yaml:1: Anchors and aliases"),
        ("findings: " + "[" * 1000, "chart.yaml:1: The nesting is deeper than 24 levels. Flatten the entry."),
        ("fever: !!bool yes", "chart.yaml:1: The tag tag:yaml.org,2002:bool is not read."),
        (
            "fever: no\n---\nfever: yes",
            "chart.yaml:2: A second document starts here (---). Keep one document per file.",
        ),
        ("fever: no: yes", "chart.yaml:1: The text cannot be read at column 10"),
        (b"fever: no\n" + b"#" * 50_000_000, "chart.yaml: The file has 50,000,010 bytes; at most 5,000,000 are read."),
        ("fever: " + "x" * 1_000_000, "Write yes, no or unknown."),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_what_is_wrong_is_named_with_place_cause_and_next_act(text: str | bytes, expected: str) -> None:
    found = faults(text)
    assert any(expected in fault for fault in found), found
    assert all(len(fault) < 1000 for fault in found)


def test_every_fault_is_found_in_one_go_and_nothing_is_used() -> None:
    found = faults("as_of: soon\nstart: nowhere\nanswers: {dangers: all}\nfindings: {fevr: yes, fever: true, pain: 99}")
    assert [fault.split(":")[1] for fault in found] == ["1", "2", "3", "4", "4", "4"]


def test_a_fault_in_one_finding_does_not_hide_those_in_the_others() -> None:
    found = faults("findings:\n- {fact: fever, value: maybe}\n- {fact: pain, value: 99}\n- {fact: zzzz, value: 1}")
    assert [fault.split(": ")[0] for fault in found] == ["chart.yaml:2", "chart.yaml:3", "chart.yaml:4"]


def test_findings_up_to_the_present_are_allowed_although_the_chart_looks_back() -> None:
    chart = read("as_of: 2026-03-01\nfindings: [{fact: fever, value: no, at: 2026-03-05}]")
    assert values_at(small(), chart.findings, chart.as_of) == {}


# whole screens


def test_normal_says_nothing_of_what_has_no_normal_value() -> None:
    assert whole_screen(small(), small().questions["dangers"], "normal") == {}
    with pytest.raises(NotAValue):
        whole_screen(small(), small().questions["examination"], "none")


# properties


@given(st.data())
def test_a_chart_written_as_a_file_is_read_back(base: Base, data: st.DataObject) -> None:
    chart = base.known(data.draw(base.charts()))
    text = "findings:\n" + "".join(f"  {fact}: {write_value(value)}\n" for fact, value in chart.items())
    file = read_chart(text.encode() if chart else b"findings: {}", "f", base.knowledge, NOW)
    assert {finding.fact: finding.value for finding in file.findings} == chart


_words = st.sampled_from(
    [
        "fever",
        "pain",
        "yes",
        "3",
        "findings",
        "answers",
        "dangers",
        "none",
        "at",
        "value",
        "fact",
        "2026-03-01",
        "",
        "zz",
    ]
)
_trees = st.recursive(
    _words, lambda parts: st.lists(parts, max_size=4) | st.dictionaries(_words, parts, max_size=5), max_leaves=15
)


@given(_trees)
def test_whatever_is_given_is_either_read_or_refused_with_a_reason(tree: object) -> None:
    refused = None
    try:
        read_chart(json.dumps(tree).encode(), "f", small(), NOW)
    except FaultyFindings as problem:
        refused = problem
    if refused is not None:
        assert refused.faults
        assert all(fault.place.startswith("f") and fault.cause and fault.act for fault in refused.faults)
