"""A person with an agreed plan, signed consents and a booked course, for the tests of treating and following."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.models import Consent, Course, Episode, KeptFinding, Member, Plan, Session
from spinepath.clinic.plan.options import Options
from spinepath.clinic.record import Author, add
from tests.clinic.people import answers_of, new_episode


def days_ago(days: int) -> datetime:
    return timezone.localtime() - timedelta(days=days)


def under_care(
    therapist: Member, *, first_seen: int = 3, had: int = 0, ahead: int = 3, family_name: str = "Marsh"
) -> Episode:
    """Seen `first_seen` days ago, `had` sessions signed since, one today, `ahead` more in the next days."""
    episode = new_episode(therapist.clinic, therapist, family_name)
    Episode.objects.filter(pk=episode.pk).update(opened_at=days_ago(first_seen), stage=Episode.Stage.TREAT)
    add(episode, answers_of("nothing_found"), Author.of(therapist), at=days_ago(first_seen))
    KeptFinding.objects.filter(episode=episode).update(recorded_at=days_ago(first_seen))
    episode.refresh_from_db()
    plan = agreed_plan(episode, therapist, days_ago(first_seen))
    course = Course.objects.create(episode=episode, plan=plan, asked={}, made_by=therapist)
    today = timezone.localdate()
    days = [today - timedelta(days=2 * place) for place in range(had, 0, -1)]
    days += [today, *(today + timedelta(days=2 * place) for place in range(1, ahead + 1))]
    room = therapist.clinic.rooms.first()
    taken = Session.objects.filter(therapist=therapist, day=today).count()
    for number, day in enumerate(days, start=1):
        Session.objects.create(
            clinic=therapist.clinic,
            course=course,
            episode=episode,
            number=number,
            day=day,
            start=time(8 + taken),
            minutes=30,
            therapist=therapist,
            room=room,
            status="done" if day < today else "booked",
        )
    return episode


def agreed_plan(episode: Episode, therapist: Member, at: datetime) -> Plan:
    """With two techniques by hand and one exercise, as the rules allowed them then."""
    base = advice.knowledge()
    options = Options(advice.outcome_of(episode, at))
    by_hand = [one for one in options.offered if base.is_hands_on(one.technique.id) and one.is_graded][:2]
    core = [one for one in options.core if one.is_graded][:1]
    plan = Plan.objects.create(
        episode=episode,
        assessment=advice.keep_assessment(episode, "plan", therapist, at),
        status=Plan.Status.AGREED,
        preset=next(iter(base.presets)),
        sessions=6,
        minutes=30,
        techniques=[
            {
                "id": one.technique.id,
                "level": one.levels[0].id,
                "most_level": one.levels[-1].id,
                "phase": one.phases[0].id,
            }
            for one in (*by_hand, *core)
        ],
        made_by=therapist,
        agreed_at=at,
    )
    for one in by_hand:
        Consent.objects.create(
            episode=episode,
            plan=plan,
            technique=one.technique.id,
            signed_name="Helen Marsh",
            witness=therapist,
            given_at=at,
            expires_at=timezone.now() + timedelta(days=60),
        )
    return plan


def session_today(episode: Episode) -> Session:
    return Session.objects.select_related("episode__person", "episode__clinic", "course__plan", "clinic").get(
        episode=episode, day=timezone.localdate()
    )


def calm_answers(page: str) -> dict[str, str]:
    """What somebody well would say to everything that this page asks: from the fields that stand on it."""
    import re

    said: dict[str, str] = dict.fromkeys(re.findall(r'name="((?:none|normal|shown)-[^"]+)"', page), "yes")
    known = {**answers_of("nothing_found"), **answers_of("course_under_way")}
    for name in re.findall(r'name="f-([a-z0-9_.]+)"', page):
        fact = advice.knowledge().facts[name]
        question = advice.knowledge().question_of.get(name)
        if question is None or question.kind != "checklist":
            said[f"f-{name}"] = known.get(name) or (
                "no" if fact.answer == "yes_no" else str(next(iter(fact.values), f"{fact.least or 0:g}"))
            )
    return said
