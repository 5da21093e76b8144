"""Adding to the record of an episode: the only way in which findings come into the database.

Nothing is edited. What is added is assessed at once: a danger makes a task and holds what is booked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from spinepath.clinic import advice, audit, once, prepared
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Course, Episode, Hold, KeptFinding, Member, Session, Task
from spinepath.engine.conditions import facts_in
from spinepath.engine.evaluate import Outcome
from spinepath.engine.values import NotAValue, read_value, write_value


@dataclass(frozen=True)
class Author:
    """Who says something: `source` is one of the engine's origins, `by` a name for the record."""

    source: str
    by: str
    member: Member | None = None

    @property
    def actor(self) -> str:
        """Who acts, for the audit: a member by name, a person by nothing, since the audit outlives an erasure."""
        return self.member.name if self.member else self.source

    @classmethod
    def of(cls, member: Member) -> Author:
        """A member who examined or asked."""
        return cls(source="clinician", by=member.name, member=member)


class NotRecorded(Exception):
    """Nothing was kept; `faults` says for each fact what is wrong with its value."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = dict(faults)


def read_answers(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers as they are written in the record. Raises NotRecorded with every fault."""
    read: dict[str, str] = {}
    faults: dict[str, str] = {}
    facts = advice.knowledge().facts
    for name, written in answers.items():
        fact = facts.get(name)
        if fact is None or fact.worked_out is not None:
            faults[name] = "This is nothing that can be answered."
            continue
        try:
            read[name] = write_value(read_value(fact, written, on=timezone.localdate()))
        except NotAValue as problem:
            faults[name] = f"{problem.cause} {problem.act}"
    if faults:
        raise NotRecorded(faults)
    return read


@transaction.atomic
def add(
    episode: Episode,
    answers: Mapping[str, str],
    author: Author,
    *,
    at: datetime | None = None,
    occasion: str = "",
    sources: Mapping[str, str] | None = None,
) -> Outcome:
    """Add one finding for each answer, made `at` (now), and act on what follows. Raises NotRecorded.

    With `occasion` the assessment is kept as well. `sources` says for single facts where the author has it from.
    """
    read = read_answers(answers)
    lock_episodes(episode.pk)
    now = timezone.localtime()  # after the wait: what was added meanwhile came before
    KeptFinding.objects.bulk_create(
        KeptFinding(
            episode=episode,
            fact=name,
            value=value,
            at=at or now,
            source=(sources or {}).get(name, author.source),
            by=author.by,
            member=author.member,
        )
        for name, value in read.items()
    )
    audit.note(episode.clinic, author.actor, audit.ADD, "findings", episode=episode, detail=f"{len(read)} findings")
    return _changed(episode, author, occasion)


@transaction.atomic
def correct(row: KeptFinding, value: str, author: Author, reason: str) -> Outcome:
    """Set a finding right that was a mistake: a new one takes its place and time. Raises NotRecorded."""
    read = read_answers({row.fact: value})
    lock_episodes(row.episode_id)  # of two who correct at once, the second is told
    if not reason.strip():
        raise NotRecorded({row.fact: "Write why the first entry was wrong."})
    if KeptFinding.objects.filter(corrects=row).exists():
        raise NotRecorded({row.fact: "This entry was corrected already. Correct the newer one."})
    KeptFinding.objects.create(
        episode=row.episode,
        fact=row.fact,
        value=read[row.fact],
        at=row.at,
        source=author.source,
        by=author.by,
        member=author.member,
        corrects=row,
        reason=reason.strip()[:300],
    )
    audit.note(row.episode.clinic, author.actor, audit.CHANGE, "finding", episode=row.episode, detail="corrected")
    return _changed(row.episode, author, "correction")


def _changed(episode: Episode, author: Author, occasion: str) -> Outcome:
    once.forget()
    Episode.objects.filter(pk=episode.pk).update(version=F("version") + 1)
    episode.refresh_from_db(fields=["version"])
    outcome = advice.outcome_of(episode)
    act_on(episode, outcome)
    if occasion:
        advice.keep_assessment(episode, occasion, author.member)
    else:
        _for_lists(episode, outcome)
    look_again(episode.person_id, but=episode)
    return outcome


