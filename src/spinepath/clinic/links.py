"""Addresses of pages, remembered: a page leads to a hundred others, and Django goes through the patterns for each."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=20_000)
def link(name: str, *keys: str | int) -> str:
    """The address of the page with this name. Raises NoReverseMatch."""
    return reverse(name, args=keys)
