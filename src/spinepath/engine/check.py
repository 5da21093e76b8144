"""Is the knowledge base whole? What links alone cannot show: cases, laws of safety, honesty, and loose ends.

`load` has already refused what cannot be read; `check` finds what can be read but should not stand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from spinepath.engine.cases import differences, values_of
from spinepath.engine.conditions import (
    And,
    AtLeast,
    Compare,
    Condition,
    Confirmed,
    In,
    Is,
    Known,
    Not,
    Or,
    depends_on_asking,
    parts_of,
    truth,
)
from spinepath.engine.entries import Entry, Fact, Rule, Sourced
from spinepath.engine.evaluate import complete, evaluate
from spinepath.engine.evidence import Claim
from spinepath.engine.faults import Fault, FaultList
from spinepath.engine.knowledge import SECTION_NAMES, Knowledge
from spinepath.engine.links import links_of
from spinepath.engine.symmetry import one_sided, uneven

STATES = ("verified", "secondary", "recalled")


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The knowledge base in numbers, and what is wrong with it."""

    version: str
    facts: int
    rules: int
    cases: int
    claims: dict[str, int]
    sources: dict[str, int]
    faults: tuple[Fault, ...]


def check(knowledge: Knowledge) -> Report:
    """Everything `spinepath check` reports: counts, and every fault found."""
    faults = FaultList()
    for look in (_cases, *_LAWS, _evenness, _screens, _honesty, _claims, _loose_ends, _wording):
        look(knowledge, faults)
    homed = [claim for claim in knowledge.claims.values() if claim.home]
    not_followed = [claim for claim in knowledge.claims.values() if claim.verdict == "not_followed"]
    states: Counter[str] = Counter(source.state for source in knowledge.sources.values())
    return Report(
        version=knowledge.version,
        facts=len(knowledge.facts),
        rules=len(knowledge.rules),
        cases=sum(len(rule.cases) for rule in knowledge.rules.values()),
        claims={"homed": len(homed), "total": len(knowledge.claims), "not_followed": len(not_followed)},
        sources={"total": len(knowledge.sources), **{state: states[state] for state in STATES}},
        faults=tuple(dict.fromkeys(faults)),
    )


def laws_broken(knowledge: Knowledge, changed: Rule) -> tuple[Fault, ...]:
    """The faults that a change of this rule makes, whatever the cases say: the rules would be unsafe or uneven."""
    faults = FaultList()
    for law in _LAWS:
        law(knowledge, faults)
    _evenness(knowledge, faults, (changed,))
    return tuple(faults)


def report_as_json(report: Report) -> dict[str, Any]:
    """The report as plain data for machines."""
    return {
        "knowledge": report.version,
        "facts": report.facts,
        "rules": report.rules,
        "cases": report.cases,
        "claims": report.claims,
        "sources": report.sources,
        "faults": [msgspec.structs.asdict(fault) for fault in report.faults],
    }


# cases


def _cases(knowledge: Knowledge, faults: FaultList) -> None:
    """Every case holds, and every rule has one in which it fires and one in which it does not."""
    for rule in knowledge.rules.values():
        seen = set()
        for case in rule.cases:
            seen.add(truth(rule.when, complete(knowledge, values_of(knowledge, case))))
            for difference in differences(knowledge, rule, case):
                act = "Correct the rule or the case."
                faults.add(case.place, f"The case {case.name!r} of {rule.id} fails: it {difference}.", act)
        for wanted, words in ((True, "in which it fires"), (None, "in which it does not fire")):
            if not (True in seen if wanted else seen - {True}):
                faults.add(rule.place, f"The rule {rule.id} has no case {words}.", "Add one under cases.")


# laws of safety


def _laws(knowledge: Knowledge, faults: FaultList) -> None:
    """What no author may do: let an unanswered question make advice milder."""
    floor = knowledge.strictness[knowledge.mildest_without_care]
    for rule in knowledge.rules.values():
        level = rule.then.at_least
        if level and knowledge.strictness[level] >= floor and rule.if_unknown != "settle":
            faults.add(
                rule.place,
                f"{rule.id} leads to {level} but its open question would be passed over.",
                "Write  if_unknown: settle.",
            )
        elif guards(rule) and rule.if_unknown == "note" and not rule.passed_over:
            faults.add(
                rule.place,
                f"{rule.id} forbids or limits something, but its open question is passed over without a reason.",
                "Write  if_unknown: settle, or say why in  passed_over: ...",
            )
        if guards(rule) and _loosens_when_unknown(rule.when, negated=False):
            faults.add(
                rule.place,
                f"{rule.id} would be cleared by a question that nobody answered.",
                "Use known(...) and confirmed(...) only after not, in rules that forbid something.",
            )
        if not any(getattr(rule.then, key) for key in rule.then.__struct_fields__):
            faults.add(rule.place, f"The rule {rule.id} does nothing.", "Give it an effect under then.")
    hands_on = [found.id for found in knowledge.classes.values() if found.hands_on]
    for disposition in knowledge.dispositions.values():
        left = [] if disposition.offers_care else [name for name in hands_on if name not in disposition.bars]
        if left:
            cause = f"{disposition.id} offers no care but leaves {', '.join(left)}, which is hands-on."
            faults.add(disposition.place, cause, "Add it under bars.")
    for fact in knowledge.facts.values():
        if fact.worked_out and fact.worked_out.when is not None and depends_on_asking(fact.worked_out.when):
            faults.add(
                fact.place,
                f"{fact.id} is worked out from what is known rather than from what is true.",
                "Use known(...) and confirmed(...) in rules only.",
            )


