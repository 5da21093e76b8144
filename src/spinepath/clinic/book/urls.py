"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.book import absence_views, calendar_views, feeds, session_views, views

urlpatterns = [
    path("episodes/<slug:key>/book/", views.book, name="book"),
    path("episodes/<slug:key>/book/sessions.ics", feeds.of_person, name="book_ics"),
    path("sessions/<slug:key>/booking/", session_views.session, name="session_booking"),
    path("sessions/<slug:key>/move/", session_views.move, name="session_move"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/sessions/", calendar_views.events, name="calendar_events"),
    path("calendar/day/", calendar_views.day, name="calendar_day"),
    path("calendar/absence/", absence_views.absence, name="absence"),
    path("calendar/reminders/", calendar_views.reminders, name="reminders"),
    path("calendar/own/", feeds.own, name="calendar_own"),
    path("calendar/of/<str:secret>.ics", feeds.of_member, name="calendar_feed"),
]
