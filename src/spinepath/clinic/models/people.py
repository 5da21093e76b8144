"""People, their episodes of care, and the personal links by which they answer from home."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from spinepath.clinic.models.keys import new_key
from spinepath.clinic.models.places import Clinic, Member

_WITHOUT_MARK = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
"""Letters whose mark is a part of them, as people type them who have no such key."""

LONGEST_WORD = 60


def searchable(text: str) -> str:
    """The text as it is searched for: no marks, no capitals, one space between words, in any script."""
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_WITHOUT_MARK)
    return " ".join("".join(letter for letter in plain if not unicodedata.combining(letter)).split())


def words_in(text: str) -> set[str]:
    """The words of a name as they are searched for: "O'Brien-Łuk" is found as o, brien, luk and obrienluk."""
    plain = searchable(text)
    whole = (re.sub(r"\W+", "", part) for part in plain.split())
    return {word[:LONGEST_WORD] for word in (*re.split(r"\W+", plain), *whole) if word}


def backwards(digits: str) -> str:
    """A phone number from its end, so that it is found with and without the code of the country."""
    return f"#{digits[::-1]}"[:LONGEST_WORD]


class People(models.Manager["Person"]):
    """Keeps the words by which people are found also where many are added at once."""

    def bulk_create(self, objs: Iterable[Person], *args: Any, **kwargs: Any) -> list[Person]:
        """As Django does it, and their words."""
        made = super().bulk_create(objs, *args, **kwargs)
        PersonWord.keep(made)
        return made


class Person(models.Model):
    """Somebody who comes to the clinic. Merged people stay and point to the one that goes on."""

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="people")
    family_name = models.CharField(_("family name"), max_length=120)
    given_name = models.CharField(_("given name"), max_length=120)
    birth_date = models.DateField(_("date of birth"))
    sex = models.CharField(_("sex at birth"), max_length=20, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=8, default="en")
    version = models.PositiveIntegerField(default=0)
    """Counts the changes of the details, so that two people who edit them at once notice."""
    note = models.TextField(_("note for the desk"), blank=True, max_length=2000)
    search = models.TextField(editable=False)
    digits = models.CharField(max_length=40, editable=False, blank=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    legal_hold = models.CharField(_("must not be erased because"), max_length=200, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = People()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["clinic", "search"]),
            models.Index(fields=["clinic", "birth_date"]),
            models.Index(fields=["clinic", "digits"]),
        ]

    def __str__(self) -> str:
        return f"{self.family_name}, {self.given_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """What is searched for is kept beside the names."""
        self.search = searchable(f"{self.family_name} {self.given_name}")
        self.digits = "".join(letter for letter in self.phone if letter.isdigit())
        with transaction.atomic():
            super().save(*args, **kwargs)
            PersonWord.keep([self])

    @property
    def words(self) -> set[str]:
        """By what the person is found: each word of the names, the phone from both ends, the date of birth."""
        words = words_in(f"{self.family_name} {self.given_name}")
        if self.digits:
            words |= {self.digits[:LONGEST_WORD], backwards(self.digits)}
        together = searchable(self.family_name + self.given_name)
        if together and all(unicodedata.category(letter) == "Lo" for letter in together):
            # scripts that write a whole name without a space
            words |= {together[:LONGEST_WORD], searchable(self.given_name + self.family_name)[:LONGEST_WORD]}
        return words | {self.birth_date.isoformat()} if self.birth_date else words


class PersonWord(models.Model):
    """One word by which a person is found from its beginning on. `Person.save` keeps them."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="found_by")
    clinic = models.ForeignKey(Clinic, models.CASCADE, db_index=False, related_name="+")
    word = models.CharField(max_length=LONGEST_WORD)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["clinic", "word", "person"],
                name="words_of_people",
                opclasses=["int8_ops", "varchar_pattern_ops", "int8_ops"],  # PostgreSQL: beginnings in any language
            )
        ]

    @classmethod
    def keep(cls, people: Iterable[Person]) -> None:
        """Make the kept words those that the people have now."""
        people = list(people)
        before: dict[int, set[str]] = defaultdict(set)
        for start in range(0, len(people), 500):
            some = [person.pk for person in people[start : start + 500]]
            for pk, word in cls.objects.filter(person__in=some).values_list("person_id", "word"):
                before[pk].add(word)
        for person in people:
            if gone := before[person.pk] - person.words:
                cls.objects.filter(person=person, word__in=gone).delete()
        PersonWord.objects.bulk_create(
            (
                PersonWord(person=person, clinic_id=person.clinic_id, word=word)
                for person in people
                for word in sorted(person.words - before[person.pk])
            ),
            batch_size=2000,
        )


class Merge(models.Model):
    """Two people who were one: whose episodes went where, so that it can be undone."""

    merged = models.ForeignKey(Person, models.PROTECT, related_name="merges")
    into = models.ForeignKey(Person, models.PROTECT, related_name="merges_into")
    episodes = models.JSONField(default=list)
    """The keys of the episodes that moved."""
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")


class Episode(models.Model):
    """One complaint of a person, from first contact to discharge.

    `stage` is where it stands in the journey, `disposition` and `reading` what the last kept assessment said: both are
    kept for lists, and worked out anew wherever something is decided. `version` counts what was added to the record.
    """

    class Stage(models.TextChoices):
        """The seven words of the journey, and its end."""

        ASK = "ask", _("Ask")
        SCREEN = "screen", _("Screen")
        EXAMINE = "examine", _("Examine")
        PLAN = "plan", _("Plan")
        BOOK = "book", _("Book")
        TREAT = "treat", _("Treat")
        FOLLOW = "follow", _("Follow")
        CLOSED = "closed", _("Closed")

    key = models.CharField(max_length=12, unique=True, default=new_key, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="episodes", db_index=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="episodes", db_index=False)
    complaint = models.CharField(_("complaint in the person's words"), max_length=300)
    therapist = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="episodes")
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.ASK)
    disposition = models.CharField(max_length=60, blank=True)
    reading = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closing = models.JSONField(default=dict, blank=True)
    """How it ended: who, why, the home programme and the safety net that were given."""

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["clinic", "stage", "-opened_at"]),
            models.Index(fields=["therapist", "stage"]),
            models.Index(fields=["person", "clinic"]),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def is_open(self) -> bool:
        """Is care going on?"""
        return self.stage != self.Stage.CLOSED


class PersonalLink(models.Model):
    """A link by which a person answers without an account. Only a hash of its secret is kept."""

    class Purpose(models.TextChoices):
        """What the link opens."""

        ASK = "ask", _("questions before the first visit")
        FOLLOW = "follow", _("how it goes")

    episode = models.ForeignKey(Episode, models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=10, choices=Purpose)
    secret_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Member, models.PROTECT, null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    @classmethod
    def make(cls, episode: Episode, purpose: str, expires_at: datetime, made_by: Member | None) -> str:
        """The secret of a new link; it is told once and kept nowhere."""
        told = secrets.token_urlsafe(24)
        cls.objects.create(
            episode=episode, purpose=purpose, secret_hash=hash_of(told), expires_at=expires_at, made_by=made_by
        )
        return told

    def opens(self, now: datetime) -> bool:
        """Does it still open anything?"""
        return self.revoked_at is None and now < self.expires_at


def hash_of(told: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(told.encode()).hexdigest()
