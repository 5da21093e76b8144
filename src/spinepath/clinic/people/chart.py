"""What the chart of an episode shows: what to do and why, what blocks, the findings, and what happened when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import advice, written
from spinepath.clinic.models import (
    Course,
    Episode,
    Plan,
    Session,
)
from spinepath.clinic.record import holds_of
from spinepath.clinic.templatetags.spinepath import value_words
from spinepath.engine import words
from spinepath.engine.assess import Assessment
from spinepath.engine.content import Disposition
from spinepath.engine.entries import Fact, Rule
from spinepath.engine.findings import Finding, Standing
from spinepath.engine.values import NotAValue, read_value

QUESTIONS_SHOWN = 5

# what to do, and why


@dataclass(frozen=True)
class Card:
    """The disposition with the rules that force it; `open_rules` counts the dangers that nobody asked about yet."""

    disposition: Disposition
    because: list[Rule]
    open_rules: int
    needs: list[str]
    limits: list[str]


def card(made: Assessment) -> Card:
    """What to do now, and why."""
    base, outcome = advice.knowledge(), made.outcome
    forcing = [base.rules[name] for name in outcome.fired if base.rules[name].then.at_least == outcome.disposition]
    unsettled = [name for name in outcome.open if base.rules[name].if_unknown == "settle"]
    dangers = sum(base.rules[name].then.at_least is not None for name in unsettled)
    return Card(
        disposition=base.dispositions[outcome.disposition],
        because=forcing,
        open_rules=dangers,
        needs=[base.investigations[name].name for name in outcome.needs if name in base.investigations],
        limits=[words.limit_words(base, name, value) for name, value in outcome.limits.items()],
    )


@dataclass(frozen=True)
class Unsettled:
    """A question that blocks: the step on which it is answered, and what the answer could lead to."""

    fact: Fact
    step: Literal["ask", "examine"]
    could_be: str
    why: str


def questions(made: Assessment) -> list[Unsettled]:
    """What is unknown and can still change what is done, the gravest first."""
    facts = advice.knowledge().facts
    return [
        Unsettled(
            fact=facts[ask.fact],
            step="ask" if facts[ask.fact].obtained == "ask" and facts[ask.fact].who == "patient" else "examine",
            could_be=ask.could_be,
            why=ask.why,
        )
        for ask in made.questions
    ]


@dataclass(frozen=True)
class NextStep:
    """The one act that comes next: its words and the page on which it is done."""

    says: str
    step: str


def next_step(
    episode: Episode, made: Assessment, asked: list[Unsettled], plans: list[Plan], sessions: list[Session]
) -> NextStep:
    """What comes next in the journey of this episode."""
    base, outcome = advice.knowledge(), made.outcome
    firm = base.dispositions[advice.firm(outcome)]
    today = timezone.localdate()
    if not episode.is_open:
        return NextStep(_("Look back at how it went"), "follow")
    if holds_of(episode.pk):
        return NextStep(_("Decide about the held bookings"), "follow")
    if firm.holds and not firm.offers_care:
        return NextStep(_("Write the referral and tell the person"), "plan")
    if any(one.day == today and one.status == Session.Status.BOOKED for one in sessions):
        return NextStep(_("Open today's session"), "treat")
    if asked:
        step = asked[0].step
        return NextStep(_("Go on asking") if step == "ask" else _("Go on examining"), step)
    agreed = [plan for plan in plans if plan.status == Plan.Status.AGREED]
    if not agreed:
        return NextStep(_("Make the plan"), "plan")
    if not Course.objects.filter(plan__in=agreed, ended_at=None).exists():
        return NextStep(_("Book the course"), "book")
    return NextStep(_("See how it goes"), "follow")


# findings


@dataclass
class Shown:
    """A finding as kept, in words, with how it stands now and what came before it.

    `mark` is "counts", "stale", "disagrees", "set aside" (a newer one counts) or "corrected".
    """

    row: written.Row
    fact: Fact | None
    says: str
    mark: str
    is_notable: bool
    is_danger: bool
    is_unknown: bool
    is_earlier: bool
    corrected: list[Shown] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The fact by name, or as it was written."""
        return self.fact.name if self.fact else self.row.fact

    @property
    def who(self) -> str:
        """By whom, with the source where that is not a clinician."""
        row = self.row
        return f"{row.by} ({row.source})" if row.by and row.source != "clinician" else row.by or row.source


