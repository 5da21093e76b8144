"""One field of a form in the design system: label, hint, fault and input, tied together for those who cannot see."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField

from spinepath.clinic.access import Act, may
from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Member
from spinepath.engine.words import name_of

register = template.Library()

_CLASSES = (
    (forms.CheckboxInput, "nhsuk-checkboxes__input"),
    (forms.Select, "nhsuk-select"),
    (forms.Textarea, "nhsuk-textarea"),
)
_LISTS = (forms.CheckboxSelectMultiple, forms.RadioSelect)


@register.inclusion_tag("clinic/parts/styled.html")
def styled(field: BoundField) -> dict[str, Any]:
    """The field with all that belongs to it."""
    widget = field.field.widget
    name = next((name for kind, name in _CLASSES if isinstance(widget, kind)), "nhsuk-input")
    own = widget.attrs.get("class", "")
    told = {f"{field.auto_id}-hint": field.help_text, f"{field.auto_id}-error": field.errors}
    attrs = {
        "class": f"{name} {own}{f' {name}--error' if field.errors else ''}".strip(),
        "aria-describedby": " ".join(key for key, text in told.items() if text) or None,
        "aria-invalid": "true" if field.errors else None,
    }
    widget.attrs.pop("placeholder", None)  # a label says it, and stays when somebody types
    shown: dict[str, str | bool] = {key: value for key, value in attrs.items() if value is not None}
    return {
        "field": field,
        "is_list": isinstance(widget, _LISTS),
        "is_box": isinstance(widget, forms.CheckboxInput),
        "is_radio": isinstance(widget, forms.RadioSelect) and not isinstance(widget, forms.CheckboxSelectMultiple),
        "input": field.as_widget(attrs=shown),
    }


@register.filter
def entry_name(name: str) -> str:
    """An entry of the knowledge base by name; its id where it has none any more."""
    found = knowledge().entries.get(name)
    return name_of(knowledge(), found) if found is not None else name


@register.filter
def can(member: Member | None, act: Act) -> bool:
    """May the member do this?"""
    return may(member, act)
