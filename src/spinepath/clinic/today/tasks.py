"""What needs somebody: tasks that time brings, in which order they are shown, what settles each, and settling.

Dangers and holds make their tasks at once (`clinic/record.py`). What only time brings is made here, once a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from spinepath.booking.check import Broken
from spinepath.clinic import audit, prepared
from spinepath.clinic.advice import knowledge
from spinepath.clinic.book import fitting, words
from spinepath.clinic.follow import measuring
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import (
    AdverseEvent,
    Clinic,
    Consent,
    Course,
    Episode,
    KeptFinding,
    Member,
    Session,
    Task,
)
from spinepath.follow.schedule import Story, facts_of

Due = tuple[int, str, str, date]
"""Episode, what it is about, what it says, and the day."""

BY_HAND = (Task.Kind.DANGER, Task.Kind.DOCUMENT, Task.Kind.MEASURE)
"""Kinds that somebody settles by saying so; the others are settled by the act itself."""

SETTLED_AT = {
    Task.Kind.DANGER: "episode",
    Task.Kind.HOLD: "follow",
    Task.Kind.GATE: "follow",
    Task.Kind.FOLLOW_UP: "follow",
    Task.Kind.MEASURE: "follow",
    Task.Kind.CONSENT: "plan",
    Task.Kind.DOCUMENT: "examine",
    Task.Kind.CLASH: "book",
    Task.Kind.FIT: "session_booking",
}
"""The page on which the one act is done."""


def open_tasks(clinic: Clinic, part: slice, *, mine: Member | None = None) -> list[Task]:
    """A part of what needs somebody, the gravest first; of one member's episodes when `mine` is given."""
    if mine is not None:
        return prepared.rows(
            lambda clinic, therapist: _lines_of(Task.objects.filter(clinic=clinic, episode__therapist=therapist)),
            clinic.pk,
            mine.pk,
            part=part,
        )
    return prepared.rows(lambda clinic: _lines_of(Task.objects.filter(clinic=clinic)), clinic.pk, part=part)


_COLUMNS = (
    *("key", "kind", "about", "says", "due"),
    *("episode__key", "episode__therapist__name", "episode__person__key", "episode__person__phone"),
    *("episode__person__family_name", "episode__person__given_name"),
)
"""What a line shows."""

_GRAVITY = Case(
    *(When(kind=kind, then=Value(place)) for place, kind in enumerate(Task.Kind.values)),
    default=Value(len(Task.Kind.values)),
    output_field=IntegerField(),
)


def _lines_of(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """The open ones among these, the gravest first, with what a line shows."""
    rows = tasks.filter(settled_at=None).select_related("episode__person", "episode__therapist")
    return rows.only(*_COLUMNS).order_by(_GRAVITY, "due", "pk")


@transaction.atomic
def settle(task: Task, member: Member) -> bool:
    """Note who settled it and when; False when somebody did so before."""
    if task.episode_id:
        lock_episodes(task.episode_id)
    rows = Task.objects.filter(pk=task.pk, settled_at=None)
    if not rows.update(settled_at=timezone.now(), settled_by=member):
        return False
    audit.note(member.clinic, member.name, audit.CHANGE, "task", key=task.key, episode=task.episode, detail="settled")
    return True


# what time brings


def refresh_once(clinic: Clinic, day: date) -> None:
    """Make the tasks of the day, on the first look at it only."""
    if clinic.tasks_on != day and Clinic.objects.filter(pk=clinic.pk).exclude(tasks_on=day).update(tasks_on=day):
        refresh(clinic, day)


@transaction.atomic
def refresh(clinic: Clinic, day: date) -> int:
    """Make what is due on `day` and not there yet; settle what has become needless. Returns how many were made."""
    made, gone = [], []
    for kind, brought in DUE_OF.items():
        new, needless = _compared(clinic, kind, list(brought(clinic, day)))
        made += new
        gone += needless
    lock_episodes(*{task.episode_id for task in gone if task.episode_id})  # before the audit, as everybody does
    Task.objects.filter(pk__in=[task.pk for task in gone], settled_at=None).update(settled_at=timezone.now())
    Task.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)
    if made:
        audit.note(clinic, "calendar", audit.ADD, "tasks", detail=f"{len(made)} tasks")
    return len(made)


