"""The files of a knowledge base and their fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path

from spinepath.engine.faults import FaultList, FaultyKnowledge

Files = dict[str, bytes]
"""The files of a knowledge base: path from its folder's name on, with content."""


def read_files(folder: Path) -> Files:
    """Every YAML file below the folder, in reading order. Raises FaultyKnowledge when one cannot be read."""
    files: Files = {}
    faults = FaultList()
    for path in sorted(folder.rglob("*.yaml")):
        name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
        try:
            files[name] = path.read_bytes()
        except OSError as problem:
            faults.add(name, f"The file cannot be read ({problem.strerror}).", "Mend or remove it.")
    if faults:
        raise FaultyKnowledge(faults)
    return files


def content_hash(files: Files) -> str:
    """A fingerprint of every byte: changes whenever any file does, and only then."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
