"""What a course costs by the clinic's price list; nothing where no price was entered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from spinepath.booking.clinic import Session
from spinepath.booking.faults import FaultyBooking
from spinepath.booking.price import Discount, Price, PriceList, Rate, price_of
from spinepath.clinic import prepared
from spinepath.clinic.models import Clinic
from spinepath.clinic.models import PriceList as KeptList

USUAL = "session"
"""The kind of the sessions of a course in a price list."""


def price_list(clinic: Clinic, on: date) -> PriceList | None:
    """The price list that holds on a day; None when there is none, or none that can be read."""
    kept = prepared.first(
        lambda clinic, on: KeptList.objects.filter(clinic=clinic, since__lte=on).order_by("-since", "-pk")[:1],
        clinic.pk,
        on,
    )
    if kept is None:
        return None
    try:
        return PriceList(
            currency=clinic.currency,
            since=kept.since,
            rates=tuple(
                Rate(kind=str(one["kind"]), minutes=int(one["minutes"]), price=Decimal(str(one["price"])))
                for one in kept.rates
            ),
            discounts=tuple(
                Discount(sessions=int(one["sessions"]), percent=Decimal(str(one["percent"]))) for one in kept.discounts
            ),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation):
        return None


def price(sessions: Iterable[Session], prices: PriceList | None) -> Price | None:
    """The price of the sessions; None when it is not known."""
    if prices is None:
        return None
    try:
        return price_of(sessions, prices, {}, USUAL)
    except FaultyBooking:
        return None


def price_of_plan(clinic: Clinic, sessions: int, minutes: int, on: date) -> Price | None:
    """What so many sessions of so many minutes cost, wherever they lie: for the plan, before anything is booked."""
    from datetime import time

    placed = [
        Session(
            id=str(n), course="", person="", number=n, day=on, start=time.min, minutes=minutes, therapist="", room=""
        )
        for n in range(1, max(sessions, 0) + 1)
    ]
    return price(placed, price_list(clinic, on))


def kept_form(found: Price | None) -> dict[str, Any]:
    """The price as it is kept with a course."""
    if found is None:
        return {}
    return {"currency": found.currency, "total": str(found.total), "discount": str(found.discount)}
