"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.today import views

urlpatterns = [
    path("today/", views.today, name="today"),
]
