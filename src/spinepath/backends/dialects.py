"""How three databases write the same thing: the few words in which their SQL differs.

No library for SQL is used: what is written here is so plain that the dialects differ in quotation marks, in the names
of types and in their limits, which fit on this page.
"""

from __future__ import annotations

from typing import Literal

import msgspec

DialectName = Literal["duckdb", "postgres", "spark"]


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """One database's way of writing.

    `fence` ends a stage whose columns must be worked out once, and not again wherever they are named. `longest_name`
    is in bytes: longer names would be cut off without a word. `deepest` is how far conditions may stand inside each
    other, or how many one count may have; the databases themselves end somewhere beyond it.
    """

    name: DialectName
    types: dict[str, str]
    quotation: str = '"'
    backslash_escapes: bool = False
    fence: str = ""
    most_columns: int | None = None
    longest_name: int | None = None
    deepest: int = 200

    def named(self, name: str) -> str:
        """The name of a table or column."""
        return self.quotation + name.replace(self.quotation, 2 * self.quotation) + self.quotation

    def text(self, text: str) -> str:
        """A piece of text."""
        if self.backslash_escapes:
            return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
        return "'" + text.replace("'", "''") + "'"

    def number(self, number: float) -> str:
        """Exactly this double: its shortest digits, read as a double and never as a decimal number."""
        return f"cast('{float(number)!r}' as {self.types['number']})"

    def nothing(self, kind: str) -> str:
        """An unknown value of this kind of fact."""
        return f"cast(null as {self.types[kind]})"


DUCKDB = Dialect(
    name="duckdb",
    types={"yes_no": "boolean", "number": "double", "choice": "varchar"},
)

POSTGRES = Dialect(
    name="postgres",
    types={"yes_no": "boolean", "number": "double precision", "choice": "text"},
    fence="offset 0",
    most_columns=1600,
    longest_name=63,
)

SPARK = Dialect(
    name="spark",
    types={"yes_no": "boolean", "number": "double", "choice": "string"},
    quotation="`",
    backslash_escapes=True,
)

DIALECTS: dict[DialectName, Dialect] = {dialect.name: dialect for dialect in (DUCKDB, POSTGRES, SPARK)}
