"""Addresses of oversight."""

from django.urls import path

from spinepath.clinic.oversight import audit_pages, manage, person_pages

urlpatterns = [
    path("manage/", manage.manage, name="manage"),
    path("manage/about/", manage.about, name="about"),
    path("manage/hours/", manage.hours, name="hours"),
    path("manage/rooms/", manage.rooms, name="rooms"),
    path("manage/rooms/<int:pk>/", manage.room, name="room"),
    path("manage/members/", manage.members_page, name="members"),
    path("manage/members/<int:pk>/", manage.member, name="member"),
    path("manage/members/<int:pk>/door/", manage.door, name="door"),
    path("manage/prices/", manage.prices, name="prices"),
    path("manage/says/", manage.says, name="says"),
    path("manage/remove/<slug:what>/<int:pk>/", manage.remove, name="remove"),
    path("audit/", audit_pages.audit, name="audit"),
    path("audit/whole/", audit_pages.whole, name="audit_whole"),
    path("people/<slug:key>/readers/", audit_pages.readers, name="readers"),
    path("people/<slug:key>/export/", person_pages.export, name="export_person"),
    path("people/<slug:key>/erase/", person_pages.erase, name="erase_person"),
    path("erased/<slug:key>/", person_pages.erased, name="erased"),
]
