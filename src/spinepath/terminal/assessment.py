"""An assessment on the screen, in the order in which a therapist needs it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from spinepath.engine.assess import Assessment
from spinepath.engine.entries import Rule
from spinepath.engine.knowledge import Knowledge
from spinepath.plan.package import Package, draft_package
from spinepath.terminal.words import badge, source_line, sources_of, value_words

_COLOURS = ("green", "green", "yellow", "dark_orange", "red", "bold red")
_QUESTIONS_SHOWN = 8
_STATUS_ORDER = ("offered", "restricted", "undecided", "excluded")
_STATUS_MARKS = {
    "offered": "[green]✓ offered[/]",
    "restricted": "[yellow]! restricted[/]",
    "undecided": "[cyan]? undecided[/]",
    "excluded": "[red]✗ excluded[/]",
}


def show_assessment(console: Console, knowledge: Knowledge, assessment: Assessment) -> None:
    """Prints the assessment: what to do, why, what to ask, what may be done, what to say, and on what it rests."""
    view = _View(knowledge, assessment)
    console.print(view.head())
    for title, parts in view.parts():
        content = list(parts)
        if content:
            console.print(f"\n[bold]{title}[/]")
            console.print(Padding(Group(*content), (0, 0, 0, 2)))
    console.print()


class _View:
    def __init__(self, knowledge: Knowledge, assessment: Assessment) -> None:
        self.knowledge = knowledge
        self.found = assessment
        self.outcome = assessment.outcome
        self.fired = [knowledge.rules[name] for name in self.outcome.fired]
        self.deciding = [rule for rule in self.fired if rule.then.at_least == self.outcome.disposition]

    def head(self) -> RenderableType:
        disposition = self.knowledge.dispositions[self.outcome.disposition]
        colour = _COLOURS[min(self.knowledge.strictness[disposition.id], len(_COLOURS) - 1)]
        lines = [disposition.says.therapist, f"Time: {disposition.time_limit}"]
        if self.outcome.least != self.outcome.most:
            least, most = (self.knowledge.dispositions[name].name for name in (self.outcome.least, self.outcome.most))
            lines.append(f"Once everything is answered it lies between “{least}” and “{most}”.")
        if self.outcome.reading:
            lines.append(f"Course: {self.knowledge.readings[self.outcome.reading].says.therapist}")
        if self.outcome.held:
            lines.append("The remaining bookings are held until a named person releases them.")
        note = f"knowledge {self.found.knowledge} · as of {self.found.as_of.isoformat(timespec='minutes')}"
        return Panel(
            Text("\n".join(lines)),
            title=f"[{colour}]{escape(disposition.name)}[/]",
            subtitle=note,
            title_align="left",
            subtitle_align="right",
            border_style=colour,
        )

    def parts(self) -> Iterator[tuple[str, Iterator[RenderableType]]]:
        yield "Why", self.why()
        yield "What to do now", self.acts()
        yield "Ask or examine next", self.questions()
        yield "Tests and opinions needed", self.needs()
        yield "Techniques", self.techniques()
        yield "Limits", self.limits()
        yield "Draft package", self.package()
        yield "Advice", self.advice()
        yield "What to say to the patient", self.patient()
        yield "What would change it", self.changes()
        yield "Findings set aside", self.set_aside()
        yield "Rests on", self.sources()

    def why(self) -> Iterator[RenderableType]:
        for rule in self.deciding:
            within = f" Within: {rule.within}." if rule.within else ""
            yield f"• {escape(rule.says.therapist)}{escape(within)} {badge(rule.state)} [dim]{rule.id}[/]"
        if not self.deciding and self.found.questions:
            yield "• Questions about danger are still open; until they are answered nobody is treated by hand."
        if self.found.why:
            named = [
                f"{self.knowledge.facts[because.fact].name}: "
                f"{value_words(self.knowledge.facts[because.fact], because.value)}"
                for because in self.found.why
            ]
            shown = "; ".join(named[:6]) + (f"; and {len(named) - 6} more answers" if len(named) > 6 else "")
            yield f"[dim]These answers alone lead here: {escape(shown)}.[/]"

    def acts(self) -> Iterator[RenderableType]:
        for act in self.knowledge.dispositions[self.outcome.disposition].actions:
            yield f"• {escape(act)}"

    def questions(self) -> Iterator[RenderableType]:
        for ask in self.found.questions[:_QUESTIONS_SHOWN]:
            fact = self.knowledge.facts[ask.fact]
            yield f"• {escape(fact.ask or fact.name)} [dim]{ask.fact}[/]"
            yield f"  [dim]{escape(ask.why)}[/]"
        more = len(self.found.questions) - _QUESTIONS_SHOWN
        if more > 0:
            yield f"[dim]and {more} more; `spinepath interview` asks them on as few screens as possible[/]"

    def needs(self) -> Iterator[RenderableType]:
        for name in self.outcome.needs:
            need = self.knowledge.investigations[name]
            yield f"• {escape(need.name)}: {escape(need.urgency)} {badge(need.state)} [dim]{need.id}[/]"

    def techniques(self) -> Iterator[RenderableType]:
        """Grouped by status and main reason, so that a long list stays short."""
        groups: dict[tuple[str, str], list[str]] = {}
        for status in _STATUS_ORDER:
            for name, offer in self.outcome.techniques.items():
                if offer.status == status:
                    reason = self.short(offer.because[0]) if offer.because else ""
                    groups.setdefault((status, reason), []).append(self.knowledge.techniques[name].name)
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 1, 1, 0))
        table.add_column(no_wrap=True)
        table.add_column()
        for (status, reason), names in groups.items():
            because = f"\n[dim]{escape(reason)}[/]" if reason else ""
            table.add_row(_STATUS_MARKS[status], f"{escape(', '.join(names))}{because}")
        yield table

    def short(self, rule: str) -> str:
        """The first sentence of what a rule says."""
        return self.knowledge.rules[rule].says.therapist.split(". ")[0].rstrip(".")

    def limits(self) -> Iterator[RenderableType]:
        for name, value in self.outcome.limits.items():
            yield f"• {self.knowledge.limits[name].says.replace('{value}', f'{value:g}')}"

    def package(self) -> Iterator[RenderableType]:
        package = draft_package(self.knowledge, self.outcome)
        if package is not None:
            yield from _package_lines(package)

    def advice(self) -> Iterator[RenderableType]:
        for rule in self.fired:
            if rule.then.tell:
                yield f"• {escape(rule.then.tell)} {badge(rule.state)} [dim]{rule.id}[/]"

    def patient(self) -> Iterator[RenderableType]:
        yield f"• {escape(self.knowledge.dispositions[self.outcome.disposition].says.patient or '')}"
        for text in dict.fromkeys(rule.says.patient for rule in self.deciding if rule.says.patient):
            yield f"• {escape(text or '')}"

    def changes(self) -> Iterator[RenderableType]:
        for change in self.found.would_change:
            answers = " and ".join(
                f"{self.knowledge.facts[fact].name}: {value_words(self.knowledge.facts[fact], value)}"
                for fact, value in change.answers.items()
            )
            yield f"• {escape(answers)} → {self.knowledge.dispositions[change.disposition].name}"

    def set_aside(self) -> Iterator[RenderableType]:
        for name, stand in self.found.standings.items():
            fact = self.knowledge.facts[name]
            for finding in stand.disagreeing:
                said = f"{finding.source} said {value_words(fact, finding.value)} on {finding.at.date()}"
                yield f"• {escape(fact.name)}: {escape(said)}. Sources disagree: the more dangerous answer counts"
                yield "  until a clinician settles it with a newer finding."
            if stand.value is None and stand.stale:
                finding = stand.stale[-1]
                said = f"{value_words(fact, finding.value)} of {finding.at.date()}"
                yield f"• {escape(fact.name)}: {escape(said)} is too old and counts as unknown."

    def sources(self) -> Iterator[RenderableType]:
        rules: list[Rule] = [*self.deciding, *(rule for rule in self.fired if rule.then.need or rule.then.exclude)]
        for source in sources_of(self.knowledge, rules):
            yield f"• {escape(source_line(source))} {badge(source.state)} [dim]{source.id}[/]"
        yield f"[dim]Signed off by: {escape(self.signed_off())}.[/]"
        yield "[dim]This supports a qualified professional; it does not diagnose or treat.[/]"

    def signed_off(self) -> str:
        return next((release.signed_off for release in self.knowledge.releases.values()), "nobody yet")


def _package_lines(package: Package) -> Iterator[RenderableType]:
    yield "• Always: " + escape(", ".join(technique.name for technique in package.core))
    for technique in package.by_hand[:5]:
        level = f", start at {technique.start_level}" if technique.start_level else ""
        yield f"• By hand, if wanted: {escape(technique.name)}{level}"
    if package.preset:
        preset = package.preset
        sessions, days, minutes = (
            "-".join(f"{part:g}" for part in bound) for bound in (preset.sessions, preset.days_between, preset.minutes)
        )
        yield (
            f"• Course: {escape(preset.name)}: {sessions} sessions of {minutes} minutes, {days} days apart, "
            f"review within {preset.weeks_most:g} weeks"
        )
    if package.session:
        yield "• Session: " + " → ".join(phase.name for phase in package.session)
    if package.home:
        yield f"• At home: {escape(package.home[0].name)}: {escape('; '.join(package.home[0].content))}"
