"""The exact search: which days and therapists make the cheapest course.

Three passes over the nodes (place in the course, day, what binds of the week), each sparse:

1. forward: which nodes can be reached, and the latest first day of the course from which each can be. A later first
   day is never worse for the length of the course, so this one number decides exactly what is possible.
2. backward: the least cost from each node and therapist to the end, the length of the course left aside.
3. best first: courses in the order of their cost, with those of pass 2 as the bound that never asks too much. Only the
   length of the course can make a course dearer than the bound, so little is looked at in vain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from spinepath.booking.options import Option, Options
from spinepath.booking.spacing import Node, Spacing

Layer = dict[Node, int]
"""The nodes that can be reached, each with the latest first day of the course."""


_NEVER = -(1 << 30)


class Problem(NamedTuple):
    """One course to place: the options of every place in it, its spacing, and what ties its sessions together.

    `begins` are the days on which the first session to book may be. `change` is the cost of another therapist than the
    one before, None when there must be none; `therapist` is the one of the last session had.
    """

    options: Sequence[Options]
    spacing: Spacing
    begins: range
    late: int
    change: int | None
    therapist: int | None

    @property
    def number(self) -> int:
        """The number, within the course, of the first session to book."""
        return len(self.spacing.had) + 1


class Path(NamedTuple):
    """A course: the day and the option of each session."""

    cost: int
    days: tuple[int, ...]
    options: tuple[Option, ...]


class ToGo(NamedTuple):
    """From a node to the end: the least cost by therapist, the least of all, and the earliest last day."""

    by_therapist: dict[int, int]
    best: int
    ends: int


def reach(problem: Problem, is_open: Sequence[Sequence[bool]]) -> list[Layer]:
    """The nodes that each session can be on, on the days open to it; shorter where no place is left."""
    spacing = problem.spacing
    layers = [_first_layer(problem, is_open[0])]
    while layers[-1] and len(layers) < len(is_open):
        place = len(layers)
        layers.append(_next_layer(layers[-1], spacing, problem.number + place - 1, is_open[place]))
    return layers if layers[-1] else layers[:-1]


def open_days(options: Options, therapist: int | None = None) -> list[bool]:
    """The days on which there is an option, with one therapist or with any."""
    if therapist is None:
        return [bool(day) for day in options]
    return [any(option.therapist == therapist for option in day) for day in options]


def _first_layer(problem: Problem, is_open: Sequence[bool]) -> Layer:
    spacing, found = problem.spacing, {}
    for day in problem.begins:
        if is_open[day] and (recent := spacing.recent_before(day)) is not None:
            start = spacing.first_of_course(day)
            if spacing.span is None or day - start <= spacing.span:
                found[day, recent] = start
    return found


def _next_layer(before: Layer, spacing: Spacing, number: int, is_open: Sequence[bool]) -> Layer:
    found: Layer = {}
    span = spacing.days if spacing.span is None else spacing.span
    ways = spacing.ways(number)
    for node, start in before.items():
        last = start + span
        for later, _ in ways[node]:
            day = later[0]
            if is_open[day] and day <= last and found.get(later, _NEVER) < start:
                found[later] = start
    return found


def to_go(problem: Problem, layers: Sequence[Layer]) -> list[dict[Node, ToGo]]:
    """The least cost from each reached node to the end, without a bound on the length of the course."""
    spacing = problem.spacing
    found: list[dict[Node, ToGo]] = [{}]
    for place in reversed(range(len(layers))):
        ahead, ways = found[0], spacing.ways(problem.number + place)
        layer = {}
        for node in layers[place]:
            options = problem.options[place][node[0]]
            if place == len(layers) - 1:
                costs = {option.therapist: option.cost for option in options}
                layer[node] = ToGo(costs, min(costs.values()), node[0])
                continue
            nexts = [(cost, ahead[later]) for later, cost in ways[node] if later in ahead]
            costs = _costs(options, nexts, problem.change)
            if costs:
                layer[node] = ToGo(costs, min(costs.values()), min(after.ends for _, after in nexts))
        found.insert(0, layer)
    return found[:-1]


def _costs(options: tuple[Option, ...], nexts: list[tuple[int, ToGo]], change: int | None) -> dict[int, int]:
    other = None if change is None or not nexts else change + min([cost + after.best for cost, after in nexts])
    found = {}
    for option in options:
        therapist = option.therapist
        least = other
        for cost, after in nexts:
            same = after.by_therapist.get(therapist)
            if same is not None and (least is None or cost + same < least):
                least = cost + same
        if least is not None:
            found[therapist] = option.cost + least
    return found


class _Step(NamedTuple):
    """A course that has come as far as one session. Ordered by what it costs at least in the end."""

    least: int
    left: int
    node: Node
    therapist: int
    days: tuple[int, ...]
    options: tuple[Option, ...]
    spent: int


def cheapest(problem: Problem, layers: Sequence[Layer]) -> Iterator[Path]:
    """Courses in the order of their cost; the first one costs least of all. No two have the same days and therapists.

    Courses of the same cost come in an order that depends on nothing but the problem.
    """
    if len(layers) < len(problem.options):
        return
    ahead = to_go(problem, layers)
    heap = list(_begin(problem, ahead[0]))
    heap.sort()
    while heap:
        step = heappop(heap)
        if step.left == 0:
            yield Path(step.spent, step.days, step.options)
        else:
            for one in _go_on(problem, ahead, step):
                heappush(heap, one)


def best(problem: Problem, layers: Sequence[Layer]) -> Path | None:
    """The course that costs least; None when there is none."""
    if len(layers) < len(problem.options):
        return None
    ahead = to_go(problem, layers)
    heap = sorted(_begin(problem, ahead[0]))
    seen = set()
    while heap:
        step = heappop(heap)
        if step.left == 0:
            return Path(step.spent, step.days, step.options)
        # what lies ahead depends on nothing else; the first to come this far is the cheapest
        key = step.left, step.node, step.therapist, problem.spacing.first_of_course(step.days[0])
        if key not in seen:
            seen.add(key)
            for one in _go_on(problem, ahead, step):
                heappush(heap, one)
    return None


def _begin(problem: Problem, ahead: dict[Node, ToGo]) -> Iterator[_Step]:
    spacing, left = problem.spacing, len(problem.options) - 1
    for node, after in ahead.items():
        day = node[0]
        if spacing.span is not None and after.ends - spacing.first_of_course(day) > spacing.span:
            continue
        before = problem.late * day + (spacing.cost(spacing.had[-1], day) if spacing.had else 0)
        for option in problem.options[0][day]:
            least = after.by_therapist.get(option.therapist)
            change = _change(problem, problem.therapist, option.therapist)
            if least is not None and change is not None:
                spent = before + change + option.cost
                least += before + change
                yield _Step(least, left, node, option.therapist, (day,), (option,), spent)


def _go_on(problem: Problem, ahead: list[dict[Node, ToGo]], step: _Step) -> Iterator[_Step]:
    spacing, place, days = problem.spacing, len(step.days), step.days
    start = spacing.first_of_course(days[0])
    for node, cost in spacing.ways(problem.number + place - 1)[step.node]:
        after = ahead[place].get(node)
        if after is None or (spacing.span is not None and after.ends - start > spacing.span):
            continue
        for option in problem.options[place][node[0]]:
            least = after.by_therapist.get(option.therapist)
            change = _change(problem, step.therapist, option.therapist)
            if least is not None and change is not None:
                spent = step.spent + cost + change
                yield _Step(
                    least=spent + least,
                    left=step.left - 1,
                    node=node,
                    therapist=option.therapist,
                    days=(*days, node[0]),
                    options=(*step.options, option),
                    spent=spent + option.cost,
                )


def _change(problem: Problem, before: int | None, after: int) -> int | None:
    if before is None or before == after:
        return 0
    return problem.change
