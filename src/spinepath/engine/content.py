"""Everything the rules speak of: dispositions, techniques, doses, measures and texts, as types.

As in `entries.py`, each class is one kind of entry and each field one key of the YAML files. What all of it rests on
stands in `evidence.py`.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from spinepath.engine import evidence as ev
from spinepath.engine.body_chart import BODY_CHART_SECTIONS
from spinepath.engine.drawings import DRAWING_SECTIONS
from spinepath.engine.entries import CORE_SECTIONS, Entry, Raw, Says, Sourced, Word
from spinepath.engine.measuring import MEASURING_SECTIONS
from spinepath.engine.mentions import MENTION_SECTIONS
from spinepath.engine.own_records import OWN_RECORD_SECTIONS
from spinepath.engine.page_parts import PAGE_PART_SECTIONS
from spinepath.engine.populations import POPULATION_SECTIONS

Range = tuple[float, ...]
"""One number, or the least and the most."""


class Disposition(Sourced, frozen=True, kw_only=True):
    """What is to be done with the person, from mildest (`order: 1`) to strictest.

    Classes that it `bars` are not offered; `holds` stops the remaining bookings until a named person releases them.
    """

    name: str
    order: int
    says: Says
    time_limit: str
    bars: tuple[Word, ...] = ()
    actions: tuple[str, ...] = ()
    offers_care: bool = False
    holds: bool = False

    example: ClassVar[str] = (
        "- id: proceed\n  name: Proceed\n  order: 1\n  time_limit: none\n  says: {therapist: ..., patient: ...}\n"
        "  state: project"
    )


class TechniqueClass(Entry, frozen=True, kw_only=True):
    """A family of techniques that share contraindications. `hands_on` classes need a finished danger screen.

    `told` are the topics a person reads before agreeing, `harms` what is known of harm; a signature counts for
    `consent_days`, 1 for the day itself.
    """

    name: str
    hands_on: bool
    about: str
    told: tuple[Word, ...] = ()
    harms: tuple[Word, ...] = ()
    consent_days: int | None = None

    example: ClassVar[str] = "- id: traction\n  name: Traction\n  hands_on: yes\n  about: Pulling along the spine."


class LimitKind(Entry, frozen=True, kw_only=True):
    """A quantity that rules may bound; when several rules speak, the stricter value counts.

    With a `scale` the value counts its levels, 1 for the first. `classes` are the classes of techniques that it bounds:
    while none of them may be done the limit is not shown. Without them it bounds everything.
    """

    name: str
    unit: str
    stricter: Literal["lower", "higher"]
    says: str
    scale: Word | None = None
    classes: tuple[Word, ...] = ()

    example: ClassVar[str] = (
        "- id: sessions_most\n  name: Sessions\n  unit: sessions\n  stricter: lower\n  says: At most {value} sessions."
    )


class Investigation(Sourced, frozen=True, kw_only=True):
    """A test or opinion a rule may need: what, when it is indicated, what waits for it and how urgent it is."""

    name: str
    indication: str
    before: str
    urgency: str
    patient: str | None = None
    codes: tuple[Word, ...] = ()

    example: ClassVar[str] = (
        "- id: mri_lumbar\n  name: MRI of the lumbar spine\n  indication: ...\n  before: thrust, traction\n"
        "  urgency: routine\n  state: verified"
    )


class ScaleLevel(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a scale."""

    id: Word
    meaning: str
    use: str | None = None


