"""The clinical core of the knowledge base: facts, questions and rules, as types.

Each class is one kind of entry in the YAML files, each field one key. Keys without a default must be written. The
`example` of a class is shown to an author whose entry cannot be read. An entry of any kind may be written once
`for_each: side`: it is read twice, with `<side>` as left and right and `<other>` as the opposite.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, Literal, NewType

import msgspec

from spinepath.engine.conditions import Condition

Word = NewType("Word", str)
"""An id: small letters, digits, `_`, `-` or `.`, starting with a letter."""

Raw = NewType("Raw", str)
"""A value as written; its meaning depends on the fact it is given for."""

State = Literal["verified", "secondary", "recalled", "project"]
"""How sure the text is: its source was read; a page reporting it was read; recalled, to be checked; project-made."""

Level = Literal["absolute", "relative", "caution", "none"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What every entry has: an id, and the place it was read from."""

    id: Word
    place: str = ""

    example: ClassVar[str] = "- id: some_name"


class Sourced(Entry, frozen=True, kw_only=True):
    """An entry with clinical content: where it comes from and how sure it is."""

    state: State
    source: tuple[Word, ...] = ()
    claims: tuple[Word, ...] = ()
    note: str | None = None


class Derivation(msgspec.Struct, frozen=True, kw_only=True):
    """How a fact is worked out from others. Exactly one of the keys is used.

    `is` says when a yes/no fact is yes. The others compare a number with its own earlier findings: `fall_of` how far
    it lies below, `rise_of` how far it lies above, the value `since` the first finding or since the best (or worst)
    ever recorded. A number without an earlier finding has fallen and risen by 0. `within` names a number of days: only
    what stood at that day's end, and what was found since, is looked at; while that number is unknown, everything is.
    """

    when: Condition | None = None
    fall_of: Word | None = None
    rise_of: Word | None = None
    since: Literal["first", "extreme"] = "first"
    within: Word | None = None
    as_percent: bool = False


class Fact(Sourced, frozen=True, kw_only=True):
    """One thing that can be known about a patient, a plan or a place of care.

    `name` is the clinician's term, `ask` the question in plain words, `item` the same as a line of a checklist. A
    number has a `unit` and runs from `least` to `most`; a choice has `values` (word: label). Findings older than
    `fresh_for` no longer count. A number that `grows` counts the time since something happened and may be given as
    a date. `danger` tells which answers lead to stricter advice (yes, unless written otherwise): no, high, low,
    words of the choice, or [] for none. A `fixed` fact cannot be changed by anybody. A danger of a `lasting` fact, once
    found, stays until a clinician says otherwise. A number may name a `scale`, whose first level is its `least`.
    """

    name: str
    answer: Literal["yes_no", "number", "choice"] = "yes_no"
    ask: str | None = None
    item: str | None = None
    hint: str | None = None
    why_we_ask: str | None = None
    values: dict[Word, str] = {}
    also_called: dict[Word, tuple[str, ...]] = {}
    unit: str | None = None
    least: float | None = None
    most: float | None = None
    scale: Word | None = None
    who: Literal["patient", "clinician", "record", "device", "clinic"] = "patient"
    obtained: Literal["ask", "look_up", "examine", "measure", "image"] = "ask"
    fresh_for: str = "always"
    grows: bool = False
    fixed: bool = False
    lasting: bool = False
    danger: tuple[Word, ...] | None = None
    normal: Raw | None = None
    worked_out: Derivation | None = None
    default: Raw | None = None
    codes: tuple[Word, ...] = ()

    example: ClassVar[str] = (
        "- id: fever\n  name: Fever with back pain\n  ask: Have you had a fever?\n"
        "  why_we_ask: Fever can mean an infection.\n  fresh_for: session\n  state: verified\n  source: [some_source]"
    )


class Group(Entry, frozen=True, kw_only=True):
    """A name for several facts, used inside `count`, `least` and `greatest`."""

    name: str
    facts: tuple[Word, ...]

    example: ClassVar[str] = "- id: danger_signs\n  name: Danger signs\n  facts: [fever, weight_loss]"


