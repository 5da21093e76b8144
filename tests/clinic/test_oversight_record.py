"""A whole record taken out, erased, kept and brought back."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session as BrowserSession
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from spinepath.clinic import advice, audit
from spinepath.clinic.demo import PASSWORD, make_clinic
from spinepath.clinic.models import (
    AuditEntry,
    Clinic,
    Document,
    Episode,
    KeptAssessment,
    KeptFinding,
    Letter,
    Member,
    Person,
    PersonWord,
    Task,
)
from spinepath.clinic.oversight import backup as keeping
from spinepath.clinic.oversight import erase as erasing
from spinepath.clinic.oversight.kept import CALLED, kept_of, pointers
from spinepath.clinic.record import Author, add, correct
from tests.clinic.conftest import signed_in
from tests.clinic.people import answers_of, new_episode

PRIVATE = "what nobody else should read"


@pytest.fixture(autouse=True)
def own_place(settings: Any, tmp_path: Path) -> None:
    """Files and the list of the erased go to a folder of this test."""
    settings.DATA = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "data" / "files"


@pytest.fixture
def full(episode: Episode, therapist: Member) -> Episode:
    """An episode with something of everything."""
    author = Author.of(therapist)
    add(episode, answers_of("nothing_found"), author)
    row = KeptFinding.objects.filter(episode=episode).order_by("pk")[0]
    correct(row, row.value, author, PRIVATE)
    kept = advice.keep_assessment(episode, "plan", therapist)
    document = Document(episode=episode, title=PRIVATE, kind="application/pdf", size=3, sha256="x", member=therapist)
    document.file.save("scan.pdf", ContentFile(b"%PD"))
    Letter.objects.create(episode=episode, kind="plan", assessment=kept, pdf=b"%PDF letter", member=therapist)
    Task.objects.create(clinic=episode.clinic, episode=episode, kind="document", says=PRIVATE, due=timezone.localdate())
    audit.note(episode.clinic, therapist.name, audit.READ, "chart", episode=episode)
    return episode


def sign_in_again(client: Client, name: str) -> Client:
    """Through the page, so that the password was just typed."""
    client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


# export


def test_the_whole_record_is_taken_out(full: Episode, as_therapist: Client) -> None:
    answer = as_therapist.post(reverse("export_person", args=[full.person.key]))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        told = json.loads(file.read("record.json"))
        assert file.read("record.pdf").startswith(b"%PDF")
        document = told["tables"]["document"][0]
        assert file.read(document["file"]) == b"%PD"
        assert file.read(told["tables"]["letter"][0]["pdf"]) == b"%PDF letter"
    assert (told["format"], told["version"]) == ("spinepath record of a person", 1)
    assert len(told["tables"]["keptfinding"]) == KeptFinding.objects.filter(episode=full).count()
    assert PRIVATE in {one["reason"] for one in told["tables"]["keptfinding"]}
    assert told["tables"]["keptassessment"][0]["stored"]["knowledge"] == advice.knowledge().version
    assert {one["act"] for one in told["audit"]} >= {"read", "add", "out"}
    assert AuditEntry.objects.filter(act=audit.OUT, person=full.person.key).count() == 1


def test_looking_at_the_page_of_the_export_takes_nothing_out(full: Episode, as_therapist: Client) -> None:
    assert as_therapist.get(reverse("export_person", args=[full.person.key])).status_code == 200
    assert not AuditEntry.objects.filter(act=audit.OUT).exists()


@pytest.mark.parametrize("page", ["export_person", "erase_person", "readers", "erased"])
def test_who_may_not_is_refused_and_another_clinic_finds_nobody(full: Episode, as_desk: Client, page: str) -> None:
    address = reverse(page, args=[full.person.key])
    assert as_desk.get(address).status_code == 403
    make_clinic("Other", suffix="2")
    other = sign_in_again(Client(), "anna2")
    assert other.get(address).status_code == 404


# erasing


def test_an_erased_person_is_gone_everywhere_and_the_chain_stays_whole(full: Episode, as_lead: Client) -> None:
    key, path = full.person.key, Path(Document.objects.get().file.path)
    browser = sign_in_again(Client(), "anna")
    page = reverse("erase_person", args=[key])
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"family_name": "Mash"}).status_code == 422
    assert KeptFinding.objects.exists()
    certificate = browser.post(page, {"family_name": " MARSH "}, follow=True)
    assert key in certificate.content.decode()
    for model in (Episode, KeptFinding, KeptAssessment, Document, Letter, Task, PersonWord):
        assert not model.objects.exists(), model
    person = Person.objects.get(key=key)
    assert (person.family_name, person.phone, person.search.strip()) == ("", "", "")
    assert person.erased_at
    assert not path.exists()
    assert audit.first_break(full.clinic) is None
    assert erasing.erased_keys() == [key]
    assert browser.post(page, {"family_name": "Marsh"}).status_code == 302  # pressed twice
    assert PRIVATE not in "".join(AuditEntry.objects.values_list("detail", flat=True))


def test_the_password_is_asked_again_before_erasing(full: Episode, as_lead: Client) -> None:
    answer = as_lead.get(reverse("erase_person", args=[full.person.key]))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_what_must_be_kept_is_not_erased(full: Episode, therapist: Member) -> None:
    browser = sign_in_again(Client(), "anna")
    page = reverse("erase_person", args=[full.person.key])
    browser.post(page, {"act": "hold", "legal_hold": "a court asked"})
    assert "a court asked" in browser.get(page).content.decode()
    assert browser.post(page, {"family_name": "Marsh"}).status_code == 422
    assert KeptFinding.objects.exists()
    browser.post(page, {"act": "hold", "legal_hold": ""})
    assert browser.post(page, {"family_name": "Marsh"}).status_code == 302


def test_nobody_else_is_touched(full: Episode, therapist: Member) -> None:
    other = new_episode(full.clinic, therapist, "Sand")
    add(other, answers_of("nothing_found"), Author.of(therapist))
    before = KeptFinding.objects.filter(episode=other).count()
    assert other.pk not in kept_of(full.person)[Episode]
    erasing.erase(full.person, "marsh", therapist)
    assert KeptFinding.objects.filter(episode=other).count() == before
    assert advice.outcome_of(other)


# backup


def test_a_restore_gives_the_same_answers(full: Episode, therapist: Member, tmp_path: Path) -> None:
    chart = reverse("assessment", args=[KeptAssessment.objects.latest("pk").key])
    before = signed_in(full.clinic, "therapist").get(chart).content.decode()
    made_at = Letter.objects.get().made_at
    file = tmp_path / "backup.zip"
    keeping.backup(file)
    assert file.stat().st_mode & 0o077 == 0
    keeping.restore(file, replace=True)
    assert audit.first_break(Clinic.objects.get()) is None
    kept = KeptAssessment.objects.latest("pk")
    assert advice.replayed(kept).outcome.disposition == kept.disposition
    assert Letter.objects.get().made_at == made_at
    assert Path(Document.objects.get().file.path).read_bytes() == b"%PD"
    after = signed_in(Clinic.objects.get(), "therapist").get(chart).content.decode()
    assert _without_tokens(after) == _without_tokens(before)


def _without_tokens(page: str) -> str:
    import re

    return re.sub(r"(csrf|nonce|value=)[^>]*", "", page)


def test_a_place_in_use_is_not_overwritten(full: Episode, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    keeping.backup(file)
    with pytest.raises(keeping.NotKept, match="in use"):
        keeping.restore(file)
    with pytest.raises(keeping.NotKept, match="there already"):
        keeping.backup(file)


@pytest.mark.parametrize("at", [0.1, 0.3, 0.5, 0.9])
def test_a_damaged_backup_changes_nothing(full: Episode, tmp_path: Path, at: float) -> None:
    file = tmp_path / "backup.zip"
    keeping.backup(file)
    content = bytearray(file.read_bytes())
    place = int(len(content) * at)
    content[place : place + 40] = b"\0" * 40
    file.write_bytes(bytes(content))
    with pytest.raises(keeping.NotKept):
        keeping.restore(file, replace=True)
    assert KeptFinding.objects.filter(episode=full).exists()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_backup_is_refused(clinic: Clinic, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "backup.zip"
    file.write_bytes(content)
    with pytest.raises(keeping.NotKept):
        keeping.restore(file, replace=True)
    with pytest.raises(keeping.NotKept, match="not there"):
        keeping.restore(tmp_path / "nowhere.zip")


def test_rows_that_do_not_fit_together_change_nothing(full: Episode, tmp_path: Path) -> None:
    file, other = tmp_path / "backup.zip", tmp_path / "other.zip"
    keeping.backup(file)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        for name in old.namelist():
            data = old.read(name)
            if name == "data/clinic.person.jsonl":
                import hashlib

                data = b""
                manifest["tables"]["clinic.person"] |= {"rows": 0, "sha256": hashlib.sha256(b"").hexdigest()}
            if name != "manifest.json":
                new.writestr(name, data)
        new.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(keeping.NotKept, match="fit together"):
        keeping.restore(other, replace=True)
    assert Person.objects.exists()


def test_a_backup_of_another_version_is_refused(full: Episode, tmp_path: Path, monkeypatch: Any) -> None:
    file = tmp_path / "backup.zip"
    keeping.backup(file)
    monkeypatch.setattr(keeping, "_migrations", lambda: ["clinic.0002_later"])
    with pytest.raises(keeping.NotKept, match="another version"):
        keeping.restore(file, replace=True)


def test_a_backup_from_before_brings_no_erased_person_back(full: Episode, therapist: Member, tmp_path: Path) -> None:
    file = tmp_path / "backup.zip"
    keeping.backup(file)
    erasing.erase(full.person, "marsh", therapist)
    keeping.restore(file, replace=True)
    assert not KeptFinding.objects.exists()
    assert Person.objects.get(key=full.person.key).erased_at
    assert audit.first_break(Clinic.objects.get()) is None


def test_every_night_ended_sessions_and_files_of_nobody_are_forgotten(full: Episode) -> None:
    kept = Path(Document.objects.get().file.path)
    left, fresh = kept.with_name("left.pdf"), kept.with_name("fresh.pdf")
    for one in (left, fresh):
        one.write_bytes(b"%PDF")
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    for one in (kept, left):
        os.utime(one, (long_ago, long_ago))
    ended = Client().session
    ended.set_expiry(-1)
    ended["people_asked"] = PRIVATE
    ended.save()
    call_command("due")
    assert (kept.exists(), left.exists(), fresh.exists()) == (True, False, True)
    assert not BrowserSession.objects.filter(pk=ended.session_key).exists()


def test_who_must_not_be_erased_is_left_by_a_restore_and_named(
    full: Episode, therapist: Member, tmp_path: Path
) -> None:
    Person.objects.filter(pk=full.person.pk).update(legal_hold="a court asked")
    file = tmp_path / "backup.zip"
    keeping.backup(file)
    Person.objects.filter(pk=full.person.pk).update(legal_hold="")
    erasing.erase(full.person, "marsh", therapist)
    assert keeping.restore(file, replace=True)["not_erased"] == [full.person.key]
    assert KeptFinding.objects.exists()


def test_an_erasure_that_is_not_done_leaves_no_key_on_the_list(
    full: Episode, therapist: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = kept_of(full.person)
    late = KeptFinding.objects.filter(episode=full).latest("pk").pk
    monkeypatch.setattr(erasing, "kept_of", lambda _person: {**before, KeptFinding: before[KeptFinding] - {late}})
    with pytest.raises(erasing.NotErased, match="Try again"):
        erasing.erase(full.person, "marsh", therapist)
    assert erasing.erased_keys() == []
    assert KeptFinding.objects.filter(episode=full).count() == len(before[KeptFinding])


def test_a_key_is_taken_back_when_what_follows_breaks_off(full: Episode) -> None:
    def breaks_off() -> None:
        with erasing._on_the_list(full.person.key) as write:
            write()
            assert erasing.erased_keys() == [full.person.key]
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        breaks_off()
    assert erasing.erased_keys() == []
    erasing.write_down(full.person.key)
    assert erasing.erased_keys() == [full.person.key]


def test_the_page_of_a_person_offers_what_the_member_may_do(full: Episode, as_lead: Client, as_desk: Client) -> None:
    page = reverse("person", args=[full.person.key])
    lead, desk = (client.get(page).content.decode() for client in (as_lead, as_desk))
    for name in ("export_person", "readers", "erase_person"):
        address = reverse(name, args=[full.person.key])
        assert address in lead
        assert address not in desk


def test_every_table_of_a_person_has_a_plain_name() -> None:
    reached, waiting = {Person}, [Person]
    while waiting:
        fresh = {model for model, _field in pointers(waiting.pop())} - reached
        reached |= fresh
        waiting.extend(fresh)
    assert reached <= set(CALLED), "name it in oversight/kept.py"
