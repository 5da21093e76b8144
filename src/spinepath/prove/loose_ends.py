"""Nothing stands in the knowledge base without effect: every rule can speak, every technique and question matters."""

from __future__ import annotations

from collections.abc import Iterator

from spinepath.engine.cases import values_of
from spinepath.engine.conditions import facts_in
from spinepath.engine.entries import Rule, Word
from spinepath.engine.questions import questions
from spinepath.prove.bench import Bench, Finding
from spinepath.prove.patients import Answers
from spinepath.prove.solver import Bit, Search, no
from spinepath.prove.statements import Obligation


def alive(bench: Bench, obligation: Obligation) -> Finding:
    """Each rule fires for some chart."""
    meaning = bench.now
    search = bench.search(obligation)
    faults = [f"The rule {rule} can never fire." for rule in meaning.forms if not search.can(meaning.fires(rule))]
    return Finding(faults=tuple(faults), notes=(f"{len(meaning.forms)} rules.",))


# contained


def contained(bench: Bench, obligation: Obligation) -> Finding:
    """No rule adds nothing to another one that fires whenever it does, unless it says so."""
    search = bench.search(obligation)
    rules = bench.knowledge.rules
    pairs = list(_comparable(bench, search))
    wider: dict[str, list[str]] = {}
    for one, other in pairs:
        if _implies(bench, search, one, other):
            wider.setdefault(one.id, []).append(other.id)
    faults = [
        f"{name} adds nothing to {', '.join(others)} and does not say so."
        for name, others in wider.items()
        if rules[name].contained_in not in others and not any(rules[one].contained_in == name for one in others)
    ]
    faults += [
        f"{rule.id} says that it is contained in {rule.contained_in}, and it is not."
        for rule in rules.values()
        if rule.contained_in and not _implies(bench, search, rule, rules[rule.contained_in])
    ]
    return Finding(faults=tuple(faults), notes=(f"{len(pairs)} pairs in which one rule's effects cover the other's.",))


def _comparable(bench: Bench, search: Search) -> Iterator[tuple[Rule, Rule]]:
    """Pairs in which the other rule's effects cover the one's, and both look at some fact together.

    Rules that look at nothing together say nothing of each other, unless one of them always fires.
    """
    rules = bench.knowledge.rules.values()
    behind = bench.knowledge.asked_behind
    looks_at = {rule.id: {fact for name in facts_in(rule.when) for fact in behind[name]} for rule in rules}
    always = {rule.id for rule in rules if not search.can(no(bench.now.fires(rule.id)))}
    for one in rules:
        for other in rules:
            meet = other.id in always or not looks_at[one.id].isdisjoint(looks_at[other.id])
            if one is not other and meet and _covers(bench, other, one):
                yield one, other


def _implies(bench: Bench, search: Search, one: Rule, other: Rule) -> bool:
    """Does the other rule fire whenever this one does?"""
    return not search.can(bench.now.fires(one.id), no(bench.now.fires(other.id)))


def _covers(bench: Bench, wide: Rule, narrow: Rule) -> bool:
    """Would the wide rule's effects be enough for everything that the narrow one does?"""
    if narrow.if_unknown == "settle" and wide.if_unknown != "settle":
        return False
    if not _stands_for(narrow.then.tell, wide.then.tell) or not _stands_for(narrow.within, wide.within):
        return False
    if narrow.then.at_least and not (
        wide.then.at_least and bench.strictness(wide.then.at_least) >= bench.strictness(narrow.then.at_least)
    ):
        return False
    return all(_limits_cover(bench, wide, narrow, name) for name in narrow.then.limit) and _names_cover(
        bench, wide, narrow
    )


def _stands_for(narrow: str | None, wide: str | None) -> bool:
    return narrow is None or narrow == wide


def _limits_cover(bench: Bench, wide: Rule, narrow: Rule, name: Word) -> bool:
    if name not in wide.then.limit:
        return False
    lower = bench.knowledge.limits[name].stricter == "lower"
    tighter, looser = wide.then.limit[name], narrow.then.limit[name]
    return tighter <= looser if lower else tighter >= looser


def _names_cover(bench: Bench, wide: Rule, narrow: Rule) -> bool:
    """Techniques taken away at least as firmly; tests, preferences, reading and hold the same."""
    then, needed = wide.then, narrow.then
    firmly: set[str] = set(then.exclude)
    at_all = firmly | set(then.restrict)
    with_care = at_all | set(then.caution)

    def within(names: tuple[str, ...], allowed: set[str]) -> bool:
        return all(
            name in allowed or not bench.knowledge.names_of.get(name, frozenset()).isdisjoint(allowed) for name in names
        )

    return (
        within(needed.exclude, firmly)
        and within(needed.restrict, at_all)
        and within(needed.caution, with_care)
        and set(needed.need) <= set(then.need)
        and set(needed.prefer) <= set(then.prefer)
        and (needed.reading is None or needed.reading == then.reading)
        and (then.hold or not needed.hold)
    )


