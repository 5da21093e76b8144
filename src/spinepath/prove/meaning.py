"""What the rules say of a chart that is left open: `engine/evaluate.py`, word for word, as bits for the solver.

A test compares the two on generated charts; whatever the solver refutes is shown only when the plain evaluator agrees.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from spinepath.backends.formulas import formula
from spinepath.backends.program import RuleForm, TechniqueForm
from spinepath.engine.conditions import Condition
from spinepath.engine.knowledge import Knowledge
from spinepath.prove.chart import AnyChart
from spinepath.prove.solver import FALSE, TRUE, Bit, bit, every, no, same, some


class Meaning:
    """The outcome of a chart that is left open. Dispositions are named by how strict they are, 0 for the mildest.

    `like` is the meaning of the chart that this one is like: rules that see no difference mean the same there. Two
    knowledge versions that look at one chart need each a `label` of their own.
    """

    def __init__(self, chart: AnyChart, like: Meaning | None = None, label: str | None = None) -> None:
        self.chart = chart
        self.label = label or chart.name
        self.like = like
        self.knowledge: Knowledge = chart.ground.knowledge
        self.forms: dict[str, RuleForm] = {form.rule: form for form in chart.ground.program.rules}
        self.techniques: dict[str, TechniqueForm] = {form.technique: form for form in chart.ground.program.techniques}
        self._touched = {rule for name in chart.but for rule in self.knowledge.rules_about[name]}
        self._named: dict[str, Bit] = {}
        self.sound: list[Bit] = [*chart.sound]
        """What a search must be told: what makes it a chart, and what each bit named here means. It grows."""

    def _name(self, name: str, meant: Bit) -> Bit:
        """A bit of its own for something long that is used often."""
        if meant is TRUE or meant is FALSE:
            return meant
        named = bit(f"{self.label}: {name}")
        self.sound.append(same(named, meant))
        return named

    # rules

    def fires(self, rule: str) -> Bit:
        """The rule's condition is true."""
        return self._of_rule(rule, "fires")

    def clear(self, rule: str) -> Bit:
        """The rule's condition is false."""
        return self._of_rule(rule, "clear")

    def open(self, rule: str) -> Bit:
        """The rule's condition is unknown."""
        if self.like is not None and rule not in self._touched:
            return self.like.open(rule)
        found = self._named.get(f"{rule} open")
        if found is None:
            meant = every((no(self.fires(rule)), no(self.clear(rule))))
            found = self._named[f"{rule} open"] = self._name(f"{rule} open", meant)
        return found

    def certain(self, rule: str) -> Bit:
        """The rule fires however the rest is answered."""
        return self._of_rule(rule, "certain")

    def impossible(self, rule: str) -> Bit:
        """The rule is clear however the rest is answered."""
        return self._of_rule(rule, "impossible")

    def _of_rule(self, rule: str, which: str) -> Bit:
        if self.like is not None and rule not in self._touched:
            return self.like._of_rule(rule, which)
        if which in ("certain", "impossible") and rule not in self.knowledge.asking:
            which = {"certain": "fires", "impossible": "clear"}[which]
        key = f"{rule} {which}"
        found = self._named.get(key)
        if found is None:
            meant = self.chart.bit_of(getattr(self.forms[rule], which))
            found = self._named[key] = self._name(key, meant)
        return found

    def is_true(self, condition: Condition) -> Bit:
        """The condition is true."""
        return self.chart.bit_of(formula(self.knowledge, condition, True))

    def is_false(self, condition: Condition) -> Bit:
        """The condition is false."""
        return self.chart.bit_of(formula(self.knowledge, condition, False))

    # dispositions

    def _asking_for(self, level: int) -> list[str]:
        strictness = self.knowledge.strictness
        return [name for name, form in self.forms.items() if form.level and strictness[form.level] >= level]

    def _at_least(self, kind: str, level: int, bits: Iterable[Bit]) -> Bit:
        if level <= 0:
            return TRUE
        key = f"{kind} {level}"
        if key not in self._named:
            self._named[key] = self._name(key, some(bits))
        return self._named[key]

    def firm(self, level: int) -> Bit:
        """The rules that fire ask for at least this disposition."""
        return self._at_least("firm", level, (self.fires(rule) for rule in self._asking_for(level)))

    def least(self, level: int) -> Bit:
        """It will be at least this disposition, whatever is answered."""
        return self._at_least("least", level, (self.certain(rule) for rule in self._asking_for(level)))

    def most(self, level: int) -> Bit:
        """It could still become this disposition, or a stricter one."""
        return self._at_least("most", level, (no(self.impossible(rule)) for rule in self._asking_for(level)))

    @cached_property
    def waiting(self) -> Bit:
        """A danger is not settled yet."""
        open_rules = (self.open(name) for name, form in self.forms.items() if form.level and form.settle)
        return self._name("waiting", some(open_rules))

    def disposition(self, level: int) -> Bit:
        """The disposition is at least this one."""
        if level > self.knowledge.strictness[self.knowledge.mildest_without_care]:
            return self.firm(level)
        return TRUE if level <= 0 else some((self.firm(level), self.waiting))

    @cached_property
    def care(self) -> Bit:
        """The disposition is one under which care is offered."""
        ladder = self.knowledge.ladder
        return some(
            every((self.disposition(level), no(self.disposition(level + 1)) if level + 1 < len(ladder) else TRUE))
            for level, name in enumerate(ladder)
            if self.knowledge.dispositions[name].offers_care
        )

    # techniques

    def excluded(self, technique: str) -> Bit:
        """The technique is taken away for good."""
        form = self.techniques[technique]
        return some((self._barred(form.barred_at), self._of_technique(technique, "excluded_by")))

    def undecided(self, technique: str) -> Bit:
        """A question is open that could take the technique away (it may be excluded all the same)."""
        return self._of_technique(technique, "waits_for")

    def restricted(self, technique: str) -> Bit:
        """A rule asks for a named clinician's reason (the technique may be excluded or undecided all the same)."""
        return self._of_technique(technique, "restricted_by")

    def to_be_had(self, technique: str) -> Bit:
        """The technique is offered, or could be had with a named clinician's reason."""
        return every((no(self.excluded(technique)), no(self.undecided(technique))))

    def offered(self, technique: str) -> Bit:
        """The technique is offered."""
        return every((self.to_be_had(technique), no(self.restricted(technique))))

    def _of_technique(self, technique: str, key: str) -> Bit:
        """Some rule of those that the technique's form names under `key` fires (or is open, for those it waits for)."""
        rules: tuple[str, ...] = getattr(self.techniques[technique], key)
        if self.like is not None and self._touched.isdisjoint(rules):
            return self.like._of_technique(technique, key)
        name = f"{technique} {key}"
        if name not in self._named:
            status = self.open if key == "waits_for" else self.fires
            self._named[name] = self._name(name, some([status(rule) for rule in rules]))
        return self._named[name]

    def _any(self, rules: Iterable[str]) -> Bit:
        return some([self.fires(rule) for rule in rules])

    def _barred(self, dispositions: tuple[str, ...]) -> Bit:
        name = f"barred at {', '.join(dispositions)}"
        if name not in self._named:
            strictness = self.knowledge.strictness
            self._named[name] = self._name(name, some([self._exactly(strictness[one]) for one in dispositions]))
        return self._named[name]

    def _exactly(self, level: int) -> Bit:
        """The rules that fire ask for this disposition, and none of them for a stricter one."""
        name = self.knowledge.ladder[level]
        asked = self.firm(level) if level else self._any(self._rules_at(name))
        return every((asked, no(self.firm(level + 1)) if level + 1 < len(self.knowledge.ladder) else TRUE))

    def _rules_at(self, disposition: str) -> list[str]:
        return [name for name, form in self.forms.items() if form.level == disposition]

    def freed_since(self, before: Meaning, technique: str) -> Bit:
        """It was taken away for good and no longer is, or it was restricted and is offered."""
        apart = self.like is not before
        form = self.techniques[technique]
        if apart or not self._touched.isdisjoint(form.excluded_by):
            let_go = every((before.excluded(technique), no(self.excluded(technique))))
        else:  # the rules that exclude it say the same of both: only the disposition can have let it go
            unbarred = every((before._barred(form.barred_at), no(self._barred(form.barred_at))))
            let_go = every((unbarred, no(self._of_technique(technique, "excluded_by"))))
        if apart or not self._touched.isdisjoint(form.restricted_by):
            return some((let_go, every((before.restricted(technique), self.offered(technique)))))
        return let_go

    def some_to_be_had(self, techniques: tuple[str, ...]) -> Bit:
        """Some of the techniques is offered, or could be had with a named clinician's reason."""
        name = f"one can be had of {', '.join(techniques)}"
        if name not in self._named:
            self._named[name] = self._name(name, some([self.to_be_had(one) for one in techniques]))
        return self._named[name]

    @cached_property
    def held(self) -> Bit:
        """The remaining bookings wait for a named person."""
        holding = [rule.id for rule in self.knowledge.rules.values() if rule.then.hold]
        levels = [level for level, name in enumerate(self.knowledge.ladder) if self.knowledge.dispositions[name].holds]
        last = len(self.knowledge.ladder)
        by_disposition = (
            every((self.disposition(level), no(self.disposition(level + 1)) if level + 1 < last else TRUE))
            for level in levels
        )
        return self._name("held", some((self._any(holding), *by_disposition)))
