"""Where a clinic keeps its data and what the environment says: every setting that differs from place to place.

| variable | what it says | default |
|---|---|---|
| SPINEPATH_DATA | folder of database, files and secret | `spinepath-data` in the current folder |
| SPINEPATH_DATABASE | `postgresql://user@host/name` | SQLite in the data folder |
| SPINEPATH_HOSTS | names under which the clinic is reached, with commas | 127.0.0.1, localhost |
| SPINEPATH_HTTPS | `yes` behind a server that speaks HTTPS | no |
| SPINEPATH_PROXIES | addresses of the servers in front, with commas: only their X-Forwarded-For is believed | nobody |
| SPINEPATH_MAIL | `smtps://user:word@host:port` or `smtp://...`, and `?from=` for the sender of reminders | none are sent |
| SPINEPATH_DEMO | `yes` while a demo day is shown | no |
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

LOOPBACK = ("127.0.0.1", "localhost")


def data_folder() -> Path:
    """Where everything is kept that must be backed up."""
    return Path(os.environ.get("SPINEPATH_DATA", "spinepath-data")).absolute()


def says_yes(name: str) -> bool:
    """Is the variable switched on?"""
    return os.environ.get(name, "no") == "yes"


def hosts() -> list[str]:
    """The names under which the clinic may be reached."""
    named = os.environ.get("SPINEPATH_HOSTS", "")
    return [name.strip() for name in named.split(",") if name.strip()] or list(LOOPBACK)


def proxies() -> tuple[IPv4Network | IPv6Network, ...]:
    """The servers in front that tell from where a request came. Raises ValueError for what is no address or network."""
    named = [name.strip() for name in os.environ.get("SPINEPATH_PROXIES", "").split(",") if name.strip()]
    try:
        return tuple(ip_network(name) for name in named)
    except ValueError as problem:
        text = f"SPINEPATH_PROXIES: {problem}. Write addresses or networks with commas, such as 127.0.0.1,10.0.0.0/24."
        raise ValueError(text) from None


def address() -> str:
    """Where people reach the clinic from home; empty for a place that speaks no HTTPS or has no name of its own."""
    named = [name for name in hosts() if name not in LOOPBACK and name[0] not in ".*"]
    return f"https://{named[0]}" if named and says_yes("SPINEPATH_HTTPS") else ""


@dataclass(frozen=True)
class MailServer:
    """Who takes reminders: `tls` is spoken from the first word on; `starttls` says that the talk changes to it."""

    host: str
    port: int
    user: str
    word: str
    sender: str
    tls: bool
    starttls: bool


def mail() -> MailServer | None:
    """The server that takes reminders; None when none is named, then nothing is sent.

    Only a server on this machine may be spoken to without TLS. Raises ValueError, which never repeats the password.
    """
    written = os.environ.get("SPINEPATH_MAIL", "").strip()
    if not written:
        return None
    try:
        told = urlsplit(written)
        host, port, asked = told.hostname, told.port, parse_qs(told.query, strict_parsing=bool(told.query))
    except ValueError:
        raise _no_mail_server("This is no address of a server") from None
    if told.scheme not in ("smtp", "smtps") or not host or told.path not in ("", "/") or told.fragment:
        raise _no_mail_server("This is no address of a server")
    user, word = unquote(told.username or ""), unquote(told.password or "")
    if bool(user) != bool(word):
        raise _no_mail_server("A user needs a password, and a password a user")
    senders = asked.pop("from", [user])
    if asked or len(senders) != 1 or not _is_sender(senders[0]):
        raise _no_mail_server("It does not say from whom mail comes")
    tls = told.scheme == "smtps"
    return MailServer(
        host=host,
        port=port or (465 if tls else 587),
        user=user,
        word=word,
        sender=senders[0],
        tls=tls,
        starttls=not tls and host not in (*LOOPBACK, "::1"),
    )


def _is_sender(written: str) -> bool:
    name, _at, host = written.partition("@")
    return bool(name and host) and "@" not in host and not any(sign.isspace() for sign in written)


def _no_mail_server(cause: str) -> ValueError:
    return ValueError(
        f"SPINEPATH_MAIL: {cause}. Write smtps://user:password@mail.example.org:465?from=clinic@example.org, or smtp://"
        " with port 587; signs such as @ : / ? # % in user or password as %40 %3A %2F %3F %23 %25. Without from, the"
        " user is the sender."
    )


def secret() -> str:
    """The clinic's own secret, made once and readable by its owner only."""
    path = data_folder() / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        beside = path.with_name(f"secret.{os.getpid()}")
        beside.touch(mode=0o600)
        beside.write_text(secrets.token_urlsafe(50))
        with suppress(FileExistsError):  # another process was quicker: its secret counts
            os.link(beside, path)
        beside.unlink()
    return path.read_text()
