"""The forms of the clinic's settings. Each says what is wrong in words; what was typed stays."""

from __future__ import annotations

import hashlib
import zoneinfo
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.validators import RegexValidator
from django.db.models import Manager
from django.forms.models import model_to_dict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from spinepath.clinic.advice import knowledge
from spinepath.clinic.models import Away, Clinic, Closure, Member, Opening, Room, Shift

MOST_RATES, MOST_DISCOUNTS = 6, 3


class Day(forms.DateInput):
    """A calendar day, with the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Clock(forms.TimeInput):
    """A time of day."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


_TIMES = {"start": Clock(), "end": Clock()}


class Stamped(forms.ModelForm):  # type: ignore[type-arg]
    """Remembers what the page showed, so that a change by somebody else in between is not overwritten."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stamp = self._stamp() if self.instance.pk else ""
        self.initial["seen"] = self.stamp

    def _stamp(self) -> str:
        told = model_to_dict(self.instance, fields=self._meta.fields)
        return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:16]

    @property
    def is_stale(self) -> bool:
        """Did somebody change it after the page was shown?"""
        return bool(self.instance.pk) and self.data.get("seen") != self.stamp


@cache
def _zones() -> list[tuple[str, str]]:
    """Every time zone that is installed; they are read from many small files, once for each process."""
    return [(name, name) for name in sorted(zoneinfo.available_timezones())]


class ClinicForm(Stamped):
    """Name, address, clock and the grid of the diary."""

    class Meta:
        """What of the model is shown."""

        model = Clinic
        fields = (
            "name",
            "address",
            "phone",
            "emergency_phone",
            "zone",
            "grid",
            "currency",
            "language",
            "reminder_hours",
        )
        widgets: ClassVar = {"address": forms.Textarea(attrs={"rows": 3})}

    zone = forms.ChoiceField(label=_("Time zone"), choices=_zones)
    language = forms.ChoiceField(label=_("Language of letters to doctors"), choices=lambda: settings.LANGUAGES)
    currency = forms.CharField(
        label=_("Currency"),
        help_text=_("Three letters, for example EUR."),
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Write three capital letters, for example EUR."))],
    )


class RoomForm(Stamped):
    """A room and what stands in it."""

    equipment = forms.MultipleChoiceField(
        label=_("Equipment"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(one.id, one.name) for one in knowledge().equipment.values()],
    )

    class Meta:
        """What of the model is shown."""

        model = Room
        fields = ("name", "equipment", "is_used")
        labels: ClassVar = {"name": _("Name"), "is_used": _("Sessions can be booked in it")}

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.clinic = clinic

    def clean_name(self) -> str:
        """One name, one room."""
        name: str = self.cleaned_data["name"]
        if self.instance.clinic.rooms.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(gettext("There is a room of this name already."))
        return name


class MemberForm(Stamped):
    """Somebody who works here: what the role allows, and what was learnt."""

    skills = forms.MultipleChoiceField(
        label=_("Qualifications"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("What the rules need to know before a technique is offered."),
        choices=lambda: [(one.id, one.name) for one in knowledge().skills.values()],
    )
    sex = forms.ChoiceField(
        label=_("Sex, for those who ask for a woman or a man"),
        required=False,
        choices=[("", _("not said")), ("female", _("female")), ("male", _("male"))],
    )
    colour = forms.CharField(
        label=_("Colour in the calendar"),
        widget=forms.TextInput(attrs={"type": "color", "class": "colour-input"}),
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Choose a colour."))],
    )

    class Meta:
        """What of the model is shown."""

        model = Member
        fields = ("name", "role", "sex", "skills", "colour")
        labels: ClassVar = {"name": _("Name"), "role": _("Role")}


class NewMemberForm(MemberForm):
    """A member to be added, with the name to sign in with."""

    username = forms.CharField(
        label=_("Name to sign in with"),
        max_length=60,
        help_text=_("Small letters, digits, points. It cannot be changed later."),
        validators=[RegexValidator(r"^[a-z][a-z0-9._-]+$", _("Use small letters, digits, points and dashes."))],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("name", "username", "role", "sex", "skills", "colour")

    def clean_username(self) -> str:
        """Nobody else signs in with it."""
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(gettext("Somebody signs in with this name already. Choose another."))
        return username


class HoursForm(forms.ModelForm):  # type: ignore[type-arg]
    """Hours of one weekday; they must not run into the `others`."""

    def __init__(self, *args: Any, others: Manager[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = others

    def clean(self) -> dict[str, Any]:
        """The end comes after the start; 00:00 is the end of the day."""
        told = super().clean() or {}
        start, end = told.get("start"), told.get("end")
        if start and end is not None:
            if end != time(0) and end <= start:
                self.add_error("end", gettext("The end must come after the start."))
            elif any(self._runs_into(one, start, end) for one in self.others.filter(weekday=told.get("weekday"))):
                self.add_error("start", gettext("It runs into other hours of the same day."))
        return told

    def _runs_into(self, other: Any, start: time, end: time) -> bool:
        return _cross(start, end, other.start, other.end)


def _cross(start: time, end: time, other_start: time, other_end: time) -> bool:
    last = time.max
    return start < (other_end if other_end != time(0) else last) and other_start < (end if end != time(0) else last)


class OpeningForm(HoursForm):
    """When the clinic is open."""

    class Meta:
        """What of the model is shown."""

        model = Opening
        fields = ("weekday", "start", "end")
        widgets = _TIMES
        labels: ClassVar = {"weekday": _("Day"), "start": _("From"), "end": _("To")}

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, others=clinic.openings, **kwargs)
        self.instance.clinic = clinic


class ShiftForm(HoursForm):
    """When a member treats."""

    class Meta:
        """What of the model is shown."""

        model = Shift
        fields = ("weekday", "start", "end", "first", "last")
        widgets: ClassVar = {**_TIMES, "first": Day(), "last": Day()}
        labels: ClassVar = {
            "weekday": _("Day"),
            "start": _("From"),
            "end": _("To"),
            "first": _("First day (if not always)"),
            "last": _("Last day (if not always)"),
        }

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, others=member.shifts, **kwargs)
        self.instance.member = member

    def clean(self) -> dict[str, Any]:
        """Days in their order as well."""
        return _in_order(self, super().clean())

    def _runs_into(self, other: Shift, start: time, end: time) -> bool:
        """Shifts of different months may have the same hours."""
        first = self.cleaned_data.get("first") or date.min
        last = self.cleaned_data.get("last") or date.max
        same_days = (other.first or date.min) <= last and first <= (other.last or date.max)
        return same_days and super()._runs_into(other, start, end)


def _in_order(form: forms.BaseForm, told: dict[str, Any]) -> dict[str, Any]:
    first, last = told.get("first"), told.get("last")
    if first and last and last < first:
        form.add_error("last", gettext("The last day must not come before the first."))
    return told


class PeriodForm(forms.ModelForm):  # type: ignore[type-arg]
    """Days from one to another, whole or between two times."""

    def clean(self) -> dict[str, Any]:
        """Both times or none, all in their order."""
        told = _in_order(self, super().clean() or {})
        start, end = told.get("start"), told.get("end")
        if (start is None) != (end is None):
            self.add_error("end", gettext("Give both times, or none for whole days."))
        elif start is not None and end is not None and end <= start:
            self.add_error("end", gettext("The end must come after the start."))
        return told


_PERIOD_LABELS = {
    "first": _("First day"),
    "last": _("Last day"),
    "start": _("From (if not the whole day)"),
    "end": _("To (if not the whole day)"),
    "why": _("Why"),
}
_PERIOD_WIDGETS = {"first": Day(), "last": Day(), **_TIMES}


class ClosureForm(PeriodForm):
    """A holiday of the clinic, or a room that cannot be used."""

    class Meta:
        """What of the model is shown."""

        model = Closure
        fields = ("first", "last", "start", "end", "room", "why")
        widgets = _PERIOD_WIDGETS
        labels: ClassVar = {**_PERIOD_LABELS, "room": _("Room")}

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.clinic = clinic
        room: Any = self.fields["room"]
        room.queryset, room.empty_label = clinic.rooms.all(), gettext("the whole clinic")


class AwayForm(PeriodForm):
    """Time in which a member cannot treat."""

    class Meta:
        """What of the model is shown."""

        model = Away
        fields = ("first", "last", "start", "end", "why")
        widgets = _PERIOD_WIDGETS
        labels = _PERIOD_LABELS

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.member = member


class PriceForm(forms.Form):
    """A new price list. Older ones stay: what was agreed under them keeps its price."""

    since = forms.DateField(label=_("Counts from"), widget=Day())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount: dict[str, Any] = {"max_digits": 9, "decimal_places": 2, "min_value": Decimal(0), "required": False}
        for row in range(MOST_RATES):
            self.fields[f"minutes_{row}"] = forms.IntegerField(
                label=_("Minutes"), min_value=5, max_value=480, required=False
            )
            self.fields[f"price_{row}"] = forms.DecimalField(label=_("Price"), **amount)
        for row in range(MOST_DISCOUNTS):
            self.fields[f"sessions_{row}"] = forms.IntegerField(
                label=_("From sessions"), min_value=2, max_value=200, required=False
            )
            self.fields[f"percent_{row}"] = forms.DecimalField(label=_("Percent off"), max_value=100, **amount)

    def pairs(self, first: str, second: str, most: int) -> list[tuple[Any, Any]]:
        """The rows of which both parts were given."""
        told = self.cleaned_data
        rows = ((told.get(f"{first}_{row}"), told.get(f"{second}_{row}")) for row in range(most))
        return [(one, other) for one, other in rows if one is not None and other is not None]

    def rows(self, first: str, second: str, most: int) -> list[tuple[Any, Any]]:
        """The fields side by side."""
        return [(self[f"{first}_{row}"], self[f"{second}_{row}"]) for row in range(most)]

    def clean(self) -> dict[str, Any]:
        """Whole rows, one price for each length, at least one."""
        told = super().clean() or {}
        for first, second, most in (("minutes", "price", MOST_RATES), ("sessions", "percent", MOST_DISCOUNTS)):
            for row in range(most):
                one, other = f"{first}_{row}", f"{second}_{row}"
                if one in told and other in told and (told[one] is None) != (told[other] is None):
                    self.add_error(other if told[other] is None else one, gettext("Fill in both, or none."))
            kinds = [one for one, _price in self.pairs(first, second, most)]
            if len(kinds) != len(set(kinds)):
                self.add_error(None, gettext("The same number stands twice. Leave one of them."))
        if not self.errors and not self.pairs("minutes", "price", MOST_RATES):
            self.add_error("minutes_0", gettext("Give at least one price."))
        return told
