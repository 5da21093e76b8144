"""What is asked of the diary for one episode: the course of its plan, what was had before, what bounds it now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import msgspec

from spinepath.booking import course as booking
from spinepath.booking.presets import bounds_in, course_of
from spinepath.clinic import advice, many, prepared
from spinepath.clinic.book import diary
from spinepath.clinic.models import Course, Episode, Plan, Session
from spinepath.clinic.models.keys import new_key
from spinepath.engine.conditions import Value
from spinepath.engine.evaluate import Outcome
from spinepath.plan.package import limits_in_force


@dataclass(frozen=True)
class Known:
    """An episode at a moment: what is known, what the rules say of it, and the course that runs."""

    episode: Episode
    now: datetime
    values: Mapping[str, Value]
    outcome: Outcome
    running: Course | None
    done: tuple[Session, ...]

    @property
    def limits(self) -> dict[str, float]:
        """The bounds in force."""
        return limits_in_force(advice.knowledge(), self.outcome)

    def told(self, tells: str) -> Value:
        """What the clinic's own records, or somebody, say of this; None is unknown."""
        entries = [one for one in advice.knowledge().own_records.values() if one.tells == tells]
        return next((self.values.get(one.fact) for one in entries), None)


def known_of(episode: Episode, now: datetime | None = None) -> Known:
    """What is known of the episode now."""
    now = advice.clock_of(episode, now)
    running = running_course(episode)
    sessions = diary.rows_of(running) if running else ()
    return _known(episode, now, running, [one for one in sessions if one.status == Session.Status.DONE])


def known_of_many(episodes: Collection[Episode], now: datetime) -> dict[int, Known]:
    """The same for many episodes, by row, with as many queries as for one."""
    rows = Course.objects.filter(episode__in=episodes, ended_at=None).select_related("plan").order_by("made_at")
    running = {row.episode_id: row for row in rows}
    done: dict[int, list[Session]] = defaultdict(list)
    sessions = Session.objects.filter(course__in=running.values(), status=Session.Status.DONE).order_by("day")
    for one in sessions:
        done[one.course_id].append(one)
    with many.read_at_once(episodes, now):
        return {
            one.pk: _known(one, now, course := running.get(one.pk), done[course.pk] if course else ())
            for one in episodes
        }


def _known(episode: Episode, now: datetime, running: Course | None, done: Iterable[Session]) -> Known:
    values, outcome = advice.values_of(episode, now), advice.outcome_of(episode, now)
    return Known(episode, now, values, outcome, running, tuple(done))


def running_course(episode: Episode) -> Course | None:
    """The course that is going on."""
    return prepared.first(
        lambda episode: (
            Course.objects.filter(episode=episode, ended_at=None).select_related("plan").order_by("-made_at")[:1]
        ),
        episode.pk,
    )


def agreed_plan(episode: Episode) -> Plan | None:
    """The plan that counts."""
    return prepared.first(
        lambda episode: (
            Plan.objects.filter(episode=episode, status=Plan.Status.AGREED)
            .select_related("assessment", "episode__person", "episode__clinic")
            .order_by("-made_at")[:1]
        ),
        episode.pk,
    )


def had_of(known: Known) -> booking.Had:
    """What was had before, in the words of booking. What nobody said stays unknown."""
    episode_count, year = _count(known.told("sessions_of_episode")), _count(known.told("courses_of_year"))
    return booking.Had(
        days=_days_had(known),
        sessions_episode=episode_count,
        # the records count the course that runs; one that is only asked for is added here
        courses_year=None if year is None else year + (known.running is None),
        last_course_ended=_last_course_ended(known, year),
        therapist=diary.therapist_id(known.done[-1].therapist_id) if known.done else None,
    )


def _count(value: Value) -> int | None:
    return int(value) if isinstance(value, (int, float)) else None


def _days_had(known: Known) -> tuple[date, ...] | None:
    if known.running is not None:
        return tuple(sorted({one.day for one in known.done}))
    # a course that runs elsewhere has days that nobody here knows
    return () if _count(known.told("sessions_of_course")) == 0 else None


