"""The program of one knowledge version, written as the text of one Python function.

Each rule costs one test where it is clear, which most rules are: "can it still be true?" Only then is asked whether it
fires or is open. What follows from that is added up as bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Literal

from spinepath.backends.effects import Bits, EffectBits
from spinepath.backends.formulas import NEVER, opposite
from spinepath.backends.program import Program, RuleForm
from spinepath.backends.python_formulas import Expressions

FUNCTION = "judge"
"""The name of the function in the text."""


def python_text(program: Program, expressions: Expressions, effects: EffectBits) -> str:
    """The source of the function `judge`.

    It takes the values of its inputs in their order, and gives the rules that fire, the rules that are open, and the
    sums of their effects as `EffectBits` reads them. It needs the name `_unknown`, a value.
    """
    return "\n".join(_Text(program, expressions, effects).lines()) + "\n"


class _Text:
    def __init__(self, program: Program, expressions: Expressions, effects: EffectBits) -> None:
        self.program = program
        self.inputs = expressions.inputs
        self.expressions = expressions
        self.names, self.text = expressions.names, expressions.text
        self.effects = effects

    def lines(self) -> Iterator[str]:
        yield f"def {FUNCTION}(_values, _unknown=_unknown):"
        body = chain(self._reading(), self._comparing(), self._defining(), self._judging())
        yield from (f"    {line}" for line in body)
        yield "    return _fired, _open, _levels, _reasons"

    def _reading(self) -> Iterator[str]:
        """Each fact that a formula names becomes a local variable."""
        yield "_fired = []; _fires = _fired.append; _open = []; _opens = _open.append; _levels = _reasons = 0"
        if not self.inputs:
            return
        names = [self.names[one.fact] for one in self.inputs]
        yield f"{', '.join(names)}, = _values"
        yield from (f"if {name} is None: {name} = _unknown" for name in names)

    def _comparing(self) -> Iterator[str]:
        """A number that compares another is unknown with it, and else 0 where nothing is given."""
        for one in self.inputs:
            if one.compares is not None:
                name = self.names[one.fact]
                yield f"if {self.names[one.compares]} is _unknown: {name} = _unknown"
                yield f"elif {name} is _unknown: {name} = 0.0"

    def _defining(self) -> Iterator[str]:
        for definition in self.program.definitions:
            name, yes, no = self.names[definition.fact], self.text(definition.yes), self.text(definition.no)
            yield f"{name} = False if {no} else True if {yes} else _unknown"

    def _judging(self) -> Iterator[str]:
        for rule in self.program.rules:
            yield from self._status(rule)
            if _end(rule) == "apart":
                yield f"if {self.text(opposite(rule.impossible))}:"
                yield from self._bounds(rule)

    def _status(self, rule: RuleForm) -> Iterator[str]:
        possible = opposite(rule.clear)
        if possible == NEVER:
            return
        yield f"if {self.text(possible)}:"
        fires, opens = self.effects.fires(rule), self.effects.opens(rule)
        if _end(rule) == "same":
            fires = Bits(fires.levels | self.effects.certain(rule), fires.reasons)
            opens = Bits(opens.levels | self.effects.possible(rule), opens.reasons)
        if rule.fires == possible:
            yield f"    _fires({rule.rule!r}){_adding(fires)}"
        else:
            yield f"    if {self.text(rule.fires)}: _fires({rule.rule!r}){_adding(fires)}"
            yield f"    else: _opens({rule.rule!r}){_adding(opens)}"
        if _end(rule) == "within":
            yield from self._bounds(rule)

    def _bounds(self, rule: RuleForm) -> Iterator[str]:
        """What a rule that is not impossible in the end adds to the bounds."""
        yield f"    if {self.text(rule.certain)}: _levels |= {self.effects.certain(rule):#x}"
        yield f"    else: _levels |= {self.effects.possible(rule):#x}"


def _adding(bits: Bits) -> str:
    levels = f"; _levels |= {bits.levels:#x}" if bits.levels else ""
    return levels + (f"; _reasons |= {bits.reasons:#x}" if bits.reasons else "")


def _end(rule: RuleForm) -> Literal["same", "within", "apart", "none"]:
    """Where the end of a rule is judged: with its status, within "it is not clear", or by a test of its own."""
    if rule.level is None:
        return "none"
    if rule.impossible != rule.clear:
        return "apart"
    return "same" if rule.certain == rule.fires else "within"
