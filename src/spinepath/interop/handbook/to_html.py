"""The handbook as one HTML page that needs nothing else: no request, no server, and no script to be read."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from pathlib import Path

from spinepath.engine.words import STATE_WORDS
from spinepath.interop.handbook.index import badge
from spinepath.interop.handbook.nodes import (
    Badge,
    Block,
    Blocks,
    Book,
    Break,
    Bullets,
    Card,
    Chapter,
    Code,
    Column,
    Field,
    Fields,
    Folded,
    Head,
    Inline,
    Inlines,
    Letter,
    Line,
    Link,
    Row,
    Section,
    Table,
    Web,
    Words,
)

_FOLDER = Path(__file__).parent
_MARKS = {"verified": "●", "secondary": "◐", "recalled": "○", "project": "◇"}


def to_html(book: Book) -> bytes:
    """The whole page. The same book gives the same bytes; all text of the book is escaped."""
    return "".join(_page(book)).encode()


def _page(book: Book) -> Iterator[str]:
    style = (_FOLDER / "page.css").read_text("utf-8")
    script = (_FOLDER / "page.js").read_text("utf-8")
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield '<meta name="color-scheme" content="light dark">\n'
    yield f'<meta name="knowledge-version" content="{escape(book.version)}">\n'
    yield f"<title>{escape(book.title)}, {escape(book.version)}</title>\n"
    yield f'<style>{style}</style>\n</head>\n<body id="top">\n'
    yield '<a class="skip" href="#main">Skip to the content</a>\n'
    yield _bar(book)
    yield '<div class="frame">\n'
    yield from _contents(book)
    yield '<main id="main" tabindex="-1">\n'
    yield from _title(book)
    for section in book.front:
        heading = f'<h2 id="{escape(section.anchor)}">{escape(section.title)}</h2>'
        yield f'<section class="front">{heading}{_blocks(section.blocks)}</section>\n'
    for chapter in book.chapters:
        yield from _chapter(chapter, book.signed_off)
    yield f"</main>\n</div>\n<footer>{escape(book.title)}, knowledge {escape(book.version)}. "
    yield f"Signed off by: {escape(book.signed_off)}.</footer>\n"
    yield f"<script>{script}</script>\n</body>\n</html>\n"


def _policy(style: str, script: str) -> str:
    """Nothing may be loaded, and nothing may run but the page's own style and script."""
    own = [b64encode(sha256(text.encode()).digest()).decode() for text in (style, script)]
    rules = f"default-src 'none'; style-src 'sha256-{own[0]}'; script-src 'sha256-{own[1]}'"
    return f"{rules}; base-uri 'none'; form-action 'none'"


# the frame around the entries


def _bar(book: Book) -> str:
    kinds = sorted({head.kind for chapter in book.chapters for head in _heads(chapter)})
    states = "".join(f'<option value="{state}">{escape(badge(state).words)}</option>' for state in STATE_WORDS)
    options = "".join(f'<option value="{escape(kind)}">{escape(kind)}</option>' for kind in kinds)
    return (
        f'<header class="bar"><a class="brand" href="#top">{escape(book.title)}</a>'
        '<a class="to-contents" href="#contents">Contents</a>'
        '<div class="finder" role="search" aria-label="Find entries" hidden>'
        '<label class="query"><span class="unseen">Find by text or id</span>'
        '<input id="query" type="search" placeholder="Find text or id" autocomplete="off" spellcheck="false" '
        'aria-keyshortcuts="/" aria-describedby="found"></label>'
        f'<label><span class="unseen">State</span><select id="state"><option value="">any state</option>{states}'
        '<option value="none">no state of its own</option></select></label>'
        f'<label><span class="unseen">Kind</span><select id="kind"><option value="">any kind</option>{options}'
        "</select></label>"
        '<button id="clear" type="button" hidden>Show all</button>'
        '<output id="found" for="query state kind" aria-live="polite"></output></div>'
        '<button id="theme" type="button" hidden>Dark</button></header>\n'
    )


def _heads(chapter: Chapter) -> Iterator[Head]:
    for section in chapter.sections:
        for block in section.blocks:
            if isinstance(block, Card):
                yield block.head
            elif isinstance(block, Table):
                yield from (row.head for row in block.rows if row.head is not None)


def _contents(book: Book) -> Iterator[str]:
    yield '<nav id="contents" aria-label="Contents"><details open><summary>Contents</summary><ol class="front-list">'
    for section in book.front:
        yield f'<li><a href="#{escape(section.anchor)}">{escape(section.title)}</a></li>'
    yield '</ol><ol class="chapters">'
    for chapter in book.chapters:
        yield f'<li><a href="#{escape(chapter.anchor)}">{chapter.number}. {escape(chapter.title)}</a><ol>'
        for section in chapter.sections:
            yield f'<li><a href="#{escape(section.anchor)}">{escape(section.title)}</a></li>'
        yield "</ol></li>"
    yield "</ol></details></nav>\n"


def _title(book: Book) -> Iterator[str]:
    yield f'<div class="title"><h1>{escape(book.title)}</h1>'
    release = f"Release {escape(book.release)}, {escape(book.day)}"
    yield f"<p>{release}. Knowledge <code>{escape(book.version)}</code></p></div>\n"


def _chapter(chapter: Chapter, signed_off: str) -> Iterator[str]:
    anchor = escape(chapter.anchor)
    counts = " ".join(map(_inline, chapter.states))
    number = f'<span class="number">{chapter.number}</span>'
    yield f'<section class="chapter"><h2 id="{anchor}">{number} {escape(chapter.title)}</h2>'
    yield f'<p class="counts">{chapter.entries} entries {counts}<span class="signed">Signed off by: '
    yield f"{escape(signed_off)}</span></p>\n"
    for section in chapter.sections:
        yield from _section(section)
    yield "</section>\n"


