"""One patient, quickly: the compiled rules beside the plain evaluator, and beside merely reading the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from statistics import quantiles
from typing import TypeVar

import orjson

from benchmarks.timing import in_turn, seconds
from spinepath.backends.asking import Asking
from spinepath.backends.compiled import Compiled
from spinepath.backends.exact import Exact
from spinepath.backends.program import Program
from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.chart_file import read_chart
from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import evaluate
from spinepath.engine.findings import values_at
from spinepath.engine.knowledge import Knowledge

TITLE = "One patient"
PACKAGES = ("orjson", "python-sat")

REPEATED = 50

Chart = dict[str, Value]
Patient = TypeVar("Patient")


def charts_of(knowledge: Knowledge) -> list[Chart]:
    """What is known of every whole patient in examples/."""
    paths = sorted((default_folder().parent / "examples").glob("*.yaml"))
    read = (read_chart(path.read_bytes(), path.name, knowledge, datetime.now(UTC)) for path in paths)
    return [dict(values_at(knowledge, chart.findings, chart.as_of)) for chart in read]


def as_json(program: Program, charts: list[Chart]) -> tuple[list[bytes], list[bytes]]:
    """The charts as JSON: with every fact that can be given, unknown as null; and with what is known only."""
    whole = [{one.fact: chart.get(one.fact) for one in program.inputs} for chart in charts]
    return [orjson.dumps(chart) for chart in whole], [orjson.dumps(chart) for chart in charts]


def each(act: Callable[[Patient], object], patients: Sequence[Patient]) -> Callable[[], object]:
    def all_of_them() -> None:
        for patient in patients:
            act(patient)

    return all_of_them


def lines() -> Iterator[str]:
    knowledge = load_cached(default_folder())
    charts = charts_of(knowledge)
    compiled = Compiled(knowledge)
    for chart in charts:  # answers are compared before a time counts
        plain, fast = evaluate(knowledge, chart), compiled.evaluate(chart)
        assert (plain.disposition, plain.least, plain.most) == (fast.disposition, fast.least, fast.most)
        assert (list(plain.fired), list(plain.open)) == (fast.fired, fast.open)
        assert {name: offer.status for name, offer in plain.techniques.items()} == fast.techniques
    null, known = as_json(compiled.program, charts)
    many = charts * REPEATED
    took = in_turn(
        {
            "compile": lambda: Compiled(knowledge),
            "fast": each(compiled.evaluate, many),
            "null": each(orjson.loads, null * REPEATED),
            "known": each(orjson.loads, known * REPEATED),
        },
        runs=7,
    )
    plain_took = in_turn({"plain": each(lambda chart: evaluate(knowledge, chart), charts)}, runs=7)["plain"]
    fast, plain_one = took["fast"] / len(many), plain_took / len(charts)
    null_one, known_one = took["null"] / len(many), took["known"] / len(many)
    yield f"one patient of {len(charts)}, mean of medians; {len(knowledge.rules)} rules"
    yield f"  compiling the rules, once a version         {1000 * took['compile']:.0f} ms"
    yield f"  plain evaluator                             {1e6 * plain_one:.0f} µs"
    yield f"  compiled, with bounds, lists, techniques    {1e6 * fast:.0f} µs, {plain_one / fast:.1f} x (bar 6)"
    yield f"  reading every fact from JSON, orjson        {1e6 * null_one:.0f} µs, ratio {fast / null_one:.2f} (bar 2)"
    yield f"  reading only what is known, orjson          {1e6 * known_one:.0f} µs, ratio {fast / known_one:.2f}"
    yield from _asking_and_bounds(compiled, charts)


def _asking_and_bounds(compiled: Compiled, charts: list[Chart]) -> Iterator[str]:
    asking, exact = Asking(compiled), Exact(compiled)
    half = [dict(list(chart.items())[: len(chart) // 2]) for chart in charts]
    tried = [*charts, *half]
    for told, act in (("next best question", asking.first), ("exact bounds", exact.interval)):
        for chart in tried:
            act(chart)
        times = [seconds(partial(act, chart)) for chart in tried * 3]
        cuts = quantiles(times, n=20)
        yield f"  {told:<43} {1000 * cuts[9]:.2f} ms, 95 of 100 under {1000 * cuts[18]:.2f} ms (bar 1)"
