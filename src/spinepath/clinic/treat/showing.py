"""What the page of a session shows: which part is open now, and everything that stands in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.grave import Grave, grave
from spinepath.clinic.models import Hold, Note, Plan, Session
from spinepath.clinic.plan import consents
from spinepath.clinic.plan.options import Option, Options
from spinepath.clinic.record import holds_of
from spinepath.clinic.treat import notes, rescreen
from spinepath.clinic.treat.answering import Sheet
from spinepath.clinic.treat.in_words import Told, all_told, told
from spinepath.engine.conditions import Value
from spinepath.engine.content import Phase, Severity, Technique
from spinepath.engine.entries import Fact, Question, Rule
from spinepath.engine.evaluate import Outcome
from spinepath.engine.page_parts import page_part
from spinepath.engine.words import level_words


@dataclass
class Line:
    """One technique on the page: what is written of it, and how it stands today."""

    technique: Technique
    row: dict[str, Any]
    option: Option | None
    is_proposed: bool = False
    """Was it waiting, and may be done now? Then its tick is a proposal that somebody looks at."""
    fired: frozenset[str] = frozenset()

    @property
    def prefix(self) -> str:
        """The beginning of the names of its fields."""
        return f"t-{self.technique.id}-"

    @property
    def is_allowed(self) -> bool:
        """May it be done as things stand?"""
        return self.option is not None and bool(self.option.standing)

    @property
    def levels(self) -> list[tuple[str, str]]:
        """The levels that can be written down, with what they mean; none without a scale."""
        if self.option is None or not self.option.is_graded:
            return []
        scale = {str(level.id): level for level in advice.knowledge().scales[self.technique.scale or ""].levels}
        return [(name, level_words(scale[name])) for name in notes.levels_of(self.option, self.row) if name in scale]

    @property
    def minutes_hint(self) -> str:
        """How long it usually takes."""
        return " – ".join(f"{one:g}" for one in self.technique.dose.get("minutes", ()))  # type: ignore[call-overload]

    @property
    def rules(self) -> list[Rule]:
        """Why it is not allowed, or what to take care of."""
        return list(self.option.rules) if self.option else []

    @property
    def reasons(self) -> list[Rule]:
        """The rules to show. A danger that nobody asked about yet is an open question and reads like no finding."""
        if self.option is None or self.option.standing.standing != "undecided":
            return self.rules
        of_today = {rule for name in rescreen.in_phases() for rule in advice.knowledge().rules_about[name]}
        return [rule for rule in self.rules if rule.id in self.fired or rule.id in of_today]

    @property
    def waits_for_answers(self) -> bool:
        """Do questions stand open that have their place above, and not in the phases?"""
        return len(self.reasons) < len(self.rules)

    @property
    def told(self) -> Told:
        """What was written of it, in words."""
        return told(self.row)

    @property
    def stands(self) -> str:
        """How it stands, as a mark that a page sends along: when it is another one, the page is told."""
        said = (self.is_allowed, self.levels, [rule.id for rule in self.rules], self.row["done"] is None)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:10]


@dataclass
class Stretch:
    """One phase of the session with its techniques, and the facts that are answered in it."""

    phase: Phase
    lines: list[Line]
    asks: list[tuple[Fact, bool]]


@dataclass
class Compared:
    """A number before the session and after it."""

    fact: Fact
    before: Any
    after: str

    @property
    def name(self) -> str:
        """The name of its field."""
        return f"after-{self.fact.id}"


@dataclass
class Replaced:
    """A draft in whose place somebody else's stands."""

    kept: dict[str, Any]

    @property
    def at(self) -> datetime | None:
        """When it was saved."""
        return datetime.fromisoformat(self.kept["at"]) if self.kept["at"] else None

    @property
    def replaced_at(self) -> datetime:
        """When it was replaced."""
        return datetime.fromisoformat(self.kept["replaced_at"])

    @property
    def lines(self) -> list[Told]:
        """Each technique with what was written beside it."""
        return all_told(self.kept["phases"])

    @property
    def after(self) -> list[tuple[str, str]]:
        """What was measured after the session."""
        facts = advice.knowledge().facts
        return [(facts[name].name if name in facts else name, value) for name, value in self.kept["after"].items()]


