"""One patient, quickly: the compiled rules beside the plain evaluator, and beside merely reading the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from statistics import quantiles

import msgspec

from benchmarks.timing import in_turn, seconds
from spinepath.backends.asking import Asking
from spinepath.backends.compiled import Compiled
from spinepath.backends.exact import Exact
from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.chart_file import read_chart
from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import evaluate
from spinepath.engine.findings import values_at
from spinepath.engine.knowledge import Knowledge

REPEATED = 50


def charts_of(knowledge: Knowledge) -> list[dict[str, Value]]:
    """What is known of every whole patient in examples/."""
    paths = sorted((default_folder().parent / "examples").glob("*.yaml"))
    read = (read_chart(path.read_bytes(), path.name, knowledge, datetime.now(UTC)) for path in paths)
    return [dict(values_at(knowledge, chart.findings, chart.as_of)) for chart in read]


def each(act: Callable[[dict[str, Value]], object], charts: list[dict[str, Value]]) -> Callable[[], object]:
    def all_of_them() -> None:
        for chart in charts:
            act(chart)

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
    texts = [msgspec.json.encode(chart) for chart in charts]
    many = charts * REPEATED

    def read_all() -> None:
        for text in texts * REPEATED:
            msgspec.json.decode(text)

    took = in_turn(
        {"compile": lambda: Compiled(knowledge), "fast": each(compiled.evaluate, many), "read": read_all}, runs=7
    )
    plain_took = in_turn({"plain": each(lambda chart: evaluate(knowledge, chart), charts)}, runs=7)["plain"]
    fast, read, plain_one = took["fast"] / len(many), took["read"] / len(many), plain_took / len(charts)
    yield f"one patient of {len(charts)}, mean of medians; {len(knowledge.rules)} rules"
    yield f"  compiling the rules, once a version         {1000 * took['compile']:.0f} ms"
    yield f"  plain evaluator                             {1e6 * plain_one:.0f} µs"
    yield f"  compiled, with bounds, lists, techniques    {1e6 * fast:.0f} µs, {plain_one / fast:.1f} x (bar 6)"
    yield f"  reading the same answers from JSON          {1e6 * read:.0f} µs, ratio {fast / read:.2f} (bar 2)"
    yield from _asking_and_bounds(compiled, charts)


def _asking_and_bounds(compiled: Compiled, charts: list[dict[str, Value]]) -> Iterator[str]:
    asking, exact = Asking(compiled), Exact(compiled)
    half = [dict(list(chart.items())[: len(chart) // 2]) for chart in charts]
    tried = [*charts, *half]
    for told, act in (("next best question", asking.first), ("exact bounds", exact.interval)):
        for chart in tried:
            act(chart)
        times = [seconds(partial(act, chart)) for chart in tried * 3]
        cuts = quantiles(times, n=20)
        yield f"  {told:<43} {1000 * cuts[9]:.2f} ms, 95 of 100 under {1000 * cuts[18]:.2f} ms (bar 1)"
