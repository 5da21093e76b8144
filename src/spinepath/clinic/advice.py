"""The rules at work for one episode: the knowledge base in use, what is known of a person, and what follows from it."""

from __future__ import annotations

import io
import zipfile
import zoneinfo
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock

from django.utils import timezone

from spinepath.backends.asking import Asking
from spinepath.backends.compiled import Compiled
from spinepath.clinic import once, own_records, written
from spinepath.clinic.models import Clinic, Episode, KeptAssessment, KnowledgeVersion, Member
from spinepath.engine.assess import Assessment, assess, replay, store
from spinepath.engine.cache import default_folder, load_cached
from spinepath.engine.conditions import Value
from spinepath.engine.content_files import read_files
from spinepath.engine.evaluate import Outcome, strictest
from spinepath.engine.findings import Finding, Standing, standings, values_from
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.engine.values import refuse_strange


@lru_cache(maxsize=1)
def knowledge() -> Knowledge:
    """The knowledge base in use; read once for each process."""
    return load_cached(default_folder())


def keep_knowledge() -> None:
    """Keep the knowledge base in use in the database, so that what it advised can be replayed when it is replaced."""
    version = knowledge().version
    if not KnowledgeVersion.objects.filter(version=version).exists():
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
            for name, text in read_files(Path(default_folder())).items():
                file.writestr(name, text)
        KnowledgeVersion.objects.get_or_create(version=version, defaults={"files": content.getvalue()})


@lru_cache(maxsize=4)
def knowledge_of(version: str) -> Knowledge:
    """A knowledge base that was in use here. Raises KnowledgeVersion.DoesNotExist."""
    if version == knowledge().version:
        return knowledge()
    kept = KnowledgeVersion.objects.get(version=version)
    with zipfile.ZipFile(io.BytesIO(bytes(kept.files))) as file:
        return build({name: file.read(name) for name in file.namelist()})


@lru_cache(maxsize=2)
def _compiled(version: str) -> Asking:
    return Asking(Compiled(knowledge_of(version)))


def rules() -> Asking:
    """The rules in use, compiled: what is worth asking, fast enough for a page. It says what the engine says."""
    return _compiled(knowledge().version)


def judge(values: Mapping[str, Value]) -> Outcome:
    """What the rules say for these values, compiled: what `evaluate` says, in a fifth of its time.

    What is kept of advice is judged by the engine itself. Raises NotAValue as it does.
    """
    refuse_strange(knowledge().facts, values)
    return rules().compiled.outcome(values)


# what is known


def findings_of(episode: Episode, now: datetime) -> Sequence[Finding]:
    """What counts for the rules: findings of the episode, lasting dangers of earlier ones, the clinic's own records."""

    def found() -> tuple[Finding, ...]:
        said = written.findings_of(knowledge(), episode)
        return (*said, *own_records.findings(knowledge(), episode, said, now))

    return once.ask(("found", episode.pk, now), found)


def values_of(episode: Episode, now: datetime) -> Mapping[str, Value]:
    """The value of each fact as of `now`, by which the rules judge; what is unknown is None."""

    def values() -> Mapping[str, Value]:
        return values_from(knowledge(), findings_of(episode, now), standings_of(episode, now), now)

    return once.ask(("values", episode.pk, now), values)


def standings_of(episode: Episode, now: datetime) -> Mapping[str, Standing]:
    """What counts of each fact that has findings."""
    return once.ask(("standings", episode.pk, now), lambda: standings(knowledge(), findings_of(episode, now), now))


# what follows


class _Recent:
    """The last assessments, so that several pages of one patient do not work out the same."""

    def __init__(self, room: int) -> None:
        self.room, self.kept, self.lock = room, OrderedDict[object, Assessment](), Lock()

    def get(self, key: object, found: Iterable[Finding], now: datetime) -> Assessment:
        """The assessment that is kept under the key, made now when there is none."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        made = assess(knowledge(), found, now)
        with self.lock:
            self.kept[key] = made
            while len(self.kept) > self.room:
                self.kept.popitem(last=False)
        return made


_recent = _Recent(256)


def assessment_of(episode: Episode, now: datetime | None = None) -> Assessment:
    """The advice for an episode as of now. Time passes in whole hours here, and at once when something was found."""
    now = clock_of(episode, now)
    return once.ask(("assessment", episode.pk, now), lambda: _assessed(episode, now))


def _assessed(episode: Episode, now: datetime) -> Assessment:
    said = written.findings_of(knowledge(), episode)
    hour = now.replace(minute=0, second=0, microsecond=0)
    last = max((finding.at for finding in said), default=hour).astimezone(now.tzinfo)
    as_of = max(hour, last) if last <= now else now
    # the clinic's own records bear the moment they are asked for: that of the hour, or nothing would be kept
    found = [*said, *own_records.findings(knowledge(), episode, said, as_of)]
    key = (episode.pk, as_of, tuple(sorted((one.fact, str(one.value), one.at, one.source) for one in found)))
    return _recent.get(key, found, as_of)


def outcome_of(episode: Episode, now: datetime | None = None) -> Outcome:
    """What the rules say, without the explanations: quicker, for decisions."""
    now = clock_of(episode, now)
    return once.ask(("outcome", episode.pk, now), lambda: judge(values_of(episode, now)))


def firm(outcome: Outcome) -> str:
    """The strictest disposition for which a rule fires now.

    It differs from `outcome.least` where an answer could still take the danger back (a doctor has cleared it): until it
    is given, what fires is acted on. Questions that are only open do not count.
    """
    fired = (knowledge().rules[name] for name in outcome.fired)
    return strictest(knowledge(), fired)


def keep_assessment(
    episode: Episode, occasion: str, member: Member | None, now: datetime | None = None
) -> KeptAssessment:
    """Keep the advice as it stands now, in the record and in the episode's own line for lists."""
    keep_knowledge()
    now = clock_of(episode, now)
    made = assess(knowledge(), findings_of(episode, now), now)
    row = KeptAssessment.objects.create(
        episode=episode,
        as_of=now,
        knowledge=made.knowledge,
        occasion=occasion,
        disposition=made.outcome.disposition,
        reading=made.outcome.reading or "",
        holds=made.outcome.held,
        stored=store(made),
        member=member,
    )
    Episode.objects.filter(pk=episode.pk).update(disposition=row.disposition, reading=row.reading)
    episode.disposition, episode.reading = row.disposition, row.reading
    return row


def replayed(kept: KeptAssessment) -> Assessment:
    """The kept advice, made again with the knowledge of then. Raises NotTheSame or KnowledgeVersion.DoesNotExist."""
    return replay(knowledge_of(kept.knowledge), bytes(kept.stored))


def clock_of(episode: Episode, now: datetime | None = None) -> datetime:
    """The moment by the clock on the wall of the episode's clinic, wherever the question comes from.

    While a page is only read, it is one and the same moment.
    """
    return (now or once.ask(("now",), timezone.now)).astimezone(zoneinfo.ZoneInfo(episode.clinic.zone))


def today_of(clinic: Clinic) -> date:
    """The calendar day on the clinic's wall."""
    return timezone.localdate(timezone=zoneinfo.ZoneInfo(clinic.zone))
