"""The handbook as a PDF for review on paper: the same tree as the page, set by Typst with its own fonts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import typst

from spinepath.interop.handbook.nodes import Book

_LAYOUT = Path(__file__).with_name("document.typ")


def to_pdf(book: Book) -> bytes:
    """The whole document. The book goes in as data, so that no text of it can be read as layout.

    The date inside is the day of the release, and only fonts that come with Typst are used: the same book gives the
    same bytes.
    """
    day = datetime.fromisoformat(book.day or "1970-01-01").replace(tzinfo=UTC)
    document: bytes = typst.compile(
        str(_LAYOUT),
        format="pdf",
        sys_inputs={"book": msgspec.json.encode(book).decode()},
        ignore_system_fonts=True,
        timestamp=int(day.timestamp()),
        pdf_standards=["ua-1"],
    )
    return document
