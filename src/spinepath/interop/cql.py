"""The whole rule base as one CQL library, for systems that run Clinical Quality Language.

CQL has the same three truth values as our rules, so each condition stands in it as its author wrote it: a rule is true
where it fires, false where it is clear and null where it is open. Facts are parameters, and nothing but the System
model is needed. Where CQL means something else than it seems to, another form is written:

* `null in {…}` is false in CQL: a choice is compared word by word, and unknown where it is not known;
* `not` binds tighter than a comparison, and `or` is no weaker than `xor`: every part stands in brackets;
* `case` and `if` take null for false, and `Count` skips nulls: tests end in `is true`, `is null` or `is not false`.

A parameter that is left out is no null in every engine: pass null for each fact that is unknown. A policy of the clinic
that is null has its default. Values that a fact cannot have (a number outside its range, a word outside its choice) are
for the sender to refuse.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from spinepath.backends.charts import refuse
from spinepath.engine.conditions import (
    And,
    AtLeast,
    Compare,
    Condition,
    Confirmed,
    In,
    Is,
    Known,
    Not,
    Or,
    Value,
    walk,
)
from spinepath.engine.entries import Rule
from spinepath.engine.knowledge import Knowledge

LIBRARY = "Spinepath"

_TYPES = {"yes_no": "Boolean", "number": "Decimal", "choice": "String"}
_DIGITS_BEFORE_POINT, _DIGITS_AFTER_POINT = 20, 8

_AT_LEAST = """\
define function "At least"(number Integer, parts List<Boolean>):
  if Count(parts P where P is true return all 1) >= number then true
  else if Count(parts P where P is not false return all 1) >= number then null
  else false"""


def cql(knowledge: Knowledge) -> str:
    """The library. Raises Refused, naming the fact or rule, where CQL cannot say exactly what the rules say.

    Its definitions: each rule by its id; `Disposition`, `Least` and `Most`; each technique by its id, with its status
    (offered, restricted, excluded, undecided); `Fired` and `Open`, the ids of these rules. Definitions whose name has a
    space are steps on the way.
    """
    refuse(list(_problems(knowledge)))
    return "\n\n".join(_Library(knowledge).parts()) + "\n"


def parameters(knowledge: Knowledge) -> dict[str, str]:
    """The parameters of the library, each with its type: Boolean, Decimal or String. All must be passed."""
    return {name: _TYPES[knowledge.facts[name].answer] for name in (*knowledge.asked_facts, *knowledge.compared_facts)}


def _problems(knowledge: Knowledge) -> Iterator[str]:
    conditions = [(name, rule.when) for name, rule in knowledge.rules.items()]
    for name in knowledge.worked_out_order:
        how = knowledge.facts[name].worked_out
        if how is not None and how.when is not None:
            conditions.append((name, how.when))
    for name, condition in conditions:
        for node in walk(condition):
            if isinstance(node, Compare) and not _is_decimal(node.number):
                yield (
                    f"{name}: it compares {node.fact} with {node.number!r}, "
                    f"but CQL has {_DIGITS_BEFORE_POINT} digits before the point and {_DIGITS_AFTER_POINT} after it."
                )


def _is_decimal(number: float) -> bool:
    """Can CQL hold this number without rounding it?"""
    if not math.isfinite(number):
        return False
    exact = Decimal(repr(float(number)))
    exponent = exact.as_tuple().exponent
    return exact.adjusted() < _DIGITS_BEFORE_POINT and isinstance(exponent, int) and -exponent <= _DIGITS_AFTER_POINT


class _Library:
    """Writes the library of one knowledge version, part by part."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.rules = tuple(knowledge.rules.values())
        # facts that count otherwise than they are given: policies with a default, numbers beside what they compare
        self.counted = knowledge.defaults.keys() | knowledge.compared_facts.keys()

    def parts(self) -> Iterator[str]:
        yield "// Unknown is null. Pass every parameter: one that is left out is no null in every engine."
        yield f"library {LIBRARY} version {_text(self.knowledge.version)}"
        yield "\n".join(f"parameter {_name(fact)} {kind}" for fact, kind in parameters(self.knowledge).items())
        yield _AT_LEAST
        yield from self._facts()
        for rule in self.rules:
            yield from self._rule(rule)
        yield from self._levels()
        yield from self._targets()
        yield from (self._technique(name) for name in self.knowledge.techniques)
        yield from self._lists()

    # facts

    def _facts(self) -> Iterator[str]:
        for name, default in self.knowledge.defaults.items():
            yield _define(_as_it_counts(name), f"Coalesce({_name(name)}, {_literal(default)})")
        for name in self.knowledge.worked_out_order:
            how = self.knowledge.facts[name].worked_out
            if how is not None and how.when is not None:
                yield _define(name, self.condition(how.when))
            else:
                compared = self._fact(self.knowledge.compared_facts[name])
                yield _define(_as_it_counts(name), f"if {compared} is null then null else Coalesce({_name(name)}, 0.0)")

    def _fact(self, name: str) -> str:
        return _name(_as_it_counts(name) if name in self.counted else name)

    # conditions

    def condition(self, condition: Condition, *, settled: bool = False) -> str:
        """The condition in CQL; with `settled` it asks of every way in which the unknown facts can be answered."""

        def of(part: Condition) -> str:
            return self.condition(part, settled=settled)

        match condition:
            case Is(fact):
                return self._fact(fact)
            case Compare(fact, sign, number):
                return f"({self._fact(fact)} {sign} {_literal(number)})"
            case In(fact, words):
                return self._one_of(fact, words)
            case Known(fact):
                return "true" if settled else f"({self._fact(fact)} is not null)"
            case Confirmed(part):
                return of(part) if settled else f"({of(part)} is true)"
            case Not(part):
                return f"(not {of(part)})"
            case And(parts):
                return _joined(" and ", [of(part) for part in parts], "true")
            case Or(parts):
                return _joined(" or ", [of(part) for part in parts], "false")
            case AtLeast(number, parts):
                return f'"At least"({number}, {{{", ".join(of(part) for part in parts)}}})'
        raise TypeError(f"not a condition: {condition!r}")

    def _one_of(self, fact: str, words: Sequence[str]) -> str:
        name = self._fact(fact)
        never = f"({name} != {name})"  # null where the fact is unknown, else false
        return _joined(" or ", [f"({name} = {_text(word)})" for word in words], never)

    # rules

    def _rule(self, rule: Rule) -> Iterator[str]:
        yield f"// {_one_line(rule.says.therapist)}\n{_define(rule.id, self.condition(rule.when))}"
        if rule.then.at_least and rule.id in self.knowledge.asking:
            yield _define(_in_the_end(rule.id), self.condition(rule.when, settled=True))

    def _end(self, rule: Rule) -> str:
        return _name(_in_the_end(rule.id) if rule.id in self.knowledge.asking else rule.id)

    # dispositions

    def _levels(self) -> Iterator[str]:
        ladder = self.knowledge.ladder[::-1]
        for level in ladder:
            rules = [rule for rule in self.rules if rule.then.at_least == level]
            ends = [self._end(rule) for rule in rules]
            yield _define(f"{level} fires", _any_of(f"{_name(rule.id)} is true" for rule in rules))
            yield _define(f"{level} is certain", _any_of(f"{end} is true" for end in ends))
            yield _define(f"{level} is possible", _any_of(f"{end} is not false" for end in ends))
        waiting = [rule for rule in self.rules if rule.then.at_least and rule.if_unknown == "settle"]
        yield _define("danger is open", _any_of(f"{_name(rule.id)} is null" for rule in waiting))
        mildest = _text(self.knowledge.ladder[0])
        yield _define("Disposition", _first_of(self._acting(ladder), mildest))
        yield _define("Least", _first_of(((_name(f"{level} is certain"), _text(level)) for level in ladder), mildest))
        yield _define("Most", _first_of(((_name(f"{level} is possible"), _text(level)) for level in ladder), mildest))
        fired = ((_name(f"{level} fires"), _text(level)) for level in ladder)
        yield _define("firm disposition", _first_of(fired, "null"))

    def _acting(self, ladder: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Unanswered questions about danger alone already forbid treatment by hand."""
        for level in ladder:
            if level == self.knowledge.mildest_without_care:
                yield _name("danger is open"), _text(level)
            yield _name(f"{level} fires"), _text(level)

    # techniques

    def _targets(self) -> Iterator[str]:
        """For each technique and class: do the disposition or rules exclude it, and which others may take it away?"""
        used = {name for names in self.knowledge.names_of.values() for name in names}
        for target in (name for name in (*self.knowledge.classes, *self.knowledge.techniques) if name in used):
            barring = [level for level in self.knowledge.ladder if target in self.knowledge.dispositions[level].bars]
            bars = [f'"firm disposition" = {_text(level)}' for level in barring]
            excluding = [f"{_name(rule.id)} is true" for rule in self.rules if target in rule.then.exclude]
            restricting = [f"{_name(rule.id)} is true" for rule in self.rules if target in rule.then.restrict]
            yield _define(f"{target} is excluded", _any_of((*bars, *excluding)))
            yield _define(f"{target} is restricted", _any_of(restricting))
            yield _define(f"{target} is undecided", _any_of(f"{_name(name)} is null" for name in self._taking(target)))

    def _taking(self, target: str) -> list[str]:
        """The rules to be settled that can take the technique or class away."""
        return [
            rule.id
            for rule in self.rules
            if rule.if_unknown == "settle" and target in self.knowledge.takes_away[rule.id]
        ]

    def _technique(self, name: str) -> str:
        """The status by the first reason that counts, over all names under which the technique can be taken away."""
        names = sorted(self.knowledge.names_of[name])

        def some(status: str) -> list[str]:
            return [_name(f"{target} is {status}") for target in names]

        danger = [_name("danger is open")] if self.knowledge.is_hands_on(name) else []
        choices = [
            (_any_of(some("excluded")), "'excluded'"),
            (_any_of([*danger, *some("undecided")]), "'undecided'"),
            (_any_of(some("restricted")), "'restricted'"),
        ]
        return _define(name, _first_of(choices, "'offered'"))

    def _lists(self) -> Iterator[str]:
        statuses = ",\n  ".join(f"Tuple {{ rule: {_text(rule.id)}, found: {_name(rule.id)} }}" for rule in self.rules)
        yield _define("rule statuses", f"{{\n  {statuses}\n  }}")
        yield _define("Fired", '"rule statuses" S where S.found is true return all S.rule')
        yield _define("Open", '"rule statuses" S where S.found is null return all S.rule')


def _as_it_counts(fact: str) -> str:
    return f"{fact} as it counts"


def _in_the_end(rule: str) -> str:
    return f"{rule} in the end"


def _define(name: str, expression: str) -> str:
    return f"define {_name(name)}:\n  {expression}"


def _any_of(tests: Iterable[str]) -> str:
    """Is one of these true? Nulls do not count, so the answer is never null."""
    listed = ", ".join(tests)
    return f"AnyTrue({{{listed}}})" if listed else "false"


def _first_of(choices: Iterable[tuple[str, str]], otherwise: str) -> str:
    return "\n  ".join([*(f"if {test} then {result} else" for test, result in choices), otherwise])


def _joined(word: str, parts: Sequence[str], empty: str) -> str:
    return f"({word.join(parts)})" if len(parts) > 1 else parts[0] if parts else empty


def _literal(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    digits = f"{Decimal(repr(float(value or 0))):f}"
    return digits if "." in digits else f"{digits}.0"  # without a point it would be an Integer


def _name(name: str) -> str:
    """A name of our own; double quotes make names in CQL."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(text: str) -> str:
    """A piece of text; single quotes make text in CQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _one_line(text: str) -> str:
    return " ".join(text.split())
