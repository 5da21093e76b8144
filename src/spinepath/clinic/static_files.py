"""Styles and scripts under addresses that name their content: a browser keeps them for good, and asks when they change.

Nothing has to be collected before the clinic is served.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class Named(StaticFilesStorage):
    """Adds to each address a hash of the file, so that a new file has a new address."""

    def url(self, name: str | None) -> str:
        """The address of a file; as it is where there is no such file."""
        address = super().url(name)
        found = _hash_of(name) if name else ""
        return f"{address}?v={found}" if found else address


@lru_cache(maxsize=500)
def _hash_of(name: str) -> str:
    """Read once for each process: what is served does not change while it is served."""
    path = finders.find(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10] if isinstance(path, str) else ""
