"""Addresses of people, and of the chart of an episode."""

from django.urls import path

from spinepath.clinic.people import chart_pages, views

urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/new/", views.register, name="register"),
    path("people/<slug:key>/", views.person, name="person"),
    path("people/<slug:key>/edit/", views.edit, name="edit_person"),
    path("people/<slug:key>/episodes/", views.start_episode, name="start_episode"),
    path("people/<slug:key>/merge/", views.choose_merge, name="choose_merge"),
    path("people/<slug:key>/merge/<slug:other>/", views.merge_with, name="merge_with"),
    path("people/<slug:key>/unmerge/", views.unmerge, name="unmerge"),
    path("episodes/<slug:key>/", chart_pages.episode, name="episode"),
    path("episodes/<slug:key>/findings/<int:number>/", chart_pages.correct_finding, name="correct_finding"),
    path("episodes/<slug:key>/findings/<slug:group>/", chart_pages.more_findings, name="more_findings"),
    path("episodes/<slug:key>/audit/", chart_pages.record_audit, name="record_audit"),
    path("assessments/<slug:key>/", chart_pages.assessment, name="assessment"),
]
