"""The language of conditions: text to tree and back.

    saddle_numbness or bladder_change
    age_years >= 70 and new_or_changed_pain
    region in (lumbar, leg) and not taking_anticoagulant
    count(fever, weight_loss, night_pain) >= 2
    least(every_myotome) <= 3            any of the group at or below
    cancer_history and not confirmed(cancer_explained)

`not` binds tightest, then `and`, then `or`; brackets decide everything else. Names of groups stand for their
members inside `count`, `least` and `greatest`. Whatever else is written is refused with its column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from spinepath.engine.conditions import (
    And,
    AtLeast,
    Compare,
    Condition,
    Confirmed,
    In,
    Is,
    Known,
    Not,
    Or,
    Sign,
)
from spinepath.engine.faults import nearest
from spinepath.engine.values import write_value

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?[0-9]{1,15}(?:\.[0-9]{1,15})?)(?![\w.])|(?P<word>[A-Za-z_]\w*)|(?P<sign><=|>=|!=|[<>=(),]))"
)
_MOST_NESTED = 20
_FUNCTIONS = ("confirmed", "count", "greatest", "known", "least")
_KEYWORDS = ("and", "between", "in", "not", "or")
RESERVED = frozenset((*_FUNCTIONS, *_KEYWORDS, "yes", "no", "unknown", "true", "false", "null", "none"))
_NAME = re.compile(r"[A-Za-z_]\w*")


class NotACondition(Exception):
    """The text is not a condition; `cause` says why and `act` how to write it."""

    def __init__(self, cause: str, act: str) -> None:
        super().__init__(f"{cause} {act}")
        self.cause, self.act = cause, act


class FactType:
    """What the language must know of a fact: its kind of answer and its limits."""

    __slots__ = ("answer", "least", "most", "words")

    def __init__(
        self,
        answer: str,
        words: tuple[str, ...] = (),
        least: float | None = None,
        most: float | None = None,
    ) -> None:
        self.answer, self.words, self.least, self.most = answer, words, least, most


class Vocabulary:
    """The names a condition may use: facts, groups of facts and named numbers.

    `used` gathers the groups and numbers that were used, because a tree no longer shows them.
    """

    def __init__(
        self,
        facts: Mapping[str, FactType],
        groups: Mapping[str, tuple[str, ...]] | None = None,
        numbers: Mapping[str, float] | None = None,
    ) -> None:
        self.facts = facts
        self.groups = groups or {}
        self.numbers = numbers or {}
        self.used: set[str] = set()


def parse(text: str, vocabulary: Vocabulary) -> Condition:
    """The tree of a condition.

    Raises NotACondition for an unknown name (with the nearest one), a comparison that does not fit the fact's kind of
    answer, a number outside the fact's range, a word that is not among its choices, and any other text.
    """
    return _Parser(text, vocabulary).whole()


class _Parser:
    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self.names = vocabulary
        self.tokens = list(self.split())
        self.at = 0
        self.nested = 0

    def split(self) -> list[tuple[str, str, int]]:
        tokens, position = [], 0
        end = len(self.text.rstrip())
        while position < end:
            found = _TOKEN.match(self.text, position)
            if found is None or found.lastgroup is None:
                rest = self.text[position:].lstrip()
                column = len(self.text) - len(rest) + 1
                raise NotACondition(
                    f"The condition has {rest[0]!r} at column {column}, which the language does not know.",
                    "Write for example  age_years >= 70 and not pregnant.",
                )
            kind = found.lastgroup
            tokens.append((kind, found.group(kind), found.start(kind) + 1))
            position = found.end()
        return tokens

    # what stands at the reading point

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead][1] if self.at + ahead < len(self.tokens) else ""

    def kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else "end"

    def column(self) -> int:
        return self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.text) + 1

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def expect(self, wanted: str) -> None:
        if self.peek() != wanted:
            self.fail(f"needs {wanted!r}")
        self.at += 1

    def fail(self, problem: str, act: str = "") -> NoReturn:
        found = f"has {self.peek()!r}" if self.peek() else "ends"
        raise NotACondition(
            f"The condition {found} at column {self.column()} where it {problem}.",
            act or "Write for example  age_years >= 70 and not pregnant.",
        )

    # the grammar, one method a level

    def whole(self) -> Condition:
        if not self.tokens:
            self.fail("needs a fact")
        found = self.either()
        if self.kind() != "end":
            self.fail("should be finished or go on with 'and' or 'or'")
        return found

    def either(self) -> Condition:
        parts = [self.both()]
        while self.peek() == "or":
            self.at += 1
            parts.append(self.both())
        return joined(Or, parts)

    def both(self) -> Condition:
        parts = [self.single()]
        while self.peek() == "and":
            self.at += 1
            parts.append(self.single())
        return joined(And, parts)

    def single(self) -> Condition:
        if self.nested > _MOST_NESTED:
            self.fail("nests too deep", f"Keep to {_MOST_NESTED} levels; make a part a worked-out fact of its own.")
        self.nested += 1
        found = self.term()
        self.nested -= 1
        return found

    def term(self) -> Condition:
        if self.peek() in ("not", "("):
            return self.nesting()
        if self.kind() != "word" or self.peek() in _KEYWORDS:
            self.fail("needs a fact")
        if self.peek(1) == "(" and self.peek() not in _FUNCTIONS:
            self.fail(
                "names a function that does not exist",
                nearest(self.peek(), _FUNCTIONS, f"There are {', '.join(_FUNCTIONS)}."),
            )
        if self.peek() in _FUNCTIONS:
            return self.function()
        return self.about(self.fact_name())

    def nesting(self) -> Condition:
        if self.take() == "not":
            return Not(self.single())
        found = self.either()
        self.expect(")")
        return found

    def function(self) -> Condition:
        name = self.take()
        self.expect("(")
        if name == "known":
            fact = self.fact_name()
            self.expect(")")
            return Known(fact)
        if name == "confirmed":
            part = self.either()
            self.expect(")")
            return Confirmed(part)
        return self.counted() if name == "count" else self.extreme(name)

    def counted(self) -> Condition:
        """count(a, b, c) >= 2: at least that many of the parts."""
        parts: list[Condition] = []
        while True:
            if self.peek() in self.names.groups and self.peek(1) in (",", ")"):
                parts += [Is(fact) for fact in self.members("yes_no")]
            else:
                parts.append(self.either())
            if not self.more():
                break
        if self.peek() != ">=":
            self.fail("needs '>='", "count says 'at least': write  count(a, b, c) >= 2.")
        self.at += 1
        number = self.number(None)
        if number != int(number) or not 1 <= number <= len(parts):
            raise NotACondition(
                f"count({len(parts)} parts) >= {number:g} can never be decided by counting.",
                f"Give a whole number from 1 to {len(parts)}.",
            )
        return AtLeast(int(number), tuple(parts))

    def extreme(self, name: str) -> Condition:
        """least(a, b) <= 3 is "any at or below 3"; least(a, b) >= 3 is "all"; greatest the other way round."""
        facts: list[str] = []
        while True:
            if self.peek() in self.names.groups:
                facts += self.members("number")
            else:
                facts.append(self.fact_name())
            if not self.more():
                break
        if self.peek() not in ("<", "<=", ">=", ">"):
            self.fail("needs <, <=, >= or >", f"Write for example  {name}(a, b) <= 3.")
        sign: Sign = self.take()  # type: ignore[assignment]
        start = self.at
        parts: list[Condition] = []
        for fact in facts:
            self.at = start
            parts.append(self.compare(fact, sign))
        any_of_them = (name == "least") == (sign in ("<", "<="))
        return joined(Or if any_of_them else And, parts)

    def more(self) -> bool:
        if self.peek() == ",":
            self.at += 1
            return True
        self.expect(")")
        return False

    def members(self, answer: str) -> list[str]:
        group = self.take()
        self.names.used.add(group)
        facts = list(self.names.groups[group])
        for fact in facts:
            known = self.names.facts.get(fact)
            if known is None:
                act = nearest(fact, self.names.facts, "Define the fact first.")
                raise NotACondition(f"The group {group} holds {fact}, which is not a fact.", act)
            if known.answer != answer:
                raise NotACondition(
                    f"The group {group} holds {fact}, whose answer is {known.answer}, not {answer}.",
                    "Use a group whose facts have the right kind of answer.",
                )
        return facts

    def fact_name(self) -> str:
        if self.kind() != "word":
            self.fail("needs a fact")
        name = self.peek()
        if name not in self.names.facts:
            act = nearest(name, (*self.names.facts, *self.names.groups), "Define the fact first.")
            if name in self.names.groups:
                act = f"{name} is a group: use it inside count, least or greatest."
            raise NotACondition(f"There is no fact {name} (column {self.column()}).", act)
        return self.take()

    def about(self, fact: str) -> Condition:
        """What is said about a fact: nothing more (it is yes), or a comparison."""
        known = self.names.facts[fact]
        following = self.peek()
        if known.answer == "yes_no":
            return self.yes_or_no(fact) if following in ("=", "!=") else self.alone(fact, following)
        if known.answer == "choice":
            return self.choice(fact, known.words)
        if following == "between":
            self.at += 1
            low = self.number(fact)
            self.expect("and")
            return And((Compare(fact, ">=", low), Compare(fact, "<=", self.number(fact))))
        if following == "!=":
            self.at += 1
            return Not(Compare(fact, "=", self.number(fact)))
        if following not in ("<", "<=", "=", ">=", ">"):
            self.fail("compares a number", f"{fact} is a number: write for example  {fact} >= 5.")
        return self.compare(fact, self.take())  # type: ignore[arg-type]

    def alone(self, fact: str, following: str) -> Condition:
        if following in ("<", "<=", ">", ">=", "in", "between"):
            self.fail("goes on after a yes/no fact", f"{fact} is answered yes or no: write  {fact}  or  not {fact}.")
        return Is(fact)

    def yes_or_no(self, fact: str) -> Condition:
        differs = self.take() == "!="
        word = self.peek()
        if word not in ("yes", "no"):
            self.fail("needs yes or no", f"{fact} is answered yes or no: write  {fact}  or  not {fact}.")
        self.at += 1
        return Is(fact) if (word == "yes") != differs else Not(Is(fact))

    def choice(self, fact: str, words: tuple[str, ...]) -> Condition:
        sign = self.peek()
        if sign not in ("=", "!=", "in"):
            example = f"{fact} is a choice: write  {fact} = {words[0]}  or  {fact} in ({', '.join(words[:2])})."
            self.fail("compares a choice", example)
        self.at += 1
        if sign == "in":
            self.expect("(")
            chosen = [self.choice_word(fact, words)]
            while self.more():
                chosen.append(self.choice_word(fact, words))
            return In(fact, tuple(dict.fromkeys(chosen)))
        found = In(fact, (self.choice_word(fact, words),))
        return Not(found) if sign == "!=" else found

    def choice_word(self, fact: str, words: tuple[str, ...]) -> str:
        if self.peek() not in words:
            act = nearest(self.peek(), words, f"{fact} can be {', '.join(words)}.")
            self.fail(f"needs a value of {fact}", act)
        return self.take()

    def compare(self, fact: str, sign: Sign) -> Compare:
        return Compare(fact, sign, self.number(fact))

    def number(self, fact: str | None) -> float:
        """A number as written or by its name, inside the range of the fact."""
        if self.kind() == "number":
            value = float(self.peek())
        elif self.peek() in self.names.numbers:
            value = self.names.numbers[self.peek()]
            self.names.used.add(self.peek())
        else:
            self.fail("needs a number", nearest(self.peek(), self.names.numbers, "Write a number or its name."))
        known = self.names.facts[fact] if fact else None
        if known and fact and not _inside(value, known):
            raise NotACondition(
                f"{fact} lies between {known.least:g} and {known.most:g}; {value:g} is outside.",
                "Correct the number, or the range of the fact.",
            )
        self.at += 1
        return value


def _inside(value: float, fact: FactType) -> bool:
    """Is the number in the fact's range? A fact that lacks an end of its range is a fault of its own."""
    return fact.least is None or fact.most is None or fact.least <= value <= fact.most


