"""A patient whose answers are left open: every chart there could be, as bits for the solver.

Each fact has a bit for "is known". Yes and no are one bit, a choice is one bit a word, and a number is known by where
it lies among the bounds with which anything compares it: that is all that rules can see of it. Policies are always
known. What is worked out is defined from the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from spinepath.backends.formulas import All, Any, Count, Formula, IsAnswer, IsKnown, IsNumber, IsWord
from spinepath.backends.program import Input, Program, program
from spinepath.engine.conditions import Compare, Condition, Value, walk
from spinepath.engine.entries import Fact
from spinepath.engine.knowledge import Knowledge
from spinepath.prove.past import Bound, Law, laws, reach
from spinepath.prove.solver import TRUE, Bit, Witness, at_least, bit, every, implies, no, same, some

Bounds = dict[str, tuple[float, ...]]


class Ground:
    """What all charts of one knowledge base share: its program, and the bounds at which numbers are told apart.

    `also` are conditions besides those of the rules that will be asked of the charts.
    """

    def __init__(self, knowledge: Knowledge, also: Iterable[Condition] = ()) -> None:
        self.knowledge = knowledge
        self.program: Program = program(knowledge)
        self.inputs: dict[str, Input] = {one.fact: one for one in self.program.inputs}
        self.bounds: Bounds = self._bounds(also)

    def _bounds(self, also: Iterable[Condition]) -> Bounds:
        found = {name: set(numbers) for name, numbers in self.knowledge.bounds_of.items()}
        for condition in also:
            for node in walk(condition):
                if isinstance(node, Compare):
                    found.setdefault(node.fact, set()).add(node.number)
        for name, compared in self.knowledge.compared_facts.items():
            limits = [reach(self.knowledge, name, number) for number in found.get(name, ())]
            found.setdefault(compared, set()).update(limit for limit in limits if limit is not None)
        return {name: tuple(sorted(numbers)) for name, numbers in found.items()}

    @cached_property
    def laws(self) -> dict[str, list[Law]]:
        """What numbers compared with their past cannot be all at once, by the number that is compared."""
        by_number: dict[str, list[Law]] = {}
        for law in laws(self.knowledge, self.bounds):
            by_number.setdefault(self.knowledge.compared_facts[law.given[0].fact], []).append(law)
        return by_number


class AnyChart:
    """Every chart there could be. `sound` are the bits that hold in all of them; they must be given to a search.

    With `like` it has the same answers as another open chart, but for the facts in `but`.
    """

    def __init__(self, ground: Ground, name: str, like: AnyChart | None = None, but: Collection[str] = ()) -> None:
        self.ground = ground
        self.name = name
        self.like = like
        self.but = frozenset((*but, *(one for one, of in ground.knowledge.compared_facts.items() if of in but)))
        self._shared = frozenset(ground.knowledge.facts) - self.but if like is not None else frozenset()
        self._shared -= {name for fact in self.but for name in ground.knowledge.worked_out_from[fact]}
        self._definitions = {one.fact: one for one in ground.program.definitions}
        self._defined: dict[str, tuple[Bit, Bit]] = {}
        self._bits: dict[Formula, Bit] = {}

    def _whose(self, fact: str) -> str:
        return self.name if self.like is None or fact in self.but else self.like._whose(fact)

    # what can be asked

    def known(self, fact: str) -> Bit:
        """The fact has an answer."""
        if fact in self._definitions:
            return some(self._worked_out(fact))
        given = self.ground.inputs[fact]
        if given.default is not None:
            return TRUE
        return self.known(given.compares) if given.compares else bit(f"{self._whose(fact)} knows {fact}")

    def says_yes(self, fact: str) -> Bit:
        """The answer to a yes/no fact is yes, where it is known."""
        return bit(f"{self._whose(fact)} {fact}")

    def says(self, fact: str, word: str) -> Bit:
        """The answer to a choice is this word, where it is known."""
        return bit(f"{self._whose(fact)} {fact} = {word}")

    def reaches(self, fact: str, bound: float) -> Bit:
        """The number is at least the bound, where it is known."""
        return bit(f"{self._whose(fact)} {fact} >= {bound:g}")

    def passes(self, fact: str, bound: float) -> Bit:
        """The number is more than the bound, where it is known."""
        return bit(f"{self._whose(fact)} {fact} > {bound:g}")

    def bit_of(self, formula: Formula) -> Bit:
        """The bit that is true exactly in the charts for which the formula holds."""
        match formula:
            case All(parts):
                return every([self.bit_of(part) for part in parts])
            case Any(parts):
                return some([self.bit_of(part) for part in parts])
            case Count(number, parts):
                return at_least(number, [self.bit_of(part) for part in parts])
        if self.like is not None and formula.fact in self._shared:
            return self.like.bit_of(formula)
        found = self._bits.get(formula)
        if found is None:
            found = self._bits[formula] = self._atom(formula)
        return found

    def _atom(self, atom: IsKnown | IsAnswer | IsNumber | IsWord) -> Bit:
        known = self.known(atom.fact)
        if isinstance(atom, IsKnown):
            return known if atom.known else no(known)
        if atom.fact in self._definitions and isinstance(atom, IsAnswer):
            found = self._worked_out(atom.fact)[0 if atom.yes else 1]
            return some((found, no(known))) if atom.or_unknown else found
        found = self._value(atom)
        return some((found, no(known))) if atom.or_unknown else every((found, known))

    def _worked_out(self, fact: str) -> tuple[Bit, Bit]:
        """When a worked-out fact is yes, and when it is no."""
        if self.like is not None and fact in self._shared:
            return self.like._worked_out(fact)
        if fact not in self._defined:
            how = self._definitions[fact]
            self._defined[fact] = (self.bit_of(how.yes), self.bit_of(how.no))
        return self._defined[fact]

    def _value(self, atom: IsAnswer | IsNumber | IsWord) -> Bit:
        if isinstance(atom, IsAnswer):
            return self.says_yes(atom.fact) if atom.yes else no(self.says_yes(atom.fact))
        if isinstance(atom, IsWord):
            return some([self.says(atom.fact, word) for word in atom.words])
        reached, passed = self.reaches(atom.fact, atom.number), self.passes(atom.fact, atom.number)
        if atom.sign in ("=", "!="):
            exactly = every((reached, no(passed)))
            return exactly if atom.sign == "=" else no(exactly)
        return {">=": reached, ">": passed, "<": no(reached), "<=": no(passed)}[atom.sign]

    # what makes it a chart

    @cached_property
    def sound(self) -> tuple[Bit, ...]:
        """One word for each choice, numbers in order and inside their range, and no past that cannot have been."""
        own = [given for name, given in self.ground.inputs.items() if self.like is None or name in self.but]
        return tuple(one for given in own for one in self._sound(given))

    def _sound(self, given: Input) -> Iterator[Bit]:
        if given.kind == "choice":
            words = [self.says(given.fact, word) for word in given.words]
            yield some(words)
            yield from (no(every((one, two))) for place, one in enumerate(words) for two in words[:place])
        if given.kind == "number":
            yield from self._in_order(self.ground.knowledge.facts[given.fact])
        for law in self.ground.laws.get(given.fact, ()):
            then = self._bound(law.then)
            yield implies(every([self._bound(one) for one in law.given]), then if law.holds else no(then))

    def _bound(self, bound: Bound) -> Bit:
        return (self.passes if bound.passed else self.reaches)(bound.fact, bound.number)

    def _in_order(self, fact: Fact) -> Iterator[Bit]:
        before = TRUE
        for bound in self.ground.bounds.get(fact.id, ()):
            reached, passed = self.reaches(fact.id, bound), self.passes(fact.id, bound)
            yield implies(reached, before)
            yield implies(passed, reached)
            before = passed
            if fact.least is not None and fact.least >= bound:
                yield passed if fact.least > bound else reached
            if fact.most is not None and fact.most <= bound:
                yield no(reached) if fact.most < bound else no(passed)

    # from and to plain values

    def is_as(self, fact: str, value: Value) -> Bit:
        """The fact has exactly this value, or lies where this number lies; None is unknown."""
        known = self.known(fact)
        return no(known) if value is None else every((known, *self.value_bits(fact, value)))

    def value_bits(self, fact: str, value: Value) -> Iterator[Bit]:
        """What the value would be, if it were known."""
        given = self.ground.inputs[fact]
        if given.kind == "yes_no":
            yield self.says_yes(fact) if value else no(self.says_yes(fact))
        elif given.kind == "choice":
            yield self.says(fact, str(value))
        else:
            number = float(value or 0)
            for bound in self.ground.bounds.get(fact, ()):
                yield self.reaches(fact, bound) if number >= bound else no(self.reaches(fact, bound))
                yield self.passes(fact, bound) if number > bound else no(self.passes(fact, bound))

    def contains(self, values: Mapping[str, Value]) -> Bit:
        """Everything that is known in `values` is so here; the rest may be anything."""
        inputs = self.ground.inputs
        return every(
            [self.is_as(name, value) for name, value in values.items() if name in inputs and value is not None]
        )

    @cached_property
    def complete(self) -> Bit:
        """Every fact has an answer."""
        return every([self.known(name) for name in self.ground.inputs])

    def values(self, witness: Witness) -> dict[str, Value]:
        """The answers that one way of the solver stands for, a number by one that lies where it should."""
        return {name: self._read(name, witness) for name in self.ground.inputs if witness(self.known(name))}

    def _read(self, fact: str, witness: Witness) -> Value:
        given = self.ground.inputs[fact]
        if given.kind == "yes_no":
            return witness(self.says_yes(fact))
        if given.kind == "choice":
            return next(word for word in given.words if witness(self.says(fact, word)))
        return self._number(self.ground.knowledge.facts[fact], witness)

    def _number(self, fact: Fact, witness: Witness) -> float:
        """A number where the bits say, whole where it can be."""
        low: float | None = None
        for bound in self.ground.bounds.get(fact.id, ()):
            if not witness(self.reaches(fact.id, bound)):
                return _between(fact.least, low, bound, open_end=True)
            if not witness(self.passes(fact.id, bound)):
                return _plain(bound)
            low = bound
        return _between(fact.least, low, fact.most, open_end=False)


def _between(least: float | None, above: float | None, high: float | None, *, open_end: bool) -> float:
    """A number from `least` and above `above`, up to `high` (below it, where the end is open)."""
    if above is None or (least is not None and least > above):
        return _plain(least if least is not None else (high or 0) - 1)
    whole = float(int(above) + 1 if above >= 0 else -int(-above))
    whole = whole if whole > above else whole + 1
    if high is None or whole < high or (whole == high and not open_end):
        return _plain(whole)
    return round((above + high) / 2, 2) if open_end else _plain(high)


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def equal(one: AnyChart, other: AnyChart, fact: str) -> Bit:
    """Both charts say the same of this fact, or both do not know it."""
    pairs = zip(answer_bits(one, fact), answer_bits(other, fact), strict=True)
    return every([same(one.known(fact), other.known(fact)), *(same(here, there) for here, there in pairs)])


def answer_bits(chart: AnyChart, fact: str) -> list[Bit]:
    """The bits that together tell the answer to a fact."""
    given = chart.ground.inputs[fact]
    if given.kind == "yes_no":
        return [chart.says_yes(fact)]
    if given.kind == "choice":
        return [chart.says(fact, word) for word in given.words]
    bounds = chart.ground.bounds.get(fact, ())
    return [chart.reaches(fact, bound) for bound in bounds] + [chart.passes(fact, bound) for bound in bounds]
