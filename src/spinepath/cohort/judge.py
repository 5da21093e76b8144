"""The rules over many charts, 64 people at a time: the program as straight-line NumPy over planes."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as arrow
from numpy.typing import NDArray

from spinepath.backends.program import program
from spinepath.cohort.arrow_planes import ONES, PEOPLE, Codes, Plane, codes, known_plane, numbers, words_for, yes_plane
from spinepath.cohort.circuit import Circuit, Node
from spinepath.cohort.circuit_text import FUNCTION, CircuitText
from spinepath.cohort.net import Name, Net
from spinepath.cohort.questions import Questions
from spinepath.cohort.results import Results
from spinepath.cohort.sight import Compared, Known, Sight, Word, Yes
from spinepath.engine.knowledge import Knowledge

BLOCK = 4096
"""Words of a plane that are worked on at a time: so few that most planes in use stay in the processor's cache."""

NOBODY = -1
"""The code of a word that is not in a column's dictionary: no code equals it."""

_NAMES = {
    "and_": np.bitwise_and,
    "or_": np.bitwise_or,
    "xor_": np.bitwise_xor,
    "invert": np.invert,
    "copy": np.copyto,
    "pack": np.packbits,
    "reaches": np.greater_equal,
    "passes": np.greater,
    "equals": np.equal,
    "word": np.uint64,
    "ones": ONES,
}
_TESTS = {">=": "reaches", ">": "passes", "=": "equals"}


class Judge:
    """One knowledge version, ready to judge charts that have columns of these types; it keeps nothing of them.

    `types` are the Arrow types of the columns that are facts, `rows` is how many planes the results have, `source` the
    Python that makes them. With `facts` there are also planes of what the rules see of each fact, and of the questions
    that hold rules open.
    """

    def __init__(self, knowledge: Knowledge, types: Mapping[str, Any], *, facts: bool = False) -> None:
        self.program = program(knowledge)
        self._types = types
        whole = {fact for fact, kind in types.items() if arrow.types.is_integer(kind)}
        sight = Sight(Circuit(), self.program, types, whole)
        net = Net(self.program, sight)
        wanted = net.wanted()
        if facts:
            wanted |= net.facts()
            wanted |= {
                ("holds open", fact): found for fact, found in Questions(knowledge, sight).holding_open().items()
            }
        # rules with the same condition share their planes
        rows = {literal: row for row, literal in enumerate(dict.fromkeys(wanted.values()))}
        self.rows = len(rows)
        self._places: dict[Name, int] = {name: rows[literal] for name, literal in wanted.items()}
        self._choices = {fact for fact, kind in types.items() if arrow.types.is_dictionary(kind) or is_text(kind)}
        self._columns: dict[str, int] = {}
        self._bounds: list[Any] = []
        self._words: list[Word] = []
        net.circuit.share()
        text = CircuitText(net.circuit, tuple(rows), self._ready)
        self.source, self._planes = text.source, text.inputs
        # used again for each block: new memory would first have to be cleared
        self._room = np.empty((text.room, BLOCK), np.uint64)
        self._bools = np.empty(PEOPLE * BLOCK, np.bool_)
        self._run = _function(self.source, f"<rules {knowledge.version} over planes>", self._bounds)

    def judge(self, charts: Any, into: NDArray[np.uint64] | None = None) -> Results:
        """What the rules say of each chart of an Arrow record batch.

        A chart is a row; a null is unknown. Every value must be one that its fact can have (`refusals` finds others).
        The planes are made in `into` when it is given, which then belongs to the results.
        """
        people = len(charts)
        if into is None:
            into = np.empty((self.rows, words_for(people)), np.uint64)
        given = _Given(charts, self._choices)
        planes = [given.plane(node.key) for node in self._planes]
        columns = [(given.column(fact), given.narrow(fact)) for fact in self._columns]
        numbers_of_words = [given.codes(key.fact).of_word.get(key.word, NOBODY) for key in self._words]
        for first, last in _blocks(words_for(people)):
            self._run(
                [plane[first:last] for plane in planes],
                [_slice(column, kind, first, last) for column, kind in columns],
                numbers_of_words,
                self._bools[: PEOPLE * (last - first)],
                list(into[:, first:last]),
                list(self._room[:, : last - first]),
            )
        if people % PEOPLE:
            into[:, -1] &= np.uint64((1 << people % PEOPLE) - 1)
        return Results(self.program, self._places, into, people)

    def _ready(self, node: Node) -> str | None:
        """A comparison is made where its plane is needed first, of the block of a column that is in the cache."""
        match node.key:
            case Compared(fact, sign, number):
                test, bound = _exactly(self._types[fact], _TESTS[sign], number)
                self._bounds.append(bound)
                with_what = f"k{len(self._bounds) - 1}"
            case Word(fact, _):
                self._words.append(node.key)
                test, with_what = "equals", f"codes[{len(self._words) - 1}]"
            case _:
                return None
        place = self._columns.setdefault(fact, len(self._columns))
        return f"pack({test}(columns[{place}], {with_what}, bools), None, 'little').view(word)"


