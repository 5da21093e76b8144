"""Reports as one HTML page that needs nothing else: no request, no server, no script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import msgspec

from spinepath.cohort.suppression import Published, Shown

STYLE = Path(__file__).with_name("report.css")

HIDDEN = "hidden"
"""What stands in the place of a count that is not published."""

Inside = Element | str


class Section(msgspec.Struct, frozen=True):
    """A part of the page under its own heading; `anchor` is its name in addresses."""

    anchor: str
    title: str
    inside: Sequence[Element]


def node(name: str, /, *inside: Inside, **attributes: str) -> Element:
    """An element; `class_` and `aria_label` stand for `class` and `aria-label`. Text is escaped in the end."""
    made = Element(name, {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()})
    for one in inside:
        if isinstance(one, str):
            if len(made):
                made[-1].tail = (made[-1].tail or "") + one
            else:
                made.text = (made.text or "") + one
        else:
            made.append(one)
    return made


def page(title: str, lead: Sequence[Element], sections: Sequence[Section], foot: str) -> bytes:
    """The whole page. The same sections give the same bytes."""
    style = STYLE.read_text("utf-8")
    head = node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", http_equiv="Content-Security-Policy", content=_policy(style)),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("meta", name="color-scheme", content="light dark"),
        node("title", title),
        node("style", style),
    )
    contents = node("ul", *(node("li", node("a", one.title, href=f"#{one.anchor}")) for one in sections))
    body = node(
        "body",
        node("a", "Skip to the content", class_="skip", href="#main"),
        node("header", node("h1", title), *lead),
        node("nav", node("h2", "Contents"), contents, aria_label="Contents"),
        node("main", *(_section(one) for one in sections), id="main", tabindex="-1"),
        node("footer", node("p", foot)),
    )
    written = ElementTree.tostring(node("html", head, body, lang="en"), encoding="unicode", method="html")
    return f"<!doctype html>\n{written}\n".encode()


def _policy(style: str) -> str:
    """Nothing may be loaded, and nothing but the page's own style counts."""
    own = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{own}'; base-uri 'none'; form-action 'none'"


def _section(one: Section) -> Element:
    return node(
        "section", node("h2", one.title, id=f"{one.anchor}-title"), *one.inside, id=one.anchor,
        aria_labelledby=f"{one.anchor}-title",
    )  # fmt: skip


# words and numbers


def count(people: Shown) -> str:
    """A published count as it is read: "12,345", or that it is hidden."""
    return HIDDEN if people is None else f"{people:,}"


def paragraph(*inside: Inside, look: str = "") -> Element:
    """A paragraph; `look` names how it is set."""
    return node("p", *inside, class_=look) if look else node("p", *inside)


def details(summary: str, inside: Element) -> Element:
    """What is folded away until somebody wants it."""
    return node("details", node("summary", summary), inside)


def table(caption: str, heads: Sequence[str], rows: Sequence[tuple[Inside, Sequence[Shown | str]]]) -> Element:
    """A table of counts: what each row is about, and its cells; counts stand to the right, words to the left."""
    first, *others = heads
    body = [node("tr", node("th", named, scope="row"), *map(_cell, cells)) for named, cells in rows]
    are_words = [isinstance(cell, str) for cell in (rows[0][1] if rows else ())]
    looks = ["" if words else "count" for words in (*are_words, *(True for _ in others[len(are_words) :]))]
    titles = [node("th", other, scope="col", class_=look) for other, look in zip(others, looks, strict=True)]
    head = node("tr", node("th", first, scope="col"), *titles)
    whole = node("table", node("caption", caption), node("thead", head), node("tbody", *body))
    # whoever has no mouse must be able to scroll it
    return node("div", whole, class_="table", role="region", aria_label=caption, tabindex="0")


def _cell(cell: Shown | str) -> Element:
    if isinstance(cell, str):
        return node("td", cell)
    return node("td", count(cell), class_="count" if cell is not None else "count hidden")


def figure(drawing: Element, says: str, data: Element) -> Element:
    """A drawing with the sentence that says what it shows, and the table of its data."""
    return node("figure", node("figcaption", says), drawing, details("The numbers as a table", data))


def sum_of(counts: Iterable[Shown]) -> Published | None:
    """Several published counts together; None where one of them is hidden."""
    found = list(counts)
    return None if None in found else Published(sum(one for one in found if one is not None))
