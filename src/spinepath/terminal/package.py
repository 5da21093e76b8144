"""The draft package on the screen: what is always in it, what may be done by hand and how strongly, and the course."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from spinepath.engine.content import Preset, Range
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.words import level_words, limit_words
from spinepath.plan.package import Choice, Package
from spinepath.terminal.layout import bullet

_BY_HAND_SHOWN = 5


def package_lines(package: Package, *, full: bool) -> Iterator[RenderableType]:
    """The package, in the order in which it is talked through with the patient."""
    if package.core:
        yield bullet(f"Always: {_names(package.core)}")
    yield _by_hand(package, full)
    if package.preset:
        yield bullet(f"Course: {escape(_course(package.preset))}")
    if package.session:
        yield bullet("Session: " + escape(" → ".join(phase.name for phase in package.session)))
    for phase in package.daily:
        yield bullet("Every day at home: " + escape(" ".join(phase.content)))
    if package.home:
        first = package.home[0]
        steps = escape(" → ".join(phase.name for phase in package.home))
        content = f"[dim]{escape(first.name)}: {escape(' '.join(first.content))}[/]"
        yield bullet(f"Step by step at home: {steps}", *((content,) if full else ()))


def limit_lines(knowledge: Knowledge, package: Package) -> Iterator[RenderableType]:
    """The limits in force: how often in one paragraph, how strongly in another."""
    by_kind: dict[bool, list[str]] = {False: [], True: []}
    for name, value in package.limits.items():
        by_kind[knowledge.limits[name].scale is not None].append(limit_words(knowledge, name, value))
    for sentences in by_kind.values():
        if sentences:
            yield bullet(escape(" ".join(sentences)))


def _by_hand(package: Package, full: bool) -> RenderableType:
    if not package.by_hand and not package.above_limits:
        return bullet("By hand: nothing.")
    shown = package.by_hand if full else package.by_hand[:_BY_HAND_SHOWN]
    table = Table.grid(padding=(0, 2))
    for choice in shown:
        table.add_row(escape(choice.technique.name), escape(_levels(choice)))
    under: list[RenderableType] = [table] if shown else []
    if rest := package.by_hand[len(shown) :]:
        under.append(f"[dim]also possible: {_names(rest)}[/]")
    if package.above_limits:
        names = " · ".join(technique.name for technique in package.above_limits)
        under.append(f"[dim]not now, because even its lowest level lies above the limits: {escape(names)}[/]")
    return bullet("By hand, if wanted, beginning at:" if shown else "By hand: nothing.", *under)


def _names(choices: tuple[Choice, ...]) -> str:
    return escape(" · ".join(choice.technique.name for choice in choices))


def _levels(choice: Choice) -> str:
    """The level to start at, and the highest one when it is another."""
    if not choice.levels:
        return ""
    start, *higher = choice.levels
    return level_words(start) + (f", at most {higher[-1].id}" if higher else "")


def _course(preset: Preset) -> str:
    return (
        f"{preset.name}: {_range(preset.sessions)} sessions of {_range(preset.minutes)} minutes, "
        f"{_range(preset.days_between)} days apart, review within {preset.weeks_most:g} weeks"
    )


def _range(bounds: Range) -> str:
    return "-".join(f"{part:g}" for part in bounds)
