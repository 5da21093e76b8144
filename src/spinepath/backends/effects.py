"""What follows from the rules that fire or are open, as bits of whole numbers.

Each rule adds its bits with one "or", and the sum is read once at the end. The lowest bits are three fields with a bit
for each disposition, the mildest lowest: levels that fire, that are certain in the end, that are possible in the end.
Then one bit for "a level is to be settled", and then one byte for each technique with the reasons against it.
"""

from __future__ import annotations

from collections.abc import Iterable

from spinepath.backends.program import Program, RuleForm
from spinepath.engine.evaluate import TechniqueStatus

_EXCLUDED, _WAITS, _RESTRICTED = 1, 2, 4


def _status(reasons: int) -> TechniqueStatus:
    """The first reason that counts."""
    if reasons & _EXCLUDED:
        return "excluded"
    if reasons & _WAITS:
        return "undecided"
    return "restricted" if reasons & _RESTRICTED else "offered"


class EffectBits:
    """Writes and reads the bits of one program."""

    def __init__(self, program: Program) -> None:
        self._names = tuple(form.technique for form in program.techniques)
        self._status_of = {reasons: _status(reasons) for reasons in range(8)}.__getitem__
        self._place = {level: place for place, level in enumerate(program.ladder)}
        self._width = len(program.ladder)
        self._skip = 3 * self._width // 8 + 1
        self._when_open = 1 << self._place[program.when_open]
        self._levels = (program.ladder[0], *program.ladder)
        self._excludes = self._by_rule(_EXCLUDED, (form.excluded_by for form in program.techniques))
        self._delays = self._by_rule(_WAITS, (form.waits_for for form in program.techniques))
        self._restricts = self._by_rule(_RESTRICTED, (form.restricted_by for form in program.techniques))
        bars = self._by_rule(_EXCLUDED, (form.barred_at for form in program.techniques))
        self._bars = (0, *(bars.get(level, 0) for level in program.ladder))

    def _by_rule(self, reason: int, names_for_techniques: Iterable[tuple[str, ...]]) -> dict[str, int]:
        """For each name the reason, in the bytes of the techniques for which it is named."""
        found: dict[str, int] = {}
        for place, names in enumerate(names_for_techniques, start=self._skip):
            for name in names:
                found[name] = found.get(name, 0) | reason << 8 * place
        return found

    def fires(self, rule: RuleForm) -> int:
        """The rule fires."""
        level = 0 if rule.level is None else 1 << self._place[rule.level]
        return level | self._excludes.get(rule.rule, 0) | self._restricts.get(rule.rule, 0)

    def opens(self, rule: RuleForm) -> int:
        """The rule is open."""
        unsettled = int(rule.settle and rule.level is not None)
        return unsettled << 3 * self._width | self._delays.get(rule.rule, 0)

    def possible(self, rule: RuleForm) -> int:
        """The rule can fire in the end."""
        return 0 if rule.level is None else 1 << 2 * self._width + self._place[rule.level]

    def certain(self, rule: RuleForm) -> int:
        """The rule fires in the end."""
        return 0 if rule.level is None else self.possible(rule) | 1 << self._width + self._place[rule.level]

    def read(self, bits: int) -> tuple[str, str, str, str, dict[str, TechniqueStatus]]:
        """Disposition, least, most, the strictest disposition that fires, and the status of each technique."""
        width, levels = self._width, self._levels
        all_levels = (1 << width) - 1
        firm = bits & all_levels
        now = firm | self._when_open if bits >> 3 * width & 1 else firm
        strictest = firm.bit_length()
        reasons = (bits | self._bars[strictest]).to_bytes(self._skip + len(self._names), "little")[self._skip :]
        return (
            levels[now.bit_length()],
            levels[(bits >> width & all_levels).bit_length()],
            levels[(bits >> 2 * width & all_levels).bit_length()],
            levels[strictest],
            dict(zip(self._names, map(self._status_of, reasons), strict=False)),
        )
