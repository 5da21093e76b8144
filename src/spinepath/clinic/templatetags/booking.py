"""What pages of other steps show of booking."""

from __future__ import annotations

from django import template
from django.utils import timezone

from spinepath.booking.price import Price
from spinepath.clinic.book.prices import price_of_plan
from spinepath.clinic.models import Plan

register = template.Library()


@register.simple_tag
def course_price(plan: Plan) -> Price | None:
    """What the sessions of the plan cost by the clinic's price list; None where no price was entered."""
    return price_of_plan(plan.episode.clinic, plan.sessions, plan.minutes, timezone.localdate())
