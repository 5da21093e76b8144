"""The lines of a screen as a form, and what somebody sent of it as answers: for people, who answer every line.

`unknown` is an answer like any other. What was typed stays, whatever was wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from spinepath.clinic.advice import knowledge
from spinepath.clinic.asked import PERSON, UNKNOWN, Asked, Box, NotAnswered, said
from spinepath.engine.entries import Question

NONE = "none"


@dataclass
class Sheet:
    """A page of questions. `ticked`, `unsure` and `rest` are what is chosen on a checklist."""

    screen: str
    lines: list[Asked]
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
    def ticks(self) -> list[Box]:
        """The lines of a checklist."""
        return [Box(line.id, "ticked", line.fact.id, line.item, line.fact.id in self.ticked) for line in self.lines]

    @property
    def rests(self) -> list[Box]:
        """What can be said of all lines that are not ticked."""
        none, about = self.question.none if self.question else "", _("About everything that you did not tick.")
        return [
            Box("rest-none", "rest", NONE, none, self.rest == NONE),
            Box("rest-unknown", "rest", UNKNOWN, _("I do not know"), self.rest == UNKNOWN, about, is_own=False),
        ]

    @property
    def doubts(self) -> list[Box]:
        """The lines once more, for those of which somebody is not sure."""
        return [
            Box(f"{line.id}-unsure", "unsure", line.fact.id, line.item, line.fact.id in self.unsure)
            for line in self.lines
        ]

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
        return whole + [(line.id, line.fault) for line in self.lines if line.fault]


def sheet_of(screen: str, facts: Iterable[str], kept: Mapping[str, str]) -> Sheet:
    """The page of these facts, with what is `kept` of each as written."""
    found = knowledge()
    lines = [Asked(found.facts[name], PERSON, value=kept.get(name, "")) for name in facts]
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
        with suppress(NotAnswered):  # its fault stands in the line
            answers[line.fact.id] = read_line(line, sent, today)
    return answers


def read_line(line: Asked, sent: QueryDict, today: date) -> str:
    """The answer to one line, as it is written in a record: `unknown` is one, nothing is none. Raises NotAnswered."""
    answer = said(line, sent, today)
    if answer is None:
        line.fault = _unanswered(line)
        raise NotAnswered(line.fault)
    return answer


def _unanswered(line: Asked) -> str:
    if line.fact.answer != "number":
        return _("Choose an answer, or “I do not know”.")
    return _("Give a number, or choose “I do not know”: %(asks)s") % {"asks": line.asks}
