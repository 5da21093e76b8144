"""One patient, beside other rule engines: who says soonest which rules fire and which are open.

Charts are made ready for every engine beforehand. The others are favoured beyond that: their charts have no unknowns,
what is worked out is given, and they neither find bounds nor judge techniques, all of which our time contains. An
engine that says anything but the plain evaluator is not timed. The bars hold for rules kept one by one, as people read
and change them; generated texts that say all rules at once are quicker, and are shown without a bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import orjson

from benchmarks.flags import Facts
from benchmarks.one_patient import Chart, as_json, charts_of, each
from benchmarks.others import LEFT_OUT, OTHERS, Other
from benchmarks.timing import in_turn
from spinepath.backends.compiled import Compiled
from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.evaluate import Status, complete, evaluate
from spinepath.engine.knowledge import Knowledge

TITLE = "One patient, beside other rule engines"
PACKAGES = ("orjson", *dict.fromkeys(other.package for other in OTHERS))

RUNS = 7
ZEN_BAR, BAR = 40, 20
SAID: dict[Status, int] = {"clear": 0, "open": 1, "fires": 2}


class Row(NamedTuple):
    """One line of the table: what is done for each of the patients, and how much longer than ours it should take."""

    name: str
    act: Callable[..., object]
    patients: Sequence[object]
    bar: float | None


def lines() -> Iterator[str]:
    knowledge = load_cached(default_folder())
    compiled, charts = Compiled(knowledge), charts_of(knowledge)
    facts = Facts(compiled.program)
    tried = [_tried(other, facts, knowledge, charts) for other in OTHERS]
    rows = [*_own(compiled, charts), *(row for row in tried if isinstance(row, Row))]
    yield f"{len(knowledge.rules)} rules, {len(charts)} patients; medians of {RUNS} runs; x: time as a multiple of ours"
    yield from _table(rows)
    yield from (f"not timed: {row}" for row in tried if isinstance(row, str))
    yield from (f"left out: {package}: {why}" for package, why in LEFT_OUT.items())


def _own(compiled: Compiled, charts: list[Chart]) -> Iterator[Row]:
    null, known = as_json(compiled.program, charts)
    ready = [compiled.read(chart) for chart in charts]
    yield Row("spinepath, with bounds and techniques", compiled.judge, ready, None)
    yield Row("spinepath, reading the chart as well", compiled.evaluate, charts, None)
    yield Row("orjson, reads every fact, unknown as null", orjson.loads, null, None)
    yield Row("orjson, reads what is known", orjson.loads, known, None)


def _tried(kind: type[Other], facts: Facts, knowledge: Knowledge, charts: list[Chart]) -> Row | str:
    """The engine's line if it says of every patient what the plain evaluator says; else in words why not."""
    name = f"{kind.package}, {kind.form}"
    try:
        other = kind(facts)
        given = [other.given(facts.flags(complete(knowledge, chart))) for chart in charts]
        said = [other.statuses(other.judge(one)) for one in given]
    except Exception as refusal:  # whatever another engine raises is told, and the others go on
        return f"{name}: refuses with {type(refusal).__name__}"
    right = [[SAID[status] for status in evaluate(knowledge, chart).rules.values()] for chart in charts]
    wrong = sum(found != wanted for found, wanted in zip(said, right, strict=True))
    if wrong:
        return f"{name}: wrong for {wrong} of {len(charts)} patients"
    bar = ZEN_BAR if kind.package == "zen-engine" else BAR
    return Row(name, other.judge, given, None if kind.form.startswith("all rules") else bar)


def _table(rows: list[Row]) -> Iterator[str]:
    """The first row is ours."""
    taken = in_turn({row.name: each(row.act, row.patients) for row in rows}, RUNS)
    yield f"{'':<64} {'µs':>6} {'x':>6}  at least"
    for row in rows:
        times = taken[row.name] / taken[rows[0].name]
        bar = "" if row.bar is None else f"{row.bar:g} {'met' if times >= row.bar else 'missed'}"
        yield f"{row.name:<64} {1e6 * taken[row.name] / len(row.patients):6.0f} {times:6.1f}  {bar}".rstrip()
