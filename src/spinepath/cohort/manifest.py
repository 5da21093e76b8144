"""What a folder of results holds, of what, and how far it has come.

`manifest.json` is written before the first part and again after the last. A run in the same folder goes on only where
everything that decides the results is the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from spinepath.backends.charts import Refused

MANIFEST = "manifest.json"

CHARTS = "charts"
"""Within the folder of results: the charts that were made of records for this run."""

Engine = Literal["planes", "duckdb", "spark"]


class InputFile(msgspec.Struct, frozen=True):
    """One file of charts, as it was read."""

    path: str
    size: int
    sha256: str


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that decides the results."""

    inputs: tuple[InputFile, ...]
    knowledge: str
    engine: Engine
    as_of: str | None
    deceased: bool
    spinepath: str


class Manifest(msgspec.Struct, kw_only=True):
    """A folder of results. `finished` is the moment of the last part, or None while parts are missing."""

    asked: Asked
    begun: str
    finished: str | None = None
    people: int = 0
    deceased: int = 0
    parts: int = 0
    versions: dict[str, str] = msgspec.field(default_factory=dict)


_TOLD = {
    "inputs": "other charts",
    "knowledge": "another knowledge base",
    "engine": "another engine",
    "as_of": "another moment",
    "deceased": "another choice about the deceased",
    "spinepath": "another version of spinepath",
}


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder of results; None where the folder is new or empty.

    Raises Refused for a folder that holds something else.
    """
    path = folder / MANIFEST
    if not path.exists():
        if folder.exists() and (not folder.is_dir() or any(one.name != CHARTS for one in folder.iterdir())):
            raise Refused([f"{folder}: There is something else in it already. Name a new folder."])
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError):
        raise Refused([f"{path}: It cannot be read as a manifest of results. Name a new folder."]) from None


def refuse_other(folder: Path, found: Asked, asked: Asked) -> None:
    """Raise Refused when the folder holds results of something else."""
    other = [told for name, told in _TOLD.items() if getattr(found, name) != getattr(asked, name)]
    if other:
        raise Refused([f"{folder}: It holds results of {', '.join(other)}. Name a new folder, or remove this one."])
