"""Erasing a person: what is kept goes, files and letters too; the audit keeps the key and that it was done.

The key is also written to a list beside the database, so that a backup from before never brings the person back: see
`erase_again`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from spinepath.clinic import advice, audit
from spinepath.clinic.locks import lock_episodes
from spinepath.clinic.models import Document, Episode, Member, Person, PersonWord, Session
from spinepath.clinic.models.people import searchable
from spinepath.clinic.oversight.kept import counted, kept_of, rows

ABOUT = "erasure"
"""What the audit calls it."""

TAKEN_BACK = "taken-back"
"""Stands on the list behind a key whose erasure was not done after all."""

NOBODY_BORN = date(1900, 1, 1)


class NotErased(Exception):
    """Nothing was erased; the text says why and what to do."""


def objections(person: Person) -> list[str]:
    """Why the person cannot be erased now; nothing when nothing stands against it."""
    found = []
    if person.erased_at:
        found.append(_("This person was erased already."))
    if person.legal_hold:
        found.append(_("It must not be erased: %(why)s") % {"why": person.legal_hold})
    if person.merged_into_id:
        found.append(_("This entry goes on as another one. Erase that one; this goes with it."))
    if any(one.legal_hold for one in person.merged.all()):
        found.append(_("An entry that was merged into this one must not be erased."))
    ahead = Session.objects.filter(
        episode__person=person, day__gte=timezone.localdate(), status__in=[Session.Status.BOOKED, Session.Status.HELD]
    ).count()
    if ahead:
        found.append(_("Sessions are booked ahead: %(n)d. Cancel them first.") % {"n": ahead})
    return found


def erase(person: Person, typed_name: str, member: Member) -> dict[str, int]:
    """Erase all that is kept of the person; returns how many rows of each kind. Raises NotErased."""
    try:
        counts, gone = _erased(person, typed_name, member)
    except IntegrityError:
        told = _("Something was added to the record at the same moment. Nothing was erased. Try again.")
        raise NotErased(told) from None
    _forget(gone)
    return counts


def _erased(person: Person, typed_name: str, member: Member) -> tuple[dict[str, int], list[str]]:
    with _on_the_list(person.key) as write, transaction.atomic():
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        against = objections(person)
        if against:
            raise NotErased(" ".join(against))
        if searchable(typed_name) != searchable(person.family_name):
            raise NotErased(_("The family name is not the one of this person. Nothing was erased."))
        counts, gone = _take_out(person)
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        audit.note(person.clinic, member.name, audit.CHANGE, ABOUT, key=person.key, person=person, detail=told)
        connection.check_constraints()  # what was added since would break the commit
        write()
    return counts, gone


def _take_out(person: Person) -> tuple[dict[str, int], list[str]]:
    """Delete and blank the rows; returns the counts and the files that are to be deleted once that is certain."""
    lock_episodes(*Episode.objects.filter(person=person).values_list("pk", flat=True))
    found = kept_of(person)
    gone = [name for name in rows(found, Document).values_list("file", flat=True) if name]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete=ON")  # what was there is overwritten, not only unlinked
    for model in found:
        if model is not Person:
            _delete(rows(found, model))
    for one in Person.objects.filter(pk__in=found[Person]):
        _blank(one)
    return counted(found), gone


def _delete(doomed: QuerySet) -> None:  # type: ignore[type-arg]
    """Without asking what points to the rows: all of that goes in the same transaction, and is checked at its end."""
    doomed.order_by()._raw_delete(doomed.db)


def _blank(person: Person) -> None:
    person.family_name = person.given_name = ""
    person.sex = person.phone = person.email = person.note = person.language = ""
    person.birth_date = NOBODY_BORN
    person.erased_at = timezone.now()
    person.save()
    PersonWord.objects.filter(person=person).delete()


def _forget(gone: list[str]) -> None:
    """Delete the files, and what is still in memory."""
    storage = Document._meta.get_field("file").storage
    for name in gone:
        storage.delete(name)
    advice._recent.kept.clear()
    advice._compiled.cache_clear()  # with it the ways in which questions were answered
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def forget_leftovers(now: datetime) -> int:
    """Delete files older than a day to which no document belongs, as when deleting broke off; returns how many."""
    root = Path(settings.MEDIA_ROOT)
    known = set(Document.objects.values_list("file", flat=True))
    before = (now - timedelta(days=1)).timestamp()
    found = [one for one in root.rglob("*") if one.is_file() and one.stat().st_mtime < before]
    left = [one for one in found if one.relative_to(root).as_posix() not in known]
    for one in left:
        one.unlink(missing_ok=True)
    return len(left)


# the list that outlives every backup


def list_path() -> Path:
    """Where the keys of erased people stand."""
    return Path(settings.DATA) / "erased"


def erased_keys() -> list[str]:
    """The keys of everybody who was ever erased here."""
    path, keys = list_path(), dict[str, None]()
    for line in path.read_text("utf-8").splitlines() if path.exists() else ():
        key, *more = line.split() or [""]
        if more[1:] == [TAKEN_BACK]:
            keys.pop(key, None)
        elif key:
            keys[key] = None
    return list(keys)


@contextmanager
def _on_the_list(key: str) -> Iterator[Callable[[], None]]:
    """Gives how to write the key down; taken back when what follows is not done after all."""
    written = []

    def write() -> None:
        written.append(key)
        write_down(key)

    try:
        yield write
    except BaseException:
        if written:
            write_down(key, TAKEN_BACK)
        raise


def write_down(key: str, more: str = "") -> None:
    """Put a key on the list, or take it back from there: nothing is ever removed from the file."""
    path = list_path()
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:
        file.write(f"{key} {timezone.now().isoformat()} {more}".rstrip() + "\n")
        file.flush()
        os.fsync(file.fileno())


def erase_again() -> list[str]:
    """After a restore: erase everybody on the list who came back with the backup.

    Returns the keys of those who must not be erased as the backup says, and who are here again.
    """
    stay = []
    back = Person.objects.filter(key__in=erased_keys(), erased_at=None).select_related("clinic")
    for person in back:
        if person.legal_hold or any(one.legal_hold for one in person.merged.all()):
            stay.append(person.key)
            continue
        with transaction.atomic():
            _counts, gone = _take_out(person)
            audit.note(person.clinic, "restore", audit.CHANGE, ABOUT, key=person.key, person=person, detail="again")
        _forget(gone)
    return stay