@dataclass
class Shown:
    """A session at this moment. `what` is what was typed where a page is shown again; else what is kept."""

    session: Session
    note: Note | None
    what: notes.Written | None = None
    sheets_typed: list[Sheet] | None = None
    faults: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def plan(self) -> Plan:
        """The plan by which the session is treated."""
        return notes.plan_of(self.session)

    @cached_property
    def now(self) -> datetime:
        """The moment as of which everything here is judged."""
        return advice.clock_of(self.session.episode)

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """What is known now."""
        return advice.values_of(self.session.episode, self.now)

    @cached_property
    def outcome(self) -> Outcome:
        """What the rules say now. A draft asks for it every few seconds: no explanations are made."""
        return advice.outcome_of(self.session.episode, self.now)

    @cached_property
    def options(self) -> Options:
        """What can be done as the rules stand."""
        return Options(self.outcome, self.plan.overrides.all())

    # which part is open

    @property
    def is_signed(self) -> bool:
        """Is the note closed?"""
        return self.note is not None and self.note.signed_at is not None

    @property
    def has_begun(self) -> bool:
        """Was today's agreement asked?"""
        return self.note is not None and bool(self.note.consent)

    @property
    def is_today(self) -> bool:
        """Is it the day of the session?"""
        return self.session.day == timezone.localdate()

    @property
    def is_held(self) -> bool:
        """Does it wait until a named person decides, and has not begun?"""
        return self.session.status == Session.Status.HELD and not self.has_begun and not self.is_signed

    @property
    def can_be_written(self) -> bool:
        """Is it a session that can be had today, or was begun before?"""
        return not self.is_signed and (self.has_begun or (self.is_today and self.session.status == "booked"))

    @cached_property
    def danger(self) -> Grave | None:
        """What forbids care for certain; None while only answers are missing."""
        return grave(self.outcome)

    @property
    def offers_care(self) -> bool:
        """May care by hand go on as things stand?"""
        return advice.knowledge().dispositions[self.outcome.disposition].offers_care

    @cached_property
    def holds(self) -> list[Hold]:
        """What holds the bookings."""
        return holds_of(self.session.episode_id)

    @cached_property
    def sheets(self) -> list[Sheet]:
        """What is asked again."""
        if self.sheets_typed is not None:
            return self.sheets_typed
        return self.asked_now()

    def asked_now(self) -> list[Sheet]:
        """What is to be asked as things stand, whatever was sent."""
        asks = advice.rules().questions(self.values)
        return rescreen.open_sheets(self.values, asks, is_running=self.has_begun)

    @property
    def asks_again(self) -> bool:
        """Are there questions to answer before hands are laid on?"""
        return bool(self.sheets) and not self.danger

    @property
    def is_open(self) -> bool:
        """Can what is done be written down? A session that has begun can always be ended and signed."""
        return self.has_begun and not self.is_signed

    # what stands in it

    @cached_property
    def lines(self) -> list[Line]:
        """Every technique of the session."""
        return [line for stretch in self.stretches for line in stretch.lines]

    @cached_property
    def stretches(self) -> list[Stretch]:
        """The phases in their order."""
        base = advice.knowledge()
        found = self.what or notes.written(self.note, self.session, self.plan)
        values = advice.values_of(self.session.episode, advice.clock_of(self.session.episode))
        return [
            Stretch(
                phase=base.phases[one["phase"]],
                lines=[self._line(row) for row in one["techniques"] if row["id"] in base.techniques],
                asks=[(base.facts[name], values.get(name) is True) for name in base.phases[one["phase"]].asks],
            )
            for one in found.phases
            if one["phase"] in base.phases
        ]

    def _line(self, row: dict[str, Any]) -> Line:
        """A technique as it stands. While it is not allowed nobody has said that it is done; then it is proposed."""
        fired = frozenset(self.options.outcome.fired)
        line = Line(advice.knowledge().techniques[row["id"]], row, self.options.all.get(row["id"]), fired=fired)
        if row["done"] and self._is_untouched and not line.is_allowed:
            line.row = {**row, "done": None}
        elif row["done"] is None and line.is_allowed:
            line.row, line.is_proposed = {**row, "done": True}, True
        return line

    def changed(self, sent: Mapping[str, str]) -> list[Line]:
        """The techniques that stand otherwise than on the page that was sent."""
        return [line for line in self.lines if sent.get(f"{line.prefix}stands") not in (None, line.stands)]

    @property
    def _is_untouched(self) -> bool:
        """Has nobody written into the note yet? Then its ticks are only a proposal."""
        return self.what is None and not (self.note and self.note.saved_at)

    @cached_property
    def compared(self) -> list[Compared]:
        """What is measured before and after."""
        base = advice.knowledge()
        after = (self.what or notes.written(self.note, self.session, self.plan)).after
        names = page_part(base, "before_and_after").facts
        before = (self.note.before if self.note and self.note.before else {}) or self.values
        return [Compared(base.facts[name], before.get(name), after.get(name, "")) for name in names]

    @property
    def additions(self) -> list[tuple[str, str, datetime]]:
        """What was added after the signature: the words, by whom, when."""
        rows = self.note.additions if self.note else []
        return [(one["says"], one["by"], datetime.fromisoformat(one["at"])) for one in rows]

    @property
    def replaced(self) -> list[Replaced]:
        """Drafts over which somebody else saved their own, the newest first."""
        return [Replaced(one) for one in reversed(self.note.replaced if self.note else [])]

    @property
    def free(self) -> str:
        """The free note."""
        return (self.what or notes.written(self.note, self.session, self.plan)).free

    @cached_property
    def to_agree(self) -> list[tuple[Line, Any]]:
        """The techniques done by hand, each with the consent that counts, or None."""
        valid = consents.valid(self.plan)
        by_hand = [line for line in self.lines if advice.knowledge().is_hands_on(line.technique.id)]
        return [(line, valid.get(line.technique.id)) for line in by_hand]

    @property
    def stop_sheet(self) -> Question | None:
        """The screen of the stop signs."""
        base = advice.knowledge()
        return next((base.questions[name] for name in page_part(base, "stop_signs").questions), None)

    @property
    def stop_signs(self) -> list[tuple[Fact, bool]]:
        """Each sign, and whether it was seen today."""
        base, values = advice.knowledge(), self.values
        return [(base.facts[name], values.get(name) is True) for name in rescreen.stop_signs()]

    @property
    def seen(self) -> list[Rule]:
        """What the rules say of the signs that were seen."""
        base = advice.knowledge()
        signs = {name for name, was_seen in ((fact.id, was) for fact, was in self.stop_signs) if was_seen}
        about = {rule for name in signs for rule in base.rules_about[name]}
        return [base.rules[name] for name in self.outcome.fired if name in about]

    @property
    def severities(self) -> list[Severity]:
        """The grades of harm, mildest first."""
        return sorted(advice.knowledge().severities.values(), key=lambda one: one.order)
