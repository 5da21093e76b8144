"""A chart file (YAML or JSON) to findings, or every fault in it.

    as_of: 2026-11-22T10:00:00+01:00        # the moment to assess; now, when left out
    start: nothing_found                     # a named chart of the knowledge base to begin from
    answers:                                 # whole screens, as they were answered
      bladder_and_saddle: none
      bones: [osteoporosis]
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

from spinepath.engine.entries import Fact, Question
from spinepath.engine.faults import FaultList, FaultyFindings, nearest
from spinepath.engine.findings import Finding, Origin, moment
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.nodes import Listing, Mapping, Node, Scalar, read_nodes
from spinepath.engine.values import NotAValue, read_value

_KEYS = ("story", "as_of", "start", "answers", "findings", "expect", "note")
_FINDING_KEYS = ("fact", "value", "at", "by", "source")
_EXAMPLE = "Write for example  findings: {leg_pain: 6, fever: no}."


class ChartFile(msgspec.Struct, frozen=True, kw_only=True):
    """The findings of one person and the moment they are assessed for."""

    as_of: datetime
    findings: tuple[Finding, ...]
    story: str | None = None


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
        if key not in _KEYS:
            act = nearest(key, (*_KEYS, *knowledge.facts), f"Keys are: {', '.join(_KEYS)}.")
            faults.add(node.keys[key].place, f"There is no fact or key {key!r}.", act)
    as_of = _as_of(node.pairs.get("as_of"), now, faults)
    reader = _FindingReader(knowledge, as_of, now, faults)
    findings = dict(reader.started(node.pairs.get("start")))
    findings.update(reader.answered(node.pairs.get("answers")))
    single = reader.single(node.pairs.get("findings"))
    for finding in single:
        findings.pop(finding.fact, None)
    everything = (*findings.values(), *single)
    _check_same_time(everything, node, faults)
    story = node.pairs.get("story")
    return ChartFile(
        as_of=as_of, findings=everything, story=" ".join(story.text.split()) if isinstance(story, Scalar) else None
    )


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


def _check_same_time(findings: tuple[Finding, ...], node: Mapping, faults: FaultList) -> None:
    seen: dict[tuple[str, datetime, str], Finding] = {}
    for finding in findings:
        first = seen.setdefault((finding.fact, finding.at, finding.source), finding)
        if first.value != finding.value:
            faults.add(
                node.place,
                f"{finding.fact} has two values at the same time ({finding.at.isoformat()}).",
                "Keep the right one, or give each its own time.",
            )


class _FindingReader:
    def __init__(self, knowledge: Knowledge, as_of: datetime, now: datetime, faults: FaultList) -> None:
        self.knowledge = knowledge
        self.as_of = as_of
        self.latest = max(as_of, now)
        self.faults = faults

    # from a named chart

    def started(self, node: Node | None) -> Iterator[tuple[str, Finding]]:
        if node is None:
            return
        name = node.text if isinstance(node, Scalar) else ""
        if name not in self.knowledge.charts:
            act = nearest(name, self.knowledge.charts, "Remove start.")
            self.faults.add(node.place, f"There is no chart {name!r} to start from.", act)
            return
        for fact, written in written_in(self.knowledge, name).items():
            yield fact, self.finding(self.knowledge.facts[fact], written, node)

    # from whole screens

    def answered(self, node: Node | None) -> Iterator[tuple[str, Finding]]:
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
            for fact, written in self.screen(question, answer).items():
                yield fact, self.finding(self.knowledge.facts[fact], written, answer)

    def screen(self, question: Question, answer: Node) -> dict[str, str]:
        """none, normal, unknown, or the list of lines that were ticked."""
        if isinstance(answer, Scalar):
            try:
                return whole_screen(self.knowledge, question, answer.text)
            except NotAValue as problem:
                self.faults.add(answer.place, problem.cause, problem.act)
                return {}
        ticked = [item.text for item in answer.items if isinstance(item, Scalar)] if isinstance(answer, Listing) else []
        for item in ticked:
            if item not in question.settles:
                act = nearest(item, question.settles, f"Lines are: {', '.join(question.settles)}.")
                self.faults.add(answer.place, f"{item!r} is not on the screen {question.id}.", act)
        return {fact: "yes" if fact in ticked else "no" for fact in question.settles}

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
        for key in node.pairs:
            if key not in _FINDING_KEYS:
                act = nearest(key, _FINDING_KEYS, f"Keys are: {', '.join(_FINDING_KEYS)}.")
                self.faults.add(node.keys[key].place, f"A finding has no key {key!r}.", act)
        value, source, by = (node.pairs.get(key) for key in ("value", "source", "by"))
        if not isinstance(value, Scalar):
            self.faults.add(node.place, f"The finding of {fact.id} lacks a value.", "Write  value: ...")
            return
        origin = source.text if isinstance(source, Scalar) else fact.who
        if origin not in get_args(Origin):
            act = nearest(origin, get_args(Origin), f"Sources are: {', '.join(get_args(Origin))}.")
            self.faults.add(node.place, f"{origin!r} is not a source.", act)
            return
        at = self.time(node.pairs.get("at"))
        author = by.text if isinstance(by, Scalar) else None
        yield self.finding(fact, value.text, value, at=at, source=origin, by=author)

    def time(self, node: Node | None) -> datetime:
        if node is None:
            return self.as_of
        try:
            at = moment(node.text if isinstance(node, Scalar) else "")
        except ValueError:
            self.faults.add(node.place, "This is not a moment.", "Write for example  2026-11-22T10:00:00+01:00.")
            return self.as_of
        if at > self.latest:
            self.faults.add(
                node.place,
                f"The finding is dated {at.date()}, in the future.",
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
        return Finding(fact=fact.id, value=value, at=at, source=source or fact.who, by=by)  # type: ignore[arg-type]


def whole_screen(knowledge: Knowledge, question: Question, answer: str) -> dict[str, str]:
    """What `none`, `normal` or `unknown` for a whole screen says of each of its facts, as written values.

    Raises NotAValue for any other word, and for `normal` where a fact of the screen has no normal value.
    """
    if answer == "unknown":
        return dict.fromkeys(question.settles, "unknown")
    if answer == "none" and question.kind == "checklist":
        return dict.fromkeys(question.settles, "no")
    if answer == "normal":
        normal = {fact: knowledge.facts[fact].normal for fact in question.settles}
        return {fact: value for fact, value in normal.items() if value is not None}
    words = "none" if question.kind == "checklist" else "normal"
    raise NotAValue(f"The screen {question.id} cannot be answered {answer!r}.", f"Write {words}, unknown or [lines].")


def written_in(knowledge: Knowledge, chart: str) -> dict[str, str]:
    """The values of a named chart, as written: what it starts from, then its screens, then its single answers."""
    entry = knowledge.charts[chart]
    written = written_in(knowledge, entry.start) if entry.start else {}
    for name, answer in entry.answers.items():
        written.update(whole_screen(knowledge, knowledge.questions[name], answer))
    for name, value in entry.given.items():
        members = knowledge.groups[name].facts if name in knowledge.groups else (name,)
        written.update(dict.fromkeys(members, value))
    return written
