"""The rules for one patient, fast: the program as generated Python, compiled once for each knowledge version.

What it says is compared with `engine/evaluate.py`, which is the meaning. `benchmarks/one_patient.py` measures it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

import msgspec

from spinepath.backends.effects import EffectBits
from spinepath.backends.program import TechniqueForm, program
from spinepath.backends.python_formulas import UNKNOWN, Expressions
from spinepath.backends.python_text import FUNCTION, python_text
from spinepath.engine import evaluate as naive
from spinepath.engine.conditions import Value, Values
from spinepath.engine.evaluate import Offer, Outcome, Status, TechniqueStatus
from spinepath.engine.knowledge import Knowledge

Judge = Callable[[Sequence[Value]], tuple[list[str], list[str], int, int]]
"""The generated function; `python_text` says what stands where in its result."""


class Verdict(msgspec.Struct, frozen=True):
    """What the rules say of one patient, in short; the words are those of `Outcome`.

    `firm` is the strictest disposition that the fired rules ask for. Rules stand in the order of the knowledge base.
    """

    disposition: str
    least: str
    most: str
    firm: str
    fired: list[str]
    open: list[str]
    techniques: dict[str, TechniqueStatus]


class Compiled:
    """One knowledge version, ready to judge patients; it keeps nothing of them.

    `source` is the Python that it runs.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.program = program(knowledge)
        self._effects = EffectBits(self.program)
        expressions = Expressions(self.program)
        self.source = python_text(self.program, expressions, self._effects)
        self._judge = _function(self.source, f"<rules {knowledge.version}>")
        self._nothing_found = {one.fact: UNKNOWN if one.default is None else one.default for one in expressions.inputs}
        self._all_of = _all_of(*self._nothing_found)
        self._forms = {form.technique: form for form in self.program.techniques}

    def evaluate(self, found: Values) -> Verdict:
        """What do the rules say for these values? As `engine.evaluate.evaluate`: what is missing is unknown.

        To be fast it takes values as they are and overlooks names that are no facts; `values.refuse_strange` looks.
        """
        return self.judge(self.read(found))

    def read(self, found: Values) -> Sequence[Value]:
        """The values that the rules look at, in the order in which `judge` takes them."""
        try:
            return self._all_of(found)
        except KeyError:
            return [*{**self._nothing_found, **found}.values()][: len(self._nothing_found)]

    def judge(self, values: Sequence[Value]) -> Verdict:
        """As `evaluate`, of values that `read` gave; for who judges the same person again, or reads at another time."""
        fired, opened, bits, reasons = self._judge(values)
        disposition, least, most, firm, follows = self._effects.levels(bits)
        return Verdict(disposition, least, most, firm, fired, opened, self._effects.statuses(reasons | follows))

    def outcome(self, found: Values) -> Outcome:
        """All that the naive evaluator says, reasons included; the same `Outcome`."""
        verdict = self.evaluate(found)
        rules = [self.knowledge.rules[name] for name in verdict.fired]
        return Outcome(
            disposition=verdict.disposition,
            least=verdict.least,
            most=verdict.most,
            rules=self.statuses(verdict),
            techniques=self.offers(verdict),
            needs=naive._gathered(need for rule in rules for need in rule.then.need),
            limits=naive._limits(self.knowledge, rules),
            preferred=naive._gathered(name for rule in rules for name in rule.then.prefer),
            reading=naive._reading(self.knowledge, rules),
            held=self.knowledge.dispositions[verdict.disposition].holds or any(rule.then.hold for rule in rules),
        )

    def statuses(self, verdict: Verdict) -> dict[str, Status]:
        """The status of every rule."""
        clear: dict[str, Status] = dict.fromkeys(self.knowledge.rules, "clear")
        return {**clear, **dict.fromkeys(verdict.fired, "fires"), **dict.fromkeys(verdict.open, "open")}

    def offers(self, verdict: Verdict) -> dict[str, Offer]:
        """Every technique with its status and the rules because of which it has it."""
        reasons = _Reasons(self.knowledge, verdict)
        return {
            name: Offer(
                technique_class=self.knowledge.techniques[name].technique_class,
                status=status,
                because=reasons.of(self._forms[name], status),
            )
            for name, status in verdict.techniques.items()
        }

    def because(self, verdict: Verdict, technique: str) -> tuple[str, ...]:
        """The rules because of which a technique has its status."""
        return _Reasons(self.knowledge, verdict).of(self._forms[technique], verdict.techniques[technique])


class _Reasons:
    """The reasons of one verdict, as the forms of the techniques name them."""

    def __init__(self, knowledge: Knowledge, verdict: Verdict) -> None:
        self.fired, self.open = set(verdict.fired), set(verdict.open)
        levels = ((name, knowledge.rules[name].then.at_least) for name in verdict.fired)
        self.firm = verdict.firm
        self.deciding = tuple(name for name, level in levels if level == verdict.firm)

    def of(self, form: TechniqueForm, status: TechniqueStatus) -> tuple[str, ...]:
        if status == "excluded":
            barring = self.deciding if self.firm in form.barred_at else ()
            return _each_once(*barring, *filter(self.fired.__contains__, form.excluded_by))
        if status == "undecided":
            return tuple(filter(self.open.__contains__, form.waits_for))
        return _each_once(*filter(self.fired.__contains__, (*form.restricted_by, *form.cautioned_by)))


def _each_once(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _function(source: str, name: str) -> Judge:
    """The function of the text, with the name that `python_text` says it needs."""
    made: dict[str, Any] = {"_unknown": UNKNOWN}
    exec(compile(source, name, "exec"), made)  # noqa: S102  our own text: names and values are written with repr
    judge: Judge = made[FUNCTION]
    return judge


def _all_of(*facts: str) -> Callable[[Values], tuple[Value, ...]]:
    """Gets these facts of a chart; KeyError where one is missing."""
    return itemgetter(*facts) if len(facts) > 1 else lambda found: tuple(found[fact] for fact in facts)
