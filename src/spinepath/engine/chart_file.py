"""A chart file (YAML or JSON) to findings, or every fault in it.

    as_of: 2026-11-22T10:00:00+01:00        # the moment to assess; now, when left out
    start: nothing_found                     # a named chart of the knowledge base to begin from
    answers:                                 # whole screens, as they were answered
      bladder_and_saddle: none
      bones: [osteoporosis]
      illnesses_before:                      # ... or with when, by whom and from which source
        - {answer: none, at: 2026-11-01, source: patient}
    findings:                                # single facts, observed at as_of ...
      leg_pain: 6
      bladder_change:                        # ... or with their history
        - {value: no, at: 2026-11-01, by: Dr Example, source: clinician}
        - {value: unknown, at: 2026-11-22, source: patient}

A file that holds nothing but facts with values is read as its findings.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import get_args

import msgspec

from spinepath.engine.entries import Fact, Question, Raw, Word
from spinepath.engine.faults import FaultList, FaultyFindings, nearest
from spinepath.engine.findings import Finding, Origin, moment
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.nodes import Listing, Mapping, Node, Scalar, read_nodes
from spinepath.engine.values import NotAValue, read_value

_KEYS = ("story", "as_of", "start", "answers", "findings", "expect", "note")
_FINDING_KEYS = ("fact", "value", "at", "by", "source")
_ANSWER_KEYS = ("answer", "at", "by", "source")
_EXAMPLE = "Write for example  findings: {leg_pain: 6, fever: no}."


class ChartFile(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one person and the moment they are assessed for; `told` are the keys that hold no finding."""

    as_of: datetime
    findings: tuple[Finding, ...]
    told: tuple[str, ...] = ()


def read_chart(content: bytes, name: str, knowledge: Knowledge, now: datetime) -> ChartFile:
    """The findings in a chart file. `now` is the moment used when the file gives none.

    Raises FaultyFindings with every fault: unknown facts (with the nearest name), values of the wrong kind, unit or
    range, times in the future, two values of one fact at the same time, and unreadable text.
    """
    faults = FaultList()
    node = read_nodes(content, name, faults)
    found = _read(node, knowledge, now, faults) if node is not None else None
    if faults or found is None:
        raise FaultyFindings(dict.fromkeys(faults))
    return found


def _read(node: Node, knowledge: Knowledge, now: datetime, faults: FaultList) -> ChartFile | None:
    if not isinstance(node, Mapping):
        faults.add(node.place, "A chart file holds facts with values.", _EXAMPLE)
        return None
    node = _wrapped(node, knowledge)
    for key in node.pairs:
        if key in knowledge.facts or key in knowledge.groups:
            act = f"Write  findings: {{{key}: ...}}."
            faults.add(node.keys[key].place, f"{key} does not stand under findings.", act)
        elif key not in _KEYS:
            act = nearest(key, (*_KEYS, *knowledge.facts), f"Keys are: {', '.join(_KEYS)}.")
            faults.add(node.keys[key].place, f"There is no fact or key {key!r}.", act)
    as_of = _as_of(node.pairs.get("as_of"), now, faults)
    reader = _FindingReader(knowledge, as_of, now, faults)
    started = tuple(reader.started(node.pairs.get("start")))
    answered = tuple(reader.answered(node.pairs.get("answers")))
    single = reader.single(node.pairs.get("findings"))
    for layer in (answered, single):
        _check_same_time(layer, reader.places, faults)
    own = {finding.fact for finding in (*answered, *single)}
    findings = (*(one for one in started if one.fact not in own), *_without_overridden(answered, single))
    told = tuple(key for key in ("story", "expect", "note") if key in node.pairs)
    return ChartFile(as_of=as_of, findings=findings, told=told)


