"""The parts of a report: each takes exact counts, lets `suppression.py` decide, and says in a sentence what is seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.etree.ElementTree import Element

from spinepath.cohort.net import STATUSES
from spinepath.cohort.report_counts import Cross, Gathered
from spinepath.cohort.report_drawings import Branch, Part, bars, columns, ladder_part, legend, parted_bars, stream
from spinepath.cohort.report_html import Inside, Section, details, figure, node, paragraph, sum_of, table
from spinepath.cohort.suppression import Published, Shown, alone, join, published, share_words, shown, together, total
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.words import STATE_WORDS, name_of

FIRST = 12
"""So many are drawn; the table of the figure has all."""

STATUS_PARTS = tuple(Part(status, status[0].upper(), f"status-{status}") for status in STATUSES)


class Rungs:
    """The dispositions as they are published on a page: joined to neighbours where they are too small.

    `groups` are places in the ladder. What a table joins further is joined on top of these: two joinings that overlap
    could be subtracted from each other.
    """

    def __init__(self, knowledge: Knowledge, people: Sequence[int]) -> None:
        self._knowledge = knowledge
        _, self.groups = join([people])
        self.people = published(together([people], [range(1)], self.groups)[0])
        self.parts = self.joined([range(place, place + 1) for place in range(len(self.groups))])
        self.names = tuple(part.name for part in self.parts)
        self.whole = total(self.people)

    def of(self, counts: Sequence[int]) -> list[int]:
        """Counts by disposition as counts by group."""
        return together([counts], [range(1)], self.groups)[0]

    def joined(self, groups: Sequence[range]) -> tuple[Part, ...]:
        """The names and looks of groups of these groups."""
        ladder = self._knowledge.ladder
        found = []
        for group in groups:
            first, last = self.groups[group.start].start, self.groups[group.stop - 1].stop
            names = [self._knowledge.dispositions[ladder[place]].name for place in range(first, last)]
            found.append(ladder_part(first, last, len(ladder), _either(names)))
        return tuple(found)

    def says(self, place: int) -> str:
        """What a group of dispositions means, in the words of the knowledge base."""
        group = self.groups[place]
        if len(group) > 1:
            return "Joined, because one of them alone would be too small to be shown."
        return self._knowledge.dispositions[self._knowledge.ladder[group.start]].says.therapist

    def largest_in_words(self) -> str:
        """Where most people are, in a sentence."""
        place = max(range(len(self.people)), key=self.people.__getitem__)
        share = share_words(self.people[place], self.whole)
        return f"Most people, {self.people[place]:,} of {self.whole:,} ({share}), are at “{self.names[place]}”."


def _either(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


# from records to advice


def flow(found: Gathered, knowledge: Knowledge, rungs: Rungs) -> Section:
    """From all records to each disposition, strictest first, and what open questions could still change."""
    judged, died = alone(found.manifest.people), alone(found.manifest.deceased)
    bounds = [shown([sum(of) for of in zip(*(found.bounds[p] for p in group), strict=True)]) for group in rungs.groups]
    branches = [Branch("Left out because they died", died, look="left-out")] if found.manifest.deceased else []
    for place, part in reversed(list(enumerate(rungs.parts))):
        people = rungs.people[place]
        says = (_still(bounds[place]) if people else "For nobody.", rungs.says(place))
        branches.append(Branch(part.name, people, share_words(people, rungs.whole), part.look, says))
    drawing = stream(Branch("All records", sum_of((judged, died))), branches)
    heads = ("Disposition", "People", "Share", "Settled", "Could be milder", "Could be stricter", "Could be either")
    rows = [
        (rungs.names[place], [rungs.people[place], share_words(rungs.people[place], rungs.whole), *bounds[place]])
        for place in range(len(rungs.groups))
    ]
    strictest = next((p for p in reversed(range(len(rungs.people))) if rungs.people[p]), 0)
    sentence = (
        f"{rungs.largest_in_words()} The strictest that anybody has is “{rungs.names[strictest]}”: "
        f"{rungs.people[strictest]:,} ({share_words(rungs.people[strictest], rungs.whole)})."
    )
    entries = [knowledge.dispositions[level] for level in knowledge.ladder]
    states = table("State of each disposition", ("Disposition", "State"), [(e.name, [state(e.state)]) for e in entries])
    drawn = figure(drawing, sentence, table("Dispositions", heads, rows))
    return Section("flow", "From records to advice", [drawn, details("How sure the dispositions are", states)])


def _still(bounds: Sequence[Shown]) -> str:
    _, milder, stricter, either = bounds
    worse, better = sum_of((stricter, either)), sum_of((milder, either))
    if worse is None or better is None:
        return "How many of them could still change is hidden: a number would be too small."
    ways = ((worse, "stricter"), (better, "milder"))
    told = [f"{people:,} could still become {way}" for people, way in ways if people]
    return f"Once everything is answered, {' and '.join(told)}." if told else "No open question can change this."


def state(name: str) -> str:
    """How sure an entry is, in words."""
    return STATE_WORDS[name]


# questions, rules and techniques


def questions(found: Gathered, knowledge: Knowledge) -> Section:
    """Which unanswered questions hold back most people."""
    title, whole = "Questions that would settle most", found.manifest.people
    if found.questions is None:
        return _left_out("questions", title, f"The engine “{found.manifest.asked.engine}” does not count questions.")
    told = {fact: shown((held, whole - held))[0] for fact, held in found.questions.items() if held}
    order = _most_first(told)
    first = [(knowledge.facts[fact].name, told[fact]) for fact in order[:FIRST]]
    rows = [
        (_named(knowledge.facts[fact].name, fact), [told[fact], state(knowledge.facts[fact].state)]) for fact in order
    ]
    if not order:
        return _left_out("questions", title, "No open question holds anybody back.")
    says = (
        f"An open question here leaves a rule undecided, and care waits for it. The most frequent is "
        f"“{first[0][0]}”: it is open for {_of(first[0][1], alone(whole))}. One person can wait for several."
    )
    drawing = bars(first, "open", whole)
    data = table("Open questions", ("Fact", "People held back", "State"), rows)
    return Section("questions", title, [figure(drawing, says, data)])


def _of(part: Shown, whole: Shown) -> str:
    if part is None or not whole:
        return "a number of people that is hidden"
    return f"{part:,} people ({share_words(part, whole)})"


def rules(found: Gathered, knowledge: Knowledge) -> Section:
    """Which rules fire and which are open, most frequent first."""
    whole = found.manifest.people
    told = {}
    for rule, of in found.rules.items():
        fires, is_open, _ = shown((of["fires"], of["open"], whole - of["fires"] - of["open"]))
        if fires != 0 or is_open != 0:
            told[rule] = (fires, is_open)
    if not told:
        return _left_out("rules", "Rules by frequency", "No rule fires or is open for anybody.")
    inside: list[Element] = []
    for place, (word, look) in enumerate((("fire", "fires"), ("are open", "open"))):
        people = {rule: of[place] for rule, of in told.items() if of[place] != 0}
        order = _most_first(people)
        deciding = [rule for rule in order if knowledge.rules[rule].then.at_least]
        drawn = bars([(_rule_words(knowledge, rule), people[rule]) for rule in deciding[:FIRST]], look, whole)
        rows = [(_rule_words(knowledge, rule), [people[rule], *_about(knowledge, rule)]) for rule in order]
        says = (
            f"{len(rows)} of {len(found.rules)} rules {word} for somebody{_or_hidden(people.values())}. Of those that "
            "ask for a disposition, these do so for most people; the table has all."
        )
        data = table(f"Rules that {word}", ("Rule", "People", "Asks at least for", "State"), rows)
        inside += [node("h3", f"Rules that {word}"), figure(drawn, says, data)]
    return Section("rules", "Rules by frequency", inside)


def _most_first(people: Mapping[str, Shown]) -> list[str]:
    """The names in the order of what is published: another order would tell of hidden counts."""
    return sorted(people, key=lambda name: -(people[name] or 0))


def _or_hidden(counts: Iterable[Shown]) -> str:
    return ", or it is hidden" if None in counts else ""


def _about(knowledge: Knowledge, rule: str) -> tuple[str, str]:
    level = knowledge.rules[rule].then.at_least
    return knowledge.dispositions[level].name if level else "no disposition", state(knowledge.rules[rule].state)


def _rule_words(knowledge: Knowledge, rule: str) -> Inside:
    return _named(name_of(knowledge, knowledge.rules[rule]), rule)


def _named(name: str, called: str) -> Element:
    return node("span", name, " ", node("code", called))


def techniques(found: Gathered, knowledge: Knowledge) -> Section:
    """For how many people each technique is offered, restricted, undecided or excluded."""
    told = {name: shown([of[status] for status in STATUSES]) for name, of in found.techniques.items()}
    order = _most_first({name: of[0] for name, of in told.items()})
    names = {name: knowledge.techniques[name].name for name in order}
    if not order:
        return _left_out("techniques", "Techniques by status", "The knowledge base has no technique.")
    offered = [of[0] for of in told.values() if of[0] != 0]
    says = (
        f"{len(offered)} of {len(order)} techniques are offered to somebody{_or_hidden(offered)}. Those offered to "
        "most people stand first; the number beside a bar tells to how many."
    )
    never = [name for name in order if not any(people != 0 for people in told[name][:-1])]
    drawing = node("div", legend(STATUS_PARTS))
    for heading, by_hand in (("By hand, needle, pull or heat", True), ("All others", False)):
        some = [
            (names[name], told[name], told[name][0])
            for name in order
            if knowledge.is_hands_on(name) == by_hand and name not in never
        ]
        if some:
            drawing.extend([node("h3", heading), parted_bars(some, STATUS_PARTS)])
    if never:
        drawing.append(node("h3", "Excluded for everybody"))
        drawing.append(paragraph(", ".join(names[name] for name in never), look="quiet"))
    rows: list[tuple[Inside, list[Shown | str]]] = [
        (names[name], [*told[name], state(knowledge.techniques[name].state)]) for name in order
    ]
    data = table("Techniques", ("Technique", *(status.capitalize() for status in STATUSES), "State"), rows)
    return Section("techniques", "Techniques by status", [figure(drawing, says, data)])


# by group


def age(found: Gathered, rungs: Rungs) -> Section:
    """The dispositions by age band."""
    return _by_group("age", "By age", found.age, rungs, found.manifest.asked.engine)


def sex(found: Gathered, rungs: Rungs) -> Section:
    """The dispositions by sex."""
    return _by_group("sex", "By sex", found.sex, rungs, found.manifest.asked.engine)


def _by_group(anchor: str, title: str, cross: Cross | None, rungs: Rungs, engine: str) -> Section:
    if cross is None:
        return _left_out(anchor, title, f"No rule looks at it, or the engine “{engine}” kept no planes.")
    parts, rows = _joined(cross, rungs)
    if len(rows) < 2 or len(parts) < 2:
        return _left_out(anchor, title, _TOO_SMALL)
    told = "; ".join(f"{name}: {share_words(counts[-1], total(counts))}" for name, counts in rows)
    says = f"The share of “{parts[-1].name}” in each group is {told}."
    drawing = node("div", legend(parts), parted_bars([(name, of, total(of)) for name, of in rows], parts))
    return Section(anchor, title, [figure(drawing, says, _cross_table(title, rows, parts))])


_TOO_SMALL = "The groups are too small to be shown apart, or there is only one."

_Rows = list[tuple[str, tuple[Published, ...]]]


def _joined(cross: Cross, rungs: Rungs) -> tuple[tuple[Part, ...], _Rows]:
    """The dispositions that are left after joining, and each group that is left with its counts by them."""
    counted = [rungs.of(people) for people in cross.people]
    groups, levels = join(counted)
    rows = []
    for group, people in zip(groups, together(counted, groups, levels), strict=True):
        if any(people):
            names = [cross.groups[place] for place in group if any(counted[place])]
            rows.append((cross.name_of(names), published(people)))
    return rungs.joined(levels), rows


def _cross_table(title: str, rows: _Rows, parts: Sequence[Part]) -> Element:
    cells = [(name, [total(counts), *counts]) for name, counts in rows]
    return table(f"Dispositions {title.lower()}", ("Group", "People", *(part.name for part in parts)), cells)


# over time


def months(found: Gathered, rungs: Rungs) -> Section:
    """How the share of each disposition changed, by the month for which the charts stand."""
    title = "Over time"
    if found.months is None:
        return _left_out("months", title, "The results have no column that tells the day for which each chart stands.")
    parts, rows = _joined(found.months, rungs)
    if len(rows) < 2 or len(parts) < 2:
        return _left_out("months", title, _TOO_SMALL)
    (first, early), *_, (last, late) = rows
    drawn = []
    for place, part in reversed(list(enumerate(parts))):
        begin, end = (share_words(counts[place], total(counts)) for counts in (early, late))
        periods = [(name, counts[place], total(counts)) for name, counts in rows]
        drawing = columns(f"{part.name}: {begin} in {first}, {end} in {last}.", periods, part.look)
        change = paragraph(f"{begin} → {end}", look="quiet")
        drawn.append(node("li", paragraph(node("strong", part.name)), drawing, change))
    says = (
        f"The share of each disposition in {len(rows)} periods; the first is {first}, the last {last}. Each drawing "
        "has its own height: its highest column fills it. Under it stand the first and the last share."
    )
    data = _cross_table(title, rows, parts)
    return Section("months", title, [figure(node("ul", *drawn, class_="trends"), says, data)])


def _left_out(anchor: str, title: str, why: str) -> Section:
    return Section(anchor, title, [paragraph(f"This is left out. {why}", look="quiet")])
