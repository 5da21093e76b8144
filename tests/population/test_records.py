"""Records of made-up people, read back by the importer, say what the charts say."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from pyarrow import parquet

from spinepath.engine.knowledge import Knowledge
from spinepath.engine.mentions import Mention
from spinepath.engine.values import read_value
from spinepath.interop.fhir.importing import import_records
from spinepath.population.generate import Refused, generate
from spinepath.population.records import sayings, write_records

DAY = date(2026, 11, 22)
PEOPLE = 600


@pytest.fixture(scope="module")
def folder(real: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    generate(real, folder, population="every_cause", people=PEOPLE, seed=3)
    write_records(real, folder / "bulk", population="every_cause", people=PEOPLE, seed=3, as_of=DAY)
    return folder


def test_what_is_read_back_is_what_the_charts_say(real: Knowledge, folder: Path) -> None:
    summary = import_records([folder / "bulk"], folder / "back", real, datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert (summary.persons, summary.faults) == (PEOPLE, {})
    charts = {row["person"]: row for row in parquet.read_table(folder / "charts.parquet").to_pylist()}
    back = {int(row["person"]): row for row in parquet.read_table(folder / "back/charts.parquet").to_pylist()}
    assert charts.keys() == back.keys()
    said, own = sayings(real), {entry.fact for entry in real.demographics.values()}
    compared = {name for name, fact in real.facts.items() if fact.worked_out is not None}
    seen: set[str] = set()
    for person, row in back.items():
        for fact, value in row.items():
            if fact == "person" or fact in compared or real.facts[fact].default is not None:
                continue
            given = charts[person].get(fact)
            sayable = fact in own or (fact in said and can_say(real, said[fact].mention, given))
            assert value == (given if sayable else None), fact
            if value is not None:
                seen.add(fact)
    assert len(seen) > 40


def can_say(knowledge: Knowledge, mention: Mention, value: object) -> bool:
    fact = knowledge.facts[mention.fact]
    words = [read_value(fact, word) for word in mention.words.values()]
    if value is None or mention.is_number:
        return value is not None
    return value in words or (mention.says is not None and value == read_value(fact, mention.says))


def lines(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines()


def test_files_stand_as_a_bulk_export_gives_them(folder: Path) -> None:
    for path in (folder / "bulk").iterdir():
        kind, number, *ending = path.name.split(".")
        assert (number, ending) == ("000", ["ndjson", "gz"])
        for line in lines(path):
            resource = msgspec.json.decode(line)
            assert resource["resourceType"] == kind
            assert len(resource["id"]) <= 64
            assert "id" in resource


def test_ids_are_used_once(folder: Path) -> None:
    for path in (folder / "bulk").iterdir():
        ids = [msgspec.json.decode(line)["id"] for line in lines(path)]
        assert len(ids) == len(set(ids)), path.name


def test_a_code_that_says_more_than_one_thing_is_not_used(real: Knowledge) -> None:
    for fact, saying in sayings(real).items():
        speaks = {
            one.fact for one in real.mentions.values() if saying.code in one.codes and saying.kind in one.found_in
        }
        assert speaks == {fact}


def test_a_folder_that_holds_something_is_refused(real: Knowledge, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Refused, match="is not empty"):
        write_records(real, tmp_path, population="every_cause", people=1, seed=1, as_of=DAY)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
