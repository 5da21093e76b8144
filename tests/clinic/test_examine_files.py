"""Files: only what the bytes say, kept privately, served to few, and never run."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zlib
from pathlib import Path

import pydicom
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from spinepath.clinic.demo import make_clinic
from spinepath.clinic.models import AuditEntry, Document, Episode, Task
from tests.clinic.conftest import signed_in
from tests.clinic.people import queries_of

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def png() -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


def dicom(name: str = "Marsh^Helen", born: str = "19820514") -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    found = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found.PatientName, found.PatientBirthDate = name, born
    found.Modality, found.StudyDate, found.BodyPartExamined = "MR", "20261102", "LSPINE"
    found.StudyDescription = "Lumbar spine"
    content = io.BytesIO()
    pydicom.dcmwrite(content, found, enforce_file_format=True)
    return content.getvalue()


@pytest.fixture(autouse=True)
def private_folder(tmp_path: Path, settings: object) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    return tmp_path / "files"


def send(client: Client, episode: Episode, content: bytes, name: str = "x.pdf", title: str = "Report") -> object:
    file = SimpleUploadedFile(name, content, content_type="text/html")
    return client.post(reverse("documents", args=[episode.key]), {"title": title, "file": file})


def test_a_file_is_kept_under_a_random_name_and_waits_to_be_read(
    episode: Episode, as_therapist: Client, private_folder: Path
) -> None:
    answer = send(as_therapist, episode, PDF, name="../../Helen Marsh.html")
    kept = Document.objects.get()
    assert answer.status_code == 302
    assert kept.kind == "application/pdf"
    assert "Marsh" not in kept.file.name
    path = Path(kept.file.path)
    assert private_folder in path.parents
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Task.objects.get(kind=Task.Kind.DOCUMENT, settled_at=None).about == kept.key
    page = reverse("document", args=[episode.key, kept.key])
    as_therapist.post(page, {"act": "read"})
    as_therapist.post(page, {"act": "read"})
    assert Task.objects.get(kind=Task.Kind.DOCUMENT).settled_by is not None


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "application/pdf"), (png(), "image/png"), (dicom(), "application/dicom")]
)
def test_it_is_served_as_what_it_is_and_nothing_in_it_runs(
    episode: Episode, as_therapist: Client, content: bytes, kind: str
) -> None:
    send(as_therapist, episode, content, name="page.html")
    kept = Document.objects.get()
    answer = as_therapist.get(reverse("document_content", args=[episode.key, kept.key]))
    assert b"".join(answer.streaming_content) == content  # type: ignore[attr-defined]
    assert answer["Content-Type"] == kind
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert ("attachment" in answer["Content-Disposition"]) is (kind != "image/png")
    assert AuditEntry.objects.filter(act="read", about="document", key=kept.key).exists()
    assert as_therapist.get(reverse("document", args=[episode.key, kept.key])).status_code == 200


def test_the_header_of_a_scan_is_read(episode: Episode, as_therapist: Client) -> None:
    send(as_therapist, episode, dicom())
    header = Document.objects.get().header
    assert (header["modality"], header["date"], header["body_part"]) == ("MR", "2026-11-02", "LSPINE")
    assert header["differs"] == []


@pytest.mark.parametrize(
    ("name", "born", "differs"),
    [
        ("Smith^John", "19820514", ["name"]),
        ("MARSH^HELEN^ANN", "19820515", ["born"]),
        ("", "", []),
        ("Helen Marsh", "nonsense", []),
    ],
)
def test_a_scan_of_somebody_else_is_noticed(
    episode: Episode, as_therapist: Client, name: str, born: str, differs: list[str]
) -> None:
    send(as_therapist, episode, dicom(name, born))
    kept = Document.objects.get()
    assert kept.header["differs"] == differs
    page = as_therapist.get(reverse("document", args=[episode.key, kept.key])).content.decode()
    assert ("belong to somebody else" in page) is bool(differs)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"MZ" + b"\0" * 200,
        b"\0" * 128 + b"DICM" + b"\xff" * 40,
        b"\0" * 128 + b"DICM",
        dicom()[:200],
        b"GIF89a" + b"\0" * 50,
        b"PK\x03\x04" + b"\0" * 50,
    ],
)
def test_what_is_no_such_file_is_refused_clearly(episode: Episode, as_therapist: Client, content: bytes) -> None:
    answer = send(as_therapist, episode, content, title="My report")
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in said
    assert 'value="My report"' in said
    assert not Document.objects.exists()
    assert not Task.objects.exists()


def test_what_is_too_large_is_refused(episode: Episode, as_therapist: Client, settings: object) -> None:
    settings.DOCUMENT_MOST_BYTES = 200_000  # type: ignore[attr-defined]
    answer = send(as_therapist, episode, PDF + b"\0" * 300_000)
    assert answer.status_code == 422
    assert "larger than" in answer.content.decode()
    assert not Document.objects.exists()


@pytest.mark.parametrize("title", ["", "   ", "x" * 300, "\x00"])
def test_a_title_is_needed(episode: Episode, as_therapist: Client, title: str) -> None:
    assert send(as_therapist, episode, PDF, title=title).status_code == 422
    assert not Document.objects.exists()


@pytest.mark.parametrize("title", ["🦴 snímek", "تقرير", "<b>report</b>"])
def test_a_title_in_any_script_is_shown_as_written(episode: Episode, as_therapist: Client, title: str) -> None:
    assert send(as_therapist, episode, PDF, title=title).status_code == 302
    assert "<b>report" not in as_therapist.get(reverse("documents", args=[episode.key])).content.decode()


def test_a_form_without_a_file_comes_back(episode: Episode, as_therapist: Client) -> None:
    page = reverse("documents", args=[episode.key])
    assert as_therapist.post(page, {"title": "x", "file": "no file"}).status_code == 422


def test_the_same_file_twice_is_kept_once(episode: Episode, as_therapist: Client) -> None:
    send(as_therapist, episode, PDF)
    assert send(as_therapist, episode, PDF).status_code == 422
    assert Document.objects.count() == 1


def test_withdrawn_with_a_reason_it_stays_in_the_record(episode: Episode, as_therapist: Client) -> None:
    send(as_therapist, episode, PDF)
    kept = Document.objects.get()
    page = reverse("document", args=[episode.key, kept.key])
    assert as_therapist.post(page, {"act": "withdraw", "reason": " "}).status_code == 422
    assert as_therapist.post(page, {"act": "withdraw", "reason": "of somebody else" + "!" * 900}).status_code == 302
    assert as_therapist.post(page, {"act": "withdraw", "reason": "again"}).status_code == 302
    kept.refresh_from_db()
    assert kept.withdrawn_because.startswith("of somebody else")
    assert not Task.objects.filter(settled_at=None).exists()
    assert "withdrawn" in as_therapist.get(reverse("documents", args=[episode.key])).content.decode()


def test_another_clinic_and_other_roles_get_nothing(episode: Episode, as_therapist: Client) -> None:
    send(as_therapist, episode, PDF)
    kept = Document.objects.get()
    other = signed_in(make_clinic("Other", suffix="2"), "therapist")
    for name in ("document", "document_content"):
        page = reverse(name, args=[episode.key, kept.key])
        assert other.get(page).status_code == 404
        for role in ("desk", "administrator", "auditor"):
            assert signed_in(episode.clinic, role).get(page).status_code == 403
        assert Client().get(page).status_code == 302
    assert (
        other.post(reverse("document", args=[episode.key, kept.key]), {"act": "withdraw", "reason": "x"}).status_code
        == 404
    )


def test_nothing_is_served_from_the_folder_itself(episode: Episode, as_therapist: Client) -> None:
    send(as_therapist, episode, PDF)
    name = Document.objects.get().file.name
    assert as_therapist.get(f"/files/{name}").status_code == 404
    assert as_therapist.get(f"/{name}").status_code == 404
    assert not settings.MEDIA_URL or as_therapist.get(f"{settings.MEDIA_URL}{name}").status_code == 404


def test_more_files_need_no_more_queries(episode: Episode, as_therapist: Client) -> None:
    counts = []
    for numbers in (range(2), range(2, 14)):
        for number in numbers:
            send(as_therapist, episode, PDF + bytes([number]))
        page = reverse("documents", args=[episode.key])
        as_therapist.get(page)
        counts.append(queries_of(as_therapist, page))
    assert counts[0] == counts[1]
