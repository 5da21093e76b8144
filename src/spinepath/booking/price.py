"""What a course costs by the clinic's own price list. Where no price was entered, none is shown."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from spinepath.booking import faults
from spinepath.booking.clinic import Session
from spinepath.engine.faults import Fault


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """The price of one session of a kind that takes up to so many minutes."""

    kind: str
    minutes: int
    price: Decimal


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    """So many percent off the whole course when it has at least so many sessions."""

    sessions: int
    percent: Decimal


class PriceList(msgspec.Struct, frozen=True, kw_only=True):
    """A clinic's prices in one currency, by its three letters, from a day on. `smallest` is the smallest coin."""

    currency: str
    since: date
    rates: tuple[Rate, ...]
    discounts: tuple[Discount, ...] = ()
    smallest: Decimal = Decimal("0.01")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Sessions of one price: how many, of how many minutes, what each and what all cost."""

    kind: str
    minutes: int
    count: int
    price: Decimal
    amount: Decimal


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What the sessions cost together: the lines, what is taken off, and what is left to pay."""

    currency: str
    lines: tuple[Line, ...]
    discount: Decimal
    total: Decimal


def price_of(sessions: Iterable[Session], prices: PriceList, kinds: dict[str, str], usual: str) -> Price | None:
    """The price of the sessions that take place; None when one of them has no price.

    `kinds` names the kind of a session by its id, all others are `usual`. A session has the rate of its kind with the
    fewest minutes that are enough for it. No session may be before the day from which the list holds: then None too,
    because an older price is not known. Raises FaultyBooking for a list that means nothing.
    """
    faults.refuse(faults_in(prices))
    paid = [one for one in sessions if one.takes_place]
    found: dict[Rate, int] = {}
    for session in paid:
        rate = _rate(prices, kinds.get(session.id, usual), session.minutes)
        if rate is None or session.day < prices.since:
            return None
        found[rate] = found.get(rate, 0) + 1
    lines = tuple(
        Line(kind=rate.kind, minutes=rate.minutes, count=count, price=rate.price, amount=count * rate.price)
        for rate, count in found.items()
    )
    whole = sum((line.amount for line in lines), Decimal(0))
    percent = max((one.percent for one in prices.discounts if len(paid) >= one.sessions), default=Decimal(0))
    coins = (whole * percent / 100 / prices.smallest).to_integral_value(ROUND_HALF_UP)
    off = coins * prices.smallest
    return Price(currency=prices.currency, lines=lines, discount=off, total=whole - off)


def _rate(prices: PriceList, kind: str, minutes: int) -> Rate | None:
    enough = [rate for rate in prices.rates if rate.kind == kind and rate.minutes >= minutes]
    return min(enough, key=lambda rate: rate.minutes, default=None)


def faults_in(prices: PriceList) -> list[Fault]:
    """What is wrong with a price list."""
    found = []
    if not (len(prices.currency) == 3 and prices.currency.isalpha() and prices.currency.isupper()):
        found.append(Fault("prices.currency", "It is no currency.", "Write its three letters, such as EUR."))
    amounts = [*(rate.price for rate in prices.rates), *(one.percent for one in prices.discounts)]
    if any(not one.is_finite() or one < 0 for one in amounts):
        found.append(Fault("prices", "A price or discount is no amount of 0 or more.", "Write 0 or more."))
    if any(one.percent.is_finite() and one.percent > 100 for one in prices.discounts):
        found.append(Fault("prices.discounts", "More than everything is taken off.", "Write 100 or less."))
    if not prices.smallest.is_finite() or prices.smallest <= 0:
        found.append(Fault("prices.smallest", "It is no amount.", "Write the smallest coin, such as 0.01."))
    if len({(rate.kind, rate.minutes) for rate in prices.rates}) != len(prices.rates):
        found.append(Fault("prices.rates", "A kind has two prices for the same minutes.", "Leave one of them."))
    return found
