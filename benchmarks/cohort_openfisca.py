"""The rules in OpenFisca, which works out whole columns: one variable for each fact, and two for each rule.

OpenFisca has no unknown: a fact is -1, not a number, or no word. What counts otherwise than as given is filled in
beforehand; worked-out facts are variables of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np
import pyarrow as arrow
from numpy.typing import NDArray

from spinepath.backends.formulas import All, Atom, Count, Formula, IsAnswer, IsKnown, IsNumber, IsWord
from spinepath.backends.formulas import Any as Some
from spinepath.backends.program import Input, program
from spinepath.engine.knowledge import Knowledge

Bools = NDArray[np.bool_]
Column = Callable[[str], NDArray[Any]]

_COMPARED = {
    "<": np.less,
    "<=": np.less_equal,
    "=": np.equal,
    "!=": np.not_equal,
    ">=": np.greater_equal,
    ">": np.greater,
}


class OpenFisca:
    """One system of variables, and the charts as its inputs."""

    name = "OpenFisca"

    def __init__(self, knowledge: Knowledge, batch: Any) -> None:
        from openfisca_core import entities, periods, taxbenefitsystems, variables

        self.program = program(knowledge)
        self.inputs = {one.fact: one for one in self.program.inputs}
        self.people = len(batch)
        self.given = {one.fact: self._column(one, batch) for one in self.program.inputs}
        self.period = periods.period("2026")
        person = entities.build_entity(key="person", plural="people", label="a person", is_person=True)
        self.system = taxbenefitsystems.TaxBenefitSystem([person])
        self._base, self._year, self._entity = variables.Variable, periods.DateUnit.YEAR, person
        for one in self.program.inputs:
            self._variable(one.fact, float if one.kind == "number" else int, None)
        for definition in self.program.definitions:
            self._variable(definition.fact, int, self._worked_out(definition.yes, definition.no))
        for rule in self.program.rules:
            self._variable(f"fires {rule.rule}", bool, self._formula(rule.fires))
            self._variable(f"clear {rule.rule}", bool, self._formula(rule.clear))

    def _variable(self, name: str, kind: type, formula: Callable[..., object] | None) -> None:
        made: dict[str, Any] = {"value_type": kind, "entity": self._entity, "definition_period": self._year}
        made |= {"label": name, **({} if formula is None else {"formula": formula})}
        self.system.add_variable(type(name, (self._base,), made))

    def _formula(self, formula: Formula) -> Callable[..., object]:
        return lambda person, period: self._of(formula, lambda fact: person(fact, period))

    def _worked_out(self, yes: Formula, no: Formula) -> Callable[..., object]:
        def made(person: Any, period: Any) -> NDArray[Any]:
            def column(fact: str) -> NDArray[Any]:
                found: NDArray[Any] = person(fact, period)
                return found

            return np.where(self._of(yes, column), 1, np.where(self._of(no, column), 0, -1))

        return made

    def _column(self, one: Input, batch: Any) -> NDArray[Any]:
        """The column as it counts, without nulls."""
        column = batch.column(one.fact)
        if one.default is not None:
            column = column.cast(arrow.string()) if one.kind == "choice" else column
            column = column.fill_null(one.default)
        match one.kind:
            case "yes_no":
                return np.where(_known(column), column.fill_null(False).to_numpy(zero_copy_only=False), -1)
            case "choice":
                return self._codes(one, column)
        numbers = np.where(_known(column), column.fill_null(0).to_numpy(), np.nan)
        if one.compares is None:
            return numbers
        return np.where(_known(batch.column(one.compares)), np.nan_to_num(numbers), np.nan)

    def _codes(self, one: Input, column: Any) -> NDArray[Any]:
        words = arrow.compute.index_in(column.cast(arrow.string()), arrow.array(one.words))
        found: NDArray[Any] = words.fill_null(-1).to_numpy()
        return found

    def _simulation(self) -> Any:
        from openfisca_core.simulations import SimulationBuilder

        simulation = SimulationBuilder().build_default_simulation(self.system, count=self.people)
        for name, column in self.given.items():
            simulation.set_input(name, self.period, column)
        return simulation

    def judge(self) -> dict[str, Bools]:
        """Which rules fire and are clear; inputs are set anew, as OpenFisca remembers what it has worked out."""
        simulation = self._simulation()
        names = [f"{said} {rule.rule}" for rule in self.program.rules for said in ("fires", "clear")]
        return {name: simulation.calculate(name, self.period) for name in names}

    def acts(self) -> dict[str, Callable[[], object]]:
        """What is timed."""
        return {"OpenFisca, which rules fire and are clear": self.judge}

    def end(self) -> None:
        pass

    # formulas over columns

    def _of(self, formula: Formula, column: Column) -> Bools:
        match formula:
            case All(parts):
                return reduce(and_, (self._of(part, column) for part in parts), np.ones(self.people, np.bool_))
            case Some(parts):
                return reduce(or_, (self._of(part, column) for part in parts), np.zeros(self.people, np.bool_))
            case Count(number, parts):
                held: Bools = sum(self._of(part, column).astype(np.int8) for part in parts) >= number  # type: ignore[assignment]
                return held
        return self._atom(formula, column(formula.fact))

    def _atom(self, atom: Atom, values: NDArray[Any]) -> Bools:
        known: Bools = ~np.isnan(values) if values.dtype.kind == "f" else values >= 0
        match atom:
            case IsKnown(_, wanted):
                return known if wanted else ~known
            case IsAnswer(_, yes, or_unknown):
                found = values == int(yes)
            case IsWord(fact, words, _, or_unknown):
                places = [self.inputs[fact].words.index(word) for word in words]
                found = reduce(or_, (values == place for place in places), np.zeros(self.people, np.bool_))
            case IsNumber(_, sign, number, or_unknown):
                found = _COMPARED[sign](values, number) & known
        return found | ~known if or_unknown else found


def _known(column: Any) -> Bools:
    found: Bools = column.is_valid().to_numpy(zero_copy_only=False)
    return found
