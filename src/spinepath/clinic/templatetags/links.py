"""`{% url %}` as everywhere in Django, by addresses that are remembered."""

from __future__ import annotations

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parsed
from django.utils.html import conditional_escape

from spinepath.clinic.links import link

register = template.Library()


class _Link(URLNode):
    def render(self, context: Context) -> str:
        """The address, or nothing where it is only given a name."""
        if self.kwargs or self.asvar:
            return super().render(context)
        address = link(self.view_name.resolve(context), *(key.resolve(context) for key in self.args))
        return conditional_escape(address) if context.autoescape else address


@register.tag
def url(parser: Parser, token: Token) -> _Link:
    """The address of a page by its name and keys."""
    found = parsed(parser, token)
    return _Link(found.view_name, found.args, found.kwargs, found.asvar)
