"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.examine import views

urlpatterns = [
    path("episodes/<slug:key>/examine/", views.examine, name="examine"),
]
