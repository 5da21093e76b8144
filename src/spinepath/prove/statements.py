"""What must hold, as data: the obligations in words, and what the rules are compared with.

Everything stands in YAML beside this file, is read as strictly as the knowledge base, and says nothing of how it is
proved. An entry that names a fact, rule or technique which the knowledge base lacks is refused with its line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

import msgspec

from spinepath.engine.conditions import Compare, Condition
from spinepath.engine.content_files import read_files
from spinepath.engine.entries import Entry, Word
from spinepath.engine.faults import FaultList, FaultyKnowledge, nearest
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.language import FactType, Vocabulary
from spinepath.engine.nodes import Mapping, read_nodes
from spinepath.engine.shape import Reader

Kind = Literal[
    "care_withheld",
    "red_flags",
    "contraindications",
    "adding_a_danger",
    "both_ways",
    "learning",
    "one_disposition",
    "some_care",
    "tight",
    "alive",
    "contained",
    "reachable",
    "asked",
    "interview_ends",
    "bounds_in_force",
    "counts_stay_inside",
    "plan_inside",
    "holds_last",
    "explanations",
    "contradictions",
]


class Obligation(Entry, frozen=True, kw_only=True):
    """Something that must hold for every patient: in words, with the clinical reason, and the kind of proof it needs.

    `number` groups obligations as reports do. A `slow` one is left out of the quick gate. `seconds` is how long the
    solver may look before the answer is "not decided".
    """

    number: int
    says: str
    because: str
    kind: Kind
    seconds: float = 30
    slow: bool = False
    dispositions: tuple[Word, ...] = ()
    offers: tuple[str, ...] = ()
    start: Word | None = None
    charts: int = 0

    example: ClassVar[str] = (
        "- id: no_hands_in_danger\n  number: 1\n  says: No hands-on technique while a danger is open.\n"
        "  because: ...\n  kind: care_withheld\n  dispositions: [urgent_referral, emergency_today]"
    )


class RedFlag(Entry, frozen=True, kw_only=True):
    """When this is so, the disposition is at least this strict; while it is unknown, nobody is treated by hand."""

    when: Condition
    at_least: Word

    example: ClassVar[str] = "- {id: saddle, when: saddle_numbness, at_least: emergency_today}"


class Column(Entry, frozen=True, kw_only=True):
    """A class of techniques: one column of the table of contraindications, and whether it is done by hand."""

    hands_on: bool

    example: ClassVar[str] = "- {id: thrust, hands_on: yes}"


class Contraindication(Entry, frozen=True, kw_only=True):
    """What may not be done when this is so: one letter for each column, A never, R not without a named reason.

    `at_least` is the mildest disposition then.
    """

    when: Condition
    cells: str
    at_least: Word | None = None

    example: ClassVar[str] = "- id: skin\n  when: skin_problem\n  cells: C C R . A . C A A ."


class BothWays(Entry, frozen=True, kw_only=True):
    """Facts whose answers can each be the stricter one, why that is honest, and what holds of them all the same.

    Of a number: from `up_from` on more is never milder, and below `down_from` less is never milder. Of other facts:
    no answer of `never_milder` is milder than those it stands over. It holds `where` that is so (everywhere, where it
    is not given), and but for the techniques and classes that it `frees`. Several facts may move at once, and one fact
    may have several entries.
    """

    facts: tuple[Word, ...]
    why: str
    where: Condition | None = None
    up_from: float | None = None
    down_from: float | None = None
    never_milder: dict[Word, tuple[Word, ...]] = {}
    frees: tuple[Word, ...] = ()

    example: ClassVar[str] = (
        "- id: child\n  facts: [age_years]\n  why: Children and the old both need more care.\n  down_from: 18"
    )


class NotTight(Entry, frozen=True, kw_only=True):
    """A fact whose answers each serve another rule: while `when` is so, the lower bound can lie below the truth."""

    fact: Word
    when: Condition
    why: str

    example: ClassVar[str] = (
        "- id: slip\n  fact: slip_grade\n  when: slip_known and not known(slip_grade)\n  why: Every grade has limits."
    )


class OffOnPurpose(Entry, frozen=True, kw_only=True):
    """Something that no chart reaches, on purpose, and why it stands in the knowledge base all the same."""

    why: str

    example: ClassVar[str] = "- id: inversion_traction\n  why: Named so that it can be refused by name."


class Ceiling(Entry, frozen=True, kw_only=True):
    """A bound that the rules may sharpen and never pass, while hands-on care can be had and `when` is so.

    `of_preset` names what of a preset it bounds as well.
    """

    limit: Word
    value: float
    when: Condition | None = None
    of_preset: Literal["sessions", "weeks_most", "days_between", "minutes"] | None = None
    why: str

    example: ClassVar[str] = "- {id: course, limit: sessions_most, value: 15, why: The most in one course.}"


class Count(Entry, frozen=True, kw_only=True):
    """A number of the record: from `full_at` on no session by hand is given, and none before `free_from`."""

    fact: Word
    full_at: float | None = None
    free_from: float | None = None
    why: str

    example: ClassVar[str] = "- {id: in_course, fact: sessions_course, full_at: 15, why: The most in one course.}"


class Reading(Entry, frozen=True, kw_only=True):
    """For a contradiction of the article: what must be so if the stricter reading is what the rules do.

    While `when` is so, or nobody knows whether it is (always, where it is not given): all hands-on care is `withheld`,
    what is in `never` cannot be had and what is in `not_freely` is not offered. While it is surely so: the disposition
    is `at_least` this, the course is `held`, it is `not_reading` any of these, and where care can be had each of the
    `bounds` is in force. Of the whole knowledge base: care is `care_possible` for somebody of whom this is so; claims
    are `not_followed`, presets `unreached`; techniques are `always_offered`, of a class and in a phase.
    """

    contradiction: Word
    when: Condition | None = None
    at_least: Word | None = None
    withheld: bool = False
    never: tuple[Word, ...] = ()
    not_freely: tuple[Word, ...] = ()
    held: bool = False
    not_reading: tuple[Word, ...] = ()
    bounds: dict[Word, float] = {}
    care_possible: Condition | None = None
    not_followed: tuple[Word, ...] = ()
    unreached: tuple[Word, ...] = ()
    always_offered: tuple[Word, ...] = ()
    class_of: dict[Word, Word] = {}
    phase_of: dict[Word, Word] = {}

    example: ClassVar[str] = "- {id: X16.weak, contradiction: X16, when: leg_weakness, never: [thrust]}"


class Unnoticed(Entry, frozen=True, kw_only=True):
    """Small changes of one rule that no case, law or proof notices, with the reason why that is no harm.

    `changes` are named as `spinepath mutate` prints them.
    """

    rule: Word
    changes: tuple[str, ...]
    why: str

    example: ClassVar[str] = "- {id: pain_twice, rule: dose.gentle, changes: [without leg_pain], why: Another says it.}"


SECTIONS: dict[str, type[Entry]] = {
    "obligations": Obligation,
    "red_flags": RedFlag,
    "columns": Column,
    "contraindications": Contraindication,
    "both_ways": BothWays,
    "not_tight": NotTight,
    "off_on_purpose": OffOnPurpose,
    "ceilings": Ceiling,
    "counts": Count,
    "readings": Reading,
    "unnoticed": Unnoticed,
}


class Statements(msgspec.Struct, kw_only=True):
    """Everything that must hold of one knowledge base, by section, in reading order."""

    obligations: list[Obligation] = []
    red_flags: list[RedFlag] = []
    columns: list[Column] = []
    contraindications: list[Contraindication] = []
    both_ways: list[BothWays] = []
    not_tight: list[NotTight] = []
    off_on_purpose: list[OffOnPurpose] = []
    ceilings: list[Ceiling] = []
    counts: list[Count] = []
    readings: list[Reading] = []
    unnoticed: list[Unnoticed] = []

    def conditions(self) -> Iterator[Condition]:
        """Every condition that the statements ask of charts."""
        for count in self.counts:
            yield from (
                Compare(count.fact, ">=", bound) for bound in (count.full_at, count.free_from) if bound is not None
            )
        for section in SECTIONS:
            for entry in getattr(self, section):
                yield from (
                    condition
                    for key in ("when", "where", "care_possible")
                    if (condition := getattr(entry, key, None)) is not None
                )


# reading


def statements_folder() -> Path:
    """Where the statements about the knowledge base of this project stand."""
    return Path(__file__).parent / "statements"


def read_statements(folder: Path, knowledge: Knowledge) -> Statements:
    """The statements in the files of a folder. Raises FaultyKnowledge with every fault found."""
    return statements_in(read_files(folder), knowledge)


def statements_in(files: dict[str, bytes], knowledge: Knowledge) -> Statements:
    """The statements in these files. Raises FaultyKnowledge with every fault found."""
    faults = FaultList()
    reader = Reader(faults, vocabulary(knowledge))
    found = Statements()
    for name, content in files.items():
        page = read_nodes(content, name, faults)
        if not isinstance(page, Mapping):
            continue
        for key, node in page.pairs.items():
            if key in SECTIONS:
                getattr(found, key).extend(reader.entries(node, SECTIONS[key]))
            elif key not in ("title", "about"):
                act = nearest(key, SECTIONS, f"Sections are: {', '.join(SECTIONS)}.")
                faults.add(page.keys[key].place, f"There is no section {key!r}.", act)
    _check_names(found, knowledge, faults)
    if faults:
        raise FaultyKnowledge(dict.fromkeys(faults))
    return found


def vocabulary(knowledge: Knowledge) -> Vocabulary:
    """The names that conditions may use."""
    return Vocabulary(
        {
            name: FactType(fact.answer, tuple(fact.values), fact.least, fact.most)
            for name, fact in knowledge.facts.items()
        },
        {name: group.facts for name, group in knowledge.groups.items()},
        {name: number.value for name, number in knowledge.numbers.items()},
    )


_TECHNIQUES = ("techniques", "classes")
_NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "obligations": {"dispositions": ("dispositions",), "start": ("charts",)},
    "red_flags": {"at_least": ("dispositions",)},
    "columns": {"id": ("classes",)},
    "contraindications": {"at_least": ("dispositions",)},
    "both_ways": {"facts": ("facts",), "frees": _TECHNIQUES},
    "not_tight": {"fact": ("facts",)},
    "off_on_purpose": {"id": ("techniques", "facts", "rules", "questions")},
    "ceilings": {"limit": ("limits",)},
    "counts": {"fact": ("facts",)},
    "unnoticed": {"rule": ("rules",)},
    "readings": {
        "contradiction": ("contradictions",),
        "at_least": ("dispositions",),
        "never": _TECHNIQUES,
        "not_freely": _TECHNIQUES,
        "bounds": ("limits",),
        "not_reading": ("readings",),
        "not_followed": ("claims",),
        "unreached": ("presets",),
        "always_offered": ("techniques",),
        "class_of": ("techniques",),
        "phase_of": ("techniques",),
    },
}


def _check_names(found: Statements, knowledge: Knowledge, faults: FaultList) -> None:
    """Every name leads to an entry of the right kind."""
    for section, keys in _NAMES.items():
        for entry in getattr(found, section):
            for key, kinds in keys.items():
                written = getattr(entry, key)
                names = (written,) if isinstance(written, str) else tuple(written or ())
                allowed = [name for kind in kinds for name in knowledge.section(kind)]
                for name in names:
                    if name not in allowed:
                        act = nearest(name, allowed, "Correct the name, or remove the entry.")
                        faults.add(entry.place, f"{key} names {name!r}, which is not among the {kinds[0]}.", act)
