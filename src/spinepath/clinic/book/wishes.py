"""The wishes of a person, as a form and as the booking engine has them. They are kept in the browser's session."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from spinepath.booking.clinic import EVERY_DAY, Hours, Period
from spinepath.booking.course import NO_WISHES, Wishes
from spinepath.booking.faults import in_wishes
from spinepath.clinic.access import StaffRequest
from spinepath.clinic.book import diary
from spinepath.clinic.models import Episode, Member
from spinepath.clinic.models.places import WEEKDAYS

ABSENCES = 3
"""So many absences can be entered."""

_DATE = {"class": "nhsuk-input nhsuk-input--width-10", "type": "date"}
_TIME = {"class": "nhsuk-input nhsuk-input--width-10", "type": "time"}


class WishesForm(forms.Form):
    """When and with whom the person can come. Everything may stay empty: then it does not matter."""

    weekdays = forms.TypedMultipleChoiceField(
        label=lazy("Days of the week"), coerce=int, required=False, choices=WEEKDAYS
    )
    hours_from = forms.TimeField(label=lazy("Not before"), required=False, widget=forms.TimeInput(_TIME, "%H:%M"))
    hours_until = forms.TimeField(label=lazy("Not after"), required=False, widget=forms.TimeInput(_TIME, "%H:%M"))
    therapists = forms.MultipleChoiceField(label=lazy("Therapists"), required=False)
    same_therapist = forms.BooleanField(label=lazy("The same therapist throughout"), required=False)
    therapist_sex = forms.ChoiceField(label=lazy("Sex of the therapist"), required=False)
    earliest = forms.DateField(label=lazy("First session from"), required=False, widget=forms.DateInput(_DATE))
    starts_by = forms.DateField(label=lazy("First session by"), required=False, widget=forms.DateInput(_DATE))

    def __init__(self, *args: Any, members: Iterable[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = list(members)
        sexes = sorted({one.sex for one in members if one.sex})
        self.fields["therapists"].choices = [(diary.therapist_id(one.pk), one.name) for one in members]  # type: ignore[attr-defined]
        self.fields["therapist_sex"].choices = [("", lazy("does not matter")), *((one, _(one)) for one in sexes)]  # type: ignore[attr-defined]
        for number in range(1, ABSENCES + 1):
            self.fields[f"away_first_{number}"] = _date_field(_("Away from"))
            self.fields[f"away_last_{number}"] = _date_field(_("Away until"))

    def clean(self) -> dict[str, Any]:
        """What contradicts itself is said at its field."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = found.get("hours_from"), found.get("hours_until")
        if start and end and end <= start:
            self.add_error("hours_until", _("The end is not after the beginning."))
        earliest, by = found.get("earliest"), found.get("starts_by")
        if earliest and by and by < earliest:
            self.add_error("starts_by", _("The last day is before the first one."))
        for number in range(1, ABSENCES + 1):
            first, last = found.get(f"away_first_{number}"), found.get(f"away_last_{number}")
            if first and last and last < first:
                self.add_error(f"away_last_{number}", _("The last day is before the first one."))
            elif bool(first) != bool(last) and not self.errors.get(f"away_last_{number}"):
                self.add_error(f"away_last_{number}", _("Enter both days; for one day twice the same."))
        return found

    def wishes(self) -> Wishes:
        """What was entered, for the engine."""
        found = self.cleaned_data
        pairs = [(found[f"away_first_{n}"], found[f"away_last_{n}"]) for n in range(1, ABSENCES + 1)]
        start, end = found["hours_from"] or time.min, found["hours_until"] or time.min
        return Wishes(
            weekdays=tuple(sorted(set(found["weekdays"]))) or EVERY_DAY,
            hours=(Hours(start=start, end=end),) if start != time.min or end != time.min else (),
            therapists=frozenset(found["therapists"]),
            therapist_sex=found["therapist_sex"] or None,
            same_therapist=found["same_therapist"],
            absences=tuple(Period(first=first, last=last) for first, last in pairs if first and last),
            earliest=found["earliest"],
            starts_by=found["starts_by"],
        )

    @property
    def absences(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields of each absence."""
        return [(self[f"away_first_{n}"], self[f"away_last_{n}"]) for n in range(1, ABSENCES + 1)]


def _date_field(label: str) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(_DATE))


def as_typed(wishes: Wishes) -> dict[str, Any]:
    """The wishes as the form shows them."""
    hours = wishes.hours[0] if wishes.hours else None
    typed: dict[str, Any] = {
        "weekdays": [] if wishes.weekdays == EVERY_DAY else list(wishes.weekdays),
        "hours_from": hours.start if hours and hours.start != time.min else None,
        "hours_until": hours.end if hours and hours.end != time.min else None,
        "therapists": sorted(wishes.therapists),
        "same_therapist": wishes.same_therapist,
        "therapist_sex": wishes.therapist_sex or "",
        "earliest": wishes.earliest,
        "starts_by": wishes.starts_by,
    }
    for number, one in enumerate(wishes.absences[:ABSENCES], start=1):
        typed[f"away_first_{number}"], typed[f"away_last_{number}"] = one.first, one.last
    return typed


_KEPT = "booking_wishes"
_MOST_KEPT = 20


def keep(request: StaffRequest, episode: Episode, wishes: Wishes) -> None:
    """Keep the wishes until the course is booked; of the last few episodes only."""
    kept: dict[str, Any] = request.session.get(_KEPT, {})
    kept.pop(episode.key, None)
    kept = {**dict(list(kept.items())[-_MOST_KEPT + 1 :]), episode.key: written(wishes)}
    request.session[_KEPT] = kept


def kept(request: StaffRequest, episode: Episode) -> Wishes | None:
    """The wishes that were kept; None when there are none, or none that can be used."""
    return read(request.session.get(_KEPT, {}).get(episode.key, ""))


def written(wishes: Wishes) -> str:
    """The wishes as text."""
    return msgspec.json.encode(wishes, order="deterministic").decode()


def read(text: str) -> Wishes | None:
    """The wishes from text that `written` made; None for any other text."""
    if not text or len(text) > 8000:
        return None
    try:
        return msgspec.json.decode(text, type=Wishes)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def usable(wishes: Wishes | None, clinic: Any) -> Wishes:
    """The wishes when the clinic (of the engine) can be asked with them, else none."""
    return wishes if wishes is not None and not list(in_wishes(wishes, clinic)) else NO_WISHES


def first_of(day: date | None, today: date) -> date:
    """A day from which to look, never before today."""
    return max(day or today, today)
