"""The measures that a plan takes, which of them are due, and the task that asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from spinepath.clinic import prepared
from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Episode, Member, Plan, Task
from spinepath.engine.page_parts import page_part
from spinepath.follow.schedule import Due, Story, due, facts_of


def goals_of(episodes: Iterable[Episode]) -> dict[int, list[dict[str, Any]]]:
    """The goals of each episode's agreed plan; an episode without one is missing. One query."""
    rows = Plan.objects.filter(episode__in=episodes, status=Plan.Status.AGREED).order_by("agreed_at", "pk")
    return dict(rows.values_list("episode_id", "goals"))


def goals_of_one(episode: Episode) -> list[dict[str, Any]] | None:
    """The goals of the agreed plan of one episode; None without one."""
    return prepared.first(
        lambda episode: (
            Plan.objects.filter(episode=episode, status=Plan.Status.AGREED)
            .order_by("-agreed_at", "-pk")
            .values_list("goals", flat=True)[:1]
        ),
        episode.pk,
    )


def measures_of(goals: Sequence[Mapping[str, Any]] | None) -> frozenset[str]:
    """The measures that a plan with these goals takes, by id; none before a plan is agreed.

    Those of its goals, and those that are asked around each session anyway. What has no fact cannot be entered.
    """
    if goals is None:
        return frozenset()
    base = knowledge()
    named = {goal.get("measure") for goal in goals}
    asked = {*page_part(base, "before_and_after").facts}
    for question in page_part(base, "asked_after_session").questions:
        asked.update(base.questions[question].settles)
    return frozenset(
        str(measure.id)
        for measure in base.measures.values()
        if (facts := facts_of(base, measure)) and (measure.id in named or asked.issuperset(facts))
    )


def due_of(
    goals: Sequence[Mapping[str, Any]] | None, story: Story, measured: Mapping[str, Sequence[date]], today: date
) -> tuple[Due, ...]:
    """The measures of the plan that are due today, those that wait longest first."""
    wanted = measures_of(goals)
    return tuple(one for one in due(knowledge(), story, measured, today) if one.measure in wanted)


def taken(episode: Episode, still_due: Sequence[Due], member: Member | None) -> None:
    """Measures were taken: when none is due any more, the task that asked for them is settled."""
    if not still_due:
        Task.objects.filter(episode=episode, kind=Task.Kind.MEASURE, settled_at=None).update(
            settled_at=timezone.now(), settled_by=member
        )
