"""Addresses of this step. Those under `my/` are for people who came in by a link; they hold no key and no answer."""

from django.urls import path, re_path

from spinepath.clinic.ask import link_views, person_views, views

urlpatterns = [
    path("episodes/<slug:key>/ask/", views.ask, name="ask"),
    path("episodes/<slug:key>/ask/page/<slug:place>/", views.page, name="ask_page"),
    path("episodes/<slug:key>/ask/answers/", views.answers, name="ask_answers"),
    path("episodes/<slug:key>/ask/drawing/", views.drawing, name="ask_drawing"),
    path("episodes/<slug:key>/links/", link_views.links, name="links"),
    path("episodes/<slug:key>/links/revoke/", link_views.revoke, name="revoke_link"),
    path("episodes/<slug:key>/links/here/", link_views.open_here, name="open_here"),
    re_path(r"^i/(?P<secret>[^/]+)/?$", person_views.enter, name="enter"),
    path("my/closed/", person_views.closed, name="my_closed"),
    path("my/left/", person_views.leave, name="my_left"),
    path("my/ask/", person_views.start, name="my_ask"),
    path("my/ask/next/", person_views.go_on, name="my_next"),
    path("my/ask/urgent/", person_views.urgent, name="my_urgent"),
    path("my/ask/drawing/", person_views.drawing, name="my_drawing"),
    path("my/ask/check/", person_views.check, name="my_check"),
    path("my/ask/end/", person_views.end, name="my_end"),
    path("my/ask/<int:number>/", person_views.page, name="my_page"),
]
