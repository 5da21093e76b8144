"""The questions for people as staff see them: all lines of a screen at once, what is open, and who said what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext as _

from spinepath.clinic import advice, written
from spinepath.clinic.ask.sitting import in_order, screen_of
from spinepath.clinic.asked import ROW, Asked, NotAnswered, said
from spinepath.clinic.models import Episode
from spinepath.engine.entries import Question
from spinepath.engine.evaluate import Outcome
from spinepath.engine.findings import Standing
from spinepath.engine.questions import Ask
from spinepath.engine.screens import reader_of
from spinepath.engine.values import write_value


@dataclass
class Row:
    """One line: what counts of it now, all that was said, and what a member types."""

    line: Asked
    standing: Standing | None
    said: list[written.Row]
    ask: Ask | None

    @property
    def value(self) -> str:
        """What counts now, as written; empty where nothing does."""
        known = self.standing is not None and self.standing.value is not None
        return write_value(self.standing.value) if known and self.standing else ""

    @property
    def disagrees(self) -> bool:
        """Did people or sources say different things, and nobody settled it?"""
        return bool(self.standing and self.standing.disagreeing)

    @property
    def is_calm(self) -> bool:
        """Was yes or no said once, and is it not the answer that the knowledge base calls dangerous?"""
        fact, said = self.line.fact, [one.value for one in self.said]
        if fact.answer != "yes_no" or len(said) != 1 or said[0] not in ("yes", "no"):
            return False
        return said[0] not in (("yes",) if fact.danger is None else fact.danger)


@dataclass(frozen=True)
class Calm:
    """Lines with the same calm answer of the same person at the same time; `one` is the first of the findings."""

    one: written.Row
    counts: bool
    rows: list[Row]


@dataclass
class Group:
    """One screen with all its lines."""

    screen: str
    question: Question | None
    rows: list[Row]
    fault: str = ""

    @property
    def title(self) -> str:
        """What is asked."""
        return self.question.title if self.question else self.rows[0].line.asks

    @property
    def place(self) -> str:
        """Its name in an address."""
        return place_of(self.screen)

    @property
    def open(self) -> int:
        """How many lines could still change what is done."""
        return sum(row.ask is not None for row in self.rows)

    @property
    def is_checklist(self) -> bool:
        """Are all lines yes or no, with one act for the rest?"""
        return self.question is not None and self.question.kind == "checklist"

    @property
    def rest(self) -> str:
        """The act that answers all lines that are left; empty where there is none."""
        if self.is_checklist and self.question:
            return self.question.none
        return _("All normal") if any(row.line.fact.normal is not None for row in self.rows) else ""

    @property
    def worth_a_look(self) -> list[Row]:
        """The lines that need a line of their own: what is not calm, was said twice, or is not known."""
        return [row for row in self.rows if not row.is_calm]

    @property
    def calm(self) -> list[Calm]:
        """All other lines, those together that the same person answered alike at the same time."""
        found: dict[tuple[str, str, str, str, bool], Calm] = {}
        for row in self.rows:
            if row.is_calm:
                one = row.said[0]
                alike = (one.value, one.source, one.by, f"{one.at:%Y%m%d%H%M}", bool(row.value))
                found.setdefault(alike, Calm(one, bool(row.value), [])).rows.append(row)
        return list(found.values())

    @property
    def faults(self) -> list[tuple[str, str]]:
        """What is wrong, with its field."""
        whole = [("", self.fault)] if self.fault else []
        return whole + [(row.line.id, row.line.fault) for row in self.rows if row.line.fault]

    def answer_of_rest(self, row: Row) -> str | None:
        """What the act for the rest says of a line; None where it says nothing."""
        if row.value:
            return None
        return "no" if self.is_checklist else row.line.fact.normal


def place_of(screen: str) -> str:
    """A name for an address that does not say which question it is."""
    return hashlib.sha256(screen.encode()).hexdigest()[:10]


@dataclass
class Asking:
    """An episode's questions for people, as of now."""

    episode: Episode

    @cached_property
    def now(self) -> datetime:
        """The moment by the clinic's clock."""
        return advice.clock_of(self.episode)

    @cached_property
    def said(self) -> dict[str, list[written.Row]]:
        """What was said of each fact, newest first, corrections and what they correct among it."""
        found: dict[str, list[written.Row]] = {}
        for row in reversed(written.rows_of(self.episode)):
            found.setdefault(row.fact, []).append(row)
        return found

    @cached_property
    def corrected(self) -> frozenset[int]:
        """The rows that a later one corrects."""
        return frozenset(row.corrects_id for row in written.rows_of(self.episode) if row.corrects_id)

    @cached_property
    def _state(self) -> tuple[Mapping[str, Standing], Outcome, dict[str, Ask]]:
        values, outcome = advice.values_of(self.episode, self.now), advice.outcome_of(self.episode, self.now)
        asks = {ask.fact: ask for ask in advice.rules().questions(values)}
        return advice.standings_of(self.episode, self.now), outcome, asks

    @property
    def outcome(self) -> Outcome:
        """What the rules say now."""
        return self._state[1]

    @property
    def asks(self) -> dict[str, Ask]:
        """The open questions that people can answer, gravest first."""
        return {name: ask for name, ask in self._state[2].items() if reader_of(advice.knowledge(), name) == "patient"}

    @cached_property
    def open(self) -> list[Group]:
        """The screens with open questions, in the order to ask them."""
        return [self.group(screen) for screen in dict.fromkeys(screen_of(name) for name in self.asks)]

    @cached_property
    def others(self) -> list[Group]:
        """All other screens of people that staff may fill in."""
        shown = {group.screen for group in self.open}
        screens = [one for one in advice.knowledge().questions.values() if one.reader == "patient"]
        return [self.group(one.id) for one in sorted(screens, key=lambda one: one.order) if one.id not in shown]

    @cached_property
    def answered(self) -> list[Group]:
        """The screens of which something was said, in the order of the screens."""
        base = advice.knowledge()
        found = dict.fromkeys(screen_of(name) for name in base.facts if name in self.said)
        named = [name for name in found if _reader_of_screen(name) == "patient"]
        named.sort(key=lambda name: base.questions[name].order if name in base.questions else float("inf"))
        groups = [self.group(name) for name in named]
        return [Group(one.screen, one.question, [row for row in one.rows if row.said]) for one in groups]

    @property
    def disagreeing(self) -> list[Row]:
        """The lines of which different things were said."""
        return [row for group in self.answered for row in group.rows if row.disagrees]

    def group(self, screen: str) -> Group:
        """The screen with its lines as they stand."""
        question = advice.knowledge().questions.get(screen)
        facts = question.settles if question else (screen,)
        stands, _outcome, asks = self._state
        rows = [
            Row(Asked(advice.knowledge().facts[name], ROW), stands.get(name), self.said.get(name, []), asks.get(name))
            for name in in_order(screen, facts)
        ]
        return Group(screen, question, rows)

    def group_at(self, place: str) -> Group | None:
        """The screen with this name in an address, if people are asked on it."""
        base = advice.knowledge()
        alone = (name for name in base.asked_facts if name not in base.question_of)
        for screen in (*base.questions, *alone):
            if place_of(screen) == place and _reader_of_screen(screen) == "patient":
                return self.group(screen)
        return None

    def last(self) -> int:
        """The newest finding: what somebody who opened a page has seen."""
        return max((row.pk for rows in self.said.values() for row in rows), default=0)


