"""Addresses of this step."""

from django.urls import path

from spinepath.clinic.examine import file_views, views

urlpatterns = [
    path("episodes/<slug:key>/examine/", views.examine, name="examine"),
    path("episodes/<slug:key>/examine/drawing", views.drawing, name="examine_drawing"),
    path("episodes/<slug:key>/examine/sheets/<slug:name>/", views.sheet, name="examine_sheet"),
    path("episodes/<slug:key>/examine/files/", file_views.files, name="documents"),
    path("episodes/<slug:key>/examine/files/<slug:file>/", file_views.file, name="document"),
    path("episodes/<slug:key>/examine/files/<slug:file>/content", file_views.content, name="document_content"),
]