def _switched_off(knowledge: Knowledge, faults: FaultList) -> None:
    """A technique that is off is excluded from the start, by a rule that a policy can lift."""
    from_the_start = evaluate(knowledge, {}).techniques
    for name, technique in knowledge.techniques.items():
        if technique.offer == "off" and from_the_start[name].status != "excluded":
            act = "Exclude it, or what it varies, in a rule that fires until a policy switches it on."
            faults.add(technique.place, f"{name} is off, but nothing excludes it.", act)


def guards(rule: Rule) -> bool:
    """Does the rule forbid or limit something?"""
    return bool(rule.then.at_least or rule.then.exclude or rule.then.restrict or rule.then.hold)


def _loosens_when_unknown(condition: Condition, negated: bool) -> bool:
    if isinstance(condition, (Known, Confirmed)) and not negated:
        return True
    if isinstance(condition, Not):
        negated = not negated
    return any(_loosens_when_unknown(part, negated) for part in parts_of(condition))


def _dangers(knowledge: Knowledge, faults: FaultList) -> None:
    """Each fact says which of its answers lead to stricter advice, and the rules agree."""
    used: dict[str, set[str]] = {}
    for rule in knowledge.rules.values():
        if guards(rule):
            for name, word in dangers_in(knowledge, rule.when):
                used.setdefault(name, set()).add(word)
    for name, words in used.items():
        fact = knowledge.facts[name]
        missing = words - set(declared_dangers(fact))
        if missing:
            faults.add(
                fact.place,
                f"Rules treat {', '.join(sorted(missing))} of {name} as a danger, but the fact does not say so.",
                f"Write  danger: [{', '.join(sorted(words | set(fact.danger or ())))}], or correct the rule.",
            )


def declared_dangers(fact: Fact) -> tuple[str, ...]:
    """The answers of a fact that lead to stricter advice, as its author declares them."""
    if fact.danger is not None:
        return fact.danger
    return ("yes",) if fact.answer == "yes_no" else ()


def dangers_in(knowledge: Knowledge, condition: Condition, wanted: bool = True) -> Iterator[tuple[str, str]]:
    """The answers that help to make the condition true: (fact, answer), down to the facts that are found out."""
    match condition:
        case Not(part):
            yield from dangers_in(knowledge, part, not wanted)
        case And(parts) | Or(parts) | AtLeast(_, parts):
            for part in parts:
                yield from dangers_in(knowledge, part, wanted)
        case Confirmed(part):
            yield from dangers_in(knowledge, part, wanted)
        case Is(fact):
            derivation = knowledge.facts[fact].worked_out
            if derivation is not None and derivation.when is not None:
                yield from dangers_in(knowledge, derivation.when, wanted)
            else:
                yield fact, "yes" if wanted else "no"
        case Compare(fact, sign, _):
            if sign == "=":
                yield from ((fact, "high"), (fact, "low"))
            else:
                yield fact, "high" if (sign in (">", ">=")) == wanted else "low"
        case In(fact, words):
            chosen = words if wanted else tuple(word for word in knowledge.facts[fact].values if word not in words)
            yield from ((fact, word) for word in chosen)


# evenness


def _evenness(knowledge: Knowledge, faults: FaultList, rules: Iterable[Rule] | None = None) -> None:
    """What holds on the left holds on the right, and members of a group count alike."""
    for rule in one_sided(knowledge, rules):
        act = "Write it for_each: side, or name both sides alike."
        faults.add(rule.place, f"{rule.id} holds for one side and has no twin for the other.", act)
    for rule, one, other in uneven(knowledge, rules):
        act = "Use count, least or greatest over the group, or name a worked-out fact instead."
        faults.add(rule.place, f"{rule.id} names a whole group but treats {one} unlike {other}.", act)


_LAWS = (_laws, _switched_off, _dangers)


# screens


def _screens(knowledge: Knowledge, faults: FaultList) -> None:
    """Each fact is asked on one screen at most, in words its reader understands."""
    seen: dict[str, str] = {}
    for question in knowledge.questions.values():
        for name in question.parts:
            if name not in question.settles:
                faults.add(question.place, f"A part begins with {name}, which is not asked here.", "Name one that is.")
        for name in question.settles:
            fact = knowledge.facts[name]
            first = seen.setdefault(name, question.id)
            if first != question.id:
                faults.add(question.place, f"{name} is asked on {first} already.", "Remove it from one screen.")
            if fact.worked_out is not None:
                faults.add(question.place, f"{name} is worked out, not asked.", "Remove it from the screen.")
            if question.kind == "checklist" and fact.answer != "yes_no":
                faults.add(question.place, f"{name} is not a yes/no fact.", "Put it on a page instead of a checklist.")
            if question.reader == "patient" and not (fact.ask and fact.why_we_ask):
                faults.add(fact.place, f"Patients are asked {name} without a reason.", "Add  ask  and  why_we_ask.")


