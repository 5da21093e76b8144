"""The page of a report: nothing small on it, nothing loaded, everything said in words, for nobody and for millions."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyarrow import parquet

from spinepath.backends.charts import Refused
from spinepath.cohort.manifest import Asked, InputFile, Manifest
from spinepath.cohort.net import STATUSES
from spinepath.cohort.report import UNKNOWN_IS_NOT_NO, report, write_report
from spinepath.cohort.report_counts import NOT_KNOWN, Cross, Gathered
from spinepath.cohort.suppression import LEAST, STEP
from spinepath.engine.knowledge import Knowledge
from tests.cohort.test_run import judged, table_of_charts
from tests.engine.small import small

COUNTED = re.compile(
    r'class="(?:count|number)">([\d,]+)<|<title>[^<]*?: ([\d,]+)|([\d,]+) could still|of ([\d,]+) people'
)


def manifest_of(knowledge: Knowledge, people: int, deceased: int = 0) -> Manifest:
    asked = Asked(
        inputs=(InputFile("/home/somebody/charts.parquet", 12, "0" * 64),),
        knowledge=knowledge.version,
        engine="planes",
        as_of="2026-11-22",
        deceased=False,
        spinepath="1",
    )
    begun = "2026-11-22T10:00:00+00:00"
    return Manifest(asked=asked, begun=begun, finished=begun, people=people, deceased=deceased)


def split(chance: Random, people: int, parts: int) -> list[int]:
    """The people in so many parts, many of them small."""
    found = [0] * parts
    for place in range(parts - 1):
        left = people - sum(found)
        found[place] = min(left, chance.choice([0, 1, 2, LEAST - 1, LEAST, left // 3, left // 2, left]))
    found[-1] = people - sum(found)
    chance.shuffle(found)
    return found


def made_up(knowledge: Knowledge, people: int, seed: int, deceased: int = 0) -> Gathered:
    """Counts that could be those of so many people."""
    chance = Random(seed)  # noqa: S311  no secret

    def cross(groups: tuple[str, ...], are_periods: bool = False) -> Cross:
        columns = [split(chance, number, len(groups)) for number in dispositions]
        return Cross(groups, tuple(zip(*columns, strict=True)), are_periods)

    dispositions = split(chance, people, len(knowledge.ladder))
    rules = {}
    for rule in knowledge.rules:
        fires, is_open, _ = split(chance, people, 3)
        rules[rule] = {"fires": fires, "open": is_open}
    return Gathered(
        manifest=manifest_of(knowledge, people, deceased),
        dispositions=tuple(dispositions),
        bounds=tuple(tuple(split(chance, number, 4)) for number in dispositions),
        rules=rules,
        techniques={
            name: dict(zip(STATUSES, split(chance, people, len(STATUSES)), strict=True))
            for name in knowledge.techniques
        },
        questions={fact: split(chance, people, 2)[0] for fact in knowledge.asked_facts},
        age=cross(("under 18", "18 to under 65", "65 and over", NOT_KNOWN)),
        sex=cross(("Female", "Male", NOT_KNOWN)),
        months=cross((*(f"2026-{month:02}" for month in range(1, 11)), NOT_KNOWN), are_periods=True),
    )


def counts_on(page: str) -> list[int]:
    return [int(found.replace(",", "")) for groups in COUNTED.findall(page) for found in groups if found.strip(",")]


@settings(max_examples=25)
@given(some.sampled_from([5, 9, 40, 700, 200_000, 10_000_000]), some.integers(0, 10**6), some.sampled_from([0, 3, 60]))
def test_no_count_on_the_page_is_small_and_all_are_rounded(people: int, seed: int, deceased: int) -> None:
    knowledge = small()
    found = counts_on(report(made_up(knowledge, people, seed, deceased), knowledge).decode())
    assert len(found) > 5
    assert not [number for number in found if 0 < number < LEAST or number % STEP]


def test_the_page_loads_nothing_and_runs_nothing(real: Knowledge) -> None:
    page = report(made_up(real, 1000, 1), real).decode()
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    own = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{own}'" in unescape(page)
    assert not re.search(r"<script|<link|<img|@import|https?:|\son\w+=|\sstyle=|url\(", page)


def test_the_page_says_what_it_is_not_and_how_sure_it_is(real: Knowledge) -> None:
    page = unescape(report(made_up(real, 1000, 1), real).decode())
    (release,) = real.releases.values()
    for said in ("no diagnosis", UNKNOWN_IS_NOT_NO, release.signed_off, release.intended_use, *release.limits):
        assert said in page
    assert all(real.dispositions[level].name in page for level in real.ladder)
    assert "project rule, needs sign-off" in page
    assert real.version in page
    assert "somebody" not in re.findall(r"<table.*?</table>", page, re.DOTALL)[0]  # of a path only its last part


def test_every_figure_has_a_sentence_and_a_table(real: Knowledge) -> None:
    page = report(made_up(real, 10_000_000, 4), real).decode()
    figures = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)
    assert len(figures) + page.count("This is left out.") == 8
    assert len(figures) > 5
    assert all("<figcaption>" in one and "<details>" in one and "<table>" in one for one in figures)


def test_nobody_and_very_few_people_are_told_in_words() -> None:
    knowledge = small()
    nobody = report(made_up(knowledge, 0, 1), knowledge).decode()
    assert "nothing to count" in nobody
    few = report(made_up(knowledge, LEAST - 1, 1), knowledge).decode()
    assert f"Fewer than {LEAST} people were judged" in few
    assert "<figure>" not in nobody + few
    assert set(counts_on(few)) <= {0}


def test_few_deceased_are_hidden_and_so_is_the_number_of_all_records() -> None:
    knowledge = small()
    page = report(made_up(knowledge, 1000, 1, deceased=3), knowledge).decode()
    assert '<strong>All records</strong> <span class="number hidden">hidden' in page
    assert "1,005" not in page
    page = report(made_up(knowledge, 1000, 1, deceased=20), knowledge).decode()
    assert '<strong>All records</strong> <span class="number">1,020' in page


def test_names_are_written_as_text(real: Knowledge) -> None:
    changed = {
        name: msgspec.structs.replace(entry, name="<b onclick=x>&amp; " + "very " * 60)
        for name, entry in real.dispositions.items()
    }
    knowledge = msgspec.structs.replace(real, dispositions=changed)
    page = report(made_up(knowledge, 1000, 1), knowledge).decode()
    assert "&lt;b onclick=x&gt;&amp;amp; very" in page
    assert "<b onclick" not in page


def test_what_the_results_do_not_tell_is_said(real: Knowledge) -> None:
    found = made_up(real, 1000, 1)
    without = msgspec.structs.replace(found, questions=None, age=None, sex=None, months=None)
    page = unescape(report(without, real).decode())
    assert page.count("This is left out.") == 4
    assert "no column that tells the day" in page


def test_the_same_counts_give_the_same_bytes(real: Knowledge) -> None:
    assert report(made_up(real, 500, 7), real) == report(made_up(real, 500, 7), real)


def test_a_report_stands_beside_the_results_or_where_it_is_wanted(tmp_path: Path) -> None:
    parquet.write_table(table_of_charts(), tmp_path / "charts.parquet")
    judged(tmp_path / "charts.parquet", tmp_path / "out")
    assert write_report(tmp_path / "out", small()) == tmp_path / "out" / "report.html"
    assert write_report(tmp_path / "out", small(), tmp_path / "new" / "page.html").read_bytes().startswith(b"<!doctype")
    (tmp_path / "file").write_text("kept")
    with pytest.raises(Refused, match="cannot be written"):
        write_report(tmp_path / "out", small(), tmp_path / "file" / "page.html")
