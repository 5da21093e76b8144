"""Registering people, changing their details, and opening an episode: nothing twice, nothing overwritten unseen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spinepath.clinic import audit
from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import AuditEntry, Clinic, Episode, Member, Person
from spinepath.clinic.people.find import LONGEST_LIFE

_DAY_FIRST = ("%d.%m.%Y", "%d/%m/%Y", "%d %m %Y", "%d-%m-%Y", "%d %b %Y", "%d %B %Y")
DETAILS = ("family_name", "given_name", "birth_date", "sex", "phone", "email", "language", "note")


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """The details of a person. `once` names the person before it is saved, so that saving twice makes one."""

    birth_date = forms.DateField(
        label=_("Date of birth"),
        help_text=_("Day, month, year: for example 14.5.1982"),
        input_formats=["%Y-%m-%d", *_DAY_FIRST],
        widget=forms.DateInput(format="%d.%m.%Y", attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    sex = forms.ChoiceField(label=_("Sex at birth"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    class Meta:  # noqa: D106
        model = Person
        fields: ClassVar = list(DETAILS)
        labels: ClassVar = {
            "family_name": _("Family name"),
            "given_name": _("Given name"),
            "phone": _("Phone"),
            "email": _("E-mail"),
            "note": _("Note for the desk"),
        }
        help_texts: ClassVar = {"note": _("Nothing about health. Everybody at the desk reads it.")}
        widgets: ClassVar = {"note": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sex"].choices = [("", _("not known")), *sexes()]  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": _class_of(name), "autocomplete": "off"}
            faulty = name in self.errors if self.is_bound else False
            hints = [f"id_{name}-hint"] * bool(field.help_text) + [f"id_{name}-error"] * faulty
            if hints:
                field.widget.attrs["aria-describedby"] = " ".join(hints)

    def clean_birth_date(self) -> date:
        """Not to come, and not longer ago than anybody has lived."""
        day: date = self.cleaned_data["birth_date"]
        today = timezone.localdate()
        if day > today:
            raise forms.ValidationError(_("This day is still to come. Look at the year."))
        if day < today - LONGEST_LIFE:
            raise forms.ValidationError(_("Nobody has lived that long. Look at the year."))
        return day

    def clean_phone(self) -> str:
        """Digits with whatever is written between them."""
        phone: str = self.cleaned_data["phone"]
        if phone and not re.fullmatch(r"[+()\d\s./x-]{3,40}", phone):
            raise forms.ValidationError(_("Write digits, with + in front for another country."))
        return phone

    @property
    def faults(self) -> list[tuple[str, str]]:
        """For the summary at the top."""
        return [
            (f"id_{name}", f"{self.fields[name].label}: {text}")
            for name, texts in self.errors.items()
            if name in self.fields
            for text in texts
        ]


def sexes() -> list[tuple[str, str]]:
    """The words that the knowledge base has for the sex of a person."""
    told = next((one.fact for one in knowledge().own_records.values() if one.tells == "sex"), None)
    return list(knowledge().facts[told].values.items()) if told else []


def _class_of(name: str) -> str:
    if name in ("sex", "language"):
        return "nhsuk-select"
    if name == "note":
        return "nhsuk-textarea"
    return "nhsuk-input" + (" nhsuk-input--width-10" if name == "birth_date" else "")


# registering


def registered(clinic: Clinic, member: Member, person: Person, once: str) -> Person:
    """The person, saved under the key `once`; the one that was saved before when the form came twice."""
    person.clinic = clinic
    if is_key(once) and not Person.objects.filter(key=once).exists():
        person.key = once
    try:
        with transaction.atomic():
            person.save()
            audit.note(clinic, member.name, audit.ADD, "person", key=person.key, person=person)
    except IntegrityError:
        return Person.objects.get(clinic=clinic, key=once)
    return person


def is_key(text: str) -> bool:
    """Could this be a key that a form was given?"""
    return bool(re.fullmatch(r"[2-9a-hjkmnp-tv-z]{12}", text))


# changing


def as_shown(person: Person) -> str:
    """What the form was filled with, signed, so that one's own changes are told from those of others."""
    return signing.dumps({name: _plain(getattr(person, name)) for name in DETAILS}, salt="details")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