def _without_overridden(answered: tuple[Finding, ...], single: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """A single finding stands in place of the same person's answer on a screen at the same time, and of no other."""
    given = {_observed(finding): finding for finding in (*answered, *single)}
    return tuple(given.values())


def _wrapped(node: Mapping, knowledge: Knowledge) -> Mapping:
    """A file of facts alone is read as its findings."""
    names = {*knowledge.facts, *knowledge.groups}
    if any(key in _KEYS for key in node.pairs) or not any(key in names for key in node.pairs):
        return node
    outer = Mapping(node.file, node.line)
    outer.pairs["findings"] = node
    outer.keys["findings"] = Scalar(node.file, node.line, "findings", False)
    return outer


def _as_of(node: Node | None, now: datetime, faults: FaultList) -> datetime:
    if node is None:
        return now
    try:
        return moment(node.text if isinstance(node, Scalar) else "", end_of_day=True)
    except ValueError:
        faults.add(node.place, "as_of is not a moment.", "Write for example  2026-11-22T10:00:00+01:00.")
        return now


def _observed(finding: Finding) -> tuple[str, datetime, str]:
    return (finding.fact, finding.at, finding.source)


def _check_same_time(findings: tuple[Finding, ...], places: dict[Finding, str], faults: FaultList) -> None:
    seen: dict[tuple[str, datetime, str], Finding] = {}
    for finding in findings:
        first = seen.setdefault(_observed(finding), finding)
        if first.value != finding.value:
            faults.add(
                places[finding],
                f"{finding.fact} has two values at the same time.",
                "Keep the right one, or give each its own time.",
            )


class _FindingReader:
    def __init__(self, knowledge: Knowledge, as_of: datetime, now: datetime, faults: FaultList) -> None:
        self.knowledge = knowledge
        self.as_of = as_of
        self.latest = max(as_of, now)
        self.faults = faults
        self.places: dict[Finding, str] = {}

    # from a named chart

    def started(self, node: Node | None) -> Iterator[Finding]:
        if node is None:
            return
        name = node.text if isinstance(node, Scalar) else ""
        if name not in self.knowledge.charts:
            act = nearest(name, self.knowledge.charts, "Remove start.")
            self.faults.add(node.place, f"There is no chart {name!r} to start from.", act)
            return
        for fact, written in written_in(self.knowledge, name).items():
            yield self.finding(self.knowledge.facts[fact], written, node)

    # from whole screens

    def answered(self, node: Node | None) -> Iterator[Finding]:
        if node is None:
            return
        if not isinstance(node, Mapping):
            self.faults.add(node.place, "answers holds screens.", "Write  answers: {screen: none}.")
            return
        for name, answer in node.pairs.items():
            question = self.knowledge.questions.get(name)
            if question is None:
                act = nearest(name, self.knowledge.questions, "Give single facts under findings.")
                self.faults.add(answer.place, f"There is no screen {name!r}.", act)
                continue
            for one in self.each_time(answer):
                yield from self.screen_answered(question, one)

    def each_time(self, answer: Node) -> tuple[Node, ...]:
        """One answer, or several with their times."""
        items = answer.items if isinstance(answer, Listing) else []
        return tuple(items) if any(isinstance(one, Mapping) for one in items) else (answer,)

    def screen_answered(self, question: Question, answer: Node) -> Iterator[Finding]:
        at, by, source = self.as_of, None, None
        if isinstance(answer, Mapping) and "answer" in answer.pairs:
            self.only(_ANSWER_KEYS, answer, "An answer")
            at, by, source = self.time(answer.pairs.get("at")), self.word(answer, "by"), self.source(answer)
            answer = answer.pairs["answer"]
        for fact, written in self.screen(question, answer).items():
            yield self.finding(self.knowledge.facts[fact], written, answer, at=at, source=source, by=by)

    def screen(self, question: Question, answer: Node) -> dict[str, str]:
        """none, normal, unknown, or the list of lines that were ticked."""
        if isinstance(answer, Scalar):
            try:
                return whole_screen(self.knowledge, question, answer.text)
            except NotAValue as problem:
                self.faults.add(answer.place, problem.cause, problem.act)
                return {}
        ticked = self.ticked(question, answer)
        return {fact: "yes" if fact in ticked else "no" for fact in question.settles} if ticked else {}

    def ticked(self, question: Question, answer: Node) -> set[str]:
        """The lines that were ticked; an empty list is no answer, because nobody says "none of these" by silence."""
        items = answer.items if isinstance(answer, Listing) else []
        if not items or not all(isinstance(item, Scalar) for item in items):
            act = f"Write none, unknown or a list such as [{question.settles[0]}]."
            self.faults.add(answer.place, f"The answer to the screen {question.id} is not a list of lines.", act)
            return set()
        lines = {item.text for item in items if isinstance(item, Scalar)}
        for line in sorted(lines.difference(question.settles)):
            act = nearest(line, question.settles, f"Lines are: {', '.join(question.settles)}.")
            self.faults.add(answer.place, f"{line!r} is not on the screen {question.id}.", act)
        return lines

    # single findings

    def single(self, node: Node | None) -> tuple[Finding, ...]:
        if node is None:
            return ()
        if isinstance(node, Listing):
            found = [finding for item in node.items for finding in self.record(item)]
        elif isinstance(node, Mapping):
            found = [
                finding
                for key, item in node.pairs.items()
                for finding in self.named(key, item)
                if finding.fact == key or finding.fact not in node.pairs  # a single fact outranks its group
            ]
        else:
            self.faults.add(node.place, "findings holds facts with values.", _EXAMPLE)
            found = []
        return tuple(found)

    def record(self, node: Node) -> Iterator[Finding]:
        """One finding with its time and source."""
        fact = node.pairs.get("fact") if isinstance(node, Mapping) else None
        if not isinstance(node, Mapping) or not isinstance(fact, Scalar):
            self.faults.add(node.place, "A finding needs a fact.", "Write  {fact: fever, value: no, at: 2026-11-22}.")
            return
        for name in self.facts(fact.text, fact):
            yield from self.dated(self.knowledge.facts[name], node)

    def named(self, name: str, node: Node) -> Iterator[Finding]:
        """A fact (or every fact of a group) with one value, or with its history."""
        for fact in self.facts(name, node):
            entry = self.knowledge.facts[fact]
            for item in node.items if isinstance(node, Listing) else (node,):
                if isinstance(item, Mapping):
                    yield from self.dated(entry, item)
                elif isinstance(item, Scalar):
                    yield self.finding(entry, item.text, item)
                else:
                    self.faults.add(item.place, f"{fact} needs a value.", _EXAMPLE)

    def facts(self, name: str, node: Node) -> tuple[str, ...]:
        if name in self.knowledge.groups:
            return self.knowledge.groups[name].facts
        fact = self.knowledge.facts.get(name)
        if fact is None:
            known = (*self.knowledge.facts, *self.knowledge.groups)
            self.faults.add(node.place, f"There is no fact {name!r}.", nearest(name, known, _EXAMPLE))
            return ()
        if fact.worked_out is not None and fact.worked_out.when is not None:
            bases = ", ".join(self.knowledge.asked_behind[name][:4])
            self.faults.add(node.place, f"{name} is worked out, not given.", f"Give what it rests on: {bases}.")
            return ()
        return (name,)

    def dated(self, fact: Fact, node: Mapping) -> Iterator[Finding]:
        self.only(_FINDING_KEYS, node, "A finding")
        value = node.pairs.get("value")
        if not isinstance(value, Scalar):
            self.faults.add(node.place, f"The finding of {fact.id} lacks a value.", "Write  value: ...")
            return
        at = self.time(node.pairs.get("at"))
        yield self.finding(fact, value.text, value, at=at, source=self.source(node), by=self.word(node, "by"))

    def only(self, keys: tuple[str, ...], node: Mapping, what: str) -> None:
        for key in node.pairs:
            if key not in keys:
                act = nearest(key, keys, f"Keys are: {', '.join(keys)}.")
                self.faults.add(node.keys[key].place, f"{what} has no key {key!r}.", act)

    def source(self, node: Mapping) -> str | None:
        """The source that is named; the one that the fact names where none is, or none that exists."""
        origin = self.word(node, "source")
        if origin is not None and origin not in get_args(Origin):
            act = nearest(origin, get_args(Origin), f"Sources are: {', '.join(get_args(Origin))}.")
            self.faults.add(node.place, f"{origin!r} is not a source.", act)
            return None
        return origin

    def word(self, node: Mapping, key: str) -> str | None:
        """The single word or text under a key that may be left out."""
        found = node.pairs.get(key)
        if found is not None and not isinstance(found, Scalar):
            self.faults.add(found.place, f"{key} is a list or mapping.", f"Write one name after  {key}:")
        return found.text if isinstance(found, Scalar) else None

    def time(self, node: Node | None) -> datetime:
        if node is None:
            return self.as_of
        try:
            at = moment(node.text if isinstance(node, Scalar) else "", zone=self.as_of.tzinfo)
        except ValueError:
            self.faults.add(node.place, "This is not a moment.", "Write for example  2026-11-22T10:00:00+01:00.")
            return self.as_of
        if at > self.latest:
            self.faults.add(
                node.place,
                "The finding is dated in the future.",
                f"Give a time up to {self.latest.date()}.",
            )
        return at

    def finding(
        self,
        fact: Fact,
        written: str,
        node: Node,
        at: datetime | None = None,
        source: str | None = None,
        by: str | None = None,
    ) -> Finding:
        at = at or self.as_of
        try:
            value = read_value(fact, written, on=at.date())
        except NotAValue as problem:
            self.faults.add(node.place, problem.cause, problem.act)
            value = None
        found = Finding(fact=fact.id, value=value, at=at, source=source or fact.who, by=by)  # type: ignore[arg-type]
        self.places.setdefault(found, node.place)
        return found


def whole_screen(knowledge: Knowledge, question: Question, answer: str) -> dict[str, str]:
    """What `none`, `normal` or `unknown` for a whole screen says of each of its facts, as written values.

    `normal` says nothing of facts that have no normal value. Raises NotAValue for any other word.
    """
    if answer == "unknown":
        return dict.fromkeys(question.settles, "unknown")
    if answer == "none" and question.kind == "checklist":
        return dict.fromkeys(question.settles, "no")
    if answer == "normal":
        normal = {fact: knowledge.facts[fact].normal for fact in question.settles}
        return {fact: value for fact, value in normal.items() if value is not None}
    words = "none" if question.kind == "checklist" else "normal"
    raise NotAValue(f"The screen {question.id} cannot be answered so.", f"Write {words}, unknown or [lines].")


def written_in(knowledge: Knowledge, chart: str) -> dict[str, str]:
    """The values of a named chart, as written: what it starts from, then its screens, then its single answers."""
    entry = knowledge.charts[chart]
    written = written_in(knowledge, entry.start) if entry.start else {}
    for name, answer in entry.answers.items():
        written.update(whole_screen(knowledge, knowledge.questions[name], answer))
    written.update(each_fact(knowledge, entry.given))
    return written


def each_fact(knowledge: Knowledge, given: dict[Word, Raw]) -> dict[str, str]:
    """The answers by fact: what is given for a group counts for its members, unless one has an answer of its own."""
    groups = [name for name in given if name in knowledge.groups]
    written: dict[str, str] = {fact: given[name] for name in groups for fact in knowledge.groups[name].facts}
    written.update({name: value for name, value in given.items() if name not in groups})
    return written
