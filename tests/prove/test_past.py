"""No law about the past is broken by any record: checked on generated histories, with the engine's own comparison."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from spinepath.engine.findings import Finding, values_at
from spinepath.prove.past import laws, obeys
from tests.prove.desk import real, real_bench

COMPARED = sorted(set(real().compared_facts.values()))
LAWS = list(laws(real(), real_bench().ground.bounds))
END = datetime(2026, 11, 22, 12, tzinfo=UTC)


@given(data=st.data())
@settings(max_examples=300)
def test_every_history_obeys_the_laws(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(COMPARED))
    fact = real().facts[name]
    numbers = st.floats(fact.least or 0, fact.most or 0).map(lambda number: round(number, data.draw(st.integers(0, 1))))
    history = data.draw(st.lists(numbers, min_size=1, max_size=4))
    findings = [
        Finding(fact=name, value=value, at=END - timedelta(days=len(history) - place), source="clinician")
        for place, value in enumerate(history)
    ]
    latest = Finding(fact=name, value=history[-1], at=END, source="clinician")
    values = values_at(real(), [*findings, latest], END)
    assert obeys(LAWS, values), values


def test_there_are_laws_of_every_kind() -> None:
    found = LAWS
    assert any(len(law.given) == 2 for law in found)
    assert {law.holds for law in found} == {True, False}
    assert not obeys(found, {"leg_pain": 5, "leg_pain_fall": 3, "leg_pain_rise": 2})
    assert not obeys(found, {"leg_pain": 5, "leg_pain_fall": 3, "leg_pain_fall_from_worst": 0})
    assert not obeys(found, {"leg_pain": 5, "leg_pain_fall": 0, "leg_pain_fall_percent": 40})
    assert obeys(found, {"leg_pain": 5, "leg_pain_fall": 3, "leg_pain_fall_percent": 37.5})