class Overtaken(Exception):
    """Somebody changed the person since the form was opened.

    `theirs` are their changes, `both` the names that both changed, `together` what both leave, with one's own
    where both changed.
    """

    def __init__(self, now: Person, theirs: Mapping[str, str], both: list[str], together: dict[str, str]) -> None:
        super().__init__("changed meanwhile")
        self.now, self.theirs, self.both, self.together = now, dict(theirs), both, together


def change(person: Person, member: Member, cleaned: Mapping[str, Any], version: int, shown: str) -> Person:
    """Save the details, unless somebody saved others since `version`. Raises Overtaken."""
    with transaction.atomic():
        now = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if now.version != version:
            raise _overtaken(now, cleaned, shown)
        changed = [name for name in DETAILS if _plain(getattr(now, name)) != _plain(cleaned[name])]
        if changed:
            for name in changed:
                setattr(now, name, cleaned[name])
            now.version += 1
            now.save()
            audit.note(
                now.clinic, member.name, audit.CHANGE, "person", key=now.key, person=now, detail=", ".join(changed)
            )
    return now


def _overtaken(now: Person, cleaned: Mapping[str, Any], shown: str) -> Overtaken:
    saved = {name: _plain(getattr(now, name)) for name in DETAILS}
    mine = {name: _plain(cleaned[name]) for name in DETAILS}
    try:
        before = signing.loads(shown, salt="details")
    except signing.BadSignature:
        before = mine
    theirs = {name: saved[name] for name in DETAILS if saved[name] != before.get(name)}
    both = [name for name in theirs if mine[name] not in (before.get(name), saved[name])]
    together = {name: mine[name] if name in both or name not in theirs else saved[name] for name in DETAILS}
    return Overtaken(now, theirs, both, together)


def last_changed_by(person: Person) -> str:
    """Who changed the details last; empty when nobody did."""
    rows = AuditEntry.objects.filter(clinic=person.clinic_id, person=person.key, act=audit.CHANGE, about="person")
    entry = rows.order_by("-number").first()
    return entry.actor if entry else ""


# episodes


class EpisodeForm(forms.Form):
    """What brings the person, and who looks after it."""

    complaint = forms.CharField(
        label=_("What brings the person, in their own words"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "nhsuk-input", "autocomplete": "off"}),
    )
    therapist = forms.ModelChoiceField(
        label=_("Therapist"),
        queryset=Member.objects.none(),
        required=False,
        empty_label=_("not chosen yet"),
        widget=forms.Select(attrs={"class": "nhsuk-select"}),
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        treating = [Member.Role.THERAPIST, Member.Role.LEAD]
        self.fields["therapist"].queryset = Member.objects.filter(  # type: ignore[attr-defined]
            clinic=clinic, role__in=treating, is_active=True
        )

    @property
    def faults(self) -> list[tuple[str, str]]:
        """For the summary at the top."""
        return [(f"id_{name}", str(text)) for name, texts in self.errors.items() for text in texts]


class Merged(Exception):
    """The person goes on as another one: what was asked for belongs there."""


def opened(person: Person, member: Member, cleaned: Mapping[str, Any], once: str) -> Episode:
    """A new episode under the key `once`; the one opened before when the form came twice. Raises Merged."""
    if Person.objects.filter(pk=person.pk, merged_into__isnull=False).exists():
        raise Merged
    before = Episode.objects.filter(clinic=person.clinic_id, person=person, key=once).first()
    if before:
        return before
    with transaction.atomic():
        # changed, so that a merge that runs at once waits for it
        Person.objects.filter(pk=person.pk).update(version=F("version"))
        episode = Episode(
            person=person,
            clinic=person.clinic,
            complaint=cleaned["complaint"],
            therapist=cleaned["therapist"],
            opened_at=timezone.now(),
        )
        if is_key(once) and not Episode.objects.filter(key=once).exists():
            episode.key = once
        episode.save()
        audit.note(person.clinic, member.name, audit.ADD, "episode", episode=episode)
    return episode
