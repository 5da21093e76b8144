"""Two charts of one person: what moves between them, and what must not loosen because of it.

A *danger* is an answer that leads to stricter advice, as the fact declares it. Adding dangers means: an answer that is
no danger, or an unknown, becomes one; a number moves to its dangerous side. Facts without a danger may change at will,
because they must have no say.
"""

from __future__ import annotations

from collections.abc import Iterator

from spinepath.engine.check import declared_dangers
from spinepath.engine.entries import Fact
from spinepath.engine.evaluate import Outcome
from spinepath.engine.values import write_value
from spinepath.prove.bench import Bench, Finding
from spinepath.prove.chart import AnyChart, answer_bits, equal
from spinepath.prove.meaning import Meaning
from spinepath.prove.patients import Answers, Complaint, Patient
from spinepath.prove.solver import Bit, Witness, every, implies, no, same, some
from spinepath.prove.statements import Obligation


def is_two_way(fact: Fact) -> bool:
    """Does the fact declare that each of its answers can be the stricter one?"""
    answers = len(fact.values) if fact.answer == "choice" else 2
    return len(declared_dangers(fact)) == answers


def needs_a_form(fact: Fact) -> bool:
    """Has the fact several dangers, so that one of them may be milder than another?"""
    return is_two_way(fact) or (fact.answer == "choice" and len(declared_dangers(fact)) > 1)


def added(bench: Bench, name: str) -> Bit:
    """Between the two charts the fact stays as it is, or becomes a danger, or moves without having a say."""
    before, after = bench.now.chart, bench.later.chart
    fact = bench.knowledge.facts[name]
    stays = equal(before, after, name)
    if is_two_way(fact):
        return stays
    moves = {"yes_no": _answer_moves, "choice": _word_moves, "number": _number_moves}[fact.answer]
    return some((stays, every((after.known(name), moves(before, after, fact)))))


def _answer_moves(before: AnyChart, after: AnyChart, fact: Fact) -> Bit:
    dangers = declared_dangers(fact)
    if not dangers:
        return before.known(fact.id)
    yes = after.says_yes(fact.id)
    return yes if dangers == ("yes",) else no(yes)


def _word_moves(before: AnyChart, after: AnyChart, fact: Fact) -> Bit:
    """To a danger from what is none, or among the answers that are none; from unknown only where there is one danger.

    With several, an unknown could be the gravest of them: to learn that it is another one is no danger added.
    """
    dangers = declared_dangers(fact)
    was = some([before.says(fact.id, word) for word in dangers])
    becomes = some([after.says(fact.id, word) for word in dangers])
    known = before.known(fact.id)
    return every((no(every((known, was))), some((known, becomes)) if len(dangers) == 1 else known))


def _number_moves(before: AnyChart, after: AnyChart, fact: Fact) -> Bit:
    """Further to the dangerous side; from unknown to its far end."""
    dangers = declared_dangers(fact)
    if not dangers:
        return before.known(fact.id)
    from_bits, to_bits = answer_bits(before, fact.id), answer_bits(after, fact.id)
    if dangers == ("low",):
        further = every([implies(there, here) for here, there in zip(from_bits, to_bits, strict=True)])
    else:
        further = every([implies(here, there) for here, there in zip(from_bits, to_bits, strict=True)])
    end = fact.least if dangers == ("low",) else fact.most
    return every((further, some((before.known(fact.id), every(after.value_bits(fact.id, end))))))


# adding a danger


def adding_a_danger(bench: Bench, obligation: Obligation) -> Finding:
    """Added dangers never loosen what is certain; where everything is answered, they never loosen anything."""
    search = bench.search(obligation, two=True)
    names = tuple(bench.ground.inputs)
    search.add([added(bench, name) for name in names])
    two_way = sorted(name for name in names if is_two_way(bench.knowledge.facts[name]))
    own_form = [name for name in names if needs_a_form(bench.knowledge.facts[name])]
    named = {name for entry in bench.statements.both_ways for name in entry.facts}
    faults = []
    if missing := [name for name in own_form if name not in named]:
        faults.append(f"Of more than one danger, and without a form of their own: {', '.join(missing)}.")
    witness = search.find(_loosened(bench))
    note = f"{len(names) - len(two_way)} facts at once; both ways and proved apart: {', '.join(two_way)}."
    if witness is None:
        return Finding(faults=tuple(faults), notes=(note,))
    return Finding(faults=tuple(faults), notes=(note,), patients=(shown(bench, witness, looser(bench)),))


def _loosened(bench: Bench) -> Bit:
    """Something that was certain is no longer so, or a danger that was open counts as answered no."""
    now, later = bench.now, bench.later
    watched = [name for name, form in now.forms.items() if form.level and form.settle]
    answered_no = [every((now.open(name), later.clear(name))) for name in watched]
    return some((loosened(now, later), *answered_no))


