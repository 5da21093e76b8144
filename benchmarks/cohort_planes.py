"""Bit planes in two processes: each judges its half of every part, with all rules or only some of them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import numpy as np

from benchmarks.cohort_charts import PART, batches_in, first_of
from spinepath.backends.formulas import atoms_in
from spinepath.backends.program import program
from spinepath.cohort.judge import Judge
from spinepath.cohort.net import atoms_in_program
from spinepath.engine.knowledge import Knowledge
from tests.cohort.verdicts import types_of

PROCESSES = 2


def with_rules(knowledge: Knowledge, number: int) -> Knowledge:
    """The same knowledge with only so many of its rules, taken evenly."""
    places = np.linspace(0, len(knowledge.rules) - 1, number).round().astype(int)
    names = list(knowledge.rules)
    return msgspec.structs.replace(knowledge, rules={names[place]: knowledge.rules[names[place]] for place in places})


def facts_of(knowledge: Knowledge, given: Sequence[str]) -> list[str]:
    """The columns that the rules look at."""
    rules = program(knowledge)
    defined = {one.fact: one for one in rules.definitions}
    compared = {one.fact: one.compares for one in rules.inputs if one.compares is not None}
    waiting = [atom.fact for atom in atoms_in_program(msgspec.structs.replace(rules, definitions=()))]
    asked = set[str]()
    while waiting:
        fact = waiting.pop()
        if fact not in asked:
            asked.add(fact)
            one = defined.get(fact)
            waiting += [] if one is None else [atom.fact for part in (one.yes, one.no) for atom in atoms_in(part)]
            waiting += [compared[fact]] if fact in compared else []
    return [name for name in given if name in asked]


class Here:
    """The charts, and a room that the planes of each part are made in, again and again."""

    def __init__(self, knowledge: Knowledge, path: Path) -> None:
        self.knowledge = knowledge
        self.batches = batches_in(path)
        self.names = [name for name in self.batches[0].schema.names if name in types_of(self.batches[0])]
        self._ready: dict[int, tuple[Judge, list[str], Any]] = {}

    def ready(self, rules: int) -> tuple[Judge, list[str], Any]:
        """The judge with so many rules, the columns that it needs, and its room."""
        if rules not in self._ready:
            some = with_rules(self.knowledge, rules)
            names = facts_of(some, self.names) if rules < len(self.knowledge.rules) else self.names
            judge = Judge(some, types_of(self.batches[0].select(names)))
            self._ready[rules] = (judge, names, np.zeros((judge.rows, PART // 64), np.uint64))
        return self._ready[rules]

    def judge(self, people: int, rules: int, share: tuple[int, int] = (0, 1)) -> int:
        """Judge a share of the first people: the how-manieth, of how many."""
        judge, names, room = self.ready(rules)
        judged = 0
        for batch in first_of(self.batches, people):
            part = _share(batch.select(names), *share)
            judged += judge.judge(part, room[:, : -(-len(part) // 64)]).people
        return judged


def _share(batch: Any, number: int, of: int) -> Any:
    size = len(batch) // of // 64 * 64
    return batch.slice(number * size, size if number < of - 1 else None)


_here: list[Here] = []


def _start(knowledge: Knowledge, path: Path) -> None:
    _here.append(Here(knowledge, path))


def _judge(people: int, rules: int, number: int) -> int:
    return _here[0].judge(people, rules, (number, PROCESSES))


class Planes:
    """Two processes, each with its share of the charts."""

    def __init__(self, knowledge: Knowledge, path: Path) -> None:
        self._rules = len(knowledge.rules)
        self._pool = ProcessPoolExecutor(PROCESSES, get_context("spawn"), _start, (knowledge, path))

    def __enter__(self) -> Planes:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown()

    def judge(self, people: int, rules: int | None = None) -> None:
        """Judge the first people with so many rules, or with all."""
        rules = rules or self._rules
        done = self._pool.map(_judge, [people] * PROCESSES, [rules] * PROCESSES, range(PROCESSES))
        assert sum(done) == people
