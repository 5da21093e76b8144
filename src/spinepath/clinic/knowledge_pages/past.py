"""Old decisions: which knowledge they used, and how many rest on each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from spinepath.clinic import advice
from spinepath.clinic.models import Clinic, KeptAssessment, KnowledgeVersion


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
