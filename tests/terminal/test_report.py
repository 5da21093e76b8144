"""The result of the check for people."""

from __future__ import annotations

from spinepath.engine.check import check
from spinepath.engine.faults import Fault
from spinepath.engine.load import build
from spinepath.terminal.report import show_faults, show_report
from tests.engine.small import files, page, small
from tests.terminal.typed import Typed


def test_a_whole_base_is_told_in_numbers() -> None:
    console = Typed()
    show_report(console, check(small()))
    for words in (
        f"Knowledge {small().version}",
        "19 facts",
        "13 rules",
        "28 cases, each run",
        "1/2 claims of the article with a home",
        "1 claims not followed, each with the reason",
        "2 sources",
        "1 of them verified",
        "0 of them secondary",
        "1 of them recalled",
        "No faults.",
    ):
        assert words in console.flat, words


def test_faults_are_told_with_place_cause_and_next_act() -> None:
    console = Typed()
    content = files(extra=page("sources", "id: lost\nwho: A\ntitle: T\nkind: page\nstate: recalled"))
    show_report(console, check(build(content)))
    assert "extra.yaml:4 Nothing uses lost (sources). → Use it, or remove it. 1 fault." in console.flat
    assert "No faults." not in console.flat


def test_markup_in_a_fault_is_shown_as_it_is_written() -> None:
    console = Typed()
    show_faults(console, (Fault("[a].yaml:1", "The key [red] is wrong.", "Write [green]."), Fault("b:2", "B.", "C.")))
    assert "[a].yaml:1 The key [red] is wrong. → Write [green]. b:2 B. → C. 2 faults." in console.flat


def test_without_faults_nothing_is_told() -> None:
    console = Typed()
    show_faults(console, ())
    assert console.shown == ""