def _last_course_ended(known: Known, year: int | None) -> date | Literal["never"] | None:
    days = _count(known.told("days_since_course_ended"))
    if days is not None:
        return known.now.date() - timedelta(days=days)
    return "never" if year is not None and year - (known.running is not None) == 0 else None


def course_to_book(known: Known, plan: Plan) -> booking.Course:
    """The course of the agreed plan, without what was done of it. Raises FaultyBooking, and KeyError for a lost preset.

    `sessions` can be 0 or less, when everything was had: then there is nothing to book.
    """
    had = had_of(known)
    left = plan.sessions - len(had.days or ())
    course = course_of(
        advice.knowledge().presets[plan.preset],
        known.limits,
        had,
        id=known.running.key if known.running else new_key(),
        person=known.episode.person.key,
        sessions=max(left, 1),
        minutes=plan.minutes,
        gates=gates_of(gates_for(known.running, plan)),
        skills=_needs(plan, "skills"),
        equipment=_needs(plan, "equipment"),
    )
    return msgspec.structs.replace(course, sessions=left)


def _needs(plan: Plan, kind: Literal["skills", "equipment"]) -> frozenset[str]:
    techniques = advice.knowledge().techniques
    named = [techniques[one["id"]] for one in plan.techniques if one.get("id") in techniques]
    return frozenset(need for technique in named for need in getattr(technique, kind))


def gates_for(running: Course | None, plan: Plan) -> list[dict[str, Any]]:
    """The plan's gates as they are kept with its course; one that was released stays so."""
    released = {_place(gate): gate for gate in (running.gates if running else ()) if gate.get("released_by")}
    return [released.get(_place(gate), {**gate, "released_by": None}) for gate in plan.gates]


def _place(gate: dict[str, Any]) -> tuple[Any, Any]:
    return gate.get("after_sessions"), gate.get("after_days")


def gates_of(kept: Iterable[dict[str, Any]]) -> tuple[booking.Gate, ...]:
    """Gates as they are kept, for the engine."""
    return tuple(
        booking.Gate(
            after_sessions=one.get("after_sessions"),
            after_days=one.get("after_days"),
            released_by=one.get("released_by"),
        )
        for one in kept
    )


class _Kept(msgspec.Struct, kw_only=True):
    """What is kept of a course that is booked: all but what was had and the gates, which change."""

    sessions: int
    minutes: int
    minutes_first: int | None = None
    days_between: tuple[int, int]
    days_liked: tuple[int, int] | None = None
    weekends: booking.Weekends = "count as days"
    rest_after: dict[int, int] = {}
    skills: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()
    bounds: booking.Bounds = booking.Bounds()


def kept_form(course: booking.Course) -> dict[str, Any]:
    """The course as it is kept with what is booked."""
    plain: dict[str, Any] = msgspec.to_builtins(course, str_keys=True)
    return {name: plain[name] for name in _Kept.__struct_fields__}


def course_booked(known: Known, row: Course) -> booking.Course:
    """A course that is booked, within the bounds of today: they may be stricter now. The length in weeks stays."""
    if not row.asked:
        return course_to_book(known, row.plan)
    kept = msgspec.convert(row.asked, _Kept, strict=False, str_keys=True)
    course = booking.Course(id=row.key, person=known.episode.person.key, **msgspec.structs.asdict(kept))
    bounds = bounds_in(known.limits)
    weeks = [one for one in (bounds.weeks_most, course.bounds.weeks_most) if one is not None]
    had = had_of(known)
    return msgspec.structs.replace(
        course,
        bounds=msgspec.structs.replace(bounds, weeks_most=min(weeks, default=None)),
        had=had,
        gates=gates_of(row.gates),
        sessions=max(row.plan.sessions - len(had.days or ()), 1),
    )


def wishes_of(row: Course, clinic_therapists: Iterable[str]) -> booking.Wishes:
    """The wishes kept with a course. Therapists who no longer work here are wished for in vain, and left out."""
    wishes = msgspec.convert(row.wishes, booking.Wishes, strict=False) if row.wishes else booking.NO_WISHES
    here = frozenset(clinic_therapists)
    return msgspec.structs.replace(
        wishes, therapists=wishes.therapists & here, therapists_liked=wishes.therapists_liked & here
    )
