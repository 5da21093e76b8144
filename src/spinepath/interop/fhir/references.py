"""Who a resource is about: references in every form that records use, to one name for each person."""

from __future__ import annotations

import re
from collections.abc import Mapping

from spinepath.interop.fhir.resources import Reference

_PERSON = "Patient"
_MEDICINE = "Medication"
_NAMES = ("urn:uuid:", "urn:oid:")
_TYPE = re.compile(r"[A-Z][A-Za-z]+")


class NoPerson(Exception):
    """Why a reference leads to nobody."""


class NotAboutAPerson(NoPerson):
    """The resource is about a group, a device, a place: something that is no patient."""


def person_named(reference: Reference, addresses: Mapping[str, str], resource: str) -> str:
    """The name of the person: the logical id, or the `urn:uuid` where nothing else is given.

    `addresses` are the persons of the same bundle by their address. A person who stands inside the resource has no name
    of their own and is named after it. Raises NoPerson when the reference names nobody that can be found.
    """
    written = reference.reference
    if not written:
        raise NoPerson("The reference names no patient.")
    if written in addresses:
        return addresses[written]
    if written.startswith("#"):
        return f"{resource}{written}"
    if written.startswith(_NAMES):
        return written
    return _local_id(written, _PERSON)


def _local_id(written: str, kind: str) -> str:
    """The id in `Patient/1`, `Patient/1/_history/2` or an address that ends so."""
    parts = written.split("/")
    if len(parts) >= 4 and parts[-2] == "_history":
        parts = parts[:-2]
    if len(parts) < 2 or not parts[-1] or "?" in written or not _TYPE.fullmatch(parts[-2]):
        raise NoPerson("The reference does not lead to a patient.")
    if parts[-2] != kind:
        raise NotAboutAPerson
    return parts[-1]


def medicine_named(reference: Reference | None) -> str | None:
    """The name of a medicine that stands elsewhere; None when none is named."""
    written = reference.reference if reference is not None else None
    if not written:
        return None
    if written.startswith((*_NAMES, "#")):
        return written
    try:
        return f"{_MEDICINE}/{_local_id(written, _MEDICINE)}"
    except NoPerson:
        return None
