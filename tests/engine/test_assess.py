"""One assessment: the same bytes for the same input, kept and made again at any later date."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.engine.assess import NotTheSame, as_json, assess, replay, store, written_value
from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import evaluate
from spinepath.engine.findings import Finding
from spinepath.engine.load import build
from tests.engine.charts import Base, Chart
from tests.engine.small import answers, changed, files, small

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def findings(chart: Chart, at: datetime = NOW) -> list[Finding]:
    return [Finding(fact=fact, value=value, at=at, source="patient") for fact, value in chart.items()]


def test_an_assessment_holds_everything_that_explains_and_repeats_it() -> None:
    given_findings = findings(answers(fever=None, brittle_bones=True))
    found = assess(small(), given_findings, NOW)
    assert found.knowledge == small().version
    assert found.as_of == NOW
    assert set(found.findings) == set(given_findings)
    assert found.values == {fact: value for fact, value in answers(brittle_bones=True).items() if fact != "fever"} | {
        "pain_fall": 0,
        "pain_rise": 0,
    }
    assert found.outcome == evaluate(small(), found.values)
    assert [ask.fact for ask in found.questions] == ["fever"]
    assert found.standings["fever"].value is None
    assert found.why_not["pull"] == ("contra.bones",)
    assert found.would_change


def test_the_promised_keys_and_kinds() -> None:
    data = as_json(assess(small(), findings(answers(fever=True, age_years=75, numbness=True)), NOW))
    assert list(data) == [
        "knowledge",
        "disposition",
        "least",
        "most",
        "questions",
        "techniques",
        "fired",
        "open",
        "needs",
        "limits",
        "why",
        "why_not",
        "would_change",
    ]
    assert data["disposition"] == "emergency"
    assert data["techniques"]["pull_and_stroll"] == {
        "class": "walking",
        "status": "excluded",
        "because": ["screen.fever"],
    }
    assert data["limits"] == {"sessions_most": 3, "rest_least": 2}
    assert data["why"] == [{"fact": "fever", "value": "yes"}]
    assert {"answers": {"fever": "no"}, "disposition": "careful"} in data["would_change"]
    assert data["needs"] == ["blood_test"]
    assert data["why_not"]["run"] == ["screen.fever"]


def test_questions_and_changes_are_plain_as_well() -> None:
    data = as_json(assess(small(), findings(answers(fever=None)), NOW))
    assert data["questions"] == [{"fact": "fever", "why": "Fever can mean an infection."}]
    assert {"answers": {"fever": "yes"}, "disposition": "emergency"} in data["would_change"]
    assert json.loads(json.dumps(data)) == data


@pytest.mark.parametrize(
    ("value", "written"),
    [(True, "yes"), (False, "no"), (None, None), (5, 5), (2.5, 2.5), ("leg", "leg"), (1, 1), (0, 0)],
)
def test_yes_and_no_are_words_everything_else_stays(value: Value, written: object) -> None:
    assert written_value(value) == written
    assert type(written_value(value)) is type(written)


@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_the_same_input_gives_the_same_bytes_whatever_the_order(base: Base, data: st.DataObject) -> None:
    chart = data.draw(base.charts())
    given_findings = findings(chart)
    first = assess(base.knowledge, given_findings, NOW)
    again = assess(base.knowledge, data.draw(st.permutations(given_findings)), NOW)
    assert json.dumps(as_json(first)) == json.dumps(as_json(again))
    assert store(first) == store(again)


@settings(max_examples=10)
@given(st.data())
def test_a_knowledge_base_built_again_from_the_same_files_answers_in_the_same_bytes(data: st.DataObject) -> None:
    chart = data.draw(Base(small()).charts())
    again = build(dict(reversed(files().items())))
    first = as_json(assess(small(), findings(chart), NOW))
    assert first["knowledge"] == again.version
    assert json.dumps(as_json(assess(build(files()), findings(chart), NOW))) == json.dumps(first)


def test_findings_made_later_are_left_out_but_kept() -> None:
    later = findings({"fever": True}, NOW + timedelta(hours=1))
    found = assess(small(), [*findings(answers()), *later], NOW)
    assert found.outcome.disposition == "go"
    assert later[0] in found.findings


# kept and made again


def test_a_kept_assessment_is_made_again() -> None:
    found = assess(small(), findings(answers(fever=None, pain=2.5, place_of_pain="leg")), NOW)
    assert replay(small(), store(found)) == found


def test_it_is_kept_as_json_that_people_can_read() -> None:
    kept = store(assess(small(), findings({"fever": True}), NOW))
    data = json.loads(kept)
    assert list(data) == ["knowledge", "as_of", "findings", "said"]
    assert data["said"]["disposition"] == "emergency"
    assert b"\n  " in kept


def test_with_another_knowledge_base_it_is_not_repeated() -> None:
    kept = store(assess(small(), findings(answers()), NOW))
    other = build(files(**changed("ask", "38 degrees or more.", "38.0 degrees or more.")))
    with pytest.raises(NotTheSame) as problem:
        replay(other, kept)
    assert str(problem.value) == (
        f"The assessment used knowledge {small().version}; this is {other.version}. "
        "Give the folder of the release that was used."
    )


CHANGED = "The same findings now give another answer: the stored file or the engine was changed."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"value": false', '"value": true'),
        ('"disposition": "go"', '"disposition": "careful"'),
        ('"fact": "fever"', '"fact": "fevr"'),
        ('"fact": "fever"', '"fact": "pain"'),
        ('"value": 40', '"value": "forty"'),
        ('"value": 40', '"value": 400'),
        ('"value": "back"', '"value": "moon"'),
        ('"value": "back"', '"value": 3'),
        ("2026-03-10T12:00:00Z", "2026-03-12T12:00:00Z"),
    ],
)
def test_a_file_that_was_tampered_with_is_found_out(old: str, new: str) -> None:
    kept = store(assess(small(), findings(answers()), NOW)).decode()
    assert old in kept
    with pytest.raises(NotTheSame, match=CHANGED):
        replay(small(), kept.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    "kept", [b"", b"nothing", b"{}", b'{"knowledge": 5}', b"[]", b"\xff", b'{"knowledge": "x", "as_of": "soon"}']
)
def test_a_file_that_is_no_assessment_is_refused(kept: bytes) -> None:
    with pytest.raises(NotTheSame, match=r"This is not a stored assessment \(.+\). Give a file kept with assess"):
        replay(small(), kept)


def test_a_kept_assessment_is_not_tied_to_the_order_of_its_findings() -> None:
    found = assess(small(), findings(answers()), NOW)
    data = json.loads(store(found))
    data["findings"].reverse()
    assert replay(small(), msgspec.json.encode(data)) == found
