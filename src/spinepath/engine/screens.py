"""Which screen comes next: the questions that still matter, gathered into the screens on which they are asked.

An interview is a loop without a surface: `next_screen`, answer it, again. Terminal and web page both use it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal

import msgspec

from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import Outcome, evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.questions import Ask, cost_of, questions

Reader = Literal["patient", "clinician"]


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked together: the facts in reading order, for whom, and how many screens may still follow.

    `question` is the id of the screen in the knowledge base; None for a fact that is asked on its own.
    """

    question: str | None
    facts: tuple[str, ...]
    reader: Reader
    still_to_come: int


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """A whole interview: the screens shown, and what the rules said at the end."""

    screens: tuple[Screen, ...]
    outcome: Outcome

    def shown_to(self, reader: Reader) -> int:
        """How many screens this reader was shown."""
        return sum(screen.reader == reader for screen in self.screens)


def reader_of(knowledge: Knowledge, fact: str) -> Reader:
    """Who is asked for this fact."""
    question = knowledge.question_of.get(fact)
    if question is not None:
        return question.reader
    return "patient" if knowledge.facts[fact].who == "patient" else "clinician"


def next_screen(
    knowledge: Knowledge, values: Mapping[str, Value], *, answered: Collection[str] = (), reader: Reader | None = None
) -> Screen | None:
    """The screen to show next; None when nothing that could be asked matters any more.

    `answered` are facts that were asked already, even if the answer was "I do not know". With `reader` only that
    reader's screens are considered. What waits for another answer comes last; otherwise the patient's screens come
    before what a clinician must find out, and of those first what could reveal the strictest disposition, then what is
    cheapest to find out, then the order of the screens.
    """
    outcome = evaluate(knowledge, values)
    screens: dict[str, list[Ask]] = {}
    for ask in questions(knowledge, values, outcome):
        if ask.fact not in answered and reader in (None, reader_of(knowledge, ask.fact)):
            screens.setdefault(_screen_of(knowledge, ask.fact), []).append(ask)
    if not screens:
        return None
    first = min(screens.values(), key=lambda asks: _order(knowledge, asks))[0].fact
    question = knowledge.question_of.get(first)
    facts = (first,) if question is None else question.settles
    return Screen(
        question=question.id if question else None,
        facts=tuple(fact for fact in facts if values.get(fact) is None and fact not in answered),
        reader=reader_of(knowledge, first),
        still_to_come=len(screens) - 1,
    )


def _screen_of(knowledge: Knowledge, fact: str) -> str:
    question = knowledge.question_of.get(fact)
    return question.id if question else fact


def _order(knowledge: Knowledge, asks: list[Ask]) -> tuple[float, ...]:
    """Where a screen stands: like the questions on it, but the author's order counts before the number of rules."""
    question = knowledge.question_of.get(asks[0].fact)
    return (
        all(ask.waits for ask in asks),
        reader_of(knowledge, asks[0].fact) != "patient",
        -max(knowledge.strictness[ask.could_be] for ask in asks),
        min(cost_of(knowledge, ask.fact) for ask in asks),
        question.order if question else float("inf"),
        -len({rule for ask in asks for rule in ask.rules}),
    )


def walk(knowledge: Knowledge, answers: Mapping[str, Value], known: Mapping[str, Value] | None = None) -> Walk:
    """The interview of a person who would answer each question as in `answers`, and "I do not know" to the rest.

    `known` is what stands on record already, the clinic's policies among it.
    """
    values: dict[str, Value] = {**(known or {})}
    answered: set[str] = set()
    screens: list[Screen] = []
    while (screen := next_screen(knowledge, values, answered=answered)) is not None:
        screens.append(screen)
        answered.update(screen.facts)
        values.update({fact: answers[fact] for fact in screen.facts if answers.get(fact) is not None})
    return Walk(screens=tuple(screens), outcome=evaluate(knowledge, values))
