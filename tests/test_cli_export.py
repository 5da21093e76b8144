"""The rules as SQL and CQL, as an analyst types the commands of docs/databases.md."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.small import TEXTS
from tests.test_cli import USED, WRONG_INPUT, flat, run
from tests.test_cli_review import folder_of


def statement(database: str, part: str) -> str:
    result = run("sql", database, "--part", part)
    assert result.exit_code == USED
    return result.output


def test_the_statements_work_one_after_the_other_as_the_page_says() -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.execute(statement("duckdb", "table"))
        connection.execute("insert into charts by name select 7 as person, true as saddle_numbness")
        assert connection.execute(statement("duckdb", "refusals")).fetchall() == []
        connection.execute(f"create table answers as {statement('duckdb', 'answers')}")
        found = connection.execute("select person, disposition from answers").fetchall()
        assert found == [(7, "emergency_today")]
        reasons = connection.execute(statement("duckdb", "reasons")).fetchall()
        assert any("screen.cauda_equina" in row for row in reasons)


@pytest.mark.parametrize("database", ["postgres", "spark"])
def test_every_database_has_its_own_words(database: str) -> None:
    assert statement(database, "table") != statement("duckdb", "table")
    assert statement(database, "answers").rstrip().endswith(";")


def test_another_database_is_refused_with_the_names_of_those_there_are() -> None:
    result = run("sql", "oracle")
    assert result.exit_code == WRONG_INPUT
    assert "'duckdb', 'postgres'" in flat(result.output)


def test_the_library_is_printed_whole() -> None:
    result = run("cql")
    assert result.exit_code == USED
    assert result.output.count("define ") > 300


def test_a_number_that_cql_would_round_is_refused_with_its_rule(tmp_path: Path) -> None:
    (name,) = [name for name, text in TEXTS.items() if "age_years >= 60" in text]
    finer = TEXTS[name].replace("age_years >= 60", "age_years >= 60.123456789", 1)
    result = run("cql", "--knowledge", folder_of(tmp_path / "base", **{Path(name).stem: finer}))
    assert result.exit_code == WRONG_INPUT
    assert "it compares age_years with" in flat(result.output)
    assert "define" not in result.output
