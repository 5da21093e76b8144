"""The lines of a screen as a form, and what somebody sent of it as answers: for people, who answer every line.

`unknown` is an answer like any other. What was typed stays, whatever was wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from spinepath.clinic.advice import knowledge
from spinepath.engine.entries import Fact, Question
from spinepath.engine.values import DAYS_IN, NotAValue, read_value
from spinepath.engine.words import number_words, scale_words

NONE, UNKNOWN = "none", "unknown"
_MOST_STEPS = 10
"""A number with no more steps than these is chosen, not typed."""


@dataclass
class Line:
    """One question on a page: its fact, what stands or was typed, and what is wrong with it."""

    fact: Fact
    value: str = ""
    since: str = ""
    unit: str = ""
    fault: str = ""

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"a-{self.fact.id}"

    @property
    def asks(self) -> str:
        """The question in words."""
        return self.fact.ask or self.fact.name

    @property
    def item(self) -> str:
        """The question as a line of a checklist."""
        return self.fact.item or self.asks

    @property
    def kind(self) -> str:
        """How it is answered: `choice`, `steps` (of a short scale) or `number`."""
        if self.fact.answer != "number":
            return "choice"
        return "steps" if self._steps() and (not self.value or self.value in (*self._steps(), UNKNOWN)) else "number"

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen: the word that is sent, and its label."""
        if self.fact.answer == "yes_no":
            return [("yes", _("Yes")), ("no", _("No"))]
        return [(step, step) for step in self._steps()] if self.kind == "steps" else list(self.fact.values.items())

    @property
    def scale(self) -> str:
        """What the numbers mean."""
        return scale_words(knowledge(), self.fact)

    @property
    def units(self) -> list[str]:
        """In what a time may be given."""
        return list(DAYS_IN) if self.fact.grows and self.fact.unit in DAYS_IN else []

    def _steps(self) -> list[str]:
        low, high = self.fact.least, self.fact.most
        if low is None or high is None or high - low > _MOST_STEPS or self.fact.grows:
            return []
        return [str(step) for step in range(int(low), int(high) + 1)]


@dataclass
class Sheet:
    """A page of questions. `ticked`, `unsure` and `rest` are what is chosen on a checklist."""

    screen: str
    lines: list[Line]
    question: Question | None = None
    ticked: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    rest: str = ""
    fault: str = ""

    @property
    def is_checklist(self) -> bool:
        """Are the lines ticked, with one answer for the rest?"""
        return self.question is not None and self.question.kind == "checklist"

    @property
    def title(self) -> str:
        """What is asked on this page."""
        return self.question.title if self.question else self.lines[0].asks

    @property
    def facts(self) -> str:
        """The facts of the page, as the form sends them back."""
        return ",".join(line.fact.id for line in self.lines)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """All that is wrong, with the field to which each belongs."""
        whole = [("checklist", self.fault)] if self.fault else []
        return whole + [(line.field, line.fault) for line in self.lines if line.fault]


def sheet_of(screen: str, facts: Iterable[str], kept: Mapping[str, str]) -> Sheet:
    """The page of these facts, with what is `kept` of each as written."""
    found = knowledge()
    lines = [Line(found.facts[name], value=kept.get(name, "")) for name in facts]
    sheet = Sheet(screen, lines, question=found.questions.get(screen))
    if sheet.is_checklist:
        sheet.ticked = {str(line.fact.id) for line in lines if line.value == "yes"}
        unknown = {str(line.fact.id) for line in lines if line.value == UNKNOWN}
        rest = {line.value for line in lines} - {"yes"}
        sheet.rest = UNKNOWN if rest == {UNKNOWN} else NONE if "no" in rest and not sheet.ticked else ""
        sheet.unsure = set() if sheet.rest == UNKNOWN else unknown
    return sheet


def read_sheet(sheet: Sheet, sent: QueryDict, today: date) -> dict[str, str]:
    """The answers that were sent; faults are written into the sheet, and then the answers are not to be kept."""
    return _read_checklist(sheet, sent) if sheet.is_checklist else _read_lines(sheet, sent, today)


# a checklist


