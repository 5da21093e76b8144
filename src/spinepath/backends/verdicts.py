"""The rows that a database gives back, read as what the compiled evaluator gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from spinepath.backends.compiled import Verdict
from spinepath.backends.sql import LEVELS, Script


def verdicts(script: Script, rows: Iterable[Sequence[Any]]) -> Iterator[Verdict]:
    """One verdict for each row of `script.answers()`; the rows have the columns of `script.result`, in its order."""
    ladder = script.program.ladder
    levels = {rule.rule: ladder.index(rule.level) for rule in script.program.rules if rule.level is not None}
    names = tuple(form.technique for form in script.program.techniques)
    first = 1 + len(LEVELS)
    end = first + len(names)
    for row in rows:
        fired = script.bits.rules_in(row[end : end + script.bits.count])
        yield Verdict(
            disposition=row[1],
            least=row[2],
            most=row[3],
            firm=ladder[max((levels[rule] for rule in fired if rule in levels), default=0)],
            fired=list(fired),
            open=list(script.bits.rules_in(row[end + script.bits.count :])),
            techniques=dict(zip(names, row[first:end], strict=True)),
        )
