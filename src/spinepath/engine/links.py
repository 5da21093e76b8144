"""Every reference leads somewhere, and every value fits its fact.

`LINKS` says for each kind of entry which of its keys name other entries, and in which sections those may stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import msgspec

from spinepath.engine import content as c
from spinepath.engine import drawings as dr
from spinepath.engine import entries as e
from spinepath.engine import evidence as ev
from spinepath.engine import measuring as meas
from spinepath.engine import mentions as m
from spinepath.engine import own_records as own
from spinepath.engine import page_parts as pages
from spinepath.engine import populations as pop
from spinepath.engine.body_chart import check_body_charts
from spinepath.engine.drawings import check_drawings
from spinepath.engine.faults import FaultList, nearest
from spinepath.engine.knowledge import SECTION_NAMES, Knowledge
from spinepath.engine.language import can_be_named
from spinepath.engine.measuring import check_measuring
from spinepath.engine.mention_links import check_mentions
from spinepath.engine.own_records import check_own_records
from spinepath.engine.page_parts import check_page_parts
from spinepath.engine.population_links import check_populations
from spinepath.engine.values import NotAValue, read_value

_TECHNIQUES = ("techniques", "classes")

LINKS: dict[type[msgspec.Struct], dict[str, tuple[str, ...]]] = {
    e.Sourced: {"source": ("sources",), "claims": ("claims",)},
    e.Fact: {
        "codes": ("codes",),
        "scale": ("scales",),
        "worked_out.fall_of": ("facts",),
        "worked_out.rise_of": ("facts",),
        "worked_out.within": ("facts",),
    },
    e.Group: {"facts": ("facts",)},
    e.Question: {"settles": ("facts",), "parts": ("facts",)},
    e.Rule: {
        "then.at_least": ("dispositions",),
        "then.exclude": _TECHNIQUES,
        "then.restrict": _TECHNIQUES,
        "then.caution": _TECHNIQUES,
        "then.need": ("investigations",),
        "then.limit": ("limits",),
        "then.prefer": ("techniques", "presets"),
        "then.reading": ("readings",),
        "contained_in": ("rules",),
    },
    e.Table: {"columns": ("classes",), "start": ("charts",)},
    e.Case: {
        "start": ("charts",),
        "given": ("facts", "groups"),
        "expect.disposition": ("dispositions",),
        "expect.least": ("dispositions",),
        "expect.most": ("dispositions",),
        "expect.ask": ("facts",),
        "expect.not_ask": ("facts",),
        "expect.offers": ("techniques",),
        "expect.offers_also": ("techniques",),
        "expect.restricts": _TECHNIQUES,
        "expect.excludes": _TECHNIQUES,
        "expect.cautions": _TECHNIQUES,
        "expect.undecided": _TECHNIQUES,
        "expect.fires": ("rules",),
        "expect.clear": ("rules",),
        "expect.open": ("rules",),
        "expect.need": ("investigations",),
        "expect.limit": ("limits",),
        "expect.reading": ("readings",),
    },
    e.Chart: {"start": ("charts",), "given": ("facts", "groups"), "answers": ("questions",)},
    c.TechniqueClass: {"told": ("topics",), "harms": ("topics",)},
    c.ReviewGate: {"rules": ("rules",)},
    c.Disposition: {"bars": ("classes",)},
    c.LimitKind: {"scale": ("scales",), "classes": ("classes",)},
    c.Technique: {
        "technique_class": ("classes",),
        "variant_of": ("techniques",),
        "made_of": ("techniques",),
        "scale": ("scales",),
        "phases": ("phases",),
        "provisos": ("provisos",),
        "skills": ("skills",),
        "equipment": ("equipment",),
        "codes": ("codes",),
    },
    c.Investigation: {"codes": ("codes",)},
    c.Proviso: {"rules": ("rules",)},
    c.Preset: {"techniques": _TECHNIQUES},
    c.Phase: {"asks": ("facts",)},
    c.Severity: {"records": ("facts",)},
    c.Measure: {"fact": ("facts", "groups"), "codes": ("codes",)},
    ev.Stance: {"guidelines": ("guidelines",)},
    ev.Claim: {"home": SECTION_NAMES},
    ev.Contradiction: {"sides": ("claims",), "home": SECTION_NAMES},
    ev.Myth: {"home": SECTION_NAMES},
    m.Mention: {"fact": ("facts",), "codes": ("codes",), "words": ("codes",)},
    m.CodedAnswer: {"codes": ("codes",)},
    m.Demographic: {"fact": ("facts",)},
    dr.SpineDrawing: dict.fromkeys(("level", "shape", "zone", "side", "narrowing", "migration"), ("facts",)),
    own.OwnRecord: {"fact": ("facts",), "skills": ("skills",), "techniques": _TECHNIQUES},
    pages.PagePart: {
        "facts": ("facts",),
        "questions": ("questions",),
        "rules": ("rules",),
        "topics": ("topics",),
        "records": ("facts",),
    },
    meas.Curve: {"measures": ("measures",)},
    pop.Cause: {"leads_to": ("dispositions",)},
    pop.Gap: {"facts": ("facts",), "questions": ("questions",)},
    pop.Population: {"shares": ("causes",)},
}


def links_of(entry: msgspec.Struct) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each reference of an entry: the key, the id it names and the sections where that may stand."""
    for kind, keys in LINKS.items():
        if isinstance(entry, kind):
            for path, sections in keys.items():
                for name in _named(entry, path):
                    yield path, name, sections


