"""How sure something is, marked for a terminal; all other words stand in `engine/words.py`."""

from __future__ import annotations

from spinepath.engine.words import STATE_WORDS

STATE_STYLES = {"verified": "green", "secondary": "cyan", "recalled": "yellow", "project": "magenta"}


def badge(state: str) -> str:
    """How sure an entry is, marked so that states can be told apart without colour."""
    return f"[{STATE_STYLES[state]}]‹{STATE_WORDS[state]}›[/]"


def mark(state: str) -> str:
    """The badge in one word, where many stand together; a legend tells what the words mean."""
    return f"[{STATE_STYLES[state]}]‹{state}›[/]"


def legend() -> str:
    """What the one-word badges mean."""
    return " · ".join(f"{mark(state)} {words}" for state, words in STATE_WORDS.items() if state != words)
