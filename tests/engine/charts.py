"""Generated charts over any knowledge base that has a chart `nothing_found`: what Hypothesis draws from."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from spinepath.engine.chart_file import written_in
from spinepath.engine.check import declared_dangers
from spinepath.engine.conditions import Value, facts_in
from spinepath.engine.explain import telling_answers
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.values import read_value

Chart = dict[str, Value]
Charts = st.SearchStrategy[Chart]


class Base:
    """A knowledge base with its clean chart, and the charts that can be drawn from it."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        written = written_in(knowledge, "nothing_found")
        self.clean: Chart = {name: read_value(knowledge.facts[name], value) for name, value in written.items()}
        self.patient_facts = tuple(name for name in knowledge.asked_facts if name not in knowledge.defaults)

    def answers(self, fact: str) -> tuple[Value, ...]:
        """Answers of a fact: at least one for each way in which the rules can see it."""
        entry = self.knowledge.facts[fact]
        if entry.answer != "number":
            return telling_answers(self.knowledge, fact)
        return tuple(dict.fromkeys((*telling_answers(self.knowledge, fact), entry.least, entry.most)))

    def _changes(self, *, unknown: bool, most: int = 12) -> Charts:
        """A few answers, either of facts that a few rules speak of together or of any facts."""
        everything = (*self.knowledge.asked_facts, *self.knowledge.compared_facts)

        def some_of(facts: tuple[str, ...]) -> Charts:
            return st.lists(st.sampled_from(self._choices(facts, unknown)), max_size=most).map(dict)

        rules = st.lists(st.sampled_from(tuple(self.knowledge.rules)), min_size=1, max_size=4)
        return st.one_of(rules.map(self._facts_of).flatmap(some_of), some_of(everything))

    def _facts_of(self, rules: list[str]) -> tuple[str, ...]:
        """The facts found out, or compared with their past, that decide these rules."""
        named = [fact for rule in rules for fact in facts_in(self.knowledge.rules[rule].when)]
        behind = [asked for fact in named for asked in self.knowledge.asked_behind[fact]]
        return tuple(dict.fromkeys((*behind, *(fact for fact in named if fact in self.knowledge.compared_facts))))

    def _choices(self, facts: tuple[str, ...], unknown: bool) -> list[tuple[str, Value]]:
        choices = [(fact, answer) for fact in facts for answer in self.answers(fact)]
        return choices + ([(fact, None) for fact in facts if fact not in self.knowledge.defaults] if unknown else [])

    def charts(self) -> Charts:
        """The clean chart or an empty one, with some answers changed, added or taken out."""
        starts = st.sampled_from([self.clean, {}])
        return st.builds(lambda start, changed: {**start, **changed}, starts, self._changes(unknown=True))

    def whole_charts(self) -> Charts:
        """Charts in which every fact has an answer."""
        rest = {fact: self.harmless(fact) for fact in self.patient_facts if self.clean.get(fact) is None}
        return self._changes(unknown=False).map(lambda changed: {**rest, **self.clean, **changed})

    def harmless(self, fact: str) -> Value:
        """An answer that is none of the fact's dangers, where there is one."""
        return next(
            (answer for answer in self.answers(fact) if not self.is_danger(fact, answer)), self.answers(fact)[0]
        )

    def is_danger(self, fact: str, answer: Value) -> bool:
        """Is the answer one that leads to stricter advice? Of numbers only the far end counts."""
        return answer in self.dangers(fact)

    def dangers(self, fact: str) -> tuple[Value, ...]:
        """The fact's dangerous answers; the far end of a number."""
        entry = self.knowledge.facts[fact]
        declared = declared_dangers(entry)
        if entry.answer == "yes_no":
            return tuple(word == "yes" for word in declared)
        if entry.answer == "number":
            return tuple({"high": entry.most, "low": entry.least}[word] for word in declared)
        return declared

    def worse(self, chart: Chart) -> list[tuple[str, Value]]:
        """Facts with an answer that can only make advice stricter, near to what the chart has beside the clean one."""
        usual = {**{fact: self.harmless(fact) for fact in self.patient_facts}, **self.clean}
        odd = [fact for fact, value in chart.items() if value != usual.get(fact)]
        rules = {rule for fact in odd for rule in self.knowledge.rules_about[fact]}
        facts = (*self.knowledge.asked_facts, *self.knowledge.compared_facts)
        near = [fact for fact in facts if not rules.isdisjoint(self.knowledge.rules_about[fact])] or facts
        return [
            (fact, danger)
            for fact in near
            if self.is_one_sided(fact) and chart.get(fact) not in self.dangers(fact)
            for danger in self.dangers(fact)
        ]

    def is_one_sided(self, fact: str) -> bool:
        """Is there a milder side as well?"""
        entry = self.knowledge.facts[fact]
        ways = len(entry.values) if entry.answer == "choice" else 2
        return 0 < len(self.dangers(fact)) < ways

    def known(self, chart: Chart) -> Chart:
        """The answers without those that are unknown."""
        return {fact: value for fact, value in chart.items() if value is not None}

    def completed(self, chart: Chart, answers: Chart) -> Chart:
        """The chart with every unknown answered from `answers`; what was known stays."""
        kept = self.known(chart)
        added = {fact: value for fact, value in answers.items() if fact in self.patient_facts and fact not in kept}
        return {**added, **kept}

    def red_flags(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Every fact found out for a danger of at least the two gravest dispositions, with the rules that watch it."""
        grave = self.knowledge.ladder[-2:]
        watching = [
            rule
            for rule in self.knowledge.rules.values()
            if rule.then.at_least in grave and rule.if_unknown == "settle" and "screen" in rule.place
        ]
        for fact in self.patient_facts:
            rules = tuple(rule.id for rule in watching if rule.id in self.knowledge.rules_about[fact])
            if rules:
                yield fact, rules
