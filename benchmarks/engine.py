"""The engine: a cold `assess`, reading the knowledge base, one full assessment."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.timing import in_turn, process, python
from spinepath.engine.assess import assess
from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.chart_file import read_chart
from spinepath.engine.evaluate import evaluate
from spinepath.engine.findings import values_at
from spinepath.engine.load import load

TITLE = "The engine"
PACKAGES = ("msgspec", "pyyaml", "typer", "rich")

_READ_CACHE = "from spinepath.engine.cache import default_folder, load_cached; load_cached(default_folder())"


def lines() -> Iterator[str]:
    knowledge = load_cached(default_folder())
    example = default_folder().parent / "examples" / "01_clean_radicular.yaml"
    chart = read_chart(example.read_bytes(), example.name, knowledge, datetime.now(UTC))
    values = values_at(knowledge, chart.findings, chart.as_of)
    command = str(Path(sys.executable).with_name("spinepath"))
    with tempfile.TemporaryDirectory():
        cold = in_turn(
            {
                "assess": process([command, "assess", str(example), "--json"]),
                "yaml": process(python("import yaml")),
                "cache": process(python(f"import yaml; {_READ_CACHE}")),
                "python": process(python("pass")),
            }
        )
    yield f"cold `spinepath assess --json`                {cold['assess']:.3f} s"
    yield f"`python -c 'import yaml'`                     {cold['yaml']:.3f} s"
    yield f"the same, and reading the cached knowledge    {cold['cache']:.3f} s"
    yield f"ratio cold assess / import yaml and cache     {cold['assess'] / cold['cache']:.2f}  (bar 3)"
    warm = in_turn(
        {
            "load": lambda: load(default_folder()),
            "evaluate": lambda: evaluate(knowledge, values),
            "empty": lambda: evaluate(knowledge, {}),
            "assess": lambda: assess(knowledge, chart.findings, chart.as_of),
        }
    )
    yield f"reading all knowledge from YAML               {warm['load']:.2f} s  (bar 2)"
    yield f"naive evaluation with trace, whole chart      {1000 * warm['evaluate']:.2f} ms (bar 5)"
    yield f"naive evaluation with trace, empty chart      {1000 * warm['empty']:.2f} ms (bar 5)"
    yield f"assessment with questions and explanations    {1000 * warm['assess']:.2f} ms"
