"""Dates as FHIR writes them: a year, a month, a day or an instant."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

_WRITTEN = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?", re.ASCII)
NOT_ENDED = "9999"
"""The year that stands for an end that has not come."""


class Dated(NamedTuple):
    """A moment, and whether it was written to the day."""

    at: datetime
    to_the_day: bool


class NotADate(Exception):
    """What is written is no date of FHIR. The text is not repeated: it may tell who somebody is."""


def read_date(written: str) -> Dated:
    """The moment written; a year or month alone counts as its first day, so that nothing looks newer than it is.

    Without a zone it is UTC. Raises NotADate, also for years before 1800 or after 2299.
    """
    if not _WRITTEN.fullmatch(written):
        raise NotADate
    try:
        at = datetime.fromisoformat(written if len(written) >= 10 else f"{written}-01-01"[:10])
    except ValueError:
        raise NotADate from None
    if not 1800 <= at.year < 2300:
        raise NotADate
    return Dated(at if at.tzinfo else at.replace(tzinfo=UTC), len(written) >= 10)


def read_end(written: str) -> datetime | None:
    """The moment at which something ended; None when it has not ended. Raises NotADate."""
    if written.startswith(NOT_ENDED):
        return None
    return read_date(written).at
