"""Backup and restore of a whole place: the database, the private files, and the list of erased people, in one zip.

The backup is a logical one, so that it goes from SQLite to PostgreSQL and back. Each part stands in the manifest with
its hash; what is damaged or made by another version is refused before anything is changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.base import DeserializationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from django.utils import timezone

from spinepath.clinic import advice
from spinepath.clinic.oversight import erase

FORMAT, VERSION = "spinepath backup", 1
_APPS = ("auth", "clinic", "mfa")
_LEFT_OUT = {"auth.permission", "auth.group"}
_AT_ONCE = 1000


class NotKept(Exception):
    """No backup was made, or nothing was restored; the text says why and what to do."""


class _Exact(DjangoJSONEncoder):
    """Writes a moment to the last microsecond: the chain of the audit rests on it."""

    def default(self, o: Any) -> Any:
        """As Django writes it, but nothing is cut off."""
        return o.isoformat() if isinstance(o, (datetime, time)) else super().default(o)


def models() -> list[type[Model]]:
    """The tables that are kept. Sessions of browsers and failed tries to sign in are not."""
    every = [model for name in _APPS for model in apps.get_app_config(name).get_models()]
    return [model for model in every if model._meta.label_lower not in _LEFT_OUT]


def _columns(model: type[Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]


def _migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied if app in _APPS)


# backup


def backup(path: Path) -> dict[str, Any]:
    """Write the backup and read it back; returns its manifest. Raises NotKept, and leaves nothing half-written."""
    if path.exists():
        raise NotKept(f"{path} is there already. Give another name; no backup is ever overwritten.")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as file, _one_moment():
                manifest = _write_all(file)
            out.flush()
            os.fsync(out.fileno())
        check(part)
        os.link(part, path)  # fails when somebody else was quicker
    except OSError as problem:
        raise NotKept(
            f"The backup could not be written ({problem.strerror or problem}). Look at disk and path."
        ) from None
    finally:
        part.unlink(missing_ok=True)
    return manifest


@contextmanager
def _one_moment() -> Iterator[None]:
    """All tables as of one moment, without keeping others from writing."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")  # deferred: with a write-ahead log, reading locks out nobody
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def _write_all(file: zipfile.ZipFile) -> dict[str, Any]:
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": timezone.now().isoformat(),
        "migrations": _migrations(),
        "tables": {},
        "files": {},
    }
    for model in models():
        rows, digest = _write_table(file, model)
        told = {"rows": rows, "columns": _columns(model), "sha256": digest}
        manifest["tables"][model._meta.label_lower] = told
    for place, name in _own_files():
        with place.open("rb") as source, file.open(f"files/{name}", "w", force_zip64=True) as out:
            manifest["files"][name] = {"sha256": _copy(source, out)}
    file.writestr("erased", "\n".join(erase.erased_keys()))
    file.writestr("manifest.json", json.dumps(manifest, indent=1))
    return manifest


def _write_table(file: zipfile.ZipFile, model: type[Model]) -> tuple[int, str]:
    rows, digest = 0, hashlib.sha256()
    with file.open(_name_of(model), "w", force_zip64=True) as out:
        for row in model._base_manager.order_by("pk").iterator(chunk_size=_AT_ONCE):
            line = serializers.serialize("jsonl", [row], cls=_Exact).encode()
            digest.update(line)
            out.write(line)
            rows += 1
    return rows, digest.hexdigest()


def _name_of(model: type[Model]) -> str:
    return f"data/{model._meta.label_lower}.jsonl"


def _own_files() -> Iterator[tuple[Path, str]]:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield path, path.relative_to(root).as_posix()


