"""Engines that take one patient at a time: ZEN and CQL. They judge few people, and their speed is told."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.flags import Facts
from benchmarks.others import ZenList, ZenTable
from spinepath.backends.program import program
from spinepath.engine.conditions import Values
from spinepath.engine.evaluate import complete
from spinepath.engine.knowledge import Knowledge
from spinepath.interop.cql import cql, parameters

HERE = Path(__file__).parent
CQL = HERE.parent / "tests" / "cql"


class Zen:
    """ZEN is given charts without unknowns, in which everything that is worked out is there already."""

    name = "ZEN"

    def __init__(self, knowledge: Knowledge, charts: Sequence[Values]) -> None:
        facts = Facts(program(knowledge))
        self.flags = [facts.flags(complete(knowledge, chart)) for chart in charts]
        self.kinds = {kind.form: kind(facts) for kind in (ZenTable, ZenList)}

    def fires(self) -> list[list[bool]]:
        """For each person, whether each rule fires."""
        kind = self.kinds[ZenTable.form]
        return [[status == 2 for status in kind.statuses(kind.judge(chart))] for chart in self.flags]

    def acts(self) -> dict[str, Callable[[], object]]:
        """What is timed."""
        return {f"ZEN, {form}": _each(kind.judge, self.flags) for form, kind in self.kinds.items()}


def _each(judge: Callable[[Any], object], charts: Sequence[Any]) -> Callable[[], object]:
    def act() -> None:
        for chart in charts:
            judge(chart)

    return act


class CqlExecution:
    """cql-execution on Node, as the tests install it; the time is taken there, without the start of Node."""

    name = "cql-execution"

    def __init__(self, knowledge: Knowledge, charts: Sequence[Values]) -> None:
        if shutil.which("node") is None or not (CQL / "node_modules" / "cql-execution").exists():
            raise ImportError(f"it is not installed: npm ci, in {CQL.relative_to(HERE.parent)}", name="cql-execution")
        self.question = {"cql": cql(knowledge), "parameters": parameters(knowledge), "charts": list(charts)}
        self.rules = list(knowledge.rules)

    def run(self) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as folder:
            asked, answer = Path(folder) / "question.json", Path(folder) / "answer.json"
            asked.write_text(json.dumps(self.question))
            subprocess.run(["node", str(HERE / "cql.mjs"), str(asked), str(answer)], check=True)
            found: dict[str, Any] = json.loads(answer.read_text())
        assert not found["errors"], found["errors"]
        return found

    def fires(self) -> list[list[bool]]:
        """For each person, whether each rule fires."""
        return [[answer[rule] is True for rule in self.rules] for answer in self.run()["answers"]]

    def seconds(self) -> float:
        """How long it takes for all."""
        return float(self.run()["seconds"])
