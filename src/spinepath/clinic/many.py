"""What is known of many episodes, read at once: a fixed number of queries, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime

from spinepath.clinic import once, own_records
from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Episode, KeptFinding


def read_at_once(episodes: Collection[Episode], now: datetime) -> AbstractContextManager[None]:
    """Within this, `advice` and `own_records` know these episodes by day without asking the database."""
    own: dict[int, list[KeptFinding]] = defaultdict(list)
    for row in KeptFinding.objects.filter(episode__in=episodes).order_by("at", "pk"):
        own[row.episode_id].append(row)
    lasting = [name for name, fact in knowledge().facts.items() if fact.lasting]
    people = {one.person_id for one in episodes}
    earlier: dict[int, list[KeptFinding]] = defaultdict(list)
    rows = KeptFinding.objects.filter(episode__person__in=people, fact__in=lasting).select_related("episode")
    for row in rows.order_by("at", "pk"):
        earlier[row.episode.person_id].append(row)
    told: dict[tuple[object, ...], object] = {}
    for pk, books in own_records.books_of(episodes, now).items():
        told["diary", pk, now.date()] = books
    for one in episodes:
        told["findings", one.pk] = own[one.pk]
        told["earlier findings", one.pk, one.person_id] = [
            row for row in earlier[one.person_id] if row.episode_id != one.pk
        ]
    return once.known(told)
