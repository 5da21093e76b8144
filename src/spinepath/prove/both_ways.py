"""Facts whose answers can each be the stricter one: what holds of each of them all the same, in a form of its own."""

from __future__ import annotations

from collections.abc import Iterator

from spinepath.engine.conditions import truth
from spinepath.engine.entries import Fact
from spinepath.engine.evaluate import complete
from spinepath.engine.language import write
from spinepath.prove.bench import Bench, Finding
from spinepath.prove.chart import AnyChart, answer_bits, equal
from spinepath.prove.meaning import Meaning
from spinepath.prove.pairs import loosened, looser, shown
from spinepath.prove.patients import Answers, Complaint
from spinepath.prove.solver import TRUE, Bit, every, implies, no, some
from spinepath.prove.statements import BothWays, Obligation


def both_ways(bench: Bench, obligation: Obligation) -> Finding:
    """Each named fact holds to its own form: along it, no answer loosens the disposition or frees a technique."""
    search = bench.search(obligation)
    forms = [(entry, later) for entry, later in _laters(bench)]
    for later in {id(later): later for _, later in forms}.values():
        search.know(later.sound)
    broken = {entry.id: _broken(bench, entry, later) for entry, later in forms}
    patients = []
    for entry, later in forms:
        witness = search.find(broken[entry.id])
        if witness is not None:
            patients.append(shown(bench, witness, _complaint(bench, entry), later.chart))
    notes = [f"{', '.join(entry.facts)}: {_said(entry)}." for entry, _ in forms]
    return Finding(patients=tuple(patients), notes=tuple(notes))


def _laters(bench: Bench) -> Iterator[tuple[BothWays, Meaning]]:
    """Each entry with the chart that differs in its facts; entries about the same facts share it."""
    made: dict[tuple[str, ...], Meaning] = {}
    for entry in bench.statements.both_ways:
        if entry.facts not in made:
            chart = AnyChart(bench.ground, f"another {', '.join(entry.facts)}", bench.now.chart, entry.facts)
            made[entry.facts] = Meaning(chart, bench.now)
        yield entry, made[entry.facts]


def _broken(bench: Bench, entry: BothWays, later: Meaning) -> Bit:
    """The entry does not hold: its facts move as it says, and something is looser."""
    before, after = bench.now.chart, later.chart
    moves = []
    for name in entry.facts:
        steps = some(every(step) for step in _steps(bench, after, entry, bench.knowledge.facts[name]))
        moves += [before.known(name), after.known(name), some((steps, equal(before, after, name)))]
    where = [bench.now.is_true(entry.where)] if entry.where is not None else []
    return every((*moves, *where, loosened(bench.now, later, but=frozenset(entry.frees))))


def _complaint(bench: Bench, entry: BothWays) -> Complaint:
    complaint = looser(bench, but=frozenset(entry.frees), dangers=False)

    def where(before: Answers, after: Answers) -> str | None:
        if entry.where is not None and truth(entry.where, complete(bench.knowledge, before)) is not True:
            return None
        return complaint(before, after)

    return where


def _steps(bench: Bench, after: AnyChart, entry: BothWays, fact: Fact) -> Iterator[list[Bit]]:
    """The steps that must never loosen, each as bits of the two charts."""
    before = bench.now.chart
    pairs = list(zip(answer_bits(before, fact.id), answer_bits(after, fact.id), strict=True))
    upwards, downwards = [implies(*pair) for pair in pairs], [implies(there, here) for here, there in pairs]
    if entry.up_from is not None:
        yield [_from(before, fact.id, entry.up_from), *upwards]
    if entry.down_from is not None:
        yield [_below(before, fact.id, entry.down_from), *downwards]
    for word, milder in entry.never_milder.items():
        for other in milder:
            yield [_is(before, fact, other), _is(after, fact, word)]


def _from(chart: AnyChart, fact: str, number: float) -> Bit:
    """The number is at least this one, or so near below it that nothing can tell."""
    bounds = [bound for bound in chart.ground.bounds[fact] if bound <= number]
    if not bounds:
        return TRUE
    return chart.reaches(fact, bounds[-1]) if bounds[-1] == number else chart.passes(fact, bounds[-1])


def _below(chart: AnyChart, fact: str, number: float) -> Bit:
    """The number is below this one, or so near above it that nothing can tell."""
    bounds = [bound for bound in chart.ground.bounds[fact] if bound >= number]
    return no(chart.reaches(fact, bounds[0])) if bounds else TRUE


def _is(chart: AnyChart, fact: Fact, word: str) -> Bit:
    if fact.answer == "yes_no":
        return chart.says_yes(fact.id) if word == "yes" else no(chart.says_yes(fact.id))
    return chart.says(fact.id, word)


def _said(entry: BothWays) -> str:
    said = []
    if entry.up_from is not None:
        said.append(f"from {entry.up_from:g} on more is never milder")
    if entry.down_from is not None:
        said.append(f"below {entry.down_from:g} less is never milder")
    said += [f"{word} is never milder than {' or '.join(milder)}" for word, milder in entry.never_milder.items()]
    where = f", where {write(entry.where)}" if entry.where is not None else ""
    but = f"{where}, but for {', '.join(entry.frees)}" if entry.frees else where
    return f"{'; '.join(said) or 'no order'}{but} ({entry.why})"
