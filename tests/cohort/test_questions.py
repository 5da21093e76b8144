"""Which questions hold rules open: the planes say what a plain reading of the conditions says."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from hypothesis import given

from spinepath.cohort.arrow_planes import unpacked
from spinepath.engine.conditions import And, Compare, Condition, Confirmed, In, Is, Known, Or, parts_of, truth
from spinepath.engine.evaluate import complete
from spinepath.engine.knowledge import Knowledge
from tests.backends.generated import knowledge_bases, several_charts
from tests.backends.test_sql import with_rule
from tests.cohort.verdicts import charts_as_batch, judge_batch
from tests.engine.charts import Chart


def holding_open(knowledge: Knowledge, chart: Chart) -> set[str]:
    """The asked facts that hold a rule open, found by walking down from each rule that is to be settled."""
    values = complete(knowledge, chart)
    rules = (rule for rule in knowledge.rules.values() if rule.if_unknown == "settle")
    return {fact for rule in rules for fact in walked(knowledge, rule.when, values)}


def walked(knowledge: Knowledge, condition: Condition, values: Chart) -> Iterator[str]:
    if truth(condition, values) is not None or isinstance(condition, (Known, Confirmed)):
        return
    if isinstance(condition, (Is, Compare, In)):
        yield from asked(knowledge, condition.fact, values)
    for part in parts_of(condition):
        yield from walked(knowledge, part, values)


def asked(knowledge: Knowledge, fact: str, values: Chart) -> Iterator[str]:
    how = knowledge.facts[fact].worked_out
    if fact in knowledge.compared_facts:
        yield from asked(knowledge, knowledge.compared_facts[fact], values)
    elif how is not None and how.when is not None:
        yield from walked(knowledge, how.when, values)
    elif fact not in knowledge.defaults:
        yield fact


@given(knowledge_bases(), several_charts)
def test_the_planes_say_what_the_conditions_say(knowledge: Knowledge, charts: list[Chart]) -> None:
    results = judge_batch(knowledge, charts_as_batch(knowledge, charts), facts=True)
    planes = {fact: unpacked(results.plane("holds open", fact), len(charts)) for fact in results.questions()}
    for place, chart in enumerate(charts):
        found = {fact for fact, plane in planes.items() if plane[place]}
        assert found == holding_open(knowledge, chart)


def test_a_part_that_is_decided_needs_no_answer() -> None:
    """For somebody young, `age_years >= 70 and fever` is decided: nobody needs to ask about fever because of it."""
    knowledge = with_rule(Or((And((Compare("age_years", ">=", 70), Is("fever"))), Is("numbness"))))
    only = msgspec.structs.replace(knowledge, rules={"screen.fever": knowledge.rules["screen.fever"]})
    charts: list[Chart] = [{}, {"age_years": 20}, {"age_years": 90}, {"numbness": True}]
    results = judge_batch(only, charts_as_batch(only, charts), facts=True)
    planes = {fact: unpacked(results.plane("holds open", fact), len(charts)) for fact in results.questions()}
    found = [{fact for fact, plane in planes.items() if plane[place]} for place in range(len(charts))]
    assert found == [{"age_years", "fever", "numbness"}, {"numbness"}, {"fever", "numbness"}, set()]
