"""`spinepath manage due`: make the tasks that time brings, for every clinic, and forget what has ended.

To be run once a night.
"""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from spinepath.clinic.advice import today_of
from spinepath.clinic.models import Clinic
from spinepath.clinic.oversight import erase
from spinepath.clinic.today.tasks import refresh


class Command(BaseCommand):
    """Reviews, follow-ups and consents that are due today become tasks; nothing is made twice."""

    help = "Make the tasks that time brings: reviews, follow-ups, measures and consents that are due."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """For each clinic by its own clock."""
        for clinic in Clinic.objects.all():
            day = today_of(clinic)
            made = refresh(clinic, day)
            Clinic.objects.filter(pk=clinic.pk).update(tasks_on=day)
            self.stdout.write(f"{made} new tasks for {day}")
        call_command("clearsessions")  # they hold what was searched for and examined last
        erase.forget_leftovers(timezone.now())
