"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.plan import views

urlpatterns = [
    path("episodes/<slug:key>/plan/", views.plan, name="plan"),
]
