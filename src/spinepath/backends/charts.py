"""Charts as rows of a table: one column for each fact that is given, and what no row may hold.

The rules are exact for values that the facts allow: yes or no, a number in the fact's range, a word of its choice, or
unknown. The evaluator refuses values of another kind and leaves ranges to the readers of charts. A back end that gets
its charts from elsewhere refuses the rest, naming the fact and the number of charts, never a patient's value. In a
table unknown is null; a policy of the clinic that is null has its default.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from spinepath.engine.conditions import Value, Values
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.values import is_of_kind

LARGEST = 1.7976931348623157e308
"""The largest finite double; a number without a range still has to be a number."""


class Refused(Exception):
    """Something that a back end cannot do exactly. Each problem names the fact, rule or technique, and the reason."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One fact that is given: its kind (yes_no, number, choice), and which values it may have beside unknown.

    A policy has a `default` instead of being unknown.
    """

    fact: str
    kind: str
    words: tuple[str, ...]
    least: float
    most: float
    unit: str
    default: Value

    def allows(self, value: Value) -> bool:
        """May the fact have this value, which is not None?"""
        if not is_of_kind(self.kind, self.words, value):
            return False
        # a whole number beyond 2**53 may be none that a double can hold
        return self.kind != "number" or (self.least <= value <= self.most and float(value) == value)  # type: ignore[operator, arg-type]

    @property
    def allowed(self) -> str:
        """Which values the fact may have, in words."""
        match self.kind:
            case "yes_no":
                return "yes, no and unknown (true, false and null)"
            case "choice":
                return f"{', '.join(self.words)} and unknown (null)"
        return f"numbers from {self.least:g} to {self.most:g} {self.unit} and unknown (null)".replace("  ", " ")


def columns(knowledge: Knowledge) -> tuple[Column, ...]:
    """The columns of a table of charts, in order: every fact that is found out, then every compared number."""
    return tuple(_column(knowledge, name) for name in (*knowledge.asked_facts, *knowledge.compared_facts))


def _column(knowledge: Knowledge, name: str) -> Column:
    fact = knowledge.facts[name]
    return Column(
        fact=name,
        kind=fact.answer,
        words=tuple(fact.values),
        least=-LARGEST if fact.least is None else fact.least,
        most=LARGEST if fact.most is None else fact.most,
        unit=fact.unit or "",
        default=knowledge.defaults.get(name),
    )


def refuse_unreadable(knowledge: Knowledge, charts: Iterable[Values]) -> None:
    """Raise Refused when a chart names something that is no given fact, or holds a value that its fact cannot have."""
    known = {column.fact: column for column in columns(knowledge)}
    strange, unset, unreadable = Counter[str](), Counter[str](), Counter[str]()
    for chart in charts:
        for fact, value in chart.items():
            if fact not in known:
                strange[fact] += 1
            elif value is None:
                unset[fact] += known[fact].default is not None
            elif not known[fact].allows(value):
                unreadable[fact] += 1
    refuse(
        [f"{fact}: {number} charts name it, but it is no fact that is given." for fact, number in strange.items()]
        + [f"{fact}: unknown in {number} charts. Left out it has its default." for fact, number in (+unset).items()]
        + problems_with(knowledge, unreadable)
    )


def problems_with(knowledge: Knowledge, unreadable: Mapping[str, int]) -> list[str]:
    """The problems of facts that have values they cannot have, each with the number of charts."""
    known = {column.fact: column for column in columns(knowledge)}
    return [
        f"{fact}: {number} charts hold another value than {known[fact].allowed}."
        for fact, number in sorted(unreadable.items())
    ]


def refuse(problems: Sequence[str]) -> None:
    """Raise Refused when there are problems."""
    if problems:
        raise Refused(problems)


def rows(knowledge: Knowledge, charts: Iterable[Values]) -> Iterator[list[Value]]:
    """The charts as rows in the order of `columns`, each with its place in front."""
    facts = [column.fact for column in columns(knowledge)]
    for place, chart in enumerate(charts):
        yield [place, *(chart.get(fact) for fact in facts)]
