"""What was asked for cannot be kept: nothing was changed, and each fault says what to do."""

from __future__ import annotations

from collections.abc import Mapping

from spinepath.clinic import audit
from spinepath.clinic.access import StaffRequest
from spinepath.clinic.models import Episode


class Refused(Exception):
    """Nothing was kept. `faults` maps fields of the form (or "" for the whole) to what is wrong.

    `by_rules` tells that the clinical rules refused it, not a slip of the pen: such a try is audited by the view, for
    what is written within the refused act is taken back with it.
    """

    def __init__(self, faults: Mapping[str, str], *, by_rules: bool = False) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = dict(faults)
        self.by_rules = by_rules


class ChangedMeanwhile(Exception):
    """Somebody else changed the plan after the page was opened."""


def note_refusal(request: StaffRequest, episode: Episode, about: str, refused: Refused) -> None:
    """Note in the audit that the rules refused something."""
    if refused.by_rules:
        audit.note(request.clinic, request.member.name, audit.REFUSED, about, episode=episode)
