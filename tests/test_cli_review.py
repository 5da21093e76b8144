"""The commands of a reviewer: prove, diff and mutate, as they are typed, and how each says no."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from spinepath.engine.cache import default_folder
from tests.engine.small import TEXTS, files, page
from tests.test_cli import SOMETHING_WRONG, USED, WRONG_INPUT, chart_file, flat, run


def folder_of(place: Path, **pages: str) -> Path:
    """A folder with the small base, some of its pages replaced or added."""
    place.mkdir()
    for name, content in files(**pages).items():
        (place / name).write_bytes(content)
    return place


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "old")


@pytest.fixture
def looser(tmp_path: Path) -> Path:
    """The small base in which a fever no longer leads to an emergency."""
    return folder_of(tmp_path / "new", screen=TEXTS["screen.yaml"].replace("at_least: emergency", "at_least: refer", 1))


# diff


def test_the_same_base_twice_differs_in_nothing(old: Path) -> None:
    result = run("diff", old, old)
    assert result.exit_code == USED
    assert "No rule differs." in result.stdout
    assert "No patient's advice changes: proved." in result.stdout


def test_what_is_loosened_is_shown_as_a_patient_and_fails(old: Path, looser: Path) -> None:
    result = run("diff", old, looser)
    assert result.exit_code == SOMETHING_WRONG
    text = flat(result.stdout)
    assert "screen.fever (changed): Fever with back pain. Emergency. loosened, for example for somebody" in text
    assert "Fever: yes disposition: emergency → refer" in text


def test_what_is_only_tightened_passes(old: Path, looser: Path) -> None:
    result = run("diff", looser, old)
    assert result.exit_code == USED
    assert "disposition: refer → emergency" in result.stdout


def test_a_folder_without_patients_is_not_counted_as_nobody_loosened(old: Path, tmp_path: Path) -> None:
    (tmp_path / "charts").mkdir()
    result = run("diff", old, old, "--over", tmp_path / "charts")
    assert result.exit_code == WRONG_INPUT
    assert "There is no findings file (.yaml) in this folder." in flat(result.stderr)


def test_patients_at_hand_are_counted(old: Path, looser: Path, tmp_path: Path) -> None:
    charts = tmp_path / "charts"
    charts.mkdir()
    chart_file(charts, fever=True)
    result = run("diff", old, looser, "--over", charts)
    assert "Of 1 patients: loosened for 1, tightened for 0." in result.stdout
    assert "1 emergency → refer" in flat(result.stdout)


def test_diff_tells_machines_the_same(old: Path, looser: Path) -> None:
    found = json.loads(run("diff", old, looser, "--json").stdout)
    assert [change["rule"] for change in found["changes"]] == [None, "screen.fever"]
    assert found["changes"][1]["tightened"] is None
    assert found["counts"] is None


# prove


def test_one_obligation_is_proved_and_kept(tmp_path: Path) -> None:
    kept = tmp_path / "proofs.json"
    result = run("prove", "--only", "one_disposition", "--write", kept)
    assert result.exit_code == USED
    assert "1 obligations: 1 proved." in flat(result.stdout)
    (found,) = json.loads(kept.read_text())["results"]
    assert (found["obligation"], found["answer"]) == ("one_disposition", "proved")


def test_an_obligation_that_is_not_there_is_refused_with_the_nearest() -> None:
    result = run("prove", "--only", "one_dispositon")
    assert result.exit_code == WRONG_INPUT
    assert "There is no obligation one_dispositon. Did you mean one_disposition?" in result.stderr


def test_statements_that_the_base_cannot_carry_are_refused(old: Path) -> None:
    result = run("prove", "--knowledge", old)
    assert result.exit_code == WRONG_INPUT
    assert "red_flags.yaml" in result.stderr


def test_a_refuted_obligation_fails_with_its_patients(tmp_path: Path) -> None:
    unsafe = tmp_path / "unsafe"
    for path in sorted(default_folder().rglob("*.yaml")):
        copy = unsafe / path.relative_to(default_folder())
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        copy.write_text(text.replace("    when: chest_pressure\n", "    when: chest_pressure and fever\n"))
    patients = tmp_path / "patients"
    result = run(
        "prove", "--knowledge", unsafe, "--only", "red_flags_lead_where_they_must", "--json", "--patients", patients
    )
    assert result.exit_code == SOMETHING_WRONG
    assert json.loads(result.stdout)["results"][0]["answer"] == "refuted"
    file = next(patients.glob("*.yaml"))
    assessed = json.loads(run("assess", file, "--knowledge", unsafe, "--json").stdout)
    assert assessed["disposition"] != "emergency_today"


def test_without_the_solver_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch, old: Path) -> None:
    for name in [name for name in sys.modules if name.startswith("spinepath.prove")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "z3", None)
    result = run("diff", old, old)
    assert result.exit_code == WRONG_INPUT
    assert result.stderr == "This needs z3, which is not installed. Install  spinepath[prove].\n"


def test_the_proofs_of_another_base_make_no_page(tmp_path: Path, old: Path) -> None:
    kept = tmp_path / "proofs.json"
    run("prove", "--only", "one_disposition", "--write", kept)
    result = run("handbook", "--knowledge", old, "--out", tmp_path / "book", "--proofs", kept, "--no-pdf")
    assert result.exit_code == WRONG_INPUT
    assert "Prove again." in result.stderr
    broken = tmp_path / "broken.json"
    for content in ("{}", '{"a":' * 50_000):
        broken.write_text(content)
        result = run("handbook", "--knowledge", old, "--proofs", broken)
        assert result.exit_code == WRONG_INPUT
        assert "This is no report of proofs" in result.stderr


@pytest.mark.parametrize("pdf", ["--pdf", "--no-pdf"])
def test_a_handbook_that_cannot_be_written_is_told(tmp_path: Path, old: Path, pdf: str) -> None:
    (tmp_path / "book").write_text("something else")
    result = run("handbook", "--knowledge", old, "--out", tmp_path / "book", pdf)
    assert result.exit_code == WRONG_INPUT
    assert "The handbook cannot be written (File exists). Name another folder." in flat(result.stderr)


def test_that_there_is_no_folder_is_told_before_the_proofs(tmp_path: Path) -> None:
    result = run("prove", "--only", "one_disposition", "--write", tmp_path / "nowhere" / "proofs.json")
    assert result.exit_code == WRONG_INPUT
    assert "There is no folder" in flat(result.stderr)
    assert result.stdout == ""


def test_patients_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    (tmp_path / "patients").write_text("something else")
    result = run("prove", "--only", "one_disposition", "--patients", tmp_path / "patients")
    assert result.exit_code == WRONG_INPUT
    assert "The folder cannot be made (File exists)." in flat(result.stderr)


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1"])
@pytest.mark.parametrize("command", [("prove",), ("diff", "old", "new"), ("mutate",)])
def test_a_search_takes_a_length_of_time(command: tuple[str, ...], seconds: str) -> None:
    result = run(*command, "--seconds", seconds)
    assert result.exit_code == WRONG_INPUT
    assert "Give a number of seconds above 0" in flat(result.stderr)


# mutate


def test_a_disposition_that_does_not_exist_is_not_a_score_of_nothing(old: Path) -> None:
    result = run("mutate", "--knowledge", old, "--leading-to", "emergancy")
    assert result.exit_code == WRONG_INPUT
    assert "There is no disposition emergancy. Did you mean emergency?" in flat(result.stderr)


def test_survivors_are_named_and_fail_where_they_loosen_what_is_grave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spinepath.prove import mutation

    monkeypatch.setattr(mutation, "guards_of", lambda knowledge, seconds: ())
    rule = (
        "id: x.unguarded\nwhen: fever and skin_broken\nthen: {at_least: emergency}\nif_unknown: settle\n"
        "says: {therapist: X.}\nsince: 2026-01-01\nstate: project"
    )
    base = folder_of(tmp_path / "base", extra=page("rules", rule))
    result = run("mutate", "--knowledge", base, "--leading-to", "emergency")
    assert result.exit_code == SOMETHING_WRONG
    assert "survived, loosens: x.unguarded: never fires" in flat(result.stdout)
    found = json.loads(run("mutate", "--knowledge", base, "--leading-to", "emergency", "--json").stdout)
    assert {one["mutant"] for one in found if one["by"] is None} >= {"x.unguarded: never fires"}