# reachable


def reachable(bench: Bench, obligation: Obligation) -> Finding:
    """Each technique is offered to somebody, under some policy, unless it is named only to be refused."""
    meaning = bench.now
    search = bench.search(obligation)
    on_purpose: dict[str, str] = {entry.id: entry.why for entry in bench.statements.off_on_purpose}
    never = [name for name in meaning.techniques if not search.can(meaning.offered(name))]
    faults = [f"{name} is never offered to anybody." for name in never if name not in on_purpose]
    faults += [
        f"{name} is said never to be offered, but it can be."
        for name in on_purpose
        if name in meaning.techniques and name not in never
    ]
    notes = [f"{len(meaning.techniques) - len(never)} techniques can be offered."]
    notes += [f"Never, on purpose: {name}. {on_purpose[name]}" for name in never if name in on_purpose]
    return Finding(faults=tuple(faults), notes=tuple(notes))


# asked


def asked(bench: Bench, obligation: Obligation) -> Finding:
    """Each screen is shown in some interview, and each fact that a danger waits for is asked or only recorded."""
    knowledge = bench.knowledge
    waited_for = dict.fromkeys(fact for rule in knowledge.rules.values() for fact in _waited_for(bench, rule))
    seen = _asked_at(bench, {}) | _asked_at(bench, dict.fromkeys(_policies(bench), True))
    on_purpose: dict[str, str] = {entry.id: entry.why for entry in bench.statements.off_on_purpose}
    for fact in waited_for:
        if fact not in seen and fact not in on_purpose:
            seen |= _asked_somewhere(bench, obligation, fact)
    shown = {
        fact for question in knowledge.questions.values() if seen & {*question.settles} for fact in question.settles
    }
    never = [fact for fact in waited_for if fact not in seen | shown]
    faults = [f"{fact} decides a danger and is never asked." for fact in never if fact not in on_purpose]
    faults += [f"{fact} is said never to be asked, but it is." for fact in on_purpose if fact in seen]
    faults += [
        f"The screen {name} is never shown." for name, one in knowledge.questions.items() if not seen & {*one.settles}
    ]
    notes = [f"{len(knowledge.questions)} screens, {len(seen)} questions that can come up on their own account."]
    notes += [f"Never asked, on purpose: {fact}. {on_purpose[fact]}" for fact in never if fact in on_purpose]
    return Finding(faults=tuple(faults), notes=tuple(notes))


def _policies(bench: Bench) -> Iterator[str]:
    return (name for name, value in bench.knowledge.defaults.items() if isinstance(value, bool))


def _waited_for(bench: Bench, rule: Rule) -> Iterator[str]:
    """The found-out facts that decide a rule about which questions are asked; policies are known."""
    if rule.if_unknown == "settle" and (rule.then.at_least or bench.knowledge.takes_away[rule.id]):
        for name in facts_in(rule.when):
            yield from (one for one in bench.knowledge.asked_behind[name] if one not in bench.knowledge.defaults)


def _asked_at(bench: Bench, values: Answers) -> set[str]:
    return {ask.fact for ask in questions(bench.knowledge, values, bench.outcome(values))}


def _asked_somewhere(bench: Bench, obligation: Obligation, fact: str) -> set[str]:
    """What is asked of a chart in which this fact is asked: of the cases of its rules, or one that the solver finds."""
    for name in bench.knowledge.rules_about[fact]:
        for case in bench.knowledge.rules[name].cases:
            values = {key: value for key, value in values_of(bench.knowledge, case).items() if key != fact}
            found = _asked_at(bench, values)
            if fact in found:
                return found
    return _asked_by_search(bench, obligation, fact)


def _asked_by_search(bench: Bench, obligation: Obligation, fact: str) -> set[str]:
    """The same, of charts in which a rule about the fact is open and matters, or decides and could still let go."""
    meaning = bench.now
    search = bench.search(obligation)
    search.add([no(meaning.chart.known(fact))])
    for name in bench.knowledge.rules_about[fact]:
        level = bench.strictness(meaning.forms[name].level or bench.knowledge.ladder[0])
        milder = no(meaning.firm(level)) if level else meaning.care
        ways: list[tuple[Bit, ...]] = [(meaning.open(name), milder)]
        if level and level + 1 < len(bench.knowledge.ladder):
            ways.append((meaning.fires(name), no(meaning.firm(level + 1)), no(meaning.least(level))))
        for way in ways:
            witness = search.find(*way)
            if witness is not None and fact in (found := _asked_at(bench, meaning.chart.values(witness))):
                return found
    return set()
