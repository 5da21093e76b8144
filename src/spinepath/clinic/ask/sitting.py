"""One person answering by a link: the pages answered so far, the next one, and how an answer is kept or changed.

Nothing of it is stored but the answers. So one resumes on another device where one left, and two open windows agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import transaction
from django.utils import timezone

from spinepath.clinic import advice, audit, record, written
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Drawing, Episode, KeptFinding, PersonalLink
from spinepath.engine.conditions import Value
from spinepath.engine.findings import is_fresh
from spinepath.engine.screens import Screen, reader_of

CHANGED_BY_PERSON = "The person changed the answer."


@dataclass(frozen=True)
class Answered:
    """A page that was answered: its screen, and the facts that it settled."""

    screen: str
    facts: tuple[str, ...]


class Sitting:
    """What a person has answered since the last time that they finished, and what comes next."""

    def __init__(self, link: PersonalLink, now: datetime | None = None) -> None:
        self.link = link
        self.episode: Episode = link.episode
        self.now = advice.clock_of(link.episode, now)

    @cached_property
    def own(self) -> dict[str, KeptFinding]:
        """The person's answers that still count, by fact, in the order given."""
        rows = list(KeptFinding.objects.filter(episode=self.episode).order_by("at", "pk"))
        return {row.fact: row for row in written.standing(rows) if self._counts(row)}

    def _counts(self, row: KeptFinding) -> bool:
        finding = written.as_finding(advice.knowledge(), row) if row.source == "patient" else None
        if finding is None or (self.began is not None and row.recorded_at < self.began):
            return False
        return is_fresh(advice.knowledge().facts[row.fact], finding, self.now)

    @cached_property
    def began(self) -> datetime | None:
        """When this sitting could begin: after the last one was finished."""
        finished = PersonalLink.objects.filter(
            episode=self.episode, purpose=self.link.purpose, finished_at__isnull=False
        )
        last = finished.exclude(pk=self.link.pk).order_by("-finished_at").first()
        return last.finished_at if last else None

    @cached_property
    def pages(self) -> list[Answered]:
        """The pages answered, in order."""
        gathered: dict[str, list[str]] = {}
        for name in self.own:
            gathered.setdefault(screen_of(name), []).append(name)
        return [Answered(screen, in_order(screen, facts)) for screen, facts in gathered.items()]

    @cached_property
    def _values(self) -> Mapping[str, Value]:
        return advice.values_of(self.episode, self.now)

    @cached_property
    def due(self) -> frozenset[str]:
        """The screens with something to ask this person now.

        What waits for an answer that the person cannot give (an examination, a word of a doctor) is left to staff:
        nobody is asked since when they have what nobody has found.
        """
        base = advice.knowledge()
        asks = advice.rules().questions(self._values)
        mine = [ask.fact for ask in asks if not ask.waits and reader_of(base, ask.fact) == "patient"]
        return frozenset(screen_of(name) for name in mine if name not in self.own)

    @cached_property
    def next(self) -> Screen | None:
        """The page that comes next; None when nothing more is asked."""
        found = advice.rules().next_screen(self._values, answered=self.own, reader="patient")
        return found if found is not None and (found.question or found.facts[0]) in self.due else None

    @property
    def has_drawing(self) -> bool:
        """Did the person draw where it hurts?"""
        return self.drawing is not None

    @cached_property
    def drawing(self) -> Drawing | None:
        """The person's own drawing of this sitting."""
        rows = Drawing.objects.filter(episode=self.episode, source="patient")
        return rows.filter(at__gt=self.began).first() if self.began else rows.first()


def screen_of(fact: str) -> str:
    """The screen on which the fact is asked: a question, or the fact alone."""
    question = advice.knowledge().question_of.get(fact)
    return question.id if question else fact


def in_order(screen: str, facts: Iterable[str]) -> tuple[str, ...]:
    """The facts in the order in which the screen asks them."""
    question = advice.knowledge().questions.get(screen)
    facts = list(facts)
    return tuple(sorted(facts, key=question.settles.index)) if question else tuple(facts)


def asked_of_person(screen: str, facts: Iterable[str]) -> tuple[str, ...]:
    """Those of the facts that this screen really asks the person for."""
    found = advice.knowledge().facts
    real = [name for name in dict.fromkeys(facts) if name in found and found[name].worked_out is None]
    return in_order(
        screen, [one for one in real if screen_of(one) == screen and reader_of(advice.knowledge(), one) == "patient"]
    )


@transaction.atomic
def keep(sitting: Sitting, answers: Mapping[str, str], by: str) -> None:
    """Keep the answers of a page. What was answered before in this sitting is corrected; the same again is nothing new.

    Raises record.NotRecorded, and then nothing is kept.
    """
    lock_episodes(sitting.episode.pk)
    fresh = Sitting(sitting.link, sitting.now)  # two windows may have answered at once
    author = record.Author(source="patient", by=by)
    read = record.read_answers(answers)
    new: dict[str, str] = {}
    for name, value in read.items():
        before = fresh.own.get(name)
        if before is None or (before.value != value and _goes_on_growing(before, sitting.now)):
            new[name] = value
        elif before.value != value:
            record.correct(before, value, author, CHANGED_BY_PERSON)
    if new:
        record.add(sitting.episode, new, author)


def _goes_on_growing(row: KeptFinding, now: datetime) -> bool:
    """Would the new number be counted from the day of the old one, and so come out too large?"""
    return advice.knowledge().facts[row.fact].grows and row.at.astimezone(now.tzinfo).date() != now.date()


@transaction.atomic
def finish(sitting: Sitting, by: str) -> None:
    """The person is through: the advice is kept as it stands, and the link opens no more questions."""
    lock_episodes(sitting.episode.pk)
    done = PersonalLink.objects.filter(pk=sitting.link.pk, finished_at=None).update(finished_at=timezone.now())
    if not done:
        return
    advice.keep_assessment(sitting.episode, "ask", None)
    move_on(sitting.episode)
    audit.note(sitting.episode.clinic, by, audit.CHANGE, "link", episode=sitting.episode, detail="finished")


def move_on(episode: Episode) -> None:
    """Everything was asked: the episode goes on to the examination, or waits for somebody who looks at a danger."""
    disposition = advice.knowledge().dispositions.get(episode.disposition)
    after = Episode.Stage.SCREEN if disposition and disposition.holds else Episode.Stage.EXAMINE
    if Episode.objects.filter(pk=episode.pk, stage=Episode.Stage.ASK).update(stage=after):
        episode.stage = after