def _compared(clinic: Clinic, kind: str, brought: list[Due]) -> tuple[list[Task], list[Task]]:
    """Tasks that are to be made, and those whose reason has gone, which are settled by nobody."""
    standing = {
        (task.episode_id, task.about): task for task in Task.objects.filter(clinic=clinic, kind=kind, settled_at=None)
    }
    wanted = {(episode, about): (says, on) for episode, about, says, on in brought}
    # what somebody settled by name stays settled
    settled = set(
        Task.objects.filter(
            clinic=clinic, kind=kind, settled_by__isnull=False, about__in={about for _, about in wanted}
        )
        .filter(episode__in={episode for episode, _ in wanted})
        .values_list("episode_id", "about")
    )
    made = [
        Task(clinic=clinic, episode_id=episode, kind=kind, about=about, says=says[:300], due=on)
        for (episode, about), (says, on) in wanted.items()
        if (episode, about) not in standing and (episode, about) not in settled
    ]
    return made, [task for key, task in standing.items() if key not in wanted and _is_own(kind, key[1])]


def _is_own(kind: str, about: str) -> bool:
    """Was it made here? Others may make tasks of the same kind about other things."""
    return about.startswith(f"{kind}:")


def _about(kind: str, *parts: object) -> str:
    return ":".join([kind, *map(str, parts)])[:80]


def _gates(clinic: Clinic, day: date) -> Iterable[Due]:
    """Gates of running courses whose sessions or days have passed, and that nobody released."""
    courses = {
        row.pk: row
        for row in Course.objects.filter(episode__clinic=clinic, ended_at=None).only("key", "episode_id", "gates")
        if any(not gate.get("released_at") for gate in row.gates)
    }
    had: dict[int, list[date]] = {}
    done = Session.objects.filter(clinic=clinic, course__in=list(courses), status=Session.Status.DONE, day__lte=day)
    for course, on in done.values_list("course_id", "day"):
        had.setdefault(course, []).append(on)
    for row in courses.values():
        for place, gate in enumerate(row.gates):
            if not gate.get("released_at") and _is_reached(gate, had.get(row.pk, []), day):
                yield row.episode_id, _about(Task.Kind.GATE, row.key, place), "", day


def _is_reached(gate: dict[str, Any], had: list[date], day: date) -> bool:
    """A gate stands after so many sessions, or so many days after the first."""
    sessions, days = gate.get("after_sessions"), gate.get("after_days")
    by_number = sessions is not None and len(had) >= sessions
    return by_number or bool(days is not None and had and day >= min(had) + timedelta(days=days))


def _follow_ups(clinic: Clinic, day: date) -> Iterable[Due]:
    """Reactions of which somebody asks how they went on."""
    rows = AdverseEvent.objects.filter(episode__clinic=clinic, followed_up_at=None, follow_up_due__lte=day)
    told = _told_elsewhere(clinic, Task.Kind.FOLLOW_UP)
    for episode, key, on in rows.values_list("episode_id", "key", "follow_up_due"):
        if (episode, key) not in told:
            yield episode, _about(Task.Kind.FOLLOW_UP, key), "", on


def _told_elsewhere(clinic: Clinic, kind: str) -> set[tuple[int | None, str]]:
    rows = Task.objects.filter(clinic=clinic, kind=kind, settled_at=None).values_list("episode_id", "about")
    return {row for row in rows if not _is_own(kind, row[1])}


def _consents(clinic: Clinic, day: date) -> Iterable[Due]:
    """Consents that end before the next session: whoever treats would find out too late."""
    following: dict[int, tuple[date, time]] = {}
    booked = Session.objects.filter(clinic=clinic, status=Session.Status.BOOKED, day__gte=day, day__lte=day + _AHEAD)
    for episode, on, start in booked.order_by("-day", "-start").values_list("episode_id", "day", "start"):
        following[episode] = (on, start)
    rows = Consent.objects.filter(episode__clinic=clinic, plan__status="agreed", withdrawn_at=None)
    lasting: dict[tuple[int, str], datetime | None] = {}
    for episode, technique, expires in rows.order_by("given_at").values_list("episode_id", "technique", "expires_at"):
        lasting[episode, technique] = expires
    for (episode, technique), expires in lasting.items():
        if episode in following and expires is not None:
            session = timezone.make_aware(datetime.combine(*following[episode]), timezone.get_current_timezone())
            if expires <= session:
                about = _about(Task.Kind.CONSENT, technique)
                yield episode, about, "", following[episode][0]


