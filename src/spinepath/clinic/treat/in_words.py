"""What stands in the note of a session, in the words of the knowledge base: for its page, for drafts and papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from spinepath.clinic.advice import knowledge
from spinepath.clinic.plan.sheet import level_in_words


@dataclass(frozen=True)
class Told:
    """One technique of a note: its name, whether it was done (None: nobody said), how, and why otherwise."""

    name: str
    is_done: bool | None
    how: str
    why: str

    @property
    def line(self) -> str:
        """All of it in one line."""
        if not self.is_done:
            name = _("%(name)s: left out") % {"name": self.name} if self.is_done is False else self.name
            return f"{name}: {self.why}" if self.why else name
        return "".join((self.name, f", {self.how}" if self.how else "", f": {self.why}" if self.why else ""))


def told(row: Mapping[str, Any]) -> Told:
    """A technique as it was written down. What the knowledge base no longer has is named as it was kept."""
    technique = knowledge().techniques.get(row["id"])
    level = level_in_words(technique, row.get("level"))
    planned = level_in_words(technique, row.get("planned_level"))
    if level and planned and level != planned:
        level = _("%(level)s, planned %(planned)s") % {"level": level, "planned": planned}
    minutes = _("%(minutes)s min") % {"minutes": row["minutes"]} if row.get("minutes") else ""
    return Told(
        name=technique.name if technique else row["id"],
        is_done=row.get("done"),
        how=", ".join(part for part in (level, minutes, row.get("where") or "") if part),
        why=row.get("why") or "",
    )


def all_told(phases: Iterable[Mapping[str, Any]]) -> list[Told]:
    """Every technique of a note in the order of its phases."""
    return [told(row) for phase in phases for row in phase.get("techniques", [])]
