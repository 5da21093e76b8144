"""The page of benchmarks as text."""

from __future__ import annotations


def with_section(page: str, text: str) -> str:
    """The page with one part measured anew: in its old place, or at the end."""
    title = text.splitlines()[0]
    before, found, rest = page.partition(f"{title}\n")
    if not found:
        return f"{page.rstrip()}\n\n{text}"
    following = rest.find("\n## ")
    return before + text + ("" if following < 0 else rest[following:])
