"""The walls of the house: which way imports run, where medicine stands, and that signs point somewhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from spinepath.engine.cache import default_folder, load_cached

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "spinepath"
MODULES = sorted(SOURCE.rglob("*.py"))

COMMANDS_OF_COHORTS = SOURCE / "cohort" / "command.py"
"""A part of the command line like cli.py: it may import everything, when it is called."""

MAY_IMPORT = {
    "engine": {"engine"},
    "plan": {"engine", "plan"},
    "booking": {"engine", "booking"},
    "backends": {"engine", "backends"},
    "cohort": {"engine", "backends", "cohort"},
    "population": {"engine", "backends", "population"},
    "prove": {"engine", "backends", "plan", "prove"},
    "interop": {"engine", "backends", "plan", "prove", "interop"},
    "follow": {"engine", "plan", "follow"},
    "clinic": {"engine", "backends", "plan", "follow", "booking", "interop", "clinic"},
    "terminal": {"engine", "plan", "prove", "interop", "terminal"},
}


def room_of(path: Path) -> str:
    inside = path.relative_to(SOURCE)
    return inside.parts[0] if len(inside.parts) > 1 else ""


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_run_one_way(path: Path) -> None:
    room = "" if path == COMMANDS_OF_COHORTS else room_of(path)
    rooms = {name.split(".")[1] for name in imports_of(path) if name.startswith("spinepath.")}
    assert not room or rooms <= MAY_IMPORT[room], f"{room} may not import {rooms - MAY_IMPORT[room]}"


@pytest.mark.parametrize("path", [path for path in MODULES if room_of(path) == "engine"], ids=lambda path: path.name)
def test_the_engine_has_no_clock_network_or_surface(path: Path) -> None:
    refused = {"time", "socket", "urllib", "http", "random", "rich", "typer", "django", "requests", "subprocess"}
    assert refused.isdisjoint(name.split(".")[0] for name in imports_of(path))
    assert not re.search(r"\b(now|today|utcnow)\(", path.read_text(encoding="utf-8"))


def strings_in(path: Path) -> Iterator[str]:
    """Every string of the code, but not docstrings and not the examples shown to authors."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    shown = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            shown.add(id(body[0].value))
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "example" and node.value:
            shown.update(id(inner) for inner in ast.walk(node.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in shown:
            yield node.value


def test_no_fact_rule_or_number_of_medicine_is_spelled_out_in_the_code() -> None:
    knowledge = load_cached(default_folder())
    sections = (knowledge.facts, knowledge.rules, knowledge.techniques, knowledge.dispositions, knowledge.numbers)
    telling = {name for section in sections for name in section if "_" in name or "." in name}
    found = {
        (path.name, word)
        for path in MODULES
        for text in strings_in(path)
        for word in re.findall(r"[a-z][a-z0-9_.]*[a-z0-9]", text)
        if word in telling and not any(hint in text for hint in ("Write ", "write "))
    }
    assert not found


def test_no_module_is_too_long_and_none_is_called_utils() -> None:
    long = {
        path.name: lines
        for path in MODULES
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > 450
    }
    assert not long
    assert not [path for path in MODULES if re.search(r"util|helper|manager|misc|common", path.stem)]


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("docs/**/*.md")], ids=str)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} points to {target}"


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    numbers = [path.name[:4] for path in sorted(folder.glob("0*.md"))]
    assert all(path.name in listed for path in folder.glob("0*.md"))
    assert len(numbers) == len(set(numbers))


def test_every_package_of_the_engine_is_named_in_the_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    missing = [
        path.stem
        for path in (SOURCE / "engine").glob("*.py")
        if path.stem not in ("__init__", "faults") and f"engine/{path.stem}" not in page and path.stem not in page
    ]
    assert not missing
