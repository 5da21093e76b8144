"""A Spark session of our own, on this machine alone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

MISSING = "Java is missing. Install it: apt-get install openjdk-17-jre-headless"


def has_java() -> bool:
    return bool(shutil.which("java") or os.environ.get("JAVA_HOME"))


@contextmanager
def spark_session() -> Iterator[Any]:
    """A session with two threads, which ends with the block."""
    from pyspark.sql import SparkSession

    from spinepath.backends.on_spark import SETTINGS

    with tempfile.TemporaryDirectory(prefix="spinepath-spark-") as folder:
        builder = SparkSession.builder.master("local[2]").appName("spinepath")
        wanted = {
            **SETTINGS,
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.warehouse.dir": folder,
        }
        for name, value in wanted.items():
            builder = builder.config(name, value)
        found = builder.getOrCreate()
        found.sparkContext.setLogLevel("ERROR")
        yield found
        found.stop()
