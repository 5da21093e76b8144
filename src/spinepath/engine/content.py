"""Everything the rules speak of: dispositions, techniques, doses, measures, texts and evidence, as types.

As in `entries.py`, each class is one kind of entry and each field one key of the YAML files.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

import msgspec

from spinepath.engine.entries import CORE_SECTIONS, Entry, Says, Sourced, State, Word

Range = tuple[float, ...]
"""One number, or the least and the most."""


class Disposition(Sourced, frozen=True, kw_only=True):
    """What is to be done with the person, from mildest (`order: 1`) to strictest; `bars` classes are not offered."""

    name: str
    order: int
    says: Says
    time_limit: str
    bars: tuple[Word, ...] = ()
    actions: tuple[str, ...] = ()
    offers_care: bool = False

    example: ClassVar[str] = (
        "- id: proceed\n  name: Proceed\n  order: 1\n  time_limit: none\n  says: {therapist: ..., patient: ...}\n"
        "  state: project"
    )


class TechniqueClass(Entry, frozen=True, kw_only=True):
    """A family of techniques that share contraindications. `hands_on` classes need a finished danger screen."""

    name: str
    hands_on: bool
    about: str

    example: ClassVar[str] = "- id: traction\n  name: Traction\n  hands_on: yes\n  about: Pulling along the spine."


class LimitKind(Entry, frozen=True, kw_only=True):
    """A quantity that rules may bound; when several rules speak, the stricter value counts."""

    name: str
    unit: str
    stricter: Literal["lower", "higher"]
    says: str

    example: ClassVar[str] = (
        "- id: sessions_most\n  name: Sessions\n  unit: sessions\n  stricter: lower\n  says: At most {value} sessions."
    )


class Source(Entry, frozen=True, kw_only=True):
    """A publication, guideline, page or body of knowledge that entries rest on, and who has checked it when."""

    who: str
    year: int | None = None
    title: str
    link: str | None = None
    kind: Literal[
        "guideline", "review", "trial", "cohort", "series", "survey", "test study", "textbook", "page", "owner"
    ]
    state: State
    checked: str = "nobody yet"
    note: str | None = None

    example: ClassVar[str] = (
        "- id: nice_ng59\n  who: NICE\n  year: 2016\n  title: Low back pain and sciatica\n  link: https://...\n"
        "  kind: guideline\n  state: verified"
    )


class Code(Entry, frozen=True, kw_only=True):
    """A published code, and where code and name were seen together. Codes recalled from memory have no place here."""

    system: Literal["snomed", "loinc", "icd10", "icd10cm", "rxnorm"]
    code: str
    display: str
    seen_in: str
    licence: str | None = None

    example: ClassVar[str] = (
        "- id: loinc.72514-3\n  system: loinc\n  code: 72514-3\n  display: Pain severity\n  seen_in: ..."
    )


class Wording(Entry, frozen=True, kw_only=True):
    """Words that never stand in a text for patients, and why."""

    avoid: tuple[str, ...]
    why: str

    example: ClassVar[str] = "- id: wording.promises\n  avoid: [guarantee]\n  why: Nobody can promise a result."


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
    """A stretch of a session or of the home programme, in order, with its content and when to go on."""

    name: str
    part_of: Literal["session", "home", "course"]
    order: int
    minutes: Range = ()
    when: str | None = None
    content: tuple[str, ...]
    dose: dict[Word, Range] = {}
    go_on_when: str | None = None

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
    """Another way than hands-on care: for whom, what to expect, what it risks, in numbers."""

    name: str
    when: str
    benefit: str
    risk: str
    numbers: dict[Word, str] = {}
    timing: str | None = None

    example: ClassVar[str] = (
        "- id: alt.waiting\n  name: Waiting\n  when: ...\n  benefit: ...\n  risk: ...\n  state: verified"
    )


class Guideline(Sourced, frozen=True, kw_only=True):
    """A guideline whose advice is compared."""

    name: str
    year: int
    updated: int | None = None
    scope: str
    strength_words: str
    in_force: Literal["yes", "no", "unknown"]

    example: ClassVar[str] = (
        "- id: g_nice\n  name: NICE NG59\n  year: 2016\n  scope: ...\n  strength_words: ...\n  in_force: yes\n"
        "  state: verified"
    )


class Stance(Sourced, frozen=True, kw_only=True):
    """What guidelines say of a family of techniques."""

    families: tuple[str, ...]
    guidelines: tuple[Word, ...]
    stance: Literal[
        "should",
        "may",
        "consider in a package",
        "conditional for",
        "option",
        "no statement",
        "insufficient evidence",
        "conditional against",
        "preferably not",
        "do not offer",
    ]
    strength: str | None = None
    says: str

    example: ClassVar[str] = (
        "- id: gs_nice_traction\n  families: [traction]\n  guidelines: [g_nice]\n  stance: do not offer\n  says: ...\n"
        "  state: secondary"
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
    """A grade of an adverse reaction and what it calls for."""

    name: str
    order: int
    meaning: str
    action: str

    example: ClassVar[str] = (
        "- id: harm.mild\n  name: Mild\n  order: 1\n  meaning: ...\n  action: ...\n  state: verified"
    )


class Reading(Sourced, frozen=True, kw_only=True):
    """How a course is judged; when rules disagree, the higher `order` counts."""

    name: str
    order: int
    says: Says

    example: ClassVar[str] = (
        "- id: improving\n  name: Improving\n  order: 1\n  says: {therapist: ..., patient: ...}\n  state: project"
    )


class Claim(Entry, frozen=True, kw_only=True):
    """One statement of the article, where it went (`home`) or why it is not followed.

    `home` lists the entries that carry it; each of them names the claim too. A claim that is not followed says why,
    and may still have a home that explains it.
    """

    lines: tuple[int, ...]
    says: str
    verdict: Literal["followed", "adjusted", "not_followed"]
    why: str
    home: tuple[Word, ...] = ()
    could_harm: bool = False

    example: ClassVar[str] = (
        "- id: dose-session-half-hour\n  lines: [120]\n  says: A session lasts half an hour.\n  verdict: followed\n"
        "  why: Used as the default length.\n  home: [preset.standard]"
    )


class Contradiction(Entry, frozen=True, kw_only=True):
    """Where the article says two things, which reading was chosen, and what carries it out."""

    title: str
    sides: tuple[tuple[Word, ...], ...]
    reading: str
    home: tuple[Word, ...]

    example: ClassVar[str] = (
        "- id: X01\n  title: Examine first or not\n  sides: [[claim-a], [claim-b]]\n  reading: Examine first.\n"
        "  home: [screen.examined]"
    )


class Myth(Sourced, frozen=True, kw_only=True):
    """Something the web gets wrong, what evidence says, and what follows for this system."""

    web_says: str
    evidence_says: str
    so_we: str
    home: tuple[Word, ...] = ()

    example: ClassVar[str] = "- id: myth.x\n  web_says: ...\n  evidence_says: ...\n  so_we: ...\n  state: verified"


class Release(Entry, frozen=True, kw_only=True):
    """The name of this state of the knowledge base and who signed it off."""

    version: str
    day: date
    signed_off: str
    intended_use: str
    limits: tuple[str, ...]

    example: ClassVar[str] = "- id: release\n  version: 2026.11\n  day: 2026-11-22\n  signed_off: nobody yet\n  ..."


CONTENT_SECTIONS: dict[str, type[Entry]] = {
    "releases": Release,
    "dispositions": Disposition,
    "classes": TechniqueClass,
    "limits": LimitKind,
    "readings": Reading,
    "sources": Source,
    "codes": Code,
    "wordings": Wording,
    "investigations": Investigation,
    "scales": Scale,
    "techniques": Technique,
    "provisos": Proviso,
    "presets": Preset,
    "phases": Phase,
    "measures": Measure,
    "alternatives": Alternative,
    "guidelines": Guideline,
    "stances": Stance,
    "topics": Topic,
    "skills": Skill,
    "equipment": Equipment,
    "severities": Severity,
    "claims": Claim,
    "contradictions": Contradiction,
    "myths": Myth,
}

SECTIONS: dict[str, type[Entry]] = {**CORE_SECTIONS, **CONTENT_SECTIONS}
