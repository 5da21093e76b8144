"""Every address of the clinic. A key in an address names a thing and says nothing about it."""

from django.http import HttpResponse
from django.urls import include, path

from spinepath.clinic import frame, languages

urlpatterns = [
    path("", frame.home, name="home"),
    path("alive", lambda _request: HttpResponse("alive", content_type="text/plain")),
    path("account/", include("spinepath.clinic.oversight.account_urls")),
    path("language/", languages.choose, name="set_language"),
    path("", include("spinepath.clinic.today.urls")),
    path("", include("spinepath.clinic.people.urls")),
    path("", include("spinepath.clinic.ask.urls")),
    path("", include("spinepath.clinic.examine.urls")),
    path("", include("spinepath.clinic.plan.urls")),
    path("", include("spinepath.clinic.book.urls")),
    path("", include("spinepath.clinic.treat.urls")),
    path("", include("spinepath.clinic.follow.urls")),
    path("knowledge/", include("spinepath.clinic.knowledge_pages.urls")),
    path("", include("spinepath.clinic.oversight.urls")),
]
