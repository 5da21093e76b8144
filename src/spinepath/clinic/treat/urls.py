"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.treat import views

urlpatterns = [
    path("episodes/<slug:key>/treat/", views.treat, name="treat"),
]
