"""Pages of this step."""

from __future__ import annotations

from django.http import HttpResponse

from spinepath.clinic.access import StaffRequest, episode_of, staff
from spinepath.clinic.pages import episode_page


@staff("see_record")
def plan(request: StaffRequest, key: str) -> HttpResponse:
    """To be written."""
    return episode_page(request, episode_of(request, key), "clinic/to_come.html", "plan", {})
