"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.oversight import views

urlpatterns = [
    path("manage/", views.manage, name="manage"),
    path("audit/", views.audit, name="audit"),
]
