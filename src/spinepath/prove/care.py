"""Every chart leads somewhere: to one disposition, and where care begins, to something worth having."""

from __future__ import annotations

from spinepath.prove.bench import Bench, Finding
from spinepath.prove.patients import Answers, Complaint
from spinepath.prove.solver import TRUE, every, no, some
from spinepath.prove.statements import Obligation


def one_disposition(bench: Bench, obligation: Obligation) -> Finding:
    """Exactly one disposition for every chart, within its bounds, or held back by questions that are open."""
    meaning = bench.now
    ladder = bench.knowledge.ladder
    reached = [meaning.disposition(level) for level in range(len(ladder))] + [no(TRUE)]
    exactly = [every((reached[level], no(reached[level + 1]))) for level in range(len(ladder))]
    floor = bench.strictness(bench.knowledge.mildest_without_care)
    none = every(no(one) for one in exactly)
    two = some(every((one, other)) for place, one in enumerate(exactly) for other in exactly[:place])
    below = some(every((meaning.least(level), no(reached[level]))) for level in range(1, len(ladder)))
    above = some(every((reached[level], no(meaning.most(level)))) for level in range(floor + 1, len(ladder)))
    crossed = some(every((meaning.least(level), no(meaning.most(level)))) for level in range(1, len(ladder)))
    witness = bench.search(obligation).find(some((none, two, below, above, crossed)))
    if witness is None:
        return Finding(notes=("By the shape of the rules: the strictest that is asked for, or the mildest there is.",))
    return Finding(patients=(bench.patient(meaning.chart.values(witness), _out_of_bounds(bench)),))


def _out_of_bounds(bench: Bench) -> Complaint:
    def complaint(_: Answers, values: Answers) -> str | None:
        outcome = bench.outcome(values)
        least, now, most = (bench.strictness(name) for name in (outcome.least, outcome.disposition, outcome.most))
        floor = bench.strictness(bench.knowledge.mildest_without_care)
        if least <= now <= max(most, floor) and least <= most:
            return None
        return f"The disposition {outcome.disposition} lies outside [{outcome.least}, {outcome.most}]."

    return complaint


def some_care(bench: Bench, obligation: Obligation) -> Finding:
    """Where everything is answered and care may begin, a technique that helps enters the plan."""
    meaning = bench.now
    useful = [name for name, entry in bench.knowledge.techniques.items() if entry.offer in obligation.offers]
    witness = bench.search(obligation).find(
        meaning.chart.complete, meaning.care, every(no(meaning.offered(name)) for name in useful)
    )
    if witness is None:
        alternatives = len(bench.knowledge.alternatives)
        return Finding(notes=(f"One of {', '.join(useful)}; beside it always the {alternatives} alternatives.",))

    def complaint(_: Answers, values: Answers) -> str | None:
        outcome = bench.outcome(values)
        care = bench.knowledge.dispositions[outcome.disposition].offers_care
        if not care or any(outcome.techniques[name].status == "offered" for name in useful):
            return None
        return f"The disposition is {outcome.disposition}, and none of {', '.join(useful)} is offered."

    return Finding(patients=(bench.patient(meaning.chart.values(witness), complaint),))
