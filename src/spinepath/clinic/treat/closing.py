"""What beginning and ending a session sets off: what counts as said, holds, gates, what is due next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import advice, audit
from spinepath.clinic.book import gates, reminders
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import AdverseEvent, Episode, Member, Note, Session, Task
from spinepath.clinic.record import Author, act_on, add
from spinepath.clinic.treat.rescreen import stop_signs
from spinepath.engine.entries import Raw, Word
from spinepath.engine.evaluate import Outcome
from spinepath.engine.page_parts import page_part


def as_answers(records: Mapping[Word, Raw]) -> dict[str, str]:
    """What an entry of the knowledge base records, as answers."""
    return {str(fact): str(value) for fact, value in records.items()}


@transaction.atomic
def begin(session: Session, agreed: dict[str, str], member: Member) -> Note:
    """Begin the session with what was agreed to again today (technique: words). A second time changes nothing.

    In the same act none of the stop signs is so far.
    """
    lock_episodes(session.episode_id)
    note, _made = Note.objects.get_or_create(session=session)
    note = Note.objects.select_for_update(no_key=True).get(pk=note.pk)
    if note.consent:
        return note
    note.consent = {"by": member.name, "at": timezone.now().isoformat(), "techniques": agreed}
    note.save(update_fields=["consent"])
    base = advice.knowledge()
    begins = as_answers(page_part(base, "session_begins").records)
    said = {**dict.fromkeys(stop_signs(), "no"), **begins}
    add(session.episode, said, Author.of(member))
    Episode.objects.filter(pk=session.episode_id).exclude(stage=Episode.Stage.CLOSED).update(stage=Episode.Stage.TREAT)
    if session.arrived_at is None:
        Session.objects.filter(pk=session.pk).update(arrived_at=timezone.now())
    return note


def seen(session: Session, facts: list[str], member: Member) -> Outcome:
    """A stop sign was seen: it counts at once. Facts that are no stop signs are passed over."""
    known = [name for name in facts if name in stop_signs()]
    if not known:
        return advice.outcome_of(session.episode)
    return add(session.episode, dict.fromkeys(known, "yes"), Author.of(member), occasion="treat")


def close(session: Session, member: Member) -> None:
    """The session was had: count it, keep the advice, hold what waits behind a gate, and ask how the days were."""
    episode = session.episode
    session.status, session.version = Session.Status.DONE, session.version + 1
    session.save(update_fields=["status", "version"])
    outcome = advice.outcome_of(episode)
    act_on(episode, outcome)
    gates.settle_all(episode.pk, timezone.localtime())
    reminders.ask_after(session)
    advice.keep_assessment(episode, "treat", member)
    ahead = Session.objects.filter(episode=episode, status__in=["booked", "held"]).exists()
    stage = Episode.Stage.TREAT if ahead else Episode.Stage.FOLLOW
    Episode.objects.filter(pk=episode.pk).exclude(stage=Episode.Stage.CLOSED).update(
        stage=stage, version=F("version") + 1
    )


@transaction.atomic
def report_event(
    episode: Episode, session: Session | None, severity: str, techniques: list[str], says: str, member: Member
) -> AdverseEvent:
    """Keep an adverse event, say what it means for the rules, and have somebody ask again. KeyError for no severity.

    The same event twice within a minute is kept once.
    """
    base = advice.knowledge()
    grade = base.severities[severity]
    known = [name for name in techniques if name in base.techniques]
    lock_episodes(episode.pk)
    now = timezone.localtime()
    same = AdverseEvent.objects.filter(
        episode=episode, session=session, severity=severity, says=says, member=member, at__gt=now - timedelta(minutes=1)
    ).first()
    if same is not None and same.techniques == known:
        return same
    due = now.date() + timedelta(days=int(grade.ask_again_days))
    event = AdverseEvent.objects.create(
        episode=episode,
        session=session,
        severity=severity,
        techniques=known,
        says=says,
        at=now,
        member=member,
        follow_up_due=due,
    )
    Task.objects.create(
        clinic=episode.clinic,
        episode=episode,
        kind=Task.Kind.FOLLOW_UP,
        about=event.key,
        says=_("Ask again after a reaction: %(grade)s") % {"grade": grade.name},
        due=due,
    )
    audit.note(episode.clinic, member.name, audit.ADD, "adverse event", key=event.key, episode=episode)
    if grade.records and not _graver_known(episode, grade.order):
        add(episode, as_answers(grade.records), Author.of(member), occasion="treat")
    return event


def _graver_known(episode: Episode, order: int) -> bool:
    """Does what is known already say something graver? Then it is not made milder."""
    known = {finding.fact: finding.value for finding in advice.findings_of(episode, timezone.localtime())}
    return any(
        grade.order > order and any(known.get(fact) == value for fact, value in grade.records.items())
        for grade in advice.knowledge().severities.values()
    )


@transaction.atomic
def asked_again(event: AdverseEvent, outcome: str, member: Member) -> None:
    """Somebody asked how it went on; the task is settled. A second time changes nothing."""
    lock_episodes(event.episode_id)
    event = AdverseEvent.objects.select_for_update(no_key=True).get(pk=event.pk)
    if event.followed_up_at is not None:
        return
    event.outcome, event.followed_up_at, event.followed_up_by = outcome, timezone.now(), member
    event.save(update_fields=["outcome", "followed_up_at", "followed_up_by"])
    Task.objects.filter(episode=event.episode, kind=Task.Kind.FOLLOW_UP, about=event.key, settled_at=None).update(
        settled_at=timezone.now(), settled_by=member
    )
    audit.note(event.episode.clinic, member.name, audit.CHANGE, "adverse event", key=event.key, episode=event.episode)
