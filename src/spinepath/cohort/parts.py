"""One part: charts in, files of results out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
from pyarrow import parquet

from spinepath.backends.charts import columns
from spinepath.backends.program import program
from spinepath.cohort.arrow_planes import words_for
from spinepath.cohort.counts import Counts, counts_of, counts_of_rows
from spinepath.cohort.files import UNFINISHED, whole, write_table
from spinepath.cohort.judge import Judge
from spinepath.cohort.source import Source, Stretch, read
from spinepath.cohort.tables import DECEASED, answer_table, fact_table, plane_table, result_table
from spinepath.cohort.values import refusals
from spinepath.engine.knowledge import Knowledge

RESULTS, PLANES, COUNTS, WORK = "results", "planes", "counts", "work"

Write = Callable[[int, Any], Counts]
"""Judges the charts of a part, writes its files, and counts."""


def part_file(folder: Path, kind: str, part: int, ending: str = "parquet") -> Path:
    """Where a part's file of this kind stands."""
    return folder / kind / f"part-{part:05}.{ending}"


def is_done(folder: Path, part: int) -> bool:
    """Are all files of the part there? Its counts are written last."""
    return part_file(folder, WORK, part, "json").exists()


def kept_counts(folder: Path, part: int) -> Counts:
    """The counts of a part that is done."""
    return msgspec.json.decode(part_file(folder, WORK, part, "json").read_bytes(), type=Counts)


def do_stretch(
    knowledge: Knowledge, source: Source, folder: Path, stretch: Stretch, write: Write, *, deceased: bool
) -> Counter[str]:
    """Judge the parts of the stretch that are missing; by fact, how many values were refused.

    With `deceased` those who died are judged too. A part in which a value is refused is not written.
    """
    known = {column.fact: column for column in columns(knowledge)}
    found = Counter[str]()
    for part, charts in read(source, stretch, lambda part: not is_done(folder, part)):
        judged = charts if deceased else living(charts)
        refused = refusals(known, judged)
        found += refused
        if not refused:
            counts = write(part, judged)
            counts.deceased = len(charts) - len(judged)
            keep_counts(folder, part, counts)
    return found


def keep_counts(folder: Path, part: int, counts: Counts) -> None:
    """Keep the counts of a part; with them it is done."""
    whole(part_file(folder, WORK, part, "json"), lambda path: path.write_bytes(msgspec.json.encode(counts)))


def living(charts: Any) -> Any:
    """The charts of those who are not known to be deceased."""
    if DECEASED not in charts.schema.names:
        return charts
    died = compute.fill_null(charts.column(DECEASED), False)
    return charts.filter(compute.invert(died)) if died.true_count else charts


# engines


def with_planes(knowledge: Knowledge, source: Source, folder: Path) -> Write:
    """Judge with bit planes; the planes are kept too."""
    judge = Judge(knowledge, source.facts, facts=True)
    room = np.empty((judge.rows, words_for(source.size)), np.uint64)

    def write(part: int, charts: Any) -> Counts:
        results = judge.judge(charts, room[:, : words_for(len(charts))])
        write_table(part_file(folder, PLANES, part), plane_table(results, part), [])
        write_results(folder, part, result_table(results, charts))
        return counts_of(results)

    return write


def with_duckdb(knowledge: Knowledge, source: Source, folder: Path) -> Write:
    """Judge with DuckDB, row by row."""
    from spinepath.backends.on_duckdb import judge_file

    rules = program(knowledge)

    def write(part: int, charts: Any) -> Counts:
        given, answers = (part_file(folder, WORK, part, f"{kind}{UNFINISHED}") for kind in ("charts", "answers"))
        try:
            parquet.write_table(fact_table(charts, list(source.facts), 0), given)
            judge_file(knowledge, given, answers)
            table = answer_table(rules, parquet.read_table(answers).sort_by("person"), charts)
        finally:
            for path in (given, answers):
                path.unlink(missing_ok=True)
        write_results(folder, part, table)
        return counts_of_rows(rules, table)

    return write


def write_results(folder: Path, part: int, table: Any) -> None:
    """Write the results of a part."""
    words = [field.name for field in table.schema if arrow.types.is_dictionary(field.type)]
    write_table(part_file(folder, RESULTS, part), table, words)
