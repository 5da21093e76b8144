"""What a proof works with: the knowledge, the statements, two open charts, a search, and a way to show a patient."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import msgspec

from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import Outcome, complete, evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.prove.chart import AnyChart, Ground
from spinepath.prove.meaning import Meaning
from spinepath.prove.past import obeys
from spinepath.prove.patients import Answers, Complaint, Patient, patient
from spinepath.prove.solver import Bit, Search
from spinepath.prove.statements import Obligation, Statements

MOST_PATIENTS = 3
"""More patients than this are not shown for one obligation."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What came out: `faults` and `patients` if it does not hold, `notes` to read in any case.

    `checked` is the number of charts looked at where that is not all there could be.
    """

    faults: tuple[str, ...] = ()
    patients: tuple[Patient, ...] = ()
    notes: tuple[str, ...] = ()
    checked: int | None = None


class Bench:
    """Everything that the proofs of one knowledge base share."""

    def __init__(self, knowledge: Knowledge, statements: Statements) -> None:
        self.knowledge = knowledge
        self.statements = statements

    @cached_property
    def ground(self) -> Ground:
        """The program of the rules and the bounds of all numbers."""
        return Ground(self.knowledge, self.statements.conditions())

    @cached_property
    def now(self) -> Meaning:
        """What the rules say of any chart."""
        return Meaning(AnyChart(self.ground, "now"))

    @cached_property
    def later(self) -> Meaning:
        """What the rules say of any other chart."""
        return Meaning(AnyChart(self.ground, "later"))

    @cached_property
    def hands_on(self) -> tuple[str, ...]:
        """The techniques done by hand: as the statements say, or where they name no class, as the knowledge does."""
        classes = {column.id for column in self.statements.columns if column.hands_on}
        if not self.statements.columns:
            classes = {found.id for found in self.knowledge.classes.values() if found.hands_on}
        return tuple(name for name, names in self.knowledge.names_of.items() if names & classes)

    @cached_property
    def some_hands_on(self) -> Bit:
        """Some hands-on technique is offered, or could be had with a named clinician's reason."""
        return self.now.some_to_be_had(self.hands_on)

    def search(self, obligation: Obligation, *, two: bool = False) -> Search:
        """A search over any chart, or over any two."""
        return Search(
            obligation.seconds, *(meaning.sound for meaning in ((self.now, self.later) if two else (self.now,)))
        )

    def outcome(self, values: Mapping[str, Value]) -> Outcome:
        """What the plain evaluator says."""
        return evaluate(self.knowledge, values)

    def patient(self, values: Answers, complaint: Complaint, news: Answers | None = None) -> Patient:
        """The smallest patient of whom the complaint holds; one of whom a record could tell, if this one is such."""

        def told(before: Answers, after: Answers) -> str | None:
            wrong = complaint(before, after)
            return wrong if wrong and self.can_have_been(before) else None

        return patient(self.knowledge, values, told if self.can_have_been(values) else complaint, news or {})

    def can_have_been(self, values: Answers) -> bool:
        """Could a record lead to these values, or compare they with a past that cannot have been?"""
        laws = (law for found in self.ground.laws.values() for law in found)
        return obeys(laws, complete(self.knowledge, values))

    def strictness(self, disposition: str) -> int:
        """How strict a disposition is, 0 for the mildest."""
        return self.knowledge.strictness[disposition]
