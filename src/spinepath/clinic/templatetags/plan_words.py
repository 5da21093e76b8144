"""Words that the pages of a plan share."""

from __future__ import annotations

from django import template

from spinepath.clinic.advice import knowledge
from spinepath.clinic.plan.letters.writing import KINDS
from spinepath.clinic.plan.telling import range_words as in_words
from spinepath.engine.content import Range
from spinepath.engine.words import name_of, source_name

register = template.Library()


@register.filter
def range_words(bounds: Range) -> str:
    """One number, or the least and the most."""
    return in_words(bounds, "–")


@register.filter
def source_short(name: str) -> str:
    """A source by who wrote it and when."""
    found = knowledge().sources.get(name)
    return source_name(found) if found else name


@register.filter
def entry_name(name: str) -> str:
    """Any entry of the knowledge base by name."""
    found = knowledge().entries.get(name)
    return name_of(knowledge(), found) if found else name


@register.filter
def letter_name(kind: str) -> str:
    """A letter by its title; other kinds as they are."""
    return next((str(one.title) for one in KINDS if one.kind == kind), kind)
