"""Keys for addresses: they name a thing without saying anything about it."""

from __future__ import annotations

import secrets

_LETTERS = "23456789abcdefghjkmnpqrstvwxyz"


def new_key() -> str:
    """Twelve letters and digits that are hard to mistake and impossible to guess: 58 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(12))
