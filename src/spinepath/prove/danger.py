"""While a danger is there or not asked about, nobody is treated by hand; and known dangers lead where they must."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from spinepath.engine.conditions import Condition, truth
from spinepath.engine.evaluate import complete
from spinepath.prove.bench import MOST_PATIENTS, Bench, Finding
from spinepath.prove.patients import Answers, Complaint, Patient
from spinepath.prove.solver import Bit, Search, every, no, some
from spinepath.prove.statements import Contraindication, Obligation, RedFlag

TO_BE_HAD = ("offered", "restricted")


def care_withheld(bench: Bench, obligation: Obligation) -> Finding:
    """No hands-on technique while a rule with one of these dispositions fires or is open."""
    meaning = bench.now
    grave = [name for name, form in meaning.forms.items() if form.level in obligation.dispositions]
    witness = bench.search(obligation).find(some(no(meaning.clear(name)) for name in grave), bench.some_hands_on)
    if witness is None:
        return Finding(notes=(f"{len(grave)} rules, {len(bench.hands_on)} hands-on techniques.",))

    def complaint(_: Answers, values: Answers) -> str | None:
        outcome = bench.outcome(values)
        rule = next((name for name in grave if outcome.rules[name] != "clear"), None)
        got = next(to_be_had(bench, values, bench.hands_on), None) if rule else None
        how = "fires" if rule and outcome.rules[rule] == "fires" else "is open"
        return f"{got} can be had although the rule {rule} {how}." if got else None

    return Finding(patients=(bench.patient(meaning.chart.values(witness), complaint),))


def to_be_had(bench: Bench, values: Answers, techniques: Collection[str], *, freely: bool = False) -> Iterator[str]:
    """Those of the techniques that the plain evaluator offers, if need be with a named clinician's reason."""
    allowed = TO_BE_HAD[:1] if freely else TO_BE_HAD
    found = bench.outcome(values).techniques
    return (name for name in techniques if found[name].status in allowed)


def red_flags(bench: Bench, obligation: Obligation) -> Finding:
    """Each red flag leads at least where the evidence base says; one that forbids care does so while it is unknown."""
    search = bench.search(obligation)
    flags = bench.statements.red_flags
    found = [one for flag in flags for one in _red_flag(bench, search, flag)]
    return Finding(
        patients=tuple(found[:MOST_PATIENTS]),
        faults=tuple(one.wrong for one in found[MOST_PATIENTS:]),
        notes=(f"{len(flags)} red flags and combinations.",),
    )


def _red_flag(bench: Bench, search: Search, flag: RedFlag) -> Iterator[Patient]:
    meaning = bench.now
    present, not_absent = meaning.is_true(flag.when), no(meaning.is_false(flag.when))
    too_mild = no(meaning.disposition(bench.strictness(flag.at_least)))
    if _forbids_care(bench, flag):
        witness = search.find(some((every((present, too_mild)), every((not_absent, bench.some_hands_on)))))
    else:
        witness = search.find(not_absent, too_mild)
    if witness is not None:
        yield bench.patient(meaning.chart.values(witness), _flag_complaint(bench, flag))


def _forbids_care(bench: Bench, flag: RedFlag) -> bool:
    return not bench.knowledge.dispositions[flag.at_least].offers_care


def _flag_complaint(bench: Bench, flag: RedFlag) -> Complaint:
    def complaint(_: Answers, values: Answers) -> str | None:
        found = truth(flag.when, complete(bench.knowledge, values))
        outcome = bench.outcome(values)
        how = "is there" if found else "is not asked about"
        forbids = _forbids_care(bench, flag)
        if found is False:
            return None
        if (found or not forbids) and bench.strictness(outcome.disposition) < bench.strictness(flag.at_least):
            return f"{flag.id} {how}, and the disposition is {outcome.disposition}, not {flag.at_least}."
        got = next(to_be_had(bench, values, bench.hands_on), None) if forbids else None
        return f"{flag.id} {how}, and {got} can be had." if got else None

    return complaint


def contraindications(bench: Bench, obligation: Obligation) -> Finding:
    """Under A no technique of the class can be had, under R none is offered, whether the condition is known or open.

    And whoever has the condition has at least the disposition that the row names.
    """
    search = bench.search(obligation)
    rows = bench.statements.contraindications
    found = [one for row in rows for one in _row(bench, search, row)]
    return Finding(
        patients=tuple(found[:MOST_PATIENTS]),
        faults=tuple(one.wrong for one in found[MOST_PATIENTS:]),
        notes=(f"{len(rows)} conditions, {len(bench.statements.columns)} classes.",),
    )


def _row(bench: Bench, search: Search, row: Contraindication) -> Iterator[Patient]:
    letters = dict(zip((column.id for column in bench.statements.columns), row.cells.split(), strict=True))
    for letter in ("A", "R"):
        classes = frozenset(name for name, found in letters.items() if found == letter)
        touched = [name for name, names in bench.knowledge.names_of.items() if names & classes]
        yield from ruled_out(bench, search, row.id, row.when, touched, freely=letter == "R")
    if row.at_least is not None:
        yield from _red_flag(bench, search, RedFlag(id=row.id, place=row.place, when=row.when, at_least=row.at_least))


def ruled_out(
    bench: Bench, search: Search, name: str, when: Condition | None, techniques: Collection[str], *, freely: bool
) -> Iterator[Patient]:
    """Patients who get one of the techniques (only `freely`: without a named reason) though `when` is true or open."""
    meaning = bench.now
    had: list[Bit] = [meaning.offered(one) if freely else meaning.to_be_had(one) for one in techniques]
    there = [no(meaning.is_false(when))] if when is not None else []
    witness = search.find(some(had), *there)
    if witness is None:
        return

    def complaint(_: Answers, values: Answers) -> str | None:
        found = True if when is None else truth(when, complete(bench.knowledge, values))
        if found is False:
            return None
        got = next(to_be_had(bench, values, techniques, freely=freely), None)
        how = "is offered" if freely else "can be had"
        return f"{name} {'holds' if found else 'is not asked about'}, and {got} {how}." if got else None

    yield bench.patient(meaning.chart.values(witness), complaint)
