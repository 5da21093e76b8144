"""Which unanswered questions hold rules open.

A fact *holds a rule open* when the rule is open, the fact is unknown, and every condition on the way from the fact up
to the rule is open too: a part that is already decided needs no answer, and what stands inside it needs none either.
Only rules that are to be settled count. A worked-out fact passes the question on to what it is worked out from.
"""

from __future__ import annotations

from spinepath.backends.formulas import formula
from spinepath.cohort.circuit import Literal
from spinepath.cohort.sight import Sight
from spinepath.engine.conditions import Compare, Condition, In, Is, parts_of
from spinepath.engine.knowledge import Knowledge


class Questions:
    """The literals of one knowledge base: for each asked fact, whom it leaves with an open rule."""

    def __init__(self, knowledge: Knowledge, sight: Sight) -> None:
        self._knowledge = knowledge
        self._sight = sight
        self._circuit = sight.circuit
        self._matters: dict[str, list[Literal]] = {}

    def holding_open(self) -> dict[str, Literal]:
        """For each asked fact that is no policy, and that a rule to be settled rests on."""
        for rule in self._knowledge.rules.values():
            if rule.if_unknown == "settle":
                self._follow(rule.when, self._open(rule.when))
        for fact in reversed(self._knowledge.worked_out_order):
            if fact in self._matters:
                self._pass_on(fact, self._circuit.some(self._matters[fact]))
        asked = (fact for fact in self._knowledge.asked_facts if fact not in self._knowledge.defaults)
        return {fact: self._circuit.some(self._matters[fact]) for fact in asked if fact in self._matters}

    def _follow(self, condition: Condition, matters: Literal) -> None:
        """`matters` holds where the condition is open and so is everything above it.

        `known` and `confirmed` are never open, so nothing that stands in them matters.
        """
        if isinstance(condition, (Is, Compare, In)):
            self._matters.setdefault(condition.fact, []).append(matters)
            return
        for part in parts_of(condition):
            self._follow(part, self._circuit.every((matters, self._open(part))))

    def _pass_on(self, fact: str, matters: Literal) -> None:
        how = self._knowledge.facts[fact].worked_out
        if how is not None and how.when is not None:
            self._follow(how.when, matters)
        else:  # a compared number is unknown only where the number is that it compares
            self._matters.setdefault(self._knowledge.compared_facts[fact], []).append(matters)

    def _open(self, condition: Condition) -> Literal:
        true, false = (self._sight.of(formula(self._knowledge, condition, wanted)) for wanted in (True, False))
        return self._circuit.some((true, false)) ^ 1