def _exactly(kind: Any, test: str, number: float) -> tuple[str, Any]:
    """The test that says of this type's values what the test says of them as doubles: no number is rounded."""
    if not arrow.types.is_floating(kind):
        return test, number
    dtype = kind.to_pandas_dtype()
    with np.errstate(over="ignore"):
        near = dtype(number)
    if float(near) == number:
        return test, near
    if test == "equals":
        return test, dtype("nan")
    return ("reaches" if float(near) > number else "passes"), near


def _blocks(words: int) -> Iterator[tuple[int, int]]:
    for first in range(0, words, BLOCK):
        yield first, min(first + BLOCK, words)


def _slice(column: NDArray[Any], kind: Any, first: int, last: int) -> NDArray[Any]:
    """The block of a column, in this type and filled up to whole words."""
    block = column[PEOPLE * first : PEOPLE * last].astype(kind, copy=False)
    missing = PEOPLE * (last - first) - len(block)
    return np.concatenate((block, np.zeros(missing, kind))) if missing else block


class _Given:
    """The columns of one record batch, each looked at once; `choices` are those that hold words."""

    def __init__(self, charts: Any, choices: Container[str]) -> None:
        self._columns: dict[str, Any] = dict(zip(charts.schema.names, charts.columns, strict=True))
        self._choices = choices
        self._codes: dict[str, Codes] = {}

    def codes(self, fact: str) -> Codes:
        if fact not in self._codes:
            self._codes[fact] = codes(self._columns[fact])
        return self._codes[fact]

    def column(self, fact: str) -> NDArray[Any]:
        return self.codes(fact).values if fact in self._choices else numbers(self._columns[fact])

    def narrow(self, fact: str) -> Any:
        """The type in which blocks of the column are compared: most codes fit in a byte, which is compared fastest."""
        few = fact in self._choices and len(self.codes(fact).of_word) <= np.iinfo(np.int8).max
        return np.int8 if few else self.column(fact).dtype

    def plane(self, key: object) -> Plane:
        match key:
            case Yes(fact):
                return yes_plane(self._columns[fact])
            case Known(fact):
                return self.codes(fact).known if fact in self._choices else known_plane(self._columns[fact])
        raise TypeError(f"not a plane that is given: {key!r}")


def is_text(kind: Any) -> bool:
    """Is this an Arrow type of words?"""
    return bool(arrow.types.is_string(kind) or arrow.types.is_large_string(kind) or arrow.types.is_string_view(kind))


def _function(source: str, name: str, bounds: list[Any]) -> Callable[..., object]:
    """The function of the text, with the names that it uses."""
    made: dict[str, Any] = {**_NAMES, **{f"k{place}": bound for place, bound in enumerate(bounds)}}
    exec(compile(source, name, "exec"), made)  # noqa: S102  our own text: it holds names of ours and numbers only
    run: Callable[..., object] = made[FUNCTION]
    return run
