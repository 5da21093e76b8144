"""Words and marks that templates share: values, states, dispositions, rules and their sources."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from spinepath.clinic.advice import knowledge
from spinepath.engine import words
from spinepath.engine.conditions import Value
from spinepath.engine.values import NotAValue, read_value

register = template.Library()

_STATES = (
    noop("verified"),
    noop("read second-hand"),
    noop("recalled, to be checked"),
    noop("project rule, needs sign-off"),
)
"""What the engine says of states, for the message files; a test compares the two."""

_TONES = ("proceed", "limits", "investigate", "contraindicated", "urgent", "emergency")


@register.filter
def tone(disposition: str) -> str:
    """The colour of a disposition: its place on the ladder, mildest first."""
    place = knowledge().strictness.get(disposition)
    return "" if place is None else _TONES[min(place, len(_TONES) - 1)]


@register.filter
def disposition_name(disposition: str) -> str:
    """A disposition by name; empty for none."""
    found = knowledge().dispositions.get(disposition)
    return found.name if found else ""


@register.filter
def stops_care(disposition: str) -> bool:
    """Is it a disposition under which nobody is treated by hand? False for none."""
    found = knowledge().dispositions.get(disposition)
    return found is not None and not found.offers_care


@register.filter
def first_sentence(text: str) -> str:
    """The first sentence of a text; all of it when there is one only."""
    first, full_stop, _rest = text.partition(". ")
    return first + full_stop.strip()


@register.simple_tag
def options(groups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """The choices of a list, as a widget of Django's has them; with `{% for %}` they would take most of a page."""
    return SafeString("".join(_group(name, choices) for name, choices, _place in groups))


def _group(name: str | None, choices: list[dict[str, Any]]) -> SafeString:
    drawn = SafeString("".join(_option(one["value"], one["label"], one["selected"]) for one in choices))
    return format_html('<optgroup label="{}">{}</optgroup>', name, drawn) if name else drawn


def _option(value: object, label: object, chosen: bool) -> SafeString:
    return format_html('\n<option value="{}"{}>{}</option>', value, SafeString(" selected" if chosen else ""), label)


@register.simple_tag
def disposition_chip(disposition: str) -> SafeString | str:
    """A disposition as a coloured word."""
    name = disposition_name(disposition)
    return format_html('<span class="chip chip--{}">{}</span>', tone(disposition), name) if name else ""


@register.simple_tag
def state_mark(state: str) -> SafeString:
    """How sure an entry is, as a mark that looks different for each state."""
    return _state_mark(state, get_language())


@lru_cache(maxsize=64)  # a page has fifty of them
def _state_mark(state: str, _language: str | None) -> SafeString:
    return format_html('<span class="state state--{}">{}</span>', state, _(words.STATE_WORDS.get(state, state)))


@register.filter
def fact_name(fact: str) -> str:
    """A fact in the clinician's term."""
    found = knowledge().facts.get(fact)
    return found.name if found else fact


@register.simple_tag
def value_words(fact: str, value: Value) -> str:
    """A value of the engine as a reader says it; "I do not know" where it is unknown."""
    if value is None:
        return _("I do not know")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return words.value_words(knowledge(), knowledge().facts[fact], value)


@register.simple_tag
def written_words(fact: str, written: str) -> str:
    """A value as kept in the record, as a reader says it."""
    found = knowledge().facts.get(fact)
    try:
        return value_words(fact, read_value(found, written)) if found else written
    except NotAValue:
        return written


_SOURCES = {name: name for name in (noop("patient"), noop("clinician"), noop("record"), noop("device"))}


@register.filter
def source_name(source: str) -> str:
    """Where a finding comes from, as a reader says it."""
    return _(_SOURCES[source]) if source in _SOURCES else source


@register.filter
def in_words(key: str) -> str:
    """A key of the knowledge base as words."""
    return key.replace("_", " ")


@register.filter
def rule(name: str) -> Any:
    """A rule of the knowledge base in use; None when it has none of this name."""
    return knowledge().rules.get(name)


@register.filter
def technique(name: str) -> Any:
    """A technique of the knowledge base in use; None when it has none of this name."""
    return knowledge().techniques.get(name)


@register.filter
def reading_name(reading: str) -> str:
    """A reading by name; empty for none."""
    found = knowledge().readings.get(reading)
    return found.name if found else ""


@register.filter
def get(found: Any, key: Any) -> Any:
    """What a mapping has for the key; None for nothing."""
    return found.get(key) if found is not None else None
