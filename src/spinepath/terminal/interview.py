"""The adaptive intake in a terminal: one screen at a time, and a findings file that `assess` reads.

The file is written after every screen, so that stopping, a closed window or a power cut loses nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from spinepath.engine.chart_file import read_chart
from spinepath.engine.conditions import Value
from spinepath.engine.entries import Fact
from spinepath.engine.evaluate import Outcome, evaluate
from spinepath.engine.faults import Fault, FaultyFindings
from spinepath.engine.findings import Finding, values_at
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.screens import Screen, next_screen
from spinepath.engine.values import write_value
from spinepath.engine.words import scale_words, value_words
from spinepath.terminal.answers import NotUnderstood, read_answers, read_one

_ACT_KEYS = ("?", "b", "q")
_ACTS = "[dim]? why we ask · u I do not know · b back · q stop and keep[/]"


class Interview:
    """One sitting, going on from what was `kept` in the file.

    `findings` are all that the file holds; `screens` are those answered in this sitting. Raises FaultyFindings for a
    file that cannot be read, or that holds more than findings; `run` raises OSError when answers cannot be kept.
    """

    def __init__(
        self, console: Console, knowledge: Knowledge, file: Path, now: datetime, kept: bytes | None = None
    ) -> None:
        self.console = console
        self.knowledge = knowledge
        self.file = file
        self.now = now
        self.findings: list[Finding] = []
        self.screens: list[tuple[Screen, list[Finding]]] = []
        if kept is not None:
            chart = read_chart(kept, str(file), knowledge, now)
            if chart.told:
                lost = f"It also holds {', '.join(chart.told)}, which would be lost."
                raise FaultyFindings([Fault(str(file), lost, "Name another file, or a copy without it.")])
            self.findings = list(chart.findings)
            console.print(f"Going on with {escape(str(file))}: {len(self.findings)} answers are there already.")

    def run(self) -> None:
        """Asks until nothing matters any more, an emergency is certain, or somebody stops."""
        while not self.is_emergency() and (screen := self.next()) is not None:
            self.show(screen)
            typed = self.one_by_one(screen) if self.is_short_page(screen) else self.prompt("> ")
            if typed == "q":
                kept = (
                    f"The answers are kept in {escape(str(self.file))}." if self.findings else "Nothing was answered."
                )
                self.console.print(f"\nStopped. {kept}")
                return
            self.act(screen, typed)
        if self.is_emergency():
            self.show_emergency()
        else:
            self.show_end()

    def next(self) -> Screen | None:
        """The next screen; facts answered today, even with "I do not know", are not asked again."""
        zone = self.now.tzinfo
        today = {finding.fact for finding in self.findings if finding.at.astimezone(zone).date() == self.now.date()}
        return next_screen(self.knowledge, self.values(), answered=today)

    def values(self) -> dict[str, Value]:
        return values_at(self.knowledge, self.findings, self.now)

    def outcome(self) -> Outcome:
        return evaluate(self.knowledge, self.values())

    def is_emergency(self) -> bool:
        return self.outcome().disposition == self.knowledge.ladder[-1]

    # reading what is typed

    def prompt(self, text: str) -> str:
        try:
            return self.console.input(f"[bold]{escape(text)}[/]").strip()
        except (EOFError, KeyboardInterrupt, RuntimeError):  # the last where there is no input at all
            return "q"

    def is_short_page(self, screen: Screen) -> bool:
        """A page of a few questions without normal values is asked line by line."""
        question = self.knowledge.questions.get(screen.question or "")
        return question is not None and question.kind == "page" and not self.has_normal(screen)

    def one_by_one(self, screen: Screen) -> str:
        """The page's lines as they would be typed at once; or an act, if one was typed at any line."""
        lines = []
        for place, name in enumerate(screen.facts, 1):
            fact = self.knowledge.facts[name]
            self.console.print(f"[bold]{place}.[/] {escape(fact.ask or fact.name)}")
            self.show_choices(name)
            while True:
                typed = self.prompt(f"   {self.kind_of_answer(name)} > ")
                if typed == "?":
                    self.explain([name])
                    continue
                if typed in _ACT_KEYS:
                    return typed
                try:
                    read_one(self.knowledge, name, typed.lower(), self.now.date())
                    break
                except NotUnderstood as problem:
                    self.console.print(f"[yellow]{escape(str(problem))}[/]")
            lines.append(f"{place}={typed.replace(' ', '_')}")
        return " ".join(lines)

    # acts

    def act(self, screen: Screen, typed: str) -> None:
        if typed == "?":
            self.explain(screen.facts)
        elif typed == "b":
            self.back()
        else:
            self.answer(screen, typed)

    def answer(self, screen: Screen, typed: str) -> None:
        try:
            answers = read_answers(self.knowledge, screen, typed, self.now.date())
        except NotUnderstood as problem:
            self.console.print(f"[yellow]{escape(str(problem))}[/]")
            return
        new = [
            Finding(fact=fact, value=value, at=self.now, source=self.knowledge.facts[fact].who)
            for fact, value in answers.items()
        ]
        self.findings += new
        self.screens.append((screen, new))
        self.save()

    def back(self) -> None:
        if not self.screens:
            self.console.print("[yellow]This is the first screen of this sitting.[/]")
            return
        _, last = self.screens.pop()
        self.findings = [finding for finding in self.findings if finding not in last]
        self.save()

    def explain(self, names: Iterable[str]) -> None:
        facts = [self.knowledge.facts[name] for name in names]
        self.numbered([fact.why_we_ask or f"It is needed to judge what is safe: {fact.name}." for fact in facts])

    def save(self) -> None:
        beside = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        beside.write_text(findings_file(self.findings, self.now), encoding="utf-8")
        beside.replace(self.file)

    # pages

    def show(self, screen: Screen) -> None:
        question = self.knowledge.questions.get(screen.question or "")
        number = len(self.screens) + 1
        for_whom = "" if screen.reader == "patient" else " · for the clinician"
        self.console.print(f"\n[dim]Screen {number}{for_whom} · at most {screen.still_to_come} more after this one[/]")
        title = question.title if question else self.knowledge.facts[screen.facts[0]].ask or ""
        self.console.print(f"[bold]{escape(title)}[/]")
        hint = question.hint if question else self.knowledge.facts[screen.facts[0]].hint
        if hint:
            self.console.print(f"[dim]{escape(hint)}[/]")
        if question is None:
            self.show_choices(screen.facts[0])
        elif not self.is_short_page(screen):
            self.show_lines(screen)
        self.console.print(f"{self.how_to_answer(screen)} {_ACTS}".strip())

    def show_choices(self, name: str) -> None:
        fact = self.knowledge.facts[name]
        self.numbered(fact.values.values())
        self.show_scales([fact])

    def show_scales(self, facts: Iterable[Fact]) -> None:
        """What the numbers mean, once for each scale among the facts."""
        for words in dict.fromkeys(scale_words(self.knowledge, fact) for fact in facts):
            if words:
                self.console.print(f"[dim]{escape(words)}[/]")

    def show_lines(self, screen: Screen) -> None:
        question = self.knowledge.questions[screen.question or ""]
        facts = [self.knowledge.facts[name] for name in screen.facts]
        if question.kind == "checklist":
            self.numbered([fact.item or fact.ask or fact.name for fact in facts], none=question.none)
        else:
            self.numbered([f"{fact.ask or fact.name}{self.choices_in_line(fact)}" for fact in facts])
            self.show_scales(facts)

    def numbered(self, lines: Iterable[str], none: str | None = None) -> None:
        table = Table(box=None, show_header=False, pad_edge=False)
        table.add_column(justify="right", width=5)
        table.add_column()
        for place, line in enumerate(lines, 1):
            table.add_row(f"{place}.", escape(line))
        if none:
            table.add_row("0.", escape(none))
        if table.row_count:
            self.console.print(table)

    def choices_in_line(self, fact: Fact) -> str:
        choices = ", ".join(f"{place} {label}" for place, label in enumerate(fact.values.values(), 1))
        return f" ({choices})" if choices else ""

    def how_to_answer(self, screen: Screen) -> str:
        question = self.knowledge.questions.get(screen.question or "")
        if question is not None and question.kind == "checklist":
            return "Type the numbers that apply, 0 for none, 3? where you do not know."
        if self.is_short_page(screen):
            return ""
        if question is not None:
            return "Type  3=4 7=no  for lines 3 and 7, and n for everything else normal."
        return f"Type {self.kind_of_answer(screen.facts[0])}."

    def kind_of_answer(self, name: str) -> str:
        fact = self.knowledge.facts[name]
        if fact.answer == "yes_no":
            return "y or n"
        return "the number of your answer" if fact.values else f"a number ({fact.unit})"

    def has_normal(self, screen: Screen) -> bool:
        return any(self.knowledge.facts[name].normal is not None for name in screen.facts)

    def show_emergency(self) -> None:
        outcome = self.outcome()
        disposition = self.knowledge.dispositions[outcome.disposition]
        rules = [self.knowledge.rules[name] for name in outcome.fired]
        said = [rule.says.patient for rule in rules if rule.then.at_least == disposition.id and rule.says.patient]
        reported = [
            f"{self.knowledge.facts[name].name}: {value_words(self.knowledge, self.knowledge.facts[name], value)}"
            for name, value in self.values().items()
            if value is True
        ]
        text = "\n".join(dict.fromkeys(said or [disposition.says.patient or ""]))
        to_say = "\n".join(f"• {line}" for line in reported)
        self.console.print(
            Panel(
                f"{escape(text)}\n\nSay there:\n{escape(to_say)}",
                title=escape(disposition.name),
                border_style="bold red",
            )
        )
        self.console.print(f"The answers are kept in {escape(str(self.file))}.")

    def show_end(self) -> None:
        disposition = self.knowledge.dispositions[self.outcome().disposition]
        self.console.print(
            Panel(
                escape(disposition.says.patient or ""),
                title=escape(disposition.name),
                border_style="cyan",
                padding=(1, 2),
            )
        )
        self.console.print(
            f"{len(self.screens)} screens. The answers are kept in {escape(str(self.file))}; "
            f"see the whole advice with:  spinepath assess {escape(str(self.file))}"
        )


def findings_file(findings: list[Finding], as_of: datetime) -> str:
    """The findings as a file that `assess` reads."""
    lines = [f"as_of: {as_of.isoformat(timespec='seconds')}", "findings:" if findings else "findings: []"]
    for finding in findings:
        by = f", by: {json.dumps(finding.by, ensure_ascii=False)}" if finding.by else ""
        lines.append(
            f"  - {{fact: {finding.fact}, value: {write_value(finding.value)}, "
            f"at: {finding.at.isoformat(timespec='seconds')}, source: {finding.source}{by}}}"
        )
    return "\n".join(lines) + "\n"
