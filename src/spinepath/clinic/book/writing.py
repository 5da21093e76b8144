"""Writing sessions of a course into the diary: under a lock, after a look at every rule, all or nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from spinepath.booking import clinic as booking
from spinepath.booking.check import Broken, check
from spinepath.booking.course import Course as Asked
from spinepath.booking.course import Wishes
from spinepath.booking.diary import Diary
from spinepath.clinic import audit
from spinepath.clinic.book import asking, diary, fitting, gates, prices, ready
from spinepath.clinic.locks import lock_clinic, lock_episodes
from spinepath.clinic.models import Course, Episode, Member, Session, Task
from spinepath.clinic.models.keys import new_key


class Taken(Exception):
    """Nothing was written: what was chosen breaks rules now. `broken` has them by the place of the session."""

    def __init__(self, broken: dict[int, list[Broken]]) -> None:
        super().__init__(f"{len(broken)} sessions")
        self.broken = broken


def lock(episode: Episode) -> None:
    """Until the transaction ends nobody else books in the clinic, and nothing new is found of the person."""
    lock_clinic(episode.clinic_id)
    lock_episodes(episode.pk)


@transaction.atomic
def book(episode: Episode, member: Member, chosen: Collection[booking.Session], wishes: Wishes) -> Course:
    """Book the whole course of the agreed plan at the chosen places. The same choice twice is booked once.

    Raises Taken when a place breaks a rule by now, NotNow when nothing may be booked, ValueError when the choice is
    not the whole course.
    """
    lock(episode)
    episode.refresh_from_db(fields=["stage"])
    known = asking.known_of(episode)
    plan = asking.agreed_plan(episode)
    if known.running is not None and _places(diary.sessions_of(known.running, diary.AHEAD)) == _places(chosen):
        return known.running
    found = ready.hindrances(known, plan)
    if found or plan is None:
        raise ready.NotNow(found)
    asked = asking.course_to_book(known, plan)
    ahead = diary.sessions_of(known.running, diary.AHEAD) if known.running else []
    if asked.sessions < 1 or len(chosen) != asked.sessions:
        raise ValueError("The choice is not the whole course.")
    placed = [
        msgspec.structs.replace(
            one, id=str(number), course=asked.id, person=asked.person, minutes=asked.minutes, status="held"
        )
        for number, one in enumerate(sorted(chosen, key=_when), start=1)
    ]
    book_of_days = diary.diary_of(episode.clinic, known.now, course=known.running, without=[one.id for one in ahead])
    _refuse_broken(book_of_days, asked, placed, wishes)
    row = known.running or Course(key=asked.id, episode=episode, made_by=member)
    row.plan, row.asked, row.wishes = plan, asking.kept_form(asked), msgspec.to_builtins(wishes)
    row.gates = asking.gates_for(known.running, plan)
    row.price = prices.kept_form(prices.price(placed, prices.price_list(episode.clinic, placed[0].day)))
    row.save()
    _cancel(ahead, "booked anew")
    fitting.settle([one.id for one in ahead], member)
    _create(row, episode, placed)
    gates.settle(row, known.now)
    _after_booking(row, episode)
    audit.note(episode.clinic, member.name, audit.ADD, "course", episode=episode, detail=f"{len(placed)} sessions")
    return row


def _when(session: booking.Session) -> tuple[object, ...]:
    return session.day, session.start


def _places(sessions: Iterable[booking.Session]) -> set[tuple[object, ...]]:
    return {(one.day, one.start, one.therapist, one.room) for one in sessions}


def _refuse_broken(book_of_days: Diary, asked: Asked, placed: Iterable[booking.Session], wishes: Wishes) -> None:
    whole = book_of_days.with_changes(placed)
    broken = {number: check(whole, asked, one, wishes) for number, one in enumerate(placed, start=1)}
    if found := {number: rules for number, rules in broken.items() if rules}:
        raise Taken(found)


def _cancel(sessions: Iterable[booking.Session], because: str) -> None:
    Session.objects.filter(key__in=[one.id for one in sessions]).update(
        status=Session.Status.CANCELLED, version=F("version") + 1, changed_because=because
    )


def _create(row: Course, episode: Episode, sessions: Iterable[booking.Session]) -> None:
    Session.objects.bulk_create(
        Session(
            key=new_key(),
            clinic_id=episode.clinic_id,
            course=row,
            episode=episode,
            number=one.number,
            day=one.day,
            start=one.start,
            minutes=one.minutes,
            therapist_id=diary.pk_of(one.therapist),
            room_id=diary.pk_of(one.room),
            status=Session.Status.HELD,
        )
        for one in sessions
    )


def _after_booking(row: Course, episode: Episode) -> None:
    if episode.stage not in (Episode.Stage.FOLLOW, Episode.Stage.CLOSED):
        Episode.objects.filter(pk=episode.pk).update(stage=Episode.Stage.TREAT)
        episode.stage = Episode.Stage.TREAT
    _is_whole(row, row.made_by)


def _is_whole(row: Course, member: Member) -> None:
    """Nothing of the course has to be repaired any more."""
    Task.objects.filter(episode_id=row.episode_id, kind=Task.Kind.CLASH, about=row.key, settled_at=None).update(
        settled_at=timezone.now(), settled_by=member
    )


def missing(row: Course) -> list[str]:
    """The keys of sessions that were lost and have no successor, the latest first: as many as the plan has too few."""
    sessions = diary.rows_of(row)
    standing = sum(one.status in diary.TAKES_PLACE for one in sessions)
    lost = [one.key for one in sessions if one.status in (Session.Status.CANCELLED, Session.Status.MISSED)]
    return lost[::-1][: max(row.plan.sessions - standing, 0)]


@transaction.atomic
def put(row: Course, sessions: Collection[booking.Session], member: Member, because: str, now: datetime) -> None:
    """Write sessions of a course as they shall stand: known keys are changed, others are new. Nothing is checked here.

    The caller holds the locks. Sessions that change places are lifted out first, so that none meets another on the way.
    """
    known = {one.key: one for one in Session.objects.select_for_update(no_key=True).filter(course=row)}
    changing = [known[one.id] for one in sessions if one.id in known]
    moved = [one.id for one in sessions if one.id in known and (_is_moved(known[one.id], one) or not one.is_ahead)]
    Session.objects.filter(pk__in=[one.pk for one in changing]).update(status=Session.Status.CANCELLED)
    for one in sessions:
        if one.id in known:
            _write(known[one.id], one, because)
    _create(row, row.episode, [one for one in sessions if one.id not in known])
    gates.settle(row, now)
    fitting.settle(moved, member)
    if not missing(row):
        _is_whole(row, member)
    audit.note(row.episode.clinic, member.name, audit.CHANGE, "sessions", key=row.key, episode=row.episode)


def _is_moved(row: Session, one: booking.Session) -> bool:
    there = (one.day, one.start, diary.pk_of(one.therapist), diary.pk_of(one.room))
    return (row.day, row.start, row.therapist_id, row.room_id) != there


def _write(row: Session, one: booking.Session, because: str) -> None:
    moved = _is_moved(row, one)
    ended = row.status != one.status and not one.is_ahead
    is_back = row.status not in diary.AHEAD and one.is_ahead
    row.number, row.day, row.start, row.minutes = one.number, one.day, one.start, one.minutes
    row.therapist_id, row.room_id, row.status = diary.pk_of(one.therapist), diary.pk_of(one.room), one.status
    row.version += 1
    if moved or ended or is_back:
        row.changed_because = because[:200]
    row.save()