def _for_lists(episode: Episode, outcome: Outcome) -> None:
    reading = outcome.reading or ""
    if (episode.disposition, episode.reading) != (outcome.disposition, reading):
        Episode.objects.filter(pk=episode.pk).update(disposition=outcome.disposition, reading=reading)
        episode.disposition, episode.reading = outcome.disposition, reading


def look_again(person_id: int, *, but: Episode | None = None) -> None:
    """Act on what is now known of a person in all open episodes: what lasts counts in each of them."""
    rows = Episode.objects.filter(person_id=person_id).exclude(stage=Episode.Stage.CLOSED)
    rows = rows.exclude(pk=but.pk) if but else rows
    for other in rows.select_related("clinic", "person", "therapist"):
        outcome = advice.outcome_of(other)
        act_on(other, outcome)
        _for_lists(other, outcome)


# what a danger sets off


def act_on(episode: Episode, outcome: Outcome) -> None:
    """A grave disposition makes a task; one that holds, or a rule that holds, stops the remaining bookings."""
    knowledge, firm = advice.knowledge(), advice.firm(outcome)
    firing = [rule for rule in outcome.fired if knowledge.rules[rule].then.at_least == firm]
    if knowledge.dispositions[firm].holds and not knowledge.dispositions[firm].offers_care:
        _make_task(episode, Task.Kind.DANGER, firm, knowledge.dispositions[firm].name)
    if outcome.held and Course.objects.filter(episode=episode, ended_at=None).exists():
        holding = [rule for rule in outcome.fired if knowledge.rules[rule].then.hold] or firing
        if knowledge.dispositions[firm].holds or not all(_was_released(episode, rule) for rule in holding):
            hold(episode, holding)


def _was_released(episode: Episode, rule: str) -> bool:
    """Has somebody by name let the bookings go on in spite of this rule, and nothing about it been found since?"""
    knowledge = advice.knowledge()
    about = {asked for fact in facts_in(knowledge.rules[rule].when) for asked in knowledge.asked_behind[fact]}
    released = Hold.objects.filter(episode=episode, released_at__isnull=False).order_by("-released_at")
    last = next((one for one in released if rule in one.rules), None)
    if last is None:
        return False
    newer = KeptFinding.objects.filter(fact__in=about, recorded_at__gt=last.released_at)
    if newer.filter(episode=episode).exists():
        return False
    lasting = [name for name in about if knowledge.facts[name].lasting]
    return not newer.filter(episode__person_id=episode.person_id, fact__in=lasting).exists()


def holds_of(episode: int) -> list[Hold]:
    """What holds the bookings of an episode, by row, and was not released; the oldest first."""
    return once.ask(
        ("holds", episode),
        lambda: prepared.rows(
            lambda episode: Hold.objects.filter(episode=episode, released_at=None).order_by("since", "pk"), episode
        ),
    )


def hold(episode: Episode, rules: Iterable[str]) -> Hold:
    """Hold what is still booked, once; a hold that stands already is kept as it is."""
    rules = list(rules)
    standing = next(iter(holds_of(episode.pk)), None)
    if standing is None:
        knowledge = advice.knowledge()
        says = " ".join(knowledge.rules[name].says.therapist for name in rules[:2])
        standing = Hold.objects.create(episode=episode, since=timezone.now(), rules=rules, because=says[:400])
        audit.note(episode.clinic, "rules", audit.ADD, "hold", episode=episode)
    Session.objects.filter(
        episode=episode, status=Session.Status.BOOKED, day__gte=advice.today_of(episode.clinic)
    ).update(status=Session.Status.HELD, version=F("version") + 1)
    _make_task(episode, Task.Kind.HOLD, str(standing.pk), standing.because)
    return standing


def _make_task(episode: Episode, kind: str, about: str, says: str) -> None:
    Task.objects.get_or_create(
        episode=episode,
        kind=kind,
        about=about,
        settled_at=None,
        defaults={"clinic": episode.clinic, "says": says[:300], "due": timezone.localdate()},
    )
