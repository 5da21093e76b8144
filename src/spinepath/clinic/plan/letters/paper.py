"""A letter as data, and its PDF. The layout reads data only, so no text of a person can be read as layout."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import typst

_LAYOUT = Path(__file__).with_name("letter.typ")

Block = dict[str, Any]
"""A part of a letter: `is` names its kind, the other keys are what that kind shows. The layout knows the kinds."""


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One letter: whose it is, from whom, its parts in order, and what stands at the foot of each page."""

    title: str
    lead: str = ""
    urgent: bool = False
    clinic: str
    address: str
    phone: str
    person: str
    born: str
    day: str
    by: str
    knowledge: str
    as_of: str
    intended_use: str
    language: str = "en"
    blocks: tuple[Block, ...]


def to_pdf(paper: Paper, at: datetime) -> bytes:
    """The letter set by Typst with its own fonts; the same letter at the same moment gives the same bytes."""
    document: bytes = typst.compile(
        str(_LAYOUT),
        format="pdf",
        sys_inputs={"letter": msgspec.json.encode(paper).decode()},
        ignore_system_fonts=False,
        timestamp=int(at.timestamp()),
        pdf_standards=["ua-1"],
    )
    return document


# the kinds of parts


def heading(text: str) -> Block:
    """A heading."""
    return {"is": "heading", "text": text}


def text(says: str, *, soft: bool = False) -> Block:
    """A paragraph."""
    return {"is": "text", "text": says, "soft": soft}


def bullets(lines: list[str] | tuple[str, ...]) -> Block:
    """A list."""
    return {"is": "bullets", "lines": list(lines)}


def pairs(rows: list[tuple[str, str]]) -> Block:
    """Names and what belongs to them, in two columns."""
    return {"is": "pairs", "rows": [list(row) for row in rows]}


def table(head: list[str], rows: list[list[str]], widths: list[float]) -> Block:
    """A table with a head."""
    return {"is": "table", "head": head, "rows": rows, "widths": widths}


def notice(title: str, lines: list[str] | tuple[str, ...], *, urgent: bool = False) -> Block:
    """A framed part that must not be overlooked."""
    return {"is": "notice", "title": title, "lines": list(lines), "urgent": urgent}


def drawings(steps: list[tuple[str, str, str]]) -> Block:
    """Exercises: each with its picture (as SVG, empty for none), what to do, and what the picture shows."""
    return {"is": "drawings", "steps": [{"svg": svg, "text": says, "alt": alt} for svg, says, alt in steps]}


def signature() -> Block:
    """A line to sign on."""
    return {"is": "signature"}
