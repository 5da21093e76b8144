"""The mentions of the knowledge base, arranged so that a code in a record finds them at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from spinepath.engine.conditions import Value
from spinepath.engine.entries import Fact
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.mentions import Demographic, Mention, Unit
from spinepath.engine.values import read_value
from spinepath.interop.fhir.resources import Concept, Quantity

Coded = tuple[str | None, str | None]
"""A code with the address of its system."""

_DIGITS = 6
"""Decimals kept after a conversion, so that 100.4 degrees Fahrenheit are 38 and not a little less."""


class NotANumber(Exception):
    """Why the number of a quantity cannot be taken; the number is not repeated."""


class Meant(msgspec.Struct, frozen=True, kw_only=True):
    """One mention, with its fact and its values read. `place` is its position among the mentions."""

    place: int
    mention: Mention
    fact: Fact
    says: Value
    denied: Value
    words: dict[Coded, Value]


class Meaning:
    """What codes, answers, units and a person's own entry mean. Built once for an import."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._uris: dict[str, list[str]] = {}
        for system in knowledge.code_systems.values():
            self._uris.setdefault(system.system, []).extend(system.uris)
        self.all = tuple(self._meant(place, found) for place, found in enumerate(knowledge.mentions.values()))
        self._by_code: dict[str, dict[Coded, tuple[Meant, ...]]] = {}
        for meant in self.all:
            for kind in meant.mention.found_in:
                named = self._by_code.setdefault(kind, {})
                for coded in self._coded(meant.mention.codes):
                    named[coded] = (*named.get(coded, ()), meant)
        answers = {"yes": True, "no": False, "unknown": None}
        self._answers = {
            coded: answers[entry.says]
            for entry in knowledge.coded_answers.values()
            for coded in self._coded(entry.codes)
        }
        self._units: dict[str, Unit] = {
            name: unit for unit in knowledge.units.values() for name in (unit.code, *unit.also)
        }
        self.demographics: tuple[Demographic, ...] = tuple(knowledge.demographics.values())

    def _meant(self, place: int, mention: Mention) -> Meant:
        fact = self._knowledge.facts[mention.fact]
        return Meant(
            place=place,
            mention=mention,
            fact=fact,
            says=None if mention.says is None else read_value(fact, mention.says),
            denied=None if mention.denied is None else read_value(fact, mention.denied),
            words={
                coded: read_value(fact, word) for name, word in mention.words.items() for coded in self._coded((name,))
            },
        )

    def _coded(self, names: Iterable[str]) -> Iterator[Coded]:
        for name in names:
            code = self._knowledge.codes[name]
            for uri in self._uris.get(code.system, ()):
                yield uri, code.code

    def of(self, kind: str, concept: Concept | None) -> tuple[Meant, ...]:
        """The mentions that any code of the concept makes in this kind of record, each once."""
        if concept is None:
            return ()
        named = self._by_code.get(kind, {})
        found = [meant for coding in concept.coding for meant in named.get((coding.system, coding.code), ())]
        return tuple(found) if len(found) < 2 else tuple({meant.place: meant for meant in found}.values())

    def answer(self, concept: Concept) -> tuple[Value, ...]:
        """Yes, no or unknown (None) as the only element when the concept is such an answer; nothing otherwise."""
        for coding in concept.coding:
            if (coding.system, coding.code) in self._answers:
                return (self._answers[coding.system, coding.code],)
        return ()

    def number(self, quantity: Quantity, wanted: str) -> float:
        """The number of a quantity in the wanted unit. Raises NotANumber with the reason otherwise."""
        if quantity.value is None:
            raise NotANumber("The quantity has no value.")
        if quantity.comparator is not None:
            raise NotANumber("The value is only a bound (it has a comparator).")
        written = quantity.code or quantity.unit
        if written is None:
            if wanted.startswith("{"):  # UCUM: a note in braces is no unit, the number is plain
                return quantity.value
            raise NotANumber(f"The quantity has no unit; {wanted} is needed.")
        for name in (quantity.code, quantity.unit):
            unit = self._units.get(name or "")
            if wanted in (name, unit.code if unit else None):
                return quantity.value
            if unit is not None and unit.to == wanted:
                return round((quantity.value + unit.plus) * unit.times, _DIGITS)
        raise NotANumber(f"The unit cannot be brought to {wanted}.")