def _named(entry: object, path: str) -> Iterator[str]:
    found: object = entry
    for key in path.split("."):
        found = getattr(found, key) if found is not None else None
    yield from _flat(found)


def _flat(found: object) -> Iterator[str]:
    if isinstance(found, str):
        yield found
    elif isinstance(found, Iterable):
        for part in found:
            yield from _flat(part)


def check_links(knowledge: Knowledge, faults: FaultList) -> None:
    """Adds a fault for every reference that leads nowhere and every value that does not fit."""
    for entry in _entries_and_cases(knowledge):
        for path, name, sections in links_of(entry):
            if not any(name in knowledge.section(section) for section in sections):
                names = [known for section in sections for known in knowledge.section(section)]
                where = f"in {' or '.join(sections)}" if len(sections) < 4 else "anywhere"
                act = nearest(name, names, "Add it, or remove the name.")
                faults.add(_place(entry), f"{_title(entry)} names {name} ({path}), which is not {where}.", act)
    for fact in knowledge.facts.values():
        _check_fact(fact, knowledge, faults)
    _check_names(knowledge, faults)
    _check_circles(knowledge, faults)
    if not faults:
        _check_ladder(knowledge, faults)
        _check_values(knowledge, faults)
        _check_levels(knowledge, faults)
        check_mentions(knowledge, faults)
        check_own_records(knowledge, faults)
        check_body_charts(knowledge, faults)
        check_page_parts(knowledge, faults)
        check_measuring(knowledge, faults)
        check_drawings(knowledge, faults)
        check_populations(knowledge, faults)


def _entries_and_cases(knowledge: Knowledge) -> Iterator[msgspec.Struct]:
    for section in SECTION_NAMES:
        yield from knowledge.section(section).values()
    for rule in knowledge.rules.values():
        yield from rule.cases


def _place(entry: msgspec.Struct) -> str:
    return getattr(entry, "place", "")


def _title(entry: msgspec.Struct) -> str:
    name = getattr(entry, "id", None) or f"the case {getattr(entry, 'name', '')!r}"
    return f"{type(entry).__name__} {name}" if hasattr(entry, "id") else name


def _check_fact(fact: e.Fact, knowledge: Knowledge, faults: FaultList) -> None:
    if fact.answer == "choice" and not fact.values:
        faults.add(fact.place, f"The choice {fact.id} has no values.", "Add  values: {word: label}.")
    if fact.answer == "number" and (fact.unit is None or fact.least is None or fact.most is None):
        faults.add(fact.place, f"The number {fact.id} lacks unit, least or most.", "Add all three.")
    if not re.fullmatch(r"session|always|[1-9]\d* days", fact.fresh_for):
        faults.add(fact.place, f"{fact.id} is fresh for {fact.fresh_for!r}.", "Write session, always or  14 days.")
    if fact.grows and fact.unit not in ("days", "weeks", "months", "years"):
        act = "Count in days, weeks, months or years."
        faults.add(fact.place, f"{fact.id} grows but is counted in {fact.unit}.", act)
    if fact.lasting and (fact.answer == "number" or fact.danger == ()):
        faults.add(fact.place, f"{fact.id} has no danger that could last.", "Remove lasting.")
    if fact.worked_out is None and fact.ask is None and fact.default is None:
        faults.add(fact.place, f"{fact.id} is neither asked nor worked out.", "Add  ask: ...  or  worked_out: ...")
    if fact.worked_out is not None:
        _check_derivation(fact, fact.worked_out, knowledge, faults)
    allowed = {"yes_no": ("yes", "no"), "number": ("high", "low")}.get(fact.answer, tuple(fact.values))
    for word in fact.danger or ():
        if word not in allowed:
            faults.add(fact.place, f"{fact.id} cannot have the danger {word!r}.", f"Use {', '.join(allowed)} or [].")


