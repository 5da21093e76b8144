"""The knowledge base in memory: every entry by kind and id, and the few lookups that everything else needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from spinepath.engine import body_chart as body
from spinepath.engine import content as c
from spinepath.engine import drawings as dr
from spinepath.engine import entries as e
from spinepath.engine import evidence as ev
from spinepath.engine import measuring as meas
from spinepath.engine import mentions as m
from spinepath.engine import own_records as own
from spinepath.engine import page_parts as parts
from spinepath.engine import populations as pop
from spinepath.engine.conditions import Compare, Value, depends_on_asking, facts_in, walk
from spinepath.engine.values import read_value


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the knowledge base, as a reader meets it: its title, what it is about, and its entries in order."""

    file: str
    title: str
    about: str
    entries: tuple[str, ...]


class Knowledge(msgspec.Struct, kw_only=True, dict=True):
    """Every entry of a sound knowledge base, by section and id, in reading order.

    Sections are named as in the files. Rows of tables stand among the rules. `content_hash` names every byte of the
    files; `version` is the name a stored assessment carries. `spoken_of` are the groups and numbers that conditions
    name, which their trees no longer show.
    """

    content_hash: str
    pages: tuple[Page, ...] = ()
    spoken_of: frozenset[str] = frozenset()
    facts: dict[str, e.Fact] = {}
    groups: dict[str, e.Group] = {}
    numbers: dict[str, e.Number] = {}
    questions: dict[str, e.Question] = {}
    rules: dict[str, e.Rule] = {}
    tables: dict[str, e.Table] = {}
    charts: dict[str, e.Chart] = {}
    releases: dict[str, ev.Release] = {}
    dispositions: dict[str, c.Disposition] = {}
    classes: dict[str, c.TechniqueClass] = {}
    limits: dict[str, c.LimitKind] = {}
    readings: dict[str, c.Reading] = {}
    sources: dict[str, ev.Source] = {}
    codes: dict[str, ev.Code] = {}
    wordings: dict[str, ev.Wording] = {}
    investigations: dict[str, c.Investigation] = {}
    scales: dict[str, c.Scale] = {}
    techniques: dict[str, c.Technique] = {}
    provisos: dict[str, c.Proviso] = {}
    presets: dict[str, c.Preset] = {}
    phases: dict[str, c.Phase] = {}
    review_gates: dict[str, c.ReviewGate] = {}
    measures: dict[str, c.Measure] = {}
    alternatives: dict[str, c.Alternative] = {}
    guidelines: dict[str, ev.Guideline] = {}
    stances: dict[str, ev.Stance] = {}
    topics: dict[str, c.Topic] = {}
    skills: dict[str, c.Skill] = {}
    equipment: dict[str, c.Equipment] = {}
    severities: dict[str, c.Severity] = {}
    claims: dict[str, ev.Claim] = {}
    contradictions: dict[str, ev.Contradiction] = {}
    myths: dict[str, ev.Myth] = {}
    mentions: dict[str, m.Mention] = {}
    coded_answers: dict[str, m.CodedAnswer] = {}
    demographics: dict[str, m.Demographic] = {}
    code_systems: dict[str, m.CodeSystem] = {}
    units: dict[str, m.Unit] = {}
    own_records: dict[str, own.OwnRecord] = {}
    body_charts: dict[str, body.BodyChart] = {}
    page_parts: dict[str, parts.PagePart] = {}
    curves: dict[str, meas.Curve] = {}
    drawings: dict[str, dr.SpineDrawing] = {}
    populations: dict[str, pop.Population] = {}
    causes: dict[str, pop.Cause] = {}
    traits: dict[str, pop.Trait] = {}
    tendencies: dict[str, pop.Tendency] = {}
    gaps: dict[str, pop.Gap] = {}
    impossibles: dict[str, pop.Impossible] = {}

    @cached_property
    def version(self) -> str:
        """Release and content hash, for example "2026.11+3f0c2a9be871"."""
        release = next(iter(self.releases.values()), None)
        return f"{release.version if release else 'unreleased'}+{self.content_hash[:12]}"

    def section(self, name: str) -> Mapping[str, e.Entry]:
        """The entries of one section, by its name in the files."""
        found: Mapping[str, e.Entry] = getattr(self, name)
        return found

    @cached_property
    def entries(self) -> dict[str, e.Entry]:
        """Every entry of every section by id; ids are unique over the whole knowledge base."""
        return {name: entry for section in SECTION_NAMES for name, entry in self.section(section).items()}

    # dispositions, mildest first

    @cached_property
    def strictness(self) -> dict[str, int]:
        """How strict each disposition is: 0 for the mildest."""
        ordered = sorted(self.dispositions.values(), key=lambda found: found.order)
        return {found.id: place for place, found in enumerate(ordered)}

    @cached_property
    def ladder(self) -> tuple[str, ...]:
        """The dispositions from mildest to strictest."""
        return tuple(self.strictness)

    @cached_property
    def mildest_without_care(self) -> str:
        """The mildest disposition under which nobody is treated by hand: where open questions lead."""
        return next(name for name in self.ladder if not self.dispositions[name].offers_care)

    # facts

    @cached_property
    def asked_facts(self) -> tuple[str, ...]:
        """The facts that are found out, not worked out."""
        return tuple(name for name, fact in self.facts.items() if fact.worked_out is None)

    @cached_property
    def worked_out_order(self) -> tuple[str, ...]:
        """The worked-out facts, each after those it rests on (a sound knowledge base has no cycles)."""
        order: dict[str, None] = {}

        def visit(name: str) -> None:
            for basis in self.bases_of(name):
                if basis not in order:
                    visit(basis)
            if self.facts[name].worked_out:
                order[name] = None

        for name in self.facts:
            visit(name)
        return tuple(order)

    def bases_of(self, fact: str) -> tuple[str, ...]:
        """The facts from which this one is worked out; none for a fact that is found out."""
        derivation = self.facts[fact].worked_out
        if derivation is None:
            return ()
        if derivation.when is not None:
            return facts_in(derivation.when)
        compared = derivation.fall_of or derivation.rise_of
        return (compared,) if compared else ()

    @cached_property
    def compared_facts(self) -> dict[str, str]:
        """The facts that compare a number with its earlier findings, each with that number."""
        found = {}
        for name, fact in self.facts.items():
            if fact.worked_out is not None and fact.worked_out.when is None:
                found[name] = self.bases_of(name)[0]
        return found

    @cached_property
    def asked_behind(self) -> dict[str, tuple[str, ...]]:
        """The found-out facts that decide each fact: itself, or what it is worked out from."""
        behind: dict[str, tuple[str, ...]] = {name: (name,) for name in self.asked_facts}
        for name in self.worked_out_order:
            behind[name] = tuple(dict.fromkeys(asked for basis in self.bases_of(name) for asked in behind[basis]))
        return behind

    @cached_property
    def worked_out_from(self) -> dict[str, tuple[str, ...]]:
        """The worked-out facts that change with each fact, in the order to work them out."""
        found: dict[str, list[str]] = {name: [] for name in self.facts}
        behind: dict[str, set[str]] = {name: {name} for name in self.facts}
        for name in self.worked_out_order:
            behind[name] = set().union(*(behind[basis] for basis in self.bases_of(name)), {name})
            for basis in behind[name] - {name}:
                found[basis].append(name)
        return {name: tuple(facts) for name, facts in found.items()}

    @cached_property
    def defaults(self) -> dict[str, Value]:
        """The facts that are known from the start: the clinic's policies, as set by the knowledge base."""
        return {name: read_value(fact, fact.default) for name, fact in self.facts.items() if fact.default is not None}

    @cached_property
    def question_of(self) -> dict[str, e.Question]:
        """The screen on which each fact is asked; facts that are missing are asked on their own."""
        return {name: question for question in self.questions.values() for name in question.settles}

    @cached_property
    def rules_about(self) -> dict[str, tuple[str, ...]]:
        """The rules that each fact can decide, directly or through facts worked out from it."""
        naming: dict[str, list[str]] = {name: [] for name in self.facts}
        for rule in self.rules.values():
            for fact in facts_in(rule.when):
                naming[fact].append(rule.id)
        return {
            name: tuple(dict.fromkeys(rule for fact in (name, *self.worked_out_from[name]) for rule in naming[fact]))
            for name in self.facts
        }

    @cached_property
    def rows(self) -> dict[str, e.Row]:
        """The rows of all tables, which stand among the rules as well."""
        return {row.id: row for table in self.tables.values() for row in table.rows}

    @cached_property
    def deciding(self) -> tuple[str, ...]:
        """The rules that ask for a disposition."""
        return tuple(name for name, rule in self.rules.items() if rule.then.at_least)

    @cached_property
    def decided_by(self) -> dict[str, frozenset[str]]:
        """For each found-out fact that is not a policy, the rules with a disposition that it can decide."""
        deciding = frozenset(self.deciding)
        return {
            name: deciding.intersection(self.rules_about[name])
            for name in self.asked_facts
            if self.facts[name].default is None
        }

    @cached_property
    def asking(self) -> frozenset[str]:
        """The rules that look at what is known (`known`, `confirmed`), not only at what is true."""
        return frozenset(name for name, rule in self.rules.items() if depends_on_asking(rule.when))

    @cached_property
    def takes_away(self) -> dict[str, frozenset[str]]:
        """The techniques and classes that each rule can exclude, restrict or put under caution."""
        return {
            name: frozenset((*rule.then.exclude, *rule.then.restrict, *rule.then.caution))
            for name, rule in self.rules.items()
        }

    @cached_property
    def bounds_of(self) -> dict[str, tuple[float, ...]]:
        """The numbers with which rules and worked-out facts compare each fact."""
        derived = (fact.worked_out.when for fact in self.facts.values() if fact.worked_out)
        conditions = (*(rule.when for rule in self.rules.values()), *derived)
        found: dict[str, set[float]] = {}
        for condition in conditions:
            for node in walk(condition) if condition is not None else ():
                if isinstance(node, Compare):
                    found.setdefault(node.fact, set()).add(node.number)
        return {name: tuple(sorted(numbers)) for name, numbers in found.items()}

    def with_rule(self, rule: e.Rule) -> Knowledge:
        """The same knowledge base with one rule in another form; lookups that no rule takes part in are kept."""
        changed = msgspec.structs.replace(self, rules={**self.rules, rule.id: rule})
        vars(changed).update({name: found for name, found in vars(self).items() if name not in _FROM_RULES})
        return changed

    # techniques

    def is_hands_on(self, technique: str) -> bool:
        """Does the technique, or what it varies or is made of, need a finished danger screen?"""
        return any(self.classes[name].hands_on for name in self.names_of[technique] if name in self.classes)

    @cached_property
    def names_of(self) -> dict[str, frozenset[str]]:
        """Under which names each technique can be excluded: its own, its class, its parts and what it varies."""
        return {name: frozenset(self._names(name)) for name in self.techniques}

    def _names(self, technique: str) -> Iterator[str]:
        entry = self.techniques[technique]
        yield technique
        yield entry.technique_class
        if entry.variant_of:
            yield from self._names(entry.variant_of)
        for part in entry.made_of:
            yield from self._names(part)


_FROM_RULES = frozenset({"entries", "rules_about", "deciding", "decided_by", "asking", "takes_away", "bounds_of"})
_NOT_SECTIONS = ("content_hash", "pages", "spoken_of")
SECTION_NAMES = tuple(name for name in Knowledge.__struct_fields__ if name not in _NOT_SECTIONS)