def can_be_named(name: str) -> bool:
    """Can a condition name this fact, group or number?"""
    return bool(_NAME.fullmatch(name)) and name not in RESERVED


def joined(kind: type[And] | type[Or], parts: list[Condition]) -> Condition:
    """One node for a chain of `and` or `or`, without nesting the same kind in itself."""
    if len(parts) == 1:
        return parts[0]
    flat: list[Condition] = []
    for part in parts:
        flat += part.parts if isinstance(part, kind) else [part]
    return kind(tuple(flat))


def write(condition: Condition) -> str:
    """The condition as text; `parse` reads it back to the same tree."""
    match condition:
        case Is(fact):
            return fact
        case Compare(fact, sign, number):
            return f"{fact} {sign} {write_value(number)}"
        case In(fact, (word,)):
            return f"{fact} = {word}"
        case In(fact, words):
            return f"{fact} in ({', '.join(words)})"
        case Known(fact):
            return f"known({fact})"
        case Confirmed(part):
            return f"confirmed({write(part)})"
        case Not(part):
            return f"not {_bracketed(part)}"
        case And(parts):
            return " and ".join(_bracketed(part) if isinstance(part, Or) else write(part) for part in parts)
        case Or(parts):
            return " or ".join(map(write, parts))
        case AtLeast(number, parts):
            return f"count({', '.join(map(write, parts))}) >= {number}"
    raise TypeError(f"not a condition: {condition!r}")


def _bracketed(part: Condition) -> str:
    return f"({write(part)})" if isinstance(part, (And, Or)) else write(part)
