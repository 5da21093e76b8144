"""From which address a request comes, where servers of the clinic stand in front."""

from __future__ import annotations

from collections.abc import Callable, Collection
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Network = IPv4Network | IPv6Network


def sender(direct: str, told: str, trusted: Collection[Network]) -> str:
    """The address of whoever sent a request that came from `direct` with `told` in its X-Forwarded-For.

    Only what a trusted server says is believed: from the last entry backwards, up to the first address that is not one
    of them. What nobody trusted wrote down, or what is no address, counts for nothing.
    """
    found = direct
    for entry in reversed(told.split(",")):
        here, before = _address(found), _address(entry.strip())
        if here is None or before is None or not any(here in network for network in trusted):
            break
        found = str(before)
    return found


def _address(written: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(written)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class SenderMiddleware:
    """Whatever counts by address behind it, such as the lockout, sees the sender and not the server in front."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to the request as it was sent."""
        direct, told = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", "")
        request.META["REMOTE_ADDR"] = sender(direct, told, settings.PROXIES)
        return self.get_response(request)


def direct_address(request: HttpRequest) -> str:
    """The address as the middleware left it: what an installed library would read from headers is not believed."""
    return str(request.META.get("REMOTE_ADDR", ""))
