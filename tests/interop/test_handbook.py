"""The handbook holds every entry, leads nowhere wrong, loads nothing, and is the same each time it is made."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from spinepath.engine.content import SECTIONS
from spinepath.engine.knowledge import Knowledge
from spinepath.engine.load import build
from spinepath.engine.words import STATE_WORDS
from spinepath.interop.handbook import write_handbook
from spinepath.interop.handbook.book import make_book
from spinepath.interop.handbook.fields import HEAD_KEYS
from spinepath.interop.handbook.lists import LISTED
from spinepath.interop.handbook.nodes import Book
from spinepath.interop.handbook.to_html import to_html
from spinepath.prove.results import ProofPage
from tests.interop.small import FILES, GROUND


class Page(HTMLParser):
    """What a browser would see: tags with their attributes, in order, and the text inside them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "br", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.texts.append(data)

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return build(FILES)


@pytest.fixture(scope="module")
def html(knowledge: Knowledge) -> str:
    return to_html(make_book(knowledge)).decode()


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def pdf(knowledge: Knowledge, tmp_path_factory: pytest.TempPathFactory) -> Path:
    _, found = write_handbook(knowledge, tmp_path_factory.mktemp("handbook"), pdf=True)
    return found


# the page


def test_every_entry_is_an_anchor_and_stands_once(knowledge: Knowledge, page: Page) -> None:
    anchors = page.values("id")
    assert len(anchors) == len(set(anchors))
    assert set(knowledge.entries) <= set(anchors)


def test_every_link_has_a_target(page: Page) -> None:
    inside = [link[1:] for link in page.values("href") if link.startswith("#")]
    assert inside
    assert set(inside) <= set(page.values("id"))


def test_links_run_both_ways(html: str) -> None:
    fact = _entry(html, "feels_odd")
    assert "Named by 2 rules" in fact
    assert 'href="#screen.odd"' in fact
    assert 'href="#feels_odd"' in _entry(html, "screen.odd")


def test_ids_in_free_text_are_links(html: str) -> None:
    assert 'See <a href="#feels_odd">' in html
    assert 'see <a href="#feels_odd">' in html


def test_text_is_escaped(html: str, page: Page) -> None:
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert" in html
    assert 'Is 1 < 2 & "so"?' in page.text
    assert [tag for tag, _ in page.tags].count("script") == 1


def test_nothing_is_loaded_and_nothing_foreign_runs(page: Page, html: str) -> None:
    assert not {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "embed", "base", "form"}
    assert not page.values("src")
    assert not page.values("style")
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    outside = [link for link in page.values("href") if not link.startswith("#")]
    assert outside == ["https://example.org/book"]
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in (page.values("content")[0])


def test_claims_not_followed_stand_in_the_register_with_their_reason(knowledge: Knowledge) -> None:
    book = make_book(knowledge)
    evidence, register = (_text_of(msgspec.structs.replace(book, chapters=(one,))) for one in book.chapters[-2:])
    for claim in knowledge.claims.values():
        assert (claim.says in register) == (claim.verdict == "not_followed" or claim.id == "claim-kept")
        assert (claim.why in register) == (claim.verdict == "not_followed")
        assert (claim.why in evidence) == (claim.verdict != "not_followed")
    for words in (
        "Why it is not followed",
        "Explained by",
        "topic.rest",
        "Could harm: yes",
        "Reading chosen",
        "A push cures.",
    ):
        assert words in register


def test_every_state_is_told_in_words(page: Page, html: str) -> None:
    for state, words in STATE_WORDS.items():
        assert words in page.text
        assert f'data-state="{state}"' in html


def test_states_are_counted_by_chapter(knowledge: Knowledge) -> None:
    ask = make_book(knowledge).chapters[1]
    assert (ask.title, ask.entries) == ("Ask", 9)
    assert {badge.state: badge.count for badge in ask.states} == {"verified": 2, "recalled": 1, "project": 4}


def test_contraindications_are_a_matrix_whose_rows_lead_to_their_entries(html: str) -> None:
    row = re.search(r'<tr data-about="contra.odd">.*?</tr>', html, re.DOTALL)
    assert row
    assert 'href="#contra.odd"' in row.group()
    assert re.findall(r'class="letter (\w+)"', row.group()) == ["absolute", "caution"]
    entry = _entry(html, "contra.odd")
    assert "Be careful." in entry
    assert STATE_WORDS["project"] in entry


def test_rules_tell_condition_effects_and_cases(html: str) -> None:
    rule = Page(_entry(html, "screen.odd")).text
    for words in (
        "Stop",
        "Pushing",
        "At most 3 sessions.",
        "Odd. Stop.",
        "We stop.",
        "Odd and sore stops",
        "claim-kept",
    ):
        assert words in rule
    assert "feels_odd and ( pain >= 5 or place = neck)" in rule