def loosened(now: Meaning, later: Meaning, *, but: frozenset[str] = frozenset()) -> Bit:
    """A disposition that was certain or possible has become milder, or a technique (not of `but`) is freed."""
    levels = range(1, len(now.knowledge.ladder))
    names = [name for name in now.techniques if not now.knowledge.names_of[name] & but]
    return some(
        (
            *(every((now.firm(level), no(later.firm(level)))) for level in levels),
            *(every((now.most(level), no(later.most(level)))) for level in levels),
            *(later.freed_since(now, name) for name in names),
        )
    )


def looser(bench: Bench, *, but: frozenset[str] = frozenset(), dangers: bool = True) -> Complaint:
    """What has loosened from one chart to the other, by the plain evaluator; techniques of `but` may be freed.

    With `dangers` an open danger must not count as answered no either.
    """

    def complaint(before: Answers, after: Answers) -> str | None:
        first, then = bench.outcome(before), bench.outcome(after)
        found = next(_looser_parts(bench, first, then, but, dangers), None)
        return f"{news_of(bench, before, after)} {found}." if found else None

    return complaint


def _looser_parts(bench: Bench, first: Outcome, then: Outcome, but: frozenset[str], dangers: bool) -> Iterator[str]:
    for old, new in ((firm_of(bench, first), firm_of(bench, then)), (first.most, then.most)):
        if bench.strictness(new) < bench.strictness(old):
            yield f"loosens the disposition from {old} to {new}"
    for name, offer in first.techniques.items():
        old, new = offer.status, then.techniques[name].status
        freed = (old == "excluded" and new != "excluded") or (old == "restricted" and new == "offered")
        if freed and not bench.knowledge.names_of[name] & but:
            yield f"turns {name} from {old} to {new}"
    for name, rule in bench.knowledge.rules.items():
        watched = dangers and rule.then.at_least and rule.if_unknown == "settle"
        if watched and first.rules[name] == "open" and then.rules[name] == "clear":
            yield f"answers the open danger {name} with no"


def firm_of(bench: Bench, outcome: Outcome) -> str:
    """The strictest disposition that the rules which fire ask for."""
    asked = [bench.knowledge.rules[name].then.at_least for name in outcome.fired]
    levels = [level for level in asked if level]
    return max(levels, key=bench.strictness, default=bench.knowledge.ladder[0])


def news_of(bench: Bench, before: Answers, after: Answers) -> str:
    """What is new in the second chart, in words."""
    was, becomes = ({**bench.knowledge.defaults, **values} for values in (before, after))
    changed = [name for name in {**was, **becomes} if was.get(name) != becomes.get(name)]
    return ", ".join(
        f"{name} from {write_value(was.get(name))} to {write_value(becomes.get(name))}" for name in changed
    )


def shown(bench: Bench, witness: Witness, complaint: Complaint, later: AnyChart | None = None) -> Patient:
    """The patient of the first chart, and what is new in the second."""
    before = bench.now.chart.values(witness)
    after = (later or bench.later.chart).values(witness)
    news = {name: value for name, value in after.items() if before.get(name) is None or before[name] != value}
    news |= {name: None for name in before if name not in after}
    return bench.patient(before, complaint, news)


# learning


def learning(bench: Bench, obligation: Obligation) -> Finding:
    """Answers that come in never lead outside the bounds that were given before."""
    now, later = bench.now, bench.later
    search = bench.search(obligation, two=True)
    for name in bench.ground.inputs:
        pairs = zip(answer_bits(now.chart, name), answer_bits(later.chart, name), strict=True)
        kept = every([later.chart.known(name), *(same(here, there) for here, there in pairs)])
        search.add([implies(now.chart.known(name), kept)])
    levels = range(1, len(bench.knowledge.ladder))
    outside = some(
        [
            *(every((now.least(level), no(later.least(level)))) for level in levels),
            *(every((later.most(level), no(now.most(level)))) for level in levels),
            *(every((no(now.most(level)), later.disposition(level), later.chart.complete)) for level in levels),
            *(every((now.least(level), no(later.disposition(level)), later.chart.complete)) for level in levels),
        ]
    )
    witness = search.find(outside)
    if witness is None:
        return Finding()
    return Finding(patients=(shown(bench, witness, _outside(bench)),))


def _outside(bench: Bench) -> Complaint:
    strictness = bench.knowledge.strictness

    def complaint(before: Answers, after: Answers) -> str | None:
        first, then = bench.outcome(before), bench.outcome(after)
        if strictness[then.least] < strictness[first.least] or strictness[then.most] > strictness[first.most]:
            news = news_of(bench, before, after)
            return f"{news} leads from [{first.least}, {first.most}] out to [{then.least}, {then.most}]."
        return None

    return complaint
