"""The drawings of a report as plain SVG: bars, parted bars, columns over time, and the stream from records to advice.

Names stand beside a drawing as text of the page, so that they wrap and keep their size on every screen; lengths are
shares of the width. No drawing tells anything by colour alone: parts have a letter or number and keep their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from xml.etree.ElementTree import Element

import msgspec

from spinepath.cohort.report_html import Inside, count, node
from spinepath.cohort.suppression import Published, Shown, running, share_words

LOOKS = 6
"""So many parts have a look of their own; more share them, by their place from first to last."""

_ROOM = 5
"""A part that is narrower than this percentage has no room for its mark."""

WIDTH, BED = 64, 8
"""The stream: how wide all records are, and how much room is above a branch."""


class Part(msgspec.Struct, frozen=True):
    """A part of a bar: its name, the mark that stands in it, and its look."""

    name: str
    mark: str
    look: str


def ladder_part(first: int, last: int, of: int, name: str) -> Part:
    """The part for the places `first` up to but not `last` of a ladder: numbered, with the look of its strictest."""
    mark = str(last) if last - first == 1 else f"{first + 1}–{last}"
    return Part(name, mark, f"level-{1 + round((last - 1) * (LOOKS - 1) / max(of - 1, 1))}")


def legend(parts: Sequence[Part]) -> Element:
    """What the marks and looks of parts mean."""
    return node("ul", *(node("li", _key(part), part.name) for part in parts), class_="legend")


def _key(part: Part) -> Element:
    return _svg(
        _rect(0, 0, "100%", "100%", part.look),
        node("text", part.mark, x="50%", y="50%", class_=f"mark {part.look}"),
        class_="key",
    )


def bars(rows: Iterable[tuple[Inside, Shown]], look: str, largest: int) -> Element:
    """One bar for each row, as long as its share of the largest count there could be."""
    drawn = [
        node("li", node("span", named, class_="name"), _bar(people, look, largest), _number(people))
        for named, people in rows
    ]
    return node("ul", *drawn, class_="bars")


def _bar(people: Shown, look: str, largest: int) -> Element:
    width = 100 * people / largest if people and largest else 0
    return _svg(_rect(0, 0, "100%", "100%", "track"), _rect(0, 0, _percent(width), "100%", look), class_="bar")


def _number(people: Shown) -> Element:
    return node("span", count(people), class_="number" if people is not None else "number hidden")


def parted_bars(rows: Iterable[tuple[Inside, Sequence[Shown], Shown]], parts: Sequence[Part]) -> Element:
    """One bar for each row, parted by its counts, with a number beside it; where a count is hidden it is empty."""
    drawn = []
    for named, counts, number in rows:
        told = [people for people in counts if people is not None]
        drawn_parts = _parts(told, parts, sum(told)) if len(told) == len(counts) else ()
        bar = _svg(_rect(0, 0, "100%", "100%", "track"), *drawn_parts, class_="bar parted")
        drawn.append(node("li", node("span", named, class_="name"), bar, _number(number)))
    return node("ul", *drawn, class_="bars")


def _parts(counts: Sequence[Published], parts: Sequence[Part], whole: int) -> Iterable[Element]:
    if not whole:
        return
    for part, people, begin in zip(parts, counts, running(counts), strict=False):
        x, width = 100 * begin / whole, 100 * people / whole
        if people:
            title = node("title", f"{part.name}: {people:,} ({share_words(people, whole)})")
            yield node("g", title, _rect(_percent(x), 0, _percent(width), "100%", part.look))
        if width >= _ROOM:
            yield node("text", part.mark, x=_percent(x + width / 2), y="50%", class_=f"mark {part.look}")


def columns(name: str, counts: Sequence[tuple[str, Published, Published]], look: str, height: int = 56) -> Element:
    """Columns side by side, one for each period: its name, the count, and of how many; as high as the share is.

    The highest column fills the height, so that columns of one drawing are compared with each other only.
    """
    shares = [people / whole if whole else 0.0 for _, people, whole in counts]
    highest = max(shares, default=0) or 1
    width = 100 / max(len(counts), 1)
    drawn = [node("rect", x="0", y=str(height - 1), width="100%", height="1", class_="axis")]
    for place, ((period, people, whole), share) in enumerate(zip(counts, shares, strict=True)):
        tall = (height - 2) * share / highest
        title = node("title", f"{period}: {people:,} of {whole:,} ({share_words(people, whole)})")
        bar = _rect(
            _percent(width * (place + 0.1)), f"{height - 1 - tall:.1f}", _percent(width * 0.8), f"{tall:.1f}", look
        )
        drawn.append(node("g", title, bar))
    return _svg(*drawn, class_="columns", role="img", aria_label=name, height=str(height))


class Branch(msgspec.Struct, frozen=True):
    """Where part of the stream goes: its name, how many, which share that is, its look, and what is said below."""

    name: str
    people: Shown
    share: str = ""
    look: str = ""
    says: Sequence[str] = ()


def stream(source: Branch, branches: Sequence[Branch]) -> Element:
    """From all at the top to where they go, one branch after another; the width of the stream is how many are left."""
    begins = running([branch.people or 0 for branch in branches])
    left = [WIDTH * (begins[-1] - begin) / (begins[-1] or 1) for begin in begins]
    steps = [_step(source, left[0], left[0])]
    steps += [_step(branch, *ends) for branch, ends in zip(branches, pairwise(left), strict=True)]
    return node("ol", *steps, class_="stream")


def _step(branch: Branch, before: float, after: float) -> Element:
    """One branch; the stream is so wide before it and after it."""
    wide = before - after
    drawn = [_rect(0, 0, f"{after:.2f}", "100%", "trunk")]
    if wide:
        drawn.append(node("path", d=_bend(before, after), class_=branch.look))
    number = node("span", count(branch.people), class_="number" if branch.people is not None else "number hidden")
    head = node("p", node("strong", branch.name), " ", number, " ", node("span", branch.share, class_="share"))
    words = node("div", head, *(node("p", line, class_="quiet") for line in branch.says), class_="words")
    river = _svg(*drawn, class_="river", width=str(WIDTH + 24))
    # the words must leave room for a wide branch
    return node("li", river, words, class_=f"tall-{1 + int(wide) // 20}")


def _bend(before: float, after: float) -> str:
    """The outline of a branch: from the edge of the stream down, and out to the right."""
    low = BED + before - after
    curve = min(before - after, 10)
    return (
        f"M{after:.2f} 0V{low - curve:.2f}Q{after:.2f} {low:.2f} {after + curve:.2f} {low:.2f}"
        f"H{WIDTH + 24}V{BED}H{before:.2f}V0Z"
    )


def _svg(*inside: Element, **attributes: str) -> Element:
    hidden = {} if "role" in attributes else {"aria_hidden": "true"}
    return node("svg", *inside, **{**hidden, **attributes})


def _rect(x: str | float, y: str | float, width: str, height: str, look: str) -> Element:
    return node("rect", x=str(x), y=str(y), width=width, height=height, class_=look)


def _percent(number: float) -> str:
    return f"{number:.3f}%"
