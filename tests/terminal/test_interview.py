"""The intake in a terminal, by typing at it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from spinepath.engine.assess import assess
from spinepath.engine.chart_file import read_chart
from spinepath.engine.faults import FaultyFindings
from spinepath.engine.findings import Finding
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.terminal.interview import Interview, findings_file
from tests.engine.small import changed, files, small
from tests.terminal.typed import Typed

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ABOUT_ME = ("40", "5", "30", "1")
CLEAN = ("0", *ABOUT_ME, "0", "n", "n", "n")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "findings.yaml"


def sit(file: Path, *lines: str, at: datetime = NOW, knowledge: Knowledge | None = None) -> Typed:
    """A sitting in which these lines are typed."""
    console = Typed(*lines)
    kept = file.read_bytes() if file.exists() else None
    Interview(console, knowledge or small(), file, at, kept).run()
    return console


def kept(file: Path, at: datetime = NOW) -> dict[str, object]:
    return {one.fact: one.value for one in read_chart(file.read_bytes(), str(file), small(), at).findings}


# the way through


def test_a_healthy_person_is_asked_screen_by_screen_until_nothing_matters(file: Path) -> None:
    console = sit(file, *CLEAN)
    assert not console.left()
    for words in (
        "Screen 1 · at most 5 more after this one",
        "Have you noticed any of these?",
        "1. A fever",
        "0. None of these",
        "Type the numbers that apply, 0 for none, 3? where you do not know.",
        "1. How old are you?",
        "a number (years) > 40",
        "3. The upper neck",
        "0. Neither",
        "By a doctor.",
        "Screen 4 · for the clinician",
        "2. How is the reflex? (1 Brisk, 2 Normal, 3 Lost)",
        "n for everything else normal",
        "Type y or n.",
        "Treatment can start.",
    ):
        assert words in console.flat, words
    assert "6 screens." in console.flat
    assert "see the whole advice with: spinepath assess" in console.flat


def test_the_file_that_is_kept_is_read_by_assess(file: Path) -> None:
    sit(file, *CLEAN)
    chart = read_chart(file.read_bytes(), "f", small(), NOW + timedelta(hours=1))
    assert chart.as_of == NOW
    found = assess(small(), chart.findings, chart.as_of)
    assert found.outcome.disposition == "go"
    assert found.questions == ()
    sources = {finding.fact: finding.source for finding in chart.findings}
    assert (sources["fever"], sources["strength"], sources["scan_left"]) == ("patient", "clinician", "record")


def test_an_emergency_stops_it_at_once(file: Path) -> None:
    console = sit(file, "1", "never typed")
    assert console.left() == ("never typed",)
    assert "Emergency" in console.shown
    assert "Go to the hospital. Tell them of the fever." in console.flat
    assert "Say there: • Fever: yes" in console.flat
    assert "The answers are kept in" in console.flat
    assert kept(file) == {"fever": True, "numbness": False, "weak_leg": False}
    assert "Screen 2" not in console.shown


def test_an_emergency_without_words_of_its_own_tells_those_of_the_disposition(file: Path) -> None:
    knowledge = build(files(**changed("screen", ", patient: Go to the hospital. Tell them of the fever.", "")))
    assert "Go to the hospital now." in sit(file, "1", knowledge=knowledge).flat


def test_i_do_not_know_is_an_answer_and_is_not_asked_again(file: Path) -> None:
    console = sit(file, "u", *ABOUT_ME, "0", "n", "n", "n")
    assert not console.left()
    assert "We need to know more first." in console.flat
    assert kept(file)["fever"] is None
    assert console.shown.count("Have you noticed any of these?") == 1


def test_only_one_line_may_be_unknown(file: Path) -> None:
    sit(file, "2? 3", "q")
    assert kept(file) == {"fever": False, "numbness": None, "weak_leg": True}


# acts


def test_why_we_ask_is_told_and_the_screen_shown_again(file: Path) -> None:
    console = sit(file, "?", *CLEAN)
    assert not console.left()
    assert "1. Fever can mean an infection." in console.flat
    assert console.shown.count("Have you noticed any of these?") == 2


def test_why_one_line_of_a_page_is_asked_is_told_without_losing_the_lines_before(file: Path) -> None:
    console = sit(file, "0", "40", "?", "5", "30", "1", "q")
    assert not console.left()
    assert "To see how it changes." in console.flat
    assert console.shown.count("How old are you?") == 1
    assert kept(file)["age_years"] == 40


def test_a_fact_without_a_reason_of_its_own_tells_its_name(file: Path) -> None:
    console = sit(file, *CLEAN[:-2], "?", "n", "n")
    assert "It is needed to judge what is safe: Scan of the left hip." in console.flat


def test_back_takes_the_last_screen_away_and_asks_it_again(file: Path) -> None:
    console = sit(file, "3", "b", *CLEAN)
    assert not console.left()
    assert kept(file)["weak_leg"] is False
    assert console.shown.count("Have you noticed any of these?") == 2
    assert "6 screens." in console.flat


def test_back_out_of_a_page_goes_to_the_screen_before(file: Path) -> None:
    console = sit(file, "3", "40", "b", *CLEAN)
    assert not console.left()
    assert kept(file)["weak_leg"] is False


def test_back_on_the_first_screen_says_so(file: Path) -> None:
    console = sit(file, "b", "q")
    assert "This is the first screen of this sitting." in console.flat


@pytest.mark.parametrize("lines", [("q",), ("0", "q"), ("0", "40", "q")])
def test_stopping_keeps_the_whole_screens(file: Path, lines: tuple[str, ...]) -> None:
    console = sit(file, *lines)
    assert "Stopped." in console.flat
    if len(lines) == 1:
        assert "Nothing was answered." in console.flat
        assert not file.exists()
    else:
        assert set(kept(file)) == {"fever", "numbness", "weak_leg"}


@pytest.mark.parametrize("lines", [(), ("0",), ("0", "40")])
def test_the_end_of_the_input_is_a_stop(file: Path, lines: tuple[str, ...]) -> None:
    assert "Stopped." in sit(file, *lines).flat


def test_control_c_is_a_stop(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    console = Typed()
    monkeypatch.setattr(console, "input", interrupt)
    Interview(console, small(), file, NOW).run()
    assert "Stopped." in console.flat


def test_a_page_tells_what_the_numbers_of_a_scale_mean(file: Path) -> None:
    graded = changed("ask", "unit: grade\n    least: 0", "unit: grade\n    scale: force\n    least: 0")
    console = sit(file, *CLEAN, knowledge=build(files(**graded)))
    assert "0 light · 1 firm Type 3=4" in console.flat
    assert console.flat.count("0 light · 1 firm") == 1
    assert "0 light" not in sit(file.with_name("other.yaml"), *CLEAN).flat


# what is not understood


def test_what_is_not_understood_is_said_and_asked_again(file: Path) -> None:
    console = sit(file, "seven", "", *CLEAN)
    assert not console.left()
    assert "“seven” is no line. Type numbers from 1 to 3, or 0 for none." in console.flat
    assert "Type an answer, u for “I do not know”, or ? for why we ask." in console.flat


def test_a_wrong_line_of_a_page_is_asked_again_at_once(file: Path) -> None:
    console = sit(file, "0", "forty", "", "40", "5", "30", "moon", "upper_neck")
    assert not console.left()
    assert "“forty” is not understood. Type a number from 0 to 120 (years), or u if you do not know." in console.flat
    assert "“moon” is not understood. Type the number of your answer, 1 to 3" in console.flat
    assert kept(file)["place_of_pain"] == "upper_neck"


def test_answers_may_be_typed_in_words_and_capitals(file: Path) -> None:
    sit(file, "NONE", "40", "5", "3 Weeks ago", "Upper_Neck", "q")
    assert kept(file)["since_days"] == 21
    assert kept(file)["place_of_pain"] == "upper_neck"


def test_a_page_for_the_clinician_may_be_typed_at_once(file: Path) -> None:
    console = sit(file, "0", *ABOUT_ME, "0", "1=3", "1=3 n", "n", "n")
    assert not console.left()
    assert "Still open: line 2." in console.flat
    assert kept(file)["strength"] == 3


# stopping and going on


def test_it_goes_on_where_it_was_stopped(file: Path) -> None:
    sit(file, "0", "q")
    console = sit(file, *CLEAN[1:], at=NOW + timedelta(hours=2))
    assert not console.left()
    assert "Going on with" in console.shown
    assert "3 answers are there already." in console.flat
    assert "Have you noticed any of these?" not in console.shown
    assert "5 screens." in console.flat
    assert len(kept(file, NOW + timedelta(hours=2))) == 13


def test_the_next_day_what_is_of_one_session_is_asked_again_and_the_rest_is_not(file: Path) -> None:
    sit(file, *CLEAN)
    tomorrow = NOW + timedelta(days=1)
    console = sit(file, "0", "4", "n", at=tomorrow)
    assert "How old are you?" not in console.shown
    assert "Have you noticed any of these?" in console.shown
    assert "1. Is a part of you numb?" not in console.flat, "numbness keeps for seven days"
    findings = read_chart(file.read_bytes(), "f", small(), tomorrow).findings
    assert [one.value for one in findings if one.fact == "fever"] == [False, False], "nothing is overwritten"


def test_an_unknown_of_yesterday_is_asked_again_today(file: Path) -> None:
    sit(file, "u", "q")
    assert "Have you noticed" in sit(file, "q", at=NOW + timedelta(days=1)).shown
    assert "Have you noticed" not in sit(file, "q", at=NOW + timedelta(hours=1)).shown


def test_today_is_the_day_where_the_sitting_is(file: Path) -> None:
    moscow = timezone(timedelta(hours=3))
    evening = datetime(2026, 3, 10, 1, 0, tzinfo=moscow)  # still the 9th in UTC
    sit(file, "0", "q", at=evening)
    assert "Have you noticed" in sit(file, "q", at=NOW).shown, "observed yesterday, as the 10th in UTC sees it"


def test_going_on_with_an_emergency_shows_it_again_at_once(file: Path) -> None:
    sit(file, "1")
    console = sit(file, "never typed", at=NOW + timedelta(hours=1))
    assert console.left() == ("never typed",)
    assert "Go to the hospital. Tell them of the fever." in console.flat


def test_what_is_to_be_said_in_an_emergency_is_what_counts_now(file: Path) -> None:
    file.write_text(
        "findings:\n- {fact: weak_leg, value: yes, at: 2026-03-01}\n- {fact: numbness, value: yes, at: 2026-03-08}\n"
    )
    console = sit(file, "1")
    assert "Fever: yes" in console.flat
    assert "Numbness: yes" in console.flat
    assert "A weak leg" not in console.flat.split("Say there:")[1], "that was last week"


def test_a_file_that_cannot_be_read_is_refused_and_left_as_it_is(file: Path) -> None:
    file.write_text("fevr: yes")
    with pytest.raises(FaultyFindings, match="There is no fact or key 'fevr'"):
        sit(file)
    assert file.read_text() == "fevr: yes"


def test_the_file_is_written_after_every_screen_and_in_one_move(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    replace = Path.replace

    def watching(path: Path, target: Path) -> Path:
        sizes.append(len(kept(path)))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", watching)
    sit(file, *CLEAN)
    assert sizes == [3, 7, 9, 11, 12, 13]
    assert [path.name for path in file.parent.iterdir()] == ["findings.yaml"]


# the file


@pytest.mark.parametrize(
    "author", ["Dr Example", "Dr O'Brien", 'Dr "Max" O\'Brien', "Доктор", "a: b # c", "line\nbreak", "\\", "{x}"]
)
def test_every_author_is_written_so_that_it_reads_back(author: str) -> None:
    findings = [Finding(fact="fever", value=False, at=NOW, source="clinician", by=author)]
    chart = read_chart(findings_file(findings, NOW).encode(), "f", small(), NOW)
    assert list(chart.findings) == findings
    assert chart.as_of == NOW


def test_a_file_without_findings_reads_back() -> None:
    assert read_chart(findings_file([], NOW).encode(), "f", small(), NOW).findings == ()


def test_every_kind_of_value_reads_back() -> None:
    values = {
        "fever": None,
        "numbness": True,
        "pain": 2.5,
        "age_years": 40,
        "place_of_pain": "upper_neck",
        "since_days": 9,
    }
    findings = [
        Finding(fact=fact, value=value, at=NOW - timedelta(days=3), source="patient") for fact, value in values.items()
    ]
    assert list(read_chart(findings_file(findings, NOW).encode(), "f", small(), NOW).findings) == findings
