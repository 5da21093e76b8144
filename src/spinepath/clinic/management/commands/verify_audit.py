"""`spinepath manage verify_audit`: is the audit of every clinic whole?"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from spinepath.clinic import audit
from spinepath.clinic.models import AuditHead


class Command(BaseCommand):
    """Goes through the chain of each clinic; ends with an error when one is broken, so that a nightly job notices."""

    help = "Goes through the chain of audit entries of each clinic and says where it breaks."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say for each clinic how many entries are whole, or where the chain breaks."""
        broken = False
        for head in AuditHead.objects.select_related("clinic").order_by("pk"):
            number = audit.first_break(head.clinic)
            broken = broken or number is not None
            told = f"{head.number} entries, whole" if number is None else f"breaks at entry {number}"
            self.stdout.write(f"clinic {head.pk}: {told}")
        if broken:
            raise CommandError("An audit was changed after the fact. Keep all backups and find out who had access.")
