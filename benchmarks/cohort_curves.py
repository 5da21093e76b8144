"""Many people: how speed and memory grow with people and with rules.

By people: the rules alone, over charts in Arrow, and a whole `spinepath cohort run`, from Parquet to results and planes
on the disk; its memory is that of all its processes together, every page that two of them share counted twice. By
rules: so many of our rules, taken evenly, over the columns that they look at; copying is of as many bytes as go in and
out. SPINEPATH_PEOPLE sets another greatest number of people (100000000 needs 60 GB of disk).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import psutil
import vl_convert

from benchmarks.cohort_charts import batches_in, bytes_of, charts_of, copying, first_of, write_many, write_parquet
from benchmarks.cohort_planes import Here, Planes
from benchmarks.timing import in_turn
from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.knowledge import Knowledge

TITLE = "Many people: curves"
PACKAGES = ("numpy", "pyarrow", "psutil", "vl-convert-python")

PEOPLE = int(os.environ.get("SPINEPATH_PEOPLE", 10_000_000))
BY_PEOPLE = [10**digits for digits in range(4, 9) if 10**digits <= PEOPLE]
BY_RULES = (35, 70, 140, 280)
OF_PEOPLE = 1 << 20
"""So many people, or all there are, for the curve by rules."""

SECONDS_BAR, MEBIBYTES_BAR = 60, 2048
"""For ten million people from Parquet to results."""

Point = dict[str, float]


def lines() -> Iterator[str]:
    by_people, by_rules = measured()
    yield f"{'people':>11} {'planes':>14} {'whole run':>11} {'memory':>9}"
    for one in by_people:
        yield (
            f"{one['people']:11,.0f} {one['planes']:7.2f} mill./s {one['seconds']:9.1f} s {one['memory']:5.0f} MiB"
            + (_bars(one) if one["people"] == 10_000_000 else "")
        )
    yield ""
    yield f"{'rules':>11} {'planes':>14} {'copying':>14} {'of copying':>11} {'bytes in, out':>15}"
    for one in by_rules:
        share = one["planes"] / one["copying"]
        size, speeds = f"{one['given']:.0f} {one['made']:4.0f}", (one["planes"], one["copying"])
        planes, copied = (f"{speed:7.2f} mill./s" for speed in speeds)
        yield f"{one['rules']:11.0f} {planes} {copied} {share:10.2f} {size:>15}"


def _bars(one: Point) -> str:
    return "".join(
        f"  (bar {bar:,} {unit} {'met' if one[name] < bar else 'missed'})"
        for name, bar, unit in (("seconds", SECONDS_BAR, "s"), ("memory", MEBIBYTES_BAR, "MiB"))
    )


@cache
def measured() -> tuple[list[Point], list[Point]]:
    """The points of both curves."""
    knowledge = load_cached(default_folder())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "charts.arrow"
        write_many(charts_of(knowledge, PEOPLE), path, PEOPLE)
        with Planes(knowledge, path) as planes:
            alone = [_alone(planes, people) for people in BY_PEOPLE]
            by_rules = [_with_rules(planes, knowledge, path, rules) for rules in (*BY_RULES, len(knowledge.rules))]
        by_people = [{**one, **_whole(path, int(one["people"]), Path(folder))} for one in alone]
    return by_people, by_rules


def _alone(planes: Planes, people: int) -> Point:
    took = in_turn({"planes": lambda: planes.judge(people)}, runs=5 if people < 10**8 else 1)
    return {"people": people, "planes": people / took["planes"] / 1e6}


def _with_rules(planes: Planes, knowledge: Knowledge, path: Path, rules: int) -> Point:
    here, people = Here(knowledge, path), min(OF_PEOPLE, PEOPLE)
    judge, names, _ = here.ready(rules)
    given, made = bytes_of(first_of(here.batches, people), names), people * judge.rows // 8
    acts: dict[str, Callable[[], object]] = {
        "planes": lambda: planes.judge(people, rules),
        "copying": copying(given + made),
    }
    took = {name: people / seconds / 1e6 for name, seconds in in_turn(acts, runs=5).items()}
    return {"rules": rules, "given": given / people, "made": made / people, **took}


def _whole(path: Path, people: int, folder: Path) -> Point:
    """A whole run from Parquet, once: its seconds, and the most memory that it had at once, in MiB."""
    charts, results = folder / f"{people}.parquet", folder / f"{people}"
    write_parquet(first_of(batches_in(path), people), charts)
    command = [str(Path(sys.executable).with_name("spinepath")), "cohort", "run", str(charts), "--out", str(results)]
    begun, most = time.perf_counter(), 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while run.poll() is None:
            most = max(most, _memory(run.pid))
            time.sleep(0.1)
    took = time.perf_counter() - begun
    assert run.returncode == 0
    charts.unlink()
    shutil.rmtree(results)
    return {"seconds": took, "memory": most / 2**20}


def _memory(process: int) -> int:
    found = 0
    with suppress(psutil.NoSuchProcess):
        of = psutil.Process(process)
        for one in (of, *of.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                found += one.memory_info().rss
    return found


# the drawing


def drawing() -> str:
    """The curves as SVG."""
    by_people, by_rules = measured()
    people = [
        *({"people": one["people"], "what": "the rules, charts in Arrow", "speed": one["planes"]} for one in by_people),
        *(
            {
                "people": one["people"],
                "what": "whole run, Parquet to disk",
                "speed": one["people"] / one["seconds"] / 1e6,
            }
            for one in by_people
        ),
    ]
    rules = [
        {"rules": one["rules"], "what": told, "speed": one[name]}
        for one in by_rules
        for name, told in (("planes", "the rules, charts in Arrow"), ("copying", "copying as many bytes"))
    ]
    memory = [{"people": one["people"], "memory": one["memory"]} for one in by_people]
    million = "million people a second"
    panels = [
        _panel("By people", people, ("people", "people", "log"), ("speed", million, "log"), by="what"),
        _panel("By rules", rules, ("rules", "rules", "log"), ("speed", million, "log"), by="what"),
        _panel("Memory of a whole run", memory, ("people", "people", "log"), ("memory", "MiB", "linear")),
    ]
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "background": "white",
        "hconcat": panels,
        "resolve": {"scale": {"color": "independent"}},
    }
    svg: str = vl_convert.vegalite_to_svg(json.dumps(spec))
    return svg


def _panel(
    title: str, values: list[dict[str, Any]], x: tuple[str, str, str], y: tuple[str, str, str], by: str | None = None
) -> dict[str, Any]:
    def axis(field: str, told: str, scale: str) -> dict[str, Any]:
        shown = {"title": told} | ({"format": "~s", "tickCount": 4} if field == "people" else {"format": "~g"})
        return {"field": field, "type": "quantitative", "axis": shown, "scale": {"type": scale}}

    encoding: dict[str, Any] = {"x": axis(*x), "y": axis(*y)}
    if by:
        encoding |= {"color": {"field": by, "type": "nominal", "title": None, "legend": {"orient": "bottom"}}}
        encoding |= {"shape": {"field": by, "type": "nominal", "title": None}}
    mark = {"type": "line", "point": True}
    return {"title": title, "width": 260, "height": 220, "data": {"values": values}, "mark": mark, "encoding": encoding}


if __name__ == "__main__":
    for line in lines():
        print(line)
