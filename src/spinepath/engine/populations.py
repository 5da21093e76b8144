"""Made-up patients whose truth is known, as types: what lies behind a complaint, and what it then shows.

As in `entries.py`, each class is one kind of entry and each field one key of the YAML files. `population/` draws people
from them. A line may name, beside facts, the causes and traits that no chart shows. Of several lines that apply to a
person the last one written counts; a fact for which none applies stays unknown.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from spinepath.engine.entries import Entry, Fact, Raw, Sourced, State, Word

WAYS = ("chance", "words", "normal", "lognormal", "uniform", "value", "same_as", "unknown")
"""The keys of a line of which exactly one is used."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How many people have a cause: the `chance`, among those for whom `when` holds.

    `state` and `source` are those of the entry unless written.
    """

    chance: float
    when: str | None = None
    state: State | None = None
    source: tuple[Word, ...] = ()
    place: str = ""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What facts or traits are, among those for whom `when` holds; each is drawn by itself, in one of these ways.

    `chance` is how often a yes/no is yes; `words` how often a choice is each word. A number is drawn by `normal` (mean
    and spread), `lognormal` (median, and the factor that is one spread) or `uniform` (least and most), brought to whole
    `step`s and to the nearest end of the fact's range; `by` adds so much to the mean for each 1 of another number.
    `value` is the same for all, `same_as` copies another fact or trait, `unknown` says that there is nothing to know.
    """

    facts: tuple[Word, ...]
    when: str | None = None
    chance: float | None = None
    words: dict[Word, float] = {}
    normal: tuple[float, ...] = ()
    lognormal: tuple[float, ...] = ()
    uniform: tuple[float, ...] = ()
    by: dict[Word, float] = {}
    step: float = 1
    value: Raw | None = None
    same_as: Word | None = None
    unknown: bool = False
    state: State | None = None
    source: tuple[Word, ...] = ()
    place: str = ""

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways of drawing that the line uses; a sound line uses one."""
        empty: dict[str, object] = {"words": {}, "normal": (), "lognormal": (), "uniform": (), "unknown": False}
        return tuple(way for way in WAYS if getattr(self, way) != empty.get(way))


class Cause(Sourced, frozen=True, kw_only=True):
    """What truly lies behind a made-up person's complaint, or goes with it; no chart shows it.

    Only those for whom `only` holds can have it. `leads_to` is the disposition that the rules should reach at least.
    """

    name: str
    share: tuple[Share, ...]
    only: str | None = None
    leads_to: Word | None = None

    example: ClassVar[str] = (
        "- id: cauda_equina_pressed\n  name: Cauda equina syndrome\n  leads_to: emergency_today\n"
        "  share: [{chance: 0.0004}]\n  state: verified\n  source: [some_source]"
    )


class Trait(Entry, frozen=True, kw_only=True):
    """Something hidden that several facts depend on, such as the side or how severe it is. Tendencies draw it."""

    name: str
    answer: Literal["yes_no", "number", "choice"] = "number"
    values: tuple[str, ...] = ()
    least: float = 0
    most: float = 1

    def as_fact(self) -> Fact:
        """The trait as if it were a fact, for what treats both alike."""
        words = {Word(word): word for word in self.values}
        return Fact(
            id=self.id,
            name=self.name,
            answer=self.answer,
            values=words,
            least=self.least,
            most=self.most,
            unit="",
            state="project",
        )

    example: ClassVar[str] = "- id: hurt_side\n  name: The side that hurts\n  answer: choice\n  values: [left, right]"


class Tendency(Sourced, frozen=True, kw_only=True):
    """What is usual among the made-up people for whom `when` holds; without it, among all."""

    name: str
    when: str | None = None
    shows: tuple[Shown, ...]

    example: ClassVar[str] = (
        "- id: tendency.old_age\n  name: Old age\n  when: age_years >= 70\n"
        "  shows:\n    - {facts: [osteoporosis], chance: 0.2}\n  state: project"
    )


class Gap(Sourced, frozen=True, kw_only=True):
    """How often answers are missing: of the facts named, asked on these screens, or `obtained` in one of these ways.

    The `chance` is for a `fact` alone, for all of them that stand on one `screen`, or for all at once in a `person`.
    """

    name: str
    chance: float
    together: Literal["fact", "screen", "person"]
    when: str | None = None
    facts: tuple[Word, ...] = ()
    questions: tuple[Word, ...] = ()
    obtained: tuple[str, ...] = ()

    example: ClassVar[str] = (
        "- id: gap.not_imaged\n  name: No image\n  obtained: [image]\n  together: person\n  chance: 0.8\n"
        "  state: project"
    )


class Population(Entry, frozen=True, kw_only=True):
    """A place where people come from: the causes whose `shares` differ there from those written with the causes."""

    name: str
    about: str
    shares: dict[Word, float] = {}

    example: ClassVar[str] = "- id: emergency_room\n  name: Emergency room\n  about: ...\n  shares: {some_cause: 0.02}"


class Impossible(Entry, frozen=True, kw_only=True):
    """What no made-up person may be, and why: a chart that contradicts itself."""

    when: str
    why: str

    example: ClassVar[str] = "- id: impossible.x\n  when: fever and not fever\n  why: Nobody is both."


POPULATION_SECTIONS: dict[str, type[Entry]] = {
    "populations": Population,
    "causes": Cause,
    "traits": Trait,
    "tendencies": Tendency,
    "gaps": Gap,
    "impossibles": Impossible,
}