def test_guidelines_are_compared_by_family(page: Page) -> None:
    assert "Guidelines compared Family Guideline One Pushing do not offer" in page.text


def test_a_kind_without_layout_of_its_own_is_shown(html: str) -> None:
    assert "To sit on." in _entry(html, "equipment.chair")


def test_version_purpose_and_sign_off_are_told(knowledge: Knowledge, html: str, page: Page) -> None:
    head = html.partition("</head>")[0]
    assert head.count(knowledge.version) == 2
    for words in ("Only for tests.", "None known.", "Signed off by: nobody yet"):
        assert words in page.text


def test_structure_helps_readers_who_cannot_see_it(page: Page) -> None:
    tags = [tag for tag, _ in page.tags]
    assert ("html", {"lang": "en"}) in page.tags
    assert {"header", "nav", "main", "footer"} <= set(tags)
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
    assert all(attrs.get("scope") in ("row", "col") for tag, attrs in page.tags if tag == "th")
    assert tags.count("caption") == tags.count("table")


def test_colours_can_be_read(html: str) -> None:
    pairs = dict(re.findall(r"--([\w-]+): light-dark\((#\w{6}, #\w{6})\)", html))
    beds = {name: f"{name}-bed" for name in pairs if f"{name}-bed" in pairs}
    checked = [
        *beds.items(),
        *((ink, bed) for ink in ("ink", "quiet", "accent") for bed in ("page", "sheet", "soft", "mark")),
    ]
    for ink, bed in checked:
        for front, back in zip(pairs[ink].split(", "), pairs[bed].split(", "), strict=True):
            assert _contrast(front, back) >= 4.5, (ink, bed)


def test_the_same_knowledge_gives_the_same_bytes(knowledge: Knowledge) -> None:
    assert to_html(make_book(knowledge)) == to_html(make_book(build(FILES)))


def test_a_base_without_release_guidelines_or_folders_has_a_handbook(knowledge: Knowledge) -> None:
    found = msgspec.structs.replace(knowledge, releases={}, stances={}, presets={}, pages=())
    assert "unreleased+" in to_html(make_book(found)).decode()
    assert make_book(build({"base/a.yaml": GROUND})).chapters[0].title == "Other"


# the parts


def test_tables_of_entries_leave_no_key_out() -> None:
    for variant, columns in LISTED.items():
        section = "claims" if variant == "claims not followed" else variant
        shown = {key for _, keys, _ in columns for written in keys for key in written.split(" + ")}
        keys = {field.name for field in msgspec.structs.fields(SECTIONS[section])} - {*HEAD_KEYS}
        assert keys - shown <= ({"verdict"} if variant == "claims not followed" else set()), variant


# the document


def test_the_pdf_is_the_same_each_time(knowledge: Knowledge, pdf: Path, tmp_path: Path) -> None:
    _, again = write_handbook(knowledge, tmp_path / "new", pdf=True)
    assert pdf.read_bytes().startswith(b"%PDF")
    assert pdf.read_bytes() == again.read_bytes()
    assert (pdf.parent / "handbook.html").read_bytes() == (again.parent / "handbook.html").read_bytes()


def test_each_page_of_the_pdf_names_the_version_and_each_chapter_can_be_signed(knowledge: Knowledge, pdf: Path) -> None:
    sheets = [page.extract_text() for page in PdfReader(pdf).pages]
    text = "\n".join(sheets)
    assert len(sheets) > 6
    assert all(f"knowledge {knowledge.version}" in sheet for sheet in sheets)
    assert text.count("Reviewed and agreed") == len(make_book(knowledge).chapters) + 1
    assert '<script>alert("x")</script>' in text
    for words in STATE_WORDS.values():
        assert words in text


def test_without_pdf_only_the_page_is_written(knowledge: Knowledge, tmp_path: Path) -> None:
    assert write_handbook(knowledge, tmp_path, pdf=False) == [tmp_path / "handbook.html"]


def _entry(html: str, name: str) -> str:
    found = re.search(rf'<article class="entry card" id="{re.escape(name)}".*?</article>', html, re.DOTALL)
    assert found
    return found.group()


def _text_of(book: Book) -> str:
    return Page(to_html(book).decode()).text


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_what_was_proved_is_a_page_of_its_own(knowledge: Knowledge) -> None:
    proofs = ProofPage(
        title="What is proved",
        about="All of it.",
        headings=("Must hold", "Why", "Answer", "Notes"),
        rows=(("No harm.", "It hurts.", "proved", "2 rules."),),
    )
    with_page, without = make_book(knowledge, proofs), make_book(knowledge)
    assert [section.anchor for section in with_page.front if section not in without.front] == ["front:proofs"]
    text = to_html(with_page).decode()
    assert all(words in text for words in ("What is proved", "All of it.", "No harm.", "It hurts.", "2 rules."))
