"""Keeping what was examined, and telling at once what it changed.

Two members may examine at the same time: the second is told what the first added. Where the second says something else
of the same fact, nothing is kept before the second has seen what the first found: the newer word would settle it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from spinepath.clinic import advice, record, written
from spinepath.clinic.examine.answers import sources_of
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Episode, KeptFinding, Member
from spinepath.engine.evaluate import Outcome


class Closed(Exception):
    """The episode is closed; nothing can be added to it."""


class Overtaken(Exception):
    """Nothing was kept: since the sheet was opened, somebody else found something else; `rows` by fact, the newest."""

    def __init__(self, rows: Mapping[str, KeptFinding]) -> None:
        super().__init__(", ".join(rows))
        self.rows = dict(rows)


@dataclass(frozen=True)
class Saved:
    """What was kept: how many answers, the advice before and after, rules that now fire, and what others added."""

    number: int
    before: str
    after: str
    rules: tuple[str, ...]
    offered: int
    offered_before: int
    others: tuple[int, ...]
    version: int
    again: bool = False

    def as_data(self) -> dict[str, Any]:
        """For the session of the member who saved."""
        return asdict(self)


def newest(episode: Episode) -> int:
    """The number of the newest finding of an episode; 0 when there is none."""
    found: int | None = KeptFinding.objects.filter(episode=episode).aggregate(last=Max("pk"))["last"]
    return found or 0


@transaction.atomic
def save(episode: Episode, member: Member, answers: Mapping[str, str], at: datetime | None, seen: int) -> Saved:
    """Add the answers of a sheet that was opened when `seen` was the newest finding.

    Raises Closed, Overtaken and NotRecorded; then nothing is kept.
    The same answers of the same member sent twice are kept once.
    """
    lock_episodes(episode.pk)
    episode.refresh_from_db(fields=["stage", "version", "disposition", "reading"])
    if not episode.is_open:
        raise Closed
    since = list(KeptFinding.objects.filter(episode=episode, pk__gt=seen).order_by("pk"))
    before = advice.outcome_of(episode)
    again = _same(since, member, answers)
    after = before
    if not again:
        overtaken = _said_otherwise(since, member, answers)
        if overtaken:
            raise Overtaken(overtaken)
        author = record.Author.of(member)
        after = record.add(episode, answers, author, at=at or timezone.localtime(), sources=sources_of(answers))
        episode.refresh_from_db(fields=["version"])
    others = tuple(row.pk for row in since if row.member_id != member.pk)
    return Saved(
        number=len(answers),
        before=before.disposition,
        after=after.disposition,
        rules=tuple(_new_dangers(before, after)),
        offered=_offered(after),
        offered_before=_offered(before),
        others=others,
        version=episode.version,
        again=again,
    )


def _same(since: Iterable[KeptFinding], member: Member, answers: Mapping[str, str]) -> bool:
    kept = {(row.fact, row.value) for row in since if row.member_id == member.pk}
    return bool(answers) and all(pair in kept for pair in answers.items())


def _said_otherwise(since: Iterable[KeptFinding], member: Member, answers: Mapping[str, str]) -> dict[str, KeptFinding]:
    """What others say of the same facts and these answers do not; what they have set right themselves is left out."""
    theirs = {row.fact: row for row in written.standing(since) if row.member_id != member.pk}
    return {name: row for name, row in theirs.items() if name in answers and row.value != answers[name]}


def _new_dangers(before: Outcome, after: Outcome) -> Iterable[str]:
    """Rules that fire now and did not, gravest first: those that forbid care or hold bookings."""
    base = advice.knowledge()
    new = [base.rules[name] for name in after.fired if name not in before.fired]
    grave = [rule for rule in new if rule.then.hold or _forbids_care(rule.then.at_least)]
    grave.sort(key=lambda rule: -base.strictness.get(rule.then.at_least or "", 0))
    return [rule.id for rule in grave]


def _forbids_care(disposition: str | None) -> bool:
    return disposition is not None and not advice.knowledge().dispositions[disposition].offers_care


def _offered(outcome: Outcome) -> int:
    return sum(offer.status == "offered" for offer in outcome.techniques.values())
