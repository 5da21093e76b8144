"""Writing the handbook: which files there are."""

from __future__ import annotations

from pathlib import Path

from spinepath.engine.knowledge import Knowledge
from spinepath.interop.handbook.book import make_book
from spinepath.interop.handbook.to_html import to_html
from spinepath.prove.results import ProofPage


def write_handbook(knowledge: Knowledge, out: Path, *, pdf: bool, proofs: ProofPage | None = None) -> list[Path]:
    """Writes handbook.html, and with `pdf` handbook.pdf, into the folder `out`, which is made if need be.

    Returns the files written. The same knowledge gives the same bytes: no clock is read. Raises OSError when the folder
    cannot be written.
    """
    book = make_book(knowledge, proofs)
    out.mkdir(parents=True, exist_ok=True)
    files = {out / "handbook.html": to_html(book)}
    if pdf:
        from spinepath.interop.handbook.to_pdf import to_pdf

        files[out / "handbook.pdf"] = to_pdf(book)
    for path, content in files.items():
        path.write_bytes(content)
    return list(files)
