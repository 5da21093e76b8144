"""A block of people as Arrow tables: their charts, the same without gaps, and the truth."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spinepath.backends.sql import PERSON
from spinepath.population.draw import Block
from spinepath.population.model import Model
from spinepath.population.people import Bools, Column

try:
    import pyarrow as arrow
except ImportError as missing:
    raise ImportError("PyArrow is missing: pip install 'spinepath[cohort]'.") from missing


class Tables(NamedTuple):
    """The tables of some people: `charts` with gaps, `complete` without, `truth` with the causes and traits."""

    charts: Any
    complete: Any
    truth: Any


def schemas(model: Model) -> Tables:
    """What the columns of the tables are called and which types they have."""
    facts = arrow.schema([(PERSON, arrow.int64()), *((name, _type(model, name)) for name in model.facts)])
    hidden = arrow.schema([(PERSON, arrow.int64()), *((name, _type(model, name)) for name in model.hidden)])
    return Tables(facts, facts, hidden)


def as_tables(model: Model, block: Block, count: int, *, complete: bool = False) -> Tables:
    """The first `count` people of the block; `complete` is None unless asked for."""
    persons = arrow.array(np.arange(block.start, block.start + count))
    columns = block.people.columns
    types = schemas(model)

    def table(names: tuple[str, ...], schema: Any, missing: dict[str, Bools]) -> Any:
        arrays = [_array(model, name, columns[name], missing.get(name), count) for name in names]
        return arrow.Table.from_arrays([persons, *arrays], schema=schema)

    return Tables(
        table(model.facts, types.charts, block.missing),
        table(model.facts, types.complete, {}) if complete else None,
        table(model.hidden, types.truth, {}),
    )


def _type(model: Model, name: str) -> Any:
    drawn = model.named[name]
    if drawn.words:
        return arrow.dictionary(arrow.int8(), arrow.string())
    return arrow.bool_() if drawn.kind == "bool" else arrow.from_numpy_dtype(np.dtype(drawn.kind))


def _array(model: Model, name: str, column: Column, missing: Bools | None, count: int) -> Any:
    """The column without a copy of its numbers; Arrow keeps yes and no, and what is known, as bits."""
    known = column.known if missing is None else column.known & ~missing
    unknown = count - int(np.count_nonzero(known[:count]))
    validity = _bits(known[:count]) if unknown else None
    kind, words = _type(model, name), model.words[name]
    if kind == arrow.bool_():
        return arrow.Array.from_buffers(kind, count, [validity, _bits(column.values[:count])], unknown)
    stored = arrow.from_numpy_dtype(column.values.dtype)
    found = arrow.Array.from_buffers(stored, count, [validity, arrow.py_buffer(column.values[:count])], unknown)
    return arrow.DictionaryArray.from_arrays(found, arrow.array(words)) if words else found


def _bits(bools: Bools) -> Any:
    return arrow.py_buffer(np.packbits(bools, bitorder="little"))
