"""What a clinician examines on one page: lines and grids of a screen of the knowledge base, with what was found last.

A screen is cut into its titled parts. Facts that exist for the left and the right stand in one row. What nobody looked
at is empty, which is not the same as normal.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from spinepath.clinic import advice
from spinepath.clinic.asked import CELL, EXAM, Asked, Last, Look, fill
from spinepath.clinic.models import Episode
from spinepath.clinic.templatetags.spinepath import value_words
from spinepath.engine.conditions import Value
from spinepath.engine.entries import Fact, Question
from spinepath.engine.evaluate import Outcome
from spinepath.engine.findings import Finding, Standing
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.questions import Ask
from spinepath.engine.symmetry import mirrored
from spinepath.engine.values import write_value

OTHER = "other"
"""The name of the sheet with everything that stands on no screen."""

_SIDE = re.compile(r",? (?:on the )?(?:left|right)\b(?!,)|,? (?:on the )?(?:left|right)(?=,)")
_HOW = {
    "ask": gettext_lazy("Asked by a clinician"),
    "look_up": gettext_lazy("From records"),
    "examine": gettext_lazy("Examined"),
    "measure": gettext_lazy("Measured"),
    "image": gettext_lazy("From images"),
}


# what is known now


@dataclass(frozen=True)
class Picture:
    """What is known of an episode at a moment, and what is worth finding out."""

    now: datetime
    standings: Mapping[str, Standing]
    values: Mapping[str, Value]
    outcome: Outcome
    asks: tuple[Ask, ...]

    @property
    def asked(self) -> dict[str, Ask]:
        """The facts that can still change the advice."""
        return {ask.fact: ask for ask in self.asks}

    def last(self, fact: str) -> Finding | None:
        """The newest finding of the fact, whether it still counts or not."""
        stand = self.standings.get(fact)
        found = [*stand.stale, *stand.disagreeing] if stand else []
        if stand and stand.decided_by:
            found.append(stand.decided_by)
        return max(found, key=lambda one: one.at, default=None)


def picture_of(episode: Episode, now: datetime) -> Picture:
    """Everything that the pages of this room need to know of an episode, read once."""
    values, outcome = advice.values_of(episode, now), advice.outcome_of(episode, now)
    asks = advice.rules().questions(values)
    return Picture(now=now, standings=advice.standings_of(episode, now), values=values, outcome=outcome, asks=asks)


# sheets


@dataclass(frozen=True)
class Sheet:
    """What is examined together: `asked` are those of its facts that can change the advice now."""

    name: str
    title: str
    hint: str
    facts: tuple[str, ...]
    titles: Mapping[str, str]
    asked: tuple[Ask, ...] = ()
    could_be: str = ""

    @property
    def strictest(self) -> str:
        """What the answers that are missing could reveal at worst, where that is worse than care as usual."""
        ladder = advice.knowledge().strictness
        return max((ask.could_be for ask in self.asked), key=lambda name: ladder[name], default="")


def sheets(picture: Picture) -> list[Sheet]:
    """Every sheet of a clinician: those that can change the advice first, in the order in which they would be asked."""
    base = advice.knowledge()
    found = [_of_question(question, picture) for question in base.questions.values() if question.reader == "clinician"]
    found.append(_of_others(base, picture))
    place = {ask.fact: number for number, ask in enumerate(picture.asks)}
    return sorted(found, key=lambda sheet: min((place[ask.fact] for ask in sheet.asked), default=len(place)))


def sheet_named(name: str, picture: Picture) -> Sheet | None:
    """The sheet with this name; None when the knowledge base has none."""
    return next((sheet for sheet in sheets(picture) if sheet.name == name), None)


def _of_question(question: Question, picture: Picture) -> Sheet:
    titles = {str(name): title for name, title in question.parts.items()}
    return Sheet(
        name=question.id,
        title=question.title,
        hint=question.hint or "",
        facts=question.settles,
        titles=titles,
        asked=_asked(question.settles, picture),
    )


def _of_others(base: Knowledge, picture: Picture) -> Sheet:
    """What a clinician, a record or a device tells and no screen asks for, by how it is found out."""
    taken = {entry.fact for entry in base.own_records.values()} | {one.fact for one in base.measures.values()}
    names = [
        name
        for name, fact in base.facts.items()
        if fact.who in ("clinician", "record", "device")
        and fact.worked_out is None
        and fact.default is None
        and name not in base.question_of
        and name not in taken
    ]
    names.sort(key=lambda name: list(_HOW).index(base.facts[name].obtained))
    titles = {
        next(iter(group)): str(_HOW[how]) for how, group in groupby(names, key=lambda name: base.facts[name].obtained)
    }
    return Sheet(
        name=OTHER, title=_("Other findings"), hint="", facts=tuple(names), titles=titles, asked=_asked(names, picture)
    )


def _asked(names: Collection[str], picture: Picture) -> tuple[Ask, ...]:
    wanted = set(names)
    return tuple(ask for ask in picture.asks if ask.fact in wanted)


# lines and cells


@dataclass(frozen=True)
class Row:
    """One line: a fact, or the same fact for both sides; then `label` and `ask` name no side."""

    label: str
    ask: str
    cells: tuple[Asked, ...]

    @property
    def two_sided(self) -> bool:
        """Does it stand in a grid?"""
        return len(self.cells) == 2


@dataclass
class Part:
    """Rows that stand together under a title."""

    number: int
    title: str
    rows: list[Row] = field(default_factory=list)

    @property
    def grid(self) -> list[Row]:
        """The rows with a left and a right."""
        return [row for row in self.rows if row.two_sided]

    @property
    def lines(self) -> list[Row]:
        """The other rows."""
        return [row for row in self.rows if not row.two_sided]

    @property
    def cells(self) -> list[Asked]:
        """All answers of the part."""
        return [cell for row in self.rows for cell in row.cells]

    @property
    def matters(self) -> bool:
        """Can one of its answers change the advice now?"""
        return any(cell.matters or cell.fault for cell in self.cells)

    @property
    def has_normal(self) -> bool:
        """Is there an act for "all normal"?"""
        return sum(bool(cell.normal) for cell in self.cells) > 1

    @property
    def legend(self) -> list[tuple[str, str]]:
        """What the figures of its scales mean."""
        scales = {cell.fact.scale: cell.fact for cell in self.cells if cell.fact.scale}
        if len(scales) != 1:
            return []
        (fact,) = scales.values()
        return list(Asked(fact, CELL).levels.items())


def parts_of(
    sheet: Sheet, picture: Picture, typed: Mapping[str, str] | None = None, faults: Mapping[str, str] | None = None
) -> list[Part]:
    """The parts of a sheet. `typed` is what somebody wrote; without it, what always holds stands in its place."""
    base = advice.knowledge()
    made: list[Part] = []
    done: set[str] = set()
    for name in sheet.facts:
        if not made or name in sheet.titles:
            made.append(Part(number=len(made), title=sheet.titles.get(name, "")))
        if name in done:
            continue
        twin = mirrored(name)
        names = (name, twin) if twin != name and twin in sheet.facts else (name,)
        done.update(names)
        cells = tuple(
            _cell(base.facts[one], picture, typed, faults or {}, CELL if twin in names[1:] else EXAM) for one in names
        )
        made[-1].rows.append(_row(base.facts[name], base.facts[names[-1]], cells))
    return [part for part in made if part.rows]


def _row(fact: Fact, twin: Fact, cells: tuple[Asked, ...]) -> Row:
    if len(cells) == 1:
        return Row(label=fact.name, ask=fact.ask or "", cells=cells)
    label, other = _without_side(fact.name), _without_side(twin.name)
    ask = _without_side(fact.ask or "")
    return Row(
        label=label if label == other else fact.name,
        ask=(fact.hint or ask) if fact.scale else ask,
        cells=cells,
    )


def _without_side(text: str) -> str:
    return _SIDE.sub("", text)


def _cell(
    fact: Fact, picture: Picture, typed: Mapping[str, str] | None, faults: Mapping[str, str], look: Look
) -> Asked:
    cell = Asked(fact, look, last=_last(fact, picture), matters=fact.id in picture.asked)
    if typed is None:
        cell.value = standing_answer(fact, picture)
    else:
        fill(cell, typed)
    cell.fault = faults.get(fact.id, "")
    return cell


def standing_answer(fact: Fact, picture: Picture) -> str:
    """What stands in the form from the start: an answer that never grows old, so that nobody types it again."""
    value = picture.values.get(fact.id)
    return write_value(value) if value is not None and fact.fresh_for == "always" and not fact.grows else ""


def _last(fact: Fact, picture: Picture) -> Last | None:
    found = picture.last(fact.id)
    if found is None:
        return None
    counts = picture.values.get(fact.id) is not None
    words = _("not known") if found.value is None else value_words(fact.id, found.value)
    short = "?" if found.value is None else write_value(found.value) if fact.answer == "number" else words
    return Last(words=words, at=found.at, by=found.by or "", counts=counts, short=short)
