"""The rules as Polars expressions: nullable booleans are bitmaps there too, so nothing comes nearer to planes."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from functools import reduce
from operator import add
from typing import Any

from spinepath.backends.formulas import All, Atom, Count, Formula, IsAnswer, IsKnown, IsNumber, IsWord, opposite
from spinepath.backends.formulas import Any as Some
from spinepath.backends.program import Input, program
from spinepath.engine.knowledge import Knowledge

SIGNS = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


class Polars:
    """One table of charts in memory; Polars uses all cores."""

    name = "Polars"

    def __init__(self, knowledge: Knowledge, batch: Any) -> None:
        import polars

        self.pl = polars
        self.program = program(knowledge)
        self.frame: Any = polars.from_arrow(batch)

    def levels(self) -> Any:
        """The disposition of each person, as its place in the ladder."""
        return self.ready().select(level=self.level()).collect().to_series().to_numpy()

    def acts(self) -> dict[str, Callable[[], object]]:
        """What is timed."""
        counts = self.ready().select(level=self.level()).group_by("level").len()
        rules = self.ready().select(**self.rules())
        sums = self.ready().select(self.pl.sum_horizontal(count.sum() for count in self.rules().values()))
        return {
            "Polars, dispositions": lambda: counts.collect(),
            "Polars, which rules fire and are clear": lambda: rules.collect(),
            "Polars, the same, only counted": lambda: sums.collect(),
        }

    def end(self) -> None:
        pass

    def ready(self) -> Any:
        """The charts as they count, with what is worked out."""
        frame = self.frame.lazy()
        for given in self.program.inputs:
            if given.default is not None or given.compares is not None:
                frame = frame.with_columns(self.counted(given).alias(given.fact))
        for one in self.program.definitions:
            value = self.pl.when(self.of(one.yes)).then(True).when(self.of(one.no)).then(False)
            frame = frame.with_columns(value.alias(one.fact))
        return frame

    def rules(self) -> dict[str, Any]:
        fires = {f"fires {rule.rule}": self.of(rule.fires) for rule in self.program.rules}
        return {**fires, **{f"clear {rule.rule}": self.of(rule.clear) for rule in self.program.rules}}

    def level(self) -> Any:
        rules = self.program.rules
        choice: Any = self.pl
        for rank, level in list(enumerate(self.program.ladder))[::-1]:
            if level == self.program.when_open:
                waiting = [rule for rule in rules if rule.level is not None and rule.settle]
                open_ = self.some(self.of(opposite(one.fires)) & self.of(opposite(one.clear)) for one in waiting)
                choice = choice.when(open_).then(rank)
            choice = choice.when(self.some(self.of(rule.fires) for rule in rules if rule.level == level)).then(rank)
        return choice.otherwise(0)

    def counted(self, given: Input) -> Any:
        column = self.pl.col(given.fact)
        if given.compares is None:
            return column.fill_null(given.default)
        return self.pl.when(self.pl.col(given.compares).is_not_null()).then(column.fill_null(0))

    def some(self, parts: Iterable[Any]) -> Any:
        return reduce(lambda one, other: one | other, parts, self.pl.lit(False))

    def of(self, formula: Formula) -> Any:
        match formula:
            case All(parts):
                return reduce(lambda one, other: one & other, map(self.of, parts), self.pl.lit(True))
            case Some(parts):
                return self.some(map(self.of, parts))
            case Count(number, parts):
                return reduce(add, (self.of(part).cast(self.pl.UInt8) for part in parts)) >= number
        return self.atom(formula)

    def atom(self, atom: Atom) -> Any:
        value = self.pl.col(atom.fact)
        match atom:
            case IsKnown(_, known):
                return value.is_not_null() if known else value.is_null()
            case IsAnswer(_, yes, or_unknown):
                test = value if yes else ~value
            case IsWord(_, words, _, or_unknown):
                test = value.is_in(list(words))
            case IsNumber(_, sign, number, or_unknown):
                test = SIGNS[sign](value, number)
        return test.fill_null(or_unknown)
