"""Old advice beside today's: what was said then, whether it comes out the same again, and what today's rules say."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from spinepath.clinic import advice
from spinepath.clinic.models import KeptAssessment, KnowledgeVersion
from spinepath.engine import words
from spinepath.engine.assess import Assessment, NotTheSame, Stored, assess
from spinepath.engine.entries import Rule
from spinepath.engine.findings import Finding
from spinepath.engine.knowledge import Knowledge


@dataclass(frozen=True)
class Then:
    """What was said, in words. A rule that no kept knowledge has any more stands with its id."""

    disposition: str
    says: str
    rules: list[tuple[str, str]]
    findings: list[tuple[str, str, Finding]]


def _knowledge_of(kept: KeptAssessment) -> Knowledge | None:
    try:
        return advice.knowledge_of(kept.knowledge)
    except KnowledgeVersion.DoesNotExist:
        return None


def then_of(kept: KeptAssessment) -> Then | None:
    """What the kept assessment said; None when its file cannot be read."""
    try:
        stored = msgspec.json.decode(bytes(kept.stored), type=Stored)
    except msgspec.MsgspecError:
        return None
    base = _knowledge_of(kept) or advice.knowledge()
    disposition = base.dispositions.get(stored.said["disposition"])
    rules = [(name, _says(base.rules.get(name))) for name in stored.said["fired"] if _forces(base.rules.get(name))]
    return Then(
        disposition=disposition.name if disposition else stored.said["disposition"],
        says=disposition.says.therapist if disposition else "",
        rules=rules,
        findings=[_in_words(base, one) for one in stored.findings],
    )


def _forces(rule: Rule | None) -> bool:
    return rule is None or rule.then.at_least is not None


def _says(rule: Rule | None) -> str:
    return rule.says.therapist if rule else ""


def _in_words(base: Knowledge, one: Finding) -> tuple[str, str, Finding]:
    fact = base.facts.get(one.fact)
    if fact is None:
        return one.fact, "", one
    return fact.name, "" if one.value is None else words.value_words(base, fact, one.value), one


@dataclass(frozen=True)
class Again:
    """The old advice made again: `same` with the knowledge of then, and what differs with today's.

    `why_not` says why it could not be made again.
    """

    same: bool
    why_not: str
    now: Assessment
    was: str
    new_rules: list[Rule]
    gone_rules: list[tuple[str, str]]
    techniques: list[tuple[str, str, str]]

    @property
    def differs(self) -> bool:
        """Would today's knowledge say something else of the same findings?"""
        changed = self.now.outcome.disposition != self.was
        return changed or bool(self.new_rules or self.gone_rules or self.techniques)


def again(kept: KeptAssessment) -> Again | None:
    """The kept advice replayed, and the same findings judged by today's knowledge; None for an unreadable file."""
    try:
        stored = msgspec.json.decode(bytes(kept.stored), type=Stored)
    except msgspec.MsgspecError:
        return None
    why_not = ""
    try:
        advice.replayed(kept)
    except NotTheSame as differs:
        why_not = str(differs)
    except KnowledgeVersion.DoesNotExist:
        why_not = "The knowledge base of then was not kept here."
    base = advice.knowledge()
    known = [one for one in stored.findings if one.fact in base.facts]
    now = assess(base, known, stored.as_of)
    then_fired, now_fired = set(stored.said["fired"]), set(now.outcome.fired)
    old = _knowledge_of(kept)
    gone = sorted(then_fired - now_fired)
    return Again(
        same=not why_not,
        why_not=why_not,
        now=now,
        was=stored.said["disposition"],
        new_rules=[base.rules[name] for name in now.outcome.fired if name not in then_fired],
        gone_rules=[(name, _says(old.rules.get(name) if old else base.rules.get(name))) for name in gone],
        techniques=_changed(stored, now, base),
    )


def _changed(stored: Stored, now: Assessment, base: Knowledge) -> list[tuple[str, str, str]]:
    """Techniques that stand elsewhere than then: name, then, now."""
    before = {name: one["status"] for name, one in stored.said["techniques"].items()}
    return [
        (base.techniques[name].name, before.get(name, "not known then"), offer.status)
        for name, offer in now.outcome.techniques.items()
        if before.get(name) != offer.status
    ]
