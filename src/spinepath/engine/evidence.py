"""What the knowledge base rests on: its release, its sources and codes, the article's claims, myths and guidelines.

As in `entries.py`, each class is one kind of entry and each field one key of the YAML files.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from spinepath.engine.entries import Entry, Sourced, State, Word
from spinepath.engine.mentions import System


class Release(Entry, frozen=True, kw_only=True):
    """The name of this state of the knowledge base and who signed it off."""

    version: str
    day: date
    signed_off: str
    intended_use: str
    limits: tuple[str, ...]

    example: ClassVar[str] = "- id: release\n  version: 2026.11\n  day: 2026-11-22\n  signed_off: nobody yet\n  ..."


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

    system: System
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
