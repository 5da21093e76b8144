"""What the last saved sheet changed, told on the next page and for as long as nothing newer was added."""

from __future__ import annotations

from dataclasses import dataclass

from spinepath.clinic import advice
from spinepath.clinic.access import StaffRequest
from spinepath.clinic.examine.saving import Saved
from spinepath.clinic.models import Episode, KeptFinding
from spinepath.engine.entries import Rule

_KEPT = "examined"


@dataclass(frozen=True)
class Changed:
    """What is shown: the advice before and after, the rules that now fire, what to do, and what others added."""

    number: int
    again: bool
    before: str
    after: str
    actions: tuple[str, ...]
    time_limit: str
    rules: tuple[Rule, ...]
    offered: int
    offered_before: int
    added: tuple[KeptFinding, ...]


def keep_changed(request: StaffRequest, episode: Episode, saved: Saved) -> None:
    """Remember it for the next page of this member; ids only."""
    request.session[_KEPT] = {**saved.as_data(), "episode": episode.key}


def changed_of(request: StaffRequest, episode: Episode) -> Changed | None:
    """What this member's last sheet of this episode changed; None when something newer was added since."""
    kept = request.session.get(_KEPT)
    if not isinstance(kept, dict) or kept.get("episode") != episode.key or kept.get("version") != episode.version:
        return None
    base = advice.knowledge()
    after = base.dispositions.get(kept["after"])
    if after is None or kept["before"] not in base.dispositions:
        return None
    return Changed(
        number=kept["number"],
        again=kept["again"],
        before=kept["before"],
        after=kept["after"],
        actions=() if after.offers_care or kept["before"] == kept["after"] else after.actions,
        time_limit=after.time_limit,
        rules=tuple(base.rules[name] for name in kept["rules"] if name in base.rules),
        offered=kept["offered"],
        offered_before=kept["offered_before"],
        added=tuple(KeptFinding.objects.filter(episode=episode, pk__in=kept["others"][:100]).order_by("pk")),
    )
