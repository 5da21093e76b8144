"""Asking several things on one page: checklists with "none of these", numbers, choices; and reading what was said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic.advice import knowledge
from spinepath.clinic.asked import SHEET, Asked, Box, NotAnswered, fill, said
from spinepath.engine.screens import reader_of


@dataclass
class Sheet:
    """What is asked together: a checklist, or a page of questions. `said_none` and `all_normal` are its two ticks."""

    name: str
    title: str
    kind: str
    reader: str
    asked: list[Asked]
    shown: set[str] = field(default_factory=set)
    none: str = ""
    hint: str = ""
    said_none: bool = False
    all_normal: bool = False
    fault: str = ""

    @property
    def rests(self) -> list[Box]:
        """The tick that says no to all lines of a checklist."""
        return [Box(f"none-{self.name}", f"none-{self.name}", "yes", self.none, self.said_none)]

    @property
    def ticks(self) -> list[Box]:
        """The lines of a checklist."""
        return [Box(one.id, one.field, "yes", one.item, bool(one.value)) for one in self.asked]

    @property
    def is_one_question(self) -> bool:
        """Does its title say the question already?"""
        return len(self.asked) == 1 and self.asked[0].title == self.title

    @property
    def has_typed(self) -> bool:
        """Was anything typed into it?"""
        return any(one.value or one.fault for one in self.normal_ones)

    @property
    def normal_ones(self) -> list[Asked]:
        """What one tick answers as normal, where it is left empty."""
        found = [one for one in self.asked if one.fact.normal is not None]
        return found if self.kind == "page" and len(found) > 2 else []

    @property
    def others(self) -> list[Asked]:
        """What is asked one by one."""
        normal = {one.fact.id for one in self.normal_ones}
        return [one for one in self.asked if one.fact.id not in normal]


@dataclass
class Read:
    """What was said on the page: answers as written, in whose name, and what is wrong (field, text)."""

    answers: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def by_reader(self, reader: str) -> dict[str, str]:
        """The answers of the patient, or those of a clinician."""
        return {name: value for name, value in self.answers.items() if reader_of(knowledge(), name) == reader}


def sheets_of(facts: Iterable[str]) -> list[Sheet]:
    """The facts gathered into the screens on which they are asked, in the order of the screens."""
    base = knowledge()
    gathered: dict[str, list[str]] = {}
    for name in dict.fromkeys(facts):
        question = base.question_of.get(name)
        gathered.setdefault(question.id if question else name, []).append(name)
    return sorted((_sheet(name, names) for name, names in gathered.items()), key=_order)


def _sheet(name: str, facts: list[str]) -> Sheet:
    base = knowledge()
    question = base.questions.get(name)
    if question is None:
        fact = base.facts[facts[0]]
        return Sheet(name, fact.ask or fact.name, "page", reader_of(base, fact.id), [Asked(fact, SHEET)])
    asked = [Asked(base.facts[one], SHEET) for one in question.settles if one in facts]
    return Sheet(
        name=name,
        title=question.title,
        kind=question.kind,
        reader=question.reader,
        asked=asked,
        none=question.none,
        hint=question.hint or "",
    )


def _order(sheet: Sheet) -> tuple[bool, float]:
    question = knowledge().questions.get(sheet.name)
    return (sheet.reader != "patient", question.order if question else float("inf"))


def read_sheets(sheets: Iterable[Sheet], typed: Mapping[str, str]) -> Read:
    """What was said on these sheets. What is typed stays on them, with its fault; what is left empty stays open.

    One tick answers only what stood on the page that was sent. What became open since (at midnight, by an answer given
    elsewhere) was not seen by anybody and stays open.
    """
    read = Read()
    for sheet in sheets:
        sheet.said_none, sheet.all_normal = f"none-{sheet.name}" in typed, f"normal-{sheet.name}" in typed
        sheet.shown = {one.fact.id for one in sheet.asked if f"shown-{one.fact.id}" in typed}
        if sheet.kind == "checklist":
            for one in sheet.asked:
                fill(one, typed)
            _read_checklist(sheet, read)
        else:
            _read_page(sheet, typed, read)
    return read


def _read_checklist(sheet: Sheet, read: Read) -> None:
    """Something ticked: the others were looked at and are no. Nothing ticked at all: nothing was said."""
    ticked = [one for one in sheet.asked if one.value]
    if ticked and sheet.said_none:
        sheet.fault = _("Tick what is so, or “%(none)s”, not both.") % {"none": sheet.none}
        read.faults.append((f"none-{sheet.name}", sheet.fault))
    elif ticked or sheet.said_none:
        seen = (one for one in sheet.asked if one.value or one.fact.id in sheet.shown)
        read.answers.update({one.fact.id: "yes" if one.value else "no" for one in seen})


def _read_page(sheet: Sheet, typed: Mapping[str, str], read: Read) -> None:
    normal = {one.fact.id: one.normal for one in sheet.normal_ones if sheet.all_normal and one.fact.id in sheet.shown}
    for one in sheet.asked:
        try:
            answer = said(one, typed, timezone.localdate()) or normal.get(one.fact.id)
        except NotAnswered as problem:
            read.faults.append((one.id, f"{one.fact.name}: {problem}"))
        else:
            if answer:
                read.answers[one.fact.id] = answer
