"""Tables of charts: what is accepted, how it is cut, and how everything else is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from spinepath.backends.charts import Refused
from spinepath.cohort.source import Source, open_source, read
from tests.backends.many import many_charts
from tests.cohort.verdicts import charts_as_batch
from tests.engine.charts import Base
from tests.engine.small import small

PEOPLE = 300
SIZE = 64


@pytest.fixture(scope="module")
def charts() -> Any:
    return charts_as_batch(small(), list(many_charts(Base(small()), PEOPLE)))


def write(path: Path, charts: Any, rows: int = PEOPLE) -> Path:
    table = arrow.table(charts.to_pydict(), schema=charts.schema) if isinstance(charts, arrow.RecordBatch) else charts
    if path.suffix == ".parquet":
        parquet.write_table(table, path, row_group_size=rows)
    else:
        with arrow.OSFile(str(path), "wb") as file, arrow.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=rows)
    return path


def all_of(source: Source) -> list[Any]:
    return [batch for stretch in source.stretches for _, batch in read(source, stretch, lambda part: True)]


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
@pytest.mark.parametrize("rows", [1, 50, 64, 100, 128, PEOPLE])
def test_parts_hold_every_row_once_and_in_order(kind: str, rows: int, charts: Any, tmp_path: Path) -> None:
    source = open_source(small(), [str(write(tmp_path / f"charts.{kind}", charts, rows))], SIZE)
    found = all_of(source)
    assert source.people == PEOPLE
    assert len(source.parts) == len(found)
    assert all(len(batch) <= SIZE for batch in found)
    assert [row for batch in found for row in batch.to_pylist()] == charts.to_pylist()


@given(st.lists(st.integers(0, 200), max_size=8), st.integers(1, 100))
def test_row_groups_become_stretches_without_gaps(groups: list[int], size: int) -> None:
    from spinepath.cohort.source import _stretches

    stretches = list(_stretches(Path("charts.parquet"), groups, 3, size))
    assert sum(one.rows for one in stretches) == sum(groups)
    assert [part for one in stretches for part in one.parts] == list(
        range(3, 3 + sum(len(one.parts) for one in stretches))
    )
    assert all(len(one.parts) == -(-one.rows // size) for one in stretches)
    assert all(one.rows == sum(groups[one.first : one.last]) for one in stretches)
    assert all(sum(groups[one.first : one.last - 1]) < size for one in stretches)


def test_folders_patterns_and_several_files(charts: Any, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("b.parquet", "a.parquet", "deep/c.parquet"):
        write(tmp_path / name, charts.slice(0, 10))
    names = ["a.parquet", "b.parquet", "deep/c.parquet"]
    assert [str(path.relative_to(tmp_path)) for path in open_source(small(), [str(tmp_path)]).files] == names
    assert len(open_source(small(), [str(tmp_path / "*.parquet")]).files) == 2
    twice = open_source(small(), [str(tmp_path / "a.parquet"), str(tmp_path)])
    assert len(twice.files) == 3


def test_words_become_dictionaries_whatever_they_were(tmp_path: Path) -> None:
    table = arrow.table({"person": ["a", "b"], "place_of_pain": arrow.array(["leg", None], arrow.large_string())})
    source = open_source(small(), [str(write(tmp_path / "charts.parquet", table))])
    (batch,) = all_of(source)
    assert batch.column("place_of_pain").to_pylist() == ["leg", None]


REFUSED = {
    "no person": ({"fever": [True]}, "There is no column person"),
    "a person of a strange type": ({"person": [1.5]}, "person: the column is double. Make it"),
    "no fact": ({"person": [1], "fevr": [True]}, "fevr: a column with this name, but no fact.*fever"),
    "a number for yes and no": ({"person": [1], "fever": [1]}, "fever: the column is int64.*make it bool"),
    "words for a number": ({"person": [1], "age_years": ["40"]}, "age_years: the column is string.*whole number"),
    "numbers for words": ({"person": [1], "place_of_pain": [1]}, "place_of_pain: the column is int64.*dictionary"),
    "a word for deceased": ({"person": [1], "_deceased": ["no"]}, "_deceased: the column is string. Make it bool"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_cannot_be_used_is_refused(name: str, tmp_path: Path) -> None:
    columns, told = REFUSED[name]
    path = write(tmp_path / "charts.parquet", arrow.table(columns))
    with pytest.raises(Refused, match=told):
        open_source(small(), [str(path)])


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "charts.parquet", arrow.table({"fevr": [1], "fever": [1]}))
    with pytest.raises(Refused) as refused:
        open_source(small(), [str(path)])
    assert len(refused.value.problems) == 3


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    table = arrow.table([[1], [True], [False]], names=["person", "fever", "fever"])
    with pytest.raises(Refused, match="fever: There are several columns"):
        open_source(small(), [str(write(tmp_path / "charts.arrow", table))])


def test_files_with_other_columns_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", arrow.table({"person": [1]}))
    write(tmp_path / "b.parquet", arrow.table({"person": [2], "fever": [True]}))
    with pytest.raises(Refused, match=r"b.parquet: Its columns are not those of .*a.parquet. Name only tables"):
        open_source(small(), [str(tmp_path)])


@pytest.mark.parametrize("name", ["charts.parquet", "charts.arrow"])
@pytest.mark.parametrize("content", [b"", b"no table", b"PAR1 and then nothing PAR1"])
def test_a_damaged_file_is_refused(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refused, match=f"{name}: The file cannot be read"):
        open_source(small(), [str(tmp_path / name)])


def test_a_file_that_is_damaged_inside_is_refused(charts: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "charts.parquet", charts)
    content = bytearray(path.read_bytes())
    content[10:2000] = bytes(1990)
    path.write_bytes(content)
    with pytest.raises(Refused, match="cannot be read to its end"):
        all_of(open_source(small(), [str(path)]))


def test_a_name_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"nowhere.*There is no Parquet or Arrow file"):
        open_source(small(), [str(tmp_path / "nowhere")])
