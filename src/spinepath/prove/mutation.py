"""Is every small mistake in a rule caught, and by what? The score of the cases, laws and proofs that guard them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from spinepath.engine.cases import compared, values_of
from spinepath.engine.check import laws_broken
from spinepath.engine.conditions import Condition, Value, truth
from spinepath.engine.entries import Expect, Rule
from spinepath.engine.evaluate import complete
from spinepath.engine.knowledge import Knowledge
from spinepath.prove.bench import Bench
from spinepath.prove.danger import contraindications, red_flags
from spinepath.prove.diff import nobody_differs
from spinepath.prove.mutants import Mutant, mutants
from spinepath.prove.statements import Statements, read_statements, statements_folder

NO_DIFFERENCE = "no patient's advice changes: proved"
"""What stands in place of a catch when a change is no change at all."""

Catch = Callable[[Knowledge, Mutant], str | None]
"""Names what catches a mutant, seen in the knowledge base that has it; None when nothing does."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A patient with what must come out: a case of a rule, or a whole example."""

    name: str
    values: dict[str, Value]
    completed: dict[str, Value]
    expect: Expect
    rule: str | None


class Caught(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one mutant; `by` is None when it survived."""

    mutant: Mutant
    by: str | None

    @property
    def kind(self) -> str:
        """In one word what caught it: case, law or proof; else "no difference", "explained" or "survived"."""
        if self.by == NO_DIFFERENCE:
            return "no difference"
        return "survived" if self.by is None else self.by.partition(" ")[0].rstrip(":")


def trials(knowledge: Knowledge, examples: Iterable[tuple[str, dict[str, Value], Expect]] = ()) -> tuple[Trial, ...]:
    """Every case beside the rules, and the examples given."""
    cases = (
        (case.name, values_of(knowledge, case), case.expect, rule.id)
        for rule in knowledge.rules.values()
        for case in rule.cases
    )
    whole = ((name, values, expect, None) for name, values, expect in examples)
    return tuple(
        Trial(name=name, values=values, completed=complete(knowledge, values), expect=expect, rule=rule)
        for name, values, expect, rule in (*cases, *whole)
    )


def mutation(
    knowledge: Knowledge, rules: Iterable[Rule], tried: tuple[Trial, ...], further: tuple[Catch, ...] = ()
) -> Iterator[Caught]:
    """Each mutant of these rules, and the first that catches it: a case, a law, or one of `further`."""
    for rule in rules:
        for mutant in mutants(knowledge, rule):
            changed = knowledge.with_rule(mutant.rule)
            found = _by_a_trial(changed, rule, mutant.rule, tried) or _by_a_law(changed, mutant.rule)
            for catch in further:
                found = found or catch(changed, mutant)
            yield Caught(mutant=mutant, by=found)


def _by_a_trial(changed: Knowledge, before: Rule, after: Rule, tried: tuple[Trial, ...]) -> str | None:
    """The first trial that no longer comes out as expected; only those that the change can touch are looked at."""
    for trial in sorted(tried, key=lambda trial: trial.rule != before.id):
        if _touched(before, after, trial) and compared(changed, trial.values, trial.expect, _own(changed, trial)):
            return f"case {trial.name!r}"
    return None


def _own(knowledge: Knowledge, trial: Trial) -> Rule | None:
    return knowledge.rules[trial.rule] if trial.rule else None


def _touched(before: Rule, after: Rule, trial: Trial) -> bool:
    was = _seen(before.when, trial)
    if before.when is after.when:
        return was != (False, False)
    return was != _seen(after.when, trial)


def _seen(condition: Condition, trial: Trial) -> tuple[bool | None, bool | None]:
    return truth(condition, trial.completed), truth(condition, trial.completed, settled=True)


def _by_a_law(changed: Knowledge, rule: Rule) -> str | None:
    """The first law of safety that an author would be told about."""
    return next((f"law: {fault.cause}" for fault in laws_broken(changed, rule)), None)


def unguarded(knowledge: Knowledge, found: Iterable[Caught]) -> tuple[Mutant, ...]:
    """The survivors that may not be: loosening changes of the rules that lead to the two strictest dispositions."""
    grave = knowledge.ladder[-2:]
    return tuple(
        one.mutant
        for one in found
        if one.by is None and one.mutant.loosens and knowledge.rules[one.mutant.rule.id].then.at_least in grave
    )


def guards_of(knowledge: Knowledge, seconds: float) -> tuple[Catch, ...]:
    """What catches a mutant beside cases and laws: the proof that it is no change, the statements, and reasons."""
    statements = read_statements(statements_folder(), knowledge)
    return (without_difference(knowledge, seconds), by_a_statement(statements), by_a_reason(statements))


def by_a_statement(statements: Statements) -> Catch:
    """A red flag or a contraindication, written apart from the rules, that the changed rules no longer respect."""
    proofs = {"red_flags": red_flags, "contraindications": contraindications}
    obligations = [one for one in statements.obligations if one.kind in proofs]

    def catch(changed: Knowledge, _: Mutant) -> str | None:
        bench = Bench(changed, statements)
        for obligation in obligations:
            found = proofs[obligation.kind](bench, obligation)
            if found.patients:
                return f"proof: {found.patients[0].wrong}"
        return None

    return catch


def by_a_reason(statements: Statements) -> Catch:
    """The reason why nobody need notice the change, where one is written down; never for what loosens the gravest."""
    reasons = {(one.rule, change): one.why for one in statements.unnoticed for change in one.changes}

    def catch(changed: Knowledge, mutant: Mutant) -> str | None:
        why = reasons.get((mutant.rule.id, mutant.change))
        grave = mutant.rule.then.at_least in changed.ladder[-2:] and mutant.loosens
        return None if why is None or grave else f"explained: {why}"

    return catch


def without_difference(before: Knowledge, seconds: float) -> Catch:
    """Says so when no patient's disposition or techniques could differ: such a change is none."""

    def catch(changed: Knowledge, mutant: Mutant) -> str | None:
        rule = before.rules[mutant.rule.id]
        if (rule.then.limit, rule.then.hold) != (mutant.rule.then.limit, mutant.rule.then.hold):
            return None  # limits and holds are no part of what the solver compares
        return NO_DIFFERENCE if nobody_differs(before, changed, seconds) else None

    return catch
