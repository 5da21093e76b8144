"""Small mistakes, made on purpose: would anybody notice if a rule said something slightly else?

Every rule is weakened, widened, inverted and dropped, one change at a time. A mutant is caught when a case, a law of
safety or a proof no longer holds. One that nobody catches points to a case that is missing, or to words in a rule that
do nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from spinepath.engine.conditions import And, AtLeast, Compare, Condition, Confirmed, In, Not, Or, Sign
from spinepath.engine.entries import Rule, Then, Word
from spinepath.engine.knowledge import Knowledge

NEVER: Condition = Or(())

_NEIGHBOUR: dict[Sign, Sign] = {">=": ">", ">": ">=", "<=": "<", "<": "<="}


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """One rule with one change. `loosens` when the change can only make advice milder for somebody."""

    rule: Rule
    change: str
    loosens: bool

    @property
    def name(self) -> str:
        """The rule and the change, for example "screen.fever: never fires"."""
        return f"{self.rule.id}: {self.change}"


def mutants(knowledge: Knowledge, rule: Rule) -> Iterator[Mutant]:
    """Every small change of one rule, of its condition first and then of its effects."""
    for condition, change, narrower in _conditions(knowledge, rule.when):
        yield Mutant(rule=msgspec.structs.replace(rule, when=condition), change=change, loosens=narrower)
    for then, change in _effects(knowledge, rule.then):
        yield Mutant(rule=msgspec.structs.replace(rule, then=then), change=change, loosens=True)
    if rule.if_unknown == "settle" and (rule.then.at_least or knowledge.takes_away[rule.id]):
        yield Mutant(
            rule=msgspec.structs.replace(rule, if_unknown="note"),
            change="its open question is passed over",
            loosens=True,
        )


# conditions

Changed = Iterator[tuple[Condition, str, bool]]
"""A changed condition, what was changed, and whether it now holds for fewer charts."""


def _conditions(knowledge: Knowledge, condition: Condition) -> Changed:
    yield NEVER, "never fires", True
    yield Not(condition), "fires where it was clear, and the other way round", False
    yield from _inside(knowledge, condition, positive=True)


def _inside(knowledge: Knowledge, condition: Condition, *, positive: bool) -> Changed:
    """Changes of one node; `positive` tells whether more of this node means more of the rule."""
    match condition:
        case Compare():
            yield from _compared(knowledge, condition, positive)
        case In(fact, words):
            yield from _words(knowledge, fact, words, positive)
        case Not(part):
            for changed, change, narrower in _inside(knowledge, part, positive=not positive):
                yield Not(changed), change, narrower
        case Confirmed(part):
            yield part, f"what is unknown of {_told(part)} counts as open, not as unconfirmed", not positive
            for changed, change, narrower in _inside(knowledge, part, positive=positive):
                yield Confirmed(changed), change, narrower
        case And(parts) | Or(parts):
            yield from _parts(knowledge, condition, parts, positive)
        case AtLeast(number, parts):
            yield _many(number + 1, parts), f"asks for {number + 1} instead of {number}", positive
            yield _many(number - 1, parts), f"asks for {number - 1} instead of {number}", not positive
            for place, part in enumerate(parts):
                rest = (*parts[:place], *parts[place + 1 :])
                yield _many(number, rest), f"no longer counts {_told(part)}", positive


def _parts(knowledge: Knowledge, condition: And | Or, parts: tuple[Condition, ...], positive: bool) -> Changed:
    """Each part left out, and each part changed."""
    kind = type(condition)
    for place, part in enumerate(parts):
        rest = (*parts[:place], *parts[place + 1 :])
        left = rest[0] if len(rest) == 1 else kind(rest)
        yield left, f"without {_told(part)}", positive is (kind is Or)
        for changed, change, narrower in _inside(knowledge, part, positive=positive):
            yield kind((*parts[:place], changed, *parts[place + 1 :])), change, narrower


def _many(number: int, parts: tuple[Condition, ...]) -> Condition:
    return NEVER if number > len(parts) else AtLeast(number, parts)


def _compared(knowledge: Knowledge, condition: Compare, positive: bool) -> Changed:
    """The bound itself let in or shut out, and the bound moved by one step of what the fact can be."""
    fact = knowledge.facts[condition.fact]
    if condition.sign == "=":
        return
    upwards = condition.sign in (">", ">=")
    sign = _NEIGHBOUR[condition.sign]
    told = f"{condition.fact} {sign} {condition.number:g}"
    yield Compare(condition.fact, sign, condition.number), told, positive is (len(sign) == 1)
    for step in (1, -1):
        number = condition.number + step
        if (fact.least is None or number >= fact.least) and (fact.most is None or number <= fact.most):
            narrower = positive is (upwards == (step > 0))
            told = f"{condition.fact} {condition.sign} {number:g}"
            yield Compare(condition.fact, condition.sign, number), told, narrower


def _words(knowledge: Knowledge, fact: str, words: tuple[str, ...], positive: bool) -> Changed:
    for word in words:
        rest = tuple(one for one in words if one != word)
        yield (In(fact, rest) if rest else NEVER), f"{fact} may no longer be {word}", positive
    for word in knowledge.facts[fact].values:
        if word not in words:
            yield In(fact, (*words, word)), f"{fact} may be {word} as well", not positive


def _told(condition: Condition) -> str:
    fact = getattr(condition, "fact", None)
    return str(fact) if fact else f"a part with {type(condition).__name__.lower()}"


# effects


def _effects(knowledge: Knowledge, then: Then) -> Iterator[tuple[Then, str]]:
    """What the rule forbids or limits, weakened; tests it asks for and words it says loosen nothing."""
    if then.at_least:
        place = knowledge.strictness[then.at_least]
        milder = Word(knowledge.ladder[place - 1]) if place > 1 else None
        yield msgspec.structs.replace(then, at_least=milder), f"leads to {milder or 'nothing'}, not {then.at_least}"
    for key in ("exclude", "restrict"):
        names = getattr(then, key)
        for name in names:
            rest = tuple(one for one in names if one != name)
            yield msgspec.structs.replace(then, **{key: rest}), f"no longer has {name} under {key}"
    for name, value in then.limit.items():
        looser = value + 1 if knowledge.limits[name].stricter == "lower" else value - 1
        yield msgspec.structs.replace(then, limit={**then.limit, name: looser}), f"limit {name} is {looser:g}"
    if then.hold:
        yield msgspec.structs.replace(then, hold=False), "no longer holds the course"
