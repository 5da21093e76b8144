"""The whole program as one circuit: rules, levels, and the status of every technique.

A row of levels is kept as a staircase: one plane for each disposition but the mildest, which holds where the level is
at least that strict. The status of a technique is kept as two planes, the bits of its place in `STATUSES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from spinepath.backends.formulas import Atom, IsAnswer, IsNumber, IsWord, Sign, atoms_in
from spinepath.backends.program import Program, RuleForm, TechniqueForm
from spinepath.cohort.circuit import NO, Circuit, Literal
from spinepath.cohort.sight import Sight

STATUSES = ("offered", "restricted", "undecided", "excluded")
"""Each status by its number; a technique has the last that has a reason."""

LEVELS = ("disposition", "least", "most")

Name = tuple[str, ...]
"""What a plane says: for example ("fires", a rule) or ("known", a fact)."""


_AT_LEAST: dict[Sign, Sign] = {"<": ">=", "<=": ">", "!=": "=", ">=": ">=", ">": ">", "=": "="}


def atoms_in_program(program: Program) -> Iterator[Atom]:
    """Every question that a rule or a worked-out fact asks of a fact."""
    for one in program.definitions:
        yield from chain(atoms_in(one.yes), atoms_in(one.no))
    for rule in program.rules:
        for form in (rule.fires, rule.clear, rule.certain, rule.impossible):
            yield from atoms_in(form)


class Net:
    """The literals of everything that is wanted of a program, by name."""

    def __init__(self, program: Program, sight: Sight) -> None:
        self.program = program
        self.sight = sight
        self.circuit: Circuit = sight.circuit
        self.fires = {rule.rule: sight.of(rule.fires) for rule in program.rules}
        self.clear = {rule.rule: sight.of(rule.clear) for rule in program.rules}
        self._decided = {name: self.circuit.some((self.fires[name], self.clear[name])) for name in self.fires}

    def wanted(self) -> dict[Name, Literal]:
        """Every plane of the results: what `Results` reads."""
        found: dict[Name, Literal] = {}
        for rule in self.fires:
            found["fires", rule] = self.fires[rule]
            found["clear", rule] = self.clear[rule]
        firm = self._staircase(lambda rule: self.fires[rule.rule])
        *waiting, unsettled = self._waiting()
        for name, steps in zip(LEVELS, (self._disposition(firm, unsettled), *self._bounds()), strict=True):
            found |= {(name, level): step for level, step in list(zip(self.program.ladder, steps, strict=True))[1:]}
        for technique, (low, high) in self._statuses(firm, waiting).items():
            found["status", technique, "low"] = low
            found["status", technique, "high"] = high
        return found

    def facts(self) -> dict[Name, Literal]:
        """What the rules can see of the facts: each answer, each word, and each bound of a number."""
        found: dict[Name, Literal] = {}
        for atom in dict.fromkeys(atoms_in_program(self.program)):
            match atom:
                case IsAnswer(fact):
                    found["yes", fact] = self.sight.answer(fact, True)
                    found["no", fact] = self.sight.answer(fact, False)
                case IsWord(fact, words, others):
                    for word in (*words, *others):
                        found["is", fact, word] = self.sight.word(fact, word)
                case IsNumber(fact, sign, number):
                    seen = IsNumber(fact, _AT_LEAST[sign], number)
                    found["known", fact] = self.sight.known(fact)
                    found["is", fact, f"{seen.sign} {number:g}"] = self.sight.of(seen)
        return found

    # levels

    def _staircase(self, holds: Callable[[RuleForm], Literal]) -> list[Literal]:
        """For each level: is there a rule, at this level or a stricter one, for which it holds?"""
        steps, above = [], NO
        for level in reversed(self.program.ladder):
            at_level = [holds(rule) for rule in self.program.rules if rule.level == level]
            above = self.circuit.some((above, self.circuit.some(at_level)))
            steps.append(above)
        return steps[::-1]

    def _bounds(self) -> tuple[list[Literal], list[Literal]]:
        of = self.sight.of
        return self._staircase(lambda rule: of(rule.certain)), self._staircase(lambda rule: of(rule.impossible) ^ 1)

    def _disposition(self, firm: list[Literal], unsettled: Literal) -> list[Literal]:
        """As strict as what fires, and at least as strict as `when_open` while a level is to be settled."""
        reached = self.program.ladder.index(self.program.when_open)
        return [self.circuit.some((step, unsettled)) if place <= reached else step for place, step in enumerate(firm)]

    def _waiting(self) -> list[Literal]:
        """For each technique, and then for the disposition: does it wait for an open rule?"""
        settling = tuple(rule.rule for rule in self.program.rules if rule.level is not None and rule.settle)
        return self._gathered([*(form.waits_for for form in self.program.techniques), settling], self._some_open)

    # techniques

    def _statuses(self, firm: list[Literal], waiting: list[Literal]) -> dict[str, tuple[Literal, Literal]]:
        """The two bits of each status: excluded before undecided before restricted."""
        forms = self.program.techniques
        excluded = self._gathered([form.excluded_by for form in forms], self._some_fire)
        restricted = self._gathered([form.restricted_by for form in forms], self._some_fire)
        found = {}
        for place, form in enumerate(forms):
            out = self.circuit.some((self._barred(form, firm), excluded[place]))
            held_back = self.circuit.every((restricted[place], waiting[place] ^ 1))
            found[form.technique] = (self.circuit.some((out, held_back)), self.circuit.some((out, waiting[place])))
        return found

    def _barred(self, form: TechniqueForm, firm: list[Literal]) -> Literal:
        """Is the strictest level that fires one that bars the technique? Where no level fires, nothing is barred."""
        steps = [*firm, NO]
        ladder = self.program.ladder
        exactly = (
            self.circuit.every((steps[place], steps[place + 1] ^ 1))
            for place, level in enumerate(ladder)
            if level in form.barred_at
        )
        return self._above(form, steps) if self._is_upper_end(form) else self.circuit.some(exactly)

    def _is_upper_end(self, form: TechniqueForm) -> bool:
        ladder = self.program.ladder
        barred = set(form.barred_at)
        return barred == set(ladder[len(ladder) - len(barred) :])

    def _above(self, form: TechniqueForm, steps: Sequence[Literal]) -> Literal:
        return steps[len(self.program.ladder) - len(set(form.barred_at))]

    def _gathered(self, wanted: Sequence[tuple[str, ...]], some: Callable[[Iterable[str]], Literal]) -> list[Literal]:
        """For each set of rules, whether it holds for some of them.

        Rules that stand in the same sets are joined once, for all of these sets.
        """
        members: dict[str, list[int]] = {}
        for place, rules in enumerate(wanted):
            for rule in rules:
                members.setdefault(rule, []).append(place)
        groups: dict[tuple[int, ...], list[str]] = {}
        for rule, places in members.items():
            groups.setdefault(tuple(places), []).append(rule)
        found: list[list[Literal]] = [[] for _ in wanted]
        for group, alike in groups.items():
            joined = some(alike)
            for place in group:
                found[place].append(joined)
        return [self.circuit.some(parts) for parts in found]

    def _some_fire(self, rules: Iterable[str]) -> Literal:
        return self.circuit.some(self.fires[rule] for rule in rules)

    def _some_open(self, rules: Iterable[str]) -> Literal:
        """Open is what neither fires nor is clear."""
        return self.circuit.every(self._decided[rule] for rule in rules) ^ 1
