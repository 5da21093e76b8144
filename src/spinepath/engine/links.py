"""Every reference leads somewhere, and every value fits its fact.

`LINKS` says for each kind of entry which of its keys name other entries, and in which sections those may stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from spinepath.engine import content as c
from spinepath.engine import entries as e
from spinepath.engine.faults import FaultList, nearest
from spinepath.engine.knowledge import SECTION_NAMES, Knowledge
from spinepath.engine.values import NotAValue, read_value

_TECHNIQUES = ("techniques", "classes")

LINKS: dict[type[msgspec.Struct], dict[str, tuple[str, ...]]] = {
    e.Sourced: {"source": ("sources",), "claims": ("claims",)},
    e.Fact: {"codes": ("codes",), "worked_out.fall_of": ("facts",), "worked_out.rise_of": ("facts",)},
    e.Group: {"facts": ("facts",)},
    e.Question: {"settles": ("facts",)},
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
    e.Table: {"columns": ("classes",)},
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
        "expect.undecided": _TECHNIQUES,
        "expect.fires": ("rules",),
        "expect.clear": ("rules",),
        "expect.open": ("rules",),
        "expect.need": ("investigations",),
        "expect.limit": ("limits",),
        "expect.reading": ("readings",),
    },
    e.Chart: {"start": ("charts",), "given": ("facts", "groups"), "answers": ("questions",)},
    c.Disposition: {"bars": ("classes",)},
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
    c.Measure: {"fact": ("facts", "groups"), "codes": ("codes",)},
    c.Stance: {"guidelines": ("guidelines",)},
    c.Claim: {"home": SECTION_NAMES},
    c.Contradiction: {"sides": ("claims",), "home": SECTION_NAMES},
    c.Myth: {"home": SECTION_NAMES},
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
    _check_cycles(knowledge, faults)
    if not faults:
        _check_values(knowledge, faults)
        _check_levels(knowledge, faults)


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


def _check_cycles(knowledge: Knowledge, faults: FaultList) -> None:
    finished: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            faults.add(knowledge.facts[name].place, f"Facts are worked out in a circle: {circle}.", "Break the circle.")
        elif name in knowledge.facts and name not in finished:
            for basis in knowledge.bases_of(name):
                visit(basis, (*path, name))
        finished.add(name)

    for name in knowledge.facts:
        visit(name, ())


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
