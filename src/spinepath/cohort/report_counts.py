"""What a report counts in a folder of results, exactly. Nothing of it is shown before `suppression.py` has seen it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pyarrow as arrow
from pyarrow import parquet

from spinepath.backends.charts import Refused
from spinepath.cohort.manifest import CHARTS, MANIFEST, Manifest, read_manifest
from spinepath.cohort.parts import COUNTS, PLANES, RESULTS
from spinepath.engine.knowledge import Knowledge

BAND = 10
"""Bands are so many units wide at least: bounds of rules that lie nearer to the last one are passed over."""

DAYS = ("_as_of", "_last_day")
"""Columns beside the results that tell the day for which a chart stands; the first that is there counts."""

NOT_KNOWN = "not known"

MOST_MONTHS = 60
"""So many months are told apart; what is older stands in the first of them."""


class Cross(msgspec.Struct, frozen=True):
    """People by a group and by disposition: `people[group][disposition]`, mildest first."""

    groups: tuple[str, ...]
    people: tuple[tuple[int, ...], ...]
    are_periods: bool = False

    def name_of(self, names: Sequence[str]) -> str:
        """What several neighbouring groups are called together."""
        if not self.are_periods:
            return " + ".join(names)
        known = [name for name in names if name != NOT_KNOWN]
        period = [f"{known[0]} to {known[-1]}"] if len(known) > 1 else known
        return " + ".join([*period, NOT_KNOWN] if len(known) < len(names) else period)


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of one folder of results.

    `bounds` has for each disposition four counts: settled, could become milder, could become stricter, could become
    either. `questions` is None when the engine kept no planes; `age`, `sex` and `months` are None when the results do
    not tell them.
    """

    manifest: Manifest
    dispositions: tuple[int, ...]
    bounds: tuple[tuple[int, ...], ...]
    rules: dict[str, dict[str, int]]
    techniques: dict[str, dict[str, int]]
    questions: dict[str, int] | None
    age: Cross | None
    sex: Cross | None
    months: Cross | None


def finished_manifest(folder: Path) -> Manifest:
    """The manifest of a folder of results. Raises Refused when there is none or parts are missing."""
    manifest = read_manifest(folder) if folder.is_dir() else None
    if manifest is None:
        raise Refused([f"{folder}: There is no {MANIFEST}, so it holds no results. Name a folder of  cohort run."])
    if manifest.finished is None:
        raise Refused([f"{folder}: The run in it is not finished. Give the same  cohort run  command again."])
    return manifest


def gather(folder: Path, knowledge: Knowledge) -> Gathered:
    """Count everything that a report tells.

    Raises Refused for a folder that does not hold the finished results of this knowledge.
    """
    manifest = finished_manifest(folder)
    if manifest.asked.knowledge != knowledge.version:
        raise Refused(
            [
                f"{folder}: It was judged with knowledge {manifest.asked.knowledge}; this is {knowledge.version}. "
                "Name the folder of the other one with  --knowledge."
            ]
        )
    with Folder(folder) as results:
        bounds = _bounds(results, knowledge.ladder)
        questions = counted(folder, "questions")
        return Gathered(
            manifest=manifest,
            dispositions=tuple(map(sum, bounds)),
            bounds=bounds,
            rules=counted(folder, "rules"),
            techniques=counted(folder, "techniques"),
            questions={fact: of["holds open"] for fact, of in questions.items()} if results.planes else None,
            age=_ages(results, knowledge),
            sex=_words_of(results, knowledge),
            months=_months(results, knowledge.ladder, manifest.people),
        )


def counted(folder: Path, name: str) -> dict[str, dict[str, int]]:
    """A table of counts of the folder, by its two names. Raises Refused when it cannot be read."""
    path = folder / COUNTS / f"{name}.parquet"
    try:
        rows = parquet.read_table(path).to_pylist()
    except (OSError, arrow.ArrowException):
        raise Refused([f"{path}: It cannot be read. Judge the people again in a new folder."]) from None
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        first, second, people, _ = row.values()
        found.setdefault(first, {})[second] = people
    return found


class Folder:
    """The results and planes of a folder, open for questions in SQL: the tables `results` and `planes`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connection = duckdb.connect(config={"threads": 2, "memory_limit": "2GB"})
        self.results = self._open("results", folder / RESULTS)
        self.planes = self._open("planes", folder / PLANES)

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _open(self, name: str, folder: Path) -> tuple[str, ...]:
        """The columns; none where there are no such files."""
        if not next(folder.glob("*.parquet"), None):
            return ()
        files = quoted(str(folder / "*.parquet"), "'")
        self.ask(f"create view {name} as select * from read_parquet({files})")  # noqa: S608  quoted
        return tuple(row[0] for row in self.ask(f"describe {name}"))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of the answer."""
        with readable(self.folder):
            found: list[tuple[Any, ...]] = self._connection.execute(query).fetchall()
        return found


