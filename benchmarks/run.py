"""All benchmarks: `make bench`. Prints versions, medians of at least 5 runs, and ratios."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import engine, one_patient


def main() -> None:
    packages = ", ".join(f"{name} {version(name)}" for name in ("spinepath", "msgspec", "pyyaml", "typer", "rich"))
    print(f"Python {platform.python_version()}, {platform.machine()}, {packages}")
    for part in (engine, one_patient):
        for line in part.lines():
            print(line)


if __name__ == "__main__":
    main()
