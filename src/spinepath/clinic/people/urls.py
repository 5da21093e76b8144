"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.people import views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("episodes/<slug:key>/", views.episode, name="episode"),
]
