"""Why a course has no place: the first session without one, what takes its slots, and what would make room.

Everything is told as rules and numbers, so that each surface can say it in its reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from spinepath.booking.options import Search
from spinepath.booking.relax import Relaxing, relaxings
from spinepath.booking.rules import Rule
from spinepath.booking.search import Layer, Problem
from spinepath.booking.setting import begins
from spinepath.booking.slots import barred, length_in_slots, starts, weekly
from spinepath.booking.totals import Refusal, earliest_after_last_course


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """How many candidate slots a rule removes, and how many of them nothing else removes."""

    rule: Rule
    slots: int
    alone: int


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """Why there is no proposal.

    Either `refusals`, when the person had too much already or nobody knows; or the `session` that is the first one
    without a place, wherever those before it are. Its `candidates` are the starts, with each therapist, within the
    clinic's hours of any day, on the days that its spacing allows; `removed` says what is wrong with them, the most
    first. `relaxing` are ways out.
    """

    course: str
    refusals: tuple[Refusal, ...] = ()
    session: int | None = None
    candidates: int = 0
    removed: tuple[Removal, ...] = ()
    relaxing: tuple[Relaxing, ...] = ()


def explain(search: Search, problem: Problem, layers: Sequence[Layer], therapist: int | None) -> Clash:
    """The clash of a course whose search ended with these layers; `therapist` is the one who came furthest alone."""
    place = len(layers)
    removals = _Removals(search, problem, place, layers[-1] if layers else None, therapist)
    return Clash(
        course=search.course.id,
        session=problem.number + place,
        candidates=removals.candidates,
        removed=removals.told(),
        relaxing=relaxings(search),
    )


class _Removals:
    """Counts of candidate slots, rule by rule, for the session that is booked as the `place`-th."""

    def __init__(
        self, search: Search, problem: Problem, place: int, before: Layer | None, therapist: int | None
    ) -> None:
        self._search, self._therapist, self._place = search, therapist, place
        self._length = length_in_slots(search.minutes(place), search.diary.grid)
        hours = 0
        for opening in search.diary.opening:
            hours |= opening
        self._all = starts(hours, self._length)
        self.candidates = 0
        self._slots: dict[Rule, int] = {}
        self._alone: dict[Rule, int] = {}
        days = self._first_days(problem) if before is None else self._next_days(problem, before)
        self._taken = dict.fromkeys(range(search.diary.days), 0)
        for day, taken in search.taken:
            self._taken[day] |= taken
        for day, broken in days:
            self._count(day, broken)

    def told(self) -> tuple[Removal, ...]:
        found = (
            Removal(rule=rule, slots=slots, alone=self._alone[rule]) for rule, slots in self._slots.items() if slots
        )
        return tuple(sorted(found, key=lambda one: (-one.alone, -one.slots, one.rule)))

    def _first_days(self, problem: Problem) -> Iterator[tuple[int, list[Rule]]]:
        """Every day of the diary, with the rules that keep the first session to book from being there."""
        search, spacing = self._search, problem.spacing
        after_last = earliest_after_last_course(search.course)
        for day, written in enumerate(search.diary.dates):
            broken: list[Rule] = []
            if after_last is not None and written < after_last:
                broken.append("between_courses")
            if search.wishes.starts_by is not None and day >= begins(search).stop:
                broken.append("starts_by")
            if spacing.had and not spacing.is_rested(len(spacing.had), spacing.had[-1], day):
                broken.append("days_least")
            elif spacing.recent_before(day) is None:
                broken.append("week_limit")
            if spacing.span is not None and day - spacing.first_of_course(day) > spacing.span:
                broken.append("course_length")
            yield day, broken

    def _next_days(self, problem: Problem, before: Layer) -> Iterator[tuple[int, list[Rule]]]:
        """The days that are far enough, and near enough, after a place of the session before."""
        spacing, search = problem.spacing, self._search
        found: dict[int, list[set[Rule]]] = {}
        for (day, recent), start in before.items():
            for later, _ in spacing.following(problem.number + self._place - 1, day):
                broken: set[Rule] = set() if spacing.then(day, recent, later) is not None else {"week_limit"}
                if spacing.span is not None and later - start > spacing.span:
                    broken.add("course_length")
                found.setdefault(later, []).append(broken)
        for later, ways in sorted(found.items()):
            yield later, [] if set() in ways else sorted(set.intersection(*ways) or min(ways, key=sorted))
        beyond = {day + further for day, _ in before for further in range(1, search.course.days_between[1] + 1)}
        for day in sorted(beyond):
            if day >= search.diary.days:
                yield day, ["outside_diary"]

    def _count(self, day: int, broken: Iterable[Rule]) -> None:
        for therapist in range(len(self._search.diary.clinic.therapists)):
            self.candidates += self._all.bit_count()
            left = dict.fromkeys(broken, 0)
            if day < self._search.diary.days:
                left.update(self._left(day, therapist))
            self._strike(left)

    def _strike(self, left: dict[Rule, int]) -> None:
        """Count what each rule removes, and what only it removes: what those before and after it all leave."""
        behind = [self._all]
        for slots in reversed(left.values()):
            behind.append(behind[-1] & slots)
        before = self._all
        for rule, slots in left.items():
            behind.pop()
            self._slots[rule] = self._slots.get(rule, 0) + (self._all & ~slots).bit_count()
            self._alone[rule] = self._alone.get(rule, 0) + (before & behind[-1] & ~slots).bit_count()
            before &= slots

    def _left(self, day: int, therapist: int) -> Iterator[tuple[Rule, int]]:
        """The starts that each rule of the clinic and of the person leaves on a day with a therapist."""
        search, length = self._search, self._length
        diary, wishes = search.diary, search.wishes
        one, written = diary.clinic.therapists[therapist], diary.dates[day]
        busy = diary.on_duty[therapist][day] & ~diary.free[therapist][day]
        yield "closed", starts(diary.opening[day], length)
        yield "shift", starts(diary.shifts[therapist][day], length)
        yield "therapist_taken", starts(~busy, length)
        yield from self._rooms(day)
        yield "skill", _all_if(search.course.skills <= one.skills)
        yield "person_taken", starts(~self._taken[day], length)
        yield "absence", starts(~barred(wishes.absences, written, diary.grid), length)
        yield "weekday", _all_if(written.isoweekday() in wishes.weekdays)
        yield "hours", starts(weekly(wishes.hours, [written], diary.grid)[0], length) if wishes.hours else ~0
        yield "earliest", _all_if(wishes.earliest is None or written >= wishes.earliest)
        yield "therapist", _all_if(not wishes.therapists or one.id in wishes.therapists)
        yield "therapist_sex", _all_if(wishes.therapist_sex is None or one.sex == wishes.therapist_sex)
        yield "same_therapist", _all_if(self._therapist is None or therapist == self._therapist)

    def _rooms(self, day: int) -> Iterator[tuple[Rule, int]]:
        """What is taken counts only where a room is not closed, so that no slot is removed for two reasons at once."""
        diary, rooms, length = self._search.diary, self._search.rooms, self._length
        not_closed = not_taken = 0
        for room in rooms:
            taken = diary.usable[room][day] & ~diary.vacant[room][day]
            not_closed |= starts(diary.not_closed[room][day], length)
            not_taken |= starts(diary.not_closed[room][day] & ~taken, length)
        yield "equipment", _all_if(bool(rooms))
        yield "room_closed", not_closed if rooms else ~0
        yield "room_taken", not_taken | ~not_closed if rooms else ~0


def _all_if(met: bool) -> int:
    return ~0 if met else 0
