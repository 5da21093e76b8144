"""The booking engine in a full clinic: one course, a repair, a sick day, 150 courses; with CP-SAT beside it if there.

The clinic is made up: 8 therapists with shifts and skills, 4 rooms, 8 weeks, sessions of 30 minutes (a tenth of the
courses 60), 2 to 4 days between, courses of 8 to 12 sessions that begin in the first two and a half weeks. Each course
alone has a place. A question counts with the shortest of its runs, and longer work with the time of the processor, so
that other work on the machine counts less.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from datetime import time as clock
from random import Random
from statistics import median

import msgspec

from benchmarks.timing import seconds
from spinepath.booking.absence import replan
from spinepath.booking.check import check
from spinepath.booking.clash import Clash
from spinepath.booking.clinic import Clinic, Hours, Period, Room, Therapist
from spinepath.booking.course import Bounds, Course, Had, Wishes
from spinepath.booking.diary import Diary
from spinepath.booking.many import Booked, Request, book_many
from spinepath.booking.options import Weights
from spinepath.booking.propose import propose
from spinepath.booking.repair import repair

TITLE = "Booking"
PACKAGES = ("msgspec",)

MONDAY = date(2026, 3, 2)
DAYS = 56
COURSES = 150
RUNS = 5
ONE_BAR, ALL_BAR, SICK_BAR = 10.0, 2.0, 5.0
YARDSTICK_SECONDS = 60
WORKING = (1, 2, 3, 4, 5)


def clinic(chance: Random) -> Clinic:
    """Everybody works four days a week, early, late or all day."""
    shifts = ((8, 14), (12, 18), (8, 18))
    therapists = []
    for number in range(8):
        start, end = shifts[number % 3]
        weekdays = tuple(sorted(chance.sample(WORKING, 4)))
        skills = {"hands", "needles"} if number % 2 else {"hands"}
        hours = Hours(start=clock(start), end=clock(end), weekdays=weekdays)
        therapists.append(Therapist(id=f"t{number}", shifts=(hours,), skills=frozenset(skills)))
    return Clinic(
        zone="Europe/Berlin",
        grid=10,
        opening=(Hours(start=clock(8), end=clock(18), weekdays=WORKING),),
        therapists=tuple(therapists),
        rooms=tuple(Room(id=f"r{number}") for number in range(4)),
    )


def request(chance: Random, name: str, sessions: int | None = None) -> Request:
    """One person's course, and when that person can come."""
    hours = [(), (), (Hours(start=clock(8), end=clock(13)),), (Hours(start=clock(12), end=clock(18)),)]
    course = Course(
        id=f"c{name}",
        person=f"p{name}",
        sessions=sessions or chance.randint(8, 12),
        minutes=60 if chance.random() < 0.1 else 30,
        days_between=(2, 4),
        days_liked=(2, 3),
        skills=frozenset({"needles"} if chance.random() < 0.3 else {"hands"}),
        bounds=Bounds(sessions_per_week_most=3),
        had=Had(days=()),
    )
    weekdays = tuple(sorted(chance.sample(WORKING, 4))) if chance.random() < 0.1 else WORKING
    earliest = MONDAY + timedelta(days=chance.randint(0, 17))
    return course, Wishes(weekdays=weekdays, hours=chance.choice(hours), earliest=earliest)


def requests(diary: Diary, count: int) -> list[Request]:
    """Courses that have a place when the clinic is empty."""
    chance, found = Random(3), []
    while len(found) < count:
        one = request(chance, str(len(found)))
        if not isinstance(propose(diary, *one), Clash):
            found.append(one)
    return found


