"""Pages about all that is kept of one person: taking it out, and erasing it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from spinepath.clinic.access import StaffRequest, staff


@staff("export")
def export(request: StaffRequest, key: str) -> HttpResponse:
    return render(request, "clinic/to_come.html")


@staff("erase")
def erase(request: StaffRequest, key: str) -> HttpResponse:
    return render(request, "clinic/to_come.html")


@staff("erase")
def erased(request: StaffRequest, key: str) -> HttpResponse:
    return render(request, "clinic/to_come.html")
