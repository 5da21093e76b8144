"""Which rules fire or are open, as a few whole numbers: one bit for each rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

WIDTH = 62
"""Rules in one number: it stays positive and small enough in every database."""


class Bits:
    """The place of each rule: rule `i` is bit `i % WIDTH` of word `i // WIDTH`."""

    def __init__(self, rules: Sequence[str]) -> None:
        self.rules = tuple(rules)
        self._place = {rule: divmod(place, WIDTH) for place, rule in enumerate(self.rules)}

    @property
    def count(self) -> int:
        """How many words hold all rules."""
        return -(-len(self.rules) // WIDTH)

    def place(self, rule: str) -> tuple[int, int]:
        """The word of the rule, and the number that has only its bit."""
        word, bit = self._place[rule]
        return word, 1 << bit

    def words(self, rules: Iterable[str]) -> tuple[int, ...]:
        """The words in which exactly the bits of these rules are set."""
        found = [0] * self.count
        for rule in rules:
            word, bit = self.place(rule)
            found[word] |= bit
        return tuple(found)

    def of_word(self, word: int) -> tuple[str, ...]:
        """The rules of one word, from its lowest bit upwards."""
        return self.rules[word * WIDTH : (word + 1) * WIDTH]

    def rules_in(self, words: Sequence[int]) -> tuple[str, ...]:
        """The rules whose bits are set, in order."""
        found = []
        for word, bits in enumerate(words):
            while bits:
                lowest = bits & -bits
                found.append(self.rules[word * WIDTH + lowest.bit_length() - 1])
                bits ^= lowest
        return tuple(found)
