"""Words and marks of the questions: telephone numbers, sentences, the pain drawing."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from spinepath.clinic.ask import drawings
from spinepath.clinic.models import Drawing
from spinepath.engine import words
from spinepath.engine.body_chart import PainKind

register = template.Library()


@register.filter
def dial(number: str) -> str:
    """A telephone number as a phone dials it."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")


@register.filter
def first_sentence(text: str) -> str:
    """The first sentence, without its full stop."""
    return words.first_sentence(text)


@register.filter
def after_first_sentence(text: str) -> str:
    """All that follows the first sentence."""
    return text[len(words.first_sentence(text)) :].lstrip(". ")


@register.filter
def place_of_kind(kinds: Sequence[PainKind], kind: str) -> int:
    """The place of a kind of pain among all, from 1: its colour and pattern; 0 for none of them."""
    return next((place for place, one in enumerate(kinds, 1) if one.id == kind), 0)


@register.simple_tag
def board_of(drawing: Drawing) -> drawings.Board:
    """A kept drawing, ready to be shown."""
    return drawings.board(drawings.drawn_in(drawing))