class Scale(Sourced, frozen=True, kw_only=True):
    """An ordered scale of force, effort, heat or strength, mildest first."""

    name: str
    levels: tuple[ScaleLevel, ...]

    example: ClassVar[str] = "- id: heat\n  name: Heat felt\n  levels: [{id: H1, meaning: lukewarm}]\n  state: recalled"


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What studies show for a technique, in whom, how sure and in which direction."""

    population: str
    quality: Literal["high", "moderate", "low", "very low", "none"]
    direction: Literal["favours", "mixed", "no effect", "against", "unknown"]
    says: str | None = None


class Technique(Sourced, frozen=True, kw_only=True):
    """Something that can be done in a session or at home.

    `offer` tells how it enters a plan: `core` for everybody, `package` beside exercise, `conditional` under provisos,
    `comfort` for short-lived ease, `off` unless the clinic switches it on. A `variant_of` another technique can be
    excluded on its own. `dose` holds least and most of each quantity.
    """

    name: str
    technique_class: Word
    patient: str
    also_called: tuple[str, ...] = ()
    variant_of: Word | None = None
    made_of: tuple[Word, ...] = ()
    phases: tuple[Word, ...] = ()
    scale: Word | None = None
    start_level: Word | None = None
    most_level_with_leg_signs: Word | None = None
    dose: dict[Word, Range] = {}
    dose_note: str | None = None
    regions: tuple[str, ...] = ()
    purpose: str | None = None
    evidence: Evidence | None = None
    harms: str | None = None
    offer: Literal["core", "package", "conditional", "comfort", "off"]
    provisos: tuple[Word, ...] = ()
    skills: tuple[Word, ...] = ()
    equipment: tuple[Word, ...] = ()
    codes: tuple[Word, ...] = ()

    example: ClassVar[str] = (
        "- id: massage\n  name: Massage\n  technique_class: soft_tissue\n  patient: Relaxing massage.\n"
        "  offer: comfort\n  state: verified\n  source: [some_source]"
    )


class Proviso(Entry, frozen=True, kw_only=True):
    """A condition under which a technique is used, in words; `rules` enforce it where it can be enforced."""

    kind: Literal["blocker", "role", "consent", "plan", "stop", "info", "record"]
    says: str
    rules: tuple[Word, ...] = ()

    example: ClassVar[str] = "- id: skin_intact\n  kind: blocker\n  says: No wound, rash or infection."


class Preset(Sourced, frozen=True, kw_only=True):
    """A named course: how many sessions, how far apart, how long, and the verdict on it."""

    name: str
    sessions: Range
    weeks_most: float
    days_between: Range
    minutes: Range
    for_whom: str
    verdict: Literal["default", "plausible", "supported", "adjusted", "unsupported", "contradicted"]
    techniques: tuple[Word, ...] = ()
    weekends: str = "count as days"

    example: ClassVar[str] = (
        "- id: short_block\n  name: Short block\n  sessions: [3, 6]\n  weeks_most: 3\n  days_between: [2, 4]\n"
        "  minutes: [30]\n  for_whom: Everybody at first\n  verdict: default\n  state: project"
    )


class Phase(Sourced, frozen=True, kw_only=True):
    """A stretch of a session or of the home programme, in order, with its content and when to go on.

    `drawings` names a picture for each line of the content, `none` where there is none. `asks` are the facts that are
    answered in it.
    """

    name: str
    part_of: Literal["session", "home", "course"]
    order: int
    minutes: Range = ()
    when: str | None = None
    content: tuple[str, ...]
    drawings: tuple[str, ...] = ()
    dose: dict[Word, Range] = {}
    go_on_when: str | None = None
    asks: tuple[Word, ...] = ()

    example: ClassVar[str] = (
        "- id: warm_up\n  name: Warm-up\n  part_of: session\n  order: 2\n  content: [...]\n  state: project"
    )


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """How much change counts: in points, in percent, or the score that means success."""

    smallest_points: float | None = None
    smallest_percent: float | None = None
    error_of_measurement: float | None = None
    success_score: float | None = None
    says: str | None = None


class Measure(Sourced, frozen=True, kw_only=True):
    """An outcome measure: range, direction, scoring, smallest meaningful change, and what its licence allows.

    `embed` tells what of it may stand in this project: its text, own words only, the text after a check of the
    licence, the score only, or nothing.
    """

    name: str
    measures: str
    fact: Word | None = None
    least: float | None = None
    most: float | None = None
    better: Literal["lower", "higher", "normal is best"]
    scoring: str
    change: Change
    bands: tuple[str, ...] = ()
    licence: str
    embed: Literal["text", "own_words", "after_check", "score_only", "keep_out"]
    when: tuple[str, ...] = ()
    codes: tuple[Word, ...] = ()

    example: ClassVar[str] = (
        "- id: leg_pain\n  name: Leg pain now\n  measures: leg pain\n  least: 0\n  most: 10\n  better: lower\n"
        "  scoring: one number\n  change: {smallest_points: 2}\n  licence: generic\n  embed: own_words\n"
        "  state: verified"
    )


class Alternative(Sourced, frozen=True, kw_only=True):
    """Another way than hands-on care: for whom, what to expect, what it risks; `numbers` by what they say."""

    name: str
    when: str
    benefit: str
    risk: str
    numbers: dict[str, str] = {}
    timing: str | None = None

    example: ClassVar[str] = (
        "- id: alt.waiting\n  name: Waiting\n  when: ...\n  benefit: ...\n  risk: ...\n  state: verified"
    )


class Topic(Sourced, frozen=True, kw_only=True):
    """A text to read: education for patients, evidence, numbers, harm rates, open questions, service information."""

    title: str
    kind: Literal[
        "anatomy",
        "education",
        "consent",
        "evidence",
        "base rate",
        "harm",
        "gap",
        "uncertainty",
        "course of recovery",
        "advice",
        "service",
        "classification",
        "examination",
        "stratification",
        "trial dose",
        "glossary",
    ]
    reader: Literal["patient", "therapist", "both"]
    says: tuple[str, ...]
    patient_title: str | None = None

    example: ClassVar[str] = (
        "- id: topic.natural_recovery\n  title: Most people recover\n  kind: education\n  reader: patient\n"
        "  says: [First paragraph., Second paragraph.]\n  state: verified"
    )


class Skill(Sourced, frozen=True, kw_only=True):
    """A qualification that a person must hold for something."""

    name: str
    says: str

    example: ClassVar[str] = "- id: skill.thrust\n  name: Thrust\n  says: Trained and certified.\n  state: project"


class Equipment(Sourced, frozen=True, kw_only=True):
    """Something a clinic must have for something."""

    name: str
    says: str

    example: ClassVar[str] = "- id: equipment.first_aid\n  name: First aid\n  says: ...\n  state: project"


class Severity(Sourced, frozen=True, kw_only=True):
    """A grade of an adverse reaction and what it calls for.

    Somebody asks again after `ask_again_days`. `records` are the findings that it adds: value by fact.
    """

    name: str
    order: int
    meaning: str
    action: str
    ask_again_days: float
    records: dict[Word, Raw] = {}

    example: ClassVar[str] = (
        "- id: harm.mild\n  name: Mild\n  order: 1\n  meaning: ...\n  action: ...\n  ask_again_days: 3\n"
        "  state: verified"
    )


class ReviewGate(Sourced, frozen=True, kw_only=True):
    """A point at which a course must show that it helps: after so many sessions or days, whichever comes first.

    What is booked behind it waits for a named person; `rules` judge it.
    """

    name: str
    after_sessions: int | None = None
    after_days: int | None = None
    rules: tuple[Word, ...] = ()

    example: ClassVar[str] = (
        "- id: review.early\n  name: Early look\n  after_sessions: 4\n  after_days: 14\n  state: project"
    )


class Reading(Sourced, frozen=True, kw_only=True):
    """How a course is judged; when rules disagree, the higher `order` counts."""

    name: str
    order: int
    says: Says

    example: ClassVar[str] = (
        "- id: improving\n  name: Improving\n  order: 1\n  says: {therapist: ..., patient: ...}\n  state: project"
    )


CONTENT_SECTIONS: dict[str, type[Entry]] = {
    "releases": ev.Release,
    "dispositions": Disposition,
    "classes": TechniqueClass,
    "limits": LimitKind,
    "readings": Reading,
    "sources": ev.Source,
    "codes": ev.Code,
    "wordings": ev.Wording,
    "investigations": Investigation,
    "scales": Scale,
    "techniques": Technique,
    "provisos": Proviso,
    "presets": Preset,
    "phases": Phase,
    "review_gates": ReviewGate,
    "measures": Measure,
    "alternatives": Alternative,
    "guidelines": ev.Guideline,
    "stances": ev.Stance,
    "topics": Topic,
    "skills": Skill,
    "equipment": Equipment,
    "severities": Severity,
    "claims": ev.Claim,
    "contradictions": ev.Contradiction,
    "myths": ev.Myth,
}

SECTIONS: dict[str, type[Entry]] = {
    **CORE_SECTIONS,
    **BODY_CHART_SECTIONS,
    **CONTENT_SECTIONS,
    **MENTION_SECTIONS,
    **OWN_RECORD_SECTIONS,
    **DRAWING_SECTIONS,
    **PAGE_PART_SECTIONS,
    **MEASURING_SECTIONS,
    **POPULATION_SECTIONS,
}
