"""The impact of a knowledge version: exactly what changes for each person, counted one after the other."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as arrow
import pytest
from pyarrow import parquet

from spinepath.backends.charts import Refused
from spinepath.backends.compiled import Compiled
from spinepath.cohort.impact import Impact, Ways, impact
from spinepath.cohort.impact_report import impact_page, in_words
from spinepath.cohort.net import STATUSES
from spinepath.cohort.suppression import LEAST, STEP
from spinepath.engine.knowledge import Knowledge
from tests.cohort.test_report import counts_on
from tests.cohort.test_run import CHARTS, judged, table_of_charts
from tests.engine.small import small


def newer() -> Knowledge:
    """The small base with one technique less, the first rule that decides turned over, and a rule taken out."""
    base = small()
    decides = [name for name, rule in base.rules.items() if rule.then.at_least]
    rules = dict(base.rules)
    rules[decides[0]] = msgspec.structs.replace(rules[decides[0]], when=rules[decides[1]].when)
    del rules[decides[-1]]
    techniques = dict(list(base.techniques.items())[:-1])
    return msgspec.structs.replace(base, rules=rules, techniques=techniques, content_hash="f" * 64)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("impact")
    table = table_of_charts()
    parquet.write_table(table, place / "charts.parquet", row_group_size=300)
    # other people, in another order
    order = arrow.array([*range(900, 100, -1)])
    parquet.write_table(table.take(order), place / "fewer.parquet", row_group_size=200)
    strangers = table.set_column(0, "person", arrow.array([f"q{number}" for number in range(len(table))]))
    parquet.write_table(strangers, place / "strangers.parquet")
    parquet.write_table(table.slice(0, 0), place / "nobody.parquet")
    judged(place / "charts.parquet", place / "old")
    judged(place / "charts.parquet", place / "new", newer())
    judged(place / "charts.parquet", place / "by_duckdb", newer(), engine="duckdb")
    for name in ("fewer", "strangers", "nobody"):
        judged(place / f"{name}.parquet", place / name, newer())
    return {one.name: one for one in place.iterdir() if one.is_dir()}


def one_by_one(charts: list[dict[str, Any]]) -> dict[str, Any]:
    """The same counts, made by looking at one person after the other."""
    old, new = Compiled(small()), Compiled(newer())
    ladder = small().strictness
    found: dict[str, Counter[Any]] = {name: Counter() for name in ("ways", "same", "moves", "gained", "lost", "rules")}
    for chart in charts:
        was, now = old.evaluate(chart), new.evaluate(chart)
        found["moves"][was.disposition, now.disposition] += 1
        steps = [ladder[now.disposition] - ladder[was.disposition]]
        for technique, before in was.techniques.items():
            after = now.techniques.get(technique, "excluded")
            steps.append(STATUSES.index(after) - STATUSES.index(before))
            found["gained"][technique] += after == "offered" != before
            found["lost"][technique] += before == "offered" != after
        looser, tighter = min(steps) < 0, max(steps) > 0
        found["ways"].update(loosened=looser, tightened=tighter, both=looser and tighter)
        if steps[0] == 0:
            found["same"].update(loosened=looser > tighter, tightened=tighter > looser, both=looser and tighter)
        if looser or tighter:
            others = [
                rule
                for rule in small().rules
                if (rule in was.fired, rule in was.open) != (rule in now.fired, rule in now.open)
            ]
            found["rules"].update(others)
            found["ways"]["unexplained"] += not others
    return found


def agrees(found: Impact, charts: list[dict[str, Any]]) -> None:
    expected = one_by_one(charts)
    ways = expected["ways"]
    assert (found.people, found.loosened, found.tightened, found.both) == (
        len(charts), ways["loosened"], ways["tightened"], ways["both"],
    )  # fmt: skip
    assert found.unexplained == ways["unexplained"]
    same = expected["same"]
    assert found.techniques_only == Ways(same["loosened"], same["tightened"], same["both"])
    assert {(one.before, one.after): one.people for one in found.moves} == dict(expected["moves"])
    assert {one.technique: one.gained for one in found.techniques if one.gained} == dict(+expected["gained"])
    assert {one.technique: one.lost for one in found.techniques if one.lost} == dict(+expected["lost"])
    assert {one.rule: one.people for one in found.rules} == dict(expected["rules"])


def test_the_counts_are_those_of_one_person_after_the_other(folders: dict[str, Path]) -> None:
    found = impact(folders["old"], folders["new"])
    agrees(found, CHARTS)
    assert found.same_charts
    assert min(found.loosened, found.tightened, found.changed, len(found.rules), len(found.techniques)) > 0
    assert found.both == found.loosened + found.tightened - found.changed


def test_people_are_joined_by_person_whatever_their_order(folders: dict[str, Path]) -> None:
    found = impact(folders["old"], folders["fewer"])
    agrees(found, CHARTS[101:901])
    assert (found.only_before, found.only_after) == (200, 0)
    assert not found.same_charts
    assert impact(folders["fewer"], folders["old"]).only_after == 200


def test_the_other_way_round_what_was_loosened_is_tightened(folders: dict[str, Path]) -> None:
    there, back = impact(folders["old"], folders["new"]), impact(folders["new"], folders["old"])
    assert (there.loosened, there.tightened, there.both) == (back.tightened, back.loosened, back.both)
    assert {(one.before, one.after, one.people) for one in there.moves} == {
        (one.after, one.before, one.people) for one in back.moves
    }
    assert {(one.technique, one.gained) for one in there.techniques} == {
        (one.technique, one.lost) for one in back.techniques
    }


def test_the_engine_makes_no_difference(folders: dict[str, Path]) -> None:
    assert impact(folders["old"], folders["by_duckdb"]) == impact(folders["old"], folders["new"])


def test_nothing_changes_between_a_folder_and_itself(folders: dict[str, Path]) -> None:
    found = impact(folders["old"], folders["old"])
    assert (found.changed, found.techniques, found.rules, found.unexplained) == (0, (), (), 0)
    assert "Advice changes for 0 of them" in "\n".join(in_words(found, small()))
    assert b"keep the same advice: 1,000 (100%)" in impact_page(found, small())


def test_what_cannot_be_compared_is_refused(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(Refused, match="None of its people"):
        impact(folders["old"], folders["strangers"])
    with pytest.raises(Refused, match="Nobody was judged"):
        impact(folders["old"], folders["nobody"])
    with pytest.raises(Refused, match="holds no results"):
        impact(folders["old"], tmp_path)
    shutil.copytree(folders["new"], tmp_path / "damaged")
    (tmp_path / "damaged" / "results" / "part-00000.parquet").write_bytes(b"PAR1")
    with pytest.raises(Refused, match="cannot be read"):
        impact(folders["old"], tmp_path / "damaged")
    base = small()
    longer = msgspec.structs.replace(max(base.dispositions.values(), key=lambda one: one.order), id="more", order=99)
    other = msgspec.structs.replace(base, dispositions={**base.dispositions, "more": longer})
    parquet.write_table(table_of_charts(), tmp_path / "charts.parquet")
    judged(tmp_path / "charts.parquet", tmp_path / "other", other)
    with pytest.raises(Refused, match="dispositions are not those"):
        impact(folders["old"], tmp_path / "other")


def test_the_words_are_exact_and_use_the_names_of_the_knowledge_at_hand(folders: dict[str, Path]) -> None:
    found = impact(folders["old"], folders["fewer"])
    told = "\n".join(in_words(found, small()))
    assert f"loosened for {found.loosened:,}, tightened for {found.tightened:,}" in told
    assert "200 people stand only in the first" in told
    assert "The charts, their moment or who is left out differ too" in told
    moves = [one for one in found.moves if one.before != one.after]
    assert moves
    for one in moves:
        names = [small().dispositions[level].name for level in (one.before, one.after)]
        assert f"{one.people:,}  {names[0]} → {names[1]}" in told
    strange = msgspec.structs.replace(small(), content_hash="0" * 64)
    assert f"{moves[0].before} → {moves[0].after}" in "\n".join(in_words(found, strange))


def test_the_page_shows_no_small_count(folders: dict[str, Path]) -> None:
    found = impact(folders["old"], folders["new"])
    page = impact_page(found, small()).decode()
    counts = counts_on(page)
    assert len(counts) > 3
    assert not [number for number in counts if 0 < number < LEAST or number % STEP]
    few = msgspec.structs.replace(found, people=LEAST - 1)
    assert "Nothing is counted" in impact_page(few, small()).decode()
