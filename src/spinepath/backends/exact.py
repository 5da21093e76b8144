"""Exactly which dispositions a patient can still reach, by a SAT solver; the evaluator gives bounds.

`least` and `most` of the evaluator are found rule by rule. Where rules share facts, not everything between them can be
reached, nor always they themselves. Here every way of answering what is unknown counts: any answer that a fact allows,
numbers anywhere in their range. A policy that is unknown has its default. A number that compares another with its past
is 0 where only the other is known. Values must be such as their facts allow; readers of charts see to that. Needs
python-sat: `pip install spinepath[exact]`.
"""

from __future__ import annotations

from typing import Any
from weakref import finalize

from spinepath.backends.clauses import Clauses
from spinepath.backends.compiled import Compiled
from spinepath.backends.formulas import atoms_in
from spinepath.backends.program import Definition, RuleForm
from spinepath.engine.conditions import Values

SOLVER = "minisat22"


class NoSolver(Exception):
    """python-sat is not installed."""


class Exact:
    """Answers for one knowledge version; the rules are handed to the solver once. Not to be shared between threads."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self._clauses = Clauses(compiled.knowledge)
        self._level_is = self._encode()
        readers = self._clauses.readers()
        behind = compiled.knowledge.asked_behind
        self._inputs = tuple(
            (one.fact, behind[one.fact][0] if one.compares else None, one.default, readers[one.fact])
            for one in compiled.program.inputs
            if one.fact in readers
        )
        self._solver = _solver(self._clauses.found)
        finalize(self, self._solver.delete)  # else it lives until nothing is left with which it could be freed

    def levels(self, found: Values) -> tuple[str, ...]:
        """Every disposition that some way of answering the rest leads to, mildest first."""
        within = self._within(found)
        if len(within) == 1:
            return within
        answers = self._answers(found)
        return tuple(name for name in within if self._can_be(name, answers))

    def interval(self, found: Values) -> tuple[str, str]:
        """The mildest and the strictest of these; found without trying all those between."""
        within = self._within(found)
        if len(within) == 1:
            return within[0], within[0]
        answers = self._answers(found)
        least = next(name for name in within if self._can_be(name, answers))
        most = next(name for name in reversed(within) if name == least or self._can_be(name, answers))
        return least, most

    def _within(self, found: Values) -> tuple[str, ...]:
        """The evaluator's bounds are sure, so that nothing outside them need be tried."""
        verdict = self.compiled.evaluate(found)
        place = self.compiled.knowledge.strictness
        return self.compiled.program.ladder[place[verdict.least] : place[verdict.most] + 1]

    def _can_be(self, level: str, answers: list[int]) -> bool:
        return bool(self._solver.solve([self._level_is[level], *answers]))

    def _encode(self) -> dict[str, int]:
        """Hands definitions and deciding rules to the clauses; for each disposition a literal that says "this one"."""
        program, clauses = self.compiled.program, self._clauses
        rules = [rule for rule in program.rules if rule.level is not None]
        for definition in _needed(program.definitions, rules):
            yes = clauses.yes(definition.fact)
            clauses.if_holds(yes, definition.yes)
            clauses.if_holds(-yes, definition.no)
        fires = {level: [self._fires(rule) for rule in rules if rule.level == level] for level in program.ladder}
        level_is = {level: clauses.new() for level in program.ladder}
        for place, (level, literal) in enumerate(level_is.items()):
            if place:
                clauses.add(-literal, *fires[level])
            for stricter in program.ladder[place + 1 :]:
                for rule in fires[stricter]:
                    clauses.add(-literal, -rule)
        return level_is

    def _fires(self, rule: RuleForm) -> int:
        """A literal for "the rule fires"; once everything is known, a rule either fires or is clear."""
        literal = self._clauses.new()
        self._clauses.if_holds(literal, rule.fires)
        self._clauses.if_holds(-literal, rule.clear)
        return literal

    def _answers(self, found: Values) -> list[int]:
        """The literals of everything that is known."""
        literals: list[int] = []
        for fact, compared, default, read in self._inputs:
            value = found.get(fact)
            if value is None:
                value = 0 if compared is not None and found.get(compared) is not None else default
            if value is not None:
                literals += read(value)
        return literals


def _needed(definitions: tuple[Definition, ...], rules: list[RuleForm]) -> list[Definition]:
    """The definitions on which the rules rest, directly or through others."""
    named = {atom.fact for rule in rules for formula in (rule.fires, rule.clear) for atom in atoms_in(formula)}
    found = []
    for definition in reversed(definitions):
        if definition.fact in named:
            found.append(definition)
            named |= {atom.fact for formula in (definition.yes, definition.no) for atom in atoms_in(formula)}
    return found


def _solver(clauses: list[list[int]]) -> Any:
    try:
        from pysat.solvers import Solver
    except ImportError:
        raise NoSolver("The exact interval needs python-sat. Install it:  pip install 'spinepath[exact]'") from None
    return Solver(name=SOLVER, bootstrap_with=clauses)
