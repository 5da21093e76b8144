"""Files of an episode: taken in only as what their bytes say they are, kept privately, and never opened as a picture.

A file gets a random name; the name it came with is not kept. The header of a scan is read, its image is not.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import warnings
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import filetype
import pydicom
import pydicom.uid
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import audit
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Document, Episode, Member, Person, Task
from spinepath.clinic.models.people import searchable

KINDS = {
    "application/pdf": ("pdf", "PDF"),
    "image/jpeg": ("jpg", "JPEG"),
    "image/png": ("png", "PNG"),
    "application/dicom": ("dcm", "DICOM"),
}
"""What can be kept, with the ending and the name of each kind."""

_TAGS = {
    "modality": "Modality",
    "date": "StudyDate",
    "body_part": "BodyPartExamined",
    "study": "StudyDescription",
    "series": "SeriesDescription",
    "name": "PatientName",
    "born": "PatientBirthDate",
}
_LONGEST = 200
_INFLATES = str(pydicom.uid.DeflatedExplicitVRLittleEndian).encode()

# pydicom tells of odd values by quoting them, and a log holds nothing about people
logging.getLogger("pydicom").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", module="pydicom")


class Refused(Exception):
    """The file was not kept; the message says why and what to do."""


def keep(episode: Episode, member: Member, title: str, file: UploadedFile[bytes]) -> Document:
    """Keep a file, and make a task for the therapist to read it. Raises Refused; nothing is kept then."""
    kind = kind_of(file)
    header = header_of(file, episode.person) if kind == "application/dicom" else {}
    digest = _digest(file)
    with transaction.atomic():
        lock_episodes(episode.pk)
        if Document.objects.filter(episode=episode, sha256=digest, withdrawn_at=None).exists():
            raise Refused(_("This file is here already."))
        document = Document(
            episode=episode,
            title=title,
            kind=kind,
            size=file.size or 0,
            sha256=digest,
            header=header,
            member=member,
        )
        file.seek(0)
        document.file.save(f"{secrets.token_hex(16)}.{KINDS[kind][0]}", file, save=False)
        try:
            document.save()
            _make_task(document)
            audit.note(episode.clinic, member.name, audit.ADD, "document", key=document.key, episode=episode)
        except BaseException:
            document.file.delete(save=False)  # no file without its row
            raise
    return document


def kind_of(file: UploadedFile[bytes]) -> str:
    """What the bytes say the file is. Raises Refused for what cannot be kept."""
    most = settings.DOCUMENT_MOST_BYTES
    if not file.size:
        raise Refused(_("The file is empty. Choose another one."))
    if file.size > most:
        raise Refused(too_large())
    file.seek(0)
    kind = str(filetype.guess_mime(file.read(4096)) or "")
    if kind not in KINDS:
        raise Refused(_("This is no PDF, JPEG, PNG or DICOM file. Save it as one of these, and choose it again."))
    return kind


def too_large() -> str:
    """What is said of a file that is too large."""
    most = settings.DOCUMENT_MOST_BYTES // 1024 // 1024
    return _("The file is larger than %(most)d MB. Choose a smaller one.") % {"most": most}


def _digest(file: UploadedFile[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    return digest.hexdigest()


# the header of a scan


def header_of(file: UploadedFile[bytes], person: Person) -> dict[str, Any]:
    """What the header of a DICOM file says, and whether it is about this person. Raises Refused when it has none."""
    file.seek(0)
    if any(_INFLATES in piece for piece in _overlapping(file)):
        # the whole of it would be inflated before anything is read, and some kilobytes can hold a hundred gigabytes
        raise Refused(_("This DICOM file is packed as a whole. Export it again without that, and choose it."))
    file.seek(0)
    try:
        found = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=list(_TAGS.values()))
        said = {key: _text(found.get(tag)) for key, tag in _TAGS.items()}
    except Exception:  # bytes from anywhere can make a parser fail in any way
        said = {}
    if not said.get("modality"):  # every scan says how it was made; without it the file is cut off or none
        raise Refused(_("The header of this DICOM file cannot be read. Export it again, and choose it."))
    return {
        **{key: value for key, value in said.items() if value},
        "name": " ".join(said["name"].replace("^", " ").split()),
        "date": _day(said["date"]),
        "born": _day(said["born"]),
        "differs": [key for key, differs in _compared(said, person) if differs],
    }


def _overlapping(file: UploadedFile[bytes]) -> Iterator[bytes]:
    """The file in pieces, each with the end of the one before."""
    before = b""
    for piece in file.chunks():
        yield before + piece
        before = piece[-len(_INFLATES) :]


def _text(value: object) -> str:
    plain = "".join(letter for letter in str(value if value is not None else "") if letter.isprintable())
    return " ".join(plain.split())[:_LONGEST]


def _day(written: str) -> str:
    try:
        return datetime.strptime(written[:8], "%Y%m%d").date().isoformat()
    except ValueError:
        return ""


def _compared(said: dict[str, str], person: Person) -> list[tuple[str, bool]]:
    """Whose name and day of birth the header has; what it does not say does not differ."""
    name = set(searchable(said["name"].replace("^", " ").replace("=", " ")).split())
    own = set(searchable(f"{person.family_name} {person.given_name}").split())
    born = _day(said["born"])
    return [
        ("name", bool(name) and not (own <= name or name <= own)),
        ("born", bool(born) and born != person.birth_date.isoformat()),
    ]


# reading and withdrawing


@transaction.atomic
def settle(document: Document, member: Member) -> bool:
    """The member has read it; the task is done. Tells whether there was one."""
    now = timezone.now()
    tasks = Task.objects.filter(episode=document.episode, kind=Task.Kind.DOCUMENT, about=document.key, settled_at=None)
    settled = bool(tasks.update(settled_at=now, settled_by=member))
    if settled:
        about = {"key": document.key, "episode": document.episode, "detail": "read by a clinician"}
        audit.note(document.episode.clinic, member.name, audit.CHANGE, "document", **about)  # type: ignore[arg-type]
    return settled


@transaction.atomic
def withdraw(document: Document, member: Member, reason: str) -> bool:
    """Take a file out of use, with the reason; it stays in the record. Tells whether it was in use."""
    now = timezone.now()
    rows = Document.objects.filter(pk=document.pk, withdrawn_at=None)
    if not rows.update(withdrawn_at=now, withdrawn_because=reason[:300]):
        return False
    Task.objects.filter(episode=document.episode, kind=Task.Kind.DOCUMENT, about=document.key, settled_at=None).update(
        settled_at=now, settled_by=member
    )
    about = {"key": document.key, "episode": document.episode, "detail": "withdrawn"}
    audit.note(document.episode.clinic, member.name, audit.CHANGE, "document", **about)  # type: ignore[arg-type]
    return True


def _make_task(document: Document) -> None:
    Task.objects.get_or_create(
        episode=document.episode,
        kind=Task.Kind.DOCUMENT,
        about=document.key,
        settled_at=None,
        defaults={
            "clinic": document.episode.clinic,
            "says": _("A document waits to be read."),
            "due": timezone.localdate(),
        },
    )
