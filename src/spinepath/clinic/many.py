"""What is known of many episodes, read at once: a fixed number of queries, however many there are."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime

from spinepath.clinic import once, own_records, written
from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Episode


def read_at_once(episodes: Collection[Episode], now: datetime) -> AbstractContextManager[None]:
    """Within this, `advice` and `own_records` know these episodes by day without asking the database."""
    told = written.read_at_once(knowledge(), episodes)
    for pk, books in own_records.books_of(episodes, now).items():
        told["diary", pk, now.date()] = books
    return once.known(told)
