"""The files of a knowledge base and their fingerprint."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from spinepath.engine.faults import FaultList, FaultyKnowledge

Files = dict[str, bytes]
"""The files of a knowledge base: path from its folder's name on, with content."""


def read_files(folder: Path) -> Files:
    """Every YAML file below the folder, in reading order.

    Raises FaultyKnowledge when a file or folder cannot be read, and for a file that would be passed over because of
    its ending: rules that are not read would not be missed.
    """
    files: Files = {}
    faults = FaultList()
    for path in sorted(_paths(folder, faults)):
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        if path.suffix != ".yaml":
            faults.add(name, "Only files whose names end in .yaml are read.", "Rename it.")
            continue
        try:
            files[name] = path.read_bytes()
        except OSError as problem:
            faults.add(name, f"The file cannot be read ({problem.strerror}).", "Mend or remove it.")
    if faults:
        raise FaultyKnowledge(faults)
    return files


def _paths(folder: Path, faults: FaultList) -> list[Path]:
    """Every path below the folder whose name ends as that of a YAML file."""

    def unreadable(problem: OSError) -> None:
        if problem.filename != str(folder):
            faults.add(problem.filename, f"The folder cannot be read ({problem.strerror}).", "Mend or remove it.")

    found = os.walk(folder, onerror=unreadable)
    paths = (Path(place, name) for place, folders, names in found for name in (*folders, *names))
    return [path for path in paths if path.suffix.lower() in (".yaml", ".yml")]


def content_hash(files: Files) -> str:
    """A fingerprint of every byte: changes whenever any file does, and only then.

    What the folder itself is called does not count: a release keeps its version wherever it is unpacked.
    """
    digest = hashlib.sha256()
    for name, content in sorted((_unpacked(name), content) for name, content in files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _unpacked(name: str) -> str:
    _, slash, inside = name.partition("/")
    return f"knowledge/{inside}" if slash else name
