"""What somebody typed at a screen, as values of facts."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.engine.conditions import Value
from spinepath.engine.load import build
from spinepath.engine.screens import Screen
from spinepath.terminal.answers import NotUnderstood, how_to_answer, is_line, read_answers, read_one
from tests.engine.small import changed, files, small

TODAY = date(2026, 3, 10)
CHECKLIST = Screen(question="dangers", facts=("fever", "numbness", "weak_leg"), reader="patient", still_to_come=0)
PAGE = Screen(question="examination", facts=("strength", "reflex"), reader="clinician", still_to_come=0)
ABOUT = Screen(
    question="about_you", facts=("age_years", "pain", "since_days", "place_of_pain"), reader="patient", still_to_come=0
)
SINGLE = Screen(question=None, facts=("scan_left",), reader="clinician", still_to_come=0)


def read(screen: Screen, typed: str) -> dict[str, Value]:
    return read_answers(small(), screen, typed, TODAY)


@pytest.mark.parametrize(
    ("screen", "typed", "expected"),
    [
        (CHECKLIST, "0", {"fever": False, "numbness": False, "weak_leg": False}),
        (CHECKLIST, "none", {"fever": False, "numbness": False, "weak_leg": False}),
        (CHECKLIST, "No", {"fever": False, "numbness": False, "weak_leg": False}),
        (CHECKLIST, "1", {"fever": True, "numbness": False, "weak_leg": False}),
        (CHECKLIST, "1, 3", {"fever": True, "numbness": False, "weak_leg": True}),
        (CHECKLIST, "3 1?", {"fever": None, "numbness": False, "weak_leg": True}),
        (CHECKLIST, " u ", {"fever": None, "numbness": None, "weak_leg": None}),
        (PAGE, "n", {"strength": 5, "reflex": "normal"}),
        (PAGE, "1=3 n", {"strength": 3, "reflex": "normal"}),
        (PAGE, "2=brisk 1=4", {"strength": 4, "reflex": "brisk"}),
        (PAGE, "2=3 1=u", {"strength": None, "reflex": "lost"}),
        (PAGE, "U", {"strength": None, "reflex": None}),
        (
            ABOUT,
            "1=40 2=5 3=3_weeks_ago 4=upper_neck",
            {"age_years": 40, "pain": 5, "since_days": 21, "place_of_pain": "upper_neck"},
        ),
        (
            ABOUT,
            "1=40 2=u 3=2026-03-01 4=low_back",
            {"age_years": 40, "pain": None, "since_days": 9, "place_of_pain": "back"},
        ),
        (SINGLE, "y", {"scan_left": True}),
        (SINGLE, "n", {"scan_left": False}),
        (SINGLE, "u", {"scan_left": None}),
    ],
)
def test_what_is_typed_is_read_for_every_line_of_the_screen(
    screen: Screen, typed: str, expected: dict[str, Value]
) -> None:
    assert read(screen, typed) == expected


@pytest.mark.parametrize(
    ("screen", "typed", "words"),
    [
        (CHECKLIST, "", "Type an answer, u for “I do not know”, or ? for why we ask."),
        (CHECKLIST, "   ", "Type an answer"),
        (CHECKLIST, "4", "“4” is no line. Type numbers from 1 to 3, or 0 for none."),
        (CHECKLIST, "0 1", "“0” is no line."),
        (CHECKLIST, "fever", "“fever” is no line."),
        (CHECKLIST, "²", "“²” is no line."),
        (CHECKLIST, "-1", "“-1” is no line."),
        (CHECKLIST, "1" * 5000, "is no line."),
        (PAGE, "3", "“3” is not understood. Type for example  3=4  for line 3, or n for normal."),
        (PAGE, "9=4 n", "“9=4” is not understood."),
        (PAGE, "²=4 n", "“²=4” is not understood."),
        (PAGE, "1=4", "Still open: line 2. Add them, or n for normal, or type u if not known."),
        (PAGE, "1=9 n", "“9” is not understood. Type a number from 0 to 5 (grade), or u if you do not know."),
        (ABOUT, "1=40", "Still open: line 2, 3, 4."),
        (ABOUT, "n", "Still open: line 1, 2, 3, 4."),
        (SINGLE, "maybe", "“maybe” is not understood. Type y for yes, n for no, or u if you do not know."),
        (SINGLE, "true", "“true” is not understood."),
    ],
)
def test_what_is_not_understood_is_told_with_what_to_type(screen: Screen, typed: str, words: str) -> None:
    with pytest.raises(NotUnderstood) as problem:
        read(screen, typed)
    assert words in str(problem.value)


def test_of_many_open_lines_only_the_first_are_named() -> None:
    facts = tuple(f"sign_{number}" for number in range(12))
    entries = "\n".join(
        f"  - {{id: {fact}, name: S, ask: S?, why_we_ask: S, normal: no, who: clinician, state: project}}"
        for fact in facts
    )
    extra = (
        f"title: T\nabout: A\nfacts:\n{entries}\nquestions:\n  - {{id: many, title: T, kind: page, reader: clinician, "
        f"order: 9, settles: [{', '.join(facts)}]}}\n"
    )
    knowledge = build(files(extra=extra))
    screen = Screen(question="many", facts=facts, reader="clinician", still_to_come=0)
    with pytest.raises(NotUnderstood, match=r"Still open: line 1, 2, 3, 4, 5, 6, 7, 8 \.\.\.\. Add them"):
        read_answers(knowledge, screen, "12=y", TODAY)


@pytest.mark.parametrize(
    ("fact", "typed", "expected"),
    [
        ("fever", "y", True),
        ("fever", "yes", True),
        ("fever", "1", True),
        ("fever", "2", False),
        ("fever", "no", False),
        ("fever", "unknown", None),
        ("place_of_pain", "3", "upper_neck"),
        ("place_of_pain", "upper neck", "upper_neck"),
        ("place_of_pain", "lumbar", "back"),
        ("pain", "2.5", 2.5),
        ("since_days", "10", 10),
        ("since_days", "2 days", 2),
        ("since_days", "1 week ago", 7),
        ("since_days", "2 months", 60),
        ("since_days", "1.5 years ago", 547),
        ("since_days", "2026-03-01", 9),
    ],
)
def test_one_answer(fact: str, typed: str, expected: Value) -> None:
    value = read_one(small(), fact, typed, TODAY)
    assert value == expected
    assert type(value) is type(expected)


def test_what_grows_in_weeks_is_counted_in_weeks() -> None:
    knowledge = build(
        files(**changed("ask", "unit: days\n    least: 0\n    most: 4000", "unit: weeks\n    least: 0\n    most: 600"))
    )
    assert read_one(knowledge, "since_days", "1 year ago", TODAY) == 52
    assert read_one(knowledge, "since_days", "13 days ago", TODAY) == 1


@pytest.mark.parametrize(
    ("fact", "typed", "words"),
    [
        ("place_of_pain", "4", "Type the number of your answer, 1 to 3, or u if you do not know."),
        ("place_of_pain", "0", "Type the number of your answer"),
        ("age_years", "121", "Type a number from 0 to 120 (years), or u if you do not know."),
        ("age_years", "3 weeks ago", "Type a number from 0 to 120 (years)"),
        ("since_days", "tomorrow", "(days), a date such as 2026-11-22, or for example “3 weeks ago”, or u"),
        ("since_days", "2027-01-01", "is not understood."),
        ("since_days", "9999999 weeks", "is not understood."),
        ("since_days", "9" * 400 + " weeks", "is not understood."),
    ],
)
def test_one_answer_that_is_not_understood(fact: str, typed: str, words: str) -> None:
    with pytest.raises(NotUnderstood) as problem:
        read_one(small(), fact, typed, TODAY)
    assert words in str(problem.value)


def test_how_to_answer_is_told_for_each_kind() -> None:
    assert how_to_answer(small().facts["fever"]) == "Type y for yes, n for no, or u if you do not know."


@pytest.mark.parametrize(
    ("text", "expected"), [("1", True), ("3", True), ("4", False), ("0", False), ("x", False), ("", False)]
)
def test_lines_are_counted_from_one(text: str, expected: bool) -> None:
    assert is_line(text, 3) is expected


@given(st.sampled_from([CHECKLIST, PAGE, ABOUT, SINGLE]), st.text(max_size=20))
def test_whatever_is_typed_is_read_for_all_lines_or_refused(screen: Screen, typed: str) -> None:
    with suppress(NotUnderstood):
        assert set(read(screen, typed)) == set(screen.facts)
