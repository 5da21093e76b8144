"""Asking several things on one page: checklists with "none of these", numbers, choices; and reading what was said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic.advice import knowledge
from spinepath.engine.entries import Fact
from spinepath.engine.screens import reader_of
from spinepath.engine.values import NotAValue, read_value, write_value
from spinepath.engine.words import scale_words


@dataclass
class Asked:
    """One fact as it stands on the page: how it is asked, what was typed, what is wrong with it."""

    fact: Fact
    typed: str = ""
    fault: str = ""
    was_shown: bool = False

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"f-{self.fact.id}"

    @property
    def says(self) -> str:
        """The question in plain words."""
        return self.fact.ask or self.fact.name

    @property
    def line(self) -> str:
        """The same as a line of a checklist."""
        return self.fact.item or self.fact.name

    @property
    def options(self) -> list[tuple[str, str]]:
        """What can be chosen: value and words; empty for a number."""
        if self.fact.answer == "yes_no":
            return [("yes", _("Yes")), ("no", _("No"))]
        return [(str(word), label) for word, label in self.fact.values.items()]

    @property
    def hint(self) -> str:
        """The unit and range of a number, or the levels of its scale."""
        if self.fact.answer != "number":
            return self.fact.hint or ""
        levels = scale_words(knowledge(), self.fact)
        if levels:
            return levels
        span = f"{self.fact.least:g} – {self.fact.most:g}"
        said_by_unit = (self.fact.unit or "").endswith(f" {self.fact.most:g}")  # such as "of 10"
        return span if said_by_unit else f"{span} {self.fact.unit}"


@dataclass
class Sheet:
    """What is asked together: a checklist, or a page of questions. `said_none` and `all_normal` are its two ticks."""

    name: str
    title: str
    kind: str
    reader: str
    asked: list[Asked]
    none: str = ""
    hint: str = ""
    said_none: bool = False
    all_normal: bool = False
    fault: str = ""

    @property
    def has_typed(self) -> bool:
        """Was anything typed into it?"""
        return any(one.typed or one.fault for one in self.normal_ones)

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
        return Sheet(name, fact.ask or fact.name, "page", reader_of(base, fact.id), [Asked(fact)])
    asked = [Asked(base.facts[one]) for one in question.settles if one in facts]
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
        for one in sheet.asked:
            one.typed = typed.get(one.name, "").strip()[:200]
            one.was_shown = f"shown-{one.fact.id}" in typed
        if sheet.kind == "checklist":
            _read_checklist(sheet, read)
        else:
            _read_page(sheet, read)
    return read


def _read_checklist(sheet: Sheet, read: Read) -> None:
    """Something ticked: the others were looked at and are no. Nothing ticked at all: nothing was said."""
    ticked = [one for one in sheet.asked if one.typed]
    if ticked and sheet.said_none:
        sheet.fault = _("Tick what is so, or “%(none)s”, not both.") % {"none": sheet.none}
        read.faults.append((f"none-{sheet.name}", sheet.fault))
    elif ticked or sheet.said_none:
        seen = (one for one in sheet.asked if one.typed or one.was_shown)
        read.answers.update({one.fact.id: "yes" if one.typed else "no" for one in seen})


def _read_page(sheet: Sheet, read: Read) -> None:
    for one in sheet.asked:
        is_normal = sheet.all_normal and one.was_shown and one in sheet.normal_ones
        written = one.typed or (one.fact.normal if is_normal else "") or ""
        if not written:
            continue
        try:
            value = read_value(one.fact, written.replace(",", "."), on=timezone.localdate())
        except NotAValue:
            one.fault = _wrong(one)
            read.faults.append((one.name, one.fault))
        else:
            read.answers[one.fact.id] = write_value(value)


def _wrong(one: Asked) -> str:
    """What to write instead, without repeating what was typed."""
    if one.fact.answer == "number":
        least, most = f"{one.fact.least:g}", f"{one.fact.most:g}"
        says = _("%(name)s: write a number from %(least)s to %(most)s.")
        return says % {"name": one.fact.name, "least": least, "most": most}
    return _("%(name)s: choose one of the answers.") % {"name": one.fact.name}
