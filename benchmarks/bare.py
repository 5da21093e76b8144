"""The yardstick of `web.py`: what Django itself needs for a small page, on the same server and the same database.

Three questions to the database, twelve sessions of a therapist, a template that extends another, and the middleware
with which every Django project begins. Of the clinic it uses the tables alone.
"""

from __future__ import annotations

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from spinepath.clinic import settings as clinic

_FRAME = """<!doctype html>
<html lang="en"><head><title>{% block title %}{% endblock %}</title></head>
<body><header><a href="/">Home</a> {{ request.path }}</header><main>{% block main %}{% endblock %}</main></body></html>
"""
_PAGE = """{% extends "frame" %}{% block title %}{{ therapist.name }}{% endblock %}
{% block main %}<h1>{{ therapist.name }}</h1><p>{{ number }} sessions</p>
<table>{% for one in sessions %}<tr><td>{{ one.day|date:"j M Y" }}</td><td>{{ one.start|time:"H:i" }}</td>
<td>{{ one.episode.person.family_name }}</td><td>{{ one.get_status_display }}</td></tr>{% endfor %}</table>
{% endblock %}
"""


def page(request: HttpRequest, therapist: int) -> HttpResponse:
    """Twelve sessions of a therapist, and how many there are on the first of these days."""
    from django.shortcuts import render

    from spinepath.clinic.models import Member, Session

    found = Member.objects.get(pk=therapist)
    sessions = list(Session.objects.filter(therapist=found).select_related("episode__person").order_by("-day")[:12])
    number = Session.objects.filter(therapist=found, day=sessions[0].day if sessions else None).count()
    return render(request, "page", {"therapist": found, "sessions": sessions, "number": number})


urlpatterns = [path("alive", lambda _request: HttpResponse()), path("<int:therapist>/", page)]

_own = {name: getattr(clinic, name) for name in dir(clinic) if name.isupper()}
_own |= {
    "ROOT_URLCONF": __name__,
    "INSTALLED_APPS": [name for name in clinic.INSTALLED_APPS if name.startswith(("django.contrib.", "spinepath."))],
    "AUTHENTICATION_BACKENDS": ["django.contrib.auth.backends.ModelBackend"],
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.cached.Loader",
                        [("django.template.loaders.locmem.Loader", {"frame": _FRAME, "page": _PAGE})],
                    )
                ],
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ],
            },
        }
    ],
}
settings.configure(**_own)
application = get_wsgi_application()
