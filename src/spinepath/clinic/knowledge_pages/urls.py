"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.knowledge_pages import views

urlpatterns = [
    path("", views.knowledge, name="knowledge"),
]
