"""The rules on Spark: charts on a cluster, where one machine is not enough."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from spinepath.backends.charts import refuse_unreadable
from spinepath.backends.compiled import Verdict
from spinepath.backends.dialects import SPARK
from spinepath.backends.sql import Script
from spinepath.backends.tables import refuse_rows, wanted_columns, write_table
from spinepath.backends.verdicts import verdicts
from spinepath.engine.conditions import Values
from spinepath.engine.knowledge import Knowledge

try:
    from pyspark.sql import SparkSession
except ImportError as missing:
    raise ImportError("PySpark is missing: pip install 'spinepath[spark]'. It needs Java 17 or later.") from missing

_TYPES = {
    "yes_no": {"boolean"},
    "number": {"double", "tinyint", "smallint", "int", "bigint"},
    "choice": {"string"},
}
_WHOLE_STAGE = "spark.sql.codegen.wholeStage"

SETTINGS = {
    "spark.driver.extraJavaOptions": "-XX:-DontCompileHugeMethods",
    "spark.executor.extraJavaOptions": "-XX:-DontCompileHugeMethods",
}
"""What a session should be started with: else Java runs the conditions uncompiled, twice to five times as slow."""


def judge(knowledge: Knowledge, charts: Sequence[Values], session: SparkSession) -> list[Verdict]:
    """What the rules say of each chart, in order. Raises Refused for values that their facts cannot have."""
    script = Script(knowledge, SPARK)
    refuse_unreadable(knowledge, charts)
    with tempfile.TemporaryDirectory() as folder, _settings(session):
        path = Path(folder) / "charts.parquet"
        write_table(knowledge, charts, path)
        session.read.parquet(str(path)).createOrReplaceTempView("charts")
        rows = session.sql(script.answers()).collect()
    return list(verdicts(script, sorted(rows)))


def judge_files(knowledge: Knowledge, charts: str, answers: str, session: SparkSession) -> None:
    """Read charts from Parquet files and write the answers, as `Script.answers` describes them, to a new folder.

    The files have a column `person`, and columns named as the facts that are given; facts without a column are
    unknown. Raises Refused for columns that are no facts or of another type, and for values that their facts cannot
    have.
    """
    script = Script(knowledge, SPARK)
    with _settings(session):
        found = session.read.parquet(charts)
        wanted = wanted_columns(script, dict(found.dtypes), _TYPES)
        found.selectExpr(*wanted).createOrReplaceTempView("charts")
        refuse_rows(knowledge, session.sql(script.refusals()).collect())
        session.sql(script.answers()).write.parquet(answers)


@contextmanager
def _settings(session: SparkSession) -> Iterator[None]:
    """Java generated for a whole stage would be too long even so: each column is generated on its own."""
    before = session.conf.get(_WHOLE_STAGE) or "true"
    session.conf.set(_WHOLE_STAGE, "false")
    try:
        yield
    finally:
        session.conf.set(_WHOLE_STAGE, before)
