"""Whole runs: every engine gives the same results, nothing is lost when a run ends early, nothing bad is judged."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as arrow
import pytest
from pyarrow import parquet

from spinepath.backends.charts import Refused
from spinepath.backends.compiled import Compiled
from spinepath.backends.dialects import DUCKDB
from spinepath.backends.sql import Script
from spinepath.cohort.manifest import Engine, Manifest
from spinepath.cohort.run import CLUSTER, Interrupted, Run, chosen, run
from spinepath.cohort.source import Source, open_source
from spinepath.engine.knowledge import Knowledge
from tests.backends.many import many_charts
from tests.cohort.verdicts import charts_as_batch, compact, verdicts_in
from tests.engine.charts import Base, Chart
from tests.engine.small import small

PEOPLE = 1000
SIZE = 192
CHARTS: list[Chart] = list(many_charts(Base(small()), PEOPLE))
ENGINES: tuple[Engine, ...] = ("planes", "duckdb")


def table_of_charts(**beside: list[object]) -> Any:
    """The charts of all, with persons named p0, p1, …"""
    table = arrow.table(compact(charts_as_batch(small(), CHARTS)).to_pydict())
    table = table.set_column(0, "person", arrow.array([f"p{place}" for place in range(PEOPLE)]))
    for name, values in beside.items():
        table = table.append_column(name, arrow.array(values))
    return table


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    path = tmp_path / "charts.parquet"
    parquet.write_table(table_of_charts(_as_of=["2026-11-22"] * PEOPLE), path, row_group_size=300)
    return path


def told(done: int, parts: int) -> None:
    assert 0 < done <= parts


def judged(charts: Path, folder: Path, knowledge: Knowledge | None = None, **options: Any) -> Manifest:
    base = knowledge or small()
    source = open_source(base, [str(charts)], SIZE)
    return run(
        Run(**{"knowledge": base, "source": source, "folder": folder, "engine": "planes", "jobs": 1} | options), told
    )


def rows_in(folder: Path) -> Any:
    return arrow.concat_tables(parquet.read_table(path) for path in sorted((folder / "results").glob("part-*.parquet")))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of the results but the manifest, which tells the time."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }


# the same answers


@pytest.mark.parametrize("engine", ENGINES)
def test_results_are_those_of_one_patient_after_the_other(engine: Engine, charts: Path, tmp_path: Path) -> None:
    manifest = judged(charts, tmp_path / "out", engine=engine)
    table = rows_in(tmp_path / "out")
    compiled = Compiled(small())
    assert verdicts_in(small(), table) == [compiled.evaluate(chart) for chart in CHARTS]
    assert table.schema.names == [*Script(small(), DUCKDB).result, "_as_of"]
    assert table.column("person").to_pylist() == [f"p{place}" for place in range(PEOPLE)]
    assert (manifest.people, manifest.deceased, manifest.parts) == (PEOPLE, 0, 7)
    assert manifest.finished is not None


def test_every_engine_gives_the_same_table_and_counts(charts: Path, tmp_path: Path) -> None:
    for engine in ENGINES:
        judged(charts, tmp_path / engine, engine=engine)
    planes, rows = (contents(tmp_path / engine) for engine in ENGINES)
    shared = [name for name in rows if name != "counts/questions.parquet"]
    assert len(shared) > 8
    assert {name: planes[name] == rows[name] for name in shared} == dict.fromkeys(shared, True)


def test_several_workers_give_what_one_gives(charts: Path, tmp_path: Path) -> None:
    judged(charts, tmp_path / "one")
    judged(charts, tmp_path / "two", jobs=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_counts_are_those_of_the_people(charts: Path, tmp_path: Path) -> None:
    judged(charts, tmp_path / "out")
    compiled = Compiled(small())
    verdicts = [compiled.evaluate(chart) for chart in CHARTS]
    found = {
        name: parquet.read_table(tmp_path / "out" / "counts" / f"{name}.parquet")
        for name in ("levels", "rules", "techniques", "questions")
    }
    levels = Counter(
        (name, getattr(verdict, name)) for verdict in verdicts for name in ("disposition", "least", "most")
    )
    assert counted(found["levels"]) == levels
    rules = Counter((rule, "fires") for verdict in verdicts for rule in verdict.fired)
    rules.update((rule, "open") for verdict in verdicts for rule in verdict.open)
    assert counted(found["rules"]) == rules
    assert counted(found["techniques"]) == Counter(pair for verdict in verdicts for pair in verdict.techniques.items())
    people = found["questions"].column("people").to_pylist()
    assert people == sorted(people, reverse=True)
    assert people[0] > 0


def counted(table: Any) -> Counter[tuple[str, str]]:
    one, other, people, _ = (column.to_pylist() for column in table.columns)
    return +Counter(dict(zip(zip(one, other, strict=True), people, strict=True)))


def test_the_planes_answer_what_the_rows_answer(charts: Path, tmp_path: Path) -> None:
    judged(charts, tmp_path / "out")
    planes, rows = (str(tmp_path / "out" / kind / "*.parquet") for kind in ("planes", "results"))
    names = parquet.read_schema(next((tmp_path / "out" / "planes").iterdir())).names

    def people(where: str) -> int:
        query = f"select sum(bit_count({where})) from read_parquet('{planes}')"  # noqa: S608
        return int(duckdb.sql(query).fetchall()[0][0])

    def count(where: str) -> int:
        return int(duckdb.sql(f"select count(*) from read_parquet('{rows}') where {where}").fetchall()[0][0])  # noqa: S608

    assert people("people") == PEOPLE
    for level in small().dispositions:
        assert people(f'"disposition {level}"') == count(f"disposition = '{level}'")
    for technique in small().techniques:
        for status in ("offered", "restricted", "undecided", "excluded"):
            assert people(f'"{status} {technique}"') == count(f"{technique} = '{status}'")
    assert people('"yes fever" & "open screen.fever"') == 0
    assert people('"yes fever"') == sum(chart.get("fever") is True for chart in CHARTS)
    assert people('"no fever"') == sum(chart.get("fever") is False for chart in CHARTS)
    assert people('"place_of_pain = leg"') == sum(chart.get("place_of_pain") == "leg" for chart in CHARTS)
    bounds = [name for name in names if name.startswith("age_years >")]
    assert bounds
    for name in bounds:
        sign, bound = name.split(" ")[1:]
        ages = [chart.get("age_years") for chart in CHARTS]
        assert people(f'"{name}"') == sum(
            isinstance(age, (int, float)) and (age > float(bound) if sign == ">" else age >= float(bound))
            for age in ages
        )


def test_no_charts_at_all_give_no_results(tmp_path: Path) -> None:
    parquet.write_table(table_of_charts().slice(0, 0), tmp_path / "charts.parquet")
    assert judged(tmp_path / "charts.parquet", tmp_path / "out").people == 0


def test_the_engine_follows_from_the_size() -> None:
    small_one = Source((), arrow.schema([]), (), SIZE)
    assert chosen(small_one) == "planes"

    class Large(Source, frozen=True):
        @property
        def people(self) -> int:
            return CLUSTER

    assert chosen(Large((), arrow.schema([]), (), SIZE)) == "spark"


# who is judged


@pytest.mark.parametrize("engine", ENGINES)
def test_the_deceased_are_left_out_and_counted(engine: Engine, tmp_path: Path) -> None:
    died: list[object] = [None if place % 3 == 0 else place % 3 == 1 for place in range(PEOPLE)]
    parquet.write_table(table_of_charts(_deceased=died), tmp_path / "charts.parquet")
    manifest = judged(tmp_path / "charts.parquet", tmp_path / "out", engine=engine)
    left = [place for place in range(PEOPLE) if place % 3 != 1]
    assert (manifest.people, manifest.deceased) == (len(left), PEOPLE - len(left))
    table = rows_in(tmp_path / "out")
    assert table.column("person").to_pylist() == [f"p{place}" for place in left]
    compiled = Compiled(small())
    assert verdicts_in(small(), table) == [compiled.evaluate(CHARTS[place]) for place in left]
    with_all = judged(tmp_path / "charts.parquet", tmp_path / "all", engine=engine, deceased=True)
    assert (with_all.people, with_all.deceased) == (PEOPLE, 0)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("engine", ENGINES)
def test_values_that_cannot_be_are_refused_and_nothing_is_left(engine: Engine, jobs: int, tmp_path: Path) -> None:
    ages = [999 if place % 400 == 7 else 40 for place in range(PEOPLE)]
    table = table_of_charts()
    table = table.set_column(table.schema.names.index("age_years"), "age_years", arrow.array(ages))
    parquet.write_table(table, tmp_path / "charts.parquet", row_group_size=200)
    with pytest.raises(Refused, match="age_years: 3 charts hold another value than numbers from 0 to 120"):
        judged(tmp_path / "charts.parquet", tmp_path / "out", engine=engine, jobs=jobs)
    assert not (tmp_path / "out").exists()


def test_the_same_person_twice_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    table = table_of_charts()
    parquet.write_table(arrow.concat_tables([table, table.slice(0, 2)]), tmp_path / "charts.parquet")
    with pytest.raises(Refused, match="person: 2 people have more than one row") as refused:
        judged(tmp_path / "charts.parquet", tmp_path / "out")
    assert "p0" not in str(refused.value)
    assert not (tmp_path / "out").exists()


# going on

PROGRAM = """
import sys
from pathlib import Path
from spinepath.cohort.run import Run, run
from spinepath.cohort.source import open_source
from tests.engine.small import small