def _reader_of_screen(screen: str) -> str:
    question = advice.knowledge().questions.get(screen)
    return question.reader if question else reader_of(advice.knowledge(), screen)


def read_group(group: Group, sent: QueryDict, today: date) -> dict[str, str]:
    """The answers of those lines that were filled in, and of the rest where that was chosen. Faults go to the lines.

    The rest are lines that were open on the page that was sent. What became open since (at midnight, say) showed
    another answer there: nobody said that it is no longer so, and it stays open.
    """
    answers: dict[str, str] = {}
    was_open = set(sent.getlist("open"))
    for row in group.rows:
        try:
            answer = said(row.line, sent, today)
        except NotAnswered:
            continue  # its fault stands in the line
        if answer is None and "rest" in sent and row.line.fact.id in was_open:
            answer = group.answer_of_rest(row)
        if answer is not None:
            answers[row.line.fact.id] = answer
    return answers


def added_since(group: Group, seen: int, answers: Mapping[str, str]) -> list[written.Row]:
    """What others added about these lines since a page was opened, where it says something else."""
    newer = [row for one in group.rows for row in one.said if row.pk > seen]
    return [row for row in newer if row.fact in answers and row.value != answers[row.fact]]


def not_said_again(group: Group, seen: int, answers: Mapping[str, str], by: str) -> dict[str, str]:
    """The answers without those that the same member has just sent already."""
    sent = {(row.fact, row.value) for one in group.rows for row in one.said if row.pk > seen and row.by == by}
    return {name: value for name, value in answers.items() if (name, value) not in sent}


def facts_of(rows: Iterable[Row]) -> list[str]:
    """The facts of the lines."""
    return [row.line.fact.id for row in rows]
