"""Old decisions: which knowledge they used, and whether they can still be made again today."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Max

from spinepath.clinic import advice
from spinepath.clinic.models import Clinic, KeptAssessment, KnowledgeVersion
from spinepath.engine.assess import NotTheSame, Stored
from spinepath.engine.evaluate import evaluate
from spinepath.engine.findings import Finding, values_at


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """What an old decision said, whether it comes out the same today, and what today's knowledge makes of it."""

    same: bool
    trouble: str
    today: str
    rules: tuple[str, ...]
    findings: tuple[Finding, ...]


def versions_of(clinic: Clinic) -> list[dict[str, Any]]:
    """The knowledge bases that were in use, newest first, with how many decisions of this clinic rest on each."""
    counts: dict[str, dict[str, Any]] = {
        row["knowledge"]: dict(row)
        for row in KeptAssessment.objects.filter(episode__clinic=clinic)
        .values("knowledge")
        .annotate(count=Count("pk"), last=Max("as_of"))
    }
    kept = dict(KnowledgeVersion.objects.values_list("version", "first_used_at"))
    told = [_version(name, kept.get(name), counts.get(name, {})) for name in {**kept, **counts}]
    return sorted(told, key=lambda one: (one["is_now"], str(one["since"] or "")), reverse=True)


def _version(name: str, since: datetime | None, row: dict[str, Any]) -> dict[str, Any]:
    now = advice.knowledge().version
    return {
        "version": name,
        "since": since,
        "is_kept": since is not None,
        "count": row.get("count", 0),
        "last": row.get("last"),
        "is_now": name == now,
    }


def replay(kept: KeptAssessment) -> Replay:
    """Make the decision again with the knowledge of then, and show what the knowledge of today says of its findings."""
    trouble, rules = "", tuple[str, ...]()
    try:
        rules = advice.replayed(kept).outcome.fired
    except NotTheSame as problem:
        trouble = str(problem)
    except KnowledgeVersion.DoesNotExist:
        trouble = "The knowledge base of then is not kept here."
    stored = _stored(kept)
    return Replay(
        same=not trouble,
        trouble=trouble,
        today=_today(stored) if stored else "",
        rules=tuple(rules),
        findings=stored.findings if stored else (),
    )


def _stored(kept: KeptAssessment) -> Stored | None:
    try:
        return msgspec.json.decode(bytes(kept.stored), type=Stored)
    except msgspec.MsgspecError:
        return None


def _today(stored: Stored) -> str:
    base = advice.knowledge()
    known = [one for one in stored.findings if one.fact in base.facts]
    return evaluate(base, values_at(base, known, stored.as_of)).disposition
