"""Formulas over many charts at once: a net of "and" and "or" in which everything is worked out once.

A *plane* holds one yes-or-no answer for many people, 64 people in one word. A *literal* stands for a plane or for its
opposite, so that "not" costs nothing until somebody needs the plane itself: it is twice the number of a node, plus one
for the opposite.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import Literal as OneOf
from typing import NamedTuple

Literal = int
NO: Literal = 0
YES: Literal = 1

Kind = OneOf["nothing", "input", "and", "or", "xor"]


class Node(NamedTuple):
    """One plane: an input by its key, or what its literals come to."""

    kind: Kind
    key: Hashable
    parts: tuple[Literal, ...]


class Circuit:
    """Collects nodes; the same question asked twice is the same node."""

    def __init__(self) -> None:
        self.nodes = [Node("nothing", None, ())]
        self._places: dict[Node, int] = {}

    def input(self, key: Hashable) -> Literal:
        """A plane that is given."""
        return self._node("input", key, ())

    def every(self, literals: Iterable[Literal]) -> Literal:
        """All of these hold; with none it holds always."""
        found = set(literals) - {YES}
        if NO in found or any(one ^ 1 in found for one in found):
            return NO
        if len(found) < 2:
            return found.pop() if found else YES
        # one form for each pair of opposites: the one in which fewer planes must be turned over
        if 2 * sum(one & 1 for one in found) > len(found):
            return self._node("or", None, tuple(sorted(one ^ 1 for one in found))) ^ 1
        return self._node("and", None, tuple(sorted(found)))

    def some(self, literals: Iterable[Literal]) -> Literal:
        """One of these holds at least; with none it holds never."""
        return self.every(one ^ 1 for one in literals) ^ 1

    def at_least(self, number: int, literals: Sequence[Literal]) -> Literal:
        """So many of these hold at least."""
        if number <= 0:
            return YES
        # counts[n]: n of those seen so far hold; what can no longer reach the number is not worked out
        counts = [YES] + [NO] * number
        for place, one in enumerate(literals):
            left = len(literals) - place - 1
            for n in range(min(number, place + 1), max(0, number - left - 1), -1):
                counts[n] = self.some((counts[n], self.every((counts[n - 1], one))))
        return counts[number]

    def without(self, whole: Literal, part: Literal) -> Literal:
        """The whole where the part does not hold. The part must lie within the whole: then no plane is turned over."""
        if part == NO or whole == NO:
            return whole
        if whole == part:
            return NO
        if whole == YES:
            return part ^ 1
        turned = (whole & 1) ^ (part & 1)
        one, other = whole & ~1, part & ~1
        for found, wanted in ((one, other), (other, one)):
            node = self.nodes[found >> 1]
            if node.kind == "xor" and wanted in node.parts:  # taken away twice, it is there again
                return (node.parts[0] if node.parts[1] == wanted else node.parts[1]) ^ turned
        return self._node("xor", None, tuple(sorted((one, other)))) ^ turned

    def _node(self, kind: Kind, key: Hashable, parts: tuple[Literal, ...]) -> Literal:
        node = Node(kind, key, parts)
        if node not in self._places:
            self._places[node] = len(self.nodes)
            self.nodes.append(node)
        return 2 * self._places[node]

    # sharing

    def share(self) -> None:
        """Work out a pair that stands in several nodes only once, the pair that saves most first."""
        for kind in ("and", "or"):
            self._share(kind)

    def _share(self, kind: Kind) -> None:
        sets = {place: set(node.parts) for place, node in enumerate(self.nodes) if node.kind == kind}
        pairs = _Pairs(sets)
        while (pair := pairs.most_frequent()) is not None:
            holding = pairs.holding(pair)
            # a node that is nothing but this pair already
            both = next((place for place in holding if len(sets[place]) == 2), None)
            both = self._node(kind, None, pair) >> 1 if both is None else both
            for place in holding:
                if sets[place] - {*pair, 2 * both}:  # a node is never made of one other alone
                    pairs.replace(place, pair, 2 * both)
        for place, parts in sets.items():
            self.nodes[place] = Node(kind, None, tuple(sorted(parts)))


Pair = tuple[Literal, Literal]


class _Pairs:
    """How many sets each pair of literals stands in, and in which sets each literal."""

    def __init__(self, sets: dict[int, set[Literal]]) -> None:
        self._sets = sets
        self._holding: dict[Literal, set[int]] = {}
        for place, parts in sets.items():
            for one in parts:
                self._holding.setdefault(one, set()).add(place)
        self._times = Counter(pair for parts in sets.values() for pair in combinations(sorted(parts), 2))
        self._order = [(-times, pair) for pair, times in self._times.items() if times > 1]
        heapify(self._order)

    def holding(self, pair: Pair) -> list[int]:
        """The sets in which both stand."""
        one, other = pair
        return sorted(self._holding[one] & self._holding[other])

    def most_frequent(self) -> Pair | None:
        """The pair that stands in most sets; none when no pair stands in two. It is not given again."""
        while self._order:
            times, pair = heappop(self._order)
            if -times == self._times[pair]:
                del self._times[pair]
                return pair
            if self._times[pair] > 1:  # it has become rarer since it was put in order
                heappush(self._order, (-self._times[pair], pair))
        return None

    def replace(self, place: int, pair: Pair, both: Literal) -> None:
        """In one set the pair becomes one literal."""
        parts = self._sets[place]
        parts.difference_update(pair)
        for one in pair:
            self._holding[one].discard(place)
        for other in parts:
            for one in pair:
                self._times[_pair(one, other)] -= 1
            if other != both:  # it may stand there already
                new = _pair(both, other)
                self._times[new] += 1
                heappush(self._order, (-self._times[new], new))
        parts.add(both)
        self._holding.setdefault(both, set()).add(place)


def _pair(one: Literal, other: Literal) -> Pair:
    return (one, other) if one < other else (other, one)
