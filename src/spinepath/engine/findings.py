"""What was observed, when, by whom; and what of it still counts.

Findings are only ever added. The value of a fact is worked out from its findings for one moment (`as_of`):

* a finding older than the fact's `fresh_for` no longer counts; the chart still shows it;
* a danger that lasts (an illness, an implant), once found, counts until a clinician says otherwise in a newer finding;
* the newest fresh finding counts, and "I do not know" counts as unknown;
* where sources disagree on a yes/no or a choice, the more dangerous answer counts until a clinician settles it with a
  newer finding;
* a number that grows is as much larger as time has passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
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


def moment(written: str, *, end_of_day: bool = False, zone: tzinfo | None = UTC) -> datetime:
    """A date or date with time; without a zone it is in `zone`, without a time the start (or end) of the day.

    Raises ValueError when it is neither, or lies outside the years 1900 to 2199.
    """
    try:
        day = date.fromisoformat(written)
    except ValueError:
        found = datetime.fromisoformat(written)
    else:
        found = datetime.combine(day, time.max.replace(microsecond=0) if end_of_day else time.min)
    if not 1900 <= found.year < 2200:
        raise ValueError(written)
    return found if found.tzinfo else found.replace(tzinfo=zone)


def standings(knowledge: Knowledge, findings: Iterable[Finding], as_of: datetime) -> dict[str, Standing]:
    """What counts of every fact that has findings, at `as_of`. Findings made later are left out."""
    by_fact: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.at <= as_of:
            by_fact.setdefault(finding.fact, []).append(finding)
    return {name: standing(knowledge.facts[name], by_fact[name], as_of) for name in knowledge.facts if name in by_fact}


def standing(fact: Fact, findings: list[Finding], as_of: datetime) -> Standing:
    """What counts of one fact at `as_of`; the order in which findings are given does not matter."""
    if len(findings) == 1:  # nothing to weigh: as it is with nearly every fact
        return _of_one(fact, findings[0], as_of)
    ordered = sorted(findings, key=_in_order)
    fresh = [finding for finding in ordered if is_fresh(fact, finding, as_of) or _lasts(fact, finding)]
    stale = tuple(finding for finding in ordered if finding not in fresh)
    since_settled = _since_settled(fresh)
    latest = {finding.source: finding for finding in since_settled}
    counting = [finding for finding in since_settled if finding is latest[finding.source] or _lasts(fact, finding)]
    known = [finding for finding in counting if finding.value is not None]
    if not known:
        return Standing(value=None, decided_by=fresh[-1] if fresh else None, stale=stale)
    known.sort(key=lambda finding: (finding.at, _WEIGHT[finding.source]))
    chosen = known[-1]
    others = tuple(finding for finding in known if finding.value != chosen.value)
    if others and fact.answer != "number":
        return _disagreement(fact, known, stale)
    return Standing(value=grown(fact, chosen.value, chosen.at, as_of), decided_by=chosen, stale=stale)


def _of_one(fact: Fact, finding: Finding, as_of: datetime) -> Standing:
    """What counts of a fact with a single finding."""
    if not (is_fresh(fact, finding, as_of) or _lasts(fact, finding)):
        return Standing(value=None, stale=(finding,))
    return Standing(value=grown(fact, finding.value, finding.at, as_of), decided_by=finding)


def is_fresh(fact: Fact, finding: Finding, as_of: datetime) -> bool:
    """Does the finding still count? `session` means observed on the same calendar day as `as_of`."""
    if fact.fresh_for == "always":
        return True
    if fact.fresh_for == "session":
        return finding.at.astimezone(as_of.tzinfo).date() == as_of.date()
    days = int(fact.fresh_for.split()[0])
    return as_of - finding.at <= timedelta(days=days)


def _lasts(fact: Fact, finding: Finding) -> bool:
    return fact.lasting and _is_dangerous(fact, finding.value)


def _since_settled(fresh: list[Finding]) -> list[Finding]:
    """The findings from the clinician's newest word on; a clinician who knows settles what was said before."""
    settling = [finding.at for finding in fresh if finding.source == "clinician" and finding.value is not None]
    return [finding for finding in fresh if finding.at >= max(settling)] if settling else fresh


def _disagreement(fact: Fact, known: list[Finding], stale: tuple[Finding, ...]) -> Standing:
    dangerous = [finding for finding in known if _is_dangerous(fact, finding.value)]
    values = {finding.value for finding in dangerous}
    if len(values) != 1:
        return Standing(value=None, stale=stale, disagreeing=tuple(known))
    chosen = dangerous[-1]
    others = tuple(finding for finding in known if finding.value != chosen.value)
    return Standing(value=chosen.value, decided_by=chosen, stale=stale, disagreeing=others)


def _is_dangerous(fact: Fact, value: Value) -> bool:
    if value is None:
        return False
    if fact.answer == "yes_no":
        return ("yes" if value else "no") in (("yes",) if fact.danger is None else fact.danger)
    return value in (fact.danger or ())


def _in_order(finding: Finding) -> tuple[datetime, int, str, str]:
    """By time; of findings made at once the weightier source comes last."""
    return (finding.at, _WEIGHT[finding.source], type(finding.value).__name__, str(finding.value))


def values_at(knowledge: Knowledge, findings: Iterable[Finding], as_of: datetime) -> dict[str, Value]:
    """The value of every found-out fact at `as_of`, with the numbers that compare it with earlier findings.

    This is what `evaluate` takes. Facts without a fresh finding are missing, which means unknown.
    """
    findings = tuple(findings)
    return values_from(knowledge, findings, standings(knowledge, findings, as_of), as_of)


def values_from(
    knowledge: Knowledge, findings: Iterable[Finding], found: Mapping[str, Standing], as_of: datetime
) -> dict[str, Value]:
    """The same where the `standings` of the findings are known already."""
    values: dict[str, Value] = {name: stand.value for name, stand in found.items() if stand.value is not None}
    looked_back = set(knowledge.compared_facts.values())
    told = [one for one in findings if one.fact in looked_back and one.value is not None and one.at <= as_of]
    history: dict[str, list[Finding]] = {}
    for finding in sorted(told, key=_in_order):
        history.setdefault(finding.fact, []).append(finding)
    for name, compared in knowledge.compared_facts.items():
        fact = knowledge.facts[name]
        if compared in values and fact.worked_out is not None:
            days = values.get(fact.worked_out.within or "")
            looked_at = _since(history[compared], None if days is None else as_of - timedelta(days=float(days)))
            values[name] = _compared(fact, fact.worked_out, looked_at, float(values[compared] or 0))
    return values


def _since(history: list[Finding], start: datetime | None) -> list[float]:
    """The numbers that stood at the end of the day of `start`, and were found since; all without a start."""
    if start is not None:
        before = [one for one in history if one.at.astimezone(start.tzinfo).date() <= start.date()]
        history = history[max(len(before) - 1, 0) :]
    return [float(one.value or 0) for one in history]


def _compared(fact: Fact, how: Derivation, history: list[float], now: float) -> float:
    """How far the number fell (or rose) since its first, highest or lowest finding; 0 when it did not."""
    extreme = max(history) if how.fall_of else min(history)
    reference = history[0] if how.since == "first" else extreme
    distance = reference - now if how.fall_of else now - reference
    if how.as_percent:
        distance = 100 * distance / reference if reference else 0
    within = min(max(distance, fact.least or 0), fact.most if fact.most is not None else distance)
    return round(within, 1)
