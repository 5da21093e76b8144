"""What would have to give way so that a course can be booked: a smallest set of wishes, and how little of each.

Only wishes are given up and, where these are not enough, sessions of others moved. What is clinical never is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import time, timedelta
from itertools import chain, combinations
from typing import Any

import msgspec

from spinepath.booking.clinic import EVERY_DAY, Hours
from spinepath.booking.course import Wishes
from spinepath.booking.options import Search
from spinepath.booking.rules import BOOKED, WISHES, Rule
from spinepath.booking.search import reach
from spinepath.booking.setting import begins, problem_with
from spinepath.booking.slots import DAY_MINUTES, length_in_slots, starts

_FIELD: dict[str, str] = {"weekday": "weekdays", "therapist": "therapists", "absence": "absences"}
_GIVEN_UP: dict[str, Any] = {
    "starts_by": None,
    "earliest": None,
    "hours": (),
    "weekday": EVERY_DAY,
    "therapist": frozenset(),
    "same_therapist": False,
    "therapist_sex": None,
    "absence": (),
}


class Relaxing(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that together could give way, so that the whole course finds its place; none of them can be left out.

    With these `wishes` it does. They give up as little as can be said simply: one more of the `weekdays` or the
    `therapists` if that is enough, so many `minutes_wider` at both ends of the hours, `weeks_later` for the last day of
    the first session, `weeks_sooner` for the earliest day; otherwise the whole wish. With `room_taken` or
    `therapist_taken` among the rules the sessions of others would have to move.
    """

    rules: tuple[Rule, ...]
    wishes: Wishes
    weekdays: tuple[int, ...] = ()
    therapists: tuple[str, ...] = ()
    minutes_wider: int | None = None
    weeks_later: int | None = None
    weeks_sooner: int | None = None


def relaxings(search: Search) -> tuple[Relaxing, ...]:
    """Every rule that is enough by itself; else one smallest set; none when nothing of this kind is enough."""
    reaching, wishes = Reaching(search), search.wishes
    wished = tuple(rule for rule in WISHES if getattr(wishes, _FIELD.get(rule, rule)) != _GIVEN_UP[rule])
    if reaching.is_possible(_without(wishes, wished), wished):
        return tuple(_smallest(reaching, wishes, _sets(wished)))
    if reaching.is_possible(_without(wishes, wished), (*wished, *BOOKED)):
        # wishes alone are not enough, whichever
        every = (one for one in _sets((*wished, *BOOKED)) if not set(BOOKED).isdisjoint(one))
        return tuple(_smallest(reaching, wishes, every))
    return ()


def _sets(rules: tuple[Rule, ...]) -> Iterator[tuple[Rule, ...]]:
    """All sets of the rules, the smaller ones first."""
    return chain.from_iterable(combinations(rules, size) for size in range(1, len(rules) + 1))


def _smallest(reaching: Reaching, wishes: Wishes, sets: Iterator[tuple[Rule, ...]]) -> Iterator[Relaxing]:
    """Those of one rule that are enough; or the first one that is enough, where no single rule is."""
    found = 0
    for rules in sets:
        if found and len(rules) > 1:
            return
        if reaching.is_possible(_without(wishes, rules), rules):
            found += 1
            yield _with_least(reaching, wishes, rules)


def _without(wishes: Wishes, rules: Iterable[Rule]) -> Wishes:
    given_up = {_FIELD.get(rule, rule): _GIVEN_UP[rule] for rule in rules if rule in _GIVEN_UP}
    return msgspec.structs.replace(wishes, **given_up)


def _with_least(reaching: Reaching, wishes: Wishes, rules: tuple[Rule, ...]) -> Relaxing:
    """As little as possible of each wish, one after the other, while the rest is given up."""
    now, told = _without(wishes, rules), {}
    for rule in rules:
        steps = list(_steps(rule, wishes, reaching))

        def is_enough(step: tuple[Any, Any], field: str = _FIELD.get(rule, rule), now: Wishes = now) -> bool:
            return reaching.is_possible(msgspec.structs.replace(now, **{field: step[1]}), rules)

        # a longer step of time gives up more than a shorter one, so that the shortest can be looked for by halves
        if rule in _TOLD_AS and rule not in _ONE_MORE:
            found = steps[bisect_left(steps, True, key=is_enough) :]
        else:
            found = [step for step in steps if is_enough(step)]
        if found:
            said, value = found[0]
            told[_TOLD_AS[rule]] = said
            now = msgspec.structs.replace(now, **{_FIELD.get(rule, rule): value})
    return Relaxing(rules=rules, wishes=now, **told)


