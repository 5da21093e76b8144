"""What no chart may hold: numbers outside their range, words outside their choice, rows that are nobody's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
from numpy.typing import NDArray
from pyarrow import dataset

from spinepath.backends.charts import Column, Refused
from spinepath.cohort.arrow_planes import codes, count, known_plane, numbers, packed
from spinepath.cohort.tables import PERSON

EXACT = 2.0**53
"""Beyond this a whole number may be none that a double can hold."""


def refusals(columns: Mapping[str, Column], charts: Any) -> Counter[str]:
    """For each fact of a record batch, how many values it cannot have; none are named where all is well."""
    found = Counter[str]()
    for name in charts.schema.names:
        if name not in columns:
            continue
        match columns[name].kind:
            case "number":
                found[name] = _outside(columns[name], charts.column(name))
            case "choice":
                found[name] = _strange(columns[name], charts.column(name))
    return +found


def _outside(column: Column, array: Any) -> int:
    values = numbers(array)
    least, most = column.least, column.most
    if values.dtype.kind in "iu" and values.itemsize == 8:
        least, most = max(least, -EXACT), min(most, EXACT)
    # most often this settles it; where there is no value, anything may stand
    if len(values) and values.min() >= least and values.max() <= most:
        return 0
    values = values.astype(np.float64) if values.dtype.kind == "f" else values
    inside: NDArray[np.bool_] = (values >= least) & (values <= most)
    return count(known_plane(array) & packed(~inside))


def _strange(column: Column, array: Any) -> int:
    found = codes(array)
    strange = {code for word, code in found.of_word.items() if word not in column.words}
    return sum(count(found.known & packed(found.values == code)) for code in strange)


def refuse_persons(files: Sequence[Path], schema: Any, room: Path) -> None:
    """Raise Refused where a row has no person, or one person has several rows. `room` is a folder for large sorts.

    Two charts of one person would be counted as two people, and may contradict each other.
    """
    kind = "parquet" if files[0].suffix in (".parquet", ".pq") else "ipc"
    charts = dataset.dataset(list(map(str, files)), schema=arrow.schema([schema.field(PERSON)]), format=kind)
    if not _is_rising(charts):
        _refuse_twice(charts, room)


def _is_rising(charts: Any) -> bool:
    """Is every person greater than the one before? Most tables are kept so, and then nothing needs to be remembered."""
    last = None
    for batch in charts.to_batches(batch_readahead=1, fragment_readahead=1):
        persons = batch.column(PERSON)
        if persons.null_count:
            return False
        rises = compute.all(compute.less(persons.slice(0, max(len(persons) - 1, 0)), persons.slice(1))).as_py()
        if rises is False or (last is not None and len(persons) and not compute.less(last, persons[0]).as_py()):
            return False
        last = persons[-1] if len(persons) else last
    return True


def _refuse_twice(charts: Any, room: Path) -> None:
    import duckdb

    with duckdb.connect(config={"memory_limit": "512MB", "temp_directory": str(room)}) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.register("charts", charts)
        nobody = _number(connection, _NOBODY)
        twice = _number(connection, _TWICE)
    problems = []
    if nobody:
        problems.append(f"{PERSON}: {nobody} rows have none. Say whose chart each row is.")
    if twice:
        problems.append(f"{PERSON}: {twice} people have more than one row. Keep one chart for each person.")
    if problems:
        raise Refused(problems)


_NOBODY = "select count(*) from charts where person is null"
_TWICE = """
select count(*) from (select person from charts where person is not null group by person having count(*) > 1)
"""


def _number(connection: Any, query: str) -> int:
    found: int = connection.execute(query).fetchone()[0]
    return found