class Number(Sourced, frozen=True, kw_only=True):
    """A clinical number that is used in more than one place, with its unit and source."""

    name: str
    value: float
    unit: str

    example: ClassVar[str] = (
        "- id: fever_from\n  name: Temperature that counts as fever\n  value: 38.0\n  unit: degC\n  state: verified\n"
        "  source: [some_source]"
    )


class Question(Entry, frozen=True, kw_only=True):
    """One screen that settles several facts at once.

    A `checklist` lists yes/no facts with "none of these"; a `page` shows several questions that belong together,
    with one act for "all normal" when the facts have a normal value. Screens come in `order`; a fact that stands on no
    screen is asked on its own. `parts` gives titles within a page, each to the fact with which the part begins.
    """

    title: str
    kind: Literal["checklist", "page"]
    reader: Literal["patient", "clinician"]
    order: float
    settles: tuple[Word, ...]
    parts: dict[Word, str] = {}
    hint: str | None = None
    none: str = "None of these"

    example: ClassVar[str] = (
        "- id: feeling_unwell\n  title: Have you noticed any of these?\n  kind: checklist\n  reader: patient\n"
        "  order: 3\n  settles: [fever, weight_loss]"
    )


class Then(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule does when it fires. At least one key is used.

    `at_least` sets the mildest disposition still possible. `exclude` takes techniques or whole classes away for good;
    `restrict` takes them away until a named clinician gives a reason and the patient consents; `caution` leaves them
    with a modification. `need` asks for investigations, `limit` bounds quantities, `prefer` moves techniques and
    presets forward, `reading` judges the course, `hold` stops the remaining bookings, `tell` adds advice.
    """

    at_least: Word | None = None
    exclude: tuple[Word, ...] = ()
    restrict: tuple[Word, ...] = ()
    caution: tuple[Word, ...] = ()
    need: tuple[Word, ...] = ()
    limit: dict[Word, float] = {}
    prefer: tuple[Word, ...] = ()
    reading: Word | None = None
    hold: bool = False
    tell: str | None = None


class Says(msgspec.Struct, frozen=True, kw_only=True):
    """The rule in words: for the therapist always, for the patient where it is theirs to know."""

    therapist: str
    patient: str | None = None


class Expect(msgspec.Struct, frozen=True, kw_only=True):
    """What a case must lead to. Only the keys written are compared.

    `this_rule` is about the rule the case stands with. `ask` names some of the questions; `ask: []` means that nothing
    is asked. `cautions` are techniques that the rule leaves but puts under caution. `offers` lists exactly the hands-on
    techniques offered; `offers_also` names some that must be among the offered, hands-on or not.
    """

    this_rule: Literal["fires", "clear", "open"] | None = None
    disposition: Word | None = None
    least: Word | None = None
    most: Word | None = None
    ask: tuple[Word, ...] | None = None
    not_ask: tuple[Word, ...] = ()
    offers: tuple[Word, ...] | None = None
    offers_also: tuple[Word, ...] = ()
    restricts: tuple[Word, ...] = ()
    cautions: tuple[Word, ...] = ()
    excludes: tuple[Word, ...] = ()
    undecided: tuple[Word, ...] = ()
    fires: tuple[Word, ...] = ()
    clear: tuple[Word, ...] = ()
    open: tuple[Word, ...] = ()
    need: tuple[Word, ...] = ()
    limit: dict[Word, float] = {}
    reading: Word | None = None
    hold: bool | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A small patient and what must follow. `start` names a chart to begin from; `given` adds or changes answers."""

    name: str
    expect: Expect
    given: dict[Word, Raw] = {}
    start: Word | None = None
    place: str = ""


class Edges(msgspec.Struct, frozen=True, kw_only=True):
    """Small patients on both sides of a rule's edges, each a line of answers on top of `start`; each becomes a case."""

    start: Word | None = None
    fires_for: tuple[dict[Word, Raw], ...] = ()
    clear_for: tuple[dict[Word, Raw], ...] = ()
    open_for: tuple[dict[Word, Raw], ...] = ()

    def __len__(self) -> int:
        return len(self.fires_for) + len(self.clear_for) + len(self.open_for)

    def cases(self, place: str) -> Iterator[Case]:
        """Each line as a case that is about nothing but the status of its rule."""
        statuses: dict[Literal["fires", "clear", "open"], tuple[dict[Word, Raw], ...]]
        statuses = {"fires": self.fires_for, "clear": self.clear_for, "open": self.open_for}
        for status, lines in statuses.items():
            for given in lines:
                told = ", ".join(f"{name} {value}" for name, value in given.items()) or "nothing more"
                expect = Expect(this_rule=status)
                yield Case(name=f"edge: {told}", start=self.start, given=given, expect=expect, place=place)


class Chart(Entry, frozen=True, kw_only=True):
    """A named set of answers that cases and examples start from, for instance "everything asked, nothing found"."""

    name: str
    given: dict[Word, Raw] = {}
    answers: dict[Word, Raw] = {}
    start: Word | None = None

    example: ClassVar[str] = "- id: healthy_adult\n  name: Nothing found\n  answers: {feeling_unwell: none}"


class Rule(Sourced, frozen=True, kw_only=True):
    """When something holds, what follows, why, and the cases that show it.

    `if_unknown: settle` means the open question blocks hands-on care and is asked; `note` means it is only shown.
    A rule that forbids or limits something and says `note` tells why in `passed_over`.
    `contained_in` admits that a stricter or wider rule already covers every patient of this one, and why it stays.
    `cases` tell stories; `edges` show in a line each where the rule begins and ends. Once loaded, `cases` has both.
    """

    when: Condition
    then: Then
    if_unknown: Literal["settle", "note"]
    says: Says
    since: date
    passed_over: str | None = None
    within: str | None = None
    contained_in: Word | None = None
    cases: tuple[Case, ...] = ()
    edges: Edges = Edges()

    @property
    def stories(self) -> tuple[Case, ...]:
        """The cases that are not edges."""
        return self.cases[: len(self.cases) - len(self.edges)]

    example: ClassVar[str] = (
        "- id: screen.fever\n  when: fever\n  then: {at_least: emergency_today}\n  if_unknown: settle\n"
        "  says: {therapist: Fever with back pain., patient: Go to an emergency department now.}\n"
        "  since: 2026-11-22\n  state: verified\n  source: [some_source]\n"
        "  cases:\n    - name: Fever is an emergency\n      given: {fever: yes}\n"
        "      expect: {disposition: emergency_today}"
    )


class Row(Sourced, frozen=True, kw_only=True):
    """One condition of a contraindication table: a rule whose effects are a row of letters.

    `cells` has one letter for each column of its table: A absolute, R relative, C caution, a point for none.
    `variants` adds single techniques by level. `fires_for` and `clear_for` are its two cases, `edges` its others.
    """

    name: str
    when: Condition
    cells: str
    at_least: Word | None = None
    scope: Literal["systemic", "region", "local", "inversion only"]
    basis: str
    since: date
    variants: dict[Level, tuple[Word, ...]] = {}
    need: tuple[Word, ...] = ()
    limit: dict[Word, float] = {}
    patient: str | None = None
    within: str | None = None
    contained_in: Word | None = None
    fires_for: dict[Word, Raw]
    clear_for: dict[Word, Raw]
    edges: Edges = Edges()

    example: ClassVar[str] = (
        "- id: contra.osteoporosis\n  name: Osteoporosis\n  when: osteoporosis\n  cells: R C R C C . C . . C\n"
        "  at_least: proceed_with_limits\n  scope: systemic\n  basis: guideline\n  since: 2026-11-22\n"
        "  state: verified\n  source: [some_source]\n  fires_for: {osteoporosis: yes}\n  clear_for: {osteoporosis: no}"
    )


class Table(Entry, frozen=True, kw_only=True):
    """Rules that share one shape, kept as a table: conditions down, technique classes across.

    `start` names the chart from which the two cases of each row begin.
    """

    name: str
    columns: tuple[Word, ...]
    rows: tuple[Row, ...]
    if_unknown: Literal["settle", "note"]
    start: Word | None = None

    example: ClassVar[str] = (
        "- id: contra\n  name: Contraindications\n  columns: [thrust, traction]\n  if_unknown: settle\n  rows: [...]"
    )


CORE_SECTIONS: dict[str, type[Entry]] = {
    "facts": Fact,
    "groups": Group,
    "numbers": Number,
    "questions": Question,
    "rules": Rule,
    "tables": Table,
    "charts": Chart,
}
