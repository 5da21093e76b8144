"""Writing the handbook's tree for the clinic's pages: every name of an entry leads to its page. All text is escaped."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from spinepath.interop.handbook.nodes import (
    Badge,
    Block,
    Break,
    Bullets,
    Card,
    Code,
    Fields,
    Folded,
    Head,
    Inline,
    Letter,
    Line,
    Link,
    Row,
    Table,
    Web,
    Words,
)

_LINES = {
    "plain": "<p>{}</p>",
    "condition": '<p class="knowledge-condition"><code>{}</code></p>',
    "warning": '<p class="nhsuk-inset-text">{}</p>',
    "small": '<p class="soft small">{}</p>',
}


def blocks(parts: Iterable[Block]) -> SafeString:
    """Blocks, one below the other."""
    return format_html_join("", "{}", ((_block(part),) for part in parts))


def _block(block: Block) -> SafeString:
    match block:
        case Line():
            return format_html(_LINES[block.look], _inlines(block.parts))
        case Bullets():
            items = format_html_join("", "<li>{}</li>", ((_inlines(item),) for item in block.items))
            return format_html('<ul class="nhsuk-list nhsuk-list--bullet">{}</ul>', items)
        case Fields():
            rows = ((row.label, blocks(row.blocks)) for row in block.rows)
            return format_html('<dl class="knowledge-fields">{}</dl>', _pairs(rows))
        case Folded():
            return format_html("<details><summary>{}</summary>{}</details>", block.title, blocks(block.blocks))
        case Card():
            return format_html("<section><h3>{}</h3>{}</section>", _head(block.head), blocks(block.blocks))
        case Table():
            return _table(block)


def _pairs(rows: Iterable[tuple[str, SafeString]]) -> SafeString:
    return format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)


def _head(head: Head) -> SafeString:
    return _link(head.id, head.title or head.id)


def _link(name: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("entry", args=[name]), text)


def _table(table: Table) -> SafeString:
    columns = format_html_join(
        "",
        '<th scope="col"{}><span>{}</span></th>',
        ((mark_safe(' class="upright"') if column.upright else "", _inlines(column.parts)) for column in table.columns),
    )
    return format_html(
        '<div class="table-scroll knowledge-table knowledge-table--{}" role="region" aria-label="{}" tabindex="0">'
        '<table><caption class="nhsuk-u-visually-hidden">{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        table.look,
        table.caption,
        table.caption,
        columns,
        format_html_join("", "{}", ((_row(row),) for row in table.rows)),
    )


def _row(row: Row) -> SafeString:
    first, *rest = row.cells
    head = _head(row.head) if row.head else ""
    cells = format_html_join("", "<td>{}</td>", ((_cell(cell),) for cell in rest))
    return format_html('<tr><th scope="row">{}{}</th>{}</tr>', head, _cell(first), cells)


def _cell(parts: tuple[Block, ...]) -> SafeString:
    """A single plain line needs no paragraph of its own."""
    if len(parts) == 1 and isinstance(parts[0], Line) and parts[0].look == "plain":
        return _inlines(parts[0].parts)
    return blocks(parts)


def _inlines(parts: Iterable[Inline]) -> SafeString:
    return format_html_join("", "{}", ((_inline(part),) for part in parts))


def _inline(part: Inline) -> SafeString | str:
    match part:
        case Words():
            return format_html("<strong>{}</strong>", part.text) if part.strong else format_html("{}", part.text)
        case Code():
            return format_html("<code>{}</code>", part.text)
        case Link():
            return _link(part.to, part.text)
        case Web():
            return format_html('<a href="{}" rel="noreferrer noopener">{}</a>', part.url, part.text)
        case Badge():
            return format_html('<span class="state state--{}">{}</span>', part.state, part.words)
        case Letter():
            shown = "·" if part.level == "none" else part.letter
            return format_html(
                '<span class="letter letter--{}" title="{}">{}<span class="nhsuk-u-visually-hidden"> {}</span></span>',
                part.level,
                part.level,
                shown,
                part.level,
            )
        case Break():
            return mark_safe("<br>")
