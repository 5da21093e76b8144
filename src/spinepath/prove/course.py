"""A whole course: what bounds it at every step, and that no number of steps leads past them.

A course is a row of sessions, each given only where the assessment of that moment lets some hands-on technique be had
and does not hold the course. The numbers of the record start at nothing and rise by one with each session (or course),
so it is enough to show of every single assessment that it gives no session where a number is full. How a diary spaces
sessions and keeps a hold is the work of booking, which must obey the bounds and the hold shown here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from spinepath.engine.conditions import truth
from spinepath.engine.content import Preset
from spinepath.engine.entries import Fact, Word
from spinepath.engine.evaluate import complete
from spinepath.plan.package import Choice, draft_package
from spinepath.prove.bench import MOST_PATIENTS, Bench, Finding
from spinepath.prove.chart import AnyChart, answer_bits, equal
from spinepath.prove.danger import to_be_had
from spinepath.prove.patients import Answers, Complaint, Patient, clean_chart
from spinepath.prove.solver import Bit, Search, bit, every, implies, no, some
from spinepath.prove.statements import Ceiling, Count, Obligation

# bounds


def bounds_in_force(bench: Bench, obligation: Obligation) -> Finding:
    """Wherever hands-on care can be had, a rule that fires bounds each quantity as tightly as its ceiling asks."""
    search = bench.search(obligation)
    patients = [one for ceiling in bench.statements.ceilings for one in passed(bench, search, ceiling)]
    return Finding(
        patients=tuple(patients[:MOST_PATIENTS]),
        faults=tuple(one.wrong for one in patients[MOST_PATIENTS:]),
        notes=(f"{len(bench.statements.ceilings)} ceilings, {len(bench.knowledge.limits)} quantities.",),
    )


def passed(bench: Bench, search: Search, ceiling: Ceiling) -> Iterator[Patient]:
    """Patients whom some hands-on technique is to be had for without a bound as tight as the ceiling."""
    meaning = bench.now
    tight = [
        name for name in bench.knowledge.rules if _is_inside(bench, ceiling, bench.knowledge.rules[name].then.limit)
    ]
    when = [meaning.is_true(ceiling.when)] if ceiling.when is not None else []
    witness = search.find(bench.some_hands_on, *when, *(no(meaning.fires(name)) for name in tight))
    if witness is not None:
        yield bench.patient(meaning.chart.values(witness), _passing(bench, ceiling))


def _is_inside(bench: Bench, ceiling: Ceiling, limits: Mapping[Word, float]) -> bool:
    """Is the quantity bounded at least as tightly as the ceiling asks?"""
    if ceiling.limit not in limits:
        return False
    value = limits[ceiling.limit]
    return value <= ceiling.value if _is_upper(bench, ceiling.limit) else value >= ceiling.value


def _is_upper(bench: Bench, limit: str) -> bool:
    return bench.knowledge.limits[limit].stricter == "lower"


def _passing(bench: Bench, ceiling: Ceiling) -> Complaint:
    def complaint(_: Answers, values: Answers) -> str | None:
        if ceiling.when is not None and truth(ceiling.when, complete(bench.knowledge, values)) is not True:
            return None
        limits = {Word(name): value for name, value in bench.outcome(values).limits.items()}
        if _is_inside(bench, ceiling, limits):
            return None
        got = next(to_be_had(bench, values, bench.hands_on), None)
        bound = limits.get(ceiling.limit, "not bounded")
        return f"{got} can be had, and {ceiling.limit} is {bound}, not {ceiling.value:g}." if got else None

    return complaint


# counts


def counts_stay_inside(bench: Bench, obligation: Obligation) -> Finding:
    """No session is given where a number of the record is full, so that no course ever leads past it."""
    search = bench.search(obligation)
    patients = [one for count in bench.statements.counts for one in _overrun(bench, search, count)]
    uncounted = [
        count.fact
        for count in bench.statements.counts
        if search.can(_session(bench), no(bench.now.chart.known(count.fact)))
    ]
    notes = [f"{count.fact}: {count.why}" for count in bench.statements.counts]
    if uncounted:
        notes.append(f"The record must count: unknown, these alone stop no session: {', '.join(uncounted)}.")
    return Finding(patients=tuple(patients), notes=tuple(notes))


def _session(bench: Bench) -> Bit:
    """A session by hand is given: a technique can be had, and the course is not held."""
    return every((bench.some_hands_on, no(bench.now.held)))


def _overrun(bench: Bench, search: Search, count: Count) -> Iterator[Patient]:
    chart = bench.now.chart
    full = [chart.reaches(count.fact, count.full_at)] if count.full_at is not None else []
    early = [no(chart.reaches(count.fact, count.free_from))] if count.free_from is not None else []
    witness = search.find(_session(bench), chart.known(count.fact), some((*full, *early)))
    if witness is None:
        return

    def complaint(_: Answers, values: Answers) -> str | None:
        found = values.get(count.fact)
        if found is None or bench.outcome(values).held:
            return None
        number = float(found)
        over = count.full_at is not None and number >= count.full_at
        got = next(to_be_had(bench, values, bench.hands_on), None)
        if got and (over or (count.free_from is not None and number < count.free_from)):
            return f"{got} can be had and nothing holds the course, though {count.fact} is {number:g}. {count.why}"
        return None

    yield bench.patient(chart.values(witness), complaint)


# the plan


def plan_inside(bench: Bench, obligation: Obligation) -> Finding:
    """Every preset that somebody can be given lies inside the ceilings, and no technique is planned above its bound."""
    search = bench.search(obligation)
    given = [preset for preset in bench.knowledge.presets.values() if _is_given(bench, search, preset)]
    faults = [fault for preset in given for fault in _outside(bench, preset)]
    faults += _above(bench, obligation)
    refused = [name for name, preset in bench.knowledge.presets.items() if preset not in given]
    return Finding(
        faults=tuple(faults),
        notes=(
            f"Given to somebody: {', '.join(preset.id for preset in given)}.",
            f"Given to nobody by the rules: {', '.join(refused)}.",
        ),
    )


def _is_given(bench: Bench, search: Search, preset: Preset) -> bool:
    """Is the preset the default, or preferred for somebody in whom care may begin?"""
    preferring = [rule.id for rule in bench.knowledge.rules.values() if preset.id in rule.then.prefer]
    return preset.verdict == "default" or search.can(bench.now.care, some(bench.now.fires(name) for name in preferring))


def _outside(bench: Bench, preset: Preset) -> Iterator[str]:
    """Where a preset passes a ceiling that holds for everybody."""
    for ceiling in bench.statements.ceilings:
        if ceiling.of_preset is None or ceiling.when is not None:
            continue
        numbers = getattr(preset, ceiling.of_preset)
        numbers = numbers if isinstance(numbers, tuple) else (numbers,)
        furthest = max(numbers) if _is_upper(bench, ceiling.limit) else min(numbers)
        if not _is_inside(bench, ceiling, {ceiling.limit: furthest}):
            yield f"{preset.id}: {ceiling.limit} is {furthest:g}, not {ceiling.value:g}. {ceiling.why}"


def _above(bench: Bench, obligation: Obligation) -> Iterator[str]:
    """Techniques that a plan would offer above a bound on their scale, for every bound that a rule can set."""
    knowledge = bench.knowledge
    clean = bench.outcome(clean_chart(knowledge, obligation.start))
    freed = {name: msgspec.structs.replace(offer, status="offered") for name, offer in clean.techniques.items()}
    for name, kind in knowledge.limits.items():
        values = {rule.then.limit[Word(name)] for rule in knowledge.rules.values() if name in rule.then.limit}
        for value in sorted(values) if kind.scale else ():
            package = draft_package(knowledge, msgspec.structs.replace(clean, techniques=freed, limits={name: value}))
            for choice in (*package.core, *package.by_hand) if package else ():
                if is_above(bench, name, value, choice):
                    yield f"{choice.technique.id} is planned above {name} {value:g}."


def is_above(bench: Bench, limit: str, value: float, choice: Choice) -> bool:
    """Does the plan leave a level open that the limit closes?"""
    kind, technique = bench.knowledge.limits[limit], choice.technique
    about = not kind.classes or not bench.knowledge.names_of[technique.id].isdisjoint(kind.classes)
    if not about or kind.scale is None or technique.scale != kind.scale:
        return False
    places = [level.id for level in bench.knowledge.scales[kind.scale].levels]
    return any(places.index(level.id) + 1 > value for level in choice.levels)


# holds


def holds_last(bench: Bench, obligation: Obligation) -> Finding:
    """A hold that is kept lasts until a named person releases it; the holds that would fade otherwise are named."""
    now, later = bench.now, bench.later
    search = bench.search(obligation, two=True)
    kept, released = bit("the record keeps a hold"), bit("a named person releases it")
    holding = some((every((kept, no(released))), later.held))
    session = every((later.some_to_be_had(bench.hands_on), no(holding)))
    faults = []
    if search.can(kept, no(released), session):
        faults.append("A session is given although the record keeps a hold that nobody released.")
    rules = [rule.id for rule in bench.knowledge.rules.values() if rule.then.hold]
    faults += [
        f"{rule} fires and does not hold the course." for rule in rules if search.can(now.fires(rule), no(now.held))
    ]
    search.add(
        [
            _time_passes(now.chart, later.chart, fact)
            for fact in map(bench.knowledge.facts.get, bench.ground.inputs)
            if fact
        ]
    )
    fading = [
        rule for rule in rules if search.can(now.fires(rule), later.some_to_be_had(bench.hands_on), no(later.held))
    ]
    lasting = [rule for rule in rules if rule not in fading]
    return Finding(
        faults=tuple(faults),
        notes=(
            f"{len(rules)} rules hold a course. Their findings alone keep the hold of {', '.join(lasting) or 'none'}.",
            f"The record must keep the hold of the others, whose findings grow old: {', '.join(fading)}.",
        ),
    )


def _time_passes(before: AnyChart, after: AnyChart, fact: Fact) -> Bit:
    """Between the charts nothing happens but time: numbers that grow may grow, and old answers may be unknown."""
    stays = equal(before, after, fact.id)
    if fact.grows:
        pairs = zip(answer_bits(before, fact.id), answer_bits(after, fact.id), strict=True)
        stays = every((before.known(fact.id), after.known(fact.id), *(implies(*pair) for pair in pairs)))
        stays = some((stays, every((no(before.known(fact.id)), no(after.known(fact.id))))))
    if fact.fresh_for == "always":
        return stays
    default = before.ground.inputs[fact.id].default
    return some((stays, no(after.known(fact.id)) if default is None else every(after.value_bits(fact.id, default))))
