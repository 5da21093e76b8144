"""A run on Spark: for more people than one machine can judge in good time.

The charts are written once as files that Spark reads from every machine, so the folder of results must be one that all
machines see. Spark judges them all at once; a machine that is lost is made good by Spark itself.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as compute
from pyarrow import dataset

from spinepath.backends.charts import columns
from spinepath.backends.on_spark import SETTINGS, judge_files
from spinepath.backends.program import program
from spinepath.cohort.counts import counts_of_rows
from spinepath.cohort.files import write_table
from spinepath.cohort.parts import WORK, is_done, keep_counts, living, part_file, write_results
from spinepath.cohort.source import Source, Stretch, read
from spinepath.cohort.tables import PERSON, answer_table, fact_table
from spinepath.cohort.values import refusals
from spinepath.engine.knowledge import Knowledge

CHARTS, ANSWERS = "charts", "answers"


def judge_stretches(
    knowledge: Knowledge, source: Source, folder: Path, stretches: Sequence[Stretch], *, deceased: bool
) -> Counter[str]:
    """Judge these stretches in one go; by fact, how many values were refused, and then nothing is judged.

    A session of Spark that is there already is used, else one is started with its own settings (`spark-defaults`).
    """
    known = {column.fact: column for column in columns(knowledge)}
    work = folder / WORK
    shutil.rmtree(work / ANSWERS, ignore_errors=True)
    refused = Counter[str]()
    for stretch in stretches:
        for part, charts in read(source, stretch, lambda part: not is_done(folder, part)):
            judged = charts if deceased else living(charts)
            refused += refusals(known, judged)
            write_table(part_file(work, CHARTS, part), fact_table(judged, list(source.facts), part * source.size), [])
    if not refused:
        judge_files(knowledge, str(work / CHARTS), str(work / ANSWERS), session())
        _gather(knowledge, source, folder, stretches, deceased)
    return refused


def _gather(knowledge: Knowledge, source: Source, folder: Path, stretches: Sequence[Stretch], deceased: bool) -> None:
    """Spark's answers, which stand in any order, as the results of each part."""
    rules = program(knowledge)
    answers = dataset.dataset(str(folder / WORK / ANSWERS), format="parquet")
    place = compute.field(PERSON)
    for stretch in stretches:
        for part, charts in read(source, stretch, lambda part: not is_done(folder, part)):
            judged = charts if deceased else living(charts)
            first, last = part * source.size, (part + 1) * source.size
            mine = answers.to_table(filter=(place >= first) & (place < last)).sort_by(PERSON)
            table = answer_table(rules, mine, judged)
            write_results(folder, part, table)
            counts = counts_of_rows(rules, table)
            counts.deceased = len(charts) - len(judged)
            keep_counts(folder, part, counts)


def session() -> Any:
    """The session of Spark that there is, or a new one with the settings that the rules need."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("spinepath")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
