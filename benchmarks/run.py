"""All benchmarks: `make bench`. Prints versions, medians of at least 5 runs, and ratios; `--write FILE` keeps them.

A part is a module that says what it measures, with a TITLE, the PACKAGES whose versions matter, and `lines`. The
`drawing` of a part that has one is kept beside the page. `--part NAME --write FILE` measures one part anew.
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

from benchmarks import booking, cohort, cohort_curves, engine, fhir_import, one_patient, peers, web
from benchmarks.others import APART
from benchmarks.page import with_section

PARTS: tuple[ModuleType, ...] = (engine, one_patient, peers, fhir_import, cohort, cohort_curves, booking, web)


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
        yield from ("", *section(part))


def section(part: ModuleType) -> Iterator[str]:
    """One part of the page, line by line, as it is measured."""
    yield from (f"## {part.TITLE}", "", str(part.__doc__).strip(), "")
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
    return f"benchmarks_{name_of(part)}.svg"


def name_of(part: ModuleType) -> str:
    """A part by the name of its module."""
    return part.__name__.rpartition(".")[2]


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measures, prints, and keeps what it prints.")
    arguments.add_argument("--write", type=Path, metavar="FILE", help="keep the page in this file")
    arguments.add_argument("--part", choices=[name_of(part) for part in PARTS], help="only this part of the page")
    given = arguments.parse_args()
    file: Path | None = given.write
    parts = [part for part in PARTS if given.part in (None, name_of(part))]
    page = []
    for line in section(parts[0]) if given.part else report():
        print(line, flush=True)
        page.append(line)
    if file:
        text = "\n".join(page) + "\n"
        file.write_text(with_section(file.read_text(encoding="utf-8"), text) if given.part else text, encoding="utf-8")
        for part in parts:
            if hasattr(part, "drawing"):
                file.with_name(drawing_of(part)).write_text(part.drawing(), encoding="utf-8")


if __name__ == "__main__":
    main()