@dataclass(frozen=True)
class Findings:
    """The findings of the chart: found, answered and as it should be, not known, and what no longer counts."""

    found: list[Shown]
    clear: list[Shown]
    not_known: list[Shown]
    old: list[Shown]
    own: list[Finding]


def findings(episode: Episode, made: Assessment) -> Findings:
    """Every finding of the episode once, and lasting ones of earlier episodes; corrections with what they correct."""
    mine = written.rows_of(episode)
    rows = written.standing(mine) + written.standing(written.earlier_rows_of(advice.knowledge(), episode))
    by_pk = {row.pk: row for row in mine}
    marks = _marks(made.standings)
    shown = [_shown(row, episode, marks) for row in rows]
    for one in shown:
        one.corrected = _corrected(one.row, by_pk, episode)
    order = {name: place for place, name in enumerate(advice.knowledge().facts)}
    grave = {one.row.fact for one in shown if one.is_danger and one.mark != "stale"}
    shown.sort(key=lambda one: (one.row.fact not in grave, order.get(one.row.fact, len(order)), one.row.at))
    now = [one for one in shown if one.mark in ("counts", "disagrees")]
    return Findings(
        found=[one for one in now if one.is_notable or one.mark == "disagrees" or one.corrected],
        clear=[
            one for one in now if not (one.is_notable or one.is_unknown or one.mark == "disagrees" or one.corrected)
        ],
        not_known=[one for one in now if one.is_unknown and one.mark == "counts" and not one.corrected],
        old=[one for one in shown if one.mark in ("stale", "set aside")],
        own=_own(made, rows),
    )


_Key = tuple[str, datetime, str, str]


def _marks(standings: dict[str, Standing]) -> dict[_Key, str]:
    """How each finding stands, by what tells findings apart."""
    marks: dict[_Key, str] = {}
    for standing in standings.values():
        for one in standing.stale:
            marks[_key(one)] = "stale"
        for one in standing.disagreeing:
            marks[_key(one)] = "disagrees"
        if standing.decided_by is not None:
            clash = bool(standing.disagreeing)
            marks[_key(standing.decided_by)] = "disagrees" if clash else "counts"
    return marks


def _key(one: Finding) -> _Key:
    return (one.fact, one.at, one.source, str(one.value))


def _shown(row: written.Row, episode: Episode, marks: dict[_Key, str]) -> Shown:
    """The row in words; a fact or value that the knowledge base no longer has stands as it was written."""
    base = advice.knowledge()
    fact, finding = base.facts.get(row.fact), written.as_finding(base, row)
    if fact is None or finding is None:
        return Shown(row, fact, row.value, "set aside", False, False, False, row.episode_id != episode.pk)
    unknown = finding.value is None
    return Shown(
        row=row,
        fact=fact,
        says=value_words(row.fact, finding.value),
        mark=marks.get(_key(finding), "set aside"),
        is_notable=not unknown and is_notable(fact, finding.value),
        is_danger=not unknown and is_dangerous(fact, finding.value),
        is_unknown=unknown,
        is_earlier=row.episode_id != episode.pk,
    )


def is_dangerous(fact: Fact, value: object) -> bool:
    """Does the fact itself say that this answer leads to stricter advice?"""
    if fact.answer == "yes_no":
        return ("yes" if value else "no") in (("yes",) if fact.danger is None else fact.danger)
    return value in (fact.danger or ())


def is_notable(fact: Fact, value: object) -> bool:
    """Is it worth a line of its own: a danger, a yes, a number or choice that is not the normal one?"""
    if is_dangerous(fact, value):
        return True
    if fact.normal is not None:
        try:
            return value != read_value(fact, str(fact.normal) if not isinstance(fact.normal, bool) else fact.normal)
        except NotAValue:
            return True
    return value is not False


def _corrected(row: written.Row, by_pk: dict[int, written.Row], episode: Episode) -> list[Shown]:
    """What the row set right, the newest first."""
    found = []
    while row.corrects_id and row.corrects_id in by_pk:
        row = by_pk[row.corrects_id]
        found.append(_shown(row, episode, {}))
    return found


def _own(made: Assessment, rows: Iterable[written.Row]) -> list[Finding]:
    """What the clinic knows by itself: nobody wrote it down."""
    kept = {(row.fact, row.at) for row in rows}
    return [one for one in made.findings if (one.fact, one.at) not in kept and one.source in ("clinic", "record")]
