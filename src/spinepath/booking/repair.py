"""Mend a course that lost sessions: move as little as possible, and keep the spacing. Exact for one course.

The course is looked for anew among all places, where those it has cost nothing and every other one very much. So the
cheapest course keeps as many sessions as can be kept, and of those ways the one that costs least otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from spinepath.booking import clash, faults, totals
from spinepath.booking.change import renumbered
from spinepath.booking.check import is_clear
from spinepath.booking.clash import Clash
from spinepath.booking.clinic import Session
from spinepath.booking.course import NO_WISHES, Course, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.options import Option, Options, Search, Weights
from spinepath.booking.propose import USUAL, new_id
from spinepath.booking.search import Path, best
from spinepath.booking.setting import after_last_course, layers_of, problem_with
from spinepath.booking.slots import barred, clock_of, slot_of, slots_taken
from spinepath.engine.faults import Fault

MOVED = 1_000_000
"""What each session costs that is not where it was; far more than all the rest of a course can cost."""


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """A course mended: all its sessions that are ahead, and which of them are in another place or new, by id.

    `cost` is MOVED for each of these, and the usual costs, with days away from what was lost instead of late ones.
    """

    sessions: tuple[Session, ...]
    moved: frozenset[str]
    cost: int


class Damage(NamedTuple):
    """A course and what of it still stands and what was lost, in a diary that holds neither."""

    course: Course
    wishes: Wishes
    standing: tuple[Session, ...]
    lost: tuple[Session, ...]


def repair(
    diary: Diary, course: Course, lost: Collection[str], wishes: Wishes = NO_WISHES, weights: Weights = USUAL
) -> Repair | Clash:
    """Place the sessions of the course again that were `lost`: cancelled, missed, or without therapist or room.

    As few of the others move as possible, often none. A session that was cancelled or missed gets a successor with a
    new id, one that is still ahead keeps its own. What was agreed may stay outside the wishes, but not in an absence;
    the last day to start no longer matters. Raises FaultyBooking for ids that are no sessions of the course.
    """
    damage = damage_of(diary, course, lost, wishes)
    without = diary.with_changes((), [one.id for one in (*damage.standing, *damage.lost) if one.is_ahead])
    return mend(without, damage, weights)


def damage_of(diary: Diary, course: Course, lost: Collection[str], wishes: Wishes) -> Damage:
    """What of a course stands and what is lost. Raises FaultyBooking."""
    sessions = diary.of_course(course.id, course.person)
    faults.refuse([*faults.in_course(course), *faults.in_wishes(wishes, diary.clinic)])
    if not lost or not set(lost) <= {one.id for one in sessions if one.status != "done"}:
        faults.refuse([Fault("lost", "These are not all sessions of the course that can be lost.", "Name such ones.")])
    return Damage(
        course,
        msgspec.structs.replace(wishes, starts_by=None),
        tuple(one for one in sessions if one.is_ahead and one.id not in lost),
        tuple(one for one in sessions if one.id in lost),
    )


def mend(without: Diary, damage: Damage, weights: Weights = USUAL) -> Repair | Clash:
    """The same in a diary in which the sessions ahead of the course no longer stand."""
    count = len(damage.standing) + len(damage.lost)
    course = msgspec.structs.replace(damage.course, sessions=count)
    refused = tuple(totals.refusals(course))
    if refused:
        return Clash(course=course.id, refusals=refused)
    search = Search(without, course, damage.wishes, weights)
    kept = _kept(search, damage.standing)
    options = [_mended(search, place, kept, damage.lost) for place in range(min(count, 2))]
    problem = problem_with(search, [options[0], *options[1:] * (count - 1)])
    problem = problem._replace(late=0, begins=after_last_course(search))
    problem, layers, furthest = layers_of(problem, damage.wishes.same_therapist)
    path = best(problem, layers)
    if path is None:
        return clash.explain(search, problem, layers, furthest)
    return _told(search, damage, kept, path)


def _kept(search: Search, standing: Iterable[Session]) -> dict[tuple[int, int], Session]:
    """The sessions that may stay where they are, by day and therapist."""
    diary, course = search.diary, search.course
    found = {}
    busy: dict[int, int] = {}
    for day, taken in search.taken:
        busy[day] = busy.get(day, 0) | taken
    for one in standing:
        day, taken = (one.day - diary.first).days, slots_taken(one.start, one.minutes, diary.grid)
        if not is_clear(diary, one) or taken & (barred(search.wishes.absences, one.day, diary.grid) | busy.get(day, 0)):
            continue
        therapist, room = diary.therapists[one.therapist], diary.rooms[one.room]
        able = course.skills <= diary.clinic.therapists[therapist].skills
        if able and course.equipment <= diary.clinic.rooms[room].equipment:
            found[day, therapist] = one
    return found


def _mended(search: Search, place: int, kept: dict[tuple[int, int], Session], lost: Sequence[Session]) -> Options:
    """The options of a place, with what may stay for nothing; all others cost much, and more the further away."""
    weights, diary = search.weights, search.diary
    found = []
    for day, of_day in enumerate(search.other_options if place else search.first_options):
        away = min(abs((diary.dates[day] - one.day).days) for one in lost)
        more = MOVED + weights.moved_day * away + weights.moved_time
        found.append({one.therapist: one._replace(cost=one.cost + more) for one in of_day})
    for one in lost:
        day = (one.day - diary.first).days
        for therapist in search.therapists if 0 <= day < diary.days else ():
            same_time = search.option_at(day, therapist, slot_of(one.start, diary.grid), search.minutes(place))
            if same_time is not None:
                same_time = same_time._replace(cost=same_time.cost + MOVED)
                found[day][therapist] = min(same_time, found[day].get(therapist, same_time))
    for (day, therapist), one in kept.items():
        found[day][therapist] = Option(0, therapist, slot_of(one.start, diary.grid), diary.rooms[one.room], 0)
    return [tuple(of_day[therapist] for therapist in sorted(of_day)) for of_day in found]


def _told(search: Search, damage: Damage, kept: dict[tuple[int, int], Session], path: Path) -> Repair:
    places = list(zip(path.days, path.options, strict=True))
    staying = {kept[day, option.therapist].id for day, option in places if (day, option.therapist) in kept}
    ids = _ids(search, damage, staying)
    found = []
    for place, (day, option) in enumerate(places):
        stays = kept.get((day, option.therapist))
        found.append(stays or _placed(search, next(ids), place, day, option))
    sessions = renumbered(search.course, found)
    return Repair(
        sessions=sessions,
        moved=frozenset(one.id for one in sessions if one.id not in staying),
        cost=path.cost,
    )


def _ids(search: Search, damage: Damage, staying: Collection[str]) -> Iterator[str]:
    """The ids of sessions that are still ahead but not where they were, in their order; then new ones."""
    moving = [one for one in (*damage.standing, *damage.lost) if one.is_ahead and one.id not in staying]
    yield from (one.id for one in sorted(moving, key=lambda one: (one.day, one.start, one.id)))
    taken = {one.id for one in (*damage.standing, *damage.lost)}
    number = len(search.course.had.days or ())
    while True:
        number += 1
        name = new_id(search.diary, search.course, number)
        if name not in taken:
            yield name


def _placed(search: Search, name: str, place: int, day: int, option: Option) -> Session:
    diary, course = search.diary, search.course
    return Session(
        id=name,
        course=course.id,
        person=course.person,
        number=place + 1,
        day=diary.dates[day],
        start=clock_of(option.start, diary.grid),
        minutes=search.minutes(place),
        therapist=diary.clinic.therapists[option.therapist].id,
        room=diary.clinic.rooms[option.room].id,
    )
