"""How many people: by disposition and bound, by rule, by technique, and by the questions that hold rules open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import numpy as np

from spinepath.backends.bits import Bits
from spinepath.backends.program import Program
from spinepath.cohort.arrow_planes import count
from spinepath.cohort.net import LEVELS, STATUSES
from spinepath.cohort.results import Results
from spinepath.cohort.tables import PERSON

Table = dict[str, dict[str, int]]
"""How many people, by two names."""


class Counts(msgspec.Struct, kw_only=True):
    """Counts of one part, or of several added up.

    `levels` by one of `LEVELS` and a disposition; `rules` by a rule and "fires" or "open"; `techniques` by a technique
    and its status; `questions` by a fact and "holds open" (an open rule that is to be settled; see `questions.py`).
    """

    people: int = 0
    deceased: int = 0
    levels: Table = msgspec.field(default_factory=dict)
    rules: Table = msgspec.field(default_factory=dict)
    techniques: Table = msgspec.field(default_factory=dict)
    questions: Table = msgspec.field(default_factory=dict)

    def add(self, other: Counts) -> None:
        """Add those of another part."""
        self.people += other.people
        self.deceased += other.deceased
        for name in TABLES:
            mine: Table = getattr(self, name)
            for one, found in getattr(other, name).items():
                before = mine.get(one, {})
                mine[one] = {status: before.get(status, 0) + people for status, people in found.items()}


TABLES = {
    "levels": ("bound", "disposition"),
    "rules": ("rule", "status"),
    "techniques": ("technique", "status"),
    "questions": ("fact", "status"),
}
"""The tables, and what the two names in each are."""


def counts_of(results: Results) -> Counts:
    """The counts of the planes of one part."""
    program = results.program
    everybody = count(results.everybody)
    found = Counts(people=everybody)
    for name in LEVELS:
        found.levels[name] = {level: count(results.at(name, level)) for level in program.ladder}
    for rule in program.rules:
        fires, clear = count(results.fires(rule.rule)), count(results.plane("clear", rule.rule))
        found.rules[rule.rule] = {"fires": fires, "open": everybody - fires - clear}
    for form in program.techniques:
        of = form.technique
        found.techniques[of] = {status: count(results.standing(of, status)) for status in STATUSES}
    for fact in results.questions():
        found.questions[fact] = {"holds open": count(results.plane("holds open", fact))}
    return found


def counts_of_rows(program: Program, table: Any) -> Counts:
    """The same of a table of results as `Script.answers` gives it; it cannot tell the questions."""
    found = Counts(people=len(table.column(PERSON)))
    for name in LEVELS:
        found.levels[name] = _count_words(table.column(name), program.ladder)
    for form in program.techniques:
        found.techniques[form.technique] = _count_words(table.column(form.technique), STATUSES)
    bits = Bits([rule.rule for rule in program.rules])
    fired, opened = (
        [table.column(f"{prefix}_{word}").to_numpy() for word in range(bits.count)] for prefix in ("fired", "open")
    )
    for rule in bits.rules:
        word, bit = bits.place(rule)
        fires, is_open = (int(np.count_nonzero(words[word] & bit)) for words in (fired, opened))
        found.rules[rule] = {"fires": fires, "open": is_open}
    return found


def _count_words(column: Any, words: Iterable[str]) -> dict[str, int]:
    counted = {one["values"]: one["counts"] for one in column.value_counts().to_pylist()}
    return {word: counted.get(word, 0) for word in words}


def as_tables(counts: Counts, told: Callable[[str], str]) -> dict[str, list[dict[str, Any]]]:
    """Each table as rows: the two names and `people`, and `told`, the words that the knowledge base has for the first.

    Questions stand in the order of the people they hold back, the other tables in the order of the knowledge base.
    """
    made = {}
    for name, (first, second) in TABLES.items():
        table: Table = getattr(counts, name)
        rows: list[dict[str, Any]] = [
            {first: one, second: other, "people": people, "told": told(one)}
            for one, found in table.items()
            for other, people in found.items()
        ]
        made[name] = sorted(rows, key=_people, reverse=True) if name == "questions" else rows
    return made


def _people(row: dict[str, Any]) -> int:
    return int(row["people"])
