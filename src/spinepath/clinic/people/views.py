"""Pages of this step."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from spinepath.clinic.access import StaffRequest, episode_of, staff
from spinepath.clinic.pages import episode_page


@staff("see_people")
def people(request: StaffRequest) -> HttpResponse:
    """To be written."""
    return render(request, "clinic/to_come.html")


@staff("see_record")
def episode(request: StaffRequest, key: str) -> HttpResponse:
    """To be written."""
    return episode_page(request, episode_of(request, key), "clinic/to_come.html", "episode", {})
