"""A run on Spark, with several partitions and a worker that is killed (`pytest -m services`)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyarrow import parquet

from tests.cohort.test_run import PEOPLE, contents, judged, table_of_charts

pytestmark = pytest.mark.services

PROGRAM = """
import sys
from pathlib import Path

if __name__ == "__main__":
    from pyspark.sql import SparkSession
    from spinepath.backends.on_spark import SETTINGS
    builder = SparkSession.builder.master("local-cluster[2,1,1024]" if sys.argv[3] == "killed" else "local[2]")
    builder = builder.config("spark.sql.files.maxPartitionBytes", "20000").config("spark.ui.enabled", "false")
    builder = builder.config("spark.executor.memory", "1g").config("spark.driver.host", "127.0.0.1")
    builder = builder.config("spark.driver.bindAddress", "127.0.0.1")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    from tests.cohort.test_run import judged
    judged(Path(sys.argv[1]), Path(sys.argv[2]), engine="spark")
    session.stop()
"""


@pytest.mark.parametrize("how", ["whole", "killed"])
def test_spark_gives_the_same_results(how: str, tmp_path: Path) -> None:
    """With `killed`, one of the two processes in which Spark judges is killed as soon as both are there."""
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.fail("Java is missing. Install it: apt-get install openjdk-17-jre-headless", pytrace=False)
    charts = tmp_path / "charts.parquet"
    died: list[object] = [place % 5 == 0 for place in range(PEOPLE)]
    parquet.write_table(table_of_charts(_deceased=died), charts, row_group_size=300)
    judged(charts, tmp_path / "planes")
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, str(tmp_path / "program.py"), str(charts), str(tmp_path / "spark"), how]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, cwd=tmp_path)  # noqa: S603  our own
    killed = how == "killed" and kill_one_worker(process.pid)
    _, said = process.communicate(timeout=500)
    assert process.returncode == 0, said.decode()[-2000:]
    assert killed == (how == "killed")
    planes, spark = (contents(tmp_path / name) for name in ("planes", "spark"))
    shared = [name for name in spark if name != "counts/questions.parquet"]
    assert len(shared) > 8
    assert {name: planes[name] == spark[name] for name in shared} == dict.fromkeys(shared, True)


def kill_one_worker(driver: int) -> bool:
    """Kill one of the processes in which Spark judges, once two of them are there."""
    for _ in range(1200):
        workers = [process for process in descendants(driver) if b"CoarseGrainedExecutorBackend" in command_of(process)]
        if len(workers) == 2:
            os.kill(workers[0], signal.SIGKILL)
            return True
        time.sleep(0.05)
    return False


def descendants(process: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = {int(child) for task in tasks for child in (task / "children").read_text().split()}
    except FileNotFoundError:
        return []
    return [one for child in children for one in (child, *descendants(child))]


def command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
