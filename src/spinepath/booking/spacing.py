"""How far apart the sessions of a course may lie, and how many fit into a week and into the course.

Days are counted as in the diary, from 0. Beside the days between two neighbours there is a bound on any seven days in a
row; so a step from one session to the next needs to know the days just before. `recent` holds those that still bind,
newest first. Sessions had before the diary begins have days below 0.
"""

from __future__ import annotations

from datetime import date, timedelta

from spinepath.booking.course import Course

WEEK = 7

Recent = tuple[int, ...]
Node = tuple[int, Recent]
"""A day with a session on it, and the days before it that still bind."""


class Spacing:
    """The spacing of one course in a diary that begins at `first` and has so many `days`."""

    def __init__(self, course: Course, first: date, days: int, weekend: tuple[int, ...], weight: int) -> None:
        self.had = sorted((day - first).days for day in course.had.days or ())
        self.days = days
        self._course = course
        self._first = first
        self._weight = weight
        self._oldest = min([0, *self.had])
        self._every_day_counts = course.weekends == "count as days"
        self._counted = [] if self._every_day_counts else self._count(weekend)
        self._offsets: dict[int, list[tuple[int, int]]] = {}
        self._rest = int(-(-(course.bounds.days_between_least or 0) // 1))
        per_week = course.bounds.sessions_per_week_most
        self._per_week = None if per_week is None else int(per_week)
        self._shortest = max(self._rest, course.days_between[0])
        weeks = course.bounds.weeks_most
        self.span = None if weeks is None else int(weeks * WEEK) - 1
        self._ways: dict[int, Ways] = {}

    def _count(self, weekend: tuple[int, ...]) -> list[int]:
        """How many counting days lie before each day, from the oldest session had to the end of the diary."""
        found = [0]
        for number in range(self._oldest + 1, self.days):
            weekday = (self._first + timedelta(days=number)).isoweekday()
            found.append(found[-1] + (weekday not in weekend))
        return found

    def least_after(self, number: int) -> int:
        """The least calendar days after session `number`, whatever the preset's rule for weekends."""
        return max(self._rest, self._course.rest_after.get(number, 0))

    def between(self, earlier: int, later: int) -> int:
        """The days between two days, by the rule for weekends."""
        if self._every_day_counts:
            return later - earlier
        return self._counted[later - self._oldest] - self._counted[earlier - self._oldest]

    def is_rested(self, number: int, earlier: int, later: int) -> bool:
        """Is `later` far enough from session `number`, which is on `earlier`?"""
        least = self._course.days_between[0]
        return later - earlier >= self.least_after(number) and self.between(earlier, later) >= least

    def cost(self, earlier: int, later: int) -> int:
        """The cost of these days between: so much for each day outside those that are liked."""
        if self._course.days_liked is None:
            return 0
        least, most = self._course.days_liked
        days = self.between(earlier, later)
        return self._weight * max(least - days, days - most, 0)

    def ways(self, number: int) -> Ways:
        """Where sessions after session `number` may be, node by node; worked out for those that are asked for."""
        least = self.least_after(number)
        if least not in self._ways:
            self._ways[least] = Ways(self, number)
        return self._ways[least]

    def following(self, number: int, day: int) -> list[tuple[int, int]]:
        """The days that are far and near enough after session `number` on `day`, each with the cost of its spacing."""
        if self._every_day_counts:
            # the same days further on from every day
            return [(day + days, cost) for days, cost in self._further(number) if day + days < self.days]
        return self._following(number, day, self.days)

    def _further(self, number: int) -> list[tuple[int, int]]:
        least = self.least_after(number)
        if least not in self._offsets:
            self._offsets[least] = self._following(number, 0, max(self.days, self._course.days_between[1] + 1))
        return self._offsets[least]

    def _following(self, number: int, day: int, end: int) -> list[tuple[int, int]]:
        most = self._course.days_between[1]
        found = []
        for later in range(day + max(self.least_after(number), 1), end):
            if self.between(day, later) > most:
                break
            if self.is_rested(number, day, later):
                found.append((later, self.cost(day, later)))
        return found

    # any seven days in a row

    def recent_before(self, day: int) -> Recent | None:
        """What binds when the first session to book is on `day`; None when it may not be there after those had."""
        newest = tuple(reversed(self.had))
        if not newest:
            return ()
        if not self.is_rested(len(newest), newest[0], day):
            return None
        return self.then(newest[0], newest[1:], day)

    def then(self, day: int, recent: Recent, later: int) -> Recent | None:
        """What binds when the session after the one on `day` is on `later`; None when that week has too many."""
        if self._per_week is None:
            return ()
        if self._per_week == 0:
            return None
        before = (day, *recent)
        if len(before) >= self._per_week and later - before[self._per_week - 1] < WEEK:
            return None
        kept = before[: self._per_week - 1]
        while kept and later + (self._per_week - len(kept)) * self._shortest - kept[-1] >= WEEK:
            kept = kept[:-1]
        return kept

    def first_of_course(self, day: int) -> int:
        """The day on which the course began, when the first session to book is on `day`."""
        return self.had[0] if self.had else day


class Ways(dict[Node, list[tuple[Node, int]]]):
    """For a node: the nodes on which the next session may be, each with the cost of the spacing."""

    def __init__(self, spacing: Spacing, number: int) -> None:
        super().__init__()
        self._spacing, self._number = spacing, number

    def __missing__(self, node: Node) -> list[tuple[Node, int]]:
        day, recent = node
        following = self._spacing.following(self._number, day)
        ways = [(later, self._spacing.then(day, recent, later), cost) for later, cost in following]
        found = self[node] = [((later, bound), cost) for later, bound, cost in ways if bound is not None]
        return found