def _section(section: Section) -> Iterator[str]:
    anchor = escape(section.anchor)
    yield f'<section class="page"><h3 id="{anchor}">{escape(section.title)}</h3>'
    if section.about:
        yield f'<p class="about">{_inlines(section.about)}</p>'
    yield f'<p class="holds">{escape(section.holds)}</p>\n{_blocks(section.blocks)}</section>\n'


# blocks


def _blocks(blocks: Blocks) -> str:
    return "".join(map(_block, blocks))


def _block(block: Block) -> str:
    match block:
        case Line():
            return _line(block)
        case Bullets():
            return f"<ul>{''.join(f'<li>{_inlines(item)}</li>' for item in block.items)}</ul>"
        case Fields():
            return f"<dl>{''.join(map(_field, block.rows))}</dl>"
        case Folded():
            return f"<details><summary>{escape(block.title)}</summary>{_blocks(block.blocks)}</details>"
        case Card():
            return _card(block)
        case Table():
            return _table(block)


def _field(field: Field) -> str:
    look = ' class="naming"' if field.from_others else ""
    return f"<div{look}><dt>{escape(field.label)}</dt><dd>{_blocks(field.blocks)}</dd></div>"


def _line(block: Line) -> str:
    inside = _inlines(block.parts)
    if block.look == "condition":
        return f'<p class="condition"><code>{inside}</code></p>'
    return f"<p>{inside}</p>" if block.look == "plain" else f'<p class="{block.look}">{inside}</p>'


def _card(card: Card) -> str:
    head = card.head
    name = escape(head.id)
    return (
        f'<article class="entry card" {_marks(head)} aria-labelledby="{name}-title">'
        f'<h4 id="{name}-title">{escape(head.title)}</h4>{_identity(head)}{_blocks(card.blocks)}</article>\n'
    )


def _marks(head: Head) -> str:
    state = head.state.state if head.state else "none"
    return f'id="{escape(head.id)}" data-kind="{escape(head.kind)}" data-state="{escape(state)}"'


def _identity(head: Head) -> str:
    state = _inline(head.state) if head.state else ""
    name = escape(head.id)
    return (
        f'<p class="identity">{state}<span class="kind">{escape(head.kind)}</span> '
        f'<a class="id" href="#{name}"><code>{name}</code></a> <span class="place">{escape(head.place)}</span></p>'
    )


# tables


def _table(table: Table) -> str:
    upright = any(column.upright for column in table.columns)
    look = "matrix" if upright else table.look
    heads = "".join(map(_column, table.columns))
    rows = "".join(_row(row, table.columns) for row in table.rows)
    caption = escape(table.caption)
    widths = "" if upright else "".join(f'<col class="w{width}">' for width in _widths(table))
    head = f"<caption>{caption}</caption><colgroup>{widths}</colgroup><thead><tr>{heads}</tr></thead>"
    region = f'role="region" aria-label="{caption}" tabindex="0"' if table.look == "grid" else ""
    return f'<div class="table {look}" {region}><table>{head}<tbody>{rows}</tbody></table></div>\n'


def _widths(table: Table) -> Iterator[int]:
    """The share of each column in percent, in the steps that the style knows."""
    whole = sum(column.width for column in table.columns)
    return (max(1, round(20 * column.width / whole)) * 5 for column in table.columns)


def _column(column: Column) -> str:
    look = ' class="upright"' if column.upright else ""
    return f'<th scope="col"{look}><span>{_inlines(column.parts)}</span></th>'


def _row(row: Row, columns: tuple[Column, ...]) -> str:
    first, *rest = row.cells
    head = ""
    if row.head is not None:
        head = (f"<b>{escape(row.head.title)}</b>" if row.head.title else "") + _identity(row.head)
    cells = "".join(
        f'<td data-label="{escape(column.label)}">{_cell(cell)}</td>'
        for cell, column in zip(rest, columns[1:], strict=True)
    )
    own = (
        f' class="entry" {_marks(row.head)}' if row.head else f' data-about="{escape(row.about)}"' if row.about else ""
    )
    return f'<tr{own}><th scope="row">{head}{_cell(first)}</th>{cells}</tr>\n'


def _cell(blocks: Blocks) -> str:
    """A single plain line needs no paragraph of its own."""
    if len(blocks) == 1 and isinstance(blocks[0], Line) and blocks[0].look == "plain":
        return _inlines(blocks[0].parts)
    return _blocks(blocks)


# inside a line


def _inlines(parts: Inlines) -> str:
    return "".join(map(_inline, parts))


def _inline(part: Inline) -> str:
    match part:
        case Words(text=text, strong=strong):
            return f"<b>{escape(text)}</b>" if strong else escape(text)
        case Code(text=text):
            return f"<code>{escape(text)}</code>"
        case Link(to=to, text=text, code=code):
            inside = f"<code>{escape(text)}</code>" if code else escape(text)
            return f'<a href="#{escape(to)}">{inside}</a>'
        case Web(url=url, text=text):
            return f'<a class="web" href="{escape(url)}" rel="noreferrer noopener">{escape(text)}</a>'
        case Badge(state=state, words=words, count=count):
            number = f" {count}" if count is not None else ""
            mark = f'<span aria-hidden="true">{_MARKS.get(state, "")}</span> '
            return f'<span class="badge {escape(state)}">{mark}{escape(words)}{number}</span>'
        case Letter(letter=letter, level=level):
            shown = "·" if level == "none" else escape(letter)
            return f'<span class="letter {escape(level)}" title="{escape(level)}">{shown}</span>'
        case Break():
            return "<br>"
