"""An assessment on the screen, in the order in which a therapist needs it, and no longer than that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from spinepath.engine.assess import Assessment
from spinepath.engine.check import declared_dangers
from spinepath.engine.conditions import facts_in
from spinepath.engine.entries import Rule
from spinepath.engine.evaluate import Offer
from spinepath.engine.findings import Finding, Standing
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.values import write_value
from spinepath.engine.words import (
    finding_words,
    first_sentence,
    said_once,
    short,
    source_line,
    sources_of,
    value_words,
    who_and_when,
)
from spinepath.plan.package import draft_package
from spinepath.terminal.layout import bullet
from spinepath.terminal.package import limit_lines, package_lines
from spinepath.terminal.words import legend, mark

_COLOURS = ("green", "green", "yellow", "dark_orange", "red", "bold red")
_QUESTIONS_SHOWN = 6
_ANSWERS_SHOWN = 6
_ADVICE_SHOWN = 6
_RULES_NAMED = 3
_KINDS = {
    "offered": "[green]✓ offered[/]",
    "with care": "[green]✓ with care[/]",
    "restricted": "[yellow]! restricted[/]",
    "undecided": "[cyan]? undecided[/]",
    "excluded": "[red]✗ excluded[/]",
    "off here": "[red]✗ off here[/]",
}
"""Where a technique can stand, in the order shown. One that is offered although a rule warns is done with care."""

_OPEN_KINDS = ("offered", "with care", "restricted", "undecided")


def show_assessment(console: Console, knowledge: Knowledge, assessment: Assessment, *, full: bool = False) -> None:
    """Prints the assessment: what to do, why, what to ask, what may be done, what to say, and on what it rests.

    With `full` nothing is left out for the sake of brevity.
    """
    view = _View(knowledge, assessment, full)
    console.print(view.head())
    for title, parts in view.parts():
        content = list(parts)
        if content:
            console.print(f"\n[bold]{title}[/]")
            console.print(Padding(Group(*content), (0, 0, 0, 2)))
    console.print(Group(*view.foot()))


class _View:
    def __init__(self, knowledge: Knowledge, assessment: Assessment, full: bool) -> None:
        self.knowledge = knowledge
        self.found = assessment
        self.full = full
        self.outcome = assessment.outcome
        self.disposition = knowledge.dispositions[self.outcome.disposition]
        self.fired = [knowledge.rules[name] for name in self.outcome.fired]
        self.deciding = [rule for rule in self.fired if rule.then.at_least == self.outcome.disposition]
        self.package = draft_package(knowledge, self.outcome)

    @property
    def is_final(self) -> bool:
        """Is care ruled out whatever is still answered? Then only what decides and what to do is shown."""
        strictness = self.knowledge.strictness
        return strictness[self.disposition.id] > strictness[self.knowledge.mildest_without_care]

    def head(self) -> RenderableType:
        colour = _COLOURS[min(self.knowledge.strictness[self.disposition.id], len(_COLOURS) - 1)]
        lines = [self.disposition.says.therapist, f"Time: {self.disposition.time_limit}"]
        if self.outcome.least != self.outcome.most:
            least, most = (self.knowledge.dispositions[name].name for name in (self.outcome.least, self.outcome.most))
            lines.append(f"Once everything is answered it lies between “{least}” and “{most}”.")
        if self.outcome.reading and not self.is_final:
            lines.append(f"Course: {self.knowledge.readings[self.outcome.reading].says.therapist}")
        if self.outcome.held:
            lines.append("The remaining bookings are held until a named person releases them.")
        note = f"knowledge {self.found.knowledge} · as of {self.found.as_of.isoformat(timespec='minutes')}"
        return Panel(
            Text("\n".join(lines)),
            title=f"[{colour}]{escape(self.disposition.name)}[/]",
            subtitle=note,
            title_align="left",
            subtitle_align="right",
            border_style=colour,
        )

    def parts(self) -> Iterator[tuple[str, Iterable[RenderableType]]]:
        yield "Why", self.why()
        yield "What to do now", self.acts()
        yield "Ask or examine next", self.questions()
        yield "Tests and opinions needed", self.needs()
        yield "Still possible" if self.is_final else "Techniques", self.techniques()
        if self.package is not None:
            yield "Draft package", package_lines(self.package, full=self.full)
            yield "Limits", limit_lines(self.knowledge, self.package)
            yield "Advice", self.advice()
        yield "What to say to the patient", self.patient()
        yield "What would change it", self.changes()
        yield "Findings set aside", self.set_aside()
        yield "Rests on", self.sources()

    # why, and what to do

    def why(self) -> Iterator[RenderableType]:
        if self.package is not None:
            yield (
                f"Everything that could be dangerous was asked ({self.answered()} answers), and nothing was found "
                "that forbids care."
            )
        elif not self.deciding:
            yield "Questions about danger are still open; until they are answered nobody is treated by hand."
        for rule in self.reasons():
            within = f" Within: {rule.within}." if rule.within else ""
            yield bullet(f"{escape(rule.says.therapist)}{escape(within)} {mark(rule.state)} [dim]{rule.id}[/]")
        if self.found.why and self.package is None:
            yield f"[dim]These answers alone lead here: {escape(self.answers())}.[/]"

    def reasons(self) -> list[Rule]:
        """The rules that decide, without those that a wider one among them covers."""
        ids = {rule.id for rule in self.deciding}
        return [rule for rule in self.deciding if self.full or rule.contained_in not in ids]

    def answered(self) -> int:
        """How many of the facts that can decide are known."""
        known = self.found.values
        return sum(bool(rules) and known.get(fact) is not None for fact, rules in self.knowledge.decided_by.items())

    def answers(self) -> str:
        facts = self.knowledge.facts
        named = [
            f"{facts[because.fact].name}: {value_words(self.knowledge, facts[because.fact], because.value)}"
            for because in self.found.why
        ]
        shown = named if self.full else named[:_ANSWERS_SHOWN]
        more = f"; and {len(named) - len(shown)} more with --full" if len(shown) < len(named) else ""
        return "; ".join(shown) + more

    def acts(self) -> Iterator[RenderableType]:
        """What the disposition asks for; where care must not begin, what its rules ask for as well."""
        told = [] if self.package is not None else [rule.then.tell for rule in self.deciding if rule.then.tell]
        for act in said_once((*self.disposition.actions, *told)):
            yield bullet(f"{escape(act)}")

    def questions(self) -> Iterator[RenderableType]:
        asked = self.found.questions if self.full else self.found.questions[:_QUESTIONS_SHOWN]
        for ask in asked:
            fact = self.knowledge.facts[ask.fact]
            why = f"[dim]{escape(first_sentence(ask.why))}.[/]"
            yield bullet(f"{escape(fact.ask or fact.name)} [dim]{ask.fact}[/]", why)
        if more := len(self.found.questions) - len(asked):
            yield f"[dim]and {more} more; `spinepath interview` asks them on as few screens as possible[/]"

    def needs(self) -> Iterator[RenderableType]:
        for name in self.outcome.needs:
            need = self.knowledge.investigations[name]
            yield bullet(f"{escape(need.name)}: {escape(need.urgency)} {mark(need.state)} [dim]{need.id}[/]")

    # techniques and advice

    def techniques(self) -> Iterator[RenderableType]:
        """By kind and reasons, so that a long list stays short; while care must not begin, only what is left."""
        groups: dict[tuple[str, str], list[str]] = {}
        for name, offer in self.outcome.techniques.items():
            kind = self.kind(offer)
            groups.setdefault((kind, self.because(offer, kind)), []).append(name)
        shown = _KINDS if self.package is not None or self.full else _OPEN_KINDS
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True)
        for kind in shown:
            rows = [(reason, names) for (of, reason), names in groups.items() if of == kind]
            for place, (reason, names) in enumerate(rows):
                because = f" [dim]– {escape(reason)}[/]" if reason else ""
                table.add_row("" if place else _KINDS[kind], f"{escape(self.named(names))}{because}")
        if table.row_count:
            yield table

    def kind(self, offer: Offer) -> str:
        """Where the technique stands; what the clinic has switched off is told apart from what the findings forbid."""
        if offer.status == "excluded" and any(map(self.is_policy, offer.because)) and not self.full:
            return "off here"
        return "with care" if offer.status == "offered" and offer.because else offer.status

    def is_policy(self, rule: str) -> bool:
        """Does the rule look at the clinic's policies only?"""
        looked_at = (self.knowledge.facts[fact] for fact in facts_in(self.knowledge.rules[rule].when))
        return all(fact.who == "clinic" and fact.default is not None for fact in looked_at)

    def because(self, offer: Offer, kind: str) -> str:
        """The reasons in few words. Of modifications each one, because each is to be made; else the first will do."""
        rules = offer.because if self.full or kind in ("with care", "undecided") else offer.because[:1]
        if kind == "off here":
            return "switched off in this clinic"
        if kind == "undecided" and len(rules) > _RULES_NAMED and not self.full:
            return "several rules wait for answers"
        return "; ".join(dict.fromkeys(short(self.knowledge, self.knowledge.rules[name]) for name in rules))

    def named(self, names: list[str]) -> str:
        """The techniques by name; a class of several that are all among them by the name of the class."""
        techniques = self.knowledge.techniques
        there = Counter(techniques[name].technique_class for name in names)
        whole = Counter(technique.technique_class for technique in techniques.values())
        called: dict[str, None] = {}
        for name in names:
            kind = techniques[name].technique_class
            all_there = there[kind] == whole[kind] > 1
            called[f"{self.knowledge.classes[kind].name} (all forms)" if all_there else techniques[name].name] = None
        return " · ".join(called)

    def advice(self) -> Iterator[RenderableType]:
        """What the rules tell, the strictest rule first."""
        rules: dict[str, Rule] = {}
        for rule in sorted(self.fired, key=self.weight, reverse=True):
            if rule.then.tell:
                rules.setdefault(rule.then.tell, rule)
        told = said_once(rules)
        shown = told if self.full else told[:_ADVICE_SHOWN]
        for text in shown:
            yield bullet(f"{escape(text)} {mark(rules[text].state)} [dim]{rules[text].id}[/]")
        if more := len(told) - len(shown):
            yield f"[dim]and {more} more with --full[/]"

    def weight(self, rule: Rule) -> tuple[int, ...]:
        """How strict a rule is: by its disposition, then by what else it does."""
        then = rule.then
        level = self.knowledge.strictness[then.at_least] if then.at_least else -1
        return level, *map(bool, (then.hold, then.exclude, then.restrict, then.caution, then.limit))

    def patient(self) -> Iterator[RenderableType]:
        own = [rule.says.patient for rule in self.deciding if rule.says.patient]
        for text in said_once(own or [self.disposition.says.patient or ""]):
            yield bullet(f"{escape(text)}")

    # what would change it, and on what it rests

    def changes(self) -> Iterator[RenderableType]:
        facts = self.knowledge.facts
        for change in self.found.would_change:
            answers = " and ".join(
                f"{facts[fact].name}: {value_words(self.knowledge, facts[fact], value)}"
                for fact, value in change.answers.items()
            )
            yield bullet(f"{escape(answers)} → {escape(self.knowledge.dispositions[change.disposition].name)}")

    def set_aside(self) -> Iterator[RenderableType]:
        """What does not count, by whom and when; answers that are too old and tell of nothing stand together."""
        together: Counter[str] = Counter()
        for name, stand in self.found.standings.items():
            called = escape(self.knowledge.facts[name].name)
            if stand.disagreeing:
                yield bullet(f"{called}: {escape(self.disagreement(stand))}")
            elif stand.value is None and stand.stale:
                old = stand.stale[-1]
                if self.full or _is_telling(self.knowledge, old):
                    said = escape(finding_words(self.knowledge, old))
                    yield bullet(f"{called}: {said} is too old and counts as unknown.")
                else:
                    together[who_and_when(old)] += 1
        for whose, number in together.items():
            yield bullet(f"Other answers too old to count: {number} ({escape(whose)}).")

    def disagreement(self, stand: Standing) -> str:
        others = ", ".join(finding_words(self.knowledge, finding) for finding in stand.disagreeing)
        if stand.decided_by is None:
            return f"sources disagree: {others}. It counts as unknown until a clinician settles it."
        counts = finding_words(self.knowledge, stand.decided_by)
        return f"{counts} counts; set aside: {others}. The more dangerous answer counts until a clinician settles it."

    def sources(self) -> Iterator[RenderableType]:
        acting = [rule for rule in self.fired if rule.then.need or rule.then.exclude or rule.then.tell]
        for source in sources_of(self.knowledge, (*self.deciding, *acting) if self.full else self.deciding):
            yield bullet(f"{escape(source_line(source))} {mark(source.state)} [dim]{source.id}[/]")

    def foot(self) -> Iterator[RenderableType]:
        yield f"\n[dim]{legend()}[/]"
        yield f"[dim]Signed off by: {escape(self.signed_off())}. --full shows all; spinepath explain ID tells more.[/]"
        yield "[dim]This supports a qualified professional; it does not diagnose or treat.[/]\n"

    def signed_off(self) -> str:
        return next((release.signed_off for release in self.knowledge.releases.values()), "nobody yet")


def _is_telling(knowledge: Knowledge, finding: Finding) -> bool:
    """Was it an answer that leads to stricter advice, or one that is not normal?"""
    fact = knowledge.facts[finding.fact]
    said = write_value(finding.value)
    return said in declared_dangers(fact) or said != (fact.normal or said)