def _copy(source: IO[bytes], out: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := source.read(1 << 20):
        digest.update(block)
        out.write(block)
    return digest.hexdigest()


# looking at a backup


def check(path: Path) -> dict[str, Any]:
    """The manifest of a backup that is whole in every part. Raises NotKept."""
    try:
        with zipfile.ZipFile(path) as file:
            manifest: dict[str, Any] = json.loads(file.read("manifest.json"))
            if manifest.get("format") != FORMAT or manifest.get("version") != VERSION:
                raise NotKept(f"{path} is no backup that this version can read.")
            parts = {f"data/{name}.jsonl": told["sha256"] for name, told in manifest["tables"].items()}
            parts |= {f"files/{name}": told["sha256"] for name, told in manifest["files"].items()}
            if any(_is_outside(name) for name in manifest["files"]):
                raise NotKept(f"{path} names files outside its folder. Nothing was restored.")
            for name, digest in parts.items():
                with file.open(name) as part:
                    if _hash(part) != digest:
                        raise NotKept(f"{path} is damaged in {name}. Use another backup. Nothing was changed.")
            file.read("erased")
    except (OSError, KeyError, ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as problem:
        if isinstance(problem, FileNotFoundError):
            raise NotKept(f"{path} is not there. Give the path of a backup.") from None
        raise NotKept(f"{path} is damaged or no backup. Use another one. Nothing was changed.") from None
    except Exception as problem:  # zlib.error and its kind have no common name
        if isinstance(problem, NotKept):
            raise
        raise NotKept(f"{path} is damaged. Use another backup. Nothing was changed.") from None
    return manifest


def _is_outside(name: str) -> bool:
    return Path(name).is_absolute() or ".." in Path(name).parts


def _hash(part: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := part.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


# restore


def restore(path: Path, *, replace: bool = False) -> dict[str, Any]:
    """Bring a backup into this place, all of it or nothing; returns its manifest. Raises NotKept.

    People who were erased here or before the backup was made are erased again. `not_erased` in the manifest has the
    keys of those on legal hold in the backup: they stay.
    """
    manifest = check(path)
    _same_shape(manifest)
    root = Path(settings.MEDIA_ROOT)
    root.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix="restoring-", dir=root.parent))
    try:
        with zipfile.ZipFile(path) as file:
            _unpack(file, manifest, beside)
            _into_database(file, manifest, replace=replace)
            _join_lists(file.read("erased").decode().split())
        _swap(beside, root)
    except OSError as problem:
        raise NotKept(f"The files could not be written ({problem.strerror or problem}). Look at the disk.") from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    stay = erase.erase_again()
    advice.keep_knowledge()
    return {**manifest, "not_erased": stay}


def _same_shape(manifest: dict[str, Any]) -> None:
    here = {model._meta.label_lower: _columns(model) for model in models()}
    there = {name: told["columns"] for name, told in manifest["tables"].items()}
    if manifest["migrations"] != _migrations() or here != there:
        raise NotKept(
            "The backup was made by another version. Restore it with that version, then update. Nothing was changed."
        )


def _unpack(file: zipfile.ZipFile, manifest: dict[str, Any], beside: Path) -> None:
    for name in manifest["files"]:
        target = beside / name
        target.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        with (
            file.open(f"files/{name}") as source,
            os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as out,
        ):
            shutil.copyfileobj(source, out)


def _into_database(file: zipfile.ZipFile, manifest: dict[str, Any], *, replace: bool) -> None:
    try:
        with transaction.atomic():
            _make_room(replace=replace)
            for model in models():
                with file.open(_name_of(model)) as lines, _as_written(model):
                    count = _read_table(model, lines)
                if count != manifest["tables"][model._meta.label_lower]["rows"]:
                    raise NotKept(f"{_name_of(model)} does not hold all of its rows. Nothing was changed.")
            connection.check_constraints()
            for statement in connection.ops.sequence_reset_sql(no_style(), models()):
                with connection.cursor() as cursor:
                    cursor.execute(statement)
    except (DatabaseError, DeserializationError):
        raise NotKept("The rows of the backup do not fit together. Use another one. Nothing was changed.") from None


def _make_room(*, replace: bool) -> None:
    """An empty place stays as it is. Only with `replace` is another one emptied, in the same transaction."""
    filled = any(model._base_manager.exists() for model in models() if model._meta.model_name in ("clinic", "user"))
    if filled and not replace:
        raise NotKept("This place is in use. Restore into an empty one, or say --replace to give up what is here.")
    for model in models():
        rows = model._base_manager.all()
        rows._raw_delete(rows.db)


@contextmanager
def _as_written(model: type[Model]) -> Iterator[None]:
    """Times that a new row sets by itself stay as the backup has them."""
    by_itself = [field for field in model._meta.concrete_fields if getattr(field, "auto_now_add", False)]
    for field in by_itself:
        field.auto_now_add = False  # type: ignore[attr-defined]
    try:
        yield
    finally:
        for field in by_itself:
            field.auto_now_add = True  # type: ignore[attr-defined]


def _read_table(model: type[Model], lines: IO[bytes]) -> int:
    count, some = 0, list[Model]()
    for line in lines:
        some += [one.object for one in serializers.deserialize("jsonl", line)]
        if len(some) >= _AT_ONCE:
            count += len(model._base_manager.bulk_create(some))
            some = []
    return count + len(model._base_manager.bulk_create(some))


def _join_lists(keys: list[str]) -> None:
    for key in sorted(set(keys) - set(erase.erased_keys())):
        erase.write_down(key)


def _swap(beside: Path, root: Path) -> None:
    before = root.with_name(f"{beside.name}-before")
    if root.exists():
        root.rename(before)
    beside.rename(root)
    shutil.rmtree(before, ignore_errors=True)
