"""Gates and holds of a course: which of its sessions wait, and how a named person lets them go on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.booking.change import renumbered
from spinepath.booking.course import Course as Asked
from spinepath.booking.course import Had
from spinepath.clinic import audit
from spinepath.clinic.access import may
from spinepath.clinic.book import asking, diary, reminders
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Course, Member, Session
from spinepath.clinic.record import holds_of


class NotReleased(ValueError):
    """The gate stays as it is; the text says why."""


def gates_due(row: Course, now: datetime, sessions: Iterable[Session] | None = None) -> list[int]:
    """The gates of the course that nobody has released and that the sessions done, or the days, have reached.

    `sessions` are those of the course by day, for who has them.
    """
    rows = diary.rows_of(row) if sessions is None else sessions
    done = [one for one in rows if one.status == Session.Status.DONE]
    days = (now.date() - done[0].day).days if done else 0
    return [place for place, gate in enumerate(row.gates) if not gate.get("released_by") and _met(gate, done, days)]


def _met(gate: dict[str, Any], done: list[Session], days: int) -> bool:
    after_sessions, after_days = gate.get("after_sessions"), gate.get("after_days")
    return (after_sessions is not None and len(done) >= after_sessions) or (
        bool(done) and after_days is not None and days >= after_days
    )


@transaction.atomic
def release(row: Course, gate: int, member: Member, because: str) -> list[Session]:
    """Release one gate by name, with the reason: what stood behind it alone is booked.

    Gives the sessions whose state changed. A gate that is released already stays with whom it was. Raises
    PermissionDenied, and NotReleased without a reason.
    """
    if not may(member, "release"):
        raise PermissionDenied
    if not because.strip():
        raise NotReleased(_("Write why the course may go on."))
    lock_episodes(row.episode_id)
    row = Course.objects.select_related("episode__person", "episode__clinic", "plan").get(pk=row.pk)
    if not 0 <= gate < len(row.gates):
        raise NotReleased(_("The course has no such review."))
    if row.gates[gate].get("released_by"):
        return []
    now = timezone.localtime()
    released = {"released_by": member.name, "released_at": now.isoformat(), "because": because.strip()[:2000]}
    row.gates = [{**one, **released} if place == gate else one for place, one in enumerate(row.gates)]
    row.save(update_fields=["gates"])
    audit.note(row.episode.clinic, member.name, audit.CHANGE, "gate", key=row.key, episode=row.episode)
    return settle(row, now)


def settle_all(episode_pk: int, now: datetime) -> list[Session]:
    """The same for every course of an episode that runs: for after a hold began or was released."""
    rows = Course.objects.filter(episode_id=episode_pk, ended_at=None).select_related("episode__clinic")
    return [session for row in rows for session in settle(row, now)]


@transaction.atomic
def settle(row: Course, now: datetime) -> list[Session]:
    """Give the sessions ahead their number and state: held behind a gate or while a hold stands, else booked.

    The sessions whose state changed; reminders follow.
    """
    is_held = bool(holds_of(row.episode_id))
    rows = {one.key: one for one in Session.objects.filter(course=row, status__in=diary.AHEAD)}
    changed = []
    for one in renumbered(_gated(row), diary.sessions_of(row, diary.AHEAD)):
        session, status = rows[one.id], "held" if is_held else one.status
        if (session.number, session.status) == (one.number, status):
            continue
        if session.status != status:
            changed.append(session)
        session.number, session.status, session.version = one.number, status, session.version + 1
        session.save(update_fields=["number", "status", "version"])
    reminders.plan_for(row, now)
    return changed


def _gated(row: Course) -> Asked:
    """Only what numbers and gates need: nothing else of the course matters here."""
    done = Session.objects.filter(course=row, status=Session.Status.DONE).values_list("day", flat=True)
    return Asked(
        id=row.key,
        person="",
        sessions=1,
        minutes=1,
        days_between=(1, 1),
        gates=asking.gates_of(row.gates),
        had=Had(days=tuple(sorted(set(done)))),
    )
