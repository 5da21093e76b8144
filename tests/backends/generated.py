"""Whole knowledge bases that Hypothesis makes up, with charts for them: every kind of node, effect and fact.

Names are chosen to be awkward for a database: words of SQL, points, hyphens. Conditions look at what is known
(`known`, `confirmed`) wherever they like. The checker would refuse that; a back end has to be exact all the same.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

import msgspec
from hypothesis import strategies as st

from spinepath.engine.conditions import And, AtLeast, Compare, Condition, Confirmed, In, Is, Known, Not, Or
from spinepath.engine.content import Disposition
from spinepath.engine.entries import Derivation, Fact, Rule, Says, Then
from spinepath.engine.knowledge import Knowledge
from tests.engine.charts import Chart
from tests.engine.small import small

YES_NO = ("fever", "select", "order", "a-b", "c.d", "on_call")
ON_CALL = {"on_call": "yes", "c.d": "no"}
NUMBERS = {"dose": (None, None), "free": (-5.0, 5.0), "from": (0.0, 100.0)}
CHOICES = {"place": ("left", "right", "null"), "group": ("a-b", "c.d")}
DEFAULTS = {**ON_CALL, "from": "2.5", "group": "c.d"}
COMPARED = {"from.fall.rise": "from.fall", "from.fall": "from", "free-rise": "free"}
THRESHOLDS = (-1.0, 0.0, 0.1, 2.0, 2.5, 5.7, 1e-7, 12345678.9)
AROUND = (*THRESHOLDS, -5, 1, 5, 0.30000000000000004, 100)
FILLING = 61
"""With so many rules before the others, these begin at the last bit of a word."""


def _fact(name: str, **keys: object) -> Fact:
    return Fact(id=name, name=name, state="project", default=DEFAULTS.get(name), **keys)  # type: ignore[arg-type]


GIVEN = {
    **{name: _fact(name) for name in YES_NO},
    **{name: _fact(name, answer="number", least=ends[0], most=ends[1]) for name, ends in NUMBERS.items()},
    **{name: _fact(name, answer="choice", values=dict.fromkeys(words, "")) for name, words in CHOICES.items()},
    **{
        name: _fact(
            name, answer="number", worked_out=Derivation(fall_of=of) if "rise" not in name else Derivation(rise_of=of)
        )
        for name, of in COMPARED.items()
    },
}

# conditions


@cache
def conditions(worked_out: tuple[str, ...] = ()) -> st.SearchStrategy[Condition]:
    """Conditions over the given facts and these worked-out ones."""
    numbers = (*NUMBERS, *COMPARED)
    signs = st.sampled_from(("<", "<=", "=", ">=", ">"))
    words = st.sampled_from(tuple(CHOICES)).flatmap(
        lambda name: st.builds(In, st.just(name), st.lists(st.sampled_from(CHOICES[name]), unique=True).map(tuple))
    )
    plain = st.one_of(
        st.builds(Is, st.sampled_from((*YES_NO, *worked_out))),
        st.builds(Compare, st.sampled_from(numbers), signs, st.sampled_from(THRESHOLDS)),
        words,
    )
    known = st.builds(Known, st.sampled_from((*GIVEN, *worked_out)))
    leaves = st.one_of(plain, plain, st.builds(Confirmed, plain), known)
    return st.recursive(leaves, _deeper, max_leaves=8)


def _deeper(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, max_size=4).map(tuple)
    return st.one_of(
        st.builds(Not, parts),
        st.builds(Confirmed, parts),
        st.builds(And, several),
        st.builds(Or, several),
        several.flatmap(lambda found: st.builds(AtLeast, st.integers(1, len(found) + 1), st.just(found))),
        st.builds(AtLeast, st.just(2), st.lists(parts, min_size=3, max_size=4).map(tuple)),
    )


# knowledge

LEVELS = tuple(small().dispositions)
TECHNIQUES = tuple(small().techniques)
CLASSES = tuple(small().classes)


TARGETS = st.lists(st.sampled_from((*CLASSES, *TECHNIQUES)), max_size=2).map(tuple)
EFFECTS = st.builds(Then, at_least=st.sampled_from((None, *LEVELS)), exclude=TARGETS, restrict=TARGETS, caution=TARGETS)
IF_UNKNOWN = st.sampled_from(("settle", "note"))


def _ladder(barred: list[tuple[str, ...]], caring: int) -> dict[str, Disposition]:
    """The ladder of the small base, with other bars and another end of care."""
    return {
        name: msgspec.structs.replace(level, bars=barred[place], offers_care=place < caring)
        for place, (name, level) in enumerate(small().dispositions.items())
    }


DISPOSITIONS = st.builds(
    _ladder,
    st.lists(st.lists(st.sampled_from(CLASSES), unique=True).map(tuple), min_size=len(LEVELS), max_size=len(LEVELS)),
    st.integers(0, len(LEVELS) - 1),
)


class MadeUp(Knowledge, kw_only=True, dict=True):
    """A knowledge base that shows no more of itself than differs from one to the next."""

    def __repr__(self) -> str:
        derived = {name: fact.worked_out.when for name, fact in self.facts.items() if fact.worked_out}
        lines = [f"{name} is worked out: {when}" for name, when in derived.items() if when is not None]
        lines += [f"{rule.id}: {rule.when} -> {rule.then}, {rule.if_unknown}" for rule in self.rules.values()]
        lines += [f"{level.id}: bars {level.bars}, care {level.offers_care}" for level in self.dispositions.values()]
        return "\n".join(lines)


@st.composite
def knowledge_bases(draw: st.DrawFn) -> Knowledge:
    """A knowledge base of a few rules; now and then of so many that they need more than one word of bits."""
    facts = dict(GIVEN)
    worked_out: tuple[str, ...] = ()
    for place in range(draw(st.integers(0, 3))):
        name = f"worked.out-{place}"
        when = draw(conditions(worked_out))
        if worked_out and draw(st.booleans()):
            when = Or((Is(worked_out[-1]), when))
        facts[name] = _fact(name, worked_out=Derivation(when=when))
        worked_out = (*worked_out, name)
    before = draw(st.sampled_from((0, 0, 0, FILLING)))
    filling = [_rule(place, Is(YES_NO[place % len(YES_NO)]), Then(caution=TECHNIQUES[:1])) for place in range(before)]
    drawn = draw(st.lists(st.tuples(conditions(worked_out), EFFECTS, IF_UNKNOWN), min_size=1, max_size=5))
    rules = filling + [_rule(before + place, *parts) for place, parts in enumerate(drawn)]
    base = {name: getattr(small(), name) for name in Knowledge.__struct_fields__}
    base.update(facts=facts, rules={rule.id: rule for rule in rules}, dispositions=draw(DISPOSITIONS))
    return MadeUp(**base)


def _rule(place: int, when: Condition, then: Then, if_unknown: Literal["settle", "note"] = "settle") -> Rule:
    name = f"rule.{place}"
    return Rule(
        id=name,
        when=when,
        then=then,
        if_unknown=if_unknown,
        says=Says(therapist=f'It\'s `{name}`: a \\ and a "quotation".'),
        since=date(2026, 1, 1),
        state="project",
    )


# charts


def answers_to(fact: Fact) -> tuple[object, ...]:
    """Values of a fact, on both sides of everything that a condition can compare it with."""
    if fact.answer == "choice":
        return tuple(fact.values)
    if fact.answer == "yes_no":
        return (True, False)
    return tuple(
        value
        for value in AROUND
        if (fact.least is None or value >= fact.least) and (fact.most is None or value <= fact.most)
    )


charts: st.SearchStrategy[Chart] = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from((*answers_to(fact), *([] if fact.default else [None]))) for name, fact in GIVEN.items()
    },
)
several_charts = st.lists(charts, min_size=1, max_size=12)