@contextmanager
def readable(*folders: Path) -> Iterator[None]:
    """Raise Refused, and nothing of what stands in the files, where results cannot be read."""
    try:
        yield
    except duckdb.Error:
        told = " or ".join(map(str, folders))
        raise Refused([f"{told}: The results cannot be read. Judge the people again in a new folder."]) from None


def quoted(name: str, mark: str = '"') -> str:
    """A name or, with another mark, a text for SQL."""
    return mark + name.replace(mark, mark * 2) + mark


def _bounds(results: Folder, ladder: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """For each disposition: settled, could become milder, stricter, either."""
    place = {level: number for number, level in enumerate(ladder)}
    found = [[0, 0, 0, 0] for _ in ladder]
    if results.results:
        query = "select disposition, least, most, count(*) from results group by all"
        for level, least, most, people in results.ask(query):
            milder, stricter = place[least] < place[level], place[most] > place[level]
            found[place[level]][milder + 2 * stricter] += people
    return tuple(map(tuple, found))


# by age and sex: from the planes, so that no chart is read again


def _demographic(knowledge: Knowledge, field: str) -> str | None:
    """The fact that a person's own entry tells in this field; which one it is stands in the knowledge base."""
    return next((entry.fact for entry in knowledge.demographics.values() if entry.field == field), None)


def _ages(results: Folder, knowledge: Knowledge) -> Cross | None:
    """Bands begin where some rule looks at the age: the planes know no other bounds."""
    fact = _demographic(knowledge, "birthDate")
    if fact is None:
        return None
    bounds = [number for number in knowledge.bounds_of.get(fact, ()) if f"{fact} >= {number:g}" in results.planes]
    kept: list[float] = []
    for number in bounds:
        if not kept or number >= kept[-1] + BAND:
            kept.append(number)
    known = f"known {fact}"
    if not kept or known not in results.planes:
        return None
    from_ = [quoted(known), *(quoted(f"{fact} >= {number:g}") for number in kept)]
    bands = [f"{lower} & ~{upper}" for lower, upper in pairwise(from_)]
    labels = [f"under {kept[0]:g}"]
    labels += [f"{lower:g} to under {upper:g}" for lower, upper in pairwise(kept)]
    planes = [*bands, from_[-1], f"people & ~{quoted(known)}"]
    return _by_planes(results, knowledge.ladder, (*labels, f"{kept[-1]:g} and over", NOT_KNOWN), planes)


def _words_of(results: Folder, knowledge: Knowledge) -> Cross | None:
    fact = _demographic(knowledge, "gender")
    words = knowledge.facts[fact].values if fact else {}
    seen = {label: quoted(f"{fact} = {word}") for word, label in words.items() if f"{fact} = {word}" in results.planes}
    if not seen:
        return None
    others = f"people & ~({' | '.join(seen.values())})"
    rest = NOT_KNOWN if len(seen) == len(words) else f"another, or {NOT_KNOWN}"
    return _by_planes(results, knowledge.ladder, (*seen, rest), [*seen.values(), others])


def _by_planes(results: Folder, ladder: Sequence[str], groups: tuple[str, ...], planes: Sequence[str]) -> Cross:
    wanted = [
        f"coalesce(sum(bit_count(({plane}) & {quoted(f'disposition {level}')}))::bigint, 0)"
        for plane in planes
        for level in ladder
    ]
    (row,) = results.ask(f"select {', '.join(wanted)} from planes")  # noqa: S608  columns of ours, quoted
    width = len(ladder)
    return Cross(groups, tuple(tuple(row[first : first + width]) for first in range(0, len(row), width)))


# over time


def _months(results: Folder, ladder: Sequence[str], people: int) -> Cross | None:
    """By the month of the day for which each chart stands. Months without anybody are there too."""
    found = _days(results)
    if found is None or not people:
        return None
    day, tables = found
    place = {level: number for number, level in enumerate(ladder)}
    query = f"""
        select year(day) * 12 + month(day) - 1, disposition, count(*)
        from (select try_cast({day} as date) as day, disposition from {tables}) group by all
    """  # noqa: S608  one of two columns, quoted
    rows = results.ask(query)
    known = [month for month, *_ in rows if month is not None]
    if not known:
        return None
    last = max(known)
    first = max(min(known), last - MOST_MONTHS + 1)
    table = [[0] * len(ladder) for _ in range(first, last + 2)]
    for month, level, number in rows:
        table[-1 if month is None else max(month - first, 0)][place[level]] += number
    labels = [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, last + 1)]
    labels[0] += " and before" if min(known) < first else ""
    return Cross((*labels, NOT_KNOWN), tuple(map(tuple, table)), are_periods=True)


def _days(results: Folder) -> tuple[str, str] | None:
    """The column with the day, and the tables in which it stands."""
    beside = next((name for name in DAYS if name in results.results), None)
    if beside is not None:
        return quoted(beside), "results"
    persons = results.folder / CHARTS / "persons.parquet"
    if results.results and persons.exists():
        beside_them = f"select person, last_day from read_parquet({quoted(str(persons), chr(39))})"  # noqa: S608  quoted
        return "last_day", f"results left join ({beside_them}) using (person)"
    return None
