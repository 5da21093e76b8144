"""Statements are read as strictly as the knowledge base: every fault with its place."""

from __future__ import annotations

import pytest

from spinepath.engine.faults import FaultyKnowledge
from spinepath.prove.run import PROOFS, chosen
from spinepath.prove.statements import Kind, Statements
from tests.engine.small import small
from tests.prove.desk import real, real_bench, stated


def faults(text: str) -> list[str]:
    with pytest.raises(FaultyKnowledge) as problem:
        stated(small(), text)
    return [str(fault) for fault in problem.value.faults]


def test_names_that_lead_nowhere_are_named_with_their_line() -> None:
    text = "red_flags:\n  - {id: a, when: fever, at_least: emergncy}\ncounts:\n  - {id: b, fact: agee_years, why: x}\n"
    assert faults(text) == [
        "statements.yaml:2: at_least names 'emergncy', which is not among the dispositions. Did you mean emergency?",
        "statements.yaml:4: fact names 'agee_years', which is not among the facts. Did you mean age_years?",
    ]


def test_conditions_sections_and_keys_are_checked() -> None:
    assert "There is no section 'red_flag'" in faults("red_flag:\n  - {id: a}\n")[0]
    assert "feverr" in faults("red_flags:\n  - {id: a, when: feverr, at_least: emergency}\n")[0]
    assert "has no key 'whn'" in faults("red_flags:\n  - {id: a, whn: fever, when: fever, at_least: emergency}\n")[0]


def test_every_kind_of_obligation_has_a_proof_and_every_proof_an_obligation() -> None:
    assert set(Kind.__args__) == set(PROOFS)  # type: ignore[attr-defined]
    assert {one.kind for one in real_bench().statements.obligations} == set(PROOFS)
    assert {one.number for one in real_bench().statements.obligations} == set(range(1, 10))


def test_the_slow_ones_are_proved_when_asked_for() -> None:
    statements = real_bench().statements
    quick, everything = chosen(statements), chosen(statements, slow=True)
    assert {one.id for one in everything} - {one.id for one in quick} == {one.id for one in everything if one.slow}
    assert [one.id for one in chosen(statements, only=["no_dead_rule"], seconds=3)] == ["no_dead_rule"]
    assert chosen(statements, only=["no_dead_rule"], seconds=3)[0].seconds == 3


def test_the_evidence_base_is_written_down_a_second_time() -> None:
    statements = real_bench().statements
    assert len(statements.red_flags) >= 100
    assert len(statements.contraindications) >= 65
    assert all(len(row.cells.split()) == len(statements.columns) for row in statements.contraindications)
    assert {reading.contradiction for reading in statements.readings} == set(real().contradictions)


def test_no_statements_are_statements_too() -> None:
    assert stated(small()) == Statements()
