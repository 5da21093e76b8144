"""The command `spinepath`: what it prints, what it promises to machines, and how it says no."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import spinepath
from spinepath.cli import app
from spinepath.engine.cache import default_folder
from spinepath.engine.knowledge import SECTION_NAMES, Knowledge
from spinepath.engine.values import write_value
from tests.engine.small import answers, files, page

USED, WRONG_INPUT, SOMETHING_WRONG = 0, 2, 1


@pytest.fixture(scope="session")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small base, as small as a base can be."""
    folder = tmp_path_factory.mktemp("base") / "room"
    folder.mkdir()
    for name, content in files().items():
        (folder / name).write_bytes(content)
    return folder


def run(*arguments: object, typed: str | bytes = "") -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)


def run_small(room: Path, *arguments: object, typed: str | bytes = "") -> Result:
    return run(*arguments, "--knowledge", room, typed=typed)


def flat(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


def chart_file(folder: Path, **changes: object) -> Path:
    path = folder / "chart.yaml"
    lines = [f"  {fact}: {write_value(value)}" for fact, value in answers(**changes).items()]  # type: ignore[arg-type]
    path.write_text("as_of: 2026-03-10T12:00:00+00:00\nfindings:\n" + "\n".join(lines) + "\n")
    return path


# assess


def test_assess_shows_the_advice(room: Path, tmp_path: Path) -> None:
    result = run_small(room, "assess", chart_file(tmp_path, fever=True))
    assert result.exit_code == USED
    assert "Call for help. Time: now" in flat(result.stdout)
    assert result.stderr == ""


def test_assess_in_full_leaves_nothing_out(room: Path, tmp_path: Path) -> None:
    path = chart_file(tmp_path, fever=True)
    assert "✗ excluded" not in run_small(room, "assess", path).stdout
    assert "✗ excluded" in run_small(room, "assess", path, "--full").stdout


PROMISED = {
    "knowledge": str,
    "disposition": str,
    "least": str,
    "most": str,
    "questions": list,
    "techniques": dict,
    "fired": list,
    "open": list,
    "needs": list,
    "limits": dict,
    "why": list,
    "why_not": dict,
    "would_change": list,
}


def promised(data: dict[str, Any]) -> None:
    """The shape that integrators were promised."""
    assert list(data) == list(PROMISED)
    for key, kind in PROMISED.items():
        assert type(data[key]) is kind, key
    for question in data["questions"]:
        assert list(question) == ["fact", "why"]
        assert all(isinstance(text, str) and text for text in question.values())
    for name, technique in data["techniques"].items():
        assert list(technique) == ["class", "status", "because"]
        assert technique["status"] in ("offered", "restricted", "excluded", "undecided")
        assert all(isinstance(rule, str) for rule in technique["because"])
        assert isinstance(name, str)
    for key in ("fired", "open", "needs"):
        assert all(isinstance(name, str) for name in data[key])
    assert all(isinstance(bound, (int, float)) for bound in data["limits"].values())
    for one in data["why"]:
        assert list(one) == ["fact", "value"]
        assert not isinstance(one["value"], bool), "yes and no are words"
    assert all(isinstance(rules, list) and rules for rules in data["why_not"].values())
    assert set(data["why_not"]) == {
        name for name, technique in data["techniques"].items() if technique["status"] != "offered"
    }
    for change in data["would_change"]:
        assert list(change) == ["answers", "disposition"]
        assert change["answers"]
        assert not any(isinstance(value, bool) for value in change["answers"].values())


@pytest.mark.parametrize("changes", [{}, {"fever": True}, {"fever": None}, {"age_years": 75, "numbness": True}])
def test_assess_for_machines_has_exactly_the_promised_shape(
    room: Path, tmp_path: Path, changes: dict[str, object]
) -> None:
    result = run_small(room, "assess", chart_file(tmp_path, **changes), "--json")
    assert result.exit_code == USED
    promised(json.loads(result.stdout))


@pytest.mark.parametrize(
    "text", ["start: nothing_found", "story: Nothing is known.", "start: nothing_found\nfindings: {fever: yes}"]
)
def test_assess_with_the_real_base_has_exactly_the_promised_shape(real: Knowledge, text: str) -> None:
    if "fever" not in real.facts:
        text = text.replace("findings: {fever: yes}", "findings: {}")
    result = run("assess", "-", "--json", typed=text)
    assert result.exit_code == USED
    data = json.loads(result.stdout)
    promised(data)
    assert data["knowledge"] == real.version
    assert set(data["techniques"]) == set(real.techniques)


def test_assess_twice_gives_the_same_bytes(room: Path, tmp_path: Path) -> None:
    path = chart_file(tmp_path, fever=None)
    first, second = (run_small(room, "assess", path, "--json").stdout_bytes for _ in range(2))
    assert first == second
    path.write_text(
        json.dumps(
            {
                "as_of": "2026-03-10T12:00:00+00:00",
                "findings": dict(reversed([(fact, write_value(value)) for fact, value in answers(fever=None).items()])),
            }
        )
    )
    assert run_small(room, "assess", path, "--json").stdout_bytes == first


@pytest.mark.parametrize("typed", ["fever: yes", '{"fever": "yes"}', "answers: {dangers: [fever]}"])
def test_assess_reads_yaml_and_json_from_standard_input(room: Path, typed: str) -> None:
    result = run_small(room, "assess", "-", "--json", typed=typed)
    assert result.exit_code == USED
    assert json.loads(result.stdout)["disposition"] == "emergency"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("fevr: yes", "findings:1 There is no fact or key 'fevr'. → Did you mean fever?"),
        ("fever: true", "true and false are not answers here. → Write yes, no or unknown."),
        ("", "findings The file is empty. → Write at least one entry, or remove the file."),
        ("\tfever: yes", "findings:1 The line starts with a tab."),
        (b"fever: \xff", "findings:1 Byte 7 is not UTF-8 text."),
        ("fever: no\nage_years: 400", "findings:2 age_years is outside 0 to 120 years."),
    ],
)
def test_assess_refuses_what_it_cannot_read(room: Path, typed: str | bytes, words: str) -> None:
    result = run_small(room, "assess", "-", typed=typed)
    assert result.exit_code == WRONG_INPUT
    assert words in flat(result.stderr)
    assert "1 fault." in result.stderr
    assert result.stdout == "", "nothing is half-done"


