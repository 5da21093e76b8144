"""A circuit as straight-line NumPy: one call for each step, into planes that are used again and again.

A plane lives from the step that makes it to the last step that needs it; then the next one takes its place, which is
still in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from spinepath.cohort.circuit import NO, Circuit, Literal, Node

FUNCTION = "run"


class CircuitText:
    """Writes the function `run(inputs, columns, codes, bools, out, planes)`.

    `inputs` are the given planes in the order of `inputs`, `out` takes the planes of `wanted` in their order, and
    `planes` is room for `room` more. `ready` may write an input as an expression over `columns`, `codes` and `bools`
    (None: it is given).
    """

    def __init__(self, circuit: Circuit, wanted: Sequence[Literal], ready: Callable[[Node], str | None]) -> None:
        self._circuit = circuit
        self._wanted = wanted
        self._ready = ready
        self._needed = _uses(circuit, wanted)
        self._homes: dict[Literal, str] = {}
        for place, literal in enumerate(wanted):
            self._homes.setdefault(literal, f"o{place}")
        self._names: dict[Literal, str] = {}
        self._free: list[str] = []
        self._lines: list[str] = []
        self._over: list[str] = []
        self.inputs: list[Node] = []
        self.room = 0

    @property
    def source(self) -> str:
        """The text of the function."""
        for place, literal in enumerate(self._wanted):
            self._into(f"o{place}", literal)
        # the names of all arrays first: what is local is found fastest
        outs = "".join(f"o{place}, " for place in range(len(self._wanted)))
        rooms = "".join(f"t{place}, " for place in range(self.room))
        givens = "".join(f"i{place}, " for place in range(len(self.inputs)))
        head = [f"def {FUNCTION}(inputs, columns, codes, bools, out, planes):"]
        for names, given in ((outs, "out"), (rooms, "planes"), (givens, "inputs")):
            head += [f"    ({names}) = {given}"] if names else []
        return "\n".join([*head, *(f"    {line}" for line in self._lines), "    return out"]) + "\n"

    def _into(self, target: str, literal: Literal) -> None:
        """Bring the plane of one literal where it is wanted."""
        if literal >> 1 == NO:
            self._lines.append(f"{target}.fill({'ones' if literal else 0})")
            return
        name = self._plane(literal)
        if name != target:
            self._step(f"copy({target}, {name})")
        self._used(literal)

    def _plane(self, literal: Literal) -> str:
        """The name of the literal's plane, which is made now if it has not been made."""
        if literal not in self._names:
            make = self._turned if literal & 1 else self._made
            self._names[literal] = make(literal)
        return self._names[literal]

    def _turned(self, literal: Literal) -> str:
        name = self._plane(literal ^ 1)
        self._used(literal ^ 1)
        target = self._place_for(literal)
        self._step(f"invert({name}, {target})")
        return target

    def _made(self, literal: Literal) -> str:
        node = self._circuit.nodes[literal >> 1]
        if node.kind == "input":
            return self._given(node)
        first, *others = node.parts
        name, target = self._plane(first), ""
        for part in others:
            other = self._plane(part)
            # only now: what makes the other plane must not take the place of the first
            for used in (part,) if target else (first, part):
                self._used(used)
            target = target or self._place_for(literal)
            self._step(f"{node.kind}_({name}, {other}, {target})")
            name = target
        return name

    def _given(self, node: Node) -> str:
        expression = self._ready(node)
        name = f"i{len(self.inputs)}" if expression is None else f"c{len(self._lines)}"
        if expression is None:
            self.inputs.append(node)
        else:
            self._lines.append(f"{name} = {expression}")
        return name

    def _place_for(self, literal: Literal) -> str:
        """Where a plane is made: where it is wanted in the end, or else in a free one."""
        if literal in self._homes:
            return self._homes[literal]
        if self._free:
            return self._free.pop()
        self.room += 1
        return f"t{self.room - 1}"

    def _used(self, literal: Literal) -> None:
        """One of those that need the plane has used it."""
        self._needed[literal] -= 1
        name = self._names[literal]
        if self._needed[literal] == 0 and name[0] == "t":
            self._free.append(name)
        elif self._needed[literal] == 0 and name[0] == "c":
            self._over.append(name)

    def _step(self, line: str) -> None:
        """Add a step; planes that were made apart and are not needed after it are given back at once."""
        self._lines.append(line)
        self._lines.extend(f"{name} = None" for name in self._over)
        self._over.clear()


def _uses(circuit: Circuit, wanted: Sequence[Literal]) -> dict[Literal, int]:
    """How often each plane that is needed will be used."""
    found: dict[Literal, int] = {}
    waiting = list(wanted)
    while waiting:
        literal = waiting.pop()
        first = literal not in found
        found[literal] = found.get(literal, 0) + 1
        if first:
            waiting.extend(_parts(circuit, literal))
    return found


def _parts(circuit: Circuit, literal: Literal) -> Iterator[Literal]:
    if literal & 1:
        yield literal ^ 1
    else:
        yield from circuit.nodes[literal >> 1].parts