def _check_derivation(fact: e.Fact, how: e.Derivation, knowledge: Knowledge, faults: FaultList) -> None:
    used = [key for key in ("when", "fall_of", "rise_of") if getattr(how, key) is not None]
    if len(used) != 1:
        faults.add(fact.place, f"{fact.id} is worked out in {len(used)} ways.", "Use one of: when, fall_of, rise_of.")
    elif (used == ["when"]) != (fact.answer == "yes_no"):
        faults.add(
            fact.place,
            f"{fact.id} is a {fact.answer} worked out by {used[0]}.",
            "Use when for yes/no facts, fall_of or rise_of for numbers.",
        )
    compared = how.fall_of or how.rise_of
    if compared in knowledge.facts and knowledge.facts[compared].answer != "number":
        faults.add(fact.place, f"{fact.id} compares {compared}, which is not a number.", "Compare a number fact.")
    window = knowledge.facts.get(how.within or "")
    if window is not None and not (window.grows and window.unit == "days"):
        act = "Name a number of days that grows."
        faults.add(fact.place, f"{fact.id} looks back within {window.id}, which is no growing number of days.", act)


def _check_names(knowledge: Knowledge, faults: FaultList) -> None:
    """What conditions name can be written in them; `unknown` is never a value."""
    act = "Use letters, digits and _ only, and no word of the language of conditions."
    for section in ("facts", "groups", "numbers"):
        for entry in knowledge.section(section).values():
            if not can_be_named(entry.id):
                faults.add(entry.place, f"No condition can name {entry.id}.", act)
    for fact in knowledge.facts.values():
        if "unknown" in fact.values:
            faults.add(
                fact.place, f"{fact.id} has the value unknown.", "Remove it; every question may stay unanswered."
            )


def _check_circles(knowledge: Knowledge, faults: FaultList) -> None:
    """Nothing is worked out from itself, starts from itself, or is part of itself."""
    techniques = knowledge.techniques
    charts = {name: (chart.start,) for name, chart in knowledge.charts.items() if chart.start}
    parts = {name: (*one.made_of, *((one.variant_of,) if one.variant_of else ())) for name, one in techniques.items()}
    bases = {name: knowledge.bases_of(name) for name in knowledge.facts}
    _check_no_circle(bases, knowledge.facts, "Facts are worked out", faults)
    _check_no_circle(charts, knowledge.charts, "Charts start from each other", faults)
    _check_no_circle(parts, techniques, "Techniques are made of each other", faults)


def _check_no_circle(
    leads_to: Mapping[str, Iterable[str]], entries: Mapping[str, e.Entry], what: str, faults: FaultList
) -> None:
    finished: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            faults.add(entries[name].place, f"{what} in a circle: {circle}.", "Break the circle.")
        elif name not in finished:
            for following in leads_to.get(name, ()):
                visit(following, (*path, name))
        finished.add(name)

    for name in leads_to:
        visit(name, ())


def _check_ladder(knowledge: Knowledge, faults: FaultList) -> None:
    """The dispositions stand in one order: first those that offer care, then those that do not."""
    ladder = sorted(knowledge.dispositions.values(), key=lambda found: found.order)
    if {found.offers_care for found in ladder} != {True, False}:
        place = ladder[0].place if ladder else "the knowledge base"
        faults.add(place, "Some dispositions must offer care and some must not.", "Add what is missing.")
    for milder, stricter in pairwise(ladder):
        if milder.order == stricter.order:
            act = "Give each disposition an order of its own."
            faults.add(stricter.place, f"{stricter.id} is as strict as {milder.id}.", act)
        if stricter.offers_care and not milder.offers_care:
            act = "Offer care in the mildest dispositions only."
            faults.add(stricter.place, f"{stricter.id} offers care although {milder.id}, milder, does not.", act)


def _check_values(knowledge: Knowledge, faults: FaultList) -> None:
    def check(names: Iterable[str], written: str, place: str) -> None:
        for name in names:
            fact = knowledge.facts[name]
            if fact.worked_out is not None and fact.worked_out.when is not None:
                faults.add(place, f"{name} is worked out, not given.", "Give the facts it rests on.")
                continue
            try:
                read_value(fact, written)
            except NotAValue as problem:
                faults.add(place, problem.cause, problem.act)

    for fact in knowledge.facts.values():
        for written in (fact.normal, fact.default):
            if written is not None:
                check((fact.id,), written, fact.place)
    given = [(case.given, case.place) for rule in knowledge.rules.values() for case in rule.cases]
    given += [(chart.given, chart.place) for chart in knowledge.charts.values()]
    given += [(part.records, part.place) for part in knowledge.page_parts.values()]
    given += [(severity.records, severity.place) for severity in knowledge.severities.values()]
    for answers, place in given:
        for name, written in answers.items():
            members = knowledge.groups[name].facts if name in knowledge.groups else (name,)
            check(members, written, place)


def _check_levels(knowledge: Knowledge, faults: FaultList) -> None:
    for technique in knowledge.techniques.values():
        levels = {level.id for level in knowledge.scales[technique.scale].levels} if technique.scale else set()
        for key in ("start_level", "most_level_with_leg_signs"):
            level = getattr(technique, key)
            if level is not None and level not in levels:
                act = nearest(level, levels, f"Levels are: {', '.join(sorted(levels)) or 'none'}.")
                faults.add(technique.place, f"{technique.id} has the {key} {level}, not on its scale.", act)
