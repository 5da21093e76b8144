"""`spinepath manage remind`: sends the reminders that are due. To be run every few minutes by the machine's clock."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from spinepath.clinic.book.reminders import NoMail, send_due


class Command(BaseCommand):
    """Send what is due; safe to run twice at the same time."""

    help = "Send the reminders that are due, by e-mail. Each is sent once."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        """Send, and say how many. Raises CommandError where no server takes mail."""
        try:
            sent, failed = send_due()
        except NoMail:
            text = "Nobody was reminded: no server takes mail. Name one in SPINEPATH_MAIL, or do not run this."
            raise CommandError(text) from None
        self.stdout.write(f"{sent} sent, {failed} not sent")