def _measures(clinic: Clinic, day: date) -> Iterable[Due]:
    """Measures of the plan whose next moment has come, in an episode under care; one task for all of them."""
    base = knowledge()
    under_care = Episode.objects.filter(clinic=clinic, stage__in=[Episode.Stage.TREAT, Episode.Stage.FOLLOW])
    begun = dict(under_care.values_list("pk", "opened_at"))
    goals = measuring.goals_of(under_care)
    measures_of: dict[str, list[str]] = {}
    for name in {name for one in goals.values() for name in measuring.measures_of(one)}:
        for fact in facts_of(base, base.measures[name]):
            measures_of.setdefault(fact, []).append(name)
    taken: dict[int, dict[str, list[date]]] = {}
    found = KeptFinding.objects.filter(episode__in=under_care, fact__in=list(measures_of))
    for episode, fact, at in found.values_list("episode_id", "fact", "at").iterator():
        for name in measures_of[fact]:
            taken.setdefault(episode, {}).setdefault(name, []).append(timezone.localdate(at))
    had: dict[int, list[date]] = {}
    done = Session.objects.filter(episode__in=under_care, status=Session.Status.DONE, day__lte=day).order_by("day")
    for episode, on in done.values_list("episode_id", "day"):
        had.setdefault(episode, []).append(on)
    for episode, wanted in goals.items():
        story = Story(begun=timezone.localdate(begun[episode]), sessions=tuple(had.get(episode, ())))
        waiting = measuring.due_of(wanted, story, taken.get(episode, {}), day)
        if waiting:
            since = max(one.since for one in waiting)
            names = ", ".join(base.measures[one.measure].name for one in waiting)
            yield episode, _about(Task.Kind.MEASURE, since), names, since


_AHEAD = timedelta(days=14)
"""As far ahead consent is looked after: what ends later is still time enough."""

DUE_OF: dict[str, Callable[[Clinic, date], Iterable[Due]]] = {
    Task.Kind.GATE: _gates,
    Task.Kind.FOLLOW_UP: _follow_ups,
    Task.Kind.CONSENT: _consents,
    Task.Kind.MEASURE: _measures,
    Task.Kind.FIT: fitting.still_due,
}
"""What makes the tasks of each kind that time brings. A room that knows of others adds its own."""


# what is seen


@dataclass(frozen=True)
class Shown:
    """A task as a reader sees it: `page` is the step on which it is settled; `by_hand` when a button settles it.

    `is_plain` says that it holds no word of medicine.
    """

    task: Task
    page: str
    says: str
    by_hand: bool
    is_late: bool

    @property
    def is_plain(self) -> bool:
        """May the desk read what it says?"""
        return self.task.kind == Task.Kind.FIT

    @property
    def key(self) -> str:
        """What the address of its page names: the session that is to be moved, else the episode."""
        if self.task.kind == Task.Kind.FIT:
            return self.task.about.partition(":")[2]
        return self.task.episode.key if self.task.episode else ""


def _says(task: Task) -> str:
    """What the task says of itself: a consent for which technique, a session when it is and what stands against it."""
    if task.kind == Task.Kind.CONSENT and _is_own(task.kind, task.about):
        technique = knowledge().techniques.get(task.about.partition(":")[2])
        return technique.name if technique else ""
    if task.kind == Task.Kind.FIT:
        clock, rules = fitting.words_of(task.says)
        when = f"{date_format(task.due, _('D j M'))}, {clock}."
        return " ".join([when, *words.all_words(Broken(rule=rule) for rule in rules)])
    return task.says


def shown(tasks: Iterable[Task], day: date) -> list[Shown]:
    """The tasks, ready to be shown."""
    return [
        Shown(
            task=task,
            page=SETTLED_AT.get(Task.Kind(task.kind), "episode"),
            says=_says(task),
            by_hand=task.kind in BY_HAND,
            is_late=task.due < day,
        )
        for task in tasks
    ]
