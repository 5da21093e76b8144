"""The impact of a knowledge version on a cohort: in exact words for who decides, and as a page for everybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from spinepath.cohort.impact import Impact, Move
from spinepath.cohort.report import ROUNDED, notice
from spinepath.cohort.report_drawings import bars
from spinepath.cohort.report_html import Inside, Section, count, figure, node, page, paragraph, table
from spinepath.cohort.suppression import LEAST, Shown, alone, share_words, shown
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.words import name_of

NOT_COMPARED = "Limits of doses and held bookings are not among the results; spinepath diff compares them too."
OTHER_CHARTS = "The charts, their moment or who is left out differ too: not every change comes from the rules."


class _Names:
    """What entries are called; their ids when the knowledge base at hand is neither of the two versions."""

    def __init__(self, found: Impact, knowledge: Knowledge) -> None:
        self._knowledge = knowledge if knowledge.version in (found.before, found.after) else None

    def __call__(self, name: str) -> str:
        entry = self._knowledge.entries.get(name) if self._knowledge else None
        return name_of(self._knowledge, entry) if self._knowledge and entry else name

    def move(self, move: Move) -> str:
        return f"{self(move.before)} → {self(move.after)}"


def _is_milder(found: Impact, move: Move) -> bool:
    return found.ladder.index(move.after) < found.ladder.index(move.before)


def _moves(found: Impact) -> tuple[list[Move], list[Move]]:
    """The moves to a milder disposition, and those to a stricter one."""
    others = [move for move in found.moves if move.before != move.after]
    milder = [move for move in others if _is_milder(found, move)]
    return milder, [move for move in others if move not in milder]


# exact, for the terminal


def in_words(found: Impact, knowledge: Knowledge) -> Iterator[str]:
    """The whole impact, a line at a time, with exact counts."""
    names = _Names(found, knowledge)
    yield f"From {found.before} to {found.after}: {found.people:,} people stand in both results."
    for people, which in ((found.only_before, "first"), (found.only_after, "second")):
        if people:
            yield f"{people:,} people stand only in the {which} and are not compared."
    if not found.same_charts:
        yield OTHER_CHARTS
    yield (
        f"Advice changes for {found.changed:,} of them: loosened for {found.loosened:,}, tightened for "
        f"{found.tightened:,}; both for {found.both:,}."
    )
    same, (milder, stricter) = found.techniques_only, _moves(found)
    for title, moves, only in (
        ("Loosened", milder, same.loosened),
        ("Tightened", stricter, same.tightened),
        ("Both ways", [], same.both),
    ):
        if moves or only:
            yield f"\n{title}"
            yield from (_line(move.people, names.move(move)) for move in moves)
            if only:
                yield _line(only, "the same disposition, other techniques")
    if found.techniques:
        yield "\nTechniques that are offered, or offered no more"
        for one in found.techniques:
            yield f"  +{one.gained:,} −{one.lost:,}  {names(one.technique)}"
    if found.changed:
        yield "\nRules that have another status for people whose advice changes"
        yield from _rule_lines(found, names)
    yield f"\n{NOT_COMPARED}"


def _rule_lines(found: Impact, names: _Names) -> Iterator[str]:
    for rule in found.rules:
        told = {
            "fires now": rule.fires_now,
            "fires no more": rule.fires_no_more,
            "open now": rule.open_now,
            "open no more": rule.open_no_more,
        }
        how = ", ".join(f"{what} {people:,}" for what, people in told.items() if people)
        yield _line(rule.people, f"{names(rule.rule)} [{rule.rule}]: {how}")
        yield f"             of them loosened {rule.loosened:,}, tightened {rule.tightened:,}"
    if found.unexplained:
        yield _line(found.unexplained, "no rule has another status: what a rule asks for has changed")


def _line(people: int, what: str) -> str:
    return f"  {people:>9,}  {what}"


# suppressed, for the page


def impact_page(found: Impact, knowledge: Knowledge) -> bytes:
    """The same as one page, for whoever may see it: every count passes `suppression.py`."""
    title = "Whose advice changes"
    lead = [*notice(knowledge), paragraph(f"From {found.before} to {found.after}.", look="lead")]
    if not found.same_charts:
        lead.append(paragraph(OTHER_CHARTS))
    foot = f"Knowledge {found.before} and {found.after}."
    if found.people < LEAST:
        few = (
            "Nobody stands in both results."
            if not found.people
            else f"Fewer than {LEAST} people stand in both results."
        )
        return page(title, lead, [Section("who", title, [paragraph(f"{few} Nothing is counted.")])], foot)
    names = _Names(found, knowledge)
    sections = [_who(found, names), _techniques(found, names), _rules(found, names)]
    sections.append(Section("read", "How to read this page", [paragraph(ROUNDED), paragraph(NOT_COMPARED)]))
    return page(title, lead, sections, foot)


def _who(found: Impact, names: _Names) -> Section:
    """Everybody stands in one line of this table: those who keep all advice, each move, and other techniques only."""
    same, (milder, stricter) = found.techniques_only, _moves(found)
    lines = [(names.move(move), "milder", move.people) for move in milder]
    lines.append(("The same disposition, techniques loosened", "milder", same.loosened))
    lines += [(names.move(move), "stricter", move.people) for move in stricter]
    lines.append(("The same disposition, techniques tightened", "stricter", same.tightened))
    lines.append(("The same disposition, techniques loosened and tightened", "both", same.both))
    lines.append(("The same advice", "no change", found.people - found.changed))
    counts = shown([people for *_, people in lines])
    rows: list[tuple[Inside, Sequence[Shown | str]]] = [
        (name, [way, people]) for (name, way, _), people in zip(lines, counts, strict=True)
    ]
    inside: list[Element] = []
    for way, look in (("milder", "open"), ("stricter", "fires")):
        some = [
            (name, people) for (name, of, _), people in zip(lines, counts, strict=True) if of == way and people != 0
        ]
        inside.append(node("h3", f"Advice becomes {way}"))
        if some:
            inside.append(bars(some, look, max((people or 0 for _, people in some), default=1)))
        else:
            inside.append(paragraph("For nobody.", look="quiet"))
    kept, everybody = counts[-1], alone(found.people)
    share = f" ({share_words(kept, everybody)})" if kept and everybody else ""
    says = f"Of {count(everybody)} people, this many keep the same advice: {count(kept)}{share}."
    data = table("Everybody, by what changes", ("What changes", "Way", "People"), rows)
    return Section("who", "Whose advice changes", [figure(node("div", *inside), says, data)])


def _techniques(found: Impact, names: _Names) -> Section:
    rows: list[tuple[Inside, Sequence[Shown | str]]] = []
    for one in found.techniques:
        gained, lost, _ = shown((one.gained, one.lost, found.people - one.gained - one.lost))
        rows.append((names(one.technique), [gained, lost]))
    if not rows:
        return Section("techniques", "Techniques", [paragraph("Nobody gains or loses a technique.", look="quiet")])
    rows.sort(key=lambda row: -sum(cell for cell in row[1] if isinstance(cell, int)))
    data = table("Techniques that are offered, or no more", ("Technique", "Gained", "Lost"), rows)
    return Section("techniques", "Techniques", [paragraph(f"{len(rows)} techniques are gained or lost."), data])


def _rules(found: Impact, names: _Names) -> Section:
    changed = found.changed
    rows: list[tuple[Inside, Shown]] = []
    for rule in found.rules:
        people = shown((rule.people, changed - rule.people, found.people - changed))[0]
        rows.append((node("span", names(rule.rule), " ", node("code", rule.rule)), people))
    if not rows:
        return Section("rules", "Rules", [paragraph("No rule has another status for them.", look="quiet")])
    rows.sort(key=lambda row: -(row[1] or 0))
    says = "Rules that have another status for people whose advice changes. One person can have several."
    data = table("Rules with another status", ("Rule", "People"), [(name, [people]) for name, people in rows])
    return Section("rules", "Rules", [paragraph(says), data])
