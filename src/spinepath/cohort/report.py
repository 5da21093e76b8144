"""The report of a cohort: what the rules say of many people, as one page for whoever may see it.

`spinepath cohort report` writes it. Exact counts come from `report_counts.py`; each passes `suppression.py` before it
is written or drawn. Everything about medicine is said in the words of the knowledge base.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from spinepath.backends.charts import Refused
from spinepath.cohort.files import whole
from spinepath.cohort.manifest import Manifest
from spinepath.cohort.report_counts import Gathered, gather
from spinepath.cohort.report_html import Section, count, details, node, page, paragraph, table
from spinepath.cohort.report_parts import Rungs, age, flow, months, questions, rules, sex, techniques
from spinepath.cohort.suppression import LEAST, STEP, Shown, alone, is_small
from spinepath.engine.knowledge import Knowledge

PAGE = "report.html"
"""The page within the folder of results, when no other place is named."""

UNKNOWN_IS_NOT_NO = (
    "An answer that is missing is never read as “no”. Where it could reveal a danger, advice waits for it: that is why "
    "people can be held back here without having anything but open questions."
)
NO_DIAGNOSIS = (
    "These are results of written rules applied to what was recorded. They support people who decide; they are no "
    "diagnosis and no measure of how often an illness occurs."
)
ROUNDED = (
    f"Counts below {LEAST} are not shown. Groups that are too small are joined to their neighbours, or a number is "
    f"“hidden”; a second number may be hidden so that the first cannot be worked out. All counts are rounded to the "
    f"nearest {STEP}, so sums can differ a little; percentages are made of rounded counts."
)


def write_report(folder: Path, knowledge: Knowledge, out: Path | None = None) -> Path:
    """Write the page of a folder of results, and say where it is.

    Raises Refused when the folder holds no finished results of this knowledge, or the page cannot be written.
    """
    return keep(out or folder / PAGE, report(gather(folder, knowledge), knowledge))


def keep(path: Path, page: bytes) -> Path:
    """Write a page; it is whole or not there. Raises Refused when it cannot be written."""
    try:
        whole(path, lambda unfinished: unfinished.write_bytes(page))
    except OSError as problem:
        raise Refused([f"{path}: It cannot be written ({problem.strerror}). Name another place."]) from None
    return path


def report(found: Gathered, knowledge: Knowledge) -> bytes:
    """The page. The same counts give the same bytes."""
    people = found.manifest.people
    sections = [_what_was_run(found.manifest)]
    if people and not is_small(people):
        rungs = Rungs(knowledge, found.dispositions)
        sections += [
            flow(found, knowledge, rungs),
            questions(found, knowledge),
            rules(found, knowledge),
            techniques(found, knowledge),
            age(found, rungs),
            sex(found, rungs),
            months(found, rungs),
        ]
    sections.append(_how_to_read(knowledge))
    foot = f"Knowledge {knowledge.version}, judged with spinepath {found.manifest.asked.spinepath}."
    return page(_title(people), [*notice(knowledge), *_lead(found, knowledge)], sections, foot)


def _title(people: int) -> str:
    if not people:
        return "What the rules say: nobody was judged"
    shown = alone(people)
    return f"What the rules say of {shown:,} people" if shown else "What the rules say of very few people"


def notice(knowledge: Knowledge) -> Iterator[Element]:
    """What every page says before anything else."""
    release = next(iter(knowledge.releases.values()), None)
    signed = f" Signed off by: {release.signed_off}." if release else ""
    yield node(
        "div",
        paragraph(node("strong", "No diagnosis. "), NO_DIAGNOSIS),
        paragraph(node("strong", "Unknown is not “no”. "), UNKNOWN_IS_NOT_NO + signed),
        class_="notice",
        role="note",
    )


def _lead(found: Gathered, knowledge: Knowledge) -> Iterator[Element]:
    people = found.manifest.people
    if not people:
        yield paragraph("There was nobody to judge, so there is nothing to count.", look="lead")
    elif is_small(people):
        yield paragraph(f"Fewer than {LEAST} people were judged. To protect them, nothing is counted.", look="lead")
    else:
        rungs = Rungs(knowledge, found.dispositions)
        yield paragraph(rungs.largest_in_words(), look="lead")


def _what_was_run(manifest: Manifest) -> Section:
    asked = manifest.asked
    judged, died = alone(manifest.people), alone(manifest.deceased)
    told: list[tuple[str, str | Element]] = [
        ("People judged", count(judged)),
        ("Left out because they died", "nobody was left out for this" if asked.deceased else count(died)),
        ("Knowledge", node("code", asked.knowledge)),
        ("Charts stand for", asked.as_of or "no moment was given"),
        ("Judged", f"{_moment(manifest.begun)} to {_moment(manifest.finished or '')}"),
        ("Engine", f"{asked.engine}; {_versions(manifest)}"),
    ]
    rows = [node("div", node("dt", name), node("dd", value)) for name, value in told]
    # only the last part of a path: the rest may name people or places
    files: list[tuple[str | Element, list[Shown | str]]] = [
        (Path(one.path).name, [f"{one.size:,}", one.sha256]) for one in asked.inputs
    ]
    inputs = table("Files of charts", ("File", "Bytes", "SHA-256"), files)
    summary = f"{len(files)} files of charts" if len(files) != 1 else "1 file of charts"
    return Section("run", "What was run", [node("dl", *rows), details(summary, inputs)])


def _moment(written: str) -> str:
    return f"{written[:10]} {written[11:16]}"


def _versions(manifest: Manifest) -> str:
    return ", ".join(f"{name} {version}" for name, version in manifest.versions.items())


def _how_to_read(knowledge: Knowledge) -> Section:
    inside = [paragraph(ROUNDED)]
    release = next(iter(knowledge.releases.values()), None)
    if release is not None:
        limits = node("ul", *(node("li", limit) for limit in release.limits))
        inside += [paragraph(release.intended_use), limits]
    return Section("read", "How to read this page", inside)