_ONE_MORE = ("weekday", "therapist")
_TOLD_AS: dict[str, str] = {
    "weekday": "weekdays",
    "therapist": "therapists",
    "hours": "minutes_wider",
    "starts_by": "weeks_later",
    "earliest": "weeks_sooner",
}


def _steps(rule: Rule, wishes: Wishes, reaching: Reaching) -> Iterator[tuple[Any, Any]]:
    """Ways to give up some of a wish, the mildest first: what is said of it, and the wish that is left."""
    diary = reaching.diary
    if rule == "weekday":
        more = [day for day in EVERY_DAY if day not in wishes.weekdays]
        yield from (((day,), tuple(sorted((*wishes.weekdays, day)))) for day in more)
    elif rule == "therapist":
        others = [one for one in diary.therapists if one not in wishes.therapists]
        yield from (((one,), wishes.therapists | {one}) for one in others)
    elif rule == "hours":
        yield from ((wider, _wider(wishes.hours, wider)) for wider in range(diary.grid, DAY_MINUTES, diary.grid))
    elif rule == "starts_by" and wishes.starts_by is not None:
        weeks = (diary.last - wishes.starts_by).days // 7
        yield from ((week, wishes.starts_by + timedelta(weeks=week)) for week in range(1, weeks + 1))
    elif rule == "earliest" and wishes.earliest is not None:
        weeks = (wishes.earliest - diary.first).days // 7
        yield from ((week, wishes.earliest - timedelta(weeks=week)) for week in range(1, weeks + 1))


def _wider(hours: Iterable[Hours], minutes: int) -> tuple[Hours, ...]:
    found = []
    for one in hours:
        start = max(one.start.hour * 60 + one.start.minute - minutes, 0)
        end = min((one.end.hour * 60 + one.end.minute or DAY_MINUTES) + minutes, DAY_MINUTES) % DAY_MINUTES
        found.append(msgspec.structs.replace(one, start=time(*divmod(start, 60)), end=time(*divmod(end, 60))))
    return tuple(found)


class Reaching:
    """Whether the course has a place at all, for other wishes than those of the search; costs are left aside."""

    def __init__(self, search: Search) -> None:
        self.diary, self._search = search.diary, search
        self._problem = problem_with(search, ())
        course = search.course
        self._lengths = [length_in_slots(search.minutes(place), self.diary.grid) for place in range(course.sessions)]
        self._clear: dict[tuple[int, bool, bool], dict[int, list[int]]] = {}

    def is_possible(self, wishes: Wishes, rules: Iterable[Rule]) -> bool:
        """Is there a place for the whole course with these wishes, and with what is booked gone if the rules say so?"""
        old = self._search
        search = Search(self.diary, old.course, wishes, old.weights)
        free = {length: self._open(search, length, rules) for length in set(self._lengths)}
        problem = self._problem._replace(begins=begins(search))
        if wishes.same_therapist:
            alone = [one for one in search.therapists if problem.therapist in (None, one)]
            return any(self._is_reached(problem, free, (therapist,)) for therapist in alone)
        return self._is_reached(problem, free, search.therapists)

    def _is_reached(self, problem: Any, free: dict[int, dict[int, list[int]]], therapists: Sequence[int]) -> bool:
        is_open = {
            length: [any(day) for day in zip(*(rows[one] for one in therapists), strict=True)]
            or [False] * self.diary.days
            for length, rows in free.items()
        }
        return len(reach(problem, [is_open[length] for length in self._lengths])) == len(self._lengths)

    def _open(self, search: Search, length: int, rules: Iterable[Rule]) -> dict[int, list[int]]:
        """For each therapist the starts of each day that the clinic and the person have open."""
        clear = self._of_clinic(search, length, rules)
        possible = [starts(slots, length) for slots in search.possible]
        return {
            one: [begin & slots for begin, slots in zip(clear[one], possible, strict=True)] for one in search.therapists
        }

    def _of_clinic(self, search: Search, length: int, rules: Iterable[Rule]) -> dict[int, list[int]]:
        diary = self.diary
        key = length, BOOKED[0] in rules, BOOKED[1] in rules
        if key not in self._clear:
            rooms, people = (diary.usable if key[1] else diary.vacant), (diary.on_duty if key[2] else diary.free)
            anywhere = [0] * diary.days
            for room in search.rooms:
                anywhere = [found | starts(row, length) for found, row in zip(anywhere, rooms[room], strict=True)]
            self._clear[key] = {
                one: [starts(row, length) & found for row, found in zip(people[one], anywhere, strict=True)]
                for one in range(len(diary.clinic.therapists))
            }
        return self._clear[key]