def test_assess_tells_machines_what_is_wrong(room: Path) -> None:
    result = run_small(room, "assess", "-", "--json", typed="fevr: yes\npain: 99\nfever: no")
    assert result.exit_code == WRONG_INPUT
    data = json.loads(result.stdout)
    assert list(data) == ["faults"]
    assert data["faults"][0] == {
        "place": "findings:1",
        "cause": "There is no fact 'fevr'.",
        "act": "Did you mean fever?",
    }
    assert [fault["place"] for fault in data["faults"]] == ["findings:1", "findings:2"]


@pytest.mark.parametrize("name", ["nowhere.yaml", "a_folder"])
def test_assess_says_when_there_is_no_file(room: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "a_folder").mkdir()
    result = run_small(room, "assess", tmp_path / name)
    assert result.exit_code == WRONG_INPUT
    assert f"{name}: The file cannot be read (" in result.stderr
    assert "Check the name." in result.stderr


# the moment


@pytest.mark.parametrize("written", ["soon", "2026-13-01", "10.3.2026", "0001-01-01"])
def test_a_moment_that_is_none_is_refused(room: Path, tmp_path: Path, written: str) -> None:
    result = run_small(room, "assess", chart_file(tmp_path), "--as-of", written)
    assert result.exit_code == WRONG_INPUT
    assert f"--as-of {written} is not a moment. Write for example 2026-11-22T10:00+01:00." in result.stderr


def test_the_moment_that_is_asked_for_counts_before_that_of_the_file(room: Path, tmp_path: Path) -> None:
    path = chart_file(tmp_path)
    assert json.loads(run_small(room, "assess", path, "--json").stdout)["disposition"] == "go"
    next_day = json.loads(run_small(room, "assess", path, "--json", "--as-of", "2026-03-11").stdout)
    assert next_day["disposition"] == "wait", "what is of one session must be asked again"
    assert "fever" in [question["fact"] for question in next_day["questions"]]
    day_before = json.loads(run_small(room, "assess", path, "--json", "--as-of", "2026-03-09").stdout)
    assert len(day_before["questions"]) > len(next_day["questions"]), "nothing had been observed yet"


