"""Addresses of this step. Those under `my/` are for people who came in by a link."""

from django.urls import path

from spinepath.clinic.follow import person_views, views

urlpatterns = [
    path("episodes/<slug:key>/follow/", views.follow, name="follow"),
    path("episodes/<slug:key>/measures/", views.measures, name="measures"),
    path("episodes/<slug:key>/follow/link/", views.link, name="follow_link"),
    path("episodes/<slug:key>/release/", views.release, name="release"),
    path("episodes/<slug:key>/discharge/", views.discharge, name="discharge"),
    path("episodes/<slug:key>/again/", views.again, name="begin_anew"),
    path("my/follow/", person_views.follow, name="my_follow"),
]
