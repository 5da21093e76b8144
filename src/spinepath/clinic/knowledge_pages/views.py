"""Pages of this step."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from spinepath.clinic.access import StaffRequest, staff


@staff("see_people")
def knowledge(request: StaffRequest) -> HttpResponse:
    """To be written."""
    return render(request, "clinic/to_come.html")
