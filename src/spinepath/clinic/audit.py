"""Who did what to whose record: every read and every write, chained so that a change of the past shows.

An entry names acts and keys, never what a record says.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC

from django.db import transaction
from django.utils import timezone

from spinepath.clinic import prepared
from spinepath.clinic.models import AuditEntry, AuditHead, Clinic, Episode, Person

READ, ADD, CHANGE, REFUSED, OUT = "read", "add", "change", "refused", "out"
"""The acts: what was refused is kept too, and what left the clinic (letters, exports)."""


def note(
    clinic: Clinic,
    actor: str,
    act: str,
    about: str,
    *,
    key: str = "",
    person: Person | None = None,
    episode: Episode | None = None,
    detail: str = "",
) -> None:
    """Add an entry. `about` is the kind of thing, `key` its key; the person is that of the episode when not given."""
    who = person or (episode.person if episode else None)
    with transaction.atomic():
        head = prepared.first(lambda clinic: AuditHead.objects.select_for_update().filter(clinic=clinic), clinic.pk)
        if head is None:
            head, _ = AuditHead.objects.get_or_create(clinic=clinic)
            head = AuditHead.objects.select_for_update().get(clinic=clinic)
        entry = AuditEntry(
            clinic=clinic,
            number=head.number + 1,
            at=timezone.now(),
            actor=actor,
            act=act,
            about=about,
            key=key or (episode.key if episode else ""),
            person=who.key if who else "",
            detail=detail[:300],
        )
        entry.digest = digest_of(entry, head.digest)
        entry.save(force_insert=True)
        head.number, head.digest = entry.number, entry.digest
        head.save(update_fields=["number", "digest"])


def digest_of(entry: AuditEntry, before: str) -> str:
    """The link of the chain: a hash of the entry and of the link before."""
    told = [
        before,
        entry.clinic_id,
        entry.number,
        entry.at.astimezone(UTC).isoformat(),
        entry.actor,
        entry.act,
        entry.about,
        entry.key,
        entry.person,
        entry.detail,
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def first_break(clinic: Clinic) -> int | None:
    """The number of the first entry that was changed, removed or put in; None when the chain is whole."""
    before, number = "", 0
    for entry in AuditEntry.objects.filter(clinic=clinic).order_by("number").iterator(chunk_size=2000):
        number += 1
        if entry.number != number or entry.digest != digest_of(entry, before):
            return number
        before = entry.digest
    head = AuditHead.objects.filter(clinic=clinic).first()
    last = (head.number, head.digest) if head else (0, "")
    return None if last == (number, before) else number + 1
