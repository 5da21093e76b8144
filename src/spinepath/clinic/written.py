"""What is written down of a person: every finding as it was kept, of one episode or of many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db.models import QuerySet

from spinepath.clinic import once, prepared
from spinepath.clinic.models import Episode, KeptFinding
from spinepath.engine.findings import Finding
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.values import NotAValue, read_value


class Row(NamedTuple):
    """A kept finding, to be read only: columns of `KeptFinding`, of which a page needs hundreds."""

    pk: int
    episode_id: int
    fact: str
    value: str
    at: datetime
    source: str
    by: str
    member_id: int | None
    corrects_id: int | None
    reason: str


AnyRow = TypeVar("AnyRow", KeptFinding, Row)


def rows_of(episode: Episode) -> list[Row]:
    """Every finding of the episode, corrected ones too, by time."""
    return once.ask(
        ("findings", episode.pk),
        lambda: _named(
            prepared.rows(
                lambda episode: (
                    KeptFinding.objects.filter(episode=episode).order_by("at", "pk").values_list(*Row._fields)
                ),
                episode.pk,
            )
        ),
    )


def earlier_rows_of(knowledge: Knowledge, episode: Episode) -> list[Row]:
    """The person's other episodes' findings of facts that last: an illness or an implant does not end with one."""

    def rows() -> list[Row]:
        others = [pk for pk in person_of_episode({episode.person_id}) if pk != episode.pk]
        found = KeptFinding.objects.filter(episode__in=others, fact__in=_lasting(knowledge))
        return _named(_plain(found)) if others else []

    return once.ask(("earlier findings", episode.pk, episode.person_id), rows)


def person_of_episode(people: Collection[int]) -> dict[int, int]:
    """The person of each episode that these people ever had, both by row."""
    return once.ask(
        ("episodes", frozenset(people)),
        lambda: dict(
            prepared.rows(
                lambda people: Episode.objects.filter(person__in=people).values_list("pk", "person_id"), [*people]
            )
        ),
    )


def read_at_once(knowledge: Knowledge, episodes: Collection[Episode]) -> dict[tuple[object, ...], object]:
    """What `rows_of` and `earlier_rows_of` tell of these episodes, for `once.known`, in a fixed number of queries."""
    mine: dict[int, list[Row]] = defaultdict(list)
    for row in _named(_plain(KeptFinding.objects.filter(episode__in=episodes))):
        mine[row.episode_id].append(row)
    person_of = person_of_episode({one.person_id for one in episodes})
    earlier: dict[int, list[Row]] = defaultdict(list)
    for row in _named(_plain(KeptFinding.objects.filter(episode__in=list(person_of), fact__in=_lasting(knowledge)))):
        earlier[person_of[row.episode_id]].append(row)
    told: dict[tuple[object, ...], object] = {}
    for one in episodes:
        told["findings", one.pk] = mine[one.pk]
        others = [row for row in earlier[one.person_id] if row.episode_id != one.pk]
        told["earlier findings", one.pk, one.person_id] = others
    return told


def _lasting(knowledge: Knowledge) -> list[str]:
    return [name for name, fact in knowledge.facts.items() if fact.lasting]


def _plain(rows: QuerySet[KeptFinding]) -> QuerySet[KeptFinding, tuple[Any, ...]]:
    """The columns of `Row`, by time."""
    return rows.order_by("at", "pk").values_list(*Row._fields)


def _named(rows: Iterable[tuple[Any, ...]]) -> list[Row]:
    return list(map(Row._make, rows))


# what counts of it


def standing(rows: Iterable[AnyRow]) -> list[AnyRow]:
    """The rows without those that a later one corrects."""
    rows = list(rows)
    corrected = {row.corrects_id for row in rows if row.corrects_id}
    return [row for row in rows if row.pk not in corrected]


def as_finding(knowledge: Knowledge, row: KeptFinding | Row) -> Finding | None:
    """The row for the engine; None when this knowledge base no longer has its fact or value."""
    fact = knowledge.facts.get(row.fact)
    if fact is None:
        return None
    try:
        value = read_value(fact, row.value)
    except NotAValue:
        return None
    return Finding(fact=row.fact, value=value, at=row.at, source=row.source, by=row.by or None)  # type: ignore[arg-type]


def findings_of(knowledge: Knowledge, episode: Episode) -> Sequence[Finding]:
    """What was said and found, for the engine: of the episode, and what lasts of earlier ones."""

    def findings() -> tuple[Finding, ...]:
        rows = standing([*rows_of(episode), *earlier_rows_of(knowledge, episode)])
        return tuple(found for row in rows if (found := as_finding(knowledge, row)) is not None)

    return once.ask(("written", episode.pk), findings)