def lines() -> Iterator[str]:
    empty = Diary(clinic(Random(1)), MONDAY, MONDAY + timedelta(days=DAYS - 1))
    wanted = requests(empty, COURSES)
    first, taken = _all_booked(empty, wanted, seed=1)
    tries = [taken, *(_all_booked(empty, wanted, seed)[1] for seed in range(2, 6))]
    yield f"{COURSES} courses, {len(first.sessions)} sessions: {COURSES - len(first.clashes)} courses booked"
    spread = f"median {median(tries):.2f}, most {max(tries):.2f} s"
    yield f"    until all are, five seeds           {spread}  (bar {ALL_BAR:.0f} s)"
    full = empty.with_changes(first.sessions)
    by_course = {one[0].id: one for one in wanted}
    roomy = empty.with_changes(one for one in first.sessions if int(one.course[1:]) < COURSES * 2 // 3)
    yield from _one_course("full", full)
    yield from _one_course("two thirds full", roomy)
    yield from _one_change(full, first, by_course)
    yield from _sick_days(full, by_course)
    yield f"{COURSES} courses, each as if it were alone: cost {_alone(empty, wanted)}, idle slots apart"
    yield from _beside_cp_sat(empty, wanted)


def _all_booked(empty: Diary, wanted: list[Request], seed: int) -> tuple[Booked, float]:
    """The first of a few numbers of rounds after which all are booked, and the seconds it takes."""
    for rounds in (0, 15, 30, 60, 120, 240):
        start = time.process_time()
        answer = book_many(empty, wanted, rounds=rounds, seed=seed)
        taken = time.process_time() - start
        if not answer.clashes:
            break
    return answer, taken


def _one_course(name: str, diary: Diary) -> Iterator[str]:
    chance = Random(5)
    found: dict[str, list[float]] = {"proposal": [], "clash": []}
    for number in range(200):
        one = request(chance, f"new{number}", sessions=12)
        kind = "clash" if isinstance(propose(diary, *one), Clash) else "proposal"
        found[kind].append(_shortest(lambda one=one: propose(diary, *one)))
    yield f"one course of 12 more, diary {name}, {len(diary.sessions)} sessions in it"
    for kind, times in found.items():
        if times:
            yield f"    {kind:8}, {len(times):3} of 200                  {_spread(times)}  (bar {ONE_BAR:.0f} ms)"
    sessions = tuple(diary.sessions.values())
    built = _shortest(lambda: Diary(diary.clinic, diary.first, diary.last, sessions))
    yield f"    the diary itself, made of its sessions  {1000 * built:.1f} ms"


def _one_change(full: Diary, booked: Booked, wanted: dict[str, Request]) -> Iterator[str]:
    chosen = Random(7).sample(booked.sessions, 100)
    checks = []
    for one in chosen:
        course, wishes = wanted[one.course]
        checks.append(_shortest(lambda one=one, course=course, wishes=wishes: check(full, course, one, wishes)))
    yield f"may this session be here?               {_spread(checks)}"
    repairs, moved = [], []
    for one in chosen:
        course, wishes = wanted[one.course]
        absence = Period(first=one.day, last=one.day)
        ill = msgspec.structs.replace(wishes, absences=(absence,))
        answer = repair(full, course, [one.id], ill)
        moved.append(0 if isinstance(answer, Clash) else len(answer.moved))
        repairs.append(_shortest(lambda course=course, one=one, ill=ill: repair(full, course, [one.id], ill)))
    told = ", ".join(f"{moved.count(number)} moved {number}" for number in sorted(set(moved)) if number)
    yield f"one session lost, course mended         {_spread(repairs)}  (bar {ONE_BAR:.0f} ms)"
    yield f"    of 100: {told}, {moved.count(0)} could not be mended"


def _sick_days(full: Diary, wanted: dict[str, Request]) -> Iterator[str]:
    taken, lost, moved, dropped, hopeless, best, days = [], 0, 0, 0, 0, 0, 0
    for therapist in full.therapists:
        for number in (8, 15, 22, 29):
            away = Period(first=full.dates[number], last=full.dates[number])
            start = time.process_time()
            answer = replan(full, therapist, away, wanted, rounds=50, seed=1)
            taken.append(time.process_time() - start)
            if answer.repairs or answer.clashes:
                days += 1
                lost += sum(one.therapist == therapist for one in full.on_day(away.first))
                moved += sum(len(one.moved) for one in answer.repairs.values())
                dropped += len(set(answer.clashes) - answer.hopeless)
                hopeless += len(answer.hopeless)
                best += answer.is_best
    spread = f"median {median(taken):.2f}, most {max(taken):.2f} s"
    yield f"a therapist ill for a day               {spread}  (bar {SICK_BAR:.0f} s)"
    yield f"    {days} such days: {lost} sessions lost, {moved} placed anew, {best} of {days} plans proved to be best"
    yield f"    courses that could not be mended: {hopeless} that could not even alone, {dropped} others"


def _shortest(act: Callable[[], object]) -> float:
    return min(seconds(act) for _ in range(RUNS))


def _spread(times: Sequence[float]) -> str:
    ordered = sorted(1000 * one for one in times)
    nearly_all = ordered[int(0.95 * (len(ordered) - 1))]
    return f"median {median(ordered):.2f}, p95 {nearly_all:.2f}, most {ordered[-1]:.2f} ms"


def _alone(empty: Diary, wanted: list[Request]) -> int:
    """What all courses would cost if each were alone in the clinic: no plan without idle slots costs less."""
    weights = msgspec.structs.replace(Weights(), idle_slot=0)
    answers = [propose(empty, *one, weights) for one in wanted]
    return sum(one.cost for one in answers if not isinstance(one, Clash))


def _beside_cp_sat(empty: Diary, wanted: list[Request]) -> Iterator[str]:
    try:
        from benchmarks.booking_cp_sat import weekly_columns
    except ImportError:
        yield "CP-SAT is not installed and not compared: pip install ortools"
        return
    for idle in (Weights().idle_slot, 0):
        weights = msgspec.structs.replace(Weights(), idle_slot=idle)
        ours = _best_within(empty, wanted, weights)
        theirs = weekly_columns(empty, wanted, weights, YARDSTICK_SECONDS)
        yield f"{YARDSTICK_SECONDS} s each, an idle slot costs {idle}"
        yield f"    ours: {COURSES - len(ours.clashes)} booked, cost {ours.cost}"
        found = f"{theirs.booked} booked, cost {theirs.cost}" if theirs.booked else "none found"
        yield f"    CP-SAT, two workers, on weekly patterns: {found}"


def _best_within(empty: Diary, wanted: list[Request], weights: Weights) -> Booked:
    """What so many rounds give as take about the time; a short run before tells how many."""
    taken = seconds(lambda: book_many(empty, wanted, weights, rounds=100, seed=1))
    rounds = int(100 * YARDSTICK_SECONDS / taken)
    return book_many(empty, wanted, weights, rounds=rounds, seed=1)
