"""Showing a page of an episode: the frame that all of them share."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from spinepath.clinic import advice, audit
from spinepath.clinic.access import StaffRequest, may
from spinepath.clinic.grave import grave
from spinepath.clinic.links import link
from spinepath.clinic.models import Episode
from spinepath.clinic.record import holds_of

STEPS = ("ask", "examine", "plan", "book", "treat", "follow")
"""The steps that have a page of an episode; screening happens on all of them."""


def episode_page(
    request: StaffRequest, episode: Episode, template: str, here: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render a page of an episode, and note in the audit that its record was read."""
    audit.note(request.clinic, request.member.name, audit.READ, here, episode=episode)
    labels = dict(Episode.Stage.choices)
    sees_record = may(request.member, "see_record")
    now = advice.outcome_of(episode) if sees_record else None
    certain = grave(now) if now else None
    steps = STEPS if sees_record else ("book",)
    frame = {
        "episode": episode,
        "here": here,
        "episode_steps": [(step, labels[step], link(step, episode.key)) for step in steps],
        "sees_record": sees_record,
        "disposition_now": now.disposition if now else "",
        "reading_now": now.reading if now else "",
        "danger_now": certain if certain and certain.is_danger else None,
        "may_refer": may(request.member, "plan"),
        "episode_holds": holds_of(episode.pk) if episode.is_open else [],
    }
    return render(request, template, {**frame, **context}, status=status)