def test_without_a_moment_the_present_counts(room: Path) -> None:
    result = run_small(room, "assess", "-", "--json", typed="start: nothing_found")
    assert json.loads(result.stdout)["disposition"] == "go"


# keep and replay


def test_a_kept_assessment_is_replayed(room: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    assert run_small(room, "assess", chart_file(tmp_path, fever=True), "--save", kept).exit_code == USED
    result = run_small(room, "replay", kept)
    assert result.exit_code == USED
    assert result.stdout.startswith("The same answer as then: emergency (knowledge 1.0+")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda text: text.replace(
                '"fact": "fever",\n      "value": true', '"fact": "fever",\n      "value": false'
            ),
            "now give another answer",
        ),
        (lambda text: text[:50], "kept.json: This is not a stored assessment"),
        (lambda _: '{"a":' * 50_000, "This is not a stored assessment"),
        (lambda text: text.replace('"knowledge": "1.0+', '"knowledge": "0.9+'), "The assessment used knowledge 0.9+"),
    ],
)
def test_a_kept_assessment_that_was_changed_is_found_out(room: Path, tmp_path: Path, change, words: str) -> None:
    kept = tmp_path / "kept.json"
    run_small(room, "assess", chart_file(tmp_path, fever=True), "--save", kept)
    before = kept.read_text()
    assert change(before) != before
    kept.write_text(change(before))
    result = run_small(room, "replay", kept)
    assert result.exit_code == SOMETHING_WRONG
    assert words in result.stderr
    assert result.stdout == ""


def test_replay_says_when_there_is_no_file(room: Path, tmp_path: Path) -> None:
    result = run_small(room, "replay", tmp_path / "gone.json")
    assert result.exit_code == WRONG_INPUT
    assert "The file cannot be read" in result.stderr


def test_an_assessment_is_not_kept_over_its_findings(room: Path, tmp_path: Path) -> None:
    findings = Path(chart_file(tmp_path, fever=True))
    before = findings.read_bytes()
    result = run_small(room, "assess", findings, "--save", tmp_path / "." / findings.name)
    assert result.exit_code == WRONG_INPUT
    assert "The findings themselves stand there." in flat(result.stderr)
    assert findings.read_bytes() == before


def test_what_cannot_be_kept_is_said_and_nothing_is_printed(room: Path, tmp_path: Path) -> None:
    result = run_small(room, "assess", chart_file(tmp_path), "--save", tmp_path / "nowhere" / "kept.json")
    assert result.exit_code == WRONG_INPUT
    assert "The file cannot be written (No such file or directory). Name another file." in flat(result.stderr)
    assert result.stdout == ""


# check


def test_check_of_a_whole_base_succeeds(room: Path) -> None:
    result = run_small(room, "check")
    assert result.exit_code == USED
    assert "No faults." in result.stdout


def test_check_for_machines_has_the_promised_keys(room: Path) -> None:
    result = run_small(room, "check", "--json")
    assert result.exit_code == USED
    data = json.loads(result.stdout)
    assert set(data) == {"knowledge", "facts", "rules", "cases", "claims", "sources", "faults"}
    assert {key: type(data[key]) for key in ("facts", "rules", "cases")} == dict.fromkeys(
        ("facts", "rules", "cases"), int
    )
    assert data["claims"] == {"homed": 1, "total": 2, "not_followed": 1}
    assert data["sources"] == {"total": 2, "verified": 1, "secondary": 0, "recalled": 1}
    assert data["faults"] == []


def test_check_of_the_real_base_prints_the_promised_keys(real: Knowledge) -> None:
    result = run("check", "--json")
    data = json.loads(result.stdout)
    assert {"facts", "rules", "cases", "claims", "sources", "faults"} <= set(data)
    assert {"homed", "total", "not_followed"} == set(data["claims"])
    assert result.exit_code == (SOMETHING_WRONG if data["faults"] else USED)


