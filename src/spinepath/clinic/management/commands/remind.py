"""`spinepath manage remind`: sends the reminders that are due. To be run every few minutes by the machine's clock."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from spinepath.clinic.book.reminders import send_due


class Command(BaseCommand):
    """Send what is due; safe to run twice at the same time."""

    help = "Send the reminders that are due, by e-mail. Each is sent once."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Send, and say how many."""
        sent, failed = send_due()
        self.stdout.write(f"{sent} sent, {failed} not sent")
