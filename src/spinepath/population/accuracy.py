"""How often the rules see what made-up people truly have, and how often they leave the others in peace.

This measures the rules against an assumed model. It says nothing of the world beyond what the model's numbers say.
"""

from __future__ import annotations

import os
from pathlib import Path
from statistics import NormalDist
from typing import Any

import msgspec

from spinepath.backends.sql import PERSON
from spinepath.engine.knowledge import Knowledge
from spinepath.population.generate import Refused

try:
    import duckdb
    import pyarrow as arrow
    from pyarrow import dataset, parquet
except ImportError as missing:
    raise ImportError(f"{missing.name} is missing: pip install 'spinepath[duckdb]'.") from missing

HONEST = (
    "Measured on made-up people: the rules against an assumed model, not against the world. "
    "No number here says how well the rules do with patients."
)
_SURE = 0.95
_SAME = "Give the results of the same people."


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How many of how many, with the 95 percent interval of Wilson; all None of nobody."""

    yes: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """How well the rules see one cause.

    `reached` counts those who have it and get at least the disposition it `leads_to` (sensitivity); `not_missed` those
    for whom nothing is done by hand, be it that an open question is asked first. `spared` counts those who have no
    cause that leads as far, and whose disposition is milder (specificity).
    """

    cause: str
    name: str
    leads_to: str
    reached: Share
    not_missed: Share
    spared: Share


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """How well the rules see every cause that should lead somewhere; `says` how far that may be trusted."""

    says: str
    knowledge: str
    people: int
    sights: tuple[Sight, ...]


def share(yes: int, of: int) -> Share:
    """So many of so many, with the 95 percent interval of Wilson."""
    if of == 0:
        return Share(yes=0, of=0, share=None, low=None, high=None)
    z = NormalDist().inv_cdf((1 + _SURE) / 2)
    middle = (yes + z * z / 2) / (of + z * z)
    reach = z / (of + z * z) * (yes * (of - yes) / of + z * z / 4) ** 0.5
    low, high = (max(middle - reach, 0.0) if yes else 0.0), (min(middle + reach, 1.0) if yes < of else 1.0)
    return Share(yes=yes, of=of, share=yes / of, low=low, high=high)


def accuracy(knowledge: Knowledge, truth: Any, results: Any) -> Accuracy:
    """How well the dispositions fit the truth about the same people.

    `truth` has a column `person` and one for each cause, `results` has `person` and `disposition`: Arrow tables or
    datasets, in any order. Raises Refused when columns are missing or a person of the truth has not one result.
    """
    causes = [cause for cause in knowledge.causes.values() if cause.leads_to is not None]
    _refuse_without(truth, [PERSON, *(cause.id for cause in causes)], "the truth")
    _refuse_without(results, [PERSON, "disposition"], "the results")
    levels = _counted(knowledge, truth, results)
    people = _as_many(levels, truth)
    at = {level: place for place, level in enumerate(knowledge.ladder)}
    floor = at[knowledge.mildest_without_care]

    def sight(place: int) -> Sight:
        cause = causes[place]
        wanted = at[cause.leads_to or ""]
        have = {level: counts[place] for level, counts in levels.items()}
        free = {level: counts[len(causes) + wanted] for level, counts in levels.items()}
        return Sight(
            cause=cause.id,
            name=cause.name,
            leads_to=cause.leads_to or "",
            reached=share(sum(have[level] for level in have if at[level] >= wanted), sum(have.values())),
            not_missed=share(sum(have[level] for level in have if at[level] >= floor), sum(have.values())),
            spared=share(sum(free[level] for level in free if at[level] < wanted), sum(free.values())),
        )

    sights = tuple(sight(place) for place in range(len(causes)))
    return Accuracy(says=HONEST, knowledge=knowledge.version, people=people, sights=sights)


def accuracy_of_files(knowledge: Knowledge, truth: Path, results: Path) -> Accuracy:
    """The same of files, or folders of files, in Parquet or Arrow IPC. Raises Refused for what cannot be read."""
    return accuracy(knowledge, _opened(truth), _opened(results))


def as_table(found: Accuracy) -> Any:
    """One row for each cause, for Parquet: the three shares with their intervals."""
    rows = []
    for sight in found.sights:
        row: dict[str, Any] = {"cause": sight.cause, "leads_to": sight.leads_to}
        for name in ("reached", "not_missed", "spared"):
            row |= {f"{name}_{key}": value for key, value in msgspec.structs.asdict(getattr(sight, name)).items()}
        rows.append(row)
    return arrow.Table.from_pylist(rows).replace_schema_metadata({"says": found.says, "knowledge": found.knowledge})


def write_table(found: Accuracy, path: Path) -> None:
    """Write `as_table` to a Parquet file."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        parquet.write_table(as_table(found), beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _opened(path: Path) -> Any:
    try:
        return dataset.dataset(path, format="ipc" if path.suffix == ".arrow" else "parquet")
    except (OSError, arrow.ArrowException) as problem:
        raise Refused(f"{path} cannot be read as Parquet or Arrow. Check the name.") from problem


def _refuse_without(table: Any, wanted: list[str], what: str) -> None:
    missing = [name for name in wanted if name not in table.schema.names]
    if missing:
        raise Refused(f"There is no column {', '.join(missing)} in {what}. Give the file that generate or run wrote.")


def _counted(knowledge: Knowledge, truth: Any, results: Any) -> dict[str, list[int]]:
    """For each disposition how many have each cause, then how many are free of all that leads so far, then how many."""
    causes = [cause for cause in knowledge.causes.values() if cause.leads_to is not None]
    wanted = [f'count(*) filter ("{cause.id}")' for cause in causes]
    for place in range(len(knowledge.ladder)):
        grave = [f'"{cause.id}"' for cause in causes if knowledge.strictness[cause.leads_to or ""] >= place]
        wanted.append(f"count(*) filter (not ({' or '.join(grave) or 'false'}))")
    with duckdb.connect() as connection:
        connection.register("truth", truth)
        connection.register("results", results)
        connection.execute("create view fitting as select * from truth join results using (person)")
        try:
            ((twice,),) = connection.execute("select count(*) - count(distinct person) from fitting").fetchall()
            asked = f"select disposition, {', '.join(wanted)}, count(*) from fitting group by all"  # noqa: S608
            rows = connection.execute(asked).fetchall()
        except duckdb.ConversionException:  # its message quotes a person
            raise Refused(f"The truth and the results name people in different ways. {_SAME}") from None
    if twice:
        raise Refused(f"{twice} rows are of people who have a row already. {_SAME}")
    strange = [level for level, *_ in rows if level not in knowledge.strictness]
    if strange:
        raise Refused(f"The results hold {len(strange)} dispositions that this knowledge base has not. Run them again.")
    return {level: counts for level, *counts in rows}


def _as_many(levels: dict[str, list[int]], truth: Any) -> int:
    joined = sum(counts[-1] for counts in levels.values())
    people: int = truth.num_rows if isinstance(truth, arrow.Table) else truth.count_rows()
    if joined != people:
        raise Refused(f"The truth knows {people} people, the results fit {joined}. {_SAME}")
    return people