@pytest.fixture(params=["loose end", "cannot be read"])
def faulty(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A base that can be read but should not stand, and one that cannot be read."""
    state = "recalled" if request.param == "loose end" else "sure"
    extra = page("sources", f"id: lost\nwho: A\ntitle: T\nkind: page\nstate: {state}")
    for name, content in files(extra=extra).items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_check_of_a_faulty_base_fails_with_every_fault(faulty: Path) -> None:
    result = run_small(faulty, "check")
    assert result.exit_code == SOMETHING_WRONG
    assert "extra.yaml:" in result.stdout
    assert "1 fault." in result.stdout


def test_check_of_a_faulty_base_tells_machines(faulty: Path) -> None:
    result = run_small(faulty, "check", "--json")
    assert result.exit_code == SOMETHING_WRONG
    (fault,) = json.loads(result.stdout)["faults"]
    assert list(fault) == ["place", "cause", "act"]
    assert "extra.yaml:" in fault["place"]


@pytest.mark.parametrize("command", [("assess", "-"), ("explain", "fever"), ("replay", "x"), ("interview", "x.yaml")])
def test_no_command_works_with_a_base_that_cannot_be_read(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "a.yaml").write_text("title: T")
    result = run_small(tmp_path, *command)
    assert result.exit_code == WRONG_INPUT
    assert "The file has no about." in result.stderr
    assert result.stdout == ""


def test_a_folder_without_a_base_is_refused(tmp_path: Path) -> None:
    result = run_small(tmp_path / "nowhere", "check")
    assert result.exit_code == SOMETHING_WRONG
    assert "There is no knowledge base here." in flat(result.stdout)


# explain


def test_explain_tells_an_entry(room: Path) -> None:
    result = run_small(room, "explain", "screen.fever")
    assert result.exit_code == USED
    assert "when: fever and not confirmed(seen_by_doctor)" in flat(result.stdout)


@pytest.mark.parametrize(("name", "act"), [("fevr", "Did you mean fever?"), ("zzzzzzz", "Look in the handbook.")])
def test_explain_of_what_is_no_entry_names_the_nearest(room: Path, name: str, act: str) -> None:
    result = run_small(room, "explain", name)
    assert result.exit_code == WRONG_INPUT
    assert result.stderr == f"There is no entry {name}. {act}\n"


def test_explain_of_each_kind_of_entry_in_the_real_base(real: Knowledge) -> None:
    for section in SECTION_NAMES:
        for name in list(real.section(section))[-1:]:
            result = run("explain", name)
            assert result.exit_code == USED, (section, result.exception)
            assert name in result.stdout


# interview


def test_interview_asks_and_keeps_what_assess_reads(room: Path, tmp_path: Path) -> None:
    path = tmp_path / "me.yaml"
    result = run_small(room, "interview", path, "--as-of", "2026-03-10", typed="1\n")
    assert result.exit_code == USED
    assert "Tell them of the fever." in flat(result.stdout)
    assert json.loads(run_small(room, "assess", path, "--json").stdout)["disposition"] == "emergency"


def test_interview_goes_on_with_a_file_and_stops_at_the_end_of_the_input(room: Path, tmp_path: Path) -> None:
    path = tmp_path / "me.yaml"
    run_small(room, "interview", path, "--as-of", "2026-03-10", typed="0\nq\n")
    result = run_small(room, "interview", path, "--as-of", "2026-03-10", typed="40\n")
    assert result.exit_code == USED
    assert "3 answers are there already." in flat(result.stdout)
    assert "Stopped." in result.stdout


def test_interview_refuses_a_file_that_is_something_else(room: Path, tmp_path: Path) -> None:
    path = tmp_path / "me.yaml"
    path.write_text("shopping: [milk]")
    result = run_small(room, "interview", path)
    assert result.exit_code == WRONG_INPUT
    assert "There is no fact or key 'shopping'." in flat(result.stderr)
    assert path.read_text() == "shopping: [milk]"


def test_interview_leaves_a_file_alone_that_tells_more_than_findings(room: Path, tmp_path: Path) -> None:
    path = tmp_path / "me.yaml"
    path.write_text("story: A person comes.\nfindings: {fever: no}\n")
    result = run_small(room, "interview", path, typed="0\n")
    assert result.exit_code == WRONG_INPUT
    assert "It also holds story, which would be lost." in flat(result.stderr)
    assert path.read_text().startswith("story: A person comes.")


def test_interview_says_when_the_answers_can_no_longer_be_kept(room: Path, tmp_path: Path) -> None:
    result = run_small(room, "interview", tmp_path / ("a" * 253), typed="0\n")
    assert result.exit_code == WRONG_INPUT
    assert "The last answers cannot be kept (File name too long)." in flat(result.stderr)


@pytest.mark.parametrize(
    ("name", "words"), [("nowhere/me.yaml", "There is no folder"), (".", "The file cannot be read (Is a directory)")]
)
def test_interview_says_before_the_first_question_that_nothing_can_be_kept(
    room: Path, tmp_path: Path, name: str, words: str
) -> None:
    result = run_small(room, "interview", tmp_path / name, typed="0\n")
    assert result.exit_code == WRONG_INPUT
    assert words in flat(result.stderr)
    assert result.stdout == ""


def test_interview_with_the_real_base_begins(real: Knowledge, tmp_path: Path) -> None:
    result = run("interview", tmp_path / "me.yaml", typed="?\nu\nb\nq\n")
    assert result.exit_code == USED
    assert "Screen 1" in result.stdout


# as a process


def process(*arguments: object, typed: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    source = str(Path(spinepath.__file__).parents[1])
    command = [sys.executable, "-c", "from spinepath.cli import app; app()", *map(str, arguments)]
    variables = {**os.environ, "PYTHONPATH": source, "PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(command, input=typed, capture_output=True, env=variables, check=False)  # noqa: S603


def test_the_command_itself_assesses_standard_input(room: Path) -> None:
    done = process("assess", "-", "--json", "--knowledge", room, typed=b"fever: yes")
    assert done.returncode == USED, done.stderr
    assert json.loads(done.stdout)["disposition"] == "emergency"
    assert done.stderr == b""


def test_the_command_itself_uses_the_base_that_the_environment_names(room: Path) -> None:
    done = process("check", "--json", SPINEPATH_KNOWLEDGE=str(room))
    assert json.loads(done.stdout)["knowledge"].startswith("1.0+")


def test_the_command_itself_refuses_without_a_traceback(room: Path, tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_bytes(b"x" * 50_000_000)
    for arguments in (("assess", "gone.yaml"), ("assess", tmp_path / "big.yaml"), ("explain", "gone")):
        done = process(*arguments, "--knowledge", room)
        assert done.returncode == WRONG_INPUT
        assert done.stdout == b""
        assert done.stderr
        assert b"Traceback" not in done.stderr


def test_today_is_the_day_on_the_wall(room: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    done = process("assess", "-", "--save", kept, "--knowledge", room, typed=b"fever: no", TZ="Etc/GMT-10")
    assert done.returncode == USED, done.stderr
    assert datetime.fromisoformat(json.loads(kept.read_bytes())["as_of"]).utcoffset() == timedelta(hours=10)


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_what_is_printed_is_utf_8_wherever_it_goes(encoding: str) -> None:
    done = process("assess", "-", typed=b"saddle_numbness: yes", PYTHONIOENCODING=encoding)
    assert done.returncode == USED, done.stderr
    assert "•" in done.stdout.decode()


@pytest.mark.parametrize("command", [("assess", "-"), ("interview", "me.yaml")])
def test_without_any_standard_input_there_is_no_traceback(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    closed = f"import sys; sys.stdin = None; sys.argv = {['spinepath', *command]}; from spinepath.cli import app; app()"
    done = subprocess.run([sys.executable, "-c", closed], capture_output=True, check=False)  # noqa: S603
    assert done.returncode in (USED, WRONG_INPUT)
    assert b"There is no standard input" in done.stderr or b"Nothing was answered." in done.stdout
    assert b"Traceback" not in done.stderr


def test_without_a_command_the_help_is_shown() -> None:
    done = process()
    assert done.returncode == WRONG_INPUT
    for name in (b"check", b"assess", b"interview", b"explain", b"handbook", b"replay"):
        assert name in done.stdout + done.stderr


def test_the_real_base_is_the_one_of_this_working_copy(real: Knowledge) -> None:
    assert default_folder().is_dir()
    assert real.facts
