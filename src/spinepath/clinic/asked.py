"""One fact as it is asked on a page: with what it is answered, what stands there, what is wrong; and what was said.

Every room asks in a look of its own. A new kind of answer needs a control here, its branch in `parts/answer.html`, and
its reading in `said`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from spinepath.clinic.advice import knowledge
from spinepath.engine.entries import Fact
from spinepath.engine.values import DAYS_IN, NotAValue, read_value, write_value
from spinepath.engine.words import number_words, scale_words

UNKNOWN = "unknown"
RADIOS, PICKS, SELECT, NUMBER = "radios", "picks", "select", "number"
"""The controls: one below the other, in a row of buttons, in a list that opens, a number that is typed."""

_MOST_STEPS = 10
"""A number with no more steps than these may be chosen instead of typed."""
_LONGEST = 120
_PLAIN = re.compile(r"-?[0-9.]+")


@dataclass(frozen=True)
class Look:
    """How a room asks: how its fields are called, what is chosen with what, what "I do not know" is called.

    Where `unknown` is empty nobody is offered it: what is left empty is not known. The questions `of_person` are those
    to which "I do not know" is an answer for numbers too.
    """

    name: str
    field: str
    yes_no: str
    choice: str
    steps: str
    unknown: Promise | str = ""
    id: str = ""
    of_person: bool = False


PERSON = Look("person", "a-", RADIOS, RADIOS, PICKS, lazy("I do not know"), of_person=True)
"""A person answers: large, one question below the other."""
ROW = Look("row", "a-", PICKS, PICKS, PICKS, lazy("unknown"), of_person=True)
"""Staff fill in a whole screen of a person's questions, a line for each."""
SHEET = Look("sheet", "f-", RADIOS, RADIOS, NUMBER)
"""Several things are asked again on a page that is about something else."""
EXAM = Look("exam", "", RADIOS, SELECT, SELECT, lazy("Not known"), id="f-")
"""A line of an examination."""
CELL = Look("cell", "", SELECT, SELECT, SELECT, "?", id="f-")
"""A place in a table of an examination."""
MENDED = Look("sheet", "", RADIOS, RADIOS, NUMBER, lazy("not known"), of_person=True)
"""One finding that is set right."""


@dataclass(frozen=True)
class Option:
    """One answer that can be chosen; `is_own` where its words are the knowledge base's."""

    value: str
    label: str
    is_own: bool = False


@dataclass(frozen=True)
class Box:
    """One line to tick: its field, what is sent, its words and what they mean."""

    id: str
    field: str
    value: str
    label: str
    is_ticked: bool
    hint: str = ""
    is_own: bool = True


@dataclass(frozen=True)
class Last:
    """What was found last: in words, when, by whom, and whether it still counts."""

    words: str
    at: datetime
    by: str
    counts: bool
    short: str


@dataclass
class Asked:
    """A fact on a page: `value`, `unit` and `since` are what stands there, `fault` what is wrong with it.

    `called` is the name of its field on a page that asks for nothing else.
    """

    fact: Fact
    look: Look
    value: str = ""
    unit: str = ""
    since: str = ""
    fault: str = ""
    last: Last | None = None
    matters: bool = False
    called: str = ""

    @property
    def field(self) -> str:
        """The name of its field."""
        return self.called or f"{self.look.field}{self.fact.id}"

    @property
    def id(self) -> str:
        """The id of its first field: where a fault leads to."""
        return self.called or f"{self.look.id or self.look.field}{self.fact.id}"

    @property
    def asks(self) -> str:
        """The question in words."""
        return self.fact.ask or self.fact.name

    @property
    def item(self) -> str:
        """The question as a line of a checklist."""
        return self.fact.item or (self.fact.name if self.look is SHEET else self.asks)

    @property
    def title(self) -> str:
        """What stands first: the question, or what it is about where clinicians examine."""
        return self.fact.name if self.look is EXAM else self.asks

    @property
    def hint(self) -> str:
        """What stands under it; what a number may be is no hint but its `range`."""
        if self.look is SHEET:
            return ""
        parts = (self.fact.ask, self.fact.hint) if self.look is EXAM else (self.fact.hint,)
        return " ".join(part for part in parts if part)

    @property
    def control(self) -> str:
        """With what it is answered: RADIOS, PICKS, SELECT or NUMBER."""
        if self.fact.answer == "yes_no":
            return self.look.yes_no
        if self.fact.answer == "choice":
            return self.look.choice
        return self.look.steps if self._steps() and self._fits_steps() else NUMBER

    @property
    def options(self) -> list[Option]:
        """What can be chosen, "I do not know" last; nothing where a number is typed."""
        if self.control == NUMBER:
            return []
        unknown = [Option(UNKNOWN, str(self.look.unknown))] if self.look.unknown else []
        return [*self._answers(), *unknown]

    def _answers(self) -> list[Option]:
        if self.fact.answer == "yes_no":
            return [Option("yes", _("Yes")), Option("no", _("No"))]
        if self.fact.answer == "choice":
            return [Option(str(word), label, is_own=True) for word, label in self.fact.values.items()]
        return [Option(step, self._step_words(step, meaning), is_own=True) for step, meaning in self._steps().items()]

    def _steps(self) -> Mapping[str, str]:
        """The steps of a short scale, each with what it means; none where a number is typed."""
        low, high, levels = self.fact.least, self.fact.most, self.levels
        if self.look.steps == NUMBER or low is None or high is None or high - low > _MOST_STEPS or self.fact.grows:
            return {}
        if not levels and self.look.steps == SELECT:
            return {}  # a score with parts of points
        return levels or {str(step): "" for step in range(int(low), int(high) + 1)}

    @property
    def levels(self) -> dict[str, str]:
        """The levels of its scale, each with what it means."""
        found = knowledge().scales[self.fact.scale].levels if self.fact.scale else ()
        return {write_value((self.fact.least or 0) + place): level.meaning for place, level in enumerate(found)}

    def _step_words(self, step: str, meaning: str) -> str:
        return f"{step} – {meaning}" if meaning and self.look is EXAM else step

    def _fits_steps(self) -> bool:
        """Can what stands there be chosen? Where it is a button, what was typed elsewhere must not be lost."""
        return self.look.steps == SELECT or not self.value or self.value in (*self._steps(), UNKNOWN)

    @property
    def is_inline(self) -> bool:
        """Do its radios stand beside each other?"""
        return self.fact.answer == "yes_no" or (self.look is not PERSON and len(self.options) < 4)

    @property
    def is_single(self) -> bool:
        """Is it one field, which has a label, and not a group, which has a legend?"""
        return self.control == SELECT or (self.control == NUMBER and not self.units and not self.look.of_person)

    @property
    def is_odd(self) -> bool:
        """Was something sent that cannot be chosen?"""
        return bool(self.value) and self.value not in {option.value for option in self.options}

    @property
    def normal(self) -> str:
        """The answer that is nothing unusual; empty when there is none."""
        return self.fact.normal or ""

    @property
    def scale(self) -> str:
        """What the numbers mean."""
        return scale_words(knowledge(), self.fact)

    @property
    def range(self) -> str:
        """What may be typed: the levels, or the least, the most and the unit."""
        if self.fact.answer != "number" or self.fact.least is None or self.fact.most is None:
            return self.scale
        span = f"{number_words(self.fact.least)} – {number_words(self.fact.most)}"
        is_said = (self.fact.unit or "").endswith(f" {number_words(self.fact.most)}")  # such as "of 10"
        return self.scale or (span if is_said else f"{span} {self.fact.unit}")

    @property
    def units(self) -> list[str]:
        """In what a time may be given."""
        return list(DAYS_IN) if self.fact.grows and self.fact.unit in DAYS_IN else []

    @property
    def unit_shown(self) -> str:
        """The unit that stands chosen."""
        return self.unit if self.unit in self.units else self.fact.unit or ""


