"""What follows from the rules that fire or are open, as bits of two whole numbers.

Each rule adds its bits with an "or", and the sums are read once at the end. `levels` has three fields with a bit for
each disposition, the mildest lowest: levels that fire, that are certain in the end, that are possible in the end; and
then one bit for "a level is to be settled". `reasons` has one byte for each technique with the reasons against it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import NamedTuple, TypeVar

from spinepath.backends.program import Program, RuleForm
from spinepath.engine.evaluate import TechniqueStatus

KEPT = 4096
"""So many readings are kept at most; then they are forgotten and worked out again."""

_EXCLUDED, _WAITS, _RESTRICTED = 1, 2, 4

Kept = TypeVar("Kept")


class Bits(NamedTuple):
    """What one rule adds."""

    levels: int
    reasons: int


class Levels(NamedTuple):
    """What `levels` says; `firm` is the strictest disposition that fires, `reasons` what follows for techniques."""

    disposition: str
    least: str
    most: str
    firm: str
    reasons: int


class EffectBits:
    """Writes and reads the bits of one program."""

    def __init__(self, program: Program) -> None:
        self._names = tuple(form.technique for form in program.techniques)
        self._place = {level: place for place, level in enumerate(program.ladder)}
        self._width = len(program.ladder)
        self._when_open = 1 << self._place[program.when_open]
        self._ladder = (program.ladder[0], *program.ladder)
        self._excludes = _by_name(_EXCLUDED, (form.excluded_by for form in program.techniques))
        self._delays = _by_name(_WAITS, (form.waits_for for form in program.techniques))
        self._restricts = _by_name(_RESTRICTED, (form.restricted_by for form in program.techniques))
        bars = _by_name(_EXCLUDED, (form.barred_at for form in program.techniques))
        self._bars = (0, *(bars.get(level, 0) for level in program.ladder))
        settling = [self._delays.get(rule.rule, 0) for rule in program.rules if _is_settled(rule)]
        self._delayed_by_all = reduce(and_, settling) if settling else 0
        self._kept_levels: dict[int, Levels] = {}
        self._kept_statuses: dict[int, dict[str, TechniqueStatus]] = {}

    # writing

    def fires(self, rule: RuleForm) -> Bits:
        """The rule fires."""
        level = 0 if rule.level is None else 1 << self._place[rule.level]
        return Bits(level, self._excludes.get(rule.rule, 0) | self._restricts.get(rule.rule, 0))

    def opens(self, rule: RuleForm) -> Bits:
        """The rule is open. What waits for every rule that is to be settled need not be said by each of them."""
        delayed = self._delays.get(rule.rule, 0)
        if _is_settled(rule):
            return Bits(1 << 3 * self._width, delayed & ~self._delayed_by_all)
        return Bits(0, delayed)

    def possible(self, rule: RuleForm) -> int:
        """The rule can fire in the end: the bits of `levels`."""
        return 0 if rule.level is None else 1 << 2 * self._width + self._place[rule.level]

    def certain(self, rule: RuleForm) -> int:
        """The rule fires in the end: the bits of `levels`."""
        return 0 if rule.level is None else self.possible(rule) | 1 << self._width + self._place[rule.level]

    # reading

    def levels(self, bits: int) -> Levels:
        """What all levels together come to."""
        found = self._kept_levels.get(bits)
        return found or _keep(self._kept_levels, bits, self._levels(bits))

    def _levels(self, bits: int) -> Levels:
        width, ladder = self._width, self._ladder
        every = (1 << width) - 1
        firm, unsettled = bits & every, bits >> 3 * width & 1
        now = firm | self._when_open if unsettled else firm
        return Levels(
            disposition=ladder[now.bit_length()],
            least=ladder[(bits >> width & every).bit_length()],
            most=ladder[(bits >> 2 * width & every).bit_length()],
            firm=ladder[firm.bit_length()],
            reasons=self._bars[firm.bit_length()] | (self._delayed_by_all if unsettled else 0),
        )

    def statuses(self, reasons: int) -> dict[str, TechniqueStatus]:
        """The status of every technique."""
        found = self._kept_statuses.get(reasons)
        if found is None:
            each = reasons.to_bytes(len(self._names), "little")
            statuses = dict(zip(self._names, map(_status, each), strict=True))
            found = _keep(self._kept_statuses, reasons, statuses)
        return found.copy()


def _is_settled(rule: RuleForm) -> bool:
    return rule.settle and rule.level is not None


def _status(reasons: int) -> TechniqueStatus:
    """The first reason that counts."""
    if reasons & _EXCLUDED:
        return "excluded"
    if reasons & _WAITS:
        return "undecided"
    return "restricted" if reasons & _RESTRICTED else "offered"


def _by_name(reason: int, names_for_techniques: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """For each name the reason, in the bytes of the techniques for which it is named."""
    found: dict[str, int] = {}
    for place, names in enumerate(names_for_techniques):
        for name in names:
            found[name] = found.get(name, 0) | reason << 8 * place
    return found


def _keep(kept: dict[int, Kept], bits: int, what: Kept) -> Kept:
    if len(kept) >= KEPT:
        kept.clear()
    kept[bits] = what
    return what
