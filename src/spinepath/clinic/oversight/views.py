"""Pages of this step."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from spinepath.clinic.access import StaffRequest, staff


@staff("manage")
def manage(request: StaffRequest) -> HttpResponse:
    """To be written."""
    return render(request, "clinic/to_come.html")


@staff("audit")
def audit(request: StaffRequest) -> HttpResponse:
    """To be written."""
    return render(request, "clinic/to_come.html")
