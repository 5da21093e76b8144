"""The whole knowledge base as one page (HTML) and as a document (PDF), for clinical review and sign-off.

`book.py` lays it out as a tree (`nodes.py`), `to_html.py` and `to_pdf.py` write it down. No sentence about medicine
stands here: only layout and connecting words.
"""

from spinepath.interop.handbook.files import write_handbook

__all__ = ["write_handbook"]
