"""The cases that stand beside the rules: each is run, and what came out otherwise is told in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spinepath.engine.chart_file import each_fact, written_in
from spinepath.engine.conditions import Value
from spinepath.engine.entries import Case, Expect, Rule
from spinepath.engine.evaluate import Outcome, evaluate
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.questions import questions
from spinepath.engine.values import read_value


def values_of(knowledge: Knowledge, case: Case) -> dict[str, Value]:
    """The values a case gives, on top of the chart it starts from; everything else is unknown."""
    written = written_in(knowledge, case.start) if case.start else {}
    written.update(each_fact(knowledge, case.given))
    return {name: read_value(knowledge.facts[name], value) for name, value in written.items()}


def differences(knowledge: Knowledge, rule: Rule | None, case: Case) -> tuple[str, ...]:
    """What the case expects and does not get; empty when it holds."""
    values = values_of(knowledge, case)
    return compared(knowledge, values, case.expect, rule)


def compared(
    knowledge: Knowledge, values: dict[str, Value], expect: Expect, rule: Rule | None = None
) -> tuple[str, ...]:
    """Where the outcome for these values departs from what is expected."""
    outcome = evaluate(knowledge, values)
    found = [*_plain(outcome, expect), *_rules(outcome, expect, rule), *_techniques(knowledge, outcome, expect)]
    found += _cautions(knowledge, outcome, expect, rule)
    if expect.ask is not None or expect.not_ask:
        asked = {ask.fact for ask in questions(knowledge, values, outcome)}
        found += [f"does not ask {fact}" for fact in expect.ask or () if fact not in asked]
        found += [f"asks {fact}" for fact in sorted(asked) if expect.ask == ()]
        found += [f"asks {fact}" for fact in expect.not_ask if fact in asked]
    return tuple(found)


def _plain(outcome: Outcome, expect: Expect) -> Iterator[str]:
    for key in ("disposition", "least", "most", "reading"):
        wanted, got = getattr(expect, key), getattr(outcome, key)
        if wanted is not None and wanted != got:
            yield f"{key} is {got}, not {wanted}"
    if expect.hold is not None and expect.hold != outcome.held:
        yield "holds the course" if outcome.held else "does not hold the course"
    for name, value in expect.limit.items():
        if outcome.limits.get(name) != value:
            yield f"limit {name} is {outcome.limits.get(name, 'not set')}, not {value:g}"
    for need in expect.need:
        if need not in outcome.needs:
            yield f"does not need {need}"


def _rules(outcome: Outcome, expect: Expect, rule: Rule | None) -> Iterator[str]:
    wanted = [(name, "fires") for name in expect.fires]
    wanted += [(name, "clear") for name in expect.clear]
    wanted += [(name, "open") for name in expect.open]
    if rule is not None and expect.this_rule is not None:
        wanted.append((rule.id, expect.this_rule))
    for name, status in wanted:
        if outcome.rules[name] != status:
            yield f"{name} is {outcome.rules[name]}, not {status}"


def _techniques(knowledge: Knowledge, outcome: Outcome, expect: Expect) -> Iterator[str]:
    if expect.offers is not None:
        offered = [name for name in outcome.techniques if _is_offered(knowledge, outcome, name)]
        if set(offered) != set(expect.offers):
            yield f"offers by hand {', '.join(offered) or 'nothing'}, not {', '.join(expect.offers) or 'nothing'}"
    for names, status in (
        (expect.offers_also, "offered"),
        (expect.restricts, "restricted"),
        (expect.excludes, "excluded"),
        (expect.undecided, "undecided"),
    ):
        for technique in _members(knowledge, names):
            got = outcome.techniques[technique].status
            if got != status and not (status != "excluded" and got == "excluded" and technique not in names):
                yield f"{technique} is {got}, not {status}"


def _cautions(knowledge: Knowledge, outcome: Outcome, expect: Expect, rule: Rule | None) -> Iterator[str]:
    """Techniques that should stand under a caution of this rule (of any, where no rule is looked at) and do not."""
    for technique in _members(knowledge, expect.cautions):
        because = outcome.techniques[technique].because
        if not (rule.id in because if rule else because):
            yield f"{technique} is not under caution"


def _is_offered(knowledge: Knowledge, outcome: Outcome, technique: str) -> bool:
    return outcome.techniques[technique].status == "offered" and knowledge.is_hands_on(technique)


def _members(knowledge: Knowledge, names: Iterable[str]) -> Iterator[str]:
    """The techniques named, a class standing for all its members."""
    for name in names:
        if name in knowledge.techniques:
            yield name
        else:
            yield from (one for one in knowledge.techniques if knowledge.techniques[one].technique_class == name)
