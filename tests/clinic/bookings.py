"""Courses booked for tests, and the forms that move their sessions."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from spinepath.booking.course import NO_WISHES, Wishes
from spinepath.booking.propose import Proposal, propose
from spinepath.clinic import advice
from spinepath.clinic.book import asking, diary, writing
from spinepath.clinic.models import Clinic, Course, Episode, KeptAssessment, Member, Plan, Session
from spinepath.clinic.record import Author, add
from tests.clinic.people import answers_of, new_episode

HAD = {"sessions_of_episode", "sessions_of_course", "courses_of_year"}


def never_treated(episode: Episode, member: Member) -> None:
    """Somebody said that nothing was had before."""
    facts = [one.fact for one in advice.knowledge().own_records.values() if one.tells in HAD]
    add(episode, dict.fromkeys(facts, "0"), Author.of(member))


def cleared_too(clinic: Clinic, member: Member) -> Episode:
    """Somebody else who may be booked."""
    other = new_episode(clinic, member, family_name="Other")
    add(other, answers_of("nothing_found"), Author.of(member))
    never_treated(other, member)
    agreed(other, member)
    return other


def agreed(episode: Episode, member: Member, sessions: int = 6, gates_at: tuple[int, ...] = ()) -> Plan:
    before = Plan.objects.filter(episode=episode).first()
    kept: KeptAssessment = before.assessment if before else advice.keep_assessment(episode, "plan", member)
    base = advice.knowledge()
    default = next(one for one in base.presets.values() if one.verdict == "default")
    return Plan.objects.create(
        episode=episode,
        assessment=kept,
        status="agreed",
        preset=default.id,
        sessions=sessions,
        minutes=30,
        techniques=[],
        gates=[{"after_sessions": one, "after_days": None} for one in gates_at],
        made_by=member,
        agreed_at=timezone.now(),
    )


def proposed(episode: Episode) -> Proposal:
    known = asking.known_of(episode)
    plan = asking.agreed_plan(episode)
    assert plan is not None
    # from tomorrow on: a session of today may begin while a test runs
    wishes = Wishes(earliest=known.now.date() + timedelta(days=1))
    found = propose(diary.diary_of(episode.clinic, known.now), asking.course_to_book(known, plan), wishes)
    assert isinstance(found, Proposal), found
    return found


def booked(episode: Episode, member: Member, **how: Any) -> Course:
    agreed(episode, member, **how)
    return writing.book(episode, member, proposed(episode).sessions, NO_WISHES)


def page(episode: Episode) -> str:
    return reverse("book", args=[episode.key])


def nth(course: Course, number: int) -> Session:
    return course.sessions.get(number=number, status__in=diary.AHEAD)


def at(session: Session) -> str:
    return reverse("session_booking", args=[session.key])


def to(session: Session, **changed: Any) -> dict[str, Any]:
    """The form that leaves the session where it is, but for what is changed."""
    there = {
        "act": "move",
        "version": session.version,
        "day": session.day.isoformat(),
        "start": f"{session.start:%H:%M}",
        "therapist": diary.therapist_id(session.therapist_id),
    }
    return {**there, **{name: str(value) for name, value in changed.items()}}


def later(session: Session, hours: int = 2) -> str:
    return f"{(datetime.combine(session.day, session.start) + timedelta(hours=hours)):%H:%M}"
