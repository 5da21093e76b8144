"""What was observed, when, by whom; and what of it still counts.

Findings are only ever added. The value of a fact is worked out from its findings for one moment (`as_of`):

* a finding older than the fact's `fresh_for` no longer counts; the chart still shows it;
* the newest fresh finding counts, and "I do not know" counts as unknown;
* where sources disagree on a yes/no or a choice, the more dangerous answer counts until a clinician settles it with a
  newer finding;
* a number that grows is as much larger as time has passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

import msgspec

from spinepath.engine.conditions import Value
from spinepath.engine.entries import Derivation, Fact
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.values import grown

Origin = Literal["patient", "device", "record", "clinic", "clinician"]

_WEIGHT: dict[str, int] = {"patient": 0, "device": 1, "record": 2, "clinic": 3, "clinician": 4}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One observation: a fact's value at a time, from a source (`source`) and a person or thing (`by`)."""

    fact: str
    value: Value
    at: datetime
    source: Origin
    by: str | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What counts of one fact at a moment, and why: the finding that decides, and what was set aside.

    `stale` are findings too old to count; `disagreeing` are fresh findings that say otherwise.
    """

    value: Value
    decided_by: Finding | None = None
    stale: tuple[Finding, ...] = ()
    disagreeing: tuple[Finding, ...] = ()


def moment(written: str, *, end_of_day: bool = False) -> datetime:
    """A date or date with time; without a zone it is UTC, without a time the start (or end) of the day.

    Raises ValueError when it is neither.
    """
    if len(written) == 10:
        clock = time.max.replace(microsecond=0) if end_of_day else time.min
        return datetime.combine(date.fromisoformat(written), clock, UTC)
    found = datetime.fromisoformat(written)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def standings(knowledge: Knowledge, findings: Iterable[Finding], as_of: datetime) -> dict[str, Standing]:
    """What counts of every fact that has findings, at `as_of`. Findings made later are left out."""
    by_fact: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.at <= as_of:
            by_fact.setdefault(finding.fact, []).append(finding)
    return {name: standing(knowledge.facts[name], by_fact[name], as_of) for name in knowledge.facts if name in by_fact}


def standing(fact: Fact, findings: list[Finding], as_of: datetime) -> Standing:
    """What counts of one fact at `as_of`; the order in which findings are given does not matter."""
    ordered = sorted(findings, key=lambda finding: (finding.at, _WEIGHT[finding.source], _key(finding.value)))
    fresh = [finding for finding in ordered if is_fresh(fact, finding, as_of)]
    stale = tuple(finding for finding in ordered if finding not in fresh)
    latest = {finding.source: finding for finding in _since_settled(fresh)}
    known = [finding for finding in latest.values() if finding.value is not None]
    if not known:
        return Standing(value=None, decided_by=fresh[-1] if fresh else None, stale=stale)
    known.sort(key=lambda finding: (finding.at, _WEIGHT[finding.source]))
    chosen = known[-1]
    others = tuple(finding for finding in known if finding.value != chosen.value)
    if others and fact.answer != "number":
        return _disagreement(fact, known, stale)
    days = (as_of - chosen.at) / timedelta(days=1)
    return Standing(value=grown(fact, chosen.value, days), decided_by=chosen, stale=stale)


def is_fresh(fact: Fact, finding: Finding, as_of: datetime) -> bool:
    """Does the finding still count? `session` means observed on the same calendar day as `as_of`."""
    if fact.fresh_for == "always":
        return True
    if fact.fresh_for == "session":
        return finding.at.astimezone(as_of.tzinfo).date() == as_of.date()
    days = int(fact.fresh_for.split()[0])
    return as_of - finding.at <= timedelta(days=days)


def _since_settled(fresh: list[Finding]) -> list[Finding]:
    """The findings from the clinician's newest word on; a clinician who knows settles what was said before."""
    for place in range(len(fresh) - 1, -1, -1):
        if fresh[place].source == "clinician" and fresh[place].value is not None:
            return fresh[place:]
    return fresh


def _disagreement(fact: Fact, known: list[Finding], stale: tuple[Finding, ...]) -> Standing:
    dangerous = [finding for finding in known if _is_dangerous(fact, finding.value)]
    values = {finding.value for finding in dangerous}
    if len(values) != 1:
        return Standing(value=None, stale=stale, disagreeing=tuple(known))
    chosen = dangerous[-1]
    others = tuple(finding for finding in known if finding.value != chosen.value)
    return Standing(value=chosen.value, decided_by=chosen, stale=stale, disagreeing=others)


def _is_dangerous(fact: Fact, value: Value) -> bool:
    if fact.answer == "yes_no":
        return ("yes" if value else "no") in (("yes",) if fact.danger is None else fact.danger)
    return value in (fact.danger or ())


def _key(value: Value) -> tuple[str, str]:
    return (type(value).__name__, str(value))


def values_at(knowledge: Knowledge, findings: Iterable[Finding], as_of: datetime) -> dict[str, Value]:
    """The value of every found-out fact at `as_of`, with the numbers that compare it with earlier findings.

    This is what `evaluate` takes. Facts without a fresh finding are missing, which means unknown.
    """
    findings = [finding for finding in findings if finding.at <= as_of]
    found = standings(knowledge, findings, as_of)
    values: dict[str, Value] = {name: stand.value for name, stand in found.items() if stand.value is not None}
    history = _history(findings)
    for name, fact in knowledge.facts.items():
        how = fact.worked_out
        compared = how and (how.fall_of or how.rise_of)
        if how and compared and compared in values:
            values[name] = _compared(fact, how, history[compared], float(values[compared] or 0))
    return values


def _history(findings: Iterable[Finding]) -> Mapping[str, list[float]]:
    history: dict[str, list[float]] = {}
    for finding in sorted(findings, key=lambda finding: finding.at):
        if isinstance(finding.value, (int, float)) and not isinstance(finding.value, bool):
            history.setdefault(finding.fact, []).append(float(finding.value))
    return history


def _compared(fact: Fact, how: Derivation, history: list[float], now: float) -> float:
    """How far the number fell (or rose) since its first, highest or lowest finding; 0 when it did not."""
    extreme = max(history) if how.fall_of else min(history)
    reference = history[0] if how.since == "first" else extreme
    distance = reference - now if how.fall_of else now - reference
    if how.as_percent:
        distance = 100 * distance / reference if reference else 0
    within = min(max(distance, fact.least or 0), fact.most if fact.most is not None else distance)
    return round(within, 1)
