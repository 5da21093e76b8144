"""The article's contradictions: for each, the stricter reading is what the rules do."""

from __future__ import annotations

from collections.abc import Iterator

from spinepath.engine.conditions import truth
from spinepath.engine.evaluate import complete
from spinepath.prove.bench import MOST_PATIENTS, Bench, Finding
from spinepath.prove.course import passed
from spinepath.prove.danger import ruled_out
from spinepath.prove.patients import Answers, Complaint, Patient
from spinepath.prove.solver import Bit, Search, every, no, some
from spinepath.prove.statements import Ceiling, Obligation, Reading


def contradictions(bench: Bench, obligation: Obligation) -> Finding:
    """Every contradiction has readings, and each of them holds of all charts and of the knowledge base."""
    search = bench.search(obligation)
    readings = bench.statements.readings
    covered = {reading.contradiction for reading in readings}
    faults = [
        f"{name} has no reading that can be checked." for name in bench.knowledge.contradictions if name not in covered
    ]
    faults += [f"{reading.id}: {fault}" for reading in readings for fault in _unlike(bench, search, reading)]
    patients = [one for reading in readings for one in _otherwise(bench, search, reading)]
    faults += [one.wrong for one in patients[MOST_PATIENTS:]]
    return Finding(
        faults=tuple(faults),
        patients=tuple(patients[:MOST_PATIENTS]),
        notes=(f"{len(covered)} contradictions, {len(readings)} readings.",),
    )


# of the knowledge base


def _unlike(bench: Bench, search: Search, reading: Reading) -> Iterator[str]:
    """Where the knowledge base itself says otherwise."""
    knowledge, meaning = bench.knowledge, bench.now
    for claim in reading.not_followed:
        if knowledge.claims[claim].verdict != "not_followed":
            yield f"the claim {claim} counts as {knowledge.claims[claim].verdict}."
    for preset in reading.unreached:
        rules = [rule.id for rule in knowledge.rules.values() if preset in rule.then.prefer]
        if knowledge.presets[preset].verdict == "default" or rules:
            yield f"{preset} can be given to somebody."
    for technique, name in reading.class_of.items():
        if knowledge.techniques[technique].technique_class != name:
            yield f"{technique} is not {name}."
    for technique, phase in reading.phase_of.items():
        if phase not in (one.removeprefix("phase.") for one in knowledge.techniques[technique].phases):
            yield f"{technique} has no place in {phase}."
    wanted = [meaning.is_true(reading.care_possible)] if reading.care_possible is not None else []
    if wanted and not search.can(*wanted, meaning.chart.complete, meaning.care):
        yield "care is possible for nobody of whom it is so."


# of all charts


def _otherwise(bench: Bench, search: Search, reading: Reading) -> Iterator[Patient]:
    """Patients to whom the rules do not do what the reading says."""
    knowledge, meaning = bench.knowledge, bench.now
    for names, freely in ((reading.never, False), (reading.not_freely, True)):
        touched = [name for name, own in knowledge.names_of.items() if own & set(names)]
        yield from ruled_out(bench, search, reading.id, reading.when, touched, freely=freely)
    if reading.withheld:
        yield from ruled_out(bench, search, reading.id, reading.when, bench.hands_on, freely=False)
    for limit, value in reading.bounds.items():
        yield from passed(bench, search, Ceiling(id=reading.id, limit=limit, value=value, when=reading.when, why=""))
    when = [meaning.is_true(reading.when)] if reading.when is not None else []
    witness = search.find(some(_wrong_bits(bench, reading)), *when)
    if witness is not None:
        yield bench.patient(meaning.chart.values(witness), _complaint(bench, reading))


def _wrong_bits(bench: Bench, reading: Reading) -> Iterator[Bit]:
    meaning = bench.now
    if reading.at_least:
        yield no(meaning.disposition(bench.strictness(reading.at_least)))
    if reading.held:
        yield no(meaning.held)
    yield from (_reads(bench, name) for name in reading.not_reading)
    yield from (
        every((meaning.chart.complete, meaning.care, no(meaning.offered(one)))) for one in reading.always_offered
    )


def _reads(bench: Bench, reading: str) -> Bit:
    """The course is read so: a rule says it, and none says anything graver."""
    rules = [rule for rule in bench.knowledge.rules.values() if rule.then.reading]
    order = bench.knowledge.readings[reading].order
    saying = [bench.now.fires(rule.id) for rule in rules if rule.then.reading == reading]
    graver = [
        bench.now.fires(rule.id) for rule in rules if bench.knowledge.readings[str(rule.then.reading)].order > order
    ]
    return every((some(saying), no(some(graver))))


def _complaint(bench: Bench, reading: Reading) -> Complaint:
    def complaint(_: Answers, values: Answers) -> str | None:
        if reading.when is not None and truth(reading.when, complete(bench.knowledge, values)) is not True:
            return None
        outcome = bench.outcome(values)
        if reading.at_least and bench.strictness(outcome.disposition) < bench.strictness(reading.at_least):
            return f"{reading.id}: the disposition is {outcome.disposition}, not {reading.at_least}."
        if reading.held and not outcome.held:
            return f"{reading.id}: the course is not held."
        if outcome.reading in reading.not_reading:
            return f"{reading.id}: the course is read as {outcome.reading}."
        if bench.knowledge.dispositions[outcome.disposition].offers_care and all(
            values.get(name) is not None for name in bench.knowledge.asked_facts if name not in bench.knowledge.defaults
        ):
            missing = [one for one in reading.always_offered if outcome.techniques[one].status != "offered"]
            return f"{reading.id}: {missing[0]} is not offered." if missing else None
        return None

    return complaint
