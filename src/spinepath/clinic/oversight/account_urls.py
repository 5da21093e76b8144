"""Addresses of signing in. Nobody signs up and no account has a mail address: a lead or administrator adds members."""

from typing import NoReturn

from allauth.account import views
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import Http404, HttpRequest
from django.urls import include, path, reverse_lazy


def closed(request: HttpRequest) -> NoReturn:  # noqa: ARG001
    """An address that the sign-in library wants to have a name, and that opens nothing."""
    raise Http404


first_password = PasswordResetConfirmView.as_view(
    template_name="account/first_password.html", success_url=reverse_lazy("account_login")
)

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/first/<uidb64>/<token>/", first_password, name="first_password"),
    path("signup/", closed, name="account_signup"),
    path("email/", closed, name="account_email"),
    path("mfa/", include("allauth.mfa.urls")),
]
