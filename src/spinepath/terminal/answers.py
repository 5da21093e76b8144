"""What somebody typed at a screen, as values of facts.

A checklist takes the numbers of the lines that apply, `0` for none of these, `5?` for a line one does not know.
A single question takes its answer. A page takes `3=value` for line 3 and `n` for "everything else normal".
`u` means "I do not know" to all that is left.
"""

from __future__ import annotations

import re
from datetime import date

from spinepath.engine.conditions import Value
from spinepath.engine.entries import Fact
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.screens import Screen
from spinepath.engine.values import NotAValue, read_value

_AGO = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?)\s*(day|week|month|year)s?(?:\s+ago)?")
_DAYS = {"day": 1, "week": 7, "month": 365.25 / 12, "year": 365.25}
_YES_NO = {"y": "yes", "yes": "yes", "1": "yes", "n": "no", "no": "no", "2": "no"}

Answers = dict[str, Value]


class NotUnderstood(Exception):
    """What was typed is no answer; the text says what to type."""


def read_answers(knowledge: Knowledge, screen: Screen, typed: str, today: date) -> Answers:
    """The answers typed at this screen, for every fact on it. Raises NotUnderstood."""
    typed = typed.strip().lower()
    if not typed:
        raise NotUnderstood("Type an answer, u for “I do not know”, or ? for why we ask.")
    if typed == "u":
        return dict.fromkeys(screen.facts)
    question = knowledge.questions.get(screen.question or "")
    if question is not None and question.kind == "checklist":
        return _ticked(screen, typed)
    if question is None:
        return {screen.facts[0]: read_one(knowledge, screen.facts[0], typed, today)}
    return _lines(knowledge, screen, typed, today)


def _ticked(screen: Screen, typed: str) -> Answers:
    if typed in ("0", "none", "no"):
        return dict.fromkeys(screen.facts, False)
    answers: Answers = dict.fromkeys(screen.facts, False)
    for word in re.split(r"[\s,]+", typed):
        number = word.rstrip("?")
        if not is_line(number, len(screen.facts)):
            raise NotUnderstood(f"“{word}” is no line. Type numbers from 1 to {len(screen.facts)}, or 0 for none.")
        answers[screen.facts[int(number) - 1]] = None if word.endswith("?") else True
    return answers


def _lines(knowledge: Knowledge, screen: Screen, typed: str, today: date) -> Answers:
    answers: Answers = {}
    words = typed.split()
    if words and words[-1] == "n":
        words.pop()
        answers.update(_normal(knowledge, screen))
    for word in words:
        number, equals, value = word.partition("=")
        if not equals or not is_line(number, len(screen.facts)):
            raise NotUnderstood(f"“{word}” is not understood. Type for example  3=4  for line 3, or n for normal.")
        fact = screen.facts[int(number) - 1]
        answers[fact] = read_one(knowledge, fact, value.replace("_", " "), today)
    missing = [place for place, fact in enumerate(screen.facts, 1) if fact not in answers]
    if missing:
        shown = ", ".join(map(str, missing[:8])) + (" ..." if len(missing) > 8 else "")
        raise NotUnderstood(f"Still open: line {shown}. Add them, or n for normal, or type u if not known.")
    return answers


def _normal(knowledge: Knowledge, screen: Screen) -> Answers:
    found: Answers = {}
    for fact in screen.facts:
        normal = knowledge.facts[fact].normal
        if normal is not None:
            found[fact] = read_value(knowledge.facts[fact], normal)
    return found


def read_one(knowledge: Knowledge, fact: str, typed: str, today: date) -> Value:
    """One answer to one question: yes or no, the number of a choice, a number, a date or "3 weeks ago"."""
    entry = knowledge.facts[fact]
    text = typed.strip()
    if text in ("u", "unknown"):
        return None
    if entry.answer == "yes_no":
        text = _YES_NO.get(text, text)
    elif entry.answer == "choice" and is_line(text, len(entry.values)):
        text = list(entry.values)[int(text) - 1]
    elif entry.answer == "choice":
        text = next((word for word in entry.values if word.lower() == text.replace(" ", "_")), text)
    elif entry.grows and (ago := _AGO.fullmatch(text)):
        per_unit = _DAYS[(entry.unit or "days").rstrip("s")]
        text = str(int(float(ago[1]) * _DAYS[ago[2]] / per_unit))
    try:
        return read_value(entry, text, on=today)
    except NotAValue as problem:
        raise NotUnderstood(f"“{typed.strip()}” is not understood. {how_to_answer(entry)}") from problem


def is_line(text: str, most: int) -> bool:
    """Is the text the number of a line, 1 to `most`?"""
    return text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most


def how_to_answer(fact: Fact) -> str:
    """What can be typed for this fact, in one sentence."""
    if fact.answer == "yes_no":
        return "Type y for yes, n for no, or u if you do not know."
    if fact.answer == "choice":
        return f"Type the number of your answer, 1 to {len(fact.values)}, or u if you do not know."
    since = ", a date such as 2026-11-22, or for example “3 weeks ago”" if fact.grows else ""
    return f"Type a number from {fact.least:g} to {fact.most:g} ({fact.unit}){since}, or u if you do not know."
