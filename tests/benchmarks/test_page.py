"""One part of the page can be measured anew; the others stay as they are."""

from __future__ import annotations

from benchmarks.page import with_section

PAGE = "# Benchmarks\n\n## One\n\nold\n\n## Two\n\nkept\n"


def test_a_part_takes_its_old_place() -> None:
    assert with_section(PAGE, "## One\n\nnew\n") == "# Benchmarks\n\n## One\n\nnew\n\n## Two\n\nkept\n"
    assert with_section(PAGE, "## Two\n\nnew\n") == "# Benchmarks\n\n## One\n\nold\n\n## Two\n\nnew\n"


def test_a_new_part_comes_last() -> None:
    assert with_section(PAGE, "## Three\n\nnew\n") == f"{PAGE}\n## Three\n\nnew\n"