# honesty


def _honesty(knowledge: Knowledge, faults: FaultList) -> None:
    """No entry claims to be surer than its sources."""
    order = {"verified": 0, "secondary": 1, "recalled": 2}
    for entry in _all(knowledge):
        if not isinstance(entry, Sourced) or entry.state == "project":
            continue
        best = min((order[knowledge.sources[name].state] for name in entry.source), default=3)
        if best > order[entry.state]:
            basis = {1: "sources read second-hand", 2: "recalled sources", 3: "no source"}[best]
            act = "Say  state: project, or name a better source." if best == 3 else "Lower the state, or name a source."
            faults.add(entry.place, f"{entry.id} says {entry.state} but rests on {basis}.", act)


def _all(knowledge: Knowledge) -> Iterator[Entry]:
    for section in SECTION_NAMES:
        yield from knowledge.section(section).values()


# claims of the article


def _claims(knowledge: Knowledge, faults: FaultList) -> None:
    """Each claim has a home or a reason, and claim and home name each other."""
    for claim in knowledge.claims.values():
        if claim.verdict != "not_followed" and not claim.home:
            faults.add(claim.place, f"The claim {claim.id} has no home.", "Name the entry that carries it under home.")
        for home in claim.home:
            entry = knowledge.entries.get(home)
            if entry is not None and claim.id not in getattr(entry, "claims", ()):
                act = f"Add  claims: [{claim.id}]  to {home}, or correct the home."
                faults.add(claim.place, f"{home} is home to {claim.id} but does not name it.", act)
    for entry in _all(knowledge):
        for name in getattr(entry, "claims", ()):
            found = knowledge.claims.get(name)
            if isinstance(found, Claim) and entry.id not in found.home:
                cause = f"{entry.id} names the claim {name}, whose home is elsewhere."
                faults.add(entry.place, cause, f"Add {entry.id} to the homes of the claim.")


# loose ends

_MUST_BE_USED = (
    "facts",
    "groups",
    "numbers",
    "sources",
    "codes",
    "investigations",
    "limits",
    "readings",
    "scales",
    "provisos",
    "skills",
    "equipment",
    "charts",
    "guidelines",
)


def _loose_ends(knowledge: Knowledge, faults: FaultList) -> None:
    """Nothing is written down that nothing uses."""
    used = {name for entry in _everything_that_names(knowledge) for _, name, _ in links_of(entry)}
    used |= knowledge.spoken_of
    used |= {name for rule in knowledge.rules.values() for name in _names_in(knowledge, rule.when)}
    for fact in knowledge.facts.values():
        used.update(knowledge.bases_of(fact.id))
    used |= {name for group in knowledge.groups.values() if group.id in used for name in group.facts}
    for section in _MUST_BE_USED:
        for name, entry in knowledge.section(section).items():
            if name not in used:
                act = "Use it, or remove it."
                faults.add(entry.place, f"Nothing uses {name} ({section}).", act)


def _everything_that_names(knowledge: Knowledge) -> Iterator[msgspec.Struct]:
    """All entries, but not the screens and groups: to be asked is not yet to be of use."""
    for entry in _all(knowledge):
        if entry.id not in knowledge.questions and entry.id not in knowledge.groups:
            yield entry
    for rule in knowledge.rules.values():
        yield from rule.cases


def _names_in(knowledge: Knowledge, condition: Condition) -> Iterable[str]:
    fact = getattr(condition, "fact", None)
    if fact is not None:
        yield fact
    for part in parts_of(condition):
        yield from _names_in(knowledge, part)


# words

_PATIENT_TEXTS = ("ask", "item", "hint", "why_we_ask", "patient")


def _wording(knowledge: Knowledge, faults: FaultList) -> None:
    """No promise, no scare and no myth in what patients read."""
    avoided = [
        (word, re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE), wording)
        for wording in knowledge.wordings.values()
        for word in wording.avoid
    ]
    for entry in _all(knowledge):
        for text in _patient_texts(entry):
            for word, pattern, wording in avoided:
                if pattern.search(text):
                    faults.add(entry.place, f"{entry.id} tells patients {word!r}.", f"{wording.why} Say it otherwise.")


def _patient_texts(entry: Entry) -> Iterator[str]:
    for key in _PATIENT_TEXTS:
        text = getattr(entry, key, None)
        if isinstance(text, str):
            yield text
    says = getattr(entry, "says", None)
    patient = getattr(says, "patient", None)
    if patient:
        yield patient
    if getattr(entry, "reader", None) in ("patient", "both") and isinstance(says, tuple):
        yield from says
