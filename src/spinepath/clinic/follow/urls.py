"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.follow import views

urlpatterns = [
    path("episodes/<slug:key>/follow/", views.follow, name="follow"),
]
