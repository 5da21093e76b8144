"""A patient who shows that an obligation does not hold: made as small as can be, and written as a file for `assess`.

Nothing is shown on the solver's word alone: what is wrong is said by a `Complaint`, which knows only the plain
evaluator, and it is said again of the file as a user would read it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import msgspec

from spinepath.engine.chart_file import read_chart, written_in
from spinepath.engine.conditions import Value
from spinepath.engine.faults import FaultyFindings
from spinepath.engine.findings import Finding, values_at
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.values import read_value, write_value

Answers = dict[str, Value]

Complaint = Callable[[Answers, Answers], str | None]
"""What is wrong with a patient, and with the same one after new answers, by the plain evaluator; None if nothing is."""

Item = tuple[str, Value]
_NO_NEWS: Answers = {}
_FEW = 12


class NotConfirmed(Exception):
    """The plain evaluator sees nothing wrong: the solver's picture of the rules is not theirs."""


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, in words; the chart as a file for `assess`; and the answers that come to it, where that matters.

    `values` is the same chart as values. `as_file` tells whether the file alone shows it: a number that was compared
    with an impossible past cannot be written down.
    """

    wrong: str
    file: str
    values: Answers
    news: Answers
    as_file: bool


def patient(
    knowledge: Knowledge, found: Mapping[str, Value], complaint: Complaint, news: Answers = _NO_NEWS
) -> Patient:
    """The smallest patient near `found` of whom the complaint still holds. Raises NotConfirmed when it never did."""
    values: Answers = {name: value for name, value in found.items() if value is not None}
    if _wrong(complaint, values, news) is None:
        raise NotConfirmed
    news = dict(_fewest(list(news.items()), lambda kept: _wrong(complaint, values, dict(kept)) is not None))
    start, values = _smallest(knowledge, values, complaint, news)
    wrong = str(_wrong(complaint, values, news))
    file = _file(knowledge, start, values, complaint, news)
    again = _read(knowledge, file)
    as_file = again is not None and _wrong(complaint, again, news) is not None
    return Patient(wrong=wrong, file=file, values=values, news=news, as_file=as_file)


def _wrong(complaint: Complaint, values: Answers, news: Answers) -> str | None:
    later = {**values, **news}
    return complaint(values, {name: value for name, value in later.items() if value is not None})


# as few lines as can be


def _smallest(knowledge: Knowledge, values: Answers, complaint: Complaint, news: Answers) -> tuple[str | None, Answers]:
    """The chart from which the patient is best told (None for an empty one), and the patient with the fewest lines."""
    start = min(knowledge.charts, key=lambda name: len(_beside(knowledge, name, values)), default=None)
    near = _near(knowledge, start, values, complaint, news) if start else None
    if near is not None and len(_beside(knowledge, start, near)) <= _FEW:
        return start, near
    known = list(values.items())
    bare = dict(_fewest(known, lambda kept: _wrong(complaint, dict(kept), news) is not None))
    if near is None or len(bare) < len(_beside(knowledge, start, near)):
        return None, bare
    return start, near


def _near(
    knowledge: Knowledge, start: str | None, values: Answers, complaint: Complaint, news: Answers
) -> Answers | None:
    """The patient with as many answers as can be taken from a named chart."""
    usual = clean_chart(knowledge, start)
    odd = [(name, values.get(name)) for name in dict.fromkeys((*values, *usual)) if values.get(name) != usual.get(name)]

    def made(kept: list[Item]) -> Answers:
        return {name: value for name, value in {**usual, **dict(kept)}.items() if value is not None}

    return made(_fewest(odd, lambda kept: _wrong(complaint, made(kept), news) is not None))


def clean_chart(knowledge: Knowledge, name: str | None) -> Answers:
    """The values of a named chart; none without a name."""
    written = written_in(knowledge, name) if name else {}
    return {fact: read_value(knowledge.facts[fact], value) for fact, value in written.items()}


def _beside(knowledge: Knowledge, start: str | None, values: Answers) -> Answers:
    """What must be written beside the named chart from which the patient is told."""
    usual = clean_chart(knowledge, start)
    names = dict.fromkeys((*values, *usual))
    return {name: values.get(name) for name in names if values.get(name) != usual.get(name)}


def _fewest(items: list[Item], still: Callable[[list[Item]], bool]) -> list[Item]:
    """Items of which none can be left out (in halves, quarters and so on, then one by one)."""
    size = max(len(items) // 2, 1)
    while items and size:
        place = 0
        while place < len(items):
            without = items[:place] + items[place + size :]
            if still(without):
                items = without
            else:
                place += size
        size //= 2
    return items


# the past of numbers that are compared with it

Past = list[tuple[date, Value]]


def _pasts_of(knowledge: Knowledge, values: Answers, day: date, still: Callable[[Answers], bool]) -> dict[str, Past]:
    """For each number of which a comparison is told: earlier findings by which the patient still shows what is wrong.

    A past by which every comparison comes out exactly is taken first, then any that serves, and none where none does.
    """
    told = [knowledge.compared_facts[name] for name in knowledge.compared_facts if values.get(name)]
    chosen: dict[str, Past] = {}
    for name in dict.fromkeys(told):
        compared = [one for one, of in knowledge.compared_facts.items() if of == name]
        tried: dict[tuple[Value, ...], Past] = {}
        for past, found in _pasts(knowledge, name, values, day):
            tried.setdefault(tuple(found.get(one) for one in compared), past)
        exactly = tuple(values.get(one) or 0 for one in compared)
        for distances in (exactly, *tried):
            if distances in tried and still({**values, **dict(zip(compared, distances, strict=True))}):
                values = {**values, **dict(zip(compared, distances, strict=True))}
                chosen[name] = tried[distances]
                break
    return chosen


def _pasts(knowledge: Knowledge, name: str, values: Answers, day: date) -> Iterator[tuple[Past, Answers]]:
    """One or two earlier findings, and what the number then compares as."""
    fact = knowledge.facts[name]
    low, high = int(fact.least or 0), int(fact.most or 0)
    grid = range(low, high + 1, max((high - low) // 20, 1))
    days = (day - timedelta(days=2), day - timedelta(days=1))
    spans = [_finding(knowledge, one, value, day) for one, value in values.items() if _spans(knowledge, one)]
    for earlier in (*((one,) for one in grid), *product(grid, repeat=2)):
        past: Past = list(zip(days[-len(earlier) :], earlier, strict=True))
        findings = [_finding(knowledge, name, value, at) for at, value in (*past, (day, values.get(name)))]
        yield past, values_at(knowledge, (*findings, *spans), datetime.combine(day, time.max, UTC))


def _spans(knowledge: Knowledge, name: str) -> bool:
    """Does the number of days bound how far back comparisons look?"""
    return any(fact.worked_out and fact.worked_out.within == name for fact in knowledge.facts.values())


def _finding(knowledge: Knowledge, name: str, value: Value, at: date) -> Finding:
    who = knowledge.facts[name].who
    return Finding(fact=name, value=value, at=datetime.combine(at, time.min, UTC), source=who)


# the file


def _file(knowledge: Knowledge, start: str | None, values: Answers, complaint: Complaint, news: Answers) -> str:
    """The patient as a file for `assess`. What is compared with the past is written as that past."""
    day = next((release.day for release in knowledge.releases.values()), date(2000, 1, 1))
    pasts = _pasts_of(knowledge, values, day, lambda told: _wrong(complaint, told, news) is not None)
    beside = {
        name: value
        for name, value in _beside(knowledge, start, values).items()
        if name not in knowledge.compared_facts and name not in pasts
    }
    lines = [f"story: {_quoted(str(_wrong(complaint, values, news)))}", f"as_of: {day.isoformat()}"]
    lines += [f"start: {start}"] if start else []
    lines.append("findings:" if beside or pasts else "findings: {}")
    lines += [f"  {name}: {write_value(value)}" for name, value in beside.items()]
    for name, past in pasts.items():
        lines.append(f"  {name}:")
        lines += [f"    - {{value: {write_value(value)}, at: {at}}}" for at, value in (*past, (day, values.get(name)))]
    lines += [f"# then: {name} = {write_value(value)}" for name, value in news.items()]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _read(knowledge: Knowledge, file: str) -> Answers | None:
    """The values in the file, read as a user's file is read; None where it cannot be read."""
    now = datetime.now(UTC)
    try:
        chart = read_chart(file.encode(), "patient.yaml", knowledge, now)
    except FaultyFindings:
        return None
    return {
        name: value for name, value in values_at(knowledge, chart.findings, chart.as_of).items() if value is not None
    }
