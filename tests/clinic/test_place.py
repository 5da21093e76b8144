"""What the environment says of the place: who takes mail, and what happens without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinepath.clinic import place
from spinepath.clinic.place import MailServer


def test_a_server_that_speaks_tls_from_the_first_word_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINEPATH_MAIL", "smtps://clinic%40example.org:a%2Fb%3Ac@mail.example.org")
    assert place.mail() == MailServer(
        "mail.example.org", 465, "clinic@example.org", "a/b:c", "clinic@example.org", tls=True, starttls=False
    )


def test_a_server_that_changes_to_tls_and_another_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINEPATH_MAIL", "smtp://clinic:word@mail.example.org:2525?from=desk@example.org")
    assert place.mail() == MailServer(
        "mail.example.org", 2525, "clinic", "word", "desk@example.org", tls=False, starttls=True
    )


def test_only_a_server_on_this_machine_may_do_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPINEPATH_MAIL", "smtp://127.0.0.1:25?from=desk@example.org")
    assert place.mail() == MailServer("127.0.0.1", 25, "", "", "desk@example.org", tls=False, starttls=False)


@pytest.mark.parametrize("written", ["", "  "])
def test_without_it_there_is_none(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("SPINEPATH_MAIL", written)
    assert place.mail() is None


@pytest.mark.parametrize(
    "written",
    [
        "mail.example.org",
        "https://a%40b.org:word-of-ours@mail.example.org",
        "smtps://a%40b.org:word-of-ours@",
        "smtps://a%40b.org:word-of-ours@mail.example.org:port",
        "smtps://a%40b.org:word-of-ours@mail.example.org:99999",
        "smtps://a%40b.org:word-of-ours@mail.example.org/folder",
        "smtps://a%40b.org:word-of-ours/@mail.example.org",
        "smtps://a%40b.org@mail.example.org",
        "smtps://:word-of-ours@mail.example.org?from=a@b.org",
        "smtps://clinic:word-of-ours@mail.example.org",
        "smtps://clinic:word-of-ours@mail.example.org?from=nobody",
        "smtps://clinic:word-of-ours@mail.example.org?from=a@b.org%0ABcc:c@d.org",
        "smtps://clinic:word-of-ours@mail.example.org?from=a@b.org&tls=no",
        "smtps://clinic:word-of-ours@mail.example.org?tls",
        "smtps://[::1",
    ],
)
def test_what_is_wrong_is_said_without_the_password(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("SPINEPATH_MAIL", written)
    with pytest.raises(ValueError, match="SPINEPATH_MAIL: ") as told:
        place.mail()
    assert "word-of-ours" not in str(told.value)
    assert told.value.__cause__ is None


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60))
def test_whatever_is_written_is_a_server_none_or_a_clear_fault(written: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPINEPATH_MAIL", f"smtp://{written}")
        try:
            found = place.mail()
        except ValueError as problem:
            assert str(problem).startswith("SPINEPATH_MAIL: ")  # noqa: PT017
        else:
            assert found is not None
            assert found.host
            assert "@" in found.sender


SHOW = "from spinepath.clinic import settings as s; print(s.EMAIL_BACKEND.split('.')[-2], s.MAIL_GOES_OUT, end=' ')"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({}, "dummy False"),
        ({"SPINEPATH_DEMO": "yes"}, "filebased True"),
        ({"SPINEPATH_MAIL": "smtps://a%40b.org:word@mail.example.org"}, "smtp True 465 True False a@b.org"),
    ],
)
def test_only_a_demo_writes_mail_to_a_folder(told: dict[str, str], shown: str, tmp_path: Path) -> None:
    more = "; print(s.EMAIL_PORT, s.EMAIL_USE_SSL, s.EMAIL_USE_TLS, s.DEFAULT_FROM_EMAIL)" if "smtp" in shown else ""
    clean = {name: value for name, value in os.environ.items() if name not in ("SPINEPATH_MAIL", "SPINEPATH_DEMO")}
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", SHOW + more],
        env={**clean, "SPINEPATH_DATA": str(tmp_path), **told},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == shown