if __name__ == "__main__":
    source = open_source(small(), [sys.argv[1]], {size})
    what = Run(knowledge=small(), source=source, folder=Path(sys.argv[2]), engine="planes", jobs=int(sys.argv[3]))
    {before}
    run(what, lambda done, parts: None)
"""


def program(tmp_path: Path, before: str = "") -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM.format(size=SIZE, before=before))
    return path


def started(tmp_path: Path, charts: Path, jobs: int, before: str = "") -> subprocess.Popen[bytes]:
    command = [sys.executable, str(program(tmp_path, before)), str(charts), str(tmp_path / "out"), str(jobs)]
    return subprocess.Popen(  # noqa: S603  our own program
        command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, stderr=subprocess.PIPE
    )


SLOWLY = (
    "import spinepath.cohort.parts as p, time; keep = p.keep_counts; "
    "p.keep_counts = lambda *a: (keep(*a), time.sleep(0.4))"
)


def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within half a minute")


def test_a_run_that_was_killed_goes_on_with_what_is_done(charts: Path, tmp_path: Path) -> None:
    judged(charts, tmp_path / "whole")
    work = tmp_path / "out" / "work"
    process = started(tmp_path, charts, 1, SLOWLY)
    until(lambda: len(list(work.glob("part-*.json"))) >= 3)  # in the middle of a stretch
    process.send_signal(signal.SIGKILL)
    process.communicate()
    done = {path: path.stat().st_mtime_ns for path in work.glob("part-*.json")}
    results = {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "results").glob("*.parquet")}
    assert 3 <= len(done) < 7
    manifest = judged(charts, tmp_path / "out")
    kept = [path for path, moment in results.items() if path.stat().st_mtime_ns == moment]
    assert len(kept) >= len(done)
    assert manifest.finished is not None
    assert contents(tmp_path / "whole") == contents(tmp_path / "out")


def test_workers_end_with_their_run(charts: Path, tmp_path: Path) -> None:
    """A worker that lived on would write beside the run that goes on."""
    process = started(tmp_path, charts, 2)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until(lambda: len(children.read_text().split()) >= 3)
    workers = children.read_text().split()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    until(lambda: not any(is_alive(worker) for worker in workers))
    assert judged(charts, tmp_path / "out").people == PEOPLE


def is_alive(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_killed_worker_interrupts_the_run(charts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from spinepath.cohort import run as module

    def killed(done: int, parts: int) -> None:
        for worker in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            if b"spawn_main" in Path(f"/proc/{worker}/cmdline").read_bytes():
                os.kill(int(worker), signal.SIGKILL)

    source = open_source(small(), [str(charts)], SIZE)
    what = Run(knowledge=small(), source=source, folder=tmp_path / "out", engine="planes", jobs=2)
    monkeypatch.setattr(module, "_do", _do_slowly)
    with pytest.raises(Interrupted, match=r"A worker was ended.*what is done is kept"):
        run(what, killed)
    monkeypatch.undo()
    assert judged(charts, tmp_path / "out").people == PEOPLE


def _do_slowly(stretch: Any) -> Any:
    from spinepath.cohort.run import _here

    time.sleep(0.5 * (stretch.parts.start > 0))
    return _here[0].do(stretch)


def test_a_finished_run_is_left_as_it_is(charts: Path, tmp_path: Path) -> None:
    first = judged(charts, tmp_path / "out")
    before = contents(tmp_path / "out")
    assert judged(charts, tmp_path / "out").finished == first.finished
    assert contents(tmp_path / "out") == before


OTHER: dict[str, tuple[dict[str, Any], str]] = {
    "engine": ({"engine": "duckdb"}, "another engine"),
    "moment": ({"as_of": "2026-11-23"}, "another moment"),
    "deceased": ({"deceased": True}, "another choice about the deceased"),
    "knowledge": ({"knowledge": small().with_rule(small().rules["screen.fever"])}, "another knowledge base"),
}
OTHER["knowledge"][0]["knowledge"].content_hash = "0" * 64


@pytest.mark.parametrize("name", OTHER)
def test_results_of_something_else_are_kept(name: str, charts: Path, tmp_path: Path) -> None:
    judged(charts, tmp_path / "out")
    before = contents(tmp_path / "out")
    options, why = OTHER[name]
    with pytest.raises(Refused, match=f"holds results of {why}"):
        judged(charts, tmp_path / "out", **options)
    assert contents(tmp_path / "out") == before


def test_results_of_other_charts_are_kept(charts: Path, tmp_path: Path) -> None:
    judged(charts, tmp_path / "out")
    parquet.write_table(table_of_charts().slice(0, 500), charts)
    with pytest.raises(Refused, match="holds results of other charts"):
        judged(charts, tmp_path / "out")


def test_a_folder_with_something_else_is_kept(charts: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "letter.txt").write_text("dear")
    with pytest.raises(Refused, match="There is something else in it"):
        judged(charts, tmp_path / "out")
    assert (tmp_path / "out" / "letter.txt").read_text() == "dear"
    (tmp_path / "out" / "manifest.json").write_text("[]")
    with pytest.raises(Refused, match="cannot be read as a manifest"):
        judged(charts, tmp_path / "out")


def test_two_runs_do_not_work_in_one_folder(charts: Path, tmp_path: Path) -> None:
    process = started(tmp_path, charts, 1, SLOWLY)
    until(lambda: len(list((tmp_path / "out" / "work").glob("part-*.json"))) >= 1)
    try:
        with pytest.raises(Interrupted, match="Another run is at work"):
            judged(charts, tmp_path / "out")
    finally:
        process.kill()
        process.communicate()


def test_a_full_disk_interrupts_and_loses_nothing(charts: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: the largest file of a part does not fit."""
    judged(charts, tmp_path / "whole")
    largest = max(path.stat().st_size for path in (tmp_path / "whole" / "planes").iterdir())
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({largest - 1}, resource.RLIM_INFINITY))"
    process = started(tmp_path, charts, 1, limit)
    _, said = process.communicate()
    assert process.returncode != 0
    assert b"There is no room left on the disk" in said
    assert b"what is done is kept" in said
    assert not list((tmp_path / "out").rglob("*.unfinished"))
    assert (tmp_path / "out" / "manifest.json").exists()
    judged(charts, tmp_path / "out")
    assert contents(tmp_path / "whole") == contents(tmp_path / "out")
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_folder_that_cannot_be_made_is_told(charts: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Interrupted, match="It failed"):
        judged(charts, tmp_path / "file" / "out")
