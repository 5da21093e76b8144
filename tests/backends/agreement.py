"""What a back end must say of a chart, and how to compare: in the evaluator's own words."""

from __future__ import annotations

from collections.abc import Sequence

from spinepath.backends.compiled import Verdict
from spinepath.engine.conditions import Values
from spinepath.engine.evaluate import evaluate, strictest
from spinepath.engine.knowledge import Knowledge


def naive(knowledge: Knowledge, chart: Values) -> Verdict:
    """What the evaluator says, in the form of the back ends."""
    outcome = evaluate(knowledge, chart)
    return Verdict(
        disposition=outcome.disposition,
        least=outcome.least,
        most=outcome.most,
        firm=strictest(knowledge, (knowledge.rules[name] for name in outcome.fired)),
        fired=list(outcome.fired),
        open=list(outcome.open),
        techniques={name: offer.status for name, offer in outcome.techniques.items()},
    )


def assert_same(knowledge: Knowledge, charts: Sequence[Values], found: Sequence[Verdict]) -> None:
    """Each verdict is the evaluator's."""
    expected = [naive(knowledge, chart) for chart in charts]
    assert len(found) == len(expected)
    for chart, ours, theirs in zip(charts, found, expected, strict=True):
        assert differences(ours, theirs) == {}, chart


def differences(found: Verdict, expected: Verdict) -> dict[str, tuple[object, object]]:
    """The parts in which two verdicts differ, each as found and as expected."""
    names = Verdict.__struct_fields__
    pairs = {name: (getattr(found, name), getattr(expected, name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
