"""Other ways than hands-on care, and the points on which guidelines or the article disagree."""

from __future__ import annotations

from collections.abc import Collection

from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Plan
from spinepath.engine.content import Topic
from spinepath.engine.evidence import Contradiction, Stance

FOR = ("should", "may", "consider in a package", "conditional for", "option")
AGAINST = ("conditional against", "preferably not", "do not offer")


def topics() -> list[Topic]:
    """What is read beside the other ways: the texts on consent from the same page of the knowledge base."""
    base = knowledge()
    ways = set(base.alternatives)
    page = next((page for page in base.pages if ways & set(page.entries)), None)
    told = [base.topics[name] for name in page.entries if name in base.topics] if page else []
    return [topic for topic in told if topic.kind == "consent"]


def stances(techniques: Collection[str]) -> list[tuple[str, list[Stance], list[Stance], list[Stance]]]:
    """By family of the techniques, where guidelines disagree: who is for it, who says neither, who is against it."""
    base = knowledge()
    classes = {name for technique in techniques for name in base.names_of.get(technique, ()) if name in base.classes}
    found = []
    for name in (name for name in base.classes if name in classes):
        family = name.replace("_", " ")
        about = [one for one in base.stances.values() if family in one.families]
        pro = [one for one in about if one.stance in FOR]
        con = [one for one in about if one.stance in AGAINST]
        if pro and con:
            found.append((base.classes[name].name, pro, [o for o in about if o not in pro and o not in con], con))
    return found


def contradictions(plan: Plan | None) -> list[Contradiction]:
    """The contradictions of the article that are carried by what the plan holds or by its course."""
    base = knowledge()
    if plan is None:
        return []
    chosen = {one["id"] for one in plan.techniques} | {plan.preset}
    chosen |= {name for technique in chosen for name in base.names_of.get(technique, ())}
    return [one for one in base.contradictions.values() if not chosen.isdisjoint(one.home)]
