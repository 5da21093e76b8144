"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.treat import views

urlpatterns = [
    path("episodes/<slug:key>/treat/", views.treat, name="treat"),
    path("episodes/<slug:key>/events/", views.event, name="episode_event"),
    path("sessions/<slug:key>/", views.session, name="session"),
    path("sessions/<slug:key>/ask/", views.ask_again, name="session_ask"),
    path("sessions/<slug:key>/begin/", views.begin, name="session_begin"),
    path("sessions/<slug:key>/draft/", views.draft, name="session_draft"),
    path("sessions/<slug:key>/signs/", views.signs, name="session_signs"),
    path("sessions/<slug:key>/event/", views.session_event, name="session_event"),
    path("sessions/<slug:key>/add/", views.add, name="session_add"),
    path("events/<slug:key>/asked/", views.event_asked, name="event_asked"),
]
