"""Do explanations tell the truth: `why` forces the disposition by itself, `would_change` changes it and is smallest.

The explanations are made by search, so they are checked chart by chart, not proved for all: on the cases that stand
beside the rules and on charts drawn by chance. For each chart the solver then looks at every way of answering.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from spinepath.engine.cases import values_of
from spinepath.engine.conditions import Confirmed, Known, Values, facts_in, walk
from spinepath.engine.evaluate import Outcome, complete
from spinepath.engine.explain import MOST_CHANGES, Change, why, would_change
from spinepath.prove.bench import Bench, Finding
from spinepath.prove.chart import AnyChart
from spinepath.prove.literals import answers
from spinepath.prove.pairs import firm_of
from spinepath.prove.patients import Answers
from spinepath.prove.solver import Bit, Search, at_most, every, no, some
from spinepath.prove.statements import Obligation

FEW = 6
"""Of so many facts of an explanation it is tried whether they can be spared."""


def explanations(bench: Bench, obligation: Obligation) -> Finding:
    """On many charts: the facts of `why` alone force the disposition, and no smaller change changes it."""
    search = bench.search(obligation)
    charts = list(_charts(bench, obligation.charts))
    faults = [fault for values in charts for fault in untrue(bench, search, values)]
    return Finding(faults=tuple(faults), checked=len(charts))


def _charts(bench: Bench, number: int) -> Iterator[Answers]:
    """Cases of the rules and charts drawn by chance, half and half; the same ones every time."""
    chance = random.Random(number)  # noqa: S311
    cases = [case for rule in bench.knowledge.rules.values() for case in rule.cases]
    for case in chance.sample(cases, min(len(cases), number - number // 2)):
        yield values_of(bench.knowledge, case)
    facts = list(bench.knowledge.asked_facts)
    for _ in range(number // 2):
        start = values_of(bench.knowledge, chance.choice(cases)) if chance.random() < 0.7 else {}
        odd = chance.sample(facts, chance.randrange(1, 6))
        yield {**start, **{name: chance.choice(list(answers(bench.ground, name))) for name in odd}}


def untrue(bench: Bench, search: Search, values: Answers) -> Iterator[str]:
    """What the explanations of one chart say that is not so."""
    outcome = bench.outcome(values)
    yield from _why_is_untrue(bench, search, values, outcome)
    yield from _change_is_untrue(bench, search, values, outcome)


# why


def _why_is_untrue(bench: Bench, search: Search, values: Answers, outcome: Outcome) -> Iterator[str]:
    named = {because.fact: because.value for because in why(bench.knowledge, values, outcome)}
    alone = bench.outcome(named)
    if alone.disposition != outcome.disposition:
        yield f"The facts {_few(named)} alone lead to {alone.disposition}, not {outcome.disposition}."
        return
    rests_on_facts = firm_of(bench, outcome) == outcome.disposition
    for fact in list(named)[:FEW] if rests_on_facts else ():
        without = bench.outcome({name: value for name, value in named.items() if name != fact})
        if firm_of(bench, without) == outcome.disposition == without.disposition:
            yield f"{fact} can be spared from the reasons for {outcome.disposition}."
    if rests_on_facts and search.can(*_escapes(bench, named, alone)):
        yield f"The facts {_few(named)} do not force {outcome.disposition}: other answers lead elsewhere."


def _few(named: Answers) -> str:
    names = list(named)
    return ", ".join(names[:FEW]) + (f" and {len(names) - FEW} more" if len(names) > FEW else "")


def _escapes(bench: Bench, named: Answers, alone: Outcome) -> list[Bit]:
    """Charts with these facts and a milder disposition (where care may begin: another one).

    In them nothing more is confirmed, and no rule fires whose open question is only noted: reasons leave those out.
    """
    meaning = bench.now
    level = bench.strictness(alone.disposition)
    elsewhere = no(meaning.disposition(level))
    if bench.knowledge.dispositions[alone.disposition].offers_care:
        elsewhere = some((elsewhere, meaning.disposition(level + 1)))
    unconfirmed = {
        asked
        for rule in alone.fired
        for node in walk(bench.knowledge.rules[rule].when)
        if isinstance(node, (Confirmed, Known))
        for fact in facts_in(node)
        for asked in bench.knowledge.asked_behind[fact]
        if asked not in bench.knowledge.defaults
    }
    kept = [meaning.chart.is_as(fact, named.get(fact)) for fact in sorted(unconfirmed)]
    policies = [meaning.chart.is_as(name, complete(bench.knowledge, named)[name]) for name in bench.knowledge.defaults]
    compared = {
        name: named.get(name, 0) for name, of in bench.knowledge.compared_facts.items() if named.get(of) is not None
    }
    noted = [
        no(meaning.fires(name))
        for name, form in meaning.forms.items()
        if form.level and not form.settle and alone.rules[name] != "fires"
    ]
    return [meaning.chart.contains({**named, **compared}), elsewhere, *kept, *policies, *noted]


# would change


def _change_is_untrue(bench: Bench, search: Search, values: Answers, outcome: Outcome) -> Iterator[str]:
    changes = would_change(bench.knowledge, values, outcome)
    for change in changes:
        yield from _does_not_change(bench, values, outcome, change)
    smaller = min((len(change.answers) for change in changes), default=MOST_CHANGES + 1) - 1
    if smaller and search.can(*_other_disposition(bench, values, outcome, smaller)):
        yield f"At most {smaller} other answers lead from {outcome.disposition} elsewhere, fewer than were named."


def _does_not_change(bench: Bench, values: Answers, outcome: Outcome, change: Change) -> Iterator[str]:
    then = bench.outcome({**values, **change.answers}).disposition
    if then != change.disposition or then == outcome.disposition:
        yield f"{', '.join(change.answers)} answered otherwise lead to {then}, not {change.disposition}."


def _other_disposition(bench: Bench, values: Answers, outcome: Outcome, most: int) -> list[Bit]:
    """Charts with another disposition that differ from this one in so few answers to questions."""
    meaning = bench.now
    chart = meaning.chart
    given = complete(bench.knowledge, values)
    changed, kept = [], []
    for name in bench.ground.inputs:
        as_it_is = _stays(bench, chart, name, given)
        if name in bench.knowledge.defaults or name in bench.knowledge.compared_facts:
            kept.append(as_it_is)
        else:
            changed.append(no(as_it_is))
            kept.append(some((as_it_is, chart.known(name))))
    level = bench.strictness(outcome.disposition)
    above = meaning.disposition(level + 1) if level + 1 < len(bench.knowledge.ladder) else no(every(()))
    return [*kept, at_most(most, changed), some((no(meaning.disposition(level)), above))]


def _stays(bench: Bench, chart: AnyChart, name: str, given: Values) -> Bit:
    """The fact is as given; a comparison with the past is as given, or 0 where nothing was compared."""
    if name in bench.knowledge.compared_facts:
        return every(chart.value_bits(name, given.get(name) or 0))
    return chart.is_as(name, given.get(name))
