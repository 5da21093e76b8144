"""Finding people by what somebody types into one box: parts of names in any script, a phone number, a date of birth."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

from django.db import connection
from django.db.models import Q, QuerySet

from spinepath.clinic.models import Clinic, Person, PersonWord
from spinepath.clinic.models.people import LONGEST_WORD, backwards, searchable, words_in

PAGE = 25
LONGEST_QUERY = 200
MOST_WORDS = 8
_TAIL = 8
"""As many last digits make a phone number the same, with or without the code of the country."""
_ALIKE = 0.75

_DATE = re.compile(r"\b(?:(\d{4})[-./](\d{1,2})[-./](\d{1,2})|(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4}))\b")
_PHONE = re.compile(r"(?<!\w)\+?\d[\d ()/.-]{2,}\d(?!\w)")


@dataclass(frozen=True)
class Found:
    """One page of people; `goes_on` says whether there are more."""

    people: list[Person]
    number: int
    goes_on: bool


def find(clinic: Clinic, asked: str, number: int = 1) -> Found:
    """The people of the clinic who fit everything that was typed, by name; all of them for an empty box.

    Merged people are found by their old names too; they point to the one that goes on.
    """
    rows = Person.objects.filter(clinic=clinic, erased_at=None).select_related("merged_into")
    begins = terms(asked)
    if not begins:
        rows = rows.filter(merged_into=None)
    start = (max(number, 1) - 1) * PAGE
    people = list(_fitting(rows, clinic, begins).order_by("search", "pk")[start : start + PAGE + 1])
    return Found(people=people[:PAGE], number=max(number, 1), goes_on=len(people) > PAGE)


def terms(asked: str) -> list[set[str]]:
    """What the words of a person must begin with: of each set one beginning is enough."""
    left = asked.replace("\0", "")[:LONGEST_QUERY]
    found: list[set[str]] = []
    for match in _DATE.finditer(left):
        if on := _date_of(match):
            found.append({on})
            left = left.replace(match.group(), " ", 1)
    for match in _PHONE.finditer(left):
        digits = re.sub(r"\D", "", match.group())
        found.append({digits[:LONGEST_WORD], backwards(digits.lstrip("0") or digits)})
        left = left.replace(match.group(), " ", 1)
    pieces = sorted({piece for part in searchable(left).split() for piece in re.split(r"\W+", part) if piece})
    found += [_of_digits(piece) if piece.isdigit() else {piece[:LONGEST_WORD]} for piece in pieces]
    return found[:MOST_WORDS]


def _of_digits(piece: str) -> set[str]:
    """A year, or the beginning or end of a phone number."""
    return {piece[:LONGEST_WORD]} | ({backwards(piece)} if len(piece) > 2 else set())


def _date_of(match: re.Match[str]) -> str | None:
    year, month, day, first, second, last = match.groups()
    tries = [(year, month, day)] if year else [(last, second, first), (last, first, second)]
    for written in tries:
        with suppress(ValueError):
            return date(*map(int, written)).isoformat()
    return None


def _fitting(rows: QuerySet[Person], clinic: Clinic, begins: list[set[str]]) -> QuerySet[Person]:
    """Each beginning is one look into the index of words; people who fit all of them are left."""
    for term in begins:
        rows = rows.filter(pk__in=_with_word(clinic, term).values("person_id"))
    return rows


def _with_word(clinic: Clinic, term: set[str]) -> QuerySet[PersonWord]:
    which = Q()
    for start in sorted(term):
        which |= _begins(start)
    return PersonWord.objects.filter(which, clinic=clinic)


def _begins(start: str) -> Q:
    """Words with this beginning, said so that the index of each database is used."""
    if connection.vendor == "sqlite":
        return Q(word__gte=start, word__lt=start + "\U0010ffff")
    return Q(word__startswith=start)


# who may be the same


def alike(clinic: Clinic, person: Person) -> list[Person]:
    """People who may be the same: born that day with a similar name, or with the same phone."""
    others = Person.objects.filter(clinic=clinic, erased_at=None, merged_into=None).exclude(pk=person.pk)
    same_day = others.filter(birth_date=person.birth_date)[:200]
    found = {one.pk: one for one in same_day if similar(one, person)}
    digits = "".join(letter for letter in person.phone if letter.isdigit())
    if len(digits) >= _TAIL:
        tail = _with_word(clinic, {backwards(digits[-_TAIL:])}).values("person_id")
        found.update((one.pk, one) for one in others.filter(pk__in=tail)[:20])
    return sorted(found.values(), key=lambda one: (one.search, one.pk))[:20]


def similar(one: Person, other: Person) -> bool:
    """Do the names share a word, or are they spelled nearly the same, in whatever order?"""
    mine, theirs = (words_in(f"{who.family_name} {who.given_name}") for who in (one, other))
    if any(len(word) > 1 for word in mine & theirs):
        return True
    return SequenceMatcher(None, " ".join(sorted(mine)), " ".join(sorted(theirs))).ratio() >= _ALIKE


def age_on(person: Person, day: date) -> int:
    """Whole years."""
    born = person.birth_date
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


LONGEST_LIFE = timedelta(days=366 * 130)