def _read_checklist(sheet: Sheet, sent: QueryDict) -> dict[str, str]:
    names = [line.fact.id for line in sheet.lines]
    sheet.ticked = set(sent.getlist("ticked")).intersection(names)
    sheet.unsure = set(sent.getlist("unsure")).intersection(names)
    rests = [rest for rest in sent.getlist("rest") if rest in (NONE, UNKNOWN)]
    sheet.rest = rests[0] if len(set(rests)) == 1 else ""
    sheet.fault = _fault_of_checklist(sheet, rests)
    others = UNKNOWN if sheet.rest == UNKNOWN else "no"
    return {name: "yes" if name in sheet.ticked else UNKNOWN if name in sheet.unsure else others for name in names}


def _fault_of_checklist(sheet: Sheet, rests: list[str]) -> str:
    none = sheet.question.none if sheet.question else ""
    if sheet.ticked and NONE in rests:
        return _("You ticked something and “%(none)s”. Take one of the two away.") % {"none": none}
    if len(set(rests)) > 1:
        return _("Choose “%(none)s” or “I do not know”, not both.") % {"none": none}
    if sheet.ticked & sheet.unsure:
        return _("You ticked something and also marked it as not sure. Take one of the two away.")
    if not sheet.ticked and not rests:
        return _("Tick what applies to you, or choose “%(none)s” or “I do not know”.") % {"none": none}
    return ""


# lines, each with its own answer


def _read_lines(sheet: Sheet, sent: QueryDict, today: date) -> dict[str, str]:
    answers: dict[str, str] = {}
    for line in sheet.lines:
        line.fault = ""
        try:
            answers[line.fact.id] = read_line(line, sent, today)
        except NotAnswered as problem:
            line.fault = str(problem)
    return answers


class NotAnswered(Exception):
    """What was sent for a line is no answer; the text says what to do, and repeats nothing that was typed."""


def read_line(line: Line, sent: QueryDict, today: date) -> str:
    """The answer to one line, as it is written in a record. Raises NotAnswered."""
    fact = line.fact
    typed = " ".join(sent.get(line.field, "").split())[:40]
    line.value, line.since = typed, sent.get(f"{line.field}-since", "").strip()[:20]
    line.unit = sent.get(f"{line.field}-unit", "")
    is_unknown = UNKNOWN in (typed, sent.get(f"{line.field}-unknown", ""))
    if is_unknown:
        if line.kind == "number" and (line.since or typed not in ("", UNKNOWN)):
            raise NotAnswered(_("You gave an answer and “I do not know”. Take one of the two away."))
        line.value = UNKNOWN
        return UNKNOWN
    if not typed and not line.since:
        raise NotAnswered(
            _("Choose an answer, or “I do not know”.") if line.fact.answer != "number" else _unanswered(line)
        )
    return _since(line, today) if line.since else _typed(line, fact, typed, today)


def _unanswered(line: Line) -> str:
    return _("Give a number, or choose “I do not know”: %(asks)s") % {"asks": line.asks}


def _since(line: Line, today: date) -> str:
    if line.value:
        raise NotAnswered(_("Give a number or a date, not both."))
    try:
        read_value(line.fact, line.since, on=today)
        if line.fact.grows and re.fullmatch(r"\d{4}-\d\d-\d\d", line.since):
            return line.since
    except NotAValue:
        pass
    raise NotAnswered(_("Give a date up to today, with day, month and year, that can be right here."))


def _typed(line: Line, fact: Fact, typed: str, today: date) -> str:
    number = typed.replace(",", ".") if fact.answer == "number" else typed
    try:
        if fact.answer == "number" and line.unit in line.units and line.unit != fact.unit:
            return _in_unit(fact, number, line.unit)
        read_value(fact, number, on=today)
    except NotAValue as problem:
        raise NotAnswered(_range_of(fact)) from problem
    if fact.answer == "number" and not re.fullmatch(r"-?[0-9.]+", number):
        raise NotAnswered(_range_of(fact))  # a date or a unit in the field of a number
    return number


def _in_unit(fact: Fact, number: str, unit: str) -> str:
    """A time given in another unit than that of the fact, in whole ones of its own."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", number):
        raise NotAValue("", "")
    own = str(int(float(number) * DAYS_IN[unit] / DAYS_IN[fact.unit or "days"]))
    read_value(fact, own)
    return own


def _range_of(fact: Fact) -> str:
    """What may be typed."""
    if fact.answer != "number":
        return _("Choose one of the answers.")
    if fact.least is None or fact.most is None:
        return _("Give a number (%(unit)s).") % {"unit": fact.unit}
    told = {"least": number_words(fact.least), "most": number_words(fact.most), "unit": fact.unit}
    return _("Give a number from %(least)s to %(most)s (%(unit)s).") % told
