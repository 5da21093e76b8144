"""Sessions ahead that no longer fit the clinic: its hours, rooms or people changed after they were booked.

Nothing is moved. Each makes a task, which ends when the session has another place, is called off, or fits again.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from spinepath.booking import clinic as booking
from spinepath.booking.check import unfit
from spinepath.booking.course import Course as Asked
from spinepath.booking.diary import Diary
from spinepath.booking.rules import Rule
from spinepath.clinic import audit
from spinepath.clinic.book import diary
from spinepath.clinic.locks import lock_clinic, lock_episodes
from spinepath.clinic.models import Clinic, Course, Member, Session, Task

_NOT_OF_THE_HOURS: frozenset[Rule] = frozenset({"off_grid", "outside_diary"})
"""A session may stay where it is when only the steps in which one books have changed."""


@dataclass(frozen=True)
class Misfit:
    """A session ahead with the rules that stand in the way where it is."""

    episode: int
    day: date
    start: time
    rules: tuple[Rule, ...]

    @property
    def says(self) -> str:
        """As a task keeps it: the time and the rules, which `words_of` reads."""
        return " ".join([f"{self.start:%H:%M}", *self.rules])


def words_of(says: str) -> tuple[str, list[Rule]]:
    """The time of day and the rules that a task keeps."""
    clock, *rules = says.split(" ")
    return clock, rules  # type: ignore[return-value]


def misfits(clinic: Clinic, now: datetime) -> dict[str, Misfit]:
    """The sessions to come that do not fit, by key. A fixed number of queries."""
    rows = Course.objects.filter(pk__in=_ahead(clinic, now).values("course"))
    return _misfits(diary.diary_of(clinic, now), now, rows)


def _ahead(clinic: Clinic, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(clinic=clinic, status__in=diary.AHEAD, day__gte=now.date())


def misfit_of(session: Session, now: datetime) -> Misfit | None:
    """The same for one session. What others booked does not matter."""
    course = session.course
    clinic = diary.clinic_of(course.episode.clinic, now, diary.therapist_id(session.therapist_id))
    around = Diary(clinic, session.day, session.day, [diary.session_from(session, course)])
    return _misfits_in(around, now, {course.key: (course.episode_id, course.asked)}).get(session.key)


def _misfits(around: Diary, now: datetime, rows: QuerySet[Course]) -> dict[str, Misfit]:
    courses = {key: (episode, asked) for key, episode, asked in rows.values_list("key", "episode_id", "asked")}
    return _misfits_in(around, now, courses)


def _misfits_in(around: Diary, now: datetime, courses: dict[str, tuple[int, Any]]) -> dict[str, Misfit]:
    """`courses` are the episode and what was asked of each, by key."""
    found = {}
    for one in around.sessions.values():
        if one.is_ahead and one.course in courses and (one.day, one.start) > (now.date(), now.time()):
            episode, asked = courses[one.course]
            broken = unfit(around, _needs(one, asked), one)
            rules = tuple(dict.fromkeys(each.rule for each in broken if each.rule not in _NOT_OF_THE_HOURS))
            if rules:
                found[one.id] = Misfit(episode, one.day, one.start, rules)
    return found


def _needs(one: booking.Session, asked: dict[str, list[str]]) -> Asked:
    """Only what a room and a therapist must have: nothing else of the course matters here."""
    return Asked(
        id=one.course,
        person=one.person,
        sessions=1,
        minutes=one.minutes,
        days_between=(1, 1),
        skills=frozenset(asked.get("skills", ())),
        equipment=frozenset(asked.get("equipment", ())),
    )


# tasks


def still_due(clinic: Clinic, day: date) -> Iterator[tuple[int, str, str, date]]:
    """The tasks that stand for a reason still: episode, what it is about, what it says, the day of the session."""
    standing = {task.about: task for task in open_tasks(clinic)}
    found = misfits(clinic, timezone.localtime(timezone=zoneinfo.ZoneInfo(clinic.zone))) if standing else {}
    for key, one in found.items():
        if about(key) in standing and one.day >= day:
            yield one.episode, about(key), standing[about(key)].says, one.day


@dataclass
class Watch:
    """What a change did: how many sessions have lost their footing by it."""

    lost: list[str] = field(default_factory=list)


@contextmanager
def watched(clinic: Clinic, member: Member) -> Iterator[Watch]:
    """Within this the clinic's hours, rooms or people change, all or nothing; what no longer fits becomes a task.

    What stood against a rule before, because everybody agreed, is left alone.
    """
    now, watch = timezone.localtime(), Watch()
    with transaction.atomic():
        lock_clinic(clinic.pk)
        lock_episodes(*_ahead(clinic, now).values_list("episode", flat=True))  # tasks of any of them may change
        before = misfits(clinic, now)
        yield watch
        after = misfits(clinic, now)
        new = {key: one for key, one in after.items() if key not in before or set(one.rules) - set(before[key].rules)}
        _make(clinic, new)
        open_tasks(clinic).filter(about__in=[about(key) for key in before if key not in after]).update(
            settled_at=timezone.now()
        )
        if new:
            told = f"{len(new)} sessions no longer fit"
            audit.note(clinic, member.name, audit.ADD, "tasks", detail=told)
        watch.lost = list(new)


def _make(clinic: Clinic, new: dict[str, Misfit]) -> None:
    standing = {task.about: task for task in open_tasks(clinic)}
    tasks = []
    for key, one in new.items():
        task = standing.get(about(key)) or Task(clinic=clinic, kind=Task.Kind.FIT, about=about(key))
        task.episode_id, task.says, task.due = one.episode, one.says, one.day
        tasks.append(task)
    Task.objects.bulk_update([task for task in tasks if task.pk], ["says", "due"])
    Task.objects.bulk_create(task for task in tasks if not task.pk)


def open_tasks(clinic: Clinic) -> QuerySet[Task]:
    """The tasks of sessions that do not fit."""
    return Task.objects.filter(clinic=clinic, kind=Task.Kind.FIT, settled_at=None)


def about(key: str) -> str:
    """How a task names its session."""
    return f"{Task.Kind.FIT}:{key}"


def settle(keys: Collection[str], member: Member) -> None:
    """These sessions have a place again, or no longer need one."""
    Task.objects.filter(kind=Task.Kind.FIT, about__in=[about(key) for key in keys], settled_at=None).update(
        settled_at=timezone.now(), settled_by=member
    )
