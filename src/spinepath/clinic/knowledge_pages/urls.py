"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.knowledge_pages import views

urlpatterns = [
    path("", views.knowledge, name="knowledge"),
    path("entry/<str:name>/", views.entry, name="entry"),
    path("versions/", views.versions, name="versions"),
    path("versions/<str:version>/", views.decisions, name="decisions"),
]
