"""Whoever signs in is counted by the own address, and nobody pretends to have another one."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from spinepath.clinic import place
from spinepath.clinic.demo import PASSWORD
from spinepath.clinic.models import Clinic
from spinepath.clinic.proxies import sender

FRONT = (ip_network("127.0.0.1"), ip_network("10.0.0.0/24"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("direct", "told", "found"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # the first is what the sender says of itself
        ("127.0.0.1", "203.0.113.7, 10.0.0.5", "203.0.113.7"),  # two servers in front
        ("10.0.1.5", "203.0.113.7", "10.0.1.5"),  # not one of them
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7, <script>", "127.0.0.1"),
        ("127.0.0.1", "10.0.0.5, 10.0.0.6", "10.0.0.5"),
        ("::ffff:127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("fd00::1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("", "203.0.113.7", ""),
    ],
)
def test_only_servers_in_front_are_believed(direct: str, told: str, found: str) -> None:
    assert sender(direct, told, FRONT) == found


@given(st.ip_addresses().map(str), st.text(max_size=80))
def test_nobody_else_is_believed_whatever_they_say(direct: str, told: str) -> None:
    assert sender(direct, told, ()) == direct


@given(st.text(max_size=200))
def test_any_header_gives_an_address(told: str) -> None:
    assert sender("127.0.0.1", told, FRONT)


def test_without_the_setting_nobody_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPINEPATH_PROXIES", raising=False)
    assert place.proxies() == ()
    monkeypatch.setenv("SPINEPATH_PROXIES", " 127.0.0.1, 10.0.0.0/24 ,")
    assert place.proxies() == FRONT[:2]
    monkeypatch.setenv("SPINEPATH_PROXIES", "caddy")
    with pytest.raises(ValueError, match=r"SPINEPATH_PROXIES: .*caddy.*Write addresses or networks"):
        place.proxies()


def tries(settings: Any, trusted: bool, senders: list[str]) -> int:
    """What the last of those who try the same name gets; all but the last with a wrong password."""
    settings.PROXIES = FRONT if trusted else ()
    status = 0
    for number, address in enumerate(senders, start=1):
        word = PASSWORD if number == len(senders) else "wrong"
        client = Client(headers={"x-forwarded-for": address})
        status = client.post(reverse("account_login"), {"login": "ben", "password": word}).status_code
    return status


def test_behind_a_server_the_lockout_counts_each_sender(clinic: Clinic, settings: Any) -> None:
    others = ["203.0.113.7"] * 7
    assert tries(settings, True, [*others, "198.51.100.1"]) == 302
    assert tries(settings, True, ["203.0.113.7"]) == 429


def test_who_makes_headers_up_is_locked_out_all_the_same(clinic: Clinic, settings: Any) -> None:
    assert tries(settings, False, [f"203.0.113.{number}" for number in range(8)]) == 429
