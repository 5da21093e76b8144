"""That mentions in records fit the facts they speak of: a value of the fact, and never more than the code means."""

from __future__ import annotations

from collections.abc import Iterator

from spinepath.engine.entries import Fact, Raw
from spinepath.engine.faults import FaultList
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.mentions import Demographic, Mention
from spinepath.engine.values import NotAValue, read_value


def check_mentions(knowledge: Knowledge, faults: FaultList) -> None:
    """Adds a fault for every mention or demographic that cannot say what it is meant to say."""
    for mention in knowledge.mentions.values():
        fact = knowledge.facts[mention.fact]
        _check_fact(fact, mention, faults)
        for cause, act in _problems(mention, fact):
            faults.add(mention.place, f"{mention.id} {cause}", act)
        for written in (mention.says, mention.denied, *mention.words.values()):
            _check_value(fact, written, mention, faults)
    for entry in knowledge.demographics.values():
        fact = knowledge.facts[entry.fact]
        _check_fact(fact, entry, faults)
        for written in entry.words.values():
            _check_value(fact, written, entry, faults)
        if entry.field == "birthDate" and not (fact.grows and fact.least == 0):
            faults.add(entry.place, f"{fact.id} does not grow from 0.", "Name a number of years that grows.")
        if (entry.field == "extension") != (entry.url is not None):
            faults.add(entry.place, f"{entry.id} needs a url for an extension, and only then.", "Add or remove url.")


def _check_fact(fact: Fact, entry: Mention | Demographic, faults: FaultList) -> None:
    if fact.worked_out is not None or fact.default is not None:
        act = "Name a fact that is found out."
        faults.add(entry.place, f"{entry.id} gives {fact.id}, which is worked out or a policy.", act)


def _check_value(fact: Fact, written: Raw | None, entry: Mention | Demographic, faults: FaultList) -> None:
    if written is None or fact.answer == "number":
        return
    try:
        read_value(fact, written)
    except NotAValue as problem:
        faults.add(entry.place, problem.cause, problem.act)


def _problems(mention: Mention, fact: Fact) -> Iterator[tuple[str, str]]:
    if (fact.answer == "number") != mention.is_number:
        yield f"and the {fact.answer} fact {fact.id} do not fit.", "Numbers have a unit and no says; others have says."
    elif not mention.is_number and mention.says is None and not mention.words:
        yield "says nothing.", "Add  says: yes, or words."
    if fact.answer == "yes_no" and mention.says not in (None, "yes"):
        yield "says no by its presence.", "A code says yes, or belongs to another fact; see denied."
    if mention.is_threshold and (mention.unit is None or mention.says is None):
        yield "compares a number without unit or says.", "Add both."
    if (mention.words or mention.unit) and mention.found_in != ("observation",):
        yield "reads a value, which only observations have.", "Write  found_in: observation."
    if mention.for_days is not None and mention.counts != "new":
        yield "has for_days but does not count as new.", "Write  counts: new."
    if mention.open_for_days is not None and mention.counts != "now":
        yield "has open_for_days but does not count as now.", "Write  counts: now."
