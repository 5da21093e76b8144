"""What a course costs, by the list of the clinic and never by guess."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from spinepath.booking.faults import FaultyBooking
from spinepath.booking.price import Discount, PriceList, Rate, price_of
from tests.booking.clinics import day, session

PRICES = PriceList(
    currency="EUR",
    since=day(0),
    rates=(
        Rate(kind="treatment", minutes=45, price=Decimal("60.00")),
        Rate(kind="treatment", minutes=30, price=Decimal("41.05")),
        Rate(kind="first", minutes=60, price=Decimal("80.00")),
    ),
    discounts=(Discount(sessions=3, percent=Decimal(5)), Discount(sessions=6, percent=Decimal("12.5"))),
)
SESSIONS = [
    session("a", 0, minutes=60),
    *(session(f"b{on}", on) for on in (2, 4)),
    session("c", 7, minutes=35),
    session("d", 9, status="missed"),
]


def test_lines_discount_and_total_are_exact() -> None:
    found = price_of(SESSIONS, PRICES, {"a": "first"}, "treatment")
    assert found is not None
    assert [(line.kind, line.minutes, line.count, str(line.amount)) for line in found.lines] == [
        ("first", 60, 1, "80.00"),
        ("treatment", 30, 2, "82.10"),
        ("treatment", 45, 1, "60.00"),
    ]
    # 5 percent of 222.10 is 11.105, half of the smallest coin is paid off
    assert (str(found.discount), str(found.total), found.currency) == ("11.11", "210.99", "EUR")


@pytest.mark.parametrize(("smallest", "discount"), [("0.05", "11.10"), ("0.5", "11.0"), ("1", "11"), ("5", "10")])
def test_what_is_taken_off_can_be_paid_in_the_smallest_coin(smallest: str, discount: str) -> None:
    prices = msgspec.structs.replace(PRICES, smallest=Decimal(smallest))
    found = price_of(SESSIONS, prices, {"a": "first"}, "treatment")
    assert found is not None
    assert str(found.discount) == discount


def test_two_sessions_are_no_package() -> None:
    found = price_of(SESSIONS[1:3], PRICES, {}, "treatment")
    assert found is not None
    assert (found.discount, found.total) == (0, Decimal("82.10"))


@pytest.mark.parametrize("sessions", [[session(minutes=61)], [session(on=-1)]], ids=["too long", "before the list"])
def test_where_no_price_was_entered_none_is_shown(sessions: list[object]) -> None:
    assert price_of(sessions, PRICES, {}, "first") is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"currency": "euro"}, "prices.currency"),
        ({"rates": (Rate(kind="first", minutes=60, price=Decimal(-1)),)}, "prices"),
        ({"rates": (Rate(kind="first", minutes=60, price=Decimal("NaN")),)}, "prices"),
        ({"rates": PRICES.rates[:1] * 2}, "prices.rates"),
        ({"discounts": (Discount(sessions=1, percent=Decimal(101)),)}, "prices.discounts"),
        ({"smallest": Decimal(0)}, "prices.smallest"),
    ],
)
def test_a_list_that_means_nothing_is_refused(change: dict[str, object], place: str) -> None:
    with pytest.raises(FaultyBooking) as refused:
        price_of([], msgspec.structs.replace(PRICES, **change), {}, "first")
    assert [fault.place for fault in refused.value.faults] == [place]
