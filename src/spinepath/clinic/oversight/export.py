"""All that is kept of one person, to be taken out: a zip with the record as JSON and PDF, documents and letters.

The shape of `record.json` is described in docs/running.md; `version` grows when it changes.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import BinaryField, Field, FileField, ForeignKey, Model
from django.utils import timezone

from spinepath.clinic import advice, audit
from spinepath.clinic.models import AuditEntry, Document, KeptAssessment, Letter, Member, Person, PersonWord
from spinepath.clinic.oversight.kept import Kept, kept_of, rows

FORMAT, VERSION = "spinepath record of a person", 1

_WORKED_OUT = {PersonWord}
"""Tables that only repeat what another one says."""


@transaction.atomic
def export(person: Person, member: Member) -> bytes:
    """The zip, noted in the audit as something that left the clinic."""
    found = kept_of(person)
    now = timezone.localtime()
    audit.note(member.clinic, member.name, audit.OUT, "whole record", key=person.key, person=person)
    told = as_data(person, found, now)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("record.json", json.dumps(told, ensure_ascii=False, indent=2, default=str))
        file.writestr("record.pdf", _pdf(person, found, member, now))
        for path, data in files(found):
            file.writestr(path, data)
    return content.getvalue()


def as_data(person: Person, found: Kept, now: datetime) -> dict[str, Any]:
    """The record as plain data."""
    names = dict(Member.objects.filter(clinic=person.clinic_id).values_list("pk", "name"))
    tables = {
        model._meta.model_name: [_row(row, names) for row in rows(found, model)]
        for model in found
        if model not in _WORKED_OUT
    }
    entries = AuditEntry.objects.filter(clinic=person.clinic_id, person=person.key).order_by("number")
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": now.isoformat(),
        "clinic": person.clinic.name,
        "knowledge": advice.knowledge().version,
        "person": person.key,
        "tables": tables,
        "audit": [
            {"number": one.number, "at": one.at.isoformat(), "actor": one.actor, "act": one.act, "about": one.about}
            for one in entries.iterator()
        ],
    }


def _row(row: Model, names: dict[int, str]) -> dict[str, Any]:
    return {field.name: _told(field, row, names) for field in row._meta.concrete_fields if "hash" not in field.name}


def _told(field: Field[Any, Any], row: Model, names: dict[int, str]) -> Any:
    value = field.value_from_object(row)
    if isinstance(field, ForeignKey) and field.related_model is Member:
        return names.get(value, value)
    if isinstance(field, FileField):
        return _path_of(row)
    if isinstance(field, BinaryField):
        return _binary(row, bytes(value))
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def _binary(row: Model, content: bytes) -> Any:
    if isinstance(row, Letter):
        return _path_of(row)
    if isinstance(row, KeptAssessment):
        return json.loads(content)
    return base64.b64encode(content).decode()


def _path_of(row: Model) -> str:
    if isinstance(row, Letter):
        return f"letters/{row.key}.pdf"
    return f"documents/{row.key}" if isinstance(row, Document) else ""


def files(found: Kept) -> Iterator[tuple[str, bytes]]:
    """The documents and letters, each with its path in the zip. A file that is gone is left out."""
    for row in rows(found, Document):
        if row.file.name and row.file.storage.exists(row.file.name):
            with row.file.open("rb") as file:
                yield _path_of(row), file.read()
    for letter in rows(found, Letter):
        yield _path_of(letter), bytes(letter.pdf)


def _pdf(person: Person, found: Kept, member: Member, now: datetime) -> bytes:
    from spinepath.clinic.oversight.export_paper import paper_of
    from spinepath.clinic.plan.letters.paper import to_pdf

    return to_pdf(paper_of(person, found, member, now), now)
