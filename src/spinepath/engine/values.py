"""A value as written, read for the fact it is given for."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import date, datetime, timedelta

from spinepath.engine.conditions import Value, Values
from spinepath.engine.entries import Fact
from spinepath.engine.faults import nearest

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
DAYS_IN = {"days": 1.0, "weeks": 7.0, "months": 365.25 / 12, "years": 365.25}
"""How many days one of each unit is, for numbers that grow with time."""


class NotAValue(Exception):
    """The text is no value of this fact; `cause` says why, without the text, and `act` what can be written."""

    def __init__(self, cause: str, act: str) -> None:
        super().__init__(f"{cause} {act}")
        self.cause, self.act = cause, act


def read_value(fact: Fact, written: str, on: date | None = None) -> Value:
    """The value of `written` for this fact; `unknown` is None.

    Numbers must lie in the fact's range and may carry its unit ("7 days"). A number that grows may be given as the
    date since which it counts, seen from `on`. Raises NotAValue otherwise.
    """
    text = " ".join(written.split())
    if text == "unknown":
        return None
    if fact.answer == "yes_no":
        return _yes_no(fact, text)
    if fact.answer == "choice":
        return _choice(fact, text)
    return _number(fact, text, on)


def _yes_no(fact: Fact, text: str) -> bool:
    if text in ("yes", "no"):
        return text == "yes"
    hint = " true and false are not answers here." if text.lower() in ("true", "false") else ""
    raise NotAValue(f"{fact.id} cannot be this.{hint}", "Write yes, no or unknown.")


def _choice(fact: Fact, text: str) -> str:
    if text in fact.values:
        return text
    for word, names in fact.also_called.items():
        if text.lower() in (name.lower() for name in names):
            return word
    allowed = (*fact.values, "unknown")
    raise NotAValue(f"{fact.id} cannot be this.", nearest(text, allowed, f"Write one of: {', '.join(allowed)}."))


def _number(fact: Fact, text: str, on: date | None) -> float:
    if fact.grows and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        value = _since(fact, text, on)
    else:
        value = _plain_number(fact, text)
    low, high = fact.least, fact.most
    if (low is not None and value < low) or (high is not None and value > high):
        raise NotAValue(
            f"{fact.id} is outside {low:g} to {high:g} {fact.unit}.",
            "Correct the number, or write unknown.",
        )
    return int(value) if value == int(value) else value


def _plain_number(fact: Fact, text: str) -> float:
    number, _, unit = text.partition(" ")
    if not _NUMBER.fullmatch(number):
        raise NotAValue(f"{fact.id} cannot be this.", f"Write a number ({fact.unit}), or unknown.")
    if unit and unit != fact.unit:
        raise NotAValue(f"{fact.id} is given in another unit.", f"Give it in {fact.unit}.")
    return float(number)


def _since(fact: Fact, text: str, on: date | None) -> float:
    try:
        start = date.fromisoformat(text)
    except ValueError as error:
        raise NotAValue(f"{fact.id} is not a date.", "Write year-month-day, for example 2026-11-22.") from error
    if on is None:
        raise NotAValue(f"{fact.id} is given as a date.", f"Give it as a number of {fact.unit} here.")
    if start > on:
        raise NotAValue(f"{fact.id} is dated in the future.", f"Give a date up to {on}.")
    return float(_whole(start, on, fact.unit or "days"))


def _whole(start: date, on: date, unit: str) -> int:
    """Whole units from a day to another. Months and years end on the day of the calendar: nobody is 65 a day late."""
    if unit in ("months", "years"):
        months = (on.year - start.year) * 12 + on.month - start.month - (on.day < start.day)
        return months if unit == "months" else months // 12
    return int((on - start).days / DAYS_IN[unit])


def refuse_strange(facts: Mapping[str, Fact], values: Values) -> None:
    """Raises NotAValue for a name that is no fact, and for a value of another kind than its fact's; None is unknown.

    Conditions compare with True, False and None alone: the word "yes", a 1 or a number that is none would count as
    neither, which is as good as "no". A number beyond the range of its fact passes: counts and days that a clinic
    keeps itself go on growing, and no condition mistakes them.
    """
    for name, value in values.items():
        fact = facts.get(name)
        if fact is None:
            raise NotAValue(f"There is no fact {name}.", nearest(name, facts, "Look in the handbook."))
        if value is not None and not is_of_kind(fact.answer, fact.values, value):
            raise NotAValue(f"{name} cannot be this value ({type(value).__name__}).", _kind(fact))


def is_of_kind(answer: str, words: Container[str], value: Value) -> bool:
    """Is the value, which is not None, one for facts with this answer (yes_no, number or choice) and these words?"""
    if answer == "yes_no":
        return value is True or value is False
    if answer == "choice":
        return isinstance(value, str) and value in words
    # a bool is an int to Python; only "not a number" differs from itself
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _kind(fact: Fact) -> str:
    if fact.answer == "yes_no":
        return "Give True, False or None."
    if fact.answer == "choice":
        return f"Give one of {', '.join(fact.values)}, or None."
    return f"Give a number ({fact.unit}), or None."


def grown(fact: Fact, value: Value, since: datetime, until: datetime) -> Value:
    """A growing number, observed at `since`, as it stands at `until`; whole units only, never above its range.

    Days and weeks are over after as many hours; months and years on their day of the calendar, by the clock of `until`.
    """
    if not fact.grows or value is None:
        return value
    unit = fact.unit or "days"
    if unit in ("months", "years"):
        later = int(value) + _whole(since.astimezone(until.tzinfo).date(), until.date(), unit)
    else:
        later = int(float(value) + (until - since) / timedelta(days=DAYS_IN[unit]))
    return min(later, int(fact.most)) if fact.most is not None else later


def write_value(value: Value) -> str:
    """The value as an author or user writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "unknown"
    return _digits(value) if isinstance(value, float) else str(value)


def _digits(number: float) -> str:
    """The number without an exponent, in as few digits as lead back to it."""
    if number == int(number):
        return str(int(number))
    shortest = repr(number)
    return f"{number:.15f}".rstrip("0") if "e" in shortest else shortest
