"""Values that their facts cannot have are found and counted, and persons must be there once."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from spinepath.backends.charts import Refused, columns
from spinepath.cohort.values import refusals, refuse_persons
from tests.engine.small import small

COLUMNS = {column.fact: column for column in columns(small())}
AGE, PLACE = COLUMNS["age_years"], COLUMNS["place_of_pain"]


def refused(fact: str, column: Any) -> int:
    batch = arrow.record_batch({"person": arrow.array(range(len(column))), fact: column})
    return refusals(COLUMNS, batch)[fact]


@given(st.lists(st.none() | st.floats() | st.integers(-5, 130).map(float)))
def test_numbers_outside_their_range_are_counted(values: list[float | None]) -> None:
    strange = sum(value is not None and not AGE.allows(value) for value in values)
    assert refused("age_years", arrow.array(values, arrow.float64())) == strange


@given(st.lists(st.none() | st.integers(-128, 127)))
def test_whole_numbers_too(values: list[int | None]) -> None:
    strange = sum(value is not None and not AGE.allows(value) for value in values)
    assert refused("age_years", arrow.array(values, arrow.int8())) == strange


@given(st.lists(st.none() | st.sampled_from((*PLACE.words, "knee", ""))))
@pytest.mark.parametrize("coded", [False, True])
def test_words_outside_their_choice_are_counted(coded: bool, values: list[str | None]) -> None:
    column = arrow.array(values, arrow.string())
    strange = sum(value is not None and not PLACE.allows(value) for value in values)
    assert refused("place_of_pain", column.dictionary_encode() if coded else column) == strange


def test_what_stands_where_nothing_is_known_does_not_count() -> None:
    """Tables from elsewhere have any number, or none at all, below a null."""
    import numpy as np

    column = arrow.Array.from_buffers(
        arrow.float64(), 3, [arrow.py_buffer(b"\x01"), arrow.py_buffer(np.array([40.0, 999.0, math.nan]))]
    )
    assert column.to_pylist() == [40.0, None, None]
    assert refused("age_years", column) == 0


def test_a_word_that_nobody_has_may_stand_in_a_dictionary() -> None:
    column = arrow.DictionaryArray.from_arrays(arrow.array([0, None], arrow.int8()), arrow.array(["leg", "knee"]))
    assert refused("place_of_pain", column) == 0


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
@pytest.mark.parametrize("persons", [[1, 2, 2, None, 2, 1], ["a", "b", "b", None, "b", "a"]])
def test_nobody_and_the_same_person_twice_are_refused(ending: str, persons: list[object], tmp_path: Path) -> None:
    table = arrow.table({"person": persons})
    path = tmp_path / f"charts.{ending}"
    if ending == "parquet":
        parquet.write_table(table, path)
    else:
        with arrow.OSFile(str(path), "wb") as file, arrow.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
    with pytest.raises(Refused) as problem:
        refuse_persons([path], table.schema, tmp_path)
    assert [told.split(".")[0] for told in problem.value.problems] == [
        "person: 1 rows have none",
        "person: 2 people have more than one row",
    ]


@given(st.lists(st.integers(0, 6) | st.none(), max_size=8), st.integers(1, 4))
def test_persons_in_any_order(persons: list[int | None], rows: int) -> None:
    """Whether they rise, which is looked at first, or not; across the borders of row groups as well."""
    table = arrow.table({"person": arrow.array(persons, arrow.int64())})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "charts.parquet"
        parquet.write_table(table, path, row_group_size=rows)
        if None in persons or len(set(persons)) < len(persons):
            with pytest.raises(Refused, match="person: "):
                refuse_persons([path], table.schema, Path(folder))
        else:
            refuse_persons([path], table.schema, Path(folder))
