"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.book import views

urlpatterns = [
    path("episodes/<slug:key>/book/", views.book, name="book"),
    path("calendar/", views.calendar, name="calendar"),
]