# what was said


class NotAnswered(Exception):
    """What was sent is no answer; the text says what to do, and repeats nothing that was typed."""


def fill(asked: Asked, sent: Mapping[str, str]) -> None:
    """Let what was sent stand on the page, whatever is wrong with it."""
    asked.value = " ".join(str(sent.get(asked.field, "")).split())[:_LONGEST]
    asked.unit = str(sent.get(f"{asked.field}-unit", ""))
    asked.since = str(sent.get(f"{asked.field}-since", "")).strip()[:20]
    if UNKNOWN in (asked.value, sent.get(f"{asked.field}-{UNKNOWN}", "")):
        if asked.value not in ("", UNKNOWN) or asked.since:
            asked.fault = _("You gave an answer and “I do not know”. Take one of the two away.")
        else:
            asked.value = UNKNOWN


def said(asked: Asked, sent: Mapping[str, str], today: date) -> str | None:
    """The answer as it is written in a record; None where nothing was said. Raises NotAnswered.

    What was sent stands on the page afterwards, with its fault.
    """
    asked.fault = ""
    fill(asked, sent)
    try:
        if asked.fault:
            raise NotAnswered(asked.fault)
        if asked.since:
            return _since(asked, today)
        return _read(asked, today) if asked.value else None
    except NotAnswered as problem:
        asked.fault = str(problem)
        raise


def _since(asked: Asked, today: date) -> str:
    if asked.value:
        raise NotAnswered(_("Give a number or a date, not both."))
    try:
        if asked.fact.grows and re.fullmatch(r"\d{4}-\d\d-\d\d", asked.since):
            return write_value(read_value(asked.fact, asked.since, on=today))
    except NotAValue:
        pass
    raise NotAnswered(_("Give a date up to today, with day, month and year, that can be right here."))


def _read(asked: Asked, today: date) -> str:
    fact, written = asked.fact, asked.value
    if fact.answer == "number" and written != UNKNOWN:
        written = written.replace(",", ".")
        if not _PLAIN.fullmatch(written):
            raise NotAnswered(_range_of(asked))  # a date or a unit in the field of a number
    try:
        if fact.answer == "number" and asked.unit in asked.units and asked.unit != fact.unit and written != UNKNOWN:
            written = _in_own_unit(asked, written)
        return write_value(read_value(fact, written, on=today))
    except NotAValue as problem:
        raise NotAnswered(_range_of(asked)) from problem


def _in_own_unit(asked: Asked, number: str) -> str:
    """A time given in another unit than that of the fact, in whole ones of its own."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", number):
        raise NotAValue("", "")
    return str(int(float(number) * DAYS_IN[asked.unit] / DAYS_IN[asked.fact.unit or "days"]))


def _range_of(asked: Asked) -> str:
    """What can be said instead."""
    fact = asked.fact
    if fact.answer != "number":
        return _("Choose one of the answers.")
    if fact.least is None or fact.most is None:
        return _("Give a number (%(unit)s).") % {"unit": fact.unit}
    told = {"least": number_words(fact.least), "most": number_words(fact.most), "unit": fact.unit}
    return _("Give a number from %(least)s to %(most)s (%(unit)s).") % told
