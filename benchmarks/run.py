"""All benchmarks: `make bench`. Prints versions, medians of at least 5 runs, and ratios; `--write FILE` keeps them.

A part is a module that says what it measures, with a TITLE, the PACKAGES whose versions matter, and `lines`. The
`drawing` of a part that has one is kept beside the page.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import booking, cohort, cohort_curves, engine, fhir_import, one_patient, peers
from benchmarks.others import APART

PARTS: tuple[ModuleType, ...] = (engine, one_patient, peers, fhir_import, cohort, cohort_curves, booking)


def versions(packages: Iterable[str]) -> str:
    """The installed versions; a package that stands apart is looked for there."""
    path = [*sys.path, str(APART)]
    return ", ".join(f"{name} {next(iter(distributions(name=name, path=path))).version}" for name in packages)


def report() -> Iterator[str]:
    """The page, line by line, as it is measured."""
    yield "# Benchmarks"
    yield ""
    yield "Written by `make bench`, which measures on the machine where it runs; the ratios matter, not the times."
    yield ""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    yield f"{machine}; Python {platform.python_version()}; {versions(['spinepath'])}."
    for part in PARTS:
        yield from ("", f"## {part.TITLE}", "", str(part.__doc__).strip(), "")
        yield from (f"{versions(part.PACKAGES)}.", "", "```text")
        before = _load()
        yield from part.lines()
        yield f"load of the machine: {before} before, {_load()} after, of {os.cpu_count()} that it can bear"
        yield "```"
        if hasattr(part, "drawing"):
            yield from ("", f"![{part.TITLE}]({drawing_of(part)})")


def _load() -> str:
    """How busy the machine is; a figure measured with others at work says little."""
    return f"{os.getloadavg()[0]:.1f}"


def drawing_of(part: ModuleType) -> str:
    """The name of the file with the part's drawing."""
    return f"benchmarks_{part.__name__.rpartition('.')[2]}.svg"


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measures, prints, and keeps what it prints.")
    arguments.add_argument("--write", type=Path, metavar="FILE", help="keep the page in this file")
    file: Path | None = arguments.parse_args().write
    page = []
    for line in report():
        print(line, flush=True)
        page.append(line)
    if file:
        file.write_text("\n".join(page) + "\n", encoding="utf-8")
        for part in PARTS:
            if hasattr(part, "drawing"):
                file.with_name(drawing_of(part)).write_text(part.drawing(), encoding="utf-8")


if __name__ == "__main__":
    main()
