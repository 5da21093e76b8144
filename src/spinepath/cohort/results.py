"""What the rules say of many people, in planes; and the same as numbers, words and counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spinepath.backends.bits import Bits
from spinepath.backends.program import Program
from spinepath.cohort.arrow_planes import Plane, people_plane, unpacked, words_of_rows
from spinepath.cohort.net import STATUSES, Name


class Results:
    """The planes of one batch of people; beyond the last person every plane is no.

    `fires`, `clear` and `open_` give the plane of a rule; `levels` and `statuses` give one small number for each
    person: the place in the ladder, or in `STATUSES`.
    """

    def __init__(self, program: Program, places: Mapping[Name, int], planes: NDArray[np.uint64], people: int) -> None:
        self.program = program
        self.people = people
        self._places = places
        self._planes = planes
        self.everybody = people_plane(people)

    def plane(self, *name: str) -> Plane:
        """The plane of this name, as `Net.wanted` names it."""
        found: Plane = self._planes[self._places[name]]
        return found

    def facts(self) -> list[Name]:
        """The names of the planes of facts, if there are any."""
        return [name for name in self._places if name[0] in ("yes", "no", "known", "is")]

    def questions(self) -> list[str]:
        """The facts whose question may hold a rule open, if it was asked for them."""
        return [fact for kind, fact, *_ in self._places if kind == "holds open"]

    # rules

    def fires(self, rule: str) -> Plane:
        """For whom the rule fires."""
        return self.plane("fires", rule)

    def open_(self, rule: str) -> Plane:
        """For whom the rule is open: it neither fires nor is clear."""
        return self.everybody ^ (self.plane("fires", rule) | self.plane("clear", rule))

    def words(self, status: Literal["fired", "open"]) -> list[NDArray[np.int64]]:
        """The columns `fired_0`, … or `open_0`, … of `Script.answers`."""
        bits = Bits([rule.rule for rule in self.program.rules])
        of = self.fires if status == "fired" else self.open_
        return [words_of_rows([of(rule) for rule in bits.of_word(word)], self.people) for word in range(bits.count)]

    # levels

    def at(self, name: str, level: str) -> Plane:
        """For whom the disposition, or a bound of it, is exactly this one. `name` is one of `net.LEVELS`."""
        ladder = self.program.ladder
        place = ladder.index(level)
        here = self.everybody if place == 0 else self.plane(name, level)
        return here if level == ladder[-1] else here ^ self.plane(name, ladder[place + 1])

    def levels(self, name: str) -> NDArray[np.uint8]:
        """For each person the place of the level in the ladder."""
        found = np.zeros(self.people, np.uint8)
        for level in self.program.ladder[1:]:
            found += unpacked(self.plane(name, level), self.people)
        return found

    # techniques

    def standing(self, technique: str, status: str) -> Plane:
        """For whom the technique has this status."""
        low, high = (self.plane("status", technique, bit) for bit in ("low", "high"))
        place = STATUSES.index(status)
        return (low if place & 1 else self.everybody ^ low) & (high if place & 2 else self.everybody ^ high)

    def statuses(self, technique: str) -> NDArray[np.uint8]:
        """For each person the place of the technique's status in `STATUSES`."""
        low, high = (unpacked(self.plane("status", technique, bit), self.people) for bit in ("low", "high"))
        return low + 2 * high
