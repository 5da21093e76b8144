"""Everything that `engine/evaluate.py` does, as one flat program that a back end can write in its own language.

A back end reads the inputs, works out the definitions in order, decides each rule by its formulas, and gathers levels
and techniques from the rules. Nothing of the knowledge base is looked up while it runs.
"""

from __future__ import annotations

import msgspec

from spinepath.backends.formulas import Formula, formula
from spinepath.engine.conditions import Value
from spinepath.engine.entries import Rule
from spinepath.engine.knowledge import Knowledge


class Input(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that is given. `default` counts where it is unknown.

    A number that `compares` another with its earlier findings is unknown where that one is, and else 0 where nothing
    is given. A choice has `words`.
    """

    fact: str
    kind: str
    words: tuple[str, ...] = ()
    default: Value = None
    compares: str | None = None


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """A worked-out yes/no fact: when it is yes, and when it is no; where neither holds it is unknown."""

    fact: str
    yes: Formula
    no: Formula


class RuleForm(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: it `fires`, is `clear`, or else is open.

    `certain` and `impossible` say the same of every way in which the unknown facts could still be answered; they
    differ from `fires` and `clear` only where the rule looks at what is known.
    """

    rule: str
    level: str | None
    settle: bool
    fires: Formula
    clear: Formula
    certain: Formula
    impossible: Formula


class TechniqueForm(msgspec.Struct, frozen=True, kw_only=True):
    """One technique: the rules and dispositions that decide its status, the first that has a reason counting.

    It is excluded when the disposition that the fired rules ask for is among `barred_at`, or a rule of `excluded_by`
    fires; undecided when a rule of `waits_for` is open; restricted when one of `restricted_by` fires. Otherwise it is
    offered, with the fired rules of `cautioned_by` as its reasons.
    """

    technique: str
    barred_at: tuple[str, ...]
    excluded_by: tuple[str, ...]
    waits_for: tuple[str, ...]
    restricted_by: tuple[str, ...]
    cautioned_by: tuple[str, ...]


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one knowledge version, ready to be written in another language.

    The disposition is the strictest level of the rules that fire, and at least `when_open` while a rule that has a
    level and is to be settled is open. Levels are named in `ladder`, mildest first.
    """

    version: str
    ladder: tuple[str, ...]
    when_open: str
    inputs: tuple[Input, ...]
    definitions: tuple[Definition, ...]
    rules: tuple[RuleForm, ...]
    techniques: tuple[TechniqueForm, ...]


def program(knowledge: Knowledge) -> Program:
    """The program of a sound knowledge base. An input stands after the one that it compares."""
    compared = (name for name in knowledge.worked_out_order if name in knowledge.compared_facts)
    return Program(
        version=knowledge.version,
        ladder=knowledge.ladder,
        when_open=knowledge.mildest_without_care,
        inputs=tuple(_input(knowledge, name) for name in (*knowledge.asked_facts, *compared)),
        definitions=tuple(
            Definition(
                fact=name,
                yes=formula(knowledge, how.when, True),
                no=formula(knowledge, how.when, False),
            )
            for name in knowledge.worked_out_order
            if (how := knowledge.facts[name].worked_out) is not None and how.when is not None
        ),
        rules=tuple(_rule(knowledge, rule) for rule in knowledge.rules.values()),
        techniques=tuple(_technique(knowledge, name) for name in knowledge.techniques),
    )


def _input(knowledge: Knowledge, name: str) -> Input:
    fact = knowledge.facts[name]
    return Input(
        fact=name,
        kind=fact.answer,
        words=tuple(fact.values),
        default=knowledge.defaults.get(name),
        compares=knowledge.compared_facts.get(name),
    )


def _rule(knowledge: Knowledge, rule: Rule) -> RuleForm:
    settled = rule.id in knowledge.asking
    return RuleForm(
        rule=rule.id,
        level=rule.then.at_least,
        settle=rule.if_unknown == "settle",
        fires=formula(knowledge, rule.when, True),
        clear=formula(knowledge, rule.when, False),
        certain=formula(knowledge, rule.when, True, settled=settled),
        impossible=formula(knowledge, rule.when, False, settled=settled),
    )


def _technique(knowledge: Knowledge, name: str) -> TechniqueForm:
    names = knowledge.names_of[name]
    hands_on = knowledge.is_hands_on(name)
    rules = knowledge.rules.values()
    return TechniqueForm(
        technique=name,
        barred_at=tuple(level for level in knowledge.ladder if names & set(knowledge.dispositions[level].bars)),
        excluded_by=tuple(rule.id for rule in rules if names & set(rule.then.exclude)),
        waits_for=tuple(
            rule.id
            for rule in rules
            if rule.if_unknown == "settle"
            and ((hands_on and rule.then.at_least) or names & knowledge.takes_away[rule.id])
        ),
        restricted_by=tuple(rule.id for rule in rules if names & set(rule.then.restrict)),
        cautioned_by=tuple(rule.id for rule in rules if names & set(rule.then.caution)),
    )
