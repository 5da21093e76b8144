"""What pages of other steps show of booking."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils import timezone
from django.utils.formats import time_format

from spinepath.booking.price import Price
from spinepath.clinic.book.prices import price_of_plan
from spinepath.clinic.models import Opening, Plan
from spinepath.clinic.models.places import WEEKDAYS

register = template.Library()


@register.simple_tag
def course_price(plan: Plan) -> Price | None:
    """What the sessions of the plan cost by the clinic's price list; None where no price was entered."""
    return price_of_plan(plan.episode.clinic, plan.sessions, plan.minutes, timezone.localdate())


@register.filter
def week_lines(openings: Iterable[Opening]) -> list[str]:
    """The week as a sign at the door says it: days in a row with the same hours share a line."""
    hours: dict[int, list[str]] = {}
    for one in sorted(openings, key=lambda one: (one.weekday, one.start)):
        said = f"{time_format(one.start, 'H:i')}–{time_format(one.end, 'H:i')}"
        hours.setdefault(one.weekday, []).append(said)
    runs: list[list[int]] = []
    for day in hours:
        if runs and runs[-1][-1] == day - 1 and hours[runs[-1][-1]] == hours[day]:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = dict(WEEKDAYS)
    return [
        f"{names[run[0]]}{f' – {names[run[-1]]}' if len(run) > 1 else ''}: {', '.join(hours[run[0]])}" for run in runs
    ]
