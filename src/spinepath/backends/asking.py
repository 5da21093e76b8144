"""The next best question, fast enough to be worked out while a page is drawn.

What a rule waits for depends only on how the facts behind it have been answered. So it is worked out once for each way
in which they can be, by the very functions of `engine/questions.py`, and kept; numbers count as the place where
they lie among the bounds of the rules. What is kept belongs to the rules: no patient can be put together from it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import TypeVar

from spinepath.backends.compiled import Compiled
from spinepath.engine import questions as naive
from spinepath.engine import screens
from spinepath.engine.conditions import Value, Values, facts_in
from spinepath.engine.evaluate import complete
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.questions import Ask
from spinepath.engine.screens import Reader, Screen

KEPT = 1 << 12
"""How many results of one kind are kept at most; then they are forgotten and worked out again."""

Place = tuple[float, ...]
"""Where a question stands among the others, the smallest first."""

Key = TypeVar("Key")
Kept = TypeVar("Kept")


class Asking:
    """Asks the questions of one knowledge version, whose rules `compiled` judges."""

    def __init__(self, compiled: Compiled) -> None:
        knowledge = compiled.knowledge
        self.compiled, self.knowledge = compiled, knowledge
        self._sight = _Sight(knowledge)
        self._position = {name: place for place, name in enumerate(knowledge.facts)}
        self._screen_of = {name: screens._screen_of(knowledge, name) for name in knowledge.facts}
        self._reader_of = {name: screens.reader_of(knowledge, name) for name in knowledge.facts}
        self._matters: dict[Hashable, dict[str, bool]] = {}
        self._settling: dict[str, dict[object, _Waiting]] = {name: {} for name in knowledge.rules}
        self._releasing: dict[Hashable, tuple[_Waiting, ...]] = {}
        self._asked = lru_cache(KEPT)(self._ask)

    def questions(self, found: Values) -> tuple[Ask, ...]:
        """The questions of `engine.questions.questions`, in the same order."""
        return tuple(ask for _, ask in sorted(self._placed(found), key=itemgetter(0)))

    def first(self, found: Values) -> Ask | None:
        """The question to ask next; None when nothing unknown can matter any more."""
        placed = self._placed(found)
        return min(placed, key=itemgetter(0))[1] if placed else None

    def next_screen(
        self, found: Values, *, answered: Collection[str] = (), reader: Reader | None = None
    ) -> Screen | None:
        """The screen of `engine.screens.next_screen`."""
        groups: dict[str, list[Ask]] = {}
        for ask in self.questions(found):
            if ask.fact not in answered and reader in (None, self._reader_of[ask.fact]):
                groups.setdefault(self._screen_of[ask.fact], []).append(ask)
        if not groups:
            return None
        first = min(groups.values(), key=lambda asks: screens._order(self.knowledge, asks))[0].fact
        question = self.knowledge.question_of.get(first)
        facts = (first,) if question is None else question.settles
        return Screen(
            question=question.id if question else None,
            facts=tuple(fact for fact in facts if found.get(fact) is None and fact not in answered),
            reader=self._reader_of[first],
            still_to_come=len(groups) - 1,
        )

    def _placed(self, found: Values) -> list[tuple[Place, Ask]]:
        patient = _Patient(self.compiled, self._sight, found)
        if patient.verdict.firm == self.knowledge.ladder[-1]:
            return []
        waiting = [*self._to_settle(patient), *self._to_release(patient)]
        ready = frozenset().union(*(one.at_once for one in waiting))
        rules_for: defaultdict[str, list[str]] = defaultdict(list)
        for one in waiting:
            for fact in one.facts:
                rules_for[fact].append(one.rule)
        return [self._asked(fact, tuple(rules), fact not in ready) for fact, rules in rules_for.items()]

    def _ask(self, fact: str, rules: tuple[str, ...], waits: bool) -> tuple[Place, Ask]:
        ask = naive._ask(self.knowledge, fact, rules, waits)
        return naive._order(self.knowledge, ask, self._position[fact]), ask

    def _to_settle(self, patient: _Patient) -> list[_Waiting]:
        """What the rules wait for that are open and matter."""
        matters = self._mattering(patient)
        seen, getters, settling = patient.seen, self._sight.getters, self._settling
        found = []
        for name in patient.verdict.open:
            if matters[name]:
                key = getters[name](seen)
                waiting = settling[name].get(key)
                if waiting is None:
                    pairs = naive.undecided(self.knowledge, self.knowledge.rules[name].when, patient.values)
                    waiting = _keep(settling[name], key, _Waiting(name, pairs))
                found.append(waiting)
        return found

    def _mattering(self, patient: _Patient) -> dict[str, bool]:
        """Which of the open rules matter as things stand; kept for each set of techniques that are excluded."""
        knowledge, firm = self.knowledge, patient.verdict.firm
        excluded = tuple(name for name, status in patient.verdict.techniques.items() if status == "excluded")
        matters = self._matters.get((firm, excluded))
        if matters is None:
            matters = _keep(self._matters, (firm, excluded), {})
        new = [name for name in patient.verdict.open if name not in matters]
        still_there = naive._still_there(knowledge, patient.verdict.techniques.items()) if new else frozenset()
        for name in new:
            matters[name] = naive._matters(knowledge, knowledge.rules[name], firm, still_there)
        return matters

    def _to_release(self, patient: _Patient) -> tuple[_Waiting, ...]:
        """What could be answered so that the rules that fire would let go."""
        knowledge, firm = self.knowledge, patient.verdict.firm
        deciding = [name for name in patient.verdict.fired if knowledge.rules[name].then.at_least]
        key = (firm, *((name, self._sight.getters[name](patient.seen)) for name in deciding))
        waiting = self._releasing.get(key)
        if waiting is None:
            rules = [knowledge.rules[name] for name in deciding]
            found: dict[str, list[tuple[str, bool]]] = {}
            for name, fact, waits in naive._releasing(knowledge, firm, patient.values, rules):
                found.setdefault(name, []).append((fact, waits))
            waiting = _keep(self._releasing, key, tuple(_Waiting(name, pairs) for name, pairs in found.items()))
        return waiting


class _Waiting:
    """What one rule waits for: the facts, and those of them that wait for no other answer."""

    __slots__ = ("at_once", "facts", "rule")

    def __init__(self, rule: str, pairs: Iterable[tuple[str, bool]]) -> None:
        pairs = tuple(pairs)
        self.rule = rule
        self.facts = tuple(dict.fromkeys(fact for fact, _ in pairs))
        self.at_once = frozenset(fact for fact, waits in pairs if not waits)


class _Patient:
    """One chart while its questions are worked out: what was not kept before is looked up only then."""

    def __init__(self, compiled: Compiled, sight: _Sight, found: Values) -> None:
        self._compiled = compiled
        self._found = found
        self.seen = sight.of(found)
        self.verdict = compiled.evaluate(found)

    @cached_property
    def values(self) -> dict[str, Value]:
        """The chart with everything that is worked out."""
        return complete(self._compiled.knowledge, self._found)


class _Sight:
    """What the rules of one knowledge version can see of a chart."""

    def __init__(self, knowledge: Knowledge) -> None:
        given = (*knowledge.asked_facts, *knowledge.compared_facts)
        self._nothing_found: dict[str, Value] = {**dict.fromkeys(given), **knowledge.defaults}
        self._bounds = [
            (name, knowledge.bounds_of.get(name, ())) for name in given if knowledge.facts[name].answer == "number"
        ]
        self.getters = {name: _getter(knowledge, facts_in(rule.when)) for name, rule in knowledge.rules.items()}

    def of(self, found: Values) -> dict[str, Value]:
        """The chart with each number as its place among the bounds: on the first bound is 1, above it 2."""
        seen = {**self._nothing_found, **found}
        for name, bounds in self._bounds:
            value = seen[name]
            if value is not None:
                seen[name] = bisect_left(bounds, value) + bisect_right(bounds, value)
        return seen


def _getter(knowledge: Knowledge, facts: Iterable[str]) -> Callable[[Mapping[str, Value]], object]:
    """Gets the given facts that decide these, themselves or through what is worked out from them."""
    given: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in knowledge.compared_facts or knowledge.facts[name].worked_out is None:
            given[name] = None
        for basis in knowledge.bases_of(name):
            visit(basis)

    for name in facts:
        visit(name)
    return itemgetter(*given) if given else lambda _: ()


def _keep(kept: dict[Key, Kept], key: Key, what: Kept) -> Kept:
    if len(kept) >= KEPT:
        kept.clear()
    kept[key] = what
    return what
