"""Addresses of the day."""

from django.urls import path

from spinepath.clinic.today import views

urlpatterns = [
    path("today/", views.today, name="today"),
    path("sessions/<slug:key>/mark/", views.mark_session, name="mark_session"),
    path("tasks/<slug:key>/settle/", views.settle_task, name="settle_task"),
]
