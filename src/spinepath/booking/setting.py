"""From what is asked to the problem that the search solves."""

from __future__ import annotations

from collections.abc import Sequence

from spinepath.booking.options import Options, Search
from spinepath.booking.search import Layer, Problem, open_days, reach
from spinepath.booking.spacing import Spacing
from spinepath.booking.totals import earliest_after_last_course


def problem_of(search: Search, spacing: Spacing | None = None) -> Problem:
    """The problem of placing the course where it is free. Its spacing can be given, when it is known from before."""
    others = [search.other_options] * (search.course.sessions - 1)
    return problem_with(search, [search.first_options, *others], spacing)


def problem_with(search: Search, options: Sequence[Options], spacing: Spacing | None = None) -> Problem:
    """The same problem with these options of its sessions."""
    diary, course = search.diary, search.course
    return Problem(
        options=options,
        spacing=spacing or spacing_of(search),
        begins=begins(search),
        late=search.weights.late_day,
        change=None if search.wishes.same_therapist else search.weights.change,
        therapist=diary.therapists.get(course.had.therapist or ""),
    )


def spacing_of(search: Search) -> Spacing:
    """The spacing of the course in the diary; it does not depend on what is booked."""
    diary = search.diary
    return Spacing(search.course, diary.first, diary.days, diary.clinic.weekend, search.weights.spacing_day)


def begins(search: Search) -> range:
    """The days on which the first session to book may be, for the wishes and after the course before."""
    diary, wishes = search.diary, search.wishes
    days = after_last_course(search)
    first = days.start if wishes.earliest is None else max(days.start, (wishes.earliest - diary.first).days)
    last = diary.days if wishes.starts_by is None else min(diary.days, (wishes.starts_by - diary.first).days + 1)
    return range(first, last)


def after_last_course(search: Search) -> range:
    """The days of the diary that are far enough from the course before."""
    diary, earliest = search.diary, earliest_after_last_course(search.course)
    return range(0 if earliest is None else max(0, (earliest - diary.first).days), diary.days)


def layers_of(problem: Problem, same_therapist: bool) -> tuple[Problem, list[Layer], int | None]:
    """The nodes that can be reached, and the problem without therapists who cannot treat the whole course.

    When one therapist must treat it all, each is looked at alone, and the layers are those of all who can; when nobody
    can, those of the one who comes furthest, who is named too.
    """
    if not same_therapist:
        return problem, reach(problem, [open_days(options) for options in problem.options]), None
    treating = {option.therapist for day in problem.options[0] for option in day}
    if problem.therapist is not None:
        treating &= {problem.therapist}
    alone = {one: reach(problem, [open_days(options, one) for options in problem.options]) for one in sorted(treating)}
    able = {therapist for therapist, layers in alone.items() if len(layers) == len(problem.options)}
    if not able:
        furthest = max(alone, key=lambda therapist: (len(alone[therapist]), -therapist), default=problem.therapist)
        return problem, alone.get(furthest, []) if furthest is not None else [], furthest
    options = [_only(day_options, able) for day_options in problem.options[:2]]
    kept = problem._replace(options=[options[0], *[options[-1]] * (len(problem.options) - 1)])
    layers = [_joined([alone[therapist][place] for therapist in able]) for place in range(len(problem.options))]
    return kept, layers, None


def _only(options: Options, therapists: set[int]) -> Options:
    return [tuple(option for option in day if option.therapist in therapists) for day in options]


def _joined(layers: Sequence[Layer]) -> Layer:
    found: Layer = {}
    for layer in layers:
        for node, start in layer.items():
            found[node] = max(start, found.get(node, start))
    return found
