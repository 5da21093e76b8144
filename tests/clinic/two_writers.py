"""Run by a test as one of several processes: adds entries to the audit, on a database that they share."""

from __future__ import annotations

import sys

import django

django.setup()

from spinepath.clinic import audit  # noqa: E402
from spinepath.clinic.models import Clinic  # noqa: E402

if __name__ == "__main__":
    clinic = Clinic.objects.get()
    for number in range(int(sys.argv[1])):
        audit.note(clinic, f"writer {sys.argv[2]}", audit.READ, "record", detail=str(number))
