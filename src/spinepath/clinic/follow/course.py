"""How a course goes on, from the record: what is due, how measures went, what holds it, whether another may follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from spinepath.clinic import advice, prepared, written
from spinepath.clinic.book import gates
from spinepath.clinic.follow import measuring
from spinepath.clinic.grave import Grave, grave
from spinepath.clinic.models import AdverseEvent, Course, Episode, Hold, Session
from spinepath.clinic.record import holds_of
from spinepath.clinic.treat.answering import Sheet, sheets_of
from spinepath.engine.conditions import Confirmed, Value, facts_in, walk
from spinepath.engine.content import Measure, Reading, Severity
from spinepath.engine.entries import Fact, Rule
from spinepath.engine.evaluate import Outcome, complete
from spinepath.follow.change import Band, Judged, expected_curve, judge, smallest_points
from spinepath.follow.repeat import NextCourse, next_course
from spinepath.follow.schedule import Due, Story, facts_of

_LINES_MOST = 4
"""A measure of more facts than these (all muscles, all reflexes) has its place in the examination, not in a chart."""


@dataclass(frozen=True)
class Point:
    """One value of a fact, and when it was found."""

    at: datetime
    value: float


@dataclass(frozen=True)
class Line:
    """One number over time: since the first record, against the smallest change and the expected curve."""

    measure: Measure
    fact: Fact
    points: list[Point]

    @property
    def judged(self) -> Judged:
        """What the change since the first record is worth."""
        return judge(self.measure, self.points[0].value, self.points[-1].value)

    @property
    def smallest(self) -> float | None:
        """The fewest points that count."""
        return smallest_points(self.measure, self.points[0].value)

    @property
    def expected(self) -> tuple[Band, ...]:
        """The expected curve from the first record on."""
        return expected_curve(advice.knowledge(), self.measure.id, self.points[0].value)

    @property
    def is_quiet(self) -> bool:
        """Is there nothing to see in a drawing: measured once, or never moved and not judged?"""
        return len({point.value for point in self.points}) < 2 and (
            len(self.points) < 2 or self.judged.verdict == "not judged"
        )


class Going:
    """The course of an episode as of now."""

    def __init__(self, episode: Episode, now: datetime | None = None) -> None:
        self.episode = episode
        self.now = advice.clock_of(episode, now)
        self.base = advice.knowledge()

    @property
    def today(self) -> date:
        """The day on the clinic's wall."""
        return self.now.date()

    @cached_property
    def outcome(self) -> Outcome:
        """What the rules say now."""
        return advice.outcome_of(self.episode, self.now)

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """What is known now."""
        return advice.values_of(self.episode, self.now)

    # how it is read

    @property
    def reading(self) -> Reading | None:
        """The gravest reading of the course; None where no rule gives one."""
        return self.base.readings.get(self.outcome.reading or "")

    @property
    def reading_rules(self) -> list[Rule]:
        """The rules that give this reading."""
        named = self.outcome.reading
        fired = [self.base.rules[name] for name in self.outcome.fired]
        return [rule for rule in fired if named and rule.then.reading == named]

    @property
    def is_unmeasured(self) -> bool:
        """Does a gain that would take the reading back wait for answers of today?"""
        spared = [part for rule in self.reading_rules for part in walk(rule.when) if isinstance(part, Confirmed)]
        used = {fact for part in spared for fact in facts_in(part)}
        known = complete(self.base, self.values)
        return any(self.base.facts[fact].worked_out and known.get(fact) is None for fact in used)

    @property
    def told(self) -> list[str]:
        """What the rules of the follow-up advise to do now, each once."""
        fired = (self.base.rules[name] for name in self.outcome.fired)
        return list(
            dict.fromkeys(rule.then.tell for rule in fired if rule.then.tell and (rule.then.reading or rule.then.hold))
        )

    @cached_property
    def danger(self) -> Grave | None:
        """What forbids care for certain."""
        return grave(self.outcome)

    # what was measured

    @cached_property
    def found(self) -> dict[str, list[Point]]:
        """Every number that a measure consists of, in order of time."""
        wanted = {name for measure in self.base.measures.values() for name in facts_of(self.base, measure)}
        points: dict[str, list[Point]] = {}
        for row in written.standing(written.rows_of(self.episode)):
            finding = written.as_finding(self.base, row) if row.fact in wanted else None
            if finding is not None and finding.value is not None and not isinstance(finding.value, str):
                points.setdefault(row.fact, []).append(Point(finding.at, float(finding.value)))
        return points

    @cached_property
    def sessions(self) -> list[Session]:
        """Every session of the episode, by day."""
        return prepared.rows(
            lambda episode: Session.objects.filter(episode=episode).order_by("day", "start"), self.episode.pk
        )

    @cached_property
    def due(self) -> tuple[Due, ...]:
        """The measures of the plan that are due today."""
        measured: dict[str, list[date]] = {
            str(measure.id): [
                timezone.localtime(point.at).date()
                for name in facts_of(self.base, measure)
                for point in self.found.get(name, [])
            ]
            for measure in self.base.measures.values()
        }
        story = Story(
            begun=timezone.localtime(self.episode.opened_at).date(),
            sessions=tuple(one.day for one in self.sessions if one.status == Session.Status.DONE),
            visit=any(one.day == self.today and one.status in ("booked", "done") for one in self.sessions),
            is_open=self.episode.is_open,
        )
        goals = measuring.goals_of_one(self.episode)
        return measuring.due_of(goals, story, measured, self.today)

    @property
    def due_now(self) -> list[tuple[Measure, Due]]:
        """What is due and may be asked with own words; the examination has its own page."""
        return [
            (measure, one)
            for measure, one in self._due()
            if measure.embed in ("text", "own_words") and self._fits(measure)
        ]

    @property
    def scores_due(self) -> list[tuple[Measure, Due]]:
        """Scores of questionnaires that are due, where the clinic uses them. Their text never stands here."""
        return [(measure, one) for measure, one in self._due() if measure.embed not in ("text", "own_words")]

    def _due(self) -> Iterable[tuple[Measure, Due]]:
        return ((self.base.measures[one.measure], one) for one in self.due)

    def _fits(self, measure: Measure) -> bool:
        return len(facts_of(self.base, measure)) <= _LINES_MOST

    def sheets(self, rows: list[tuple[Measure, Due]]) -> list[Sheet]:
        """The form for these measures."""
        return sheets_of(self.asked_in(rows))

    def asked_in(self, rows: list[tuple[Measure, Due]]) -> list[str]:
        """The facts that somebody enters for these measures; the others are worked out."""
        names = (name for measure, _due in rows for name in facts_of(self.base, measure))
        return [name for name in names if self.base.facts[name].worked_out is None]

    @cached_property
    def lines(self) -> list[Line]:
        """What can be drawn: numbers that were found, those with a judged change first."""
        found = [
            Line(measure, self.base.facts[name], self.found[name])
            for measure in self.base.measures.values()
            if self._fits(measure)
            for name in facts_of(self.base, measure)
            if self.base.facts[name].answer == "number" and name in self.found
        ]
        return sorted(found, key=lambda line: (len(line.points) < 2, line.judged.verdict == "not judged"))

    # what holds it

    @cached_property
    def holds(self) -> list[Hold]:
        """What holds the bookings now; nothing of a closed episode."""
        return holds_of(self.episode.pk) if self.episode.is_open else []

    @cached_property
    def released(self) -> list[Hold]:
        """What held them before, by whom and why it was released."""
        return prepared.rows(
            lambda episode: (
                Hold.objects.filter(episode=episode, released_at__isnull=False)
                .select_related("released_by")
                .order_by("-released_at")
            ),
            self.episode.pk,
        )

    @cached_property
    def course(self) -> Course | None:
        """The course that runs."""
        return prepared.first(
            lambda episode: Course.objects.filter(episode=episode, ended_at=None).order_by("-made_at")[:1],
            self.episode.pk,
        )

    @property
    def gates(self) -> list[tuple[int, dict[str, Any]]]:
        """The reviews that have come and wait for a named person."""
        if self.course is None:
            return []
        sessions = [one for one in self.sessions if one.course_id == self.course.pk]
        return [(place, self.course.gates[place]) for place in gates.gates_due(self.course, self.now, sessions)]

    @property
    def gates_released(self) -> list[dict[str, Any]]:
        """The reviews that somebody has decided, each with the day."""
        gates = self.course.gates if self.course else []
        return [
            {**one, "released_on": date.fromisoformat(one["released_at"][:10])}
            for one in gates
            if one.get("released_by")
        ]

    # what comes next

    @property
    def ahead(self) -> list[Session]:
        """The sessions that are booked or held from today on."""
        return [one for one in self.sessions if one.status in ("booked", "held") and one.day >= self.today]

    @property
    def is_through(self) -> bool:
        """Was the course had, with nothing of it ahead? Only then is another one a question."""
        return not self.ahead and any(one.status == Session.Status.DONE for one in self.sessions)

    @cached_property
    def next_course(self) -> NextCourse:
        """Whether another course may follow."""
        return next_course(self.base, self.values)

    @property
    def next_course_rules(self) -> list[Rule]:
        """The rules that speak against another course, or want something first."""
        found = self.next_course
        return [self.base.rules[name] for name in (*found.forbidding, *found.wanting)]

    @cached_property
    def events(self) -> list[tuple[AdverseEvent, Severity | None, list[str]]]:
        """Adverse events, newest first, with the names of what came before them."""
        rows = prepared.rows(
            lambda episode: AdverseEvent.objects.filter(episode=episode).select_related("member", "followed_up_by"),
            self.episode.pk,
        )
        names = self.base.techniques
        return [
            (row, self.base.severities.get(row.severity), [names[one].name for one in row.techniques if one in names])
            for row in rows
        ]

    @property
    def severities(self) -> list[Severity]:
        """The grades of harm, mildest first."""
        return sorted(self.base.severities.values(), key=lambda one: one.order)
