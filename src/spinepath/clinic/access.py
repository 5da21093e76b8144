"""Who may do what, and where: roles, what each may do, and the clinic to which every read is bound."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from spinepath.clinic import once, prepared
from spinepath.clinic.models import Clinic, Episode, Member

Act = Literal[
    "see_people",  # names, birth dates, phone numbers, bookings
    "see_record",  # everything clinical
    "add_findings",
    "plan",
    "book",
    "treat",
    "release",  # a hold or a gate, by name
    "manage",  # the clinic: hours, rooms, members, prices, policies
    "audit",
    "export",
    "erase",
]

_THERAPIST: frozenset[Act] = frozenset(
    {"see_people", "see_record", "add_findings", "plan", "book", "treat", "release", "export"}
)
ACTS_OF: dict[str, frozenset[Act]] = {
    Member.Role.DESK: frozenset({"see_people", "book"}),
    Member.Role.THERAPIST: _THERAPIST,
    Member.Role.LEAD: _THERAPIST | {"manage", "erase"},
    Member.Role.ADMINISTRATOR: frozenset({"see_people", "manage", "export", "erase"}),
    Member.Role.AUDITOR: frozenset({"audit"}),
}
"""What each role may do. The desk books without reading what is clinical; the auditor reads who did what."""


class StaffRequest(HttpRequest):
    """A request of a member who is signed in."""

    member: Member
    clinic: Clinic


P = ParamSpec("P")
M = TypeVar("M", bound=Model)
Page = Callable[Concatenate[StaffRequest, P], HttpResponse]


def may(member: Member | None, act: Act) -> bool:
    """May the member do this?"""
    return member is not None and act in ACTS_OF[member.role]


def staff(*acts: Act) -> Callable[[Page[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """A page for members who may do all of `acts`. Others are sent to sign in, or refused."""

    def bound(page: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(page)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            member: Member | None = getattr(request, "member", None)
            if member is None:
                if request.user.is_authenticated:
                    raise PermissionDenied
                return _of_whole_page(request, redirect_to_login(_address(request)))
            if not all(may(member, act) for act in acts):
                raise PermissionDenied
            response = _of_whole_page(request, page(request, *args, **kwargs))  # type: ignore[arg-type]
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return guarded

    return bound


def _is_part(request: HttpRequest) -> bool:
    """Is it asked for by a page, to stand in a part of it?"""
    return request.method == "GET" and request.headers.get("HX-Request") == "true"


def _address(request: HttpRequest) -> str:
    """The page that the reader sees in the address line, to come back to."""
    seen = getattr(request, "htmx", None)
    return (_is_part(request) and seen and seen.current_url_abs_path) or request.get_full_path()


def _of_whole_page(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Where a part of a page is asked for and the answer leads elsewhere, the whole page goes there."""
    if _is_part(request) and answer.status_code == 302:
        return HttpResponseClientRedirect(answer.headers["Location"])
    return answer


def within(request: StaffRequest, rows: QuerySet[M]) -> QuerySet[M]:
    """The rows of the member's own clinic."""
    return rows.filter(clinic=request.clinic)


def episode_of(request: StaffRequest, key: str) -> Episode:
    """The episode with this key in the member's clinic; 404 for any other, whether it exists or not."""
    return prepared.one_or_404(
        lambda clinic, key: Episode.objects.filter(clinic=clinic, key=key).select_related(
            "person", "therapist", "clinic"
        ),
        request.clinic.pk,
        key,
    )


class MemberMiddleware:
    """Binds each request to a member, the clinic and its clock, and keeps an active session alive."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to the request, made on the clock of the member's clinic."""
        member = _member_of(request)
        request.member = member  # type: ignore[attr-defined]
        request.clinic = member.clinic if member else None  # type: ignore[attr-defined]
        with once.for_reading(request):
            if member:
                _keep_alive(request)
                with timezone.override(zoneinfo.ZoneInfo(member.clinic.zone)):
                    return self.get_response(request)
            return self.get_response(request)


def _member_of(request: HttpRequest) -> Member | None:
    member: Member | None = getattr(request.user, "member", None)
    return member if member and member.is_active else None


class MemberBackend(ModelBackend):
    """Names and passwords; who signed in is read together with their place in the clinic: every page needs both."""

    def get_user(self, user_id: int) -> User | None:
        """The user with this row; None for one who may not sign in any more."""
        user = prepared.first(lambda pk: User.objects.filter(pk=pk).select_related("member__clinic"), int(user_id))
        return user if self.user_can_authenticate(user) else None


def _keep_alive(request: HttpRequest) -> None:
    """Once a minute, so that pages do not write to the database all the time."""
    minute = int(timezone.now().timestamp() // 60)
    if request.session.get("minute") != minute:
        request.session["minute"] = minute


class ClosedDoor(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves: a lead or an administrator adds members."""

    def is_open_for_signup(self, request: Any) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def pre_authenticate(self, request: Any, **_credentials: Any) -> None:
        """Wrong passwords count for the address here. For one name axes counts, so that nobody can lock others out.

        Codes have a count of their own, for each account: see ACCOUNT_RATE_LIMITS.
        """
        self._login_failed_rl_usage = ratelimit.consume(request, app="allauth.account", action="password_failed")
        if not self._login_failed_rl_usage:
            raise self.validation_error("too_many_login_attempts")
