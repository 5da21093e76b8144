"""What records kept by others say of facts, as types: coded mentions, coded answers, demographics, units.

As in `entries.py`, each class is one kind of entry and each field one key of the YAML files. `interop/fhir` reads
records with them; what a record does not mention stays unknown.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from spinepath.engine.entries import Entry, Raw, Sourced, Word

System = Literal["snomed", "loinc", "icd10", "icd10cm", "rxnorm"]

RecordKind = Literal["condition", "allergy", "medication", "procedure", "observation"]


class Mention(Sourced, frozen=True, kw_only=True):
    """What a code in a record says of a fact, and for how long that counts.

    A yes/no fact or a choice has the value that the code `says`; a code may mean less than the fact, never more. For
    an observation with a value, `words` gives the fact's value for each code it may hold, and `unit` the unit (UCUM)
    in which a number is taken; with `at_least` or `at_most` a number only leads to what the code `says`.

    `counts: ever` is history: it stays once it was recorded. `now` counts while the record shows it as open. `new`
    counts from its start, for as long as the fact is fresh, or `for_days`. With `open_for_days` something open counts
    only after that time. `denied` is what the fact is when the record refutes the code or answers it with no; written
    only where the code covers the whole fact.
    """

    fact: Word
    codes: tuple[Word, ...]
    found_in: tuple[RecordKind, ...]
    says: Raw | None = None
    counts: Literal["now", "ever", "new"] = "now"
    for_days: float | None = None
    open_for_days: float | None = None
    denied: Raw | None = None
    words: dict[Word, Raw] = {}
    unit: str | None = None
    at_least: float | None = None
    at_most: float | None = None

    example: ClassVar[str] = (
        "- id: mention.warfarin\n  fact: takes_anticoagulant\n  codes: [rxnorm.855332]\n  found_in: [medication]\n"
        "  says: yes\n  counts: now\n  state: project"
    )

    @property
    def is_number(self) -> bool:
        """Does the number of an observation become the value of the fact?"""
        return self.unit is not None and self.says is None

    @property
    def is_threshold(self) -> bool:
        """Does the number of an observation decide whether the code says anything?"""
        return self.at_least is not None or self.at_most is not None


class CodedAnswer(Entry, frozen=True, kw_only=True):
    """Codes that answer a coded question with yes, no or "I do not know"."""

    says: Literal["yes", "no", "unknown"]
    codes: tuple[Word, ...]

    example: ClassVar[str] = "- id: coded_answer.no\n  says: no\n  codes: [snomed.373067005]"


class Demographic(Sourced, frozen=True, kw_only=True):
    """What the person's own entry says of a fact; of several for one fact, the first that says anything counts.

    `field: birthDate` gives the time since birth; `gender` and the extension at `url` give the value in `words`.
    """

    fact: Word
    field: Literal["birthDate", "gender", "extension"]
    url: str | None = None
    words: dict[Word, Raw] = {}

    example: ClassVar[str] = (
        "- id: demographic.gender\n  fact: sex_at_birth\n  field: gender\n  words: {female: female, male: male}\n"
        "  state: project"
    )


class CodeSystem(Entry, frozen=True, kw_only=True):
    """Under which addresses records name a code system."""

    system: System
    uris: tuple[str, ...]

    example: ClassVar[str] = "- id: code_system.loinc\n  system: loinc\n  uris: ['http://loinc.org']"


class Unit(Entry, frozen=True, kw_only=True):
    """A unit (UCUM code, and how else it is written), and how a number is brought to another: (n + `plus`) x `times`.

    Without `to` the unit is only known by its names.
    """

    code: str
    also: tuple[str, ...] = ()
    to: str | None = None
    plus: float = 0
    times: float = 1

    example: ClassVar[str] = "- id: unit.pound\n  code: '[lb_av]'\n  also: [lb]\n  to: kg\n  times: 0.45359237"


MENTION_SECTIONS: dict[str, type[Entry]] = {
    "mentions": Mention,
    "coded_answers": CodedAnswer,
    "demographics": Demographic,
    "code_systems": CodeSystem,
    "units": Unit,
}
