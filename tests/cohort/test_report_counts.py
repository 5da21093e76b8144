"""What a report counts is what stands in the results, person by person."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from spinepath.backends.charts import Refused
from spinepath.cohort.manifest import Engine
from spinepath.cohort.report_counts import MOST_MONTHS, NOT_KNOWN, Cross, Gathered, gather
from spinepath.engine.knowledge import Knowledge
from tests.backends.many import many_charts
from tests.cohort.test_run import judged, rows_in, table_of_charts
from tests.cohort.verdicts import charts_as_batch, compact
from tests.engine.charts import Base, Chart
from tests.engine.small import small

PEOPLE = 300
DAY = date(2026, 1, 15)


def many(knowledge: Knowledge) -> list[Chart]:
    return list(many_charts(Base(knowledge), PEOPLE))


@pytest.fixture(scope="module")
def folder(real: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of the real rules, with a day for all but every tenth."""
    place = tmp_path_factory.mktemp("cohort")
    table = compact(charts_as_batch(real, many(real)))
    table = arrow.table(table.to_pydict(), schema=table.schema)
    days = [None if number % 10 == 0 else DAY + timedelta(days=number) for number in range(PEOPLE)]
    parquet.write_table(table.append_column("_as_of", arrow.array(days)), place / "charts.parquet")
    judged(place / "charts.parquet", place / "out", real)
    return place / "out"


@pytest.fixture(scope="module")
def found(folder: Path, real: Knowledge) -> Gathered:
    return gather(folder, real)


def by_disposition(cross: Cross, ladder: tuple[str, ...]) -> Counter[tuple[str, str]]:
    return Counter(
        {
            (group, level): people
            for group, row in zip(cross.groups, cross.people, strict=True)
            for level, people in zip(ladder, row, strict=True)
            if people
        }
    )


def test_dispositions_and_bounds_are_those_of_the_rows(folder: Path, found: Gathered, real: Knowledge) -> None:
    rows = rows_in(folder).select(["disposition", "least", "most"]).to_pylist()
    strict = real.strictness
    assert found.dispositions == tuple(sum(row["disposition"] == level for row in rows) for level in real.ladder)
    expected = Counter(
        (
            row["disposition"],
            strict[row["least"]] < strict[row["disposition"]],
            strict[row["most"]] > strict[row["disposition"]],
        )
        for row in rows
    )
    for level, counts in zip(real.ladder, found.bounds, strict=True):
        settled, milder, stricter, either = counts
        assert settled == expected[level, False, False]
        assert milder == expected[level, True, False]
        assert stricter == expected[level, False, True]
        assert either == expected[level, True, True]
    assert len({kind for kind in expected if expected[kind]}) > 4


def test_bands_of_age_begin_where_a_rule_looks(folder: Path, found: Gathered, real: Knowledge) -> None:
    (fact,) = {one.fact for one in real.demographics.values() if one.field == "birthDate"}
    assert found.age is not None
    bounds = [float(name.split()[0]) for name in found.age.groups if name[0].isdigit()]
    assert set(bounds) <= set(real.bounds_of[fact])
    assert all(lower + 10 <= upper for lower, upper in pairwise(bounds))

    def band(chart: Chart) -> str:
        age = chart.get(fact)
        if age is None:
            return NOT_KNOWN
        return found.age.groups[sum(age >= bound for bound in bounds)]  # type: ignore[union-attr, operator]

    levels = rows_in(folder).column("disposition").to_pylist()
    expected = Counter(zip(map(band, many(real)), levels, strict=True))
    assert by_disposition(found.age, real.ladder) == expected
    assert len({name for name, _ in expected}) > 3


def test_sex_is_counted_by_the_word_of_the_chart(folder: Path, found: Gathered, real: Knowledge) -> None:
    (fact,) = {one.fact for one in real.demographics.values() if one.field == "gender"}
    assert found.sex is not None
    levels = rows_in(folder).column("disposition").to_pylist()
    words = [real.facts[fact].values.get(chart.get(fact), NOT_KNOWN) for chart in many(real)]  # type: ignore[arg-type]
    assert by_disposition(found.sex, real.ladder) == Counter(zip(words, levels, strict=True))


def test_months_are_those_of_the_days(folder: Path, found: Gathered, real: Knowledge) -> None:
    rows = rows_in(folder).select(["_as_of", "disposition"]).to_pylist()
    expected = Counter((f"{row['_as_of']:%Y-%m}" if row["_as_of"] else NOT_KNOWN, row["disposition"]) for row in rows)
    assert found.months is not None
    assert by_disposition(found.months, real.ladder) == expected
    assert found.months.groups[:2] == ("2026-01", "2026-02")


def test_old_days_stand_in_the_first_month_and_strange_ones_are_not_known(tmp_path: Path) -> None:
    days: list[object] = ["1900-01-01", "no day", "2026-11-22T10:00:00", *[None] * 997]
    parquet.write_table(table_of_charts(_as_of=days), tmp_path / "charts.parquet")
    judged(tmp_path / "charts.parquet", tmp_path / "out")
    months = gather(tmp_path / "out", small()).months
    assert months is not None
    assert len(months.groups) == MOST_MONTHS + 1
    assert months.groups[0] == "2021-12 and before"
    assert [sum(row) for row in months.people if sum(row)] == [1, 1, 998]


@pytest.mark.parametrize("engine", ["planes", "duckdb"])
def test_what_the_results_do_not_tell_is_left_out(engine: Engine, tmp_path: Path) -> None:
    parquet.write_table(table_of_charts(), tmp_path / "charts.parquet")
    judged(tmp_path / "charts.parquet", tmp_path / "out", engine=engine)
    found = gather(tmp_path / "out", small())
    assert found.months is None
    assert found.age is None
    assert (found.questions is None) == (engine == "duckdb")
    assert sum(found.dispositions) == found.manifest.people


def test_nobody_is_no_fault(tmp_path: Path) -> None:
    parquet.write_table(table_of_charts().slice(0, 0), tmp_path / "charts.parquet")
    judged(tmp_path / "charts.parquet", tmp_path / "out")
    found = gather(tmp_path / "out", small())
    assert not any(found.dispositions)
    assert found.months is None


def test_a_folder_that_holds_no_finished_results_is_refused(tmp_path: Path, real: Knowledge) -> None:
    with pytest.raises(Refused, match="holds no results"):
        gather(tmp_path, small())
    with pytest.raises(Refused, match="holds no results"):
        gather(tmp_path / "missing", small())
    parquet.write_table(table_of_charts(), tmp_path / "charts.parquet")
    out = tmp_path / "out"
    judged(tmp_path / "charts.parquet", out)
    with pytest.raises(Refused, match="Name the folder of the other one"):
        gather(out, real)
    rows = out / "results" / "part-00000.parquet"
    whole = rows.read_bytes()
    rows.write_bytes(whole[:100])
    with pytest.raises(Refused, match="results cannot be read"):
        gather(out, small())
    rows.write_bytes(whole)
    (out / "counts" / "rules.parquet").write_bytes(b"PAR1")
    with pytest.raises(Refused, match=r"rules\.parquet"):
        gather(out, small())
    manifest = (out / "manifest.json").read_text()
    (out / "manifest.json").write_text(manifest.replace('"finished": "', '"finished": null, "was": "'))
    with pytest.raises(Refused, match="not finished"):
        gather(out, small())
