"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.ask import views

urlpatterns = [
    path("episodes/<slug:key>/ask/", views.ask, name="ask"),
]
