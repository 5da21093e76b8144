"""How many people's advice changes between two knowledge versions: two folders of results of the same people, exactly.

Advice is the disposition and the status of every technique. It is *loosened* where one of them is milder than before,
*tightened* where one is stricter; for one person it can be both. A technique that one version does not have counts as
excluded there, a rule that it does not have as clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import msgspec

from spinepath.backends.bits import Bits
from spinepath.backends.charts import Refused
from spinepath.cohort.manifest import Manifest
from spinepath.cohort.net import STATUSES
from spinepath.cohort.parts import RESULTS
from spinepath.cohort.report_counts import counted, finished_manifest, quoted, readable

IN_WORD = 31
"""Techniques in one whole number, two bits each: it stays positive."""

AT_ONCE = 32
"""Counts in one question: DuckDB plans several small questions sooner than one large one."""

QUOTE = "'"


class Move(msgspec.Struct, frozen=True):
    """People of one disposition before and one after."""

    before: str
    after: str
    people: int


class TechniqueShift(msgspec.Struct, frozen=True):
    """A technique: who is offered it now and was not before, and the other way round."""

    technique: str
    gained: int
    lost: int


class RuleShift(msgspec.Struct, frozen=True):
    """A rule whose status differs for people whose advice changes: how many, and who was loosened and tightened.

    The last four say how its status differs.
    """

    rule: str
    people: int
    loosened: int
    tightened: int
    fires_now: int
    fires_no_more: int
    open_now: int
    open_no_more: int


class Ways(msgspec.Struct, frozen=True):
    """How many people were loosened and not tightened, the other way round, and both."""

    loosened: int
    tightened: int
    both: int


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """What changes for whom. `moves` has every pair of dispositions that somebody has, the unchanged ones too.

    `techniques_only` are those whose disposition is the same.
    `only_before` and `only_after` count the people who stand in one folder only; they are in no other number.
    `unexplained` have other advice although no rule has another status: what a rule asks for was changed.
    """

    before: str
    after: str
    ladder: tuple[str, ...]
    same_charts: bool
    people: int
    only_before: int
    only_after: int
    loosened: int
    tightened: int
    both: int
    techniques_only: Ways
    moves: tuple[Move, ...]
    techniques: tuple[TechniqueShift, ...]
    rules: tuple[RuleShift, ...]
    unexplained: int

    @property
    def changed(self) -> int:
        """People whose advice is another."""
        return self.loosened + self.tightened - self.both


def impact(before: Path, after: Path) -> Impact:
    """Compare two folders of results.

    Raises Refused where one is no finished folder of results, nobody was judged in it, their dispositions differ, or
    they share no person.
    """
    old, new = (finished_manifest(folder) for folder in (before, after))
    for folder, manifest in ((before, old), (after, new)):
        if not manifest.people:
            raise Refused([f"{folder}: Nobody was judged in it, so there is nothing to compare. Name another folder."])
    ladder, other = (tuple(counted(folder, "levels")["disposition"]) for folder in (before, after))
    if ladder != other:
        raise Refused([f"{after}: Its dispositions are not those of {before}, so the two cannot be compared."])
    with readable(before, after), _opened(before, after) as found:
        moves = found.moves(ladder)
        people = sum(move.people for move in moves)
        if not people:
            raise Refused(
                [f"{after}: None of its people stands in {before}. Judge the same charts with both versions."]
            )
        return Impact(
            before=old.asked.knowledge,
            after=new.asked.knowledge,
            ladder=ladder,
            same_charts=_charts(old) == _charts(new),
            people=people,
            only_before=old.people - people,
            only_after=new.people - people,
            **found.ways(),
            moves=moves,
            techniques=found.techniques(),
            rules=found.rules(),
            unexplained=found.unexplained(),
        )


def _charts(manifest: Manifest) -> tuple[set[str], str | None, bool]:
    asked = manifest.asked
    return {one.sha256 for one in asked.inputs}, asked.as_of, asked.deceased


@contextmanager
def _opened(before: Path, after: Path) -> Iterator[_Pair]:
    # what does not fit in memory goes to a folder of its own, which is gone afterwards
    with TemporaryDirectory() as room:
        connection = duckdb.connect(config={"memory_limit": "4GB", "temp_directory": room, "threads": 2})
        with connection:
            yield _Pair(connection, before, after)


class _Pair:
    """Two folders of results, joined by person: the table `changed` has the people whose advice is another.

    Its columns `o` and `n` hold what stood before and after, packed: the place of the disposition (`level`), two bits
    for the status of each technique (`advice_0`, ...), and which rules fire or are open as in the results.
    """

    def __init__(self, connection: Any, before: Path, after: Path) -> None:
        self._connection = connection
        folders = (before, after)
        names = [tuple(counted(folder, "techniques")) for folder in folders]
        self._techniques = tuple(dict.fromkeys(chain(*names)))
        self._bits = [Bits(tuple(counted(folder, "rules"))) for folder in folders]
        ladder = tuple(counted(before, "levels")["disposition"])
        for side, folder, has, bits in zip("on", folders, names, self._bits, strict=True):
            packed = [
                *self._packed(has),
                *(f"{kind}_{word}" for kind in ("fired", "open") for word in range(bits.count)),
            ]
            level = f"list_position({_list(ladder)}, disposition) - 1 as level"
            chosen = ", ".join(("person::varchar as person", level, *packed))
            connection.execute(f"create view {side} as select {chosen} from {_source(folder)}")  # noqa: S608  quoted
        differs = " or ".join(f"o.{name} <> n.{name}" for name in ("level", *self._words()))
        joined = f"select o, n from o join n using (person) where {differs}"  # noqa: S608  names of ours
        connection.execute(f"create temp table changed as {joined}")

    def _words(self) -> list[str]:
        return [f"advice_{word}" for word in range(-(-len(self._techniques) // IN_WORD))]

    def _packed(self, has: tuple[str, ...]) -> Iterator[str]:
        """The statuses of all techniques of both versions as whole numbers; what a version lacks is excluded."""
        last = len(STATUSES) - 1
        for word, name in enumerate(self._words()):
            parts = []
            for place, technique in enumerate(self._techniques[word * IN_WORD : (word + 1) * IN_WORD]):
                cases = " ".join(f"when {quoted(of, QUOTE)} then {number}" for number, of in enumerate(STATUSES))
                status = f"case {quoted(technique)} {cases} end" if technique in has else str(last)
                parts.append(f"(({status})::bigint << {2 * place})")
            yield f"{' | '.join(parts)} as {name}"

    def _status(self, side: str, place: int) -> str:
        """SQL: the place in `STATUSES` of the status that the technique at this place has."""
        return f"(({side}.advice_{place // IN_WORD} >> {2 * (place % IN_WORD)}) & 3)"

    def _differs(self, sign: str) -> str:
        """SQL: is anything of the advice stricter (">") or milder ("<") than before?"""
        places = range(len(self._techniques))
        techniques = (f"{self._status('n', place)} {sign} {self._status('o', place)}" for place in places)
        return "(" + " or ".join((f"n.level {sign} o.level", *techniques)) + ")"

    def _ask(self, *counts: str) -> list[int]:
        """How many of the changed people each condition holds for."""
        found: list[int] = []
        for first in range(0, len(counts), AT_ONCE):
            wanted = ", ".join(f"count(*) filter (where {one})" for one in counts[first : first + AT_ONCE])
            query = f"select {wanted} from changed"  # noqa: S608  conditions of ours
            found.extend(self._connection.execute(query).fetchone())
        return found

    def ways(self) -> dict[str, Any]:
        """Who was loosened, tightened, or both; and the same of those whose disposition is the same."""
        looser, tighter = self._differs("<"), self._differs(">")
        loosened, tightened, both = self._ask(looser, tighter, f"{looser} and {tighter}")
        of = (f"{looser} and not {tighter}", f"{tighter} and not {looser}", f"{looser} and {tighter}")
        same = Ways(*self._ask(*(f"n.level = o.level and {one}" for one in of)))
        return {"loosened": loosened, "tightened": tightened, "both": both, "techniques_only": same}

    def moves(self, ladder: tuple[str, ...]) -> tuple[Move, ...]:
        """From which disposition to which, mildest first: everybody who stands in both folders."""
        query = "select o.level, n.level, count(*) from o join n using (person) group by all order by all"
        rows = self._connection.execute(query).fetchall()
        return tuple(Move(ladder[old], ladder[new], number) for old, new, number in rows)

    def techniques(self) -> tuple[TechniqueShift, ...]:
        """The techniques that somebody gains or loses, those lost and gained by most first."""
        wanted = []
        for place in range(len(self._techniques)):
            old, new = (f"{self._status(side, place)} = 0" for side in "on")
            wanted += [f"{new} and not {old}", f"{old} and not {new}"]
        found = self._ask(*wanted)
        shifts = map(TechniqueShift, self._techniques, found[::2], found[1::2])
        return tuple(sorted((one for one in shifts if one.gained or one.lost), key=lambda one: -one.gained - one.lost))

    def rules(self) -> tuple[RuleShift, ...]:
        """The rules that have another status for somebody whose advice changed, those for most people first."""
        looser, tighter = self._differs("<"), self._differs(">")
        names = self._rules()
        differing = self._ask(*map(self._other_status, names))
        shifts = []
        for rule, people in zip(names, differing, strict=True):
            if not people:
                continue
            other = self._other_status(rule)
            wanted = [f"{other} and {looser}", f"{other} and {tighter}"]
            for status in ("fired", "open"):
                old, new = self._has("o", status, rule), self._has("n", status, rule)
                wanted += [f"{new} and not {old}", f"{old} and not {new}"]
            shifts.append(RuleShift(rule, people, *self._ask(*wanted)))
        return tuple(sorted(shifts, key=lambda one: -one.people))

    def _rules(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(rule for bits in self._bits for rule in bits.rules))

    def _other_status(self, rule: str) -> str:
        status = ("fired", "open")
        differs = (f"{self._has('o', one, rule)} <> {self._has('n', one, rule)}" for one in status)
        return f"({' or '.join(differs)})"

    def _has(self, side: str, status: str, rule: str) -> str:
        """SQL: has the rule this status, "fired" or "open"? Never where there is no such rule."""
        bits = self._bits["on".index(side)]
        if rule not in bits.rules:
            return "false"
        word, bit = bits.place(rule)
        return f"({side}.{status}_{word} & {bit} <> 0)"

    def unexplained(self) -> int:
        """People with other advice for whom every rule has the status it had."""
        known = [self._other_status(rule) for rule in self._rules()]
        return self._ask(f"not ({' or '.join(known) or 'false'})")[0]


def _source(folder: Path) -> str:
    files = folder / RESULTS / "*.parquet"
    return f"read_parquet({quoted(str(files), QUOTE)})"


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(quoted(word, QUOTE) for word in words)}]"
