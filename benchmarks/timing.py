"""Fair timing: things that are compared run in turn, in one sitting, and the medians and their ratio are told."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from statistics import median


def seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def in_turn(acts: dict[str, Callable[[], object]], runs: int = 7) -> dict[str, float]:
    """Median seconds of each act; the acts alternate, so that a machine that slows down slows all of them."""
    for act in acts.values():
        act()
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(runs):
        for name, act in acts.items():
            taken[name].append(seconds(act))
    return {name: median(values) for name, values in taken.items()}


def process(arguments: Sequence[str], **options: object) -> Callable[[], object]:
    """An act that runs a command to its end, without its output."""
    return lambda: subprocess.run(arguments, check=True, capture_output=True, **options)  # type: ignore[call-overload]


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]
